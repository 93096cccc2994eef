// SPDX-License-Identifier: GPL-2.0
#include "core/proto/multipart.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/proto/limits.hpp"

using namespace sara::proto;

namespace {

constexpr std::string_view kMixed = "for people\r\n"
                                    "--b1\r\n"
                                    "Content-Type: text/plain\r\n"
                                    "\r\n"
                                    "hello\r\n"
                                    "--b1x\r\n"
                                    "--b1 \r\n"
                                    "c: application/sdp\r\n"
                                    "Content-Disposition: session\r\n"
                                    "\r\n"
                                    "v=0\r\nm=audio 6000 RTP/AVP 0\r\n"
                                    "\r\n"
                                    "--b1--\r\n"
                                    "--b1\r\n\r\nafter the end";

std::vector<std::string> bodies(std::string_view type, std::string_view body) {
    std::vector<std::string> found;
    multipart::Reader reader(type, body);
    while (const auto part = reader.next()) {
        found.emplace_back(part->body);
    }
    return found;
}

}  // namespace

TEST_CASE("parts stand between delimiter lines, without the line end before these") {
    CHECK(bodies("multipart/mixed;boundary=b1", kMixed) ==
          std::vector<std::string>{"hello\r\n--b1x", "v=0\r\nm=audio 6000 RTP/AVP 0\r\n"});
    CHECK(bodies("Multipart/Mixed; x=y; Boundary=\"b1\"", kMixed).size() == 2);
}

TEST_CASE("LF-only parts, parts without headers, and an unclosed last part") {
    CHECK(bodies("multipart/mixed;boundary=b", "--b\n\none\n--b\nA: 1\n\ntwo\n--b--") ==
          std::vector<std::string>{"one", "two"});
    CHECK(bodies("multipart/mixed;boundary=b", "--b\r\n\r\none\r\n--b\r\n\r\ntw") ==
          std::vector<std::string>{"one", "tw"});
    CHECK(bodies("multipart/mixed;boundary=b", "--b\r\nA: 1\r\n--b--") == std::vector<std::string>{""});
}

TEST_CASE("without a usable boundary there are no parts") {
    CHECK(bodies("multipart/mixed", kMixed).empty());
    CHECK(bodies("multipart/mixed;boundary=", kMixed).empty());
    CHECK(bodies("multipart/mixed;boundary=b2", kMixed).empty());
    CHECK(bodies("multipart/mixed;boundary=b1", "").empty());
    CHECK(bodies("multipart/mixed;boundary=b", "--b--\r\n--b\r\n\r\nx").empty());
    const std::string longest(limits::kMaxBoundary, 'b');
    CHECK(bodies("multipart/mixed;boundary=" + longest, "--" + longest + "\r\n\r\nx").size() == 1);
    CHECK(bodies("multipart/mixed;boundary=b" + longest, "--b" + longest + "\r\n\r\nx").empty());
}

TEST_CASE("no more parts are read than the bound") {
    std::string body;
    for (std::size_t i = 0; i < limits::kMaxMultipartParts + 1; ++i) {
        body += "--b\r\n\r\nx\r\n";
    }
    CHECK(bodies("multipart/mixed;boundary=b", body).size() == limits::kMaxMultipartParts);
}

TEST_CASE("SDP is found alone, in a part, and in a part of a part") {
    CHECK(multipart::find_sdp("application/SDP; charset=x", "v=0") == "v=0");
    CHECK(multipart::find_sdp("multipart/mixed;boundary=b1", kMixed) == "v=0\r\nm=audio 6000 RTP/AVP 0\r\n");
    CHECK(multipart::find_sdp("multipart/mixed;boundary=o",
                              "--o\r\nContent-Type: multipart/alternative;boundary=i\r\n\r\n"
                              "--i\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--i--\r\n--o--") == "v=0");
    CHECK_FALSE(multipart::find_sdp("text/plain", "v=0"));
    CHECK_FALSE(multipart::find_sdp("application/sdpx", "v=0"));
    CHECK_FALSE(multipart::find_sdp("multipart/mixed;boundary=b1", "--b1\r\n\r\nv=0\r\n--b1--"));
}

TEST_CASE("parts in parts are followed down to the bound") {
    std::string type = "application/sdp";
    std::string body = "v=0";
    for (std::size_t depth = 0; depth <= limits::kMaxMultipartDepth; ++depth) {
        CAPTURE(depth);
        CHECK(multipart::find_sdp(type, body).has_value());
        const std::string boundary(1, static_cast<char>('a' + depth));
        body = "--" + boundary + "\r\nContent-Type: " + type + "\r\n\r\n" + body + "\r\n--" + boundary + "--";
        type = "multipart/mixed;boundary=" + boundary;
    }
    CHECK_FALSE(multipart::find_sdp(type, body));
}

TEST_CASE("a body without Content-Type is SDP when it starts like one") {
    CHECK(multipart::find_sdp("", "v=0\r\n") == "v=0\r\n");
    CHECK_FALSE(multipart::find_sdp("", "hello"));
    CHECK_FALSE(multipart::find_sdp("", ""));
    CHECK_FALSE(multipart::find("", "v=0", "text/plain"));
}
