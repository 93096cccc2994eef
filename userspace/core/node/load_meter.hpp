// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/node/proc_text.hpp"
#include "core/policy/load.hpp"

namespace sara::node {

/// What waits in one of the service's sockets: connections to be accepted, or bytes of datagrams.
struct SocketQueue {
    std::string name;  ///< "tcp 554", "udp 5060"
    std::uint64_t waiting = 0;
    std::uint64_t limit = 0;  ///< 0: not known, and not counted

    friend bool operator==(const SocketQueue&, const SocketQueue&) = default;
};

/// What a node can know of itself, as it was read. A file that is not there is empty.
struct Sources {
    std::string stat{};         ///< /proc/stat
    std::string meminfo{};      ///< /proc/meminfo
    std::string sockstat{};     ///< /proc/net/sockstat
    std::string tcp_mem{};      ///< /proc/sys/net/ipv4/tcp_mem
    std::string udp_mem{};      ///< /proc/sys/net/ipv4/udp_mem
    std::string snmp{};         ///< /proc/net/snmp
    std::string io_pressure{};  ///< /proc/pressure/io
    std::string diskstats{};    ///< /proc/diskstats
    /// Of the service's sockets. Nothing: they could not be asked for.
    std::optional<std::vector<SocketQueue>> queues{};
};

/// One measurement. A component that cannot be measured is absent, and its text is empty.
struct LoadReport {
    policy::LoadVector loads;
    std::array<std::string, policy::kComponents> raw;  ///< in the order of Component, for people
};

/// Makes loads (paper III G) of what the kernel counts. CPU and drops are those since the sample before; so the first
/// sample lacks them.
///
///   cpu      max(busy share of all processors, softirq share of the busiest one: packets queue up behind it alone)
///   memory   1 - MemAvailable / MemTotal
///   network  max(socket memory / its limit, 10 x share of datagrams that were dropped: at a tenth the calls are lost)
///   io       share of time in which something waited for I/O; without PSI, requests in flight / 32
///   backlog  max over the service's sockets of what waits / its limit
class LoadMeter {
public:
    [[nodiscard]] LoadReport sample(const Sources& sources);

private:
    std::optional<CpuStat> cpu_;
    std::optional<UdpCounters> udp_;
};

}  // namespace sara::node
