// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/policy/admission.hpp"
#include "core/policy/cluster_load.hpp"
#include "core/policy/cost.hpp"
#include "core/policy/forecast.hpp"
#include "core/policy/level.hpp"
#include "core/policy/live_mean.hpp"
#include "core/policy/placement.hpp"

namespace sara::policy {

/// What a node's load is told from when it is pushed.
enum class Predictor : std::uint8_t {
    /// Its sessions (Level), for its score and for the cluster's load.
    sessions = 0,
    /// The paper's: the score is forecast by a line (eq. 6 to 8), the cluster's load is made of what was measured (eq.
    /// 1).
    trend = 1,
};

struct ShellConfig {
    Window window{};
    Smoothing smoothing{};
    AdmissionConfig admission{};
    CostConfig cost{};
    /// `trend` counts what the dispatcher placed twice, as trend and as pending: in the simulation (tests/sim, 10
    /// nodes, 2 to 6 times their load) nodes are 2 to 5 times as uneven with it. With loads of 5 s it breaks 1 to 5 %
    /// of capacity where `sessions` breaks nothing; if they are noisy besides (.05), 4 to 10 % against .6 to 6 %.
    Predictor predictor = Predictor::sessions;
    bool pending = true;  ///< count what was placed since the measurement; off only to show what for
    Duration slow_start = std::chrono::seconds(30);  ///< 0: none
    double slow_start_cost = 8;                      ///< of a returning node's first session, in costs; 1 or more

    friend bool operator==(const ShellConfig&, const ShellConfig&) = default;
};

/// Names the first setting that is out of its range.
[[nodiscard]] Status check(const ShellConfig& config);

/// Everything about one node, for people.
struct NodeView {
    NodeId node{};
    bool up = false;
    bool stale = false;  ///< no report for 3 of its periods: left out of the cluster's load
    Load measured{};
    Load forecast{};     ///< what the predictor makes of it,
    double error = 1;    ///< how far that is off (eq. 7),
    Load damped{};       ///< and what is believed (eq. 8)
    Cost cost{};         ///< learnt
    double pending = 0;  ///< load of sessions begun, less ended, since the last report
    double score = 0;
    Cost placed_at{};  ///< cost that is pushed: while it starts slowly, more than learnt
};

/// SHort-term forecasted Least Loaded (paper III C), and what it tells admission: takes loads and session counts of all
/// nodes, and makes one policy update per interval. O(T) per report, O(N) per update.
class Shell {
public:
    /// Staleness begins after this many periods without a report (paper III G), and is complete after twice as many: by
    /// then the node counts as full and is chosen only when all are.
    static constexpr int kStalePeriods = 3;

    /// Precondition: check(config).ok().
    explicit Shell(const ShellConfig& config = {});

    /// False: it is there already. A new node is down.
    bool add(NodeId node);
    /// False: it is not there.
    bool remove(NodeId node);

    /// A node that was up before and is up again starts slowly: each session counts slow_start_cost times at first, and
    /// linearly less until slow_start is over. False: unknown node.
    bool set_up(NodeId node, bool up, Time now);

    /// Sessions that the kernel counts live on the node from now on; to be told before a report() and an update() that
    /// go by it, and often: what is told of the load is held against the mean of what is told here. False: unknown
    /// node.
    bool count(NodeId node, std::uint64_t live, Time now);

    /// Sessions that the node is meant for; 0: nobody said. False: unknown node.
    bool expect(NodeId node, std::uint64_t capacity);

    /// A load message of the node, of the time since the one before it; the next one is due after `period`. False:
    /// unknown node.
    bool report(NodeId node, Load load, Duration period, Time now);

    /// To be pushed. `own` is the load of the dispatcher itself. Time that goes backwards counts as standing still.
    [[nodiscard]] PolicyUpdate update(Load own, Time now);

    [[nodiscard]] std::vector<NodeView> view(Time now) const;
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

private:
    struct Node {
        explicit Node(const ShellConfig& config)
            : forecast(config.window), level(config.window), learner(config.cost) {}

        Forecast forecast;
        Level level;
        CostLearner learner;
        bool up = false;
        bool was_up = false;
        Time slow_until{};
        std::optional<Time> reported;
        Duration period{};
        LiveMean live;
        double live_at_report = 0;  ///< while what was reported last was measured: the mean
    };

    [[nodiscard]] double staleness(const Node& node, Time now) const noexcept;
    [[nodiscard]] Load believed(const Node& node) const noexcept;
    [[nodiscard]] double pending(const Node& node) const noexcept;
    [[nodiscard]] NodeScore score(NodeId id, const Node& node, Time now) const noexcept;

    ShellConfig config_;
    AdmissionControl admission_;
    std::map<NodeId, Node> nodes_;
    std::vector<Load> loads_;  ///< of an update, kept for its memory
    std::uint64_t epoch_ = 0;
    Time latest_ = Time::min();
};

}  // namespace sara::policy
