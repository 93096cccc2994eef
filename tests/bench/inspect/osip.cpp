// SPDX-License-Identifier: GPL-2.0
// libosip2, as eXosip and others read with it: the message, and then its body.
#include <sys/time.h>
//
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>

#include "inspect/reader.hpp"

namespace sara::bench {

namespace {

std::size_t parse(std::string_view bytes) {
    osip_message_t* message = nullptr;
    if (osip_message_init(&message) != OSIP_SUCCESS) {
        return 0;
    }
    std::size_t found = 0;
    if (osip_message_parse(message, bytes.data(), bytes.size()) == OSIP_SUCCESS) {
        found = 1;
        osip_body_t* body = nullptr;
        sdp_message_t* sdp = nullptr;
        if (osip_message_get_body(message, 0, &body) >= 0 && sdp_message_init(&sdp) == OSIP_SUCCESS) {
            if (sdp_message_parse(sdp, body->body) == OSIP_SUCCESS) {
                while (sdp_message_endof_media(sdp, static_cast<int>(found) - 1) == 0) {
                    ++found;
                }
            }
            sdp_message_free(sdp);
        }
    }
    osip_message_free(message);
    return found;
}

class Osip final : public Reader {
public:
    Osip() { parser_init(); }
    [[nodiscard]] std::string_view name() const override { return "osip"; }
    [[nodiscard]] Reading read(std::string_view message, std::size_t times) override {
        return repeat(times, [&] { return parse(message); });
    }
};

}  // namespace

std::unique_ptr<Reader> make_osip() {
    return std::make_unique<Osip>();
}

}  // namespace sara::bench
