// SPDX-License-Identifier: GPL-2.0
#include "core/role/probe.hpp"

#include <utility>

#include "core/proto/limits.hpp"
#include "core/proto/rtsp.hpp"
#include "core/proto/sip.hpp"

namespace sara::role {

namespace {

std::string hex(std::uint64_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += kDigits[(value >> static_cast<unsigned>(shift)) & 0xfU];
    }
    return text;
}

/// Max-Forwards 0: whoever gets it answers, and does not pass it on (RFC 3261 section 11).
std::string sip_options(const Endpoint& target, const Endpoint& local, const std::string& name, std::uint32_t cseq) {
    const std::string uri = "sip:" + target.text();
    return "OPTIONS " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local.text() + ";rport;branch=z9hG4bK" + name +
           "\r\nMax-Forwards: 0\r\nFrom: <sip:probe@" + local.text() + ">;tag=" + name + "\r\nTo: <" + uri +
           ">\r\nCall-ID: " + name + "\r\nCSeq: " + std::to_string(cseq) + " OPTIONS\r\nContact: <sip:probe@" +
           local.text() + ">\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n";
}

std::string rtsp_options(std::uint32_t cseq) {
    return "OPTIONS * RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\nUser-Agent: sara-agent\r\n\r\n";
}

bool head_is_whole(std::string_view text) noexcept {
    return text.find("\r\n\r\n") != std::string_view::npos || text.find("\n\n") != std::string_view::npos;
}

}  // namespace

std::string_view to_string(ProbeKind kind) noexcept {
    switch (kind) {
    case ProbeKind::sip:
        return "sip";
    case ProbeKind::rtsp:
        return "rtsp";
    case ProbeKind::tcp:
        return "tcp";
    }
    return "?";
}

Transport Probe::transport() const noexcept {
    return config_.kind == ProbeKind::sip ? Transport::udp : Transport::tcp;
}

bool Probe::expire(Time now) {
    if (waiting_ && give_up_ <= now) {
        failed("no answer within " + std::to_string(config_.timeout.count()) + " ms");
    }
    if (now < due_) {
        return false;
    }
    due_ = now + config_.period;
    give_up_ = now + config_.timeout;
    waiting_ = true;
    ++number_;
    heard_.clear();
    return true;
}

Time Probe::next_deadline() const noexcept {
    return waiting_ && give_up_ < due_ ? give_up_ : due_;
}

std::string Probe::connected(const Endpoint& local) {
    switch (config_.kind) {
    case ProbeKind::sip:
        return sip_options(config_.target, local, name(), number_);
    case ProbeKind::rtsp:
        return rtsp_options(number_);
    case ProbeKind::tcp:
        answered();
        break;
    }
    return {};
}

void Probe::received(Bytes bytes) {
    if (!waiting_) {
        return;
    }
    switch (config_.kind) {
    case ProbeKind::sip: {
        const auto answer = proto::sip::parse(as_text(bytes));
        if (answer && !answer->is_request && answer->call_id == name() && answer->cseq == number_) {
            judge(answer->status);
        }
        break;
    }
    case ProbeKind::rtsp: {
        heard_ += as_text(bytes);
        if (!head_is_whole(heard_)) {
            if (heard_.size() > proto::limits::kMaxHead) {
                failed("its answer has no end");
            }
            break;
        }
        const auto answer = proto::rtsp::parse(heard_);
        if (!answer || answer->is_request || answer->cseq != number_) {
            failed("its answer is none of RTSP");
        } else {
            judge(answer->status);
        }
        break;
    }
    case ProbeKind::tcp:
        break;
    }
}

void Probe::failed(std::string why) {
    if (!std::exchange(waiting_, false)) {
        return;
    }
    why_ = std::move(why);
    ++missed_;
    if (in_a_row_ < config_.misses) {
        ++in_a_row_;
    }
}

void Probe::answered() noexcept {
    waiting_ = false;
    in_a_row_ = 0;
}

void Probe::judge(std::uint16_t status) {
    switch (status) {
    case 500:
    case 502:
    case 503:
    case 504:
        failed("it answered " + std::to_string(status));
        break;
    default:
        if (status >= 200) {  // else the answer is still to come
            answered();
        }
        break;
    }
}

std::string Probe::name() const {
    return hex(seed_) + "-" + std::to_string(number_);
}

}  // namespace sara::role
