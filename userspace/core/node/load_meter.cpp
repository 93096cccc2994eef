// SPDX-License-Identifier: GPL-2.0
#include "core/node/load_meter.hpp"

#include <algorithm>
#include <cmath>

namespace sara::node {

namespace {

using policy::Component;
using policy::Load;

constexpr Duration kLinkWindow = std::chrono::milliseconds(500);
constexpr std::size_t kMaxSent = 64;
constexpr double kDropScale = 10;
constexpr double kFullIoQueue = 32;  ///< what one disk takes at once, by the age of its interface

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// 0 when the counter began anew.
std::uint64_t step(std::uint64_t before, std::uint64_t now) {
    return now > before ? now - before : 0;
}

std::string percent(double share) {
    return std::to_string(std::lround(share * 100)) + " %";
}

void put(LoadReport& report, Component component, double load, std::string raw) {
    report.loads.set(component, Load::clamped(load));
    report.raw[static_cast<std::size_t>(component)] = std::move(raw);
}

void put_cpu(LoadReport& report, const CpuStat& before, const CpuStat& now) {
    const std::uint64_t all = step(before.all.total, now.all.total);
    if (all == 0) {
        return;
    }
    const double busy = 1 - share(std::min(step(before.all.idle, now.all.idle), all), all);
    put(report, Component::cpu, busy, percent(busy) + " busy");
}

void put_softirq(LoadReport& report, const CpuStat& before, const CpuStat& now) {
    double highest = -1;
    unsigned where = 0;
    for (const auto& [processor, times] : now.each) {
        const auto known = before.each.find(processor);
        const std::uint64_t ticks = known == before.each.end() ? 0 : step(known->second.total, times.total);
        if (ticks == 0) {
            continue;
        }
        const double softirq = share(std::min(step(known->second.softirq, times.softirq), ticks), ticks);
        if (softirq > highest) {
            highest = softirq;
            where = processor;
        }
    }
    if (highest >= 0) {
        put(report, Component::softirq, highest, percent(highest) + " of processor " + std::to_string(where));
    }
}

void put_memory(LoadReport& report, const MemoryInfo& memory) {
    put(report, Component::memory, 1 - share(memory.available, memory.total),
        std::to_string(memory.available / 1024) + " of " + std::to_string(memory.total / 1024) + " MiB available");
}

void put_network(LoadReport& report, const Sources& sources, const std::optional<UdpCounters>& before,
                 const std::optional<UdpCounters>& now) {
    const auto memory = parse_sockstat(sources.sockstat);
    const auto tcp_limit = parse_memory_limit(sources.tcp_mem);
    const auto udp_limit = parse_memory_limit(sources.udp_mem);
    if (!memory || !tcp_limit || !udp_limit) {
        return;
    }
    const double used = std::max(share(memory->tcp, *tcp_limit), share(memory->udp, *udp_limit));
    double dropped = 0;
    if (before && now) {
        const std::uint64_t drops = step(before->dropped, now->dropped);
        dropped = share(drops, drops + step(before->received, now->received));
    }
    put(report, Component::network, std::max(used, kDropScale * dropped),
        percent(used) + " of socket memory, " + percent(dropped) + " of datagrams dropped");
}

void put_io(LoadReport& report, const Sources& sources) {
    if (const auto pressure = parse_pressure(sources.io_pressure)) {
        put(report, Component::io, *pressure, percent(*pressure) + " of time waited for I/O");
    } else if (const auto in_flight = sources.diskstats.empty() ? std::nullopt : parse_diskstats(sources.diskstats)) {
        put(report, Component::io, static_cast<double>(*in_flight) / kFullIoQueue,
            std::to_string(*in_flight) + " requests in flight");
    }
}

void put_backlog(LoadReport& report, const std::vector<SocketQueue>& queues) {
    double highest = -1;
    std::string raw;
    for (const SocketQueue& queue : queues) {
        const double load = share(queue.waiting, queue.limit);
        if (queue.limit > 0 && load > highest) {
            highest = load;
            raw = queue.name + ": " + std::to_string(queue.waiting) + " of " + std::to_string(queue.limit);
        }
    }
    if (highest >= 0) {
        put(report, Component::backlog, highest, std::move(raw));
    }
}

}  // namespace

void LoadMeter::put_link(LoadReport& report, const Sources& sources) {
    const auto bytes = uplink_ ? parse_sent(sources.net_dev, uplink_->device) : std::nullopt;
    if (!bytes || (!sent_.empty() && (*bytes < sent_.back().bytes || sources.at < sent_.back().at))) {
        // The device is away, or began anew.
        sent_.clear();
        if (!bytes) {
            return;
        }
    }
    sent_.push_back({sources.at, *bytes});
    while (sent_.size() > kMaxSent || (sent_.size() > 2 && sources.at - sent_[1].at >= kLinkWindow)) {
        sent_.pop_front();
    }
    const std::chrono::duration<double> time = sources.at - sent_.front().at;
    if (time.count() <= 0) {
        return;
    }
    const double rate = static_cast<double>(*bytes - sent_.front().bytes) / time.count();
    const double load = rate / static_cast<double>(uplink_->capacity);
    put(report, Component::link, load,
        uplink_->device + ": " + std::to_string(std::lround(rate)) + " of " + std::to_string(uplink_->capacity) +
            " bytes/s");
}

LoadReport LoadMeter::sample(const Sources& sources) {
    LoadReport report;
    std::optional<CpuStat> cpu = parse_stat(sources.stat);
    if (cpu_ && cpu) {
        put_cpu(report, *cpu_, *cpu);
        put_softirq(report, *cpu_, *cpu);
    }
    cpu_ = std::move(cpu);
    if (const auto memory = parse_meminfo(sources.meminfo)) {
        put_memory(report, *memory);
    }
    const std::optional<UdpCounters> udp = parse_snmp(sources.snmp);
    put_network(report, sources, udp_, udp);
    udp_ = udp;
    put_io(report, sources);
    if (sources.queues) {
        put_backlog(report, *sources.queues);
    }
    put_link(report, sources);
    return report;
}

}  // namespace sara::node
