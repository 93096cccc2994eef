// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "sim.hpp"

using namespace sara;
using namespace sara::wire;
using namespace std::chrono_literals;

namespace {

const Time kStart{};

Packet fill(Stream& stream, Time now) {
    Packet packet;
    stream.fill(packet, now);
    return packet;
}

std::vector<std::uint64_t> numbers(const Packet& packet) {
    std::vector<std::uint64_t> out;
    for (const Message& message : packet.messages) {
        out.push_back(message.number);
    }
    return out;
}

}  // namespace

TEST_CASE("several messages share a datagram") {
    Stream stream;
    for (std::uint8_t i = 0; i < 3; ++i) {
        stream.send({i});
    }
    CHECK(numbers(fill(stream, kStart)) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK_FALSE(stream.wants_packet(kStart));
}

TEST_CASE("a datagram is filled up to a frame, a larger message travels alone") {
    Stream stream;
    stream.send(Buffer(800));
    stream.send(Buffer(800));
    stream.send(Buffer(3000));
    stream.send(Buffer(10));
    CHECK(numbers(fill(stream, kStart)) == std::vector<std::uint64_t>{1});
    CHECK(numbers(fill(stream, kStart)) == std::vector<std::uint64_t>{2});
    CHECK(numbers(fill(stream, kStart)) == std::vector<std::uint64_t>{3});
    CHECK(numbers(fill(stream, kStart)) == std::vector<std::uint64_t>{4});

    Stream full;
    for (int i = 0; i < 200; ++i) {
        full.send(Buffer(50));
    }
    CHECK(encode(fill(full, kStart)).size() <= kPacketSize);
}

TEST_CASE("repetitions come after 10, 20, 40 ms, then ever more slowly, until acknowledged") {
    Stream stream;
    stream.send({1});
    Time now = kStart;
    Duration wait = 10ms;
    for (int i = 0; i < 40; ++i) {
        CHECK(numbers(fill(stream, now)).size() == 1);
        CHECK(stream.next_deadline() == now + wait);
        CHECK_FALSE(stream.wants_packet(now + wait - 1ns));
        now += wait;
        wait = std::min<Duration>(2 * wait, Stream::kLastRepeat);
    }
    CHECK(stream.stats().sent == 1);
    CHECK(stream.stats().retransmitted == 39);
    CHECK(stream.accept(Packet{.next = 2}).empty());
    CHECK(stream.next_deadline() == kNever);
    CHECK(stream.stats().acknowledged == 1);
    CHECK(stream.queued() == 0);
}

TEST_CASE("in a new epoch everything outstanding is due at once, and patience begins anew") {
    Stream stream;
    stream.send({1});
    Time now = kStart;
    for (int i = 0; i < 5; ++i) {
        static_cast<void>(fill(stream, now));
        now = stream.next_deadline();
    }
    static_cast<void>(fill(stream, now));
    stream.rewind();
    REQUIRE(stream.wants_packet(now));
    static_cast<void>(fill(stream, now));
    CHECK(stream.next_deadline() == now + Stream::kFirstRepeat);
}

TEST_CASE("messages are delivered once, at once and unordered, the answer tells which") {
    Stream receiver;
    Packet third{.base = 1};
    third.messages = {{3, {'c'}}};
    CHECK(receiver.accept(Packet(third)) == std::vector<Buffer>{{'c'}});
    CHECK(receiver.accept(Packet(third)).empty());
    CHECK(receiver.stats().duplicates == 1);
    REQUIRE(receiver.wants_packet(kStart));
    Packet answer = fill(receiver, kStart);
    CHECK(answer.next == 1);
    CHECK(answer.received == Buffer{0x02});  // 1 + 1 + bit 1

    Stream sender;
    for (const char c : {'a', 'b', 'c'}) {
        sender.send({static_cast<std::uint8_t>(c)});
    }
    static_cast<void>(fill(sender, kStart));
    static_cast<void>(sender.accept(std::move(answer)));
    CHECK(sender.stats().acknowledged == 1);
    CHECK(numbers(fill(sender, kStart + 10ms)) == std::vector<std::uint64_t>{1, 2});

    Packet rest{.base = 1};
    rest.messages = {{1, {'a'}}, {2, {'b'}}};
    CHECK(receiver.accept(std::move(rest)).size() == 2);
    CHECK(fill(receiver, kStart).next == 4);
}

TEST_CASE("what an acknowledgement is news of is told once") {
    using Numbers = std::vector<std::uint64_t>;
    Stream stream;
    CHECK(stream.send({1}) == 1);
    CHECK(stream.send({2}) == 2);
    CHECK(stream.send(Buffer(kMaxMessage + 1)) == std::nullopt);
    CHECK(stream.send({3}) == 3);
    static_cast<void>(fill(stream, kStart));
    static_cast<void>(stream.accept(Packet{.next = 1, .received = {0x01}}));
    CHECK(stream.take_acknowledged() == Numbers{2});
    CHECK(stream.take_acknowledged().empty());
    static_cast<void>(stream.accept(Packet{.next = 4}));
    CHECK(stream.take_acknowledged() == Numbers{1, 3});
    CHECK(stream.send({4}) == 4);

    // Nobody has to ask.
    static_cast<void>(fill(stream, kStart));
    static_cast<void>(stream.accept(Packet{.next = 5}));
    static_cast<void>(stream.accept(Packet{.next = 5}));
    CHECK(stream.take_acknowledged().empty());
}

TEST_CASE("an acknowledgement of what was never sent says nothing") {
    Stream stream;
    stream.send({1});
    static_cast<void>(stream.accept(Packet{.next = 2}));  // queued, but not sent yet
    CHECK(stream.stats().acknowledged == 0);
    static_cast<void>(fill(stream, kStart));
    static_cast<void>(stream.accept(Packet{.next = 100}));
    CHECK(stream.stats().acknowledged == 0);
    CHECK(stream.queued() == 1);
}

TEST_CASE("a full queue gives up the oldest, counts it, and the receiver skips it") {
    Stream sender;
    for (std::size_t i = 0; i < Stream::kMaxQueued + 5; ++i) {
        sender.send({1});
    }
    CHECK(sender.stats().overflowed == 5);
    CHECK(sender.queued() == Stream::kMaxQueued);
    sender.send(Buffer(kMaxMessage + 1));
    CHECK(sender.stats().refused == 1);

    Stream receiver;
    Packet first{.base = 1};
    first.messages = {{2, {}}};
    static_cast<void>(receiver.accept(std::move(first)));
    CHECK(receiver.accept(fill(sender, kStart)).size() > 1);
    CHECK(receiver.stats().skipped == 4);  // 1, 3, 4, 5
}

TEST_CASE("the queue is bounded in bytes too") {
    Stream sender;
    for (int i = 0; i < 200; ++i) {
        sender.send(Buffer(kMaxMessage));
    }
    CHECK(sender.queued() == Stream::kMaxQueuedBytes / kMaxMessage);
}

TEST_CASE("no more than the window is on its way, and what is beyond it is not taken") {
    Stream sender;
    for (std::size_t i = 0; i < kWindow + 10; ++i) {
        sender.send({});
    }
    std::size_t sent = 0;
    while (sender.wants_packet(kStart)) {
        sent += fill(sender, kStart).messages.size();
    }
    CHECK(sent == kWindow);

    Stream receiver;
    Packet far{.base = 1};
    far.messages = {{kWindow + 1, {}}, {kWindow, {}}};
    CHECK(receiver.accept(std::move(far)).size() == 1);
    CHECK(receiver.stats().strayed == 1);
    CHECK(fill(receiver, kStart).received.size() == kWindow / 8);
}
