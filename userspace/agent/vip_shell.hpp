// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/result.hpp"
#include "core/node/vip_plan.hpp"
#include "core/role/log_line.hpp"
#include "io/alarm.hpp"

namespace sara::agent {

/// Prepares the node for its virtual addresses, keeps it so, and leaves it as it was.
class VipShell {
public:
    /// Takes over what an agent that crashed has left. Where going on would do harm nothing is changed.
    [[nodiscard]] static Result<std::unique_ptr<VipShell>> open(boost::asio::io_context& io,
                                                                const node::VipConfig& config);

    /// Undoes.
    ~VipShell();
    VipShell(const VipShell&) = delete;
    VipShell& operator=(const VipShell&) = delete;

    /// Is this machine prepared? It is not once a repair failed or would do harm, until one succeeds. What is only
    /// warned of does not count: it may be as its administrator wants it.
    [[nodiscard]] bool prepared() const noexcept { return prepared_; }
    /// Is told when prepared() is another.
    void on_change(std::function<void()> on_change) { on_change_ = std::move(on_change); }

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    /// Whatever others change is repaired as soon as this.
    static constexpr Duration kPeriod = std::chrono::seconds(5);

    VipShell(boost::asio::io_context& io, const node::VipConfig& config, const node::ArpSettings& before);

    [[nodiscard]] Status prepare(const node::HostState& state);
    void on_alarm();
    void repair();
    void undo();
    /// Logs what was not said at the look before.
    void complain(role::LogLevel level, const std::string& text);

    node::VipConfig config_;
    node::ArpSettings before_;
    io::Alarm alarm_;
    std::set<std::string> said_;    ///< at the last look
    std::set<std::string> saying_;  ///< at this one
    bool whole_ = true;             ///< nothing was wrong at the last look
    bool prepared_ = true;
    std::function<void()> on_change_ = [] {};
    std::uint64_t looks_ = 0;
    std::uint64_t repairs_ = 0;
    std::uint64_t failures_ = 0;
};

/// Says of each part on standard output whether it is as it should be. False: not all are.
[[nodiscard]] Result<bool> check_vips(const node::VipConfig& config);

}  // namespace sara::agent
