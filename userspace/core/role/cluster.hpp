// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/policy/health.hpp"
#include "core/policy/load.hpp"
#include "core/policy/monitor.hpp"
#include "core/policy/shell.hpp"
#include "core/role/decision_log.hpp"
#include "core/role/log_line.hpp"
#include "core/role/vip_check.hpp"
#include "core/wire/heartbeat.hpp"

namespace sara::role {

/// A node as the kernel lists it, and the identity under which it sends heartbeats.
struct ClusterNode {
    policy::NodeId id{};
    std::string name;
    wire::HostId host{};
    std::uint64_t live = 0;      ///< sessions, without those that are over
    std::uint32_t sessions = 0;  ///< all, as they count for max_sessions
    bool drained = false;        ///< the operator wants no new sessions on it
    std::uint32_t weight = 1;
    std::uint32_t max_sessions = 0;  ///< that it is meant for; 0: nobody said
    bool usable = true;              ///< frames can be sent to it

    friend bool operator==(const ClusterNode&, const ClusterNode&) = default;
};

/// The kernel shall know how the node is.
struct SetHealth {
    std::string name;
    policy::Availability availability{};

    friend bool operator==(const SetHealth&, const SetHealth&) = default;
};

/// A node is another thing than it was, or for another reason.
struct NodeChanged {
    std::string name;
    std::optional<policy::State> from;  ///< nothing: it is the first that is known of it
    policy::State to;
    std::optional<Time> fails_at;  ///< it is planned to
};

/// Admission goes further, or less far, than it did.
struct StageChanged {
    std::optional<policy::Stage> from;
    policy::Stage to = policy::Stage::admits;
    policy::Admission admission;  ///< that made it so
};

/// For people who watch.
using ClusterEvent = std::variant<NodeChanged, StageChanged>;

struct ClusterOutput {
    std::vector<SetHealth> health;
    std::vector<ClusterEvent> events;
    std::optional<policy::PolicyUpdate> policy;
    std::vector<LogLine> log;
};

struct ClusterConfig {
    policy::DetectorConfig detector{};
    policy::ShellConfig shell{};
    std::optional<policy::Weights> weights{};  ///< of the load's components; nothing: the highest one counts

    friend bool operator==(const ClusterConfig&, const ClusterConfig&) = default;
};

/// Notes of nodes, by what became of them.
struct ClusterCounters {
    std::uint64_t heartbeats = 0;
    std::uint64_t loads = 0;
    std::uint64_t malformed = 0;    ///< neither a heartbeat nor a load message
    std::uint64_t unknown = 0;      ///< of an identity that no node has
    std::uint64_t stale_loads = 0;  ///< older than the last one
    std::uint64_t empty_loads = 0;  ///< said nothing that counts
    std::uint64_t ignored = 0;      ///< heartbeats that prove nothing: late, doubled, or of a rival
};

/// Everything about one node, for people.
struct ClusterView {
    std::string name;
    wire::HostId host{};
    policy::State state;
    std::optional<Time> fails_at;  ///< it is planned to; the earlier of what it said and what the operator said
    policy::BeatCounters beats;
    std::optional<Address> speaker;
    std::optional<Address> rival;
    policy::NodeClock clock;
    VipPath vip_path = VipPath::unknown;
    policy::NodeView load;
    policy::LoadVector parts;  ///< of the last load message
    std::array<std::string, policy::kComponents> raw;
};

/// Watches the nodes, and decides where sessions go and whether they are admitted (paper III B, C, E, G): takes what
/// the nodes say and what the kernel counts, gives health and one policy per interval.
class Cluster {
public:
    /// Precondition: check(config.detector).ok(), check(config.shell).ok().
    explicit Cluster(const ClusterConfig& config);

    /// The nodes that the kernel has now; to be told before each expire(). A new one that is not heard is left as it is
    /// for one detection time, and is down then.
    [[nodiscard]] ClusterOutput nodes(std::span<const ClusterNode> present, Time now);

    /// Which services new sessions of which go to some nodes only; likewise.
    void services(ServiceNodes limited);

    /// A heartbeat or load message. It is authentic, or plain heartbeats were asked for.
    [[nodiscard]] ClusterOutput heard(Bytes note, const Address& from, Time now);

    /// What a VipCheck thinks of a node now; may be said again. A broken path keeps new sessions away.
    [[nodiscard]] ClusterOutput vip_checked(policy::NodeId node, VipPath path, Time now);

    /// The operator says that the node called `name` will fail at `at`. It holds as long as the kernel lists the node
    /// as drained, over what its heartbeats say. Refused if no such node is watched.
    [[nodiscard]] Result<ClusterOutput> plan(std::string_view name, Time at, Time now);

    /// To be called at next_deadline(). `own`: load of the dispatcher itself. The first policy comes with the first
    /// load, or after one detection time: before, nothing is known that could refuse a session.
    [[nodiscard]] ClusterOutput expire(policy::Load own, Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] const ClusterCounters& counters() const noexcept { return counters_; }
    /// The last one; nothing before the first.
    [[nodiscard]] const std::optional<policy::Admission>& admission() const noexcept { return admission_; }
    [[nodiscard]] std::vector<ClusterView> view(Time now) const;

    /// The kernel placed a session by the policy of `epoch`: as DecisionLog::placed().
    void placed(std::uint64_t epoch, std::uint32_t position, policy::NodeId node) {
        decisions_.placed(epoch, position, node);
    }
    /// The last policies, and what they were concluded from.
    [[nodiscard]] const DecisionLog& decisions() const noexcept { return decisions_; }

private:
    struct Node {
        ClusterNode kernel;
        Time grace;                                ///< until then nothing is said of it unless it is heard
        std::optional<Time> planned;               ///< by the operator
        std::optional<policy::Availability> told;  ///< the kernel
        std::optional<policy::State> said;         ///< in events
        VipPath vip_path = VipPath::unknown;
        std::optional<std::uint32_t> load_sequence;
        policy::LoadVector parts;
        std::array<std::string, policy::kComponents> raw;
    };

    [[nodiscard]] Duration detection_time() const noexcept;
    void add(const ClusterNode& node, ClusterOutput& out, Time now);
    void remove(std::map<policy::NodeId, Node>::iterator node);
    void heard(const wire::Heartbeat& beat, const Address& from, ClusterOutput& out, Time now);
    void heard(wire::LoadMessage&& message, Time now);
    void apply(const std::vector<policy::HealthChange>& changes, ClusterOutput& out, Time now);
    [[nodiscard]] policy::State state(const Node& node, Time now) const;
    void tell(Node& node, ClusterOutput& out, Time now);
    void remember(const policy::PolicyUpdate& update, policy::Load own, Time now);
    [[nodiscard]] Node* find(wire::HostId host) noexcept;
    /// `node`: that it is about.
    void say(LogLevel level, std::string text, const std::string& node, ClusterOutput& out, Time now);

    ClusterConfig config_;
    policy::HealthMonitor monitor_;
    policy::Shell shell_;
    std::map<policy::NodeId, Node> nodes_;
    std::map<wire::HostId, policy::NodeId> hosts_;
    std::optional<policy::Admission> admission_;
    DecisionLog decisions_;
    std::shared_ptr<const ServiceNodes> services_ = std::make_shared<const ServiceNodes>();
    std::optional<Time> patience_;  ///< for the first load
    Time decide_at_ = Time::min();
    ClusterCounters counters_;
    LogLimit log_{10};
};

}  // namespace sara::role
