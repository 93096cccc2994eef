// SPDX-License-Identifier: GPL-2.0
#include "core/node/proc_text.hpp"

#include <algorithm>
#include <charconv>

namespace sara::node {

namespace {

/// Cuts the text up to `end` off its front; all of it if there is none.
std::string_view cut(std::string_view& text, char end) {
    const std::string_view front = text.substr(0, text.find(end));
    text.remove_prefix(std::min(front.size() + 1, text.size()));
    return front;
}

/// The next word of a line; empty at its end.
std::string_view word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string_view found = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(found.size());
    return found;
}

template <typename T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The rest of the first line that begins with the word.
std::optional<std::string_view> line_of(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        if (word(line) == name) {
            return line;
        }
    }
    return std::nullopt;
}

/// The number after the word in the line: "UDP: inuse 4 mem 2".
std::optional<std::uint64_t> value_of(std::string_view line, std::string_view name) {
    while (!line.empty()) {
        if (word(line) == name) {
            return number<std::uint64_t>(word(line));
        }
    }
    return std::nullopt;
}

/// user nice system idle iowait irq softirq steal; guest times are in user's already.
std::optional<CpuTimes> parse_cpu(std::string_view line) {
    constexpr int kFields = 8;
    constexpr int kIdle = 3;
    constexpr int kIoWait = 4;
    constexpr int kSoftirq = 6;
    CpuTimes times;
    for (int field = 0; field < kFields; ++field) {
        const auto ticks = number<std::uint64_t>(word(line));
        if (!ticks) {
            return std::nullopt;
        }
        times.total += *ticks;
        times.idle += field == kIdle || field == kIoWait ? *ticks : 0;
        times.softirq += field == kSoftirq ? *ticks : 0;
    }
    return times;
}

}  // namespace

std::optional<CpuStat> parse_stat(std::string_view text) {
    CpuStat stat;
    bool found = false;
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        std::string_view name = word(line);
        constexpr std::string_view kName = "cpu";
        if (!name.starts_with(kName)) {
            continue;
        }
        name.remove_prefix(kName.size());
        const auto times = parse_cpu(line);
        if (!times) {
            return std::nullopt;
        }
        if (name.empty()) {
            stat.all = *times;
            found = true;
        } else if (const auto processor = number<unsigned>(name)) {
            stat.each.emplace(*processor, *times);
        }
    }
    return found ? std::optional(std::move(stat)) : std::nullopt;
}

std::optional<MemoryInfo> parse_meminfo(std::string_view text) {
    const auto total = line_of(text, "MemTotal:");
    const auto available = line_of(text, "MemAvailable:");
    if (!total || !available) {
        return std::nullopt;
    }
    std::string_view total_line = *total;
    std::string_view available_line = *available;
    const auto all = number<std::uint64_t>(word(total_line));
    const auto left = number<std::uint64_t>(word(available_line));
    if (!all || !left || *all == 0 || *left > *all) {
        return std::nullopt;
    }
    return MemoryInfo{*all, *left};
}

std::optional<SocketMemory> parse_sockstat(std::string_view text) {
    const auto tcp = line_of(text, "TCP:");
    const auto udp = line_of(text, "UDP:");
    const auto tcp_pages = tcp ? value_of(*tcp, "mem") : std::nullopt;
    const auto udp_pages = udp ? value_of(*udp, "mem") : std::nullopt;
    return tcp_pages && udp_pages ? std::optional(SocketMemory{*tcp_pages, *udp_pages}) : std::nullopt;
}

std::optional<std::uint64_t> parse_memory_limit(std::string_view text) {
    std::string_view line = cut(text, '\n');
    static_cast<void>(word(line));
    static_cast<void>(word(line));
    const auto limit = number<std::uint64_t>(word(line));
    return limit && *limit > 0 ? limit : std::nullopt;
}

std::optional<UdpCounters> parse_snmp(std::string_view text) {
    // Two lines, names and values: "Udp: InDatagrams NoPorts ..." "Udp: 1 2 ..."
    while (!text.empty()) {
        std::string_view names = cut(text, '\n');
        if (word(names) != "Udp:") {
            continue;
        }
        std::string_view values = cut(text, '\n');
        if (word(values) != "Udp:") {
            return std::nullopt;
        }
        std::optional<std::uint64_t> received;
        std::optional<std::uint64_t> full;
        std::uint64_t no_memory = 0;  // since Linux 5.11
        while (true) {
            const std::string_view name = word(names);
            if (name.empty()) {
                break;
            }
            const auto value = number<std::uint64_t>(word(values));
            if (name == "InDatagrams") {
                received = value;
            } else if (name == "RcvbufErrors") {
                full = value;
            } else if (name == "MemErrors") {
                no_memory = value.value_or(0);
            }
        }
        return received && full ? std::optional(UdpCounters{*received, *full + no_memory}) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_sent(std::string_view text, std::string_view device) {
    // "  eth0: " and 8 numbers of what came; then what was sent, its bytes first. A name may stand close to its number.
    constexpr int kReceived = 8;
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        std::string_view name = cut(line, ':');
        if (word(name) != device) {
            continue;
        }
        for (int field = 0; field < kReceived; ++field) {
            static_cast<void>(word(line));
        }
        return number<std::uint64_t>(word(line));
    }
    return std::nullopt;
}

std::optional<double> parse_pressure(std::string_view text) {
    const auto line = line_of(text, "some");
    if (!line) {
        return std::nullopt;
    }
    std::string_view rest = *line;
    const std::string_view average = word(rest);
    constexpr std::string_view kName = "avg10=";
    if (!average.starts_with(kName)) {
        return std::nullopt;
    }
    const auto percent = number<double>(average.substr(kName.size()));
    return percent && *percent >= 0 && *percent <= 100 ? std::optional(*percent / 100) : std::nullopt;
}

std::optional<std::uint64_t> parse_diskstats(std::string_view text) {
    constexpr int kInFlight = 11;
    std::uint64_t sum = 0;
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        if (line.empty()) {
            continue;
        }
        for (int field = 0; field < kInFlight; ++field) {
            static_cast<void>(word(line));
        }
        const auto in_flight = number<std::uint64_t>(word(line));
        if (!in_flight) {
            return std::nullopt;
        }
        sum += *in_flight;
    }
    return sum;
}

}  // namespace sara::node
