// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/policy/history.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// How far a forecast missed, relative to what came (paper eq. 7): min(1, |forecast - measured| / max(measured, .01)).
[[nodiscard]] double forecast_error(Load forecast, Load measured) noexcept;

/// A forecast is believed as far as the last one came true (paper eq. 8): (1-err) * forecast + err * measured.
[[nodiscard]] Load damp(Load forecast, Load measured, double error) noexcept;

/// One node's short-term load: measured, forecast, and damped between the two by how well it has been forecast. Reports
/// count as equal steps; after a silence the owner clears it rather than drawing a line across the gap.
class Forecast {
public:
    explicit Forecast(Window window) : history_(window) {}

    /// O(T), no allocation.
    void sample(Load measured) noexcept;
    void clear() noexcept;

    /// False before the first sample: everything below is 1 then.
    [[nodiscard]] bool known() const noexcept { return history_.size() > 0; }
    [[nodiscard]] Load measured() const noexcept { return measured_; }
    /// Eq. 6.
    [[nodiscard]] Load ahead() const noexcept { return ahead_; }
    /// Eq. 7, in [0,1]; 1 until a forecast can be held against a measurement: then only what was measured counts.
    [[nodiscard]] double error() const noexcept { return error_; }
    /// Eq. 8: what nodes are chosen by (eq. 9).
    [[nodiscard]] Load damped() const noexcept { return damped_; }

private:
    History history_;
    Load measured_ = Load::full();
    Load ahead_ = Load::full();
    Load damped_ = Load::full();
    double error_ = 1;
};

}  // namespace sara::policy
