// SPDX-License-Identifier: GPL-2.0
// Any bytes as an RTSP message, and as the value of a Transport header.
#include "core/proto/limits.hpp"
#include "core/proto/multipart.hpp"
#include "core/proto/rtsp.hpp"
#include "core/proto/sdp.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;

namespace {

void check(const rtsp::TransportList& list, std::string_view bytes) {
    expect(list.size() <= limits::kMaxTransports, "alternatives are bounded");
    for (const rtsp::TransportSpec& spec : list) {
        expect(!spec.protocol.empty(), "an alternative names its protocol");
        for (const std::string_view view : {spec.protocol, spec.source, spec.destination, spec.mode}) {
            expect_within(view, bytes, "fields are views into the message");
        }
        expect(spec.dest_addr.size() <= limits::kMaxTransportAddrs, "addresses are bounded");
        expect(!spec.source_address || !spec.source.empty(), "an address comes from a text");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check(rtsp::parse_transport(bytes), bytes);
    const auto message = rtsp::parse(bytes);
    if (!message) {
        expect(!message.error().what.empty(), "a refusal says why");
        return 0;
    }
    expect(size <= limits::kMaxMessage, "the size is bounded");
    expect(message->is_request ? message->status == 0 && !message->method.empty() && !message->uri.empty()
                               : message->status >= 100 && message->method.empty(),
           "a message is a request or a reply");
    for (const std::string_view view : {message->method, message->uri, message->reason, message->session,
                                        message->transport, message->content_type, message->head, message->body}) {
        expect_within(view, bytes, "fields are views into the message");
    }
    expect(!message->complete || message->body.size() == message->content_length.value_or(0),
           "a complete body has its Content-Length");
    check(rtsp::transports(*message), bytes);
    if (const auto body = multipart::find_sdp(message->content_type, message->body)) {
        static_cast<void>(sdp::parse(*body));
    }
    return 0;
}
