// SPDX-License-Identifier: GPL-2.0
// Input: the bytes of a stream, and behind them (FuzzedDataProvider takes numbers from the end) how it is cut, ordered
// and disturbed. What must hold: a framer finds the same messages however the stream is cut; reassembly gives the same
// bytes whatever the order, repetition and overlap of the segments; and no segments whatever exceed the bounds.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/proto/framer.hpp"
#include "core/proto/message_stream.hpp"
#include "core/proto/tcp_stream.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;

namespace {

constexpr Time kNow{};
constexpr std::size_t kMaxCuts = 40;

struct Plan {
    App app = App::sip;
    bool joined = false;  ///< the framer starts out of step
    std::uint32_t isn = 0;
    std::vector<std::size_t> cuts;  ///< ascending, from 0 to the stream's size
    std::vector<std::pair<std::size_t, std::size_t>> repeats;
    std::vector<std::size_t> swaps;
    std::vector<std::uint32_t> strays;
    std::string stream;
};

Plan make_plan(FuzzedDataProvider& input) {
    Plan plan;
    plan.app = input.PickValueInArray({App::rtsp, App::sip, App::ftp});
    plan.joined = input.ConsumeBool();
    plan.isn = input.ConsumeIntegral<std::uint32_t>();
    const auto cuts = input.ConsumeIntegralInRange<std::size_t>(0, kMaxCuts);
    std::vector<std::uint16_t> numbers;
    for (std::size_t i = 0; i < cuts; ++i) {
        numbers.push_back(input.ConsumeIntegral<std::uint16_t>());
    }
    const auto repeats = input.ConsumeIntegralInRange<std::size_t>(0, 8);
    std::vector<std::pair<std::uint16_t, std::uint16_t>> ranges;
    for (std::size_t i = 0; i < repeats; ++i) {
        ranges.emplace_back(input.ConsumeIntegral<std::uint16_t>(), input.ConsumeIntegral<std::uint16_t>());
    }
    for (std::size_t i = 0; i < cuts + repeats; ++i) {
        plan.swaps.push_back(input.ConsumeIntegral<std::uint8_t>());
    }
    const auto strays = input.ConsumeIntegralInRange<std::size_t>(0, 100);
    for (std::size_t i = 0; i < strays; ++i) {
        plan.strays.push_back(input.ConsumeIntegral<std::uint32_t>());
    }
    plan.stream = input.ConsumeRemainingBytesAsString();
    // A stream beyond what may be held could lose bytes rightly.
    plan.stream.resize(std::min(plan.stream.size(), limits::kMaxHeldBytes));
    const std::size_t size = plan.stream.size();
    plan.cuts = {0, size};
    for (const std::uint16_t number : numbers) {
        plan.cuts.push_back(number % (size + 1));
    }
    std::sort(plan.cuts.begin(), plan.cuts.end());
    for (const auto& [a, b] : ranges) {
        plan.repeats.push_back(std::minmax<std::size_t>(a % (size + 1), b % (size + 1)));
    }
    return plan;
}

struct Outcome {
    std::vector<std::string> messages;
    Framer::Counters counters;
    std::size_t held = 0;
};

Outcome frame(const Plan& plan, const std::vector<std::size_t>& cuts) {
    Framer framer(plan.app);
    if (plan.joined) {
        framer.lost();
    }
    Outcome outcome;
    for (std::size_t i = 1; i < cuts.size(); ++i) {
        framer.feed(std::string_view(plan.stream).substr(cuts[i - 1], cuts[i] - cuts[i - 1]),
                    [&](std::string_view message) { outcome.messages.emplace_back(message); });
        expect(framer.held_bytes() < limits::kMaxMessage, "a framer holds less than a whole message");
    }
    outcome.counters = framer.counters();
    outcome.held = framer.held_bytes();
    return outcome;
}

void expect_same(const Outcome& a, const Outcome& b) {
    expect(a.messages == b.messages, "the messages do not depend on the cuts");
    expect(a.counters.messages == b.counters.messages && a.counters.keepalive_bytes == b.counters.keepalive_bytes &&
               a.counters.interleaved_frames == b.counters.interleaved_frames &&
               a.counters.interleaved_bytes == b.counters.interleaved_bytes &&
               a.counters.http_streams == b.counters.http_streams && a.counters.tls_streams == b.counters.tls_streams &&
               a.counters.foreign_bytes == b.counters.foreign_bytes &&
               a.counters.discarded_bytes == b.counters.discarded_bytes &&
               a.counters.sync_losses == b.counters.sync_losses && a.counters.oversized == b.counters.oversized,
           "the counters do not depend on the cuts");
    expect(a.held == b.held, "what is held does not depend on the cuts");
}

void check_framer(const Plan& plan) {
    const Outcome whole = frame(plan, {0, plan.stream.size()});
    expect_same(whole, frame(plan, plan.cuts));
    std::vector<std::size_t> bytewise(std::min<std::size_t>(plan.stream.size(), 4096) + 1);
    for (std::size_t i = 0; i < bytewise.size(); ++i) {
        bytewise[i] = i;
    }
    bytewise.push_back(plan.stream.size());
    expect_same(whole, frame(plan, bytewise));
    std::size_t total =
        whole.held + whole.counters.keepalive_bytes + whole.counters.discarded_bytes + whole.counters.foreign_bytes;
    for (const std::string& message : whole.messages) {
        total += message.size();
    }
    // A frame that the stream's end tears is counted as a whole.
    expect(total <= plan.stream.size() && total + whole.counters.interleaved_bytes >= plan.stream.size(),
           "every byte is accounted for");
}

std::vector<TcpSegment> segments_of(const Plan& plan) {
    std::vector<TcpSegment> segments;
    const std::string_view stream = plan.stream;
    const auto add = [&](std::size_t from, std::size_t to) {
        segments.push_back({plan.isn + 1 + static_cast<std::uint32_t>(from), false, to == stream.size(), false,
                            stream.substr(from, to - from)});
    };
    for (std::size_t i = 1; i < plan.cuts.size(); ++i) {
        add(plan.cuts[i - 1], plan.cuts[i]);
    }
    for (const auto& [from, to] : plan.repeats) {
        add(from, to);
    }
    for (std::size_t i = 0; i < plan.swaps.size() && i < segments.size(); ++i) {
        std::swap(segments[i], segments[plan.swaps[i] % segments.size()]);
    }
    return segments;
}

void check_reassembly(const Plan& plan) {
    std::string got;
    unsigned ends = 0;
    TcpStream stream;
    const auto emit = [&](const StreamEvent& event) {
        expect(event.kind != StreamEvent::Kind::lost && event.kind != StreamEvent::Kind::reset, "nothing is lost");
        ends += event.kind == StreamEvent::Kind::end ? 1 : 0;
        got += event.bytes;
    };
    stream.push({plan.isn, true, false, false, {}}, kNow, emit);
    for (const TcpSegment& segment : segments_of(plan)) {
        stream.push(segment, kNow, emit);
    }
    expect(got == plan.stream, "the bytes do not depend on the segments");
    expect(ends == 1 && stream.closed(), "the end is told once");
    expect(stream.held_bytes() == 0 && stream.next_deadline() == kNever, "nothing is left");

    std::vector<std::string> messages;
    MessageStream both(plan.app);
    const auto on_message = [&](std::string_view message) { messages.emplace_back(message); };
    both.push({plan.isn, true, false, false, {}}, kNow, on_message);
    for (const TcpSegment& segment : segments_of(plan)) {
        both.push(segment, kNow, on_message);
    }
    Plan in_step = plan;
    in_step.joined = false;
    expect(messages == frame(in_step, {0, plan.stream.size()}).messages, "the messages do not depend on the segments");
}

/// Segments that make no sense: numbers, flags and sizes from anywhere.
void check_bounds(const Plan& plan) {
    TcpStream stream;
    std::uint64_t delivered = 0;
    std::uint64_t missing = 0;
    const auto emit = [&](const StreamEvent& event) {
        delivered += event.bytes.size();
        missing += event.missing;
    };
    Time now = kNow;
    for (const std::uint32_t word : plan.strays) {
        const std::size_t from = plan.stream.empty() ? 0 : word % plan.stream.size();
        TcpSegment segment;
        segment.seq = plan.isn + ((word & 1U) != 0 ? word >> 8U : word);
        segment.syn = (word & 0x1eU) == 2;
        segment.fin = (word & 0x1eU) == 4;
        segment.rst = (word & 0xfeU) == 8;
        segment.payload = std::string_view(plan.stream).substr(from, (word >> 4U) % 1461);
        now += std::chrono::milliseconds(word % 300);
        stream.push(segment, now, emit);
        expect(stream.held_segments() <= limits::kMaxHeldSegments, "held segments are bounded");
        expect(stream.held_bytes() <= limits::kMaxHeldBytes, "held bytes are bounded");
        expect((stream.held_bytes() == 0) == (stream.held_segments() == 0), "held segments are not empty");
        expect(stream.held_segments() == 0 || stream.next_deadline() != kNever, "who waits has a deadline");
        if (stream.next_deadline() <= now) {
            stream.expire(now, emit);
            expect(stream.next_deadline() > now, "an expired deadline goes");
        }
    }
    stream.flush(emit);
    expect(stream.held_segments() == 0 && stream.next_deadline() == kNever, "after flush nothing is left");
    expect(stream.counters().bytes == delivered && stream.counters().lost_bytes == missing, "the counters are right");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider input(data, size);
    const Plan plan = make_plan(input);
    check_framer(plan);
    check_reassembly(plan);
    check_bounds(plan);
    return 0;
}
