// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/role/probe.hpp"
#include "io/alarm.hpp"
#include "io/probe_socket.hpp"

namespace sara::agent {

/// A probe of an application with its hands: a connection for each attempt.
class ProbeShell {
public:
    /// `on_change`: answers() is another one. Asks at once.
    ProbeShell(boost::asio::io_context& io, const role::ProbeConfig& config, std::function<void()> on_change);

    [[nodiscard]] bool answers() const noexcept { return probe_.answers(); }
    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    void on_alarm();
    void settle();

    boost::asio::io_context& io_;
    role::Probe probe_;
    std::function<void()> on_change_;
    bool told_ = true;  ///< what answers() was
    std::shared_ptr<io::ProbeSocket> socket_;
    io::Alarm alarm_;
};

}  // namespace sara::agent
