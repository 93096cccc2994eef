// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/sip_facts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "core/inspect/limits.hpp"
#include "core/proto/multipart.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"

namespace sara::inspect {

namespace {

namespace sip = proto::sip;
namespace sdp = proto::sdp;

constexpr std::array<std::pair<std::string_view, Method>, 14> kMethods = {{
    {"INVITE", Method::invite},
    {"ACK", Method::ack},
    {"BYE", Method::bye},
    {"CANCEL", Method::cancel},
    {"PRACK", Method::prack},
    {"UPDATE", Method::update},
    {"REGISTER", Method::register_},
    {"OPTIONS", Method::options},
    {"SUBSCRIBE", Method::subscribe},
    {"NOTIFY", Method::notify},
    {"MESSAGE", Method::message},
    {"INFO", Method::info},
    {"REFER", Method::refer},
    {"PUBLISH", Method::publish},
}};

Method method_of(std::string_view name) noexcept {
    for (const auto& [text, method] : kMethods) {
        if (text == name) {
            return method;
        }
    }
    return Method::other;
}

constexpr std::uint16_t kRequestTimeout = 408;
constexpr std::uint16_t kNoSuchDialog = 481;

/// Those two end the dialog whatever they answer (RFC 5057 section 5.1).
bool is_end_of_dialog(std::uint16_t status) noexcept {
    return status == kRequestTimeout || status == kNoSuchDialog;
}

Act act_of_request(Method method, bool has_sdp) noexcept {
    if (method == Method::invite || method == Method::update || (method == Method::prack && has_sdp)) {
        return Act::propose;
    }
    if (method == Method::ack && has_sdp) {
        return Act::answer;
    }
    return method == Method::bye ? Act::finish : Act::none;
}

Act act_of_reply(Method method, std::uint16_t status) noexcept {
    if (method == Method::bye) {
        return status / 100 == 2 || is_end_of_dialog(status) ? Act::finish : Act::none;
    }
    if (method != Method::invite && method != Method::update && method != Method::prack) {
        return Act::none;
    }
    if (status < 200) {
        return Act::progress;
    }
    if (status < 300) {
        return method == Method::invite ? Act::accept : Act::answer;
    }
    if (is_end_of_dialog(status) && method != Method::prack) {
        return Act::finish;
    }
    return method == Method::invite ? Act::refuse : Act::decline;
}

MediaKind kind_of(std::string_view kind) noexcept {
    if (kind == "audio") {
        return MediaKind::audio;
    }
    if (kind == "video") {
        return MediaKind::video;
    }
    if (kind == "image") {
        return MediaKind::image;
    }
    if (kind == "message") {
        return MediaKind::message;
    }
    return kind == "application" ? MediaKind::application : MediaKind::other;
}

MediaEndpoint endpoint_of(const sdp::Media& media, std::uint16_t index) {
    MediaEndpoint endpoint;
    endpoint.stream = index;
    endpoint.kind = kind_of(media.kind);
    endpoint.transport = media.transport;
    endpoint.port = media.port;
    endpoint.control_port = media.rtcp_port;
    endpoint.mux = media.rtcp_mux;
    endpoint.pairs = std::clamp<std::uint16_t>(media.port_count, 1, limits::kMaxPairs);
    endpoint.control_address = media.rtcp_address;
    endpoint.address = media.connection.address;
    endpoint.named = !media.connection.address && !media.connection.text.empty();
    if (media.carrier == sdp::Carrier::msrp && media.path_port != 0) {
        // RFC 4975 section 8.1: the end listens where its path says.
        endpoint.port = media.path_port;
        endpoint.address = media.path_address ? media.path_address : endpoint.address;
    }
    if (endpoint.address && endpoint.address->is_unspecified()) {
        endpoint.address.reset();  // on hold as RFC 2543 had it: where the end is has not changed
    }
    if (media.port == 0) {
        endpoint.state = MediaState::rejected;
    } else if (endpoint.address && endpoint.address->is_multicast()) {
        endpoint.state = MediaState::multicast;
    }
    return endpoint;
}

std::vector<MediaEndpoint> media_of(std::string_view description) {
    std::vector<MediaEndpoint> endpoints;
    const Result<sdp::Description> parsed = sdp::parse(description);
    if (!parsed) {
        return endpoints;
    }
    static_assert(limits::kMaxMedia >= proto::limits::kMaxMedia);
    for (const sdp::Media& media : parsed->media) {
        endpoints.push_back(endpoint_of(media, static_cast<std::uint16_t>(endpoints.size())));
    }
    return endpoints;
}

/// Answers and offers travel in these only; SDP elsewhere (200 to OPTIONS) tells of abilities.
bool carries_media(Act act) noexcept {
    return act == Act::propose || act == Act::progress || act == Act::accept || act == Act::answer;
}

}  // namespace

Timers SipProtocol::timers() const noexcept {
    using namespace std::chrono_literals;
    // Timer C (RFC 3261 section 16.6) bounds ringing to a little more than 3 minutes; Timer H, 64 * T1, is how long
    // retransmissions go on after the end.
    return {.setup = 200s, .dialog = 1h, .margin = 32s, .linger = 32s};
}

std::span<const Port> SipProtocol::usual_ports() const noexcept {
    static constexpr std::array<Port, 1> kPorts = {5060};
    return kPorts;
}

Result<MessageFacts> SipProtocol::read(Bytes message, const Origin& origin) const {
    const Result<sip::Message> parsed = sip::parse(as_text(message));
    if (!parsed) {
        return parsed.error();
    }
    const sip::Message& sip_message = *parsed;

    MessageFacts facts;
    facts.app = App::sip;
    facts.sender = origin.sender;
    facts.flow = origin.flow;
    facts.dialog = bounded_id(sip_message.call_id, limits::kMaxDialogId);
    facts.method = method_of(sip_message.cseq_method);
    facts.cseq = sip_message.cseq;
    facts.status = sip_message.status;
    facts.target = sip_message.uri.substr(0, limits::kMaxTarget);

    // The To of a transaction is the end that did not begin it.
    const bool begun_by_client = (origin.sender == Sender::client) == sip_message.is_request;
    facts.leg = bounded_id(sip::tag(begun_by_client ? sip_message.to : sip_message.from), limits::kMaxLegId);

    const std::optional<std::string_view> description =
        proto::multipart::find_sdp(sip_message.content_type, sip_message.body);
    facts.act = sip_message.is_request ? act_of_request(facts.method, description.has_value())
                                       : act_of_reply(facts.method, facts.status);
    facts.opens = sip_message.is_request && facts.act == Act::propose && sip::tag(sip_message.to).empty();
    if (description && carries_media(facts.act)) {
        facts.media = media_of(*description);
    }
    if (sip_message.session_expires && carries_media(facts.act)) {
        facts.lifetime = std::clamp<Duration>(std::chrono::seconds(*sip_message.session_expires), limits::kMinLifetime,
                                              limits::kMaxLifetime);
    }
    return facts;
}

}  // namespace sara::inspect
