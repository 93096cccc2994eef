// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/time.hpp"
#include "core/inspect/facts.hpp"
#include "core/inspect/limits.hpp"
#include "core/inspect/protocol.hpp"
#include "core/proto/message_stream.hpp"

namespace sara::inspect {

/// One signalling packet, as the kernel copied it or a capture holds it. Views its payload.
struct SignallingPacket {
    App app = App::none;
    Sender sender = Sender::client;
    FlowKey flow;                ///< request direction, also for the server's packets
    std::uint32_t tcp_seq = 0;   ///< of the first payload byte (of SYN or FIN without payload)
    std::uint8_t tcp_flags = 0;  ///< byte 13 of the TCP header
    Bytes payload;
    std::optional<Mac> node{};  ///< from a server, the source address of its frame
};

inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;

/// All counters only grow.
struct ExtractorCounters {
    std::uint64_t packets = 0;
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0;        ///< messages that could not be read
    std::uint64_t unknown_app = 0;      ///< packets of no protocol that is known
    std::uint64_t stream_gaps = 0;      ///< times bytes of a stream were skipped
    std::uint64_t discarded_bytes = 0;  ///< of streams: no part of a message
    std::uint64_t http_streams = 0;     ///< at RTSP's port: RTSP tunnelled in HTTP (interleaved), or a stray browser
    std::uint64_t tls_streams = 0;      ///< directions of connections that are encrypted, and so not read
    std::uint64_t streams_evicted = 0;  ///< too many at once: the longest silent one made room

    friend bool operator==(const ExtractorCounters&, const ExtractorCounters&) = default;
};

/// From packets to facts: owns the bounded table of TCP streams, one for each direction of each connection.
class Extractor {
public:
    explicit Extractor(std::size_t max_streams = limits::kMaxStreams) : max_streams_(max_streams) {}

    /// What the messages say that became whole with this packet: none, one or more. The end of a TCP connection is an
    /// Act::close after its messages.
    [[nodiscard]] std::vector<MessageFacts> handle(const SignallingPacket& packet, Time now);

    /// To be called at or after next_deadline(): gives up old gaps, and forgets idle streams.
    [[nodiscard]] std::vector<MessageFacts> expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept {
        return deadlines_.empty() ? kNever : deadlines_.begin()->first;
    }

    /// No more packets will come (end of a capture): what waits behind gaps.
    [[nodiscard]] std::vector<MessageFacts> flush(Time now);

    /// The connection's state is not needed any more: its session ended.
    void forget(const FlowKey& flow);

    [[nodiscard]] ExtractorCounters counters() const noexcept { return counters_; }
    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }

private:
    struct Stream;
    using StreamList = std::list<Stream>;

    struct StreamKey {
        FlowKey flow;
        Sender sender = Sender::client;
        friend bool operator==(const StreamKey&, const StreamKey&) = default;
    };
    struct StreamKeyHash {
        [[nodiscard]] std::size_t operator()(const StreamKey& key) const noexcept;
    };
    struct Stream {
        StreamKey key;
        App app = App::none;
        proto::MessageStream messages;
        Time idle_at = kNever;        ///< forgotten then
        Time due = kNever;            ///< its place in deadlines_
        bool closed = false;          ///< Act::close was told
        std::uint64_t gaps = 0;       ///< of it, already in counters_
        std::uint64_t discarded = 0;  ///< likewise
        std::uint64_t http = 0;       ///< likewise
        std::uint64_t tls = 0;        ///< likewise
    };

    void read(App app, const Origin& origin, Bytes message, std::vector<MessageFacts>& out);
    void read(const Stream& stream, std::string_view message, std::vector<MessageFacts>& out);
    void handle_segment(const SignallingPacket& packet, Time now, std::vector<MessageFacts>& out);
    void settle(Stream& stream, Time now, std::vector<MessageFacts>& out);
    void drop(StreamList::iterator stream);

    std::size_t max_streams_;
    StreamList order_;  ///< least recently used first
    std::set<std::pair<Time, const Stream*>> deadlines_;
    std::unordered_map<StreamKey, StreamList::iterator, StreamKeyHash> streams_;
    ExtractorCounters counters_;
};

}  // namespace sara::inspect
