// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/extractor.hpp"

#include <algorithm>
#include <utility>

#include "core/inspect/protocol.hpp"

namespace sara::inspect {

std::size_t Extractor::StreamKeyHash::operator()(const StreamKey& key) const noexcept {
    return FlowKeyHash{}(key.flow) * 2 + static_cast<std::size_t>(key.sender);
}

std::vector<MessageFacts> Extractor::handle(const SignallingPacket& packet, Time now) {
    std::vector<MessageFacts> facts;
    ++counters_.packets;
    if (protocol_for(packet.app) == nullptr) {
        ++counters_.unknown_app;
        return facts;
    }
    switch (packet.flow.transport) {
    case Transport::udp:
        read(packet.app, {packet.sender, packet.flow}, packet.payload, facts);
        break;
    case Transport::tcp:
        handle_segment(packet, now, facts);
        break;
    }
    for (MessageFacts& each : facts) {
        each.node = packet.node;
    }
    return facts;
}

void Extractor::read(App app, const Origin& origin, Bytes message, std::vector<MessageFacts>& out) {
    const bool blank = std::all_of(message.begin(), message.end(),
                                   [](std::uint8_t byte) { return byte == '\r' || byte == '\n' || byte == 0; });
    if (blank) {
        return;  // a keep-alive (RFC 5626 section 3.5.1, and what older phones send)
    }
    ++counters_.messages;
    Result<MessageFacts> facts = protocol_for(app)->read(message, origin);
    if (!facts) {
        ++counters_.malformed;
        return;
    }
    out.push_back(std::move(facts).value());
}

void Extractor::read(const Stream& stream, std::string_view message, std::vector<MessageFacts>& out) {
    read(stream.app, {stream.key.sender, stream.key.flow, stream.messages.position()}, as_bytes(message), out);
}

void Extractor::handle_segment(const SignallingPacket& packet, Time now, std::vector<MessageFacts>& out) {
    const StreamKey key{packet.flow, packet.sender};
    auto found = streams_.find(key);
    if (found == streams_.end()) {
        if (streams_.size() >= max_streams_) {
            // The longest silent one: if it still lives, it is joined again at its next message.
            ++counters_.streams_evicted;
            drop(order_.begin());
        }
        order_.push_back(Stream{key, packet.app, proto::MessageStream(packet.app, limits::kMaxStreamMessage)});
        found = streams_.emplace(key, std::prev(order_.end())).first;
    }
    order_.splice(order_.end(), order_, found->second);
    Stream& stream = *found->second;
    const proto::TcpSegment segment{.seq = packet.tcp_seq,
                                    .syn = (packet.tcp_flags & kTcpSyn) != 0,
                                    .fin = (packet.tcp_flags & kTcpFin) != 0,
                                    .rst = (packet.tcp_flags & kTcpRst) != 0,
                                    .payload = as_text(packet.payload)};
    stream.messages.push(segment, now, [&](std::string_view message) { read(stream, message, out); });
    settle(stream, now, out);
}

void Extractor::settle(Stream& stream, Time now, std::vector<MessageFacts>& out) {
    const std::uint64_t gaps = stream.messages.stream().counters().gaps;
    counters_.stream_gaps += gaps - std::exchange(stream.gaps, gaps);
    const proto::Framer::Counters& framed = stream.messages.framer().counters();
    counters_.discarded_bytes += framed.discarded_bytes - std::exchange(stream.discarded, framed.discarded_bytes);
    counters_.http_streams += framed.http_streams - std::exchange(stream.http, framed.http_streams);
    counters_.tls_streams += framed.tls_streams - std::exchange(stream.tls, framed.tls_streams);

    const bool was_closed = std::exchange(stream.closed, stream.messages.closed());
    stream.idle_at = now + (stream.closed ? limits::kClosedStreamIdle : limits::kStreamIdle);
    deadlines_.erase({stream.due, &stream});
    stream.due = std::min(stream.idle_at, stream.messages.next_deadline());
    deadlines_.emplace(stream.due, &stream);
    if (stream.closed && !was_closed) {
        MessageFacts facts;
        facts.app = stream.app;
        facts.sender = stream.key.sender;
        facts.flow = stream.key.flow;
        facts.act = Act::close;
        out.push_back(std::move(facts));
    }
}

std::vector<MessageFacts> Extractor::expire(Time now) {
    std::vector<MessageFacts> facts;
    while (next_deadline() <= now) {
        const StreamList::iterator stream = streams_.at(deadlines_.begin()->second->key);
        if (stream->idle_at <= now) {
            drop(stream);
            continue;
        }
        stream->messages.expire(now, [&](std::string_view message) { read(*stream, message, facts); });
        settle(*stream, now, facts);
    }
    return facts;
}

std::vector<MessageFacts> Extractor::flush(Time now) {
    std::vector<MessageFacts> facts;
    for (Stream& stream : order_) {
        stream.messages.flush([&](std::string_view message) { read(stream, message, facts); });
        settle(stream, now, facts);
    }
    return facts;
}

void Extractor::forget(const FlowKey& flow) {
    for (const Sender sender : {Sender::client, Sender::server}) {
        if (const auto found = streams_.find({flow, sender}); found != streams_.end()) {
            drop(found->second);
        }
    }
}

void Extractor::drop(StreamList::iterator stream) {
    deadlines_.erase({stream->due, &*stream});
    streams_.erase(stream->key);
    order_.erase(stream);
}

}  // namespace sara::inspect
