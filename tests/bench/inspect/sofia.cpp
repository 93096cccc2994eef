// SPDX-License-Identifier: GPL-2.0
// sofia-sip, as FreeSWITCH reads with it: the message, and then its body.
#include <sofia-sip/msg.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/su_alloc.h>

#include "inspect/reader.hpp"

namespace sara::bench {

namespace {

std::size_t parse(std::string_view bytes) {
    msg_t* const message = msg_make(sip_default_mclass(), 0, bytes.data(), static_cast<ssize_t>(bytes.size()));
    if (message == nullptr) {
        return 0;
    }
    const sip_t* const sip = sip_object(message);
    std::size_t found = 0;
    if (sip != nullptr && sip->sip_error == nullptr && sip->sip_call_id != nullptr && sip->sip_cseq != nullptr) {
        found = 1;
        if (sip->sip_payload != nullptr) {
            su_home_t* const home = msg_home(message);
            sdp_parser_t* const parser =
                sdp_parse(home, sip->sip_payload->pl_data, static_cast<issize_t>(sip->sip_payload->pl_len), 0);
            if (const sdp_session_t* const session = sdp_session(parser)) {
                for (const sdp_media_t* media = session->sdp_media; media != nullptr; media = media->m_next) {
                    ++found;
                }
            }
            sdp_parser_free(parser);
        }
    }
    msg_destroy(message);
    return found;
}

class Sofia final : public Reader {
public:
    [[nodiscard]] std::string_view name() const override { return "sofia"; }
    [[nodiscard]] Reading read(std::string_view message, std::size_t times) override {
        return repeat(times, [&] { return parse(message); });
    }
};

}  // namespace

std::unique_ptr<Reader> make_sofia() {
    return std::make_unique<Sofia>();
}

}  // namespace sara::bench
