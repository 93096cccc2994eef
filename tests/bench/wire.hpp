// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <net/ethernet.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What programs of the benchmark write frames with.
namespace sara::bench {

using Frame = std::array<std::uint8_t, 2048>;
using Mac = std::array<std::uint8_t, ETH_ALEN>;

[[nodiscard]] std::optional<Mac> parse_mac(const std::string& text);
/// Decimal, from `least` to `most`.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t least, std::uint32_t most);

void put16(std::uint8_t* at, std::uint32_t value);
void put32(std::uint8_t* at, std::uint32_t value);

/// RFC 1071, over an IPv4 header.
[[nodiscard]] std::uint32_t checksum(const std::uint8_t* data, std::size_t size);

/// A device's sending half, past its queueing discipline. What cannot be sent ends the program.
class Wire {
public:
    explicit Wire(const std::string& device);

    /// By one system call, `size` bytes of each; at most 1024 (UIO_MAXIOV).
    void send(std::span<Frame> frames, std::size_t size);
    void send(const std::uint8_t* frame, std::size_t size);

private:
    int socket_;
    std::vector<mmsghdr> messages_;
    std::vector<iovec> parts_;
};

/// Until its end this thread is in another network namespace, one that ip(8) names.
class Visit {
public:
    explicit Visit(const std::string& netns);
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit();

private:
    int home_;
};

/// Says what failed, by errno, and ends the program.
[[noreturn]] void fail(const char* what);

/// Of a clock.
[[nodiscard]] std::uint64_t nanoseconds(clockid_t clock = CLOCK_MONOTONIC);

}  // namespace sara::bench
