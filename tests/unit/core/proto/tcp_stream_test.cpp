// SPDX-License-Identifier: GPL-2.0
#include "core/proto/tcp_stream.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace sara;
using namespace sara::proto;
using namespace std::chrono_literals;

namespace {

/// What came out of a stream, written down: bytes as they are, "<n>" for a loss, "^" start, "$" end, "!" reset.
struct Log {
    std::string text;

    void operator()(const StreamEvent& event) {
        switch (event.kind) {
        case StreamEvent::Kind::start:
            text += '^';
            break;
        case StreamEvent::Kind::data:
            CHECK_FALSE(event.bytes.empty());
            text += event.bytes;
            break;
        case StreamEvent::Kind::lost:
            text += '<' + std::to_string(event.missing) + '>';
            break;
        case StreamEvent::Kind::end:
            text += '$';
            break;
        case StreamEvent::Kind::reset:
            text += '!';
            break;
        }
    }
};

constexpr Time kStart{};

struct Bench {
    TcpStream stream;
    Log log;
    Time now = kStart;

    void push(const TcpSegment& segment) { stream.push(segment, now, std::ref(log)); }
    void syn(std::uint32_t isn) { push({isn, true, false, false, {}}); }
    void data(std::uint32_t seq, std::string_view bytes) { push({seq, false, false, false, bytes}); }
    void fin(std::uint32_t seq, std::string_view bytes = {}) { push({seq, false, true, false, bytes}); }
    void rst(std::uint32_t seq) { push({seq, false, false, true, {}}); }
    void expire() { stream.expire(now, std::ref(log)); }
    void flush() { stream.flush(std::ref(log)); }
};

}  // namespace

TEST_CASE("segments in order pass at once and nothing is held") {
    Bench bench;
    bench.syn(99);
    bench.data(100, "ab");
    bench.data(102, "cd");
    bench.fin(104, "e");
    CHECK(bench.log.text == "^abcde$");
    CHECK(bench.stream.held_bytes() == 0);
    CHECK(bench.stream.next_deadline() == kNever);
    CHECK(bench.stream.closed());
    CHECK(bench.stream.counters().bytes == 5);
}

TEST_CASE("sequence numbers wrap") {
    for (std::uint32_t isn = 0xfffffff0U; isn != 0x10U; ++isn) {
        CAPTURE(isn);
        Bench bench;
        bench.syn(isn);
        bench.data(isn + 9, "ijkl");
        bench.data(isn + 5, "efgh");
        bench.data(isn + 1, "abcd");
        bench.fin(isn + 13);
        CHECK(bench.log.text == "^abcdefghijkl$");
    }
}

TEST_CASE("five segments in every order give the same bytes") {
    const std::string text = "abcdefghij";
    std::vector<std::uint32_t> order = {0, 1, 2, 3, 4};
    do {
        Bench bench;
        bench.syn(999);
        for (const std::uint32_t i : order) {
            const TcpSegment segment{1000 + 2 * i, false, i == 4, false, std::string_view(text).substr(2 * i, 2)};
            bench.push(segment);
        }
        CAPTURE(order);
        CHECK(bench.log.text == "^abcdefghij$");
        CHECK(bench.stream.held_bytes() == 0);
        CHECK(bench.stream.next_deadline() == kNever);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("overlapping segments in every order give every byte once") {
    const std::string text = "abcdefghij";
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges = {{0, 4}, {2, 7}, {1, 3}, {5, 10}, {3, 9}};
    std::vector<std::size_t> order = {0, 1, 2, 3, 4};
    do {
        Bench bench;
        bench.syn(0xfffffffa);  // 0xfffffffb is 'a': the wrap lies inside
        for (const std::size_t i : order) {
            const auto [from, to] = ranges[i];
            bench.data(0xfffffffbU + from, std::string_view(text).substr(from, to - from));
        }
        CAPTURE(order);
        CHECK(bench.log.text == "^abcdefghij");
        CHECK(bench.stream.counters().duplicate_bytes == 4 + 5 + 2 + 5 + 6 - 10);
        CHECK(bench.stream.held_bytes() == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("of overlapping bytes the first ones stay") {
    Bench bench;
    bench.syn(99);
    bench.data(102, "CD");
    bench.data(100, "abcdef");
    CHECK(bench.log.text == "^abCDef");
    bench.data(104, "XXg");
    CHECK(bench.log.text == "^abCDefg");
}

TEST_CASE("a retransmission changes nothing") {
    Bench bench;
    bench.syn(99);
    bench.syn(99);
    bench.data(100, "abc");
    bench.data(100, "abc");
    bench.data(105, "f");
    bench.data(105, "f");
    bench.data(100, "ab");
    CHECK(bench.log.text == "^abc");
    CHECK(bench.stream.held_segments() == 1);
    CHECK(bench.stream.counters().duplicate_bytes == 3 + 1 + 2);
}

TEST_CASE("keep-alive probes and pure acknowledgements carry nothing") {
    Bench bench;
    bench.data(500, "");
    CHECK(bench.log.text.empty());
    bench.syn(99);
    bench.data(100, "abc");
    bench.data(102, "");
    bench.data(102, "z");
    CHECK(bench.log.text == "^abc");
}

TEST_CASE("data in a SYN counts after it") {
    Bench bench;
    bench.push({99, true, false, false, "ab"});
    bench.data(102, "c");
    CHECK(bench.log.text == "^abc");
}

TEST_CASE("a stream without SYN is joined where it is first heard") {
    Bench bench;
    bench.data(5000, "abc");
    bench.data(4990, "before");
    bench.data(5003, "def");
    CHECK(bench.log.text == "<0>abcdef");
    CHECK(bench.stream.counters().joins == 1);
}

TEST_CASE("a gap is given up when it is older than the patience") {
    Bench bench;
    bench.syn(99);
    bench.data(100, "ab");
    bench.now += 10s;
    bench.data(105, "fg");
    CHECK(bench.stream.next_deadline() == bench.now + limits::kGapPatience);
    bench.now += limits::kGapPatience - 1ns;
    bench.expire();
    CHECK(bench.log.text == "^ab");
    bench.now += 1ns;
    bench.expire();
    CHECK(bench.log.text == "^ab<3>fg");
    CHECK(bench.stream.next_deadline() == kNever);
    CHECK(bench.stream.counters().lost_bytes == 3);
    CHECK(bench.stream.counters().gaps == 1);
    bench.data(102, "cde");  // too late
    bench.data(107, "h");
    CHECK(bench.log.text == "^ab<3>fgh");
}

TEST_CASE("each gap has the patience of the segments that wait behind it") {
    Bench bench;
    bench.syn(99);
    bench.data(101, "b");
    bench.now += limits::kGapPatience / 2;
    bench.data(103, "d");
    bench.now += limits::kGapPatience / 2;
    bench.expire();
    CHECK(bench.log.text == "^<1>b");
    CHECK(bench.stream.next_deadline() == bench.now + limits::kGapPatience / 2);
    bench.data(102, "c");
    CHECK(bench.log.text == "^<1>bcd");
}

TEST_CASE("a gap before the FIN is given up too") {
    Bench bench;
    bench.syn(99);
    bench.fin(103);
    CHECK(bench.log.text == "^");
    bench.now += limits::kGapPatience;
    bench.expire();
    CHECK(bench.log.text == "^<3>$");
    CHECK(bench.stream.next_deadline() == kNever);
}

TEST_CASE("flush gives all gaps up") {
    Bench bench;
    bench.syn(99);
    bench.data(101, "b");
    bench.data(103, "d");
    bench.flush();
    CHECK(bench.log.text == "^<1>b<1>d");
    bench.flush();
    CHECK(bench.log.text == "^<1>b<1>d");
}

TEST_CASE("too many held segments end the patience") {
    Bench bench;
    bench.syn(99);
    for (std::uint32_t i = 0; i < limits::kMaxHeldSegments; ++i) {
        bench.data(101 + 2 * i, "x");
    }
    CHECK(bench.log.text == "^");
    CHECK(bench.stream.held_segments() == limits::kMaxHeldSegments);
    bench.data(101 + 2 * limits::kMaxHeldSegments, "y");
    CHECK(bench.log.text == "^<1>x");
    CHECK(bench.stream.held_segments() == limits::kMaxHeldSegments);
}

TEST_CASE("too many held bytes end the patience") {
    Bench bench;
    bench.syn(99);
    const std::string block(limits::kMaxHeldBytes / 4, 'x');
    for (std::uint32_t i = 0; i < 4; ++i) {
        bench.data(101 + static_cast<std::uint32_t>(i * block.size()), block);
    }
    CHECK(bench.log.text == "^");
    CHECK(bench.stream.held_bytes() == limits::kMaxHeldBytes);
    bench.data(101 + static_cast<std::uint32_t>(4 * block.size()) + 5, "y");
    CHECK(bench.log.text.size() == 1 + 3 + limits::kMaxHeldBytes);
    CHECK(bench.stream.held_bytes() == 1);
}

TEST_CASE("a SYN with another number is a new connection") {
    Bench bench;
    bench.syn(99);
    bench.data(100, "ab");
    bench.data(110, "held");
    bench.syn(5000);
    bench.data(5001, "new");
    CHECK(bench.log.text == "^ab^new");
    CHECK(bench.stream.held_bytes() == 0);
    CHECK(bench.stream.next_deadline() == kNever);
}

TEST_CASE("after FIN or RST nothing comes but a new SYN") {
    Bench bench;
    bench.syn(99);
    bench.fin(100, "a");
    bench.data(102, "late");
    bench.fin(100, "a");
    bench.syn(99);
    bench.rst(102);
    CHECK(bench.log.text == "^a$");
    bench.syn(700);
    bench.data(701, "b");
    bench.rst(702);
    bench.data(702, "late");
    CHECK(bench.log.text == "^a$^b!");
    CHECK(bench.stream.closed());
}

TEST_CASE("nothing follows a FIN") {
    Bench bench;
    bench.syn(99);
    bench.fin(102, "c");
    bench.data(100, "abXYZ");
    CHECK(bench.log.text == "^abc$");
}

TEST_CASE("segments far away are no part of the stream") {
    Bench bench;
    bench.syn(99);
    bench.data(100 + limits::kMaxSeqDistance + 1, "far");
    bench.data(100 - limits::kMaxSeqDistance - 4, "old");
    bench.rst(100 + limits::kMaxSeqDistance + 1);
    bench.data(100, "ab");
    CHECK(bench.log.text == "^ab");
    CHECK(bench.stream.counters().out_of_window == 2);
    CHECK(bench.stream.held_bytes() == 0);
}

TEST_CASE("when the stream is far away for good it is joined there") {
    Bench bench;
    bench.syn(99);
    bench.data(100, "ab");
    const std::uint32_t there = 0x50000000;
    for (std::uint32_t i = 0; i + 1 < limits::kRejoinAfter; ++i) {
        bench.data(there + i, "x");
    }
    CHECK(bench.log.text == "^ab");
    bench.data(there + 100, "yz");
    bench.data(there + 102, "!");
    CHECK(bench.log.text == "^ab<0>yz!");
}
