// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/policy/cost.hpp"
#include "core/policy/load.hpp"
#include "core/policy/ramp.hpp"
#include "core/policy/thresholds.hpp"

namespace sara::policy {

/// Which reading of the paper's equations decides.
enum class Equations : std::uint8_t {
    recommended = 0,
    /// Eq. 1 and 2 as printed, to show the difference. Eq. 3 and 4 as printed end at a period of 0 and at thresholds
    /// out of order; they stay as recommended.
    paper_literal = 1,
};

struct AdmissionConfig {
    std::optional<Thresholds> thresholds{};  ///< nothing: by_margin() of the dearest session and the error
    Equations equations = Equations::recommended;
    /// Eq. 4. Off: with one verdict per session and pending sessions counted the load stays below T2, where nothing
    /// moves; in the simulation (tests/sim) it completes no more. What it adds is a threshold that comes back late.
    bool moving = false;
    /// What was admitted is not touched for the cluster's load, which counts up to T3: only the dispatcher's own thins
    /// media and stops signalling. A measured load ends at 1, where a server that is well used stands; at C it would
    /// lose the BYEs that relieve it, and clients' media, which with direct return do not. Off: the paper's Fig. 4.
    bool spare = true;
    Duration period = std::chrono::milliseconds(500);      ///< T_0: how often is decided
    Duration min_period = std::chrono::milliseconds(100);  ///< T_min

    friend bool operator==(const AdmissionConfig&, const AdmissionConfig&) = default;
};

/// Names what is wrong: periods that are not 0 < T_min <= T_0.
[[nodiscard]] Status check(const AdmissionConfig& config);

/// What is pushed to the kernel. It decides by drop_at(x + cost * sessions admitted since the push), once per session.
struct Admission {
    double x = 1;           ///< load that counts, with what was admitted since it was measured; may pass 1
    Cost cost{};            ///< load of the cluster per session; 0 with paper_literal
    Thresholds thresholds;  ///< after they moved
    Equations equations = Equations::recommended;  ///< literal: `drop` holds until the next push, whatever is admitted
    Drop drop{};                                   ///< at x
    Duration period{};                             ///< until the next decision (eq. 3)
};

/// What is known when it is decided.
struct AdmissionInput {
    Load own{};                   ///< of the dispatcher itself
    std::optional<Load> cluster;  ///< eq. 1 over the nodes that are up and not stale
    bool any_up = true;           ///< without cluster load: new sessions are refused while a node is up, else all is
    Cost cost{};                  ///< of one session to the cluster: mean cost over the number of nodes
    Cost dearest{};               ///< of one session to the node that it loads most
    double error = 0;             ///< by how much load nodes were foreseen wrongly (eq. 7, times what came), their mean
    double pending = 0;           ///< load of sessions begun, less that of ended ones, since the cluster's was measured
};

/// How far admission goes, by rising load.
enum class Stage : std::uint8_t {
    admits,
    refuses_some,  ///< new sessions,
    refuses_all,   ///< of them
    thins,         ///< media of established sessions, too
    stops,         ///< everything
};

[[nodiscard]] std::string_view to_string(Stage stage) noexcept;
[[nodiscard]] Stage stage_of(const Drop& drop) noexcept;

/// SA2C (paper III B): refuses new sessions first, then thins media, so that what was admitted is completed. To be
/// asked once per Admission::period.
class AdmissionControl {
public:
    /// Precondition: check(config).ok().
    explicit AdmissionControl(const AdmissionConfig& config = {})
        : config_(config), thresholds_(config.thresholds.value_or(Thresholds())), period_(config.period) {}

    /// x = max(own, cluster + pending), not below 0; with `spare` the cluster's part is not above T3.
    [[nodiscard]] Admission decide(const AdmissionInput& input);

private:
    void follow(const AdmissionInput& input) noexcept;

    AdmissionConfig config_;
    MovingThresholds thresholds_;
    double error_ = 0;  ///< of the last decisions
    Duration period_;
};

/// Paper eq. 3, with a floor and a way back: max(T_min, (1-p) * T), T_0 once x <= T1.
[[nodiscard]] Duration next_period(Duration period, Probability fresh, double x, Load t1,
                                   const AdmissionConfig& config) noexcept;

}  // namespace sara::policy
