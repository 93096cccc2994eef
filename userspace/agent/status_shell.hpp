// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "agent/config.hpp"
#include "agent/control.hpp"
#include "agent/kernel_link.hpp"
#include "agent/metrics.hpp"
#include "agent/status_history.hpp"
#include "agent/status_page.hpp"
#include "io/alarm.hpp"
#include "io/http_server.hpp"

namespace sara::agent {

/// What the status page shows of an agent, besides what the kernel has.
struct StatusSources {
    std::function<nlohmann::ordered_json()> stats;
    std::function<Result<nlohmann::ordered_json>(const DecisionRequest&)> decision;
    std::function<std::optional<ClusterMetrics>()> cluster;  ///< nothing: no nodes are watched
};

/// The status page with its hands: serves it, keeps its history, and reads for it what the kernel has. What a look
/// costs the agent is bounded, however many sessions there are.
class StatusShell {
public:
    /// Sessions that are shown,
    static constexpr std::size_t kShown = 100;
    /// looked at for them,
    static constexpr std::size_t kLooked = 20'000;
    /// and flows of one.
    static constexpr std::size_t kFlows = 200;

    /// `kernel` must outlive this.
    [[nodiscard]] static Result<std::unique_ptr<StatusShell>>
    open(boost::asio::io_context& io, const StatusConfig& config, KernelLink& kernel, StatusSources sources);

private:
    using Document = StatusAnswers::Document;

    StatusShell(boost::asio::io_context& io, std::optional<wire::SharedKey> token, KernelLink& kernel,
                StatusSources sources);

    void on_alarm();
    template <typename T>
    [[nodiscard]] kern::Result<std::vector<T>> dump(const kern::Request& request);
    template <typename T>
    [[nodiscard]] Document listed(const kern::Request& request);
    [[nodiscard]] Document sessions(const SessionSearch& search) const;
    [[nodiscard]] Document flows(SessionId session) const;
    [[nodiscard]] Document explain(const ExplainRequest& request);

    KernelLink& kernel_;
    StatusSources sources_;
    std::optional<wire::SharedKey> token_;
    StatusAnswers answers_;
    StatusHistory history_;
    io::Alarm alarm_;
    std::unique_ptr<io::HttpServer> server_;
};

}  // namespace sara::agent
