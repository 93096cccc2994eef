// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/time.hpp"

namespace sara::role {

/// How an application is asked whether it serves.
enum class ProbeKind : std::uint8_t {
    sip,   ///< OPTIONS over UDP (RFC 3261 section 11)
    rtsp,  ///< OPTIONS over TCP (RFC 2326 section 10.1)
    tcp,   ///< whether it accepts a connection
};

[[nodiscard]] std::string_view to_string(ProbeKind kind) noexcept;

struct ProbeConfig {
    ProbeKind kind{};
    Endpoint target;
    std::chrono::milliseconds period{1000};
    std::chrono::milliseconds timeout{1000};  ///< of an answer; not longer than the period
    unsigned misses = 3;                      ///< in a row, until the application counts as down

    friend bool operator==(const ProbeConfig&, const ProbeConfig&) = default;
};

/// Asks one application once per period, and judges what it says. Any answer will do, also one that refuses, but for
/// those that say that the server itself cannot serve: 500, 502, 503 and 504 of SIP and RTSP.
///
/// The shell has one connection at a time: it opens one when expire() says so, tells what becomes of it, and closes it
/// when waiting() is over.
class Probe {
public:
    /// `seed`: drawn at random, so that nobody answers whom we did not ask.
    Probe(const ProbeConfig& config, std::uint64_t seed) : config_(config), seed_(seed) {}

    [[nodiscard]] Transport transport() const noexcept;

    /// To be called at next_deadline(). True: connect to the target, from now on.
    [[nodiscard]] bool expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    /// The connection is there; of UDP as soon as there is a socket. What is to be sent on it, if anything.
    [[nodiscard]] std::string connected(const Endpoint& local);
    /// A datagram, or the next bytes of the stream.
    void received(Bytes bytes);
    /// The connection was refused, or ended.
    void failed(std::string why);

    /// Whether something is still to come on the connection.
    [[nodiscard]] bool waiting() const noexcept { return waiting_; }
    /// False after `misses` in a row; true again with the next answer.
    [[nodiscard]] bool answers() const noexcept { return in_a_row_ < config_.misses; }
    /// Of the last miss; empty if there was none.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    [[nodiscard]] const ProbeConfig& config() const noexcept { return config_; }
    [[nodiscard]] std::uint64_t asked() const noexcept { return number_; }
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }

private:
    void answered() noexcept;
    void judge(std::uint16_t status);
    [[nodiscard]] std::string name() const;

    ProbeConfig config_;
    std::uint64_t seed_;
    Time due_ = Time::min();
    Time give_up_{};
    bool waiting_ = false;
    std::uint32_t number_ = 0;  ///< of attempts, the CSeq of each
    unsigned in_a_row_ = 0;
    std::uint64_t missed_ = 0;
    std::string why_;
    std::string heard_;  ///< of a stream
};

}  // namespace sara::role
