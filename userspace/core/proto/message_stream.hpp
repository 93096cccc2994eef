// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/proto/framer.hpp"
#include "core/proto/tcp_stream.hpp"

namespace sara::proto {

/// From TCP segments of one direction to whole messages: TcpStream and Framer put together. One for each direction of
/// each signalling connection.
class MessageStream {
public:
    explicit MessageStream(App app, std::size_t max_message = limits::kMaxMessage) : framer_(app, max_message) {}

    /// `on_message(std::string_view)` is called for each message that became whole; the view is valid during the call.
    template <typename OnMessage>
    void push(const TcpSegment& segment, Time now, OnMessage&& on_message) {
        stream_.push(segment, now, [&](const StreamEvent& event) { handle(event, on_message); });
    }

    [[nodiscard]] Time next_deadline() const noexcept { return stream_.next_deadline(); }

    template <typename OnMessage>
    void expire(Time now, OnMessage&& on_message) {
        stream_.expire(now, [&](const StreamEvent& event) { handle(event, on_message); });
    }

    /// No more segments will come: give what waits behind a gap.
    template <typename OnMessage>
    void flush(OnMessage&& on_message) {
        stream_.flush([&](const StreamEvent& event) { handle(event, on_message); });
    }

    /// While a message is given, the sequence number of the byte behind it: who knows it knows the order of messages.
    [[nodiscard]] std::uint32_t position() const noexcept {
        return origin_ + static_cast<std::uint32_t>(framer_.done_bytes());
    }

    /// FIN reached or RST seen; a SYN opens it again.
    [[nodiscard]] bool closed() const noexcept { return stream_.closed(); }

    [[nodiscard]] const TcpStream& stream() const noexcept { return stream_; }
    [[nodiscard]] const Framer& framer() const noexcept { return framer_; }

private:
    template <typename OnMessage>
    void handle(const StreamEvent& event, OnMessage& on_message) {
        switch (event.kind) {
        case StreamEvent::Kind::start:
            framer_.restart();
            break;
        case StreamEvent::Kind::data:
            origin_ = stream_.next_seq() -
                      static_cast<std::uint32_t>(event.bytes.size() + framer_.done_bytes() + framer_.held_bytes());
            framer_.feed(event.bytes, on_message);
            break;
        case StreamEvent::Kind::lost:
            framer_.lost(event.missing);
            break;
        case StreamEvent::Kind::end:
        case StreamEvent::Kind::reset:
            break;
        }
    }

    TcpStream stream_;
    Framer framer_;
    std::uint32_t origin_ = 0;  ///< the sequence number of what would have been the framer's first byte
};

}  // namespace sara::proto
