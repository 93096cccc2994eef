// SPDX-License-Identifier: GPL-2.0
#include "cli/saved.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace sara::cli {

namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;
using Presence = JsonObject::Presence;

constexpr std::uint64_t kNumberMax = UINT64_MAX;

// --- joining -----------------------------------------------------------------------------------------------------

auto order_of(const kern::FlowPast& flow) {
    return std::tie(flow.identity, flow.flow, flow.call_id);
}

std::uint64_t without(std::uint64_t all, std::uint64_t part) {
    return all > part ? all - part : 0;
}

/// The flow that the session is named by comes first, else a signalling flow, else any.
void put_flows(SavedSession& session, const kern::SessionInfo& info, std::vector<kern::FlowPast> flows) {
    std::sort(flows.begin(), flows.end(), [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
    const auto named = std::find_if(flows.begin(), flows.end(), [&](const kern::FlowPast& flow) {
        return flow.flow == info.flow && flow.call_id == info.call_id;
    });
    if (named != flows.end()) {
        std::rotate(flows.begin(), named, std::next(named));
    }
    for (const kern::FlowPast& flow : flows) {
        session.past.packets = without(session.past.packets, flow.packets);
        session.past.bytes = without(session.past.bytes, flow.bytes);
    }
    if (!flows.empty()) {
        session.past.flow = std::move(flows.front());
        flows.erase(flows.begin());
    }
    session.flows = std::move(flows);
}

// --- writing -----------------------------------------------------------------------------------------------------

std::string tag_text(Tag tag) {
    char text[19];
    std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(tag));
    return text;
}

void put(Ordered& out, const char* key, const std::optional<kern::Milliseconds>& value) {
    if (value) {
        out[key] = value->count();
    }
}

Ordered to_json(const kern::FlowPast& flow) {
    Ordered out;
    out["proto"] = to_string(flow.flow.transport);
    out["src"] = flow.flow.src.address.text();
    out["sport"] = flow.flow.src.port;
    out["dst"] = flow.flow.dst.address.text();
    out["dport"] = flow.flow.dst.port;
    if (!flow.call_id.empty()) {
        out["call-id"] = flow.call_id;
    }
    out["identity"] = kern::word_of(flow.identity);
    if (flow.form) {
        out["form"] = kern::word_of(*flow.form);
    }
    out["status"] = kern::word_of(flow.status);
    out["established"] = flow.established;
    out["idle"] = flow.idle.count();
    out["packets"] = flow.packets;
    out["bytes"] = flow.bytes;
    if (flow.tcp_end) {
        out["tcp-end"] = *flow.tcp_end;
    }
    return out;
}

Ordered to_json(const kern::Announcement& announcement) {
    const AnnouncementKey& key = announcement.key;
    Ordered out;
    out["proto"] = to_string(key.transport);
    if (key.src) {
        out["src"] = key.src->text();
    }
    if (key.sport != 0) {
        out["sport"] = key.sport;
    }
    out["dst"] = key.vip.text();
    if (key.dport != 0) {
        out["dport"] = key.dport;
    }
    if (announcement.tag != Tag::none) {
        out["tag"] = tag_text(announcement.tag);
    }
    put(out, "ttl", announcement.ttl);
    out["promotions"] = announcement.promotions;
    return out;
}

Ordered to_json(const SavedSession& session) {
    const kern::SessionPast& past = session.past;
    Ordered out;
    out["id"] = static_cast<std::uint64_t>(session.id);
    out["service"] = past.service;
    out["node"] = past.node;
    if (!past.label.empty()) {
        out["label"] = past.label;
    }
    put(out, "lifetime", past.lifetime);
    put(out, "linger", past.linger);
    out["age"] = past.age.count();
    out["packets"] = past.packets;
    out["bytes"] = past.bytes;
    if (past.source) {
        out["source"] = past.source->text();
    }
    out["flows"] = Ordered::array();
    if (past.flow) {
        out["flows"].push_back(to_json(*past.flow));
    }
    for (const kern::FlowPast& flow : session.flows) {
        out["flows"].push_back(to_json(flow));
    }
    out["announcements"] = Ordered::array();
    for (const kern::Announcement& announcement : session.announcements) {
        out["announcements"].push_back(to_json(announcement));
    }
    return out;
}

// --- reading -----------------------------------------------------------------------------------------------------

constexpr std::string_view kAddress = "an IPv4 or IPv6 address";

std::optional<Transport> transport_of(std::string_view text) {
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        if (text == to_string(transport)) {
            return transport;
        }
    }
    return std::nullopt;
}

std::optional<Tag> tag_of(std::string_view text) {
    std::uint64_t value = 0;
    if (!text.starts_with("0x")) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(Tag{value}) : std::nullopt;
}

std::optional<UnixTime> moment_of(std::string_view text) {
    const std::optional<Calendar> calendar = read_calendar(text);
    return calendar && calendar->ahead ? std::optional(unix_time(*calendar)) : std::nullopt;
}

std::uint64_t number(JsonObject& in, std::string_view key, std::uint64_t max = kNumberMax) {
    return in.number(key, 0, max, Presence::optional).value_or(0);
}

/// Milliseconds that have passed.
kern::Milliseconds lasted(JsonObject& in, std::string_view key) {
    return kern::Milliseconds(static_cast<std::int64_t>(number(in, key, INT64_MAX / 2)));
}

/// Milliseconds that are left: the kernel has 32 bits for them.
std::optional<kern::Milliseconds> left(JsonObject& in, std::string_view key) {
    const std::optional<std::uint64_t> value = in.number(key, 0, UINT32_MAX, Presence::optional);
    return value ? std::optional(kern::Milliseconds(static_cast<std::int64_t>(*value))) : std::nullopt;
}

AnnouncementKey read_key(JsonObject& in, Presence presence) {
    AnnouncementKey key;
    key.transport =
        in.parsed<Transport>("proto", &transport_of, "\"udp\" or \"tcp\"", Presence::required).value_or(Transport::udp);
    key.src = in.parsed<Address>("src", &Address::parse, kAddress, presence);
    key.sport = static_cast<Port>(in.number("sport", 1, UINT16_MAX, presence).value_or(0));
    key.vip = in.parsed<Address>("dst", &Address::parse, kAddress, Presence::required).value_or(Address{});
    key.dport = static_cast<Port>(in.number("dport", 1, UINT16_MAX, presence).value_or(0));
    if (key.src && key.src->family() != key.vip.family()) {
        in.refuse("src", "is of another family than dst");
    }
    return key;
}

kern::FlowPast read_flow(const Json& value, const std::string& path, Errors& errors) {
    JsonObject in(value, path, errors);
    const AnnouncementKey key = read_key(in, Presence::required);
    kern::FlowPast flow;
    flow.flow = {{key.src.value_or(Address{}), key.sport}, {key.vip, key.dport}, key.transport};
    flow.call_id = in.text("call-id", SARA_CALL_ID_MAX, Presence::optional).value_or(std::string());
    flow.identity = in.word<kern::Identity>("identity", Presence::required).value_or(kern::Identity::signalling);
    if (flow.identity == kern::Identity::announced) {
        in.refuse("identity", "is announced: an announcement, and no flow yet");
    }
    flow.form = in.word<AnnouncementForm>("form", Presence::optional);
    flow.status = in.word<kern::LifeStatus>("status", Presence::required).value_or(kern::LifeStatus::fresh);
    flow.established = in.boolean("established").value_or(false);
    flow.idle = lasted(in, "idle");
    flow.packets = number(in, "packets");
    flow.bytes = number(in, "bytes");
    if (const auto end = in.number("tcp-end", 0, UINT32_MAX, Presence::optional)) {
        flow.tcp_end = static_cast<std::uint32_t>(*end);
    }
    in.finish();
    return flow;
}

kern::Announcement read_announcement(const Json& value, const std::string& path, Errors& errors) {
    JsonObject in(value, path, errors);
    kern::Announcement announcement;
    announcement.key = read_key(in, Presence::optional);
    if (!form_of(announcement.key)) {
        in.refuse("dst", "has to come with src, sport and dport; or src and sport; or src and dport; or dport alone");
    }
    announcement.tag =
        in.parsed<Tag>("tag", &tag_of, "a number as \"0x0123456789abcdef\"", Presence::optional).value_or(Tag::none);
    announcement.ttl = left(in, "ttl");
    announcement.promotions = static_cast<std::uint32_t>(number(in, "promotions", UINT32_MAX));
    in.finish();
    return announcement;
}

SavedSession read_session(const Json& value, const std::string& path, Errors& errors) {
    JsonObject in(value, path, errors);
    SavedSession session;
    session.id = SessionId{in.number("id", 1, kNumberMax, Presence::required).value_or(0)};
    kern::SessionPast& past = session.past;
    past.service = in.text("service", SARA_NAME_MAX, Presence::required).value_or(std::string());
    past.node = in.text("node", SARA_NAME_MAX, Presence::required).value_or(std::string());
    past.label = in.text("label", SARA_LABEL_MAX, Presence::optional).value_or(std::string());
    past.lifetime = left(in, "lifetime");
    past.linger = left(in, "linger");
    if (past.lifetime && past.linger) {
        in.refuse("linger", "cannot be with lifetime: a session goes on, or is over");
    }
    past.age = lasted(in, "age");
    past.packets = number(in, "packets");
    past.bytes = number(in, "bytes");
    past.source = in.parsed<Address>("source", &Address::parse, kAddress, Presence::optional);
    in.each("flows", "a list of flows", Presence::required, [&](const Json& item, const std::string& where) {
        session.flows.push_back(read_flow(item, where, errors));
    });
    if (!session.flows.empty()) {
        past.flow = std::move(session.flows.front());
        session.flows.erase(session.flows.begin());
    } else if (!past.lifetime && !past.linger) {
        in.refuse("flows", "is empty: then the session needs a lifetime or linger");
    }
    in.each("announcements", "a list of announcements", Presence::required,
            [&](const Json& item, const std::string& where) {
                session.announcements.push_back(read_announcement(item, where, errors));
                session.announcements.back().session = session.id;
            });
    in.finish();
    return session;
}

// --- aging -------------------------------------------------------------------------------------------------------

/// What is over is over at once, but 0 would mean that there is no end.
void shorten(std::optional<kern::Milliseconds>& time, kern::Milliseconds by) {
    if (time && *time > kern::Milliseconds(0)) {
        *time = std::max(*time - by, kern::Milliseconds(1));
    }
}

void age_flow(kern::FlowPast& flow, kern::Milliseconds by) {
    flow.idle += by;
}

}  // namespace

SavedSessions joined(const std::vector<kern::SessionInfo>& sessions, const std::vector<kern::FlowInfo>& flows,
                     const std::vector<kern::AnnouncementInfo>& announcements, UnixTime now) {
    // By what names them: a dump may tell something twice.
    std::map<SessionId, const kern::SessionInfo*> infos;
    for (const kern::SessionInfo& session : sessions) {
        infos.emplace(session.id, &session);
    }
    std::map<SessionId, std::map<std::pair<FlowKey, std::string>, kern::FlowPast>> flows_of;
    for (const kern::FlowInfo& flow : flows) {
        flows_of[flow.session].emplace(std::pair(flow.flow, flow.call_id), past_of(flow));
    }
    std::map<SessionId, std::map<AnnouncementKey, kern::Announcement>> announcements_of;
    for (const kern::AnnouncementInfo& one : announcements) {
        announcements_of[one.session].emplace(
            one.key, kern::Announcement{one.session, one.key, one.tag, one.ttl, one.promotions});
    }
    SavedSessions saved{now, {}};
    for (const auto& [id, info] : infos) {
        SavedSession session;
        session.id = id;
        session.past = {.service = info->service,
                        .node = info->node,
                        .label = info->label,
                        .lifetime = info->lifetime,
                        .linger = info->linger,
                        .age = info->age,
                        .packets = info->packets,
                        .bytes = info->bytes,
                        .source = info->source,
                        .flow = {}};
        std::vector<kern::FlowPast> its;
        for (auto& [key, flow] : flows_of[id]) {
            its.push_back(std::move(flow));
        }
        put_flows(session, *info, std::move(its));
        if (!session.past.flow && !session.past.lifetime && !session.past.linger) {
            continue;
        }
        for (auto& [key, announcement] : announcements_of[id]) {
            session.announcements.push_back(announcement);
        }
        saved.sessions.push_back(std::move(session));
    }
    return saved;
}

std::string saved_text(const SavedSessions& saved) {
    const auto dump = [](const Ordered& value) {
        return value.dump(-1, ' ', false, Ordered::error_handler_t::replace);
    };
    std::string out = "{\"format\": " + dump(kSavedFormat) + ", \"version\": " + std::to_string(kSavedVersion) +
                      ", \"saved\": " + dump(calendar_text(saved.saved)) + ", \"sessions\": [";
    const char* separator = "\n";
    for (const SavedSession& session : saved.sessions) {
        out += separator + dump(to_json(session));
        separator = ",\n";
    }
    return out + "\n]}\n";
}

Result<SavedSessions, Errors> parse_saved(std::string_view text) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        return Errors{Error{"it is not JSON, or not all of it is there", {}}};
    }
    Errors errors;
    JsonObject in(document, {}, errors);
    const std::optional<std::string> format = in.text("format", 64, Presence::required);
    const std::optional<std::uint64_t> version = in.number("version", 1, kNumberMax, Presence::required);
    if (format && *format != kSavedFormat) {
        in.refuse("format", "is not \"" + std::string(kSavedFormat) + "\": it is no file of saved sessions");
    } else if (version && *version != kSavedVersion) {
        in.refuse("version", "is not " + std::to_string(kSavedVersion) + ": another release wrote the file");
    }
    if (!errors.empty()) {
        return errors;
    }
    SavedSessions saved;
    saved.saved = in.parsed<UnixTime>("saved", &moment_of, "a time as \"2026-11-27T10:00:00Z\"", Presence::required)
                      .value_or(UnixTime{});
    std::set<SessionId> seen;
    in.each("sessions", "a list of sessions", Presence::required, [&](const Json& item, const std::string& path) {
        saved.sessions.push_back(read_session(item, path, errors));
        if (!seen.insert(saved.sessions.back().id).second) {
            errors.push_back(Error{"is that of a session before it", path + ".id"});
        }
    });
    in.finish();
    if (!errors.empty()) {
        return errors;
    }
    return saved;
}

std::optional<std::chrono::seconds> age(SavedSessions& saved, UnixTime now) {
    const std::chrono::seconds gap = now - saved.saved;
    if (gap < std::chrono::seconds(0) || gap > kLongestGap) {
        return std::nullopt;
    }
    for (SavedSession& session : saved.sessions) {
        session.past.age += gap;
        shorten(session.past.lifetime, gap);
        shorten(session.past.linger, gap);
        if (session.past.flow) {
            age_flow(*session.past.flow, gap);
        }
        for (kern::FlowPast& flow : session.flows) {
            age_flow(flow, gap);
        }
        for (kern::Announcement& announcement : session.announcements) {
            shorten(announcement.ttl, gap);
        }
    }
    return gap;
}

}  // namespace sara::cli
