// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
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

/// The uplink by which what the node serves leaves. What it can carry is often less than the device says: a tariff, a
/// shaper, a share.
struct Uplink {
    std::string device;
    std::uint64_t capacity = 0;  ///< bytes per second, above 0

    friend bool operator==(const Uplink&, const Uplink&) = default;
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
    std::string net_dev{};      ///< /proc/net/dev
    Time at{};                  ///< when it was read
    /// Of the service's sockets. Nothing: they could not be asked for.
    std::optional<std::vector<SocketQueue>> queues{};
};

/// One measurement. A component that cannot be measured is absent, and its text is empty.
struct LoadReport {
    policy::LoadVector loads;
    std::array<std::string, policy::kComponents> raw;  ///< in the order of Component, for people
};

/// Makes loads (paper III G) of what the kernel counts. CPU, softirqs and drops are those since the sample before; so
/// the first sample lacks them.
///
///   cpu      busy share of all processors
///   softirq  share of time that a processor spends on the kernel's work for devices, of the one that spends most: the
///            packets of one receive queue wait for one processor, however idle the others are
///   memory   1 - MemAvailable / MemTotal
///   network  max(socket memory / its limit, 10 x share of datagrams that were dropped: at a tenth the calls are lost)
///   io       share of time in which something waited for I/O; without PSI, requests in flight / 32
///   backlog  max over the service's sockets of what waits / its limit
///   link     bytes sent per second / the uplink's capacity, since the sample before, or over the last half second if
///            that is longer: less holds too few packets of a stream
class LoadMeter {
public:
    explicit LoadMeter(std::optional<Uplink> uplink = {}) : uplink_(std::move(uplink)) {}

    [[nodiscard]] LoadReport sample(const Sources& sources);

private:
    std::optional<CpuStat> cpu_;
    std::optional<UdpCounters> udp_;

    struct Sent {
        Time at;
        std::uint64_t bytes = 0;
    };
    void put_link(LoadReport& report, const Sources& sources);

    std::optional<Uplink> uplink_;
    std::deque<Sent> sent_;  ///< the oldest is half a second old, or the last but one
};

}  // namespace sara::node
