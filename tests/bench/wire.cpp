// SPDX-License-Identifier: GPL-2.0
#include "wire.hpp"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace sara::bench {

void fail(const char* what) {
    std::fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, std::strerror(errno));
    std::exit(1);
}

std::uint64_t nanoseconds(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

std::optional<Mac> parse_mac(const std::string& text) {
    Mac out{};
    std::array<unsigned, ETH_ALEN> part{};
    int end = 0;
    if (std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%n", &part[0], &part[1], &part[2], &part[3], &part[4],
                    &part[5], &end) != ETH_ALEN ||
        static_cast<std::size_t>(end) != text.size()) {
        return std::nullopt;
    }
    std::transform(part.begin(), part.end(), out.begin(), [](unsigned one) { return static_cast<std::uint8_t>(one); });
    return out;
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t least, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        return std::nullopt;
    }
    return value;
}

void put16(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* at, std::uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value);
}

std::uint32_t checksum(const std::uint8_t* data, std::size_t size) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < size; i += 2) {
        sum += static_cast<std::uint32_t>(data[i]) << 8 | data[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return ~(sum + (sum >> 16)) & 0xffff;
}

Wire::Wire(const std::string& device) : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    if (socket_ < 0 || ::setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
        fail("packet socket");
    }
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    if (address.sll_ifindex == 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        fail(device.c_str());
    }
}

void Wire::send(std::span<Frame> frames, std::size_t size) {
    if (messages_.size() < frames.size()) {
        messages_.resize(frames.size());
        parts_.resize(frames.size());
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
        parts_[i] = {frames[i].data(), size};
        messages_[i].msg_hdr.msg_iov = &parts_[i];
        messages_[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t sent = 0; sent < frames.size();) {
        const int some = ::sendmmsg(socket_, &messages_[sent], static_cast<unsigned>(frames.size() - sent), 0);
        if (some < 0) {
            fail("sendmmsg");
        }
        sent += static_cast<std::size_t>(some);
    }
}

void Wire::send(const std::uint8_t* frame, std::size_t size) {
    if (::send(socket_, frame, size, 0) != static_cast<ssize_t>(size)) {
        fail("send");
    }
}

Visit::Visit(const std::string& netns) : home_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    const int there = ::open(("/run/netns/" + netns).c_str(), O_RDONLY | O_CLOEXEC);
    if (home_ < 0 || there < 0 || ::setns(there, CLONE_NEWNET) != 0) {
        fail(netns.c_str());
    }
    ::close(there);
}

Visit::~Visit() {
    if (::setns(home_, CLONE_NEWNET) != 0) {
        fail("setns");
    }
    ::close(home_);
}

}  // namespace sara::bench
