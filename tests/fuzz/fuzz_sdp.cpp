// SPDX-License-Identifier: GPL-2.0
// Input: a Content-Type on the first line, then a body.
#include "core/proto/multipart.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/text.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;

namespace {

void check(const sdp::Description& description, std::string_view text) {
    expect(description.media.size() <= limits::kMaxMedia, "media are bounded");
    expect(description.media_dropped == 0 || description.media.full(), "media are dropped only when the list is full");
    for (const sdp::Media& media : description.media) {
        for (const std::string_view view :
             {media.kind, media.proto, media.formats, media.connection.text, media.path, media.control}) {
            expect_within(view, text, "fields are views into the description");
        }
        expect(media.port_count >= 1 && media.port_count <= limits::kMaxPortCount, "the port count is bounded");
        expect(media.port != 0 || media.rtcp_port == 0, "a rejected medium has no RTCP");
        expect(media.carrier == sdp::Carrier::rtp || media.rtcp_port == 0, "only RTP has RTCP");
        expect(!media.connection.address || !media.connection.text.empty(), "an address comes from a text");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const std::string_view all = body;
    const std::string_view type = take_line(body).value_or(std::string_view());
    multipart::Reader parts(type, body);
    std::size_t count = 0;
    while (const auto part = parts.next()) {
        expect_within(part->body, body, "a part lies in its body");
        expect_within(part->headers, body, "a part's headers lie in its body");
        ++count;
    }
    expect(count <= limits::kMaxMultipartParts, "parts are bounded");
    if (const auto found = multipart::find_sdp(type, body)) {
        expect_within(*found, body, "a part lies in its body");
        if (const auto description = sdp::parse(*found)) {
            check(*description, *found);
        }
    }
    if (const auto description = sdp::parse(all)) {
        check(*description, all);
    }
    return 0;
}
