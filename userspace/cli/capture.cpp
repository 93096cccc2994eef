// SPDX-License-Identifier: GPL-2.0
#include "cli/capture.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/proto/packet.hpp"
#include "core/proto/pcap.hpp"
#include "core/proto/reassembly.hpp"
#include "core/proto/start_line.hpp"
#include "core/proto/text.hpp"

namespace sara::cli {

namespace {

/// Beyond this many, flows of media are still announced but not counted.
constexpr std::size_t kMaxMediaFlows = 1U << 20;

/// So many packets are read between two words of it.
constexpr std::uint64_t kTellEach = 1024;

/// For how long an end waits for its answer, and how many do.
constexpr Duration kAnswerPatience = std::chrono::seconds(2);
constexpr std::size_t kMaxUnanswered = 4096;

std::optional<App> app_at(std::span<const AppPort> ports, Port port) {
    const auto found =
        std::find_if(ports.begin(), ports.end(), [&](const AppPort& known) { return known.port == port; });
    return found == ports.end() ? std::nullopt : std::optional(found->app);
}

/// What the first line of a payload speaks. RTSP over UDP is spoken by nobody.
struct Spoken {
    App app = App::none;
    bool is_request = false;
};
Spoken spoken_in(const proto::Packet& packet) {
    std::string_view bytes = as_text(packet.payload);
    const std::optional<std::string_view> line = proto::take_line(bytes);
    for (const App app : {App::sip, App::rtsp}) {
        const std::optional<proto::StartLine> start = line ? proto::parse_start_line(app, *line) : std::nullopt;
        if (start && (app == App::sip || packet.transport == Transport::tcp)) {
            return {app, start->is_request};
        }
    }
    return {};
}

/// Which packets are signalling, and which end of them is the server's: at the known ports, and without them (`ports`
/// empty) at the usual ones and wherever a request went to or a reply came from.
class SignallingFinder {
public:
    struct Found {
        Sender sender = Sender::client;
        Endpoint server;
        App app = App::none;
    };

    explicit SignallingFinder(std::span<const AppPort> ports)
        : ports_(ports.empty() ? default_ports() : ports), guesses_(ports.empty()) {}

    template <typename IsServer>
    std::optional<Found> find(const proto::Packet& packet, IsServer is_server) {
        for (const Sender sender : {Sender::client, Sender::server}) {
            const Endpoint& server = sender == Sender::client ? packet.dst : packet.src;
            const std::optional<App> app = is_server(server.address) ? app_of(server) : std::nullopt;
            if (app) {
                return Found{sender, server, *app};
            }
        }
        const Spoken spoken = guesses_ ? spoken_in(packet) : Spoken{};
        const Sender sender = spoken.is_request ? Sender::client : Sender::server;
        const Endpoint& server = sender == Sender::client ? packet.dst : packet.src;
        if (spoken.app == App::none || !is_server(server.address)) {
            return std::nullopt;
        }
        if (guessed_.size() < kMaxGuessed) {
            guessed_.emplace(server, spoken.app);
        }
        return Found{sender, server, spoken.app};
    }

private:
    static constexpr std::size_t kMaxGuessed = 4096;

    [[nodiscard]] std::optional<App> app_of(const Endpoint& server) const {
        if (const auto guessed = guessed_.find(server); guessed != guessed_.end()) {
            return guessed->second;
        }
        return app_at(ports_, server.port);
    }

    std::span<const AppPort> ports_;
    bool guesses_;
    std::map<Endpoint, App> guessed_;
};

FlowKey reversed(const FlowKey& flow) {
    return {flow.dst, flow.src, flow.transport};
}

std::uint8_t tcp_flags(const proto::Packet& packet) {
    if (packet.transport != Transport::tcp) {
        return 0;
    }
    return static_cast<std::uint8_t>((packet.syn ? inspect::kTcpSyn : 0) | (packet.fin ? inspect::kTcpFin : 0) |
                                     (packet.rst ? inspect::kTcpRst : 0));
}

class CaptureReader {
public:
    CaptureReader(std::span<const Address> vips, std::span<const AppPort> ports)
        : vips_(vips), finder_(ports), tracker_(config()) {}

    void read(const proto::pcap::Record& record) {
        const Time now = record.time;
        run_timers(now);
        last_ = std::max(last_, now);
        ++report_.packets;
        if (!proto::is_read(record.link)) {
            ++report_.unread;
            report_.unread_link = record.link;
            return;
        }
        proto::Packet packet = proto::decode(record.link, record.data);
        switch (packet.kind) {
        case proto::Packet::Kind::not_ours:
        case proto::Packet::Kind::malformed:
            return;
        case proto::Packet::Kind::fragment:
            if (!join(packet, now)) {
                return;
            }
            break;
        case proto::Packet::Kind::whole:
            break;
        }
        const FlowKey flow = packet.flow();
        if (sessions_.contains(flow)) {
            signalling(packet, flow, Sender::client, now);
        } else if (sessions_.contains(reversed(flow))) {
            signalling(packet, reversed(flow), Sender::server, now);
        } else if (const auto found = finder_.find(packet, [this](const Address& each) { return is_vip(each); })) {
            // From the server when the capture began in the middle of it, or when it called first.
            const FlowKey request = found->sender == Sender::client ? flow : reversed(flow);
            open_session(request, found->app);
            signalling(packet, request, found->sender, now);
        } else if (is_vip(flow.dst.address) && (media_.size() < kMaxMediaFlows || media_.contains(flow))) {
            ++media_[flow];
        }
    }

    CaptureReport finish() {
        take(extractor_.flush(last_), last_);
        release([](const Unanswered&) { return true; });
        std::map<SessionId, CapturedSession*> by_id;
        for (CapturedSession& session : report_.sessions) {
            by_id[session.id] = &session;
        }
        for (inspect::DialogView& view : tracker_.dialogs()) {
            const auto session = by_id.find(view.session);
            if (session == by_id.end()) {
                continue;
            }
            CapturedDialog dialog{std::move(view), {}};
            for (const AnnouncementKey& key : dialog.view.ever_announced) {
                const std::vector<AnnouncementKey>& now = dialog.view.announced;
                dialog.announced.push_back({key, std::find(now.begin(), now.end(), key) == now.end(), 0});
            }
            session->second->dialogs.push_back(std::move(dialog));
        }
        count_media();
        report_.read = extractor_.counters();
        report_.tracked = tracker_.counters();
        return std::move(report_);
    }

private:
    /// A fragment becomes the packet that it completes, if it does.
    bool join(proto::Packet& packet, Time now) {
        if (!is_vip(packet.src.address) && !is_vip(packet.dst.address)) {
            return false;
        }
        ++report_.fragments;
        const std::optional<proto::Reassembler::Whole> whole = reassembler_.add(packet, now);
        if (!whole) {
            return false;
        }
        report_.fragments -= whole->fragments;
        packet = whole->packet;
        return true;
    }

    static inspect::TrackerConfig config() {
        inspect::TrackerConfig config;
        config.keep_ended = true;
        return config;
    }

    [[nodiscard]] bool is_vip(const Address& address) const {
        return std::find(vips_.begin(), vips_.end(), address) != vips_.end();
    }

    void open_session(const FlowKey& flow, App app) {
        CapturedSession session;
        session.id = static_cast<SessionId>(report_.sessions.size() + 1);
        session.flow = flow;
        session.app = app;
        sessions_.emplace(flow, report_.sessions.size());
        report_.sessions.push_back(std::move(session));
    }

    void signalling(const proto::Packet& packet, const FlowKey& flow, Sender sender, Time now) {
        CapturedSession& session = report_.sessions[sessions_.at(flow)];
        ++session.packets;
        report_.cut += packet.truncated ? 1 : 0;
        take(extractor_.handle({session.app, sender, flow, packet.seq, tcp_flags(packet), packet.payload}, now), now);
    }

    void take(const std::vector<inspect::MessageFacts>& messages, Time now) {
        for (const inspect::MessageFacts& facts : messages) {
            if (facts.act == inspect::Act::finish && facts.status == 0 && unanswered_.size() < kMaxUnanswered) {
                unanswered_.push_back({facts, now});
                continue;
            }
            if (facts.status != 0) {
                // Its own answer ends what it answers, after what the answers before it had to say.
                release([&](const Unanswered& end) {
                    return end.facts.flow == facts.flow && end.facts.cseq == facts.cseq &&
                           end.facts.sender != facts.sender;
                });
            } else if (facts.act == inspect::Act::close) {
                release([&](const Unanswered& end) { return end.facts.flow == facts.flow; });
            }
            handle(facts, now);
        }
    }

    void handle(const inspect::MessageFacts& facts, Time now) {
        const auto session = sessions_.find(facts.flow);
        if (session != sessions_.end()) {
            apply(tracker_.handle(facts, report_.sessions[session->second].id, now));
        }
    }

    template <typename Predicate>
    void release(Predicate due) {
        const auto first = std::stable_partition(unanswered_.begin(), unanswered_.end(),
                                                 [&](const Unanswered& end) { return !due(end); });
        const std::vector<Unanswered> ended(first, unanswered_.end());
        unanswered_.erase(first, unanswered_.end());
        for (const Unanswered& end : ended) {
            handle(end.facts, end.since);
        }
    }

    void apply(const inspect::Effects& effects) {
        for (const inspect::Effect& effect : effects) {
            if (const auto* label = std::get_if<inspect::SetLabel>(&effect)) {
                const auto index = static_cast<std::size_t>(label->session) - 1;
                if (index < report_.sessions.size()) {
                    report_.sessions[index].label = label->label;
                }
            }
        }
    }

    /// What lies between the last packet and this one.
    void run_timers(Time now) {
        release([&](const Unanswered& end) { return end.since + kAnswerPatience <= now; });
        while (extractor_.next_deadline() <= now) {
            take(extractor_.expire(now), now);
        }
        while (tracker_.next_deadline() <= now) {
            apply(tracker_.expire(now));
        }
    }

    /// Gives each media flow to the announcement that the kernel would have found first.
    void count_media() {
        std::map<AnnouncementKey, AnnouncedFlow*> announced;
        for (CapturedSession& session : report_.sessions) {
            for (CapturedDialog& dialog : session.dialogs) {
                for (AnnouncedFlow& flow : dialog.announced) {
                    announced.emplace(flow.key, &flow);
                }
            }
        }
        const auto find = [&](const FlowKey& flow) -> AnnouncedFlow* {
            const Endpoint& src = flow.src;
            const Endpoint& vip = flow.dst;
            for (const AnnouncementKey& key :
                 {AnnouncementKey{flow.transport, src.address, src.port, vip.address, vip.port},
                  AnnouncementKey{flow.transport, src.address, src.port, vip.address, Port{0}},
                  AnnouncementKey{flow.transport, src.address, Port{0}, vip.address, vip.port},
                  AnnouncementKey{flow.transport, std::nullopt, Port{0}, vip.address, vip.port}}) {
                if (const auto found = announced.find(key); found != announced.end()) {
                    return found->second;
                }
            }
            return nullptr;
        };
        for (const auto& [flow, packets] : media_) {
            if (AnnouncedFlow* const found = find(flow)) {
                found->packets += packets;
            } else if (flow.transport == Transport::udp && find(reversed(flow)) == nullptr) {
                report_.unannounced += packets;  // and not the server's half, where both ends are virtual addresses
            }
        }
    }

    /// A client that does not wait for answers ends its session before the server has described it. A capture holds
    /// both, so the end counts from when the server heard of it.
    struct Unanswered {
        inspect::MessageFacts facts;
        Time since;
    };

    std::span<const Address> vips_;
    SignallingFinder finder_;
    std::vector<Unanswered> unanswered_;
    proto::Reassembler reassembler_;
    inspect::Extractor extractor_;
    inspect::SessionTracker tracker_;
    CaptureReport report_;
    std::unordered_map<FlowKey, std::size_t, FlowKeyHash> sessions_;  ///< by signalling flow: index in the report
    std::unordered_map<FlowKey, std::uint64_t, FlowKeyHash> media_;   ///< packets of other flows to a VIP
    Time last_{};
};

/// How many addresses an error proposes.
constexpr std::size_t kMaxProposed = 5;

struct Asked {
    Endpoint server;
    std::uint64_t packets = 0;
};

/// Who is asked in signalling, the most asked first; where nobody is (a gateway sees replies alone), who answers.
struct Servers {
    std::vector<Asked> most;
    std::string_view direction;  ///< of the packets that were counted
};

/// Only a person can know which of them is a VIP.
Servers find_servers(proto::pcap::Reader reader, std::span<const AppPort> ports) {
    std::array<std::map<Endpoint, std::uint64_t>, 2> counted;
    SignallingFinder finder(ports);
    proto::Reassembler reassembler;
    while (const std::optional<proto::pcap::Record> record = reader.next()) {
        proto::Packet packet = proto::decode(record->link, record->data);
        if (packet.kind == proto::Packet::Kind::fragment) {
            const std::optional<proto::Reassembler::Whole> whole = reassembler.add(packet, record->time);
            packet = whole ? whole->packet : packet;
        }
        const auto found = packet.kind == proto::Packet::Kind::whole
                               ? finder.find(packet, [](const Address&) { return true; })
                               : std::nullopt;
        if (found) {
            ++counted[static_cast<std::size_t>(found->sender)][found->server];
        }
    }
    const bool asked = !counted[static_cast<std::size_t>(Sender::client)].empty();
    Servers servers{{}, asked ? "to" : "from"};
    for (const auto& [server, packets] : counted[static_cast<std::size_t>(asked ? Sender::client : Sender::server)]) {
        servers.most.push_back({server, packets});
    }
    std::stable_sort(servers.most.begin(), servers.most.end(),
                     [](const Asked& left, const Asked& right) { return left.packets > right.packets; });
    return servers;
}

Error propose_vip(std::string_view problem, const Servers& servers) {
    std::string list;
    for (const Asked& each : std::span(servers.most).first(std::min(servers.most.size(), kMaxProposed))) {
        list += (list.empty() ? "" : ", ") + std::to_string(each.packets) + " packets " +
                std::string(servers.direction) + " " + each.server.text();
    }
    if (servers.most.size() > kMaxProposed) {
        list += ", and others";
    }
    return {std::string(problem) + ": the capture has " + list + "; try --vip " +
                servers.most.front().server.address.text(),
            {}};
}

Error no_signalling(std::span<const AppPort> ports) {
    if (ports.empty()) {
        return {"--vip is missing, and the capture has no signalling that is known here", {}};
    }
    std::string list;
    for (const AppPort& known : ports) {
        list += (list.empty() ? "" : ", ") + std::to_string(known.port);
    }
    return {"--vip is missing, and the capture has no packet to a port of signalling (" + list +
                "); without ports it is found wherever it is spoken",
            {}};
}

}  // namespace

std::span<const AppPort> default_ports() {
    static const std::vector<AppPort> kPorts = [] {
        std::vector<AppPort> all;
        for (const inspect::Protocol* const protocol : inspect::protocols()) {
            for (const Port port : protocol->usual_ports()) {
                all.push_back({protocol->app(), port});
            }
        }
        return all;
    }();
    return kPorts;
}

Result<CaptureReport> read_capture(Bytes file, std::span<const Address> vips, std::span<const AppPort> ports,
                                   const std::function<void(std::uint64_t packets)>& tell) {
    Result<proto::pcap::Reader> opened = proto::pcap::Reader::open(file);
    if (!opened) {
        return opened.error();
    }
    proto::pcap::Reader& records = *opened;
    if (vips.empty()) {
        const Servers servers = find_servers(records, ports);
        return servers.most.empty() ? no_signalling(ports) : propose_vip("--vip is missing", servers);
    }
    const proto::pcap::Reader from_start = records;
    CaptureReader reader(vips, ports);
    std::uint64_t packets = 0;
    while (const std::optional<proto::pcap::Record> record = records.next()) {
        reader.read(*record);
        if (++packets % kTellEach == 0 && tell) {
            tell(packets);
        }
    }
    CaptureReport report = reader.finish();
    report.torn = records.error();
    if (report.sessions.empty()) {
        const Servers servers = find_servers(from_start, ports);
        if (!servers.most.empty()) {
            return propose_vip("no signalling to or from " + vips.front().text(), servers);
        }
    }
    return report;
}

}  // namespace sara::cli
