// SPDX-License-Identifier: GPL-2.0
#include "cluster_sim.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/policy/ramp.hpp"
#include "ipvs_sim.hpp"

namespace sara::sim {

using namespace std::chrono_literals;
using policy::NodeId;

namespace {

constexpr Duration kTick = 50ms;
/// No session is longer.
constexpr std::size_t kLongest = 12000;  // ticks
/// RFC 3261 timer A: ticks from one sending of a request to the next.
constexpr std::array<std::size_t, 6> kAgain{10, 20, 40, 80, 160, 320};

std::size_t ticks(Duration time) {
    return static_cast<std::size_t>(std::max<Duration::rep>(1, time / kTick));
}

/// For how long IPVS remembers where a client's last connection went (ipvsadm -p 300).
constexpr Duration kPersistence = 300s;

/// One per second; then the server ends it by itself (64 T1).
constexpr std::uint32_t kGoodbyes = 32;

struct Session {
    std::uint32_t node = 0;
    std::uint32_t began = 0;     ///< tick
    double spoilt = 0;           ///< what the node had spoilt in all when it began
    std::uint32_t goodbyes = 0;  ///< said and not heard: it is over, but still live
};

struct Node {
    std::uint32_t capacity = 0;
    std::uint32_t live = 0;
    std::uint32_t ended = 0;  ///< that the kernel still has
    double spoilt = 0;        ///< ticks of media that a session would have lost if it was there from the beginning
    double used = 0;          ///< of the ticks since its last report: sum of the parts of its capacity
    double unreported = 0;    ///< so many ticks
};

/// The module's choice, in O(log N): the least score + cost * pending, where what began and what ended since the push
/// is pending; then the fewest live sessions, then the first.
class Placer {
public:
    void push(const std::vector<policy::NodeScore>& nodes, const std::vector<Node>& state) {
        order_.clear();
        where_.assign(state.size(), std::nullopt);
        for (const policy::NodeScore& each : nodes) {
            const auto index = static_cast<std::uint32_t>(each.node);
            put({each.score, state[index].live, index, each.cost.value()});
        }
    }

    [[nodiscard]] bool empty() const { return order_.empty(); }

    [[nodiscard]] std::uint32_t place() {
        const std::uint32_t index = std::get<2>(*order_.begin());
        move(index, 1);
        return index;
    }

    void ended(std::uint32_t index) {
        if (where_[index]) {
            move(index, -1);
        }
    }

private:
    using Candidate = std::tuple<double, std::int64_t, std::uint32_t, double>;

    void put(const Candidate& candidate) { where_[std::get<2>(candidate)] = order_.insert(candidate).first; }

    void move(std::uint32_t index, int sessions) {
        auto [value, live, self, cost] = *where_[index].value();
        order_.erase(where_[index].value());
        put({value + sessions * cost, live + sessions, self, cost});
    }

    std::set<Candidate> order_;
    std::vector<std::optional<std::set<Candidate>::const_iterator>> where_;  ///< by node
};

class Cluster {
public:
    explicit Cluster(const ClusterSetup& setup)
        : setup_(setup), random_(setup.seed), shell_(shell_config(setup)), ending_(kLongest), lingering_(kLongest),
          again_(kLongest), ipvs_(ipvs(setup)) {
        for (std::uint32_t i = 0; i < setup.nodes; ++i) {
            nodes_.push_back({.capacity = i < setup.weak ? setup.capacity / 2 : setup.capacity});
            shell_.add(NodeId{i});
            shell_.set_up(NodeId{i}, true, now());
            if (setup.tells_capacity) {
                shell_.expect(NodeId{i}, nodes_.back().capacity);
            }
            capacity_ += nodes_.back().capacity;
            report(i);
        }
        result_.ideal = capacity_ / seconds(setup.hold);
    }

    [[nodiscard]] ClusterResult run() {
        const std::size_t from = ticks(setup_.warm_up);
        const std::size_t until = from + ticks(setup_.measured);
        std::poisson_distribution<unsigned> arrivals(setup_.offered * result_.ideal * seconds(kTick));
        for (; tick_ < until; ++tick_) {
            counting_ = tick_ >= from;
            if (ipvs_) {
                ipvs_->pass(tick_);
            } else {
                manage();
            }
            end_sessions();
            for (std::size_t sent = 0; sent < kAgain.size(); ++sent) {
                // Taken out first: what is refused again comes later.
                const unsigned waiting = std::exchange(again_[tick_ % kLongest][sent], 0U);
                for (unsigned i = 0; i < waiting; ++i) {
                    begin_session(sent + 1);
                }
            }
            const unsigned fresh = arrivals(random_);
            for (unsigned i = 0; i < fresh; ++i) {
                begin_session(0);
            }
            spoil();
        }
        return summary();
    }

private:
    static double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

    static std::optional<Ipvs> ipvs(const ClusterSetup& setup) {
        IpvsSetup of{.scheduler = IpvsScheduler::rr,
                     .nodes = setup.nodes,
                     .clients = setup.nodes * setup.clients,
                     .forgotten = ticks(setup.forgotten),
                     .persistence = ticks(kPersistence),
                     .longest = kLongest,
                     .seed = ~setup.seed};  // another series than ours
        switch (setup.system) {
        case System::no_control:
        case System::as_printed:
        case System::coin:
        case System::verdict:
        case System::recommended:
        case System::moving:
            return std::nullopt;
        case System::ipvs_rr:
            break;
        case System::ipvs_wlc:
            of.scheduler = IpvsScheduler::wlc;
            break;
        case System::ipvs_source:
            of.scheduler = IpvsScheduler::source;
            break;
        }
        return Ipvs(of);
    }

    static policy::ShellConfig shell_config(const ClusterSetup& setup) {
        policy::ShellConfig config = setup.shell;
        config.admission.spare = setup.system == System::recommended || setup.system == System::moving;
        switch (setup.system) {
        case System::no_control:
        case System::recommended:
        case System::ipvs_rr:
        case System::ipvs_wlc:
        case System::ipvs_source:
            break;
        case System::as_printed:
            config.admission.equations = policy::Equations::paper_literal;
            config.admission.thresholds = policy::Thresholds::paper();
            config.predictor = policy::Predictor::trend;
            config.pending = false;
            break;
        case System::coin:
            config.admission.thresholds = policy::Thresholds::paper();
            config.predictor = policy::Predictor::trend;
            config.pending = false;
            break;
        case System::verdict:
            config.admission.thresholds = policy::Thresholds::paper();
            config.predictor = policy::Predictor::trend;
            break;
        case System::moving:
            config.admission.moving = true;
            break;
        }
        return config;
    }

    [[nodiscard]] bool once() const { return setup_.system != System::as_printed && setup_.system != System::coin; }
    [[nodiscard]] Time now() const { return Time{1h} + static_cast<Duration::rep>(tick_) * kTick; }
    [[nodiscard]] bool chance(double p) { return p >= 1 || (p > 0 && unit_(random_) < p); }

    /// What the dispatcher takes for live.
    [[nodiscard]] std::uint64_t counted(const Node& node) const {
        return node.live + (setup_.tells_ended ? 0 : node.ended);
    }

    /// A node tells the mean since its last report.
    void report(std::uint32_t index) {
        Node& node = nodes_[index];
        const double used = node.unreported > 0 ? node.used / node.unreported : 0;
        node.used = node.unreported = 0;
        shell_.count(NodeId{index}, counted(node), now());
        shell_.report(NodeId{index}, policy::Load::clamped(used + setup_.noise * normal_(random_)),
                      setup_.report_period, now());
    }

    /// Reports of the nodes are spread over their period; the dispatcher pushes as often as admission asks for.
    void manage() {
        const std::size_t period = ticks(setup_.report_period);
        for (std::uint32_t i = static_cast<std::uint32_t>(tick_ % period); i < nodes_.size();
             i += static_cast<std::uint32_t>(period)) {
            report(i);
        }
        if (tick_ < push_at_) {
            return;
        }
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            shell_.count(NodeId{i}, counted(nodes_[i]), now());
        }
        const policy::PolicyUpdate update = shell_.update(policy::Load(), now());
        pushed_ = update.admission;
        admitted_ = 0;
        placer_.push(update.nodes, nodes_);
        push_at_ = tick_ + ticks(pushed_.period);
    }

    /// The packet path's part.
    [[nodiscard]] policy::Drop verdict() const {
        if (setup_.system == System::no_control || ipvs_) {
            return {};
        }
        return pushed_.equations == policy::Equations::paper_literal
                   ? pushed_.drop
                   : policy::drop_at(pushed_.x + pushed_.cost.value() * static_cast<double>(admitted_),
                                     pushed_.thresholds);
    }

    void begin_session(std::size_t sent) {
        const policy::Drop drop = verdict();
        if (drop.all || (!ipvs_ && placer_.empty()) || chance(drop.fresh.value())) {
            if (once() || sent == kAgain.size()) {
                result_.refused += counting_;
            } else {
                ++again_[(tick_ + kAgain[sent]) % kLongest][sent];
            }
            return;
        }
        ++admitted_;
        const double length = -std::log(1 - unit_(random_)) * seconds(setup_.hold) / seconds(kTick);
        const auto lasts = static_cast<std::size_t>(std::clamp(length, 1.0, kLongest - 1.0));
        const std::uint32_t index = ipvs_ ? ipvs_->place(tick_, lasts) : placer_.place();
        ++nodes_[index].live;
        ending_[(tick_ + lasts) % kLongest].push_back({.node = index,
                                                       .began = static_cast<std::uint32_t>(tick_),
                                                       .spoilt = nodes_[index].spoilt + thinned_,
                                                       .goodbyes = 0});
    }

    void end_sessions() {
        const policy::Drop drop = verdict();
        // As printed, a goodbye is a datagram of an established session like any other.
        for (const std::uint32_t node : std::exchange(lingering_[tick_ % kLongest], {})) {
            --nodes_[node].ended;
        }
        const double unheard = drop.all ? 1 : (setup_.system == System::as_printed ? drop.established.value() : 0);
        for (Session session : std::exchange(ending_[tick_ % kLongest], {})) {
            Node& node = nodes_[session.node];
            if (session.goodbyes == 0) {
                const double lost = node.spoilt + thinned_ - session.spoilt;
                const bool served = lost <= kTolerated * static_cast<double>(tick_ - session.began);
                const bool split = ipvs_ && ipvs_->apart(session.node);
                (served && !split ? result_.completed : result_.broken) += counting_;
                result_.split += counting_ && served && split;
            }
            if (session.goodbyes < kGoodbyes && chance(unheard)) {
                ++session.goodbyes;
                ending_[(tick_ + ticks(1s)) % kLongest].push_back(session);
            } else {
                --node.live;
                --admitted_;
                if (!ipvs_) {
                    placer_.ended(session.node);
                }
                if (setup_.linger > Duration::zero()) {
                    ++node.ended;
                    lingering_[(tick_ + ticks(setup_.linger)) % kLongest].push_back(session.node);
                }
            }
        }
    }

    void spoil() {
        const policy::Drop drop = verdict();
        thinned_ += drop.all ? 1 : drop.established.value();
        double mean = 0;
        double square = 0;
        for (Node& node : nodes_) {
            if (node.live > node.capacity) {
                node.spoilt += static_cast<double>(node.live - node.capacity) / node.live;
            }
            const double used = static_cast<double>(node.live) / node.capacity;
            node.used += std::min(used, 1.0);
            ++node.unreported;
            mean += used / static_cast<double>(nodes_.size());
            square += used * used / static_cast<double>(nodes_.size());
        }
        if (counting_) {
            result_.load += mean;
            result_.uneven += std::sqrt(std::max(0.0, square - mean * mean));
        }
    }

    [[nodiscard]] ClusterResult summary() const {
        ClusterResult out = result_;
        const double time = seconds(setup_.measured);
        const auto steps = static_cast<double>(ticks(setup_.measured));
        out.completed /= time;
        out.broken /= time;
        out.split /= time;
        out.refused /= time;
        out.load /= steps;
        out.uneven /= steps;
        out.cost_least = 1e9;
        for (const policy::NodeView& node : shell_.view(now())) {
            const double of_true = node.cost.value() * nodes_[static_cast<std::size_t>(node.node)].capacity;
            out.cost_error += std::abs(of_true - 1) / setup_.nodes;
            out.cost_least = std::min(out.cost_least, of_true);
        }
        return out;
    }

    ClusterSetup setup_;
    std::mt19937_64 random_;
    std::uniform_real_distribution<> unit_{0, 1};
    std::normal_distribution<> normal_{0, 1};
    policy::Shell shell_;
    std::vector<Node> nodes_;
    double capacity_ = 0;

    std::size_t tick_ = 0;
    bool counting_ = false;
    std::vector<std::vector<Session>> ending_;                ///< by tick
    std::vector<std::vector<std::uint32_t>> lingering_;       ///< nodes, by the tick in which one goes
    std::vector<std::array<unsigned, kAgain.size()>> again_;  ///< by tick and number of sendings: refused so far
    double thinned_ = 0;                                      ///< ticks of everybody's media, by the dispatcher

    policy::Admission pushed_;
    std::int64_t admitted_ = 0;
    Placer placer_;
    std::size_t push_at_ = 0;
    std::optional<Ipvs> ipvs_;  ///< instead of all that is pushed
    ClusterResult result_;
};

}  // namespace

std::string_view to_string(System system) noexcept {
    switch (system) {
    case System::no_control:
        return "no control";
    case System::as_printed:
        return "eq. 2 as printed";
    case System::coin:
        return "coin per datagram";
    case System::verdict:
        return "verdict per session";
    case System::recommended:
        return "recommended";
    case System::moving:
        return "moving thresholds";
    case System::ipvs_rr:
        return "IPVS rr";
    case System::ipvs_wlc:
        return "IPVS wlc";
    case System::ipvs_source:
        return "IPVS by source";
    }
    return "?";
}

ClusterResult simulate(const ClusterSetup& setup) {
    return Cluster(setup).run();
}

}  // namespace sara::sim
