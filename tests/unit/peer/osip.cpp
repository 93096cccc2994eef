// SPDX-License-Identifier: GPL-2.0
// libosip2 reads SIP and SDP.
#include <sys/time.h>
//
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "core/proto/text.hpp"
#include "peer/peers.hpp"

namespace sara::test::peer {

namespace {

struct FreeMessage {
    void operator()(osip_message_t* message) const { osip_message_free(message); }
};
struct FreeSdp {
    void operator()(sdp_message_t* sdp) const { sdp_message_free(sdp); }
};

std::string_view text(const char* value) noexcept {
    return value == nullptr ? std::string_view() : std::string_view(value);
}

unsigned number(const char* value) {
    return value == nullptr ? 0 : static_cast<unsigned>(std::strtoul(value, nullptr, 10));
}

std::string tag_of(osip_from_t* from) {
    osip_generic_param_t* tag = nullptr;
    char name[] = "tag";  // what the macro osip_from_get_tag() asks for, which passes a literal as char*
    return from != nullptr && osip_generic_param_get_byname(&from->gen_params, name, &tag) == OSIP_SUCCESS
               ? std::string(text(tag->gvalue))
               : "";
}

std::string_view direction_of(sdp_message_t* sdp, int position, std::string_view otherwise) {
    for (int i = 0; const sdp_attribute_t* const attribute = sdp_message_attribute_get(sdp, position, i); ++i) {
        const std::string_view name = text(attribute->a_att_field);
        if (name == "sendrecv" || name == "sendonly" || name == "recvonly" || name == "inactive") {
            otherwise = name;
        }
    }
    return otherwise;
}

std::string media_line(sdp_message_t* sdp, int position) {
    Medium medium;
    medium.kind = text(sdp_message_m_media_get(sdp, position));
    medium.port = number(sdp_message_m_port_get(sdp, position));
    const char* const count = sdp_message_m_number_of_port_get(sdp, position);
    medium.count = count == nullptr ? 1 : number(count);
    medium.proto = text(sdp_message_m_proto_get(sdp, position));
    const char* const own = sdp_message_c_addr_get(sdp, position, 0);
    medium.address = text(own != nullptr ? own : sdp_message_c_addr_get(sdp, -1, 0));
    medium.direction = direction_of(sdp, position, direction_of(sdp, -1, "sendrecv"));
    std::string_view rtcp;
    for (int i = 0; const sdp_attribute_t* const attribute = sdp_message_attribute_get(sdp, position, i); ++i) {
        if (text(attribute->a_att_field) == "rtcp") {
            rtcp = text(attribute->a_att_value);
        }
        medium.rtcp_mux = medium.rtcp_mux || text(attribute->a_att_field) == "rtcp-mux";
    }
    // Without a port there is no stream, and with one for both, none for RTCP.
    if (medium.port != 0 && !medium.rtcp_mux) {
        medium.rtcp_port = proto::leading_number(proto::take_word(rtcp)).value_or(0);
        static_cast<void>(proto::take_word(rtcp));
        static_cast<void>(proto::take_word(rtcp));
        medium.rtcp_address = proto::take_word(rtcp);
        if (medium.rtcp_port == medium.port + 1 && medium.rtcp_address.empty()) {
            medium.rtcp_port = 0;  // where it would be anyway
        }
    }
    return line_of(medium);
}

void add_sdp(Reading& out, const std::string& body) {
    sdp_message_t* parsed = nullptr;
    sdp_message_init(&parsed);
    const std::unique_ptr<sdp_message_t, FreeSdp> sdp(parsed);
    if (sdp_message_parse(sdp.get(), body.c_str()) != OSIP_SUCCESS) {
        out.emplace_back("sdp refused");
        return;
    }
    for (int i = 0; sdp_message_endof_media(sdp.get(), i) == 0; ++i) {
        out.push_back(media_line(sdp.get(), i));
    }
}

bool is_sdp(const osip_content_type_t* type) {
    return type != nullptr && proto::iequals(text(type->type), "application") &&
           proto::iequals(text(type->subtype), "sdp");
}

std::string lower(std::string_view value) {
    std::string out(value);
    for (char& c : out) {
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return out;
}

void add_body(Reading& out, osip_message_t* message) {
    const osip_content_type_t* const type = osip_message_get_content_type(message);
    const bool multipart = type != nullptr && proto::iequals(text(type->type), "multipart");
    std::string whole;
    std::string sdp;
    for (int i = 0; i < osip_list_size(&message->bodies); ++i) {
        const auto* const body = static_cast<const osip_body_t*>(osip_list_get(&message->bodies, i));
        const std::string part(body->body, body->length);
        whole += part;
        if (sdp.empty() && is_sdp(multipart ? body->content_type : type)) {
            sdp = part;
        }
    }
    if (!multipart) {
        out.push_back("body " + whole);
    }
    if (!sdp.empty()) {
        add_sdp(out, sdp);
    }
}

/// It writes what it dislikes on the standard output, which is not asked here.
int quiet_parser_init() {
    osip_trace_initialize_func(TRACE_LEVEL0, [](const char*, int, osip_trace_level_t, const char*, va_list) {});
    return parser_init();
}

}  // namespace

std::optional<Reading> read_by_osip(std::string_view bytes) {
    static const int ready = quiet_parser_init();
    osip_message_t* parsed = nullptr;
    if (ready != OSIP_SUCCESS || osip_message_init(&parsed) != OSIP_SUCCESS) {
        return std::nullopt;
    }
    const std::unique_ptr<osip_message_t, FreeMessage> message(parsed);
    const std::string copy(bytes);
    if (osip_message_parse(message.get(), copy.c_str(), copy.size()) != OSIP_SUCCESS || message->call_id == nullptr ||
        message->cseq == nullptr) {
        return std::nullopt;
    }
    Reading out;
    out.push_back(MSG_IS_REQUEST(message.get()) ? "method " + std::string(text(message->sip_method))
                                                : "status " + std::to_string(message->status_code));
    const std::string_view host = text(message->call_id->host);
    out.push_back("call-id " + std::string(text(message->call_id->number)) +
                  (host.empty() ? "" : "@" + std::string(host)));
    out.push_back("cseq " + std::to_string(number(message->cseq->number)) + " " +
                  std::string(text(message->cseq->method)));
    out.push_back("from-tag " + tag_of(message->from));
    out.push_back("to-tag " + tag_of(message->to));
    osip_via_t* via = nullptr;
    osip_generic_param_t* branch = nullptr;
    if (osip_message_get_via(message.get(), 0, &via) >= 0 && via != nullptr) {
        osip_via_param_get_byname(via, const_cast<char*>("branch"), &branch);
    }
    out.push_back("branch " + std::string(branch == nullptr ? std::string_view() : text(branch->gvalue)));
    const osip_content_length_t* const length = osip_message_get_content_length(message.get());
    out.push_back("content-length " + (length == nullptr ? "unsaid" : std::to_string(number(length->value))));
    const osip_content_type_t* const type = osip_message_get_content_type(message.get());
    out.push_back("content-type " +
                  (type == nullptr ? "" : lower(text(type->type)) + "/" + lower(text(type->subtype))));
    add_body(out, message.get());
    return out;
}

}  // namespace sara::test::peer
