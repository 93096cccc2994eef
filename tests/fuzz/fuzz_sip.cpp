// SPDX-License-Identifier: GPL-2.0
// Any bytes as a SIP datagram, with all that is asked of a message afterwards.
#include "core/proto/limits.hpp"
#include "core/proto/multipart.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"
#include "core/proto/sip_busy.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;

namespace {

/// What is answered is a request that begins something; the answer is a whole message of the same transaction.
void expect_busy(std::string_view bytes) {
    constexpr std::uint64_t kSeed = 7;
    const Endpoint from{Address::v4({198, 18, 1, 11}), 5060};
    const auto answer = sip::answer_busy(bytes, from, std::chrono::seconds(5), kSeed);
    if (!answer) {
        expect(!answer.error().what.empty(), "a refusal says why");
        return;
    }
    const auto request = sip::parse(bytes);
    const auto response = sip::parse(answer->message);
    expect(request.ok() && request->is_request && sip::tag(request->to).empty(), "a request outside of a dialog");
    expect(request->method != "ACK" && request->method != "CANCEL", "nobody waits for an answer to these");
    expect(response.ok() && response->complete && response->status == 503, "the answer is a whole 503");
    expect(response->cseq == request->cseq && response->cseq_method == request->method, "its CSeq is the request's");
    expect(sip::header(*response, "Retry-After") == "5", "it says when to come back");
    const auto via = sip::parse_via(response->via);
    expect(via && via->branch == sip::parse_via(request->via)->branch, "its branch is the request's");
    expect(!sip::tag(response->to).empty(), "its To has a tag");
    expect(answer->to.address == from.address && answer->to.port != 0, "it goes where the request came from");
    expect(answer->message.size() <= sip::kMaxBusyAnswer && answer->message.size() <= 2 * bytes.size() + 256,
           "it is bounded, by the request, too");
    expect(sip::answer_busy(bytes, from, std::chrono::seconds(5), kSeed)->message == answer->message,
           "a repetition gets the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto message = sip::parse(bytes);
    if (!message) {
        expect(!message.error().what.empty(), "a refusal says why");
        return 0;
    }
    expect(size <= limits::kMaxMessage, "the size is bounded");
    expect(!message->call_id.empty() && !message->cseq_method.empty(), "Call-ID and CSeq are there");
    expect(message->is_request ? message->status == 0 && message->method == message->cseq_method
                               : message->status >= 100 && message->status <= 699 && message->method.empty(),
           "a message is a request or a reply");
    for (const std::string_view view :
         {message->method, message->uri, message->reason, message->call_id, message->from, message->to, message->via,
          message->contact, message->content_type, message->head, message->body}) {
        expect_within(view, bytes, "fields are views into the message");
    }
    expect(!message->complete || !message->content_length || message->body.size() == *message->content_length,
           "a complete body has its Content-Length");
    expect(sip::header(*message, "Call-ID") == message->call_id, "header() finds what parse() found");
    for (const std::string_view value : {message->from, message->to, message->contact}) {
        expect_within(sip::tag(value), value, "a tag lies in its value");
        expect_within(sip::address_uri(value), value, "a URI lies in its value");
        if (const auto host = sip::uri_host(sip::address_uri(value))) {
            expect(!host->host.empty(), "a host is not empty");
        }
    }
    if (const auto via = sip::parse_via(message->via)) {
        expect_within(via->branch, message->via, "a branch lies in its Via");
    }
    expect_busy(bytes);
    if (const auto body = multipart::find_sdp(message->content_type, message->body)) {
        expect_within(*body, message->body, "a part lies in its body");
        static_cast<void>(sdp::parse(*body));
    }
    return 0;
}
