// SPDX-License-Identifier: GPL-2.0
#include "core/proto/framer.hpp"

#include <algorithm>
#include <utility>

#include "core/proto/ftp.hpp"
#include "core/proto/sip.hpp"
#include "core/proto/start_line.hpp"
#include "core/proto/text.hpp"

namespace sara::proto {
namespace {

constexpr std::size_t kFrameHeader = 4;  // '$', channel, 16-bit length

/// RFC 8446 section 5.1: type handshake, and the major part of every version.
constexpr std::string_view kTlsHandshake = "\x16\x03";

std::string_view without_cr(std::string_view line) noexcept {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

enum class Length { absent, good, bad };

struct BodyLength {
    Length kind = Length::absent;
    std::uint32_t bytes = 0;
};

/// `head` is from the first header line to the empty line.
BodyLength body_length(App app, std::string_view head) noexcept {
    HeaderReader headers(head);
    while (const std::optional<Header> header = headers.next()) {
        const std::string_view name = app == App::sip ? sip::long_name(header->name) : header->name;
        if (iequals(name, "Content-Length")) {
            const std::optional<std::uint32_t> bytes = parse_number<std::uint32_t>(header->value);
            return {bytes ? Length::good : Length::bad, bytes.value_or(0)};
        }
    }
    return {headers.overflow() ? Length::bad : Length::absent, 0};
}

}  // namespace

Framer::Framer(App app, std::size_t max_message) : app_(app), max_message_(std::max(max_message, limits::kMaxHead)) {}

std::string_view Framer::pending() const noexcept {
    return std::string_view(buffer_).substr(taken_);
}

void Framer::discard(std::size_t bytes) {
    counters_.discarded_bytes += bytes;
    taken_ += bytes;
}

void Framer::lost(std::size_t missing) {
    if (state_ == State::foreign) {
        return;
    }
    if (missing != 0 && missing <= skip_) {
        skip_ -= missing;
        return;
    }
    discard(pending().size());
    skip_ = 0;
    scanned_ = 0;
    state_ = app_ == App::ftp ? State::start : State::hunt;
    fresh_ = false;
    ++counters_.sync_losses;
}

void Framer::restart() {
    discard(pending().size());
    skip_ = 0;
    scanned_ = 0;
    state_ = State::start;
    fresh_ = true;
}

/// Takes what there is room for. There always is some, because next() was called until it gave nothing.
std::size_t Framer::accept(std::string_view bytes) {
    if (skip_ != 0) {
        const std::size_t skipped = std::min(skip_, bytes.size());
        skip_ -= skipped;
        accepted_ += skipped;
        return skipped;
    }
    buffer_.erase(0, taken_);
    taken_ = 0;
    const std::size_t room = std::min(bytes.size(), max_message_ - buffer_.size());
    buffer_.append(bytes.substr(0, room));
    accepted_ += room;
    return room;
}

std::optional<std::string_view> Framer::next() {
    for (;;) {
        switch (state_) {
        case State::start:
            if (!step_start()) {
                return std::nullopt;
            }
            break;
        case State::head:
            if (!step_head()) {
                return std::nullopt;
            }
            break;
        case State::body: {
            if (pending().size() < message_) {
                return std::nullopt;
            }
            const std::string_view message = pending().substr(0, message_);
            taken_ += message_;
            state_ = State::start;
            ++counters_.messages;
            return message;
        }
        case State::hunt:
            if (!step_hunt()) {
                return std::nullopt;
            }
            break;
        case State::reply:
            if (!step_reply()) {
                return std::nullopt;
            }
            break;
        case State::line:
            if (!step_line()) {
                return std::nullopt;
            }
            break;
        case State::foreign:
            counters_.foreign_bytes += pending().size();
            taken_ += pending().size();
            return std::nullopt;
        }
    }
}

/// The steps return false when they need more bytes.
bool Framer::step_start() {
    const std::size_t filler = std::min(pending().find_first_not_of("\r\n"), pending().size());
    counters_.keepalive_bytes += filler;
    taken_ += filler;
    const std::string_view bytes = pending();
    if (bytes.empty()) {
        return false;
    }
    if ((fresh_ || app_ == App::ftp) && kTlsHandshake.starts_with(bytes.substr(0, kTlsHandshake.size()))) {
        if (bytes.size() < kTlsHandshake.size()) {
            return false;
        }
        ++counters_.tls_streams;
        state_ = State::foreign;
        return true;
    }
    if (app_ == App::ftp) {
        return step_text();
    }
    if (app_ == App::rtsp && bytes.front() == '$') {
        if (bytes.size() < kFrameHeader) {
            return false;
        }
        fresh_ = false;
        const auto high = static_cast<std::uint8_t>(bytes[2]);
        const auto low = static_cast<std::uint8_t>(bytes[3]);
        skip_frame(kFrameHeader + (std::size_t{high} << 8U) + low);
        return true;
    }
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos && bytes.size() < limits::kMaxStartLine) {
        return false;
    }
    const bool fresh = std::exchange(fresh_, false);
    const bool is_line = end < limits::kMaxStartLine;
    const std::string_view line = without_cr(bytes.substr(0, end));
    if (is_line && parse_start_line(app_, line)) {
        state_ = State::head;
        scanned_ = end + 1;
    } else if (is_line && fresh && app_ == App::rtsp && is_http_start_line(line)) {
        ++counters_.http_streams;
        state_ = State::foreign;
    } else {
        state_ = State::hunt;
        scanned_ = 0;
        ++counters_.sync_losses;
    }
    return true;
}

void Framer::skip_frame(std::size_t bytes) {
    ++counters_.interleaved_frames;
    counters_.interleaved_bytes += bytes;
    const std::size_t here = std::min(bytes, pending().size());
    taken_ += here;
    skip_ = bytes - here;
}

bool Framer::step_head() {
    const std::string_view bytes = pending();
    for (;;) {
        const std::size_t end = bytes.find('\n', scanned_);
        if (end >= limits::kMaxHead) {
            if (end == std::string_view::npos && bytes.size() < limits::kMaxHead) {
                return false;
            }
            ++counters_.oversized;
            ++counters_.sync_losses;
            discard(scanned_);
            scanned_ = 0;
            state_ = State::hunt;
            return true;
        }
        const std::string_view line = without_cr(bytes.substr(scanned_, end - scanned_));
        if (line.empty()) {
            end_head(end + 1);
            return true;
        }
        if (!split_header(line) && parse_start_line(app_, line)) {
            // The sender gave the message up half-way: the next one begins here.
            ++counters_.sync_losses;
            discard(scanned_);
            state_ = State::start;
            return true;
        }
        scanned_ = end + 1;
    }
}

/// Without Content-Length there is no body (RFC 3261 section 18.3 demands it on streams, RFC 2326 section 4.4).
void Framer::end_head(std::size_t size) {
    std::string_view head = pending().substr(0, size);
    static_cast<void>(take_line(head));
    const BodyLength length = body_length(app_, head);
    message_ = size + length.bytes;
    if (length.kind != Length::bad && message_ <= max_message_) {
        state_ = State::body;
        return;
    }
    // Nobody knows where the next message begins.
    counters_.oversized += length.kind == Length::bad ? 0 : 1;
    ++counters_.sync_losses;
    discard(size);
    scanned_ = 0;
    state_ = State::hunt;
}

/// Looks at windows that end at a line end and are at most limits::kMaxStartLine long.
bool Framer::step_hunt() {
    const std::string_view bytes = pending();
    const std::size_t end = bytes.find('\n', scanned_);
    if (end == std::string_view::npos) {
        if (bytes.size() > limits::kMaxStartLine) {
            discard(bytes.size() - limits::kMaxStartLine);
        }
        scanned_ = pending().size();
        return false;
    }
    const std::size_t begin = end > limits::kMaxStartLine ? end - limits::kMaxStartLine : 0;
    const std::string_view window = without_cr(bytes.substr(begin, end - begin));
    if (const std::optional<std::size_t> found = find_start_line(app_, window)) {
        discard(begin + *found);
        scanned_ = end + 1 - (begin + *found);
        state_ = State::head;
    } else {
        discard(end + 1);
        scanned_ = 0;
    }
    return true;
}

/// FTP: a command, or the first line of a reply.
bool Framer::step_text() {
    const std::string_view bytes = pending();
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos && bytes.size() < limits::kMaxStartLine) {
        return false;
    }
    fresh_ = false;
    if (end >= limits::kMaxStartLine) {
        ++counters_.oversized;
        ++counters_.sync_losses;
        state_ = State::line;
        return true;
    }
    scanned_ = end + 1;
    if (const std::optional<std::uint16_t> code = ftp::opens_reply(without_cr(bytes.substr(0, end)))) {
        code_ = *code;
        torn_ = false;
        state_ = State::reply;
    } else {
        message_ = scanned_;
        state_ = State::body;
    }
    return true;
}

/// Lines inside a reply may look like anything, also like another reply, so its end is searched even when it has become
/// too long to be kept.
bool Framer::step_reply() {
    for (;;) {
        const std::string_view bytes = pending();
        const std::size_t end = bytes.find('\n', scanned_);
        if (end >= limits::kMaxHead) {
            if (end == std::string_view::npos && bytes.size() < limits::kMaxHead) {
                return false;
            }
            if (!std::exchange(torn_, true)) {
                ++counters_.oversized;
                ++counters_.sync_losses;
            }
            if (scanned_ == 0) {
                state_ = State::line;
                return true;
            }
            discard(scanned_);
            scanned_ = 0;
            continue;
        }
        const std::string_view line = without_cr(bytes.substr(scanned_, end - scanned_));
        scanned_ = end + 1;
        if (!ftp::ends_reply(line, code_)) {
            continue;
        }
        if (torn_) {
            discard(scanned_);
            state_ = State::start;
        } else {
            message_ = scanned_;
            state_ = State::body;
        }
        return true;
    }
}

bool Framer::step_line() {
    const std::size_t end = pending().find('\n');
    discard(end == std::string_view::npos ? pending().size() : end + 1);
    scanned_ = 0;
    if (end == std::string_view::npos) {
        return false;
    }
    state_ = State::start;
    return true;
}

}  // namespace sara::proto
