// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

/// Readers of the kernel's text files, proc(5). Each gives nothing for text that lacks what it looks for.
namespace sara::node {

/// Ticks since the machine started.
struct CpuTimes {
    std::uint64_t total = 0;
    std::uint64_t idle = 0;  ///< and waiting for I/O
    std::uint64_t softirq = 0;

    friend bool operator==(const CpuTimes&, const CpuTimes&) = default;
};

/// /proc/stat
struct CpuStat {
    CpuTimes all;
    std::map<unsigned, CpuTimes> each;  ///< processors that are online, by number

    friend bool operator==(const CpuStat&, const CpuStat&) = default;
};
[[nodiscard]] std::optional<CpuStat> parse_stat(std::string_view text);

/// /proc/meminfo, in KiB.
struct MemoryInfo {
    std::uint64_t total = 0;
    std::uint64_t available = 0;

    friend bool operator==(const MemoryInfo&, const MemoryInfo&) = default;
};
[[nodiscard]] std::optional<MemoryInfo> parse_meminfo(std::string_view text);

/// /proc/net/sockstat: memory of all sockets, in pages.
struct SocketMemory {
    std::uint64_t tcp = 0;
    std::uint64_t udp = 0;

    friend bool operator==(const SocketMemory&, const SocketMemory&) = default;
};
[[nodiscard]] std::optional<SocketMemory> parse_sockstat(std::string_view text);

/// /proc/sys/net/ipv4/tcp_mem or udp_mem: the last of its three numbers, in pages. Never 0.
[[nodiscard]] std::optional<std::uint64_t> parse_memory_limit(std::string_view text);

/// /proc/net/snmp: datagrams since the machine started.
struct UdpCounters {
    std::uint64_t received = 0;
    std::uint64_t dropped = 0;  ///< for want of room in a socket, or of memory

    friend bool operator==(const UdpCounters&, const UdpCounters&) = default;
};
[[nodiscard]] std::optional<UdpCounters> parse_snmp(std::string_view text);

/// /proc/net/dev: bytes that the device has sent.
[[nodiscard]] std::optional<std::uint64_t> parse_sent(std::string_view text, std::string_view device);

/// /proc/pressure/io: share of the last 10 s in which some task waited for I/O, 0 to 1.
[[nodiscard]] std::optional<double> parse_pressure(std::string_view text);

/// /proc/diskstats: requests in flight, of all devices.
[[nodiscard]] std::optional<std::uint64_t> parse_diskstats(std::string_view text);

}  // namespace sara::node
