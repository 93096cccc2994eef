// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/session.hpp"
#include "core/proto/limits.hpp"

namespace sara::proto {

/// Cuts a reassembled byte stream into messages: SIP over TCP (RFC 3261 section 18.3) or RTSP (RFC 2326 section 4.4)
/// with interleaved `$` frames (section 10.12) left out, or FTP's commands, a line each, and replies, of one or several
/// lines (RFC 959 section 4.2). What is no message is discarded and counted until the next start line. A connection to
/// RTSP's port that starts with HTTP is a tunnel (two connections, one of them in base64) or no RTSP at all; media in a
/// tunnel are interleaved, so nothing of it is read. Nor is one that starts with TLS, or turns to it (FTP, RFC 4217).
/// The messages found do not depend on how the stream was cut into pieces. Holds at most `max_message` bytes.
class Framer {
public:
    struct Counters {
        std::uint64_t messages = 0;
        std::uint64_t keepalive_bytes = 0;  ///< CR and LF between messages (RFC 5626 section 3.5.1)
        std::uint64_t interleaved_frames = 0;
        std::uint64_t interleaved_bytes = 0;  ///< with their 4-byte headers
        std::uint64_t http_streams = 0;       ///< 1 once this direction of the connection started with HTTP
        std::uint64_t tls_streams = 0;        ///< 1 once this direction of the connection is encrypted
        std::uint64_t foreign_bytes = 0;      ///< of HTTP, start line included, and of TLS
        std::uint64_t discarded_bytes = 0;    ///< everything else that was not part of a message
        std::uint64_t sync_losses = 0;        ///< times the start of the next message had to be searched
        std::uint64_t oversized = 0;          ///< messages larger than the bound; part of discarded_bytes
    };

    /// `app` is sip, rtsp or ftp. `max_message` bounds a whole message, in bytes; at least limits::kMaxHead.
    explicit Framer(App app, std::size_t max_message = limits::kMaxMessage);

    /// The next bytes of the stream. Calls `on_message(std::string_view)` for each message that is complete with them;
    /// the view is valid during the call only.
    template <typename OnMessage>
    void feed(std::string_view bytes, OnMessage&& on_message) {
        while (!bytes.empty()) {
            bytes.remove_prefix(accept(bytes));
            while (const std::optional<std::string_view> message = next()) {
                on_message(*message);
            }
        }
    }

    /// `missing` bytes are missing here (0: nobody knows how many, as when the stream was joined in its middle). What
    /// is held is discarded, and the next start line is searched (of FTP: the next line is taken for one); unless the
    /// hole lies inside an interleaved frame.
    void lost(std::size_t missing = 0);

    /// A new connection starts here: what is held is discarded, and the next byte starts a message.
    void restart();

    [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
    /// How many bytes came and are done with, up to the end of the message that is being given.
    [[nodiscard]] std::uint64_t done_bytes() const noexcept { return accepted_ - held_bytes(); }
    [[nodiscard]] std::size_t held_bytes() const noexcept { return buffer_.size() - taken_; }

private:
    enum class State : std::uint8_t {
        start,    ///< at the start of a message, or of a frame
        head,     ///< start line seen, reading header lines
        body,     ///< head seen, waiting for the rest of the message
        hunt,     ///< not in step: searching a start line
        reply,    ///< FTP: first of several lines seen, waiting for the last
        line,     ///< FTP: a line that is too long, waiting for its end
        foreign,  ///< HTTP or TLS, until the connection ends
    };

    std::size_t accept(std::string_view bytes);
    std::optional<std::string_view> next();
    bool step_start();
    bool step_head();
    bool step_hunt();
    bool step_text();
    bool step_reply();
    bool step_line();
    void skip_frame(std::size_t bytes);
    void end_head(std::size_t size);
    void discard(std::size_t bytes);
    [[nodiscard]] std::string_view pending() const noexcept;

    App app_;
    std::size_t max_message_;
    State state_ = State::start;
    bool fresh_ = true;  ///< nothing but line ends came yet
    std::string buffer_;
    std::uint64_t accepted_ = 0;  ///< bytes that came
    std::size_t taken_ = 0;       ///< bytes at the front of buffer_ that are done with
    std::size_t scanned_ = 0;     ///< bytes of pending() that were judged: whole lines in head, no line end in hunt
    std::size_t message_ = 0;     ///< size of the message whose head is complete
    std::uint16_t code_ = 0;      ///< of the reply of several lines
    bool torn_ = false;           ///< its beginning was discarded
    std::size_t skip_ = 0;        ///< bytes of an interleaved frame still to come
    Counters counters_;
};

}  // namespace sara::proto
