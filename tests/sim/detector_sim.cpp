// SPDX-License-Identifier: GPL-2.0
#include "detector_sim.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "core/policy/monitor.hpp"

namespace sara::sim {

using namespace std::chrono_literals;
using policy::Availability;
using wire::HostId;

namespace {

constexpr Time kBegin{1000h};

struct Node {
    std::uint16_t sequence = 0;
    Time dies = kNever;
    std::optional<Time> detected;
    std::uint64_t lost_since = 0;  ///< not followed by one that arrived: nobody can count them
};

class Run {
public:
    explicit Run(const DetectorSetup& setup)
        : setup_(setup), random_(setup.seed), monitor_(setup.detector), nodes_(setup.nodes) {
        for (std::uint32_t i = 0; i < setup.nodes; ++i) {
            monitor_.add(HostId{i});
            nodes_[i].sequence = static_cast<std::uint16_t>(random_());
            if (i % 2 == 0) {
                nodes_[i].dies = kBegin + between(10s, setup.run - 60s);
            }
            agenda_.push({kBegin + between(0s, setup.detector.period), Kind::beat, i, 0});
        }
    }

    [[nodiscard]] DetectorResult run() {
        const Time end = kBegin + setup_.run;
        const Time pause = kBegin + setup_.pause_at;
        while (now_ < end) {
            const Time next = std::min(agenda_.top().at, monitor_.next_deadline());
            now_ = std::max(now_, next);
            if (setup_.pause_for > 0s && now_ >= pause && now_ < pause + setup_.pause_for) {
                skip_pause(pause + setup_.pause_for);
                continue;
            }
            if (next == agenda_.top().at) {
                const Event event = agenda_.top();
                agenda_.pop();
                happen(event);
            } else {
                note(monitor_.expire(now_));
            }
        }
        return summary();
    }

private:
    enum class Kind : std::uint8_t { beat, arrival };

    struct Event {
        Time at;
        Kind kind;
        std::uint32_t node;
        std::uint16_t sequence;

        friend bool operator>(const Event& a, const Event& b) { return a.at > b.at; }
    };

    [[nodiscard]] bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
    [[nodiscard]] Duration between(Duration low, Duration high) {
        return Duration(std::uniform_int_distribution<Duration::rep>(low.count(), high.count())(random_));
    }

    /// The nodes go on; what they send waits in the socket.
    void skip_pause(Time until) {
        std::vector<Event> waiting;
        while (agenda_.top().at < until) {
            const Event event = agenda_.top();
            agenda_.pop();
            if (event.kind == Kind::arrival) {
                waiting.push_back(event);
            } else {
                now_ = event.at;
                happen(event);
            }
        }
        now_ = until;
        // As an event loop does, timers first.
        note(monitor_.expire(now_));
        for (const Event& event : waiting) {
            happen(event);
        }
    }

    void happen(const Event& event) {
        Node& node = nodes_[event.node];
        if (event.kind == Kind::arrival) {
            const auto sent =
                static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now_ - Time{}).count());
            policy::Heard heard =
                monitor_.handle({.host = HostId{event.node}, .sequence = event.sequence, .timestamp = sent},
                                Address::v4({10, 0, static_cast<std::uint8_t>(event.node >> 8U),
                                             static_cast<std::uint8_t>(event.node)}),
                                now_);
            note(heard.changes);
            return;
        }
        if (event.at >= node.dies) {
            return;
        }
        ++result_.beats;
        ++node.sequence;
        if (chance(setup_.loss)) {
            ++node.lost_since;
        } else {
            // Losses before the first beat that arrives are not known to anybody.
            result_.lost += std::exchange(node.lost_since, 0U);
            for (int copies = chance(setup_.doubled) ? 2 : 1; copies > 0; --copies) {
                agenda_.push({event.at + between(0s, setup_.most_delay), Kind::arrival, event.node, node.sequence});
            }
        }
        agenda_.push(
            {event.at + setup_.detector.period + between(-setup_.jitter, setup_.jitter), Kind::beat, event.node, 0});
    }

    void note(const std::vector<policy::HealthChange>& changes) {
        for (const policy::HealthChange& change : changes) {
            Node& node = nodes_[static_cast<std::uint32_t>(change.host)];
            if (change.to.availability != Availability::down) {
                continue;
            }
            if (now_ < node.dies) {
                ++result_.false_positives;
            } else if (!node.detected) {
                node.detected = now_;
            }
        }
    }

    [[nodiscard]] DetectorResult summary() {
        DetectorResult out = result_;
        std::vector<Duration> times;
        for (const Node& node : nodes_) {
            const Time end = std::min(node.dies, kBegin + setup_.run);
            out.node_hours += std::chrono::duration<double, std::ratio<3600>>(end - kBegin).count();
            if (node.dies == kNever) {
                continue;
            }
            ++out.deaths;
            if (node.detected) {
                times.push_back(*node.detected - node.dies);
            } else {
                ++out.undetected;
            }
        }
        for (const policy::HealthView& node : monitor_.view()) {
            out.counted_lost += node.beats.lost;
        }
        std::sort(times.begin(), times.end());
        if (!times.empty()) {
            out.fastest = times.front();
            out.median = times[times.size() / 2];
            out.slowest = times.back();
        }
        return out;
    }

    DetectorSetup setup_;
    std::mt19937_64 random_;
    policy::HealthMonitor monitor_;
    std::vector<Node> nodes_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> agenda_;
    Time now_ = kBegin;
    DetectorResult result_;
};

}  // namespace

DetectorResult simulate(const DetectorSetup& setup) {
    return Run(setup).run();
}

}  // namespace sara::sim
