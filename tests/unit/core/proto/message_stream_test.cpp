// SPDX-License-Identifier: GPL-2.0
#include "core/proto/message_stream.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace sara;
using namespace sara::proto;

namespace {

using Messages = std::vector<std::string>;

constexpr std::uint32_t kIsn = 0xffffff00U;  // the numbers wrap inside the stream
constexpr Time kNow{};

const Messages kSent = {
    "OPTIONS rtsp://198.18.0.100/x RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "ANNOUNCE rtsp://198.18.0.100/x RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 20\r\n\r\nv=0\r\nm=audio 0 x 0\r\n",
    "SETUP rtsp://198.18.0.100/x/1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=5000-5001\r\n\r\n",
    "PLAY rtsp://198.18.0.100/x RTSP/1.0\r\nCSeq: 4\r\nSession: 1\r\n\r\n",
};

std::string all() {
    std::string text;
    for (const std::string& message : kSent) {
        text += message;
    }
    return text;
}

struct Ends {
    MessageStream stream{App::rtsp};
    Messages found;

    void push(const TcpSegment& segment, Time now = kNow) {
        stream.push(segment, now, [this](std::string_view message) { found.emplace_back(message); });
    }
    void open() { push({kIsn, true, false, false, {}}); }
};

}  // namespace

TEST_CASE("two segments, split anywhere, in both orders") {
    const std::string text = all();
    for (std::size_t split = 0; split <= text.size(); ++split) {
        CAPTURE(split);
        const TcpSegment first{kIsn + 1, false, false, false, std::string_view(text).substr(0, split)};
        const TcpSegment second{kIsn + 1 + static_cast<std::uint32_t>(split), false, true, false,
                                std::string_view(text).substr(split)};
        Ends straight;
        straight.open();
        straight.push(first);
        straight.push(second);
        CHECK(straight.found == kSent);
        CHECK(straight.stream.closed());
        Ends crossed;
        crossed.open();
        crossed.push(second);
        crossed.push(first);
        CHECK(crossed.found == kSent);
    }
}

TEST_CASE("small segments of every size, forwards and backwards") {
    const std::string text = all();
    for (std::size_t size = 6; size < 80; ++size) {
        CAPTURE(size);
        std::vector<TcpSegment> segments;
        for (std::size_t at = 0; at < text.size(); at += size) {
            segments.push_back({kIsn + 1 + static_cast<std::uint32_t>(at), false, false, false,
                                std::string_view(text).substr(at, size)});
        }
        REQUIRE(segments.size() <= limits::kMaxHeldSegments + 1);
        Ends forwards;
        forwards.open();
        for (const TcpSegment& segment : segments) {
            forwards.push(segment);
        }
        CHECK(forwards.found == kSent);
        std::reverse(segments.begin(), segments.end());
        Ends backwards;
        backwards.open();
        for (const TcpSegment& segment : segments) {
            backwards.push(segment);
        }
        CHECK(backwards.found == kSent);
        CHECK(backwards.stream.stream().counters().lost_bytes == 0);
    }
}

TEST_CASE("a segment that never comes costs the messages it touches, no others") {
    const std::string text = all();
    const auto second = static_cast<std::uint32_t>(kSent[0].size());
    const auto third = static_cast<std::uint32_t>(kSent[0].size() + kSent[1].size());
    Ends ends;
    ends.open();
    ends.push({kIsn + 1, false, false, false, std::string_view(text).substr(0, second + 10)});
    ends.push({kIsn + 1 + third - 10, false, false, false, std::string_view(text).substr(third - 10)});
    CHECK(ends.found == Messages{kSent[0]});
    CHECK(ends.stream.next_deadline() == kNow + limits::kGapPatience);
    ends.stream.expire(ends.stream.next_deadline(),
                       [&](std::string_view message) { ends.found.emplace_back(message); });
    CHECK(ends.found == Messages{kSent[0], kSent[2], kSent[3]});
    CHECK(ends.stream.framer().counters().sync_losses == 1);
}

TEST_CASE("a connection that is joined in its middle is understood from its next message on") {
    const std::string text = all();
    Ends ends;
    ends.push({77, false, false, false, std::string_view(text).substr(20)});
    CHECK(ends.found == Messages{kSent[1], kSent[2], kSent[3]});
}

TEST_CASE("a new connection on the same addresses forgets the old one's half message") {
    Ends ends;
    ends.open();
    ends.push({kIsn + 1, false, false, false, std::string_view(kSent[2]).substr(0, 30)});
    ends.push({1000, true, false, false, {}});
    ends.push({1001, false, false, false, kSent[3]});
    CHECK(ends.found == Messages{kSent[3]});
    CHECK(ends.stream.framer().counters().sync_losses == 0);
}

TEST_CASE("the end of a capture gives what waits behind a gap") {
    Ends ends;
    ends.open();
    ends.push({kIsn + 1 + 500, false, false, false, kSent[3]});
    CHECK(ends.found.empty());
    ends.stream.flush([&](std::string_view message) { ends.found.emplace_back(message); });
    CHECK(ends.found == Messages{kSent[3]});
}

TEST_CASE("a message's place is the sequence number behind it, however the stream is cut") {
    const std::string text = all();
    std::vector<std::uint32_t> ends;
    std::uint32_t end = kIsn + 1;
    for (const std::string& message : kSent) {
        end += static_cast<std::uint32_t>(message.size());
        ends.push_back(end);
    }
    for (std::size_t split = 0; split <= text.size(); ++split) {
        CAPTURE(split);
        MessageStream stream(App::rtsp);
        std::vector<std::uint32_t> places;
        const auto place = [&](std::string_view) { places.push_back(stream.position()); };
        stream.push({kIsn, true, false, false, {}}, kNow, place);
        stream.push({kIsn + 1, false, false, false, std::string_view(text).substr(0, split)}, kNow, place);
        stream.push(
            {kIsn + 1 + static_cast<std::uint32_t>(split), false, false, false, std::string_view(text).substr(split)},
            kNow, place);
        CHECK(places == ends);
    }
}

TEST_CASE("a message's place is right behind a gap, in a stream that was joined, and after another connection") {
    MessageStream stream(App::rtsp);
    std::vector<std::uint32_t> places;
    const auto place = [&](std::string_view) { places.push_back(stream.position()); };
    const auto size = static_cast<std::uint32_t>(kSent[0].size());
    stream.push({1000, false, false, false, kSent[0]}, kNow, place);
    stream.push({1000 + size, false, false, false, "no line"}, kNow, place);
    stream.push({2000, false, false, false, kSent[0]}, kNow, place);
    stream.flush(place);
    stream.push({50000, true, false, false, {}}, kNow, place);
    stream.push({50001, false, false, false, kSent[0]}, kNow, place);
    CHECK(places == std::vector<std::uint32_t>{1000 + size, 2000 + size, 50001 + size});
}
