// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agent/config.hpp"
#include "agent/control.hpp"
#include "agent/dispatcher_shell.hpp"
#include "agent/gateway_shell.hpp"
#include "agent/kernel_link.hpp"
#include "agent/node_shell.hpp"
#include "agent/status_shell.hpp"
#include "agent/vip_shell.hpp"
#include "io/alarm.hpp"
#include "io/control_socket.hpp"
#include "io/http_server.hpp"
#include "io/notify.hpp"

namespace sara::agent {

/// How the program ends; sara-agent(8) lists them.
enum class Exit : int { ok = 0, failure = 1, configuration = 2, kernel_module = 3 };

/// The running agent: its roles, and what they share.
class App {
public:
    /// `config_path` is read again on SIGHUP.
    App(Config config, std::string config_path, const wire::SharedKey& key);

    /// Starts everything and works until SIGTERM or SIGINT. What goes wrong at the start is logged, and ends it.
    [[nodiscard]] Exit run();

private:
    /// The kernel has one answer to a lost message, and a storm of them is no reason to ask for ever.
    static constexpr Duration kResyncPause = std::chrono::seconds(1);

    /// A node alone has nothing to do with the module.
    [[nodiscard]] bool needs_kernel() const noexcept { return config_.dispatcher || config_.gateway; }
    [[nodiscard]] Status open();
    [[nodiscard]] kern::Status on_up(kern::Channel& channel);
    void on_incoming(kern::Incoming&& incoming);
    void on_drained(bool overrun);
    void on_down(const std::string& why);
    void on_retry(const kern::Error& error);
    void resync();

    void wait_for_signal();
    void reload();
    void feed_watchdog();
    [[nodiscard]] Result<nlohmann::ordered_json> decision(const DecisionRequest& request) const;
    [[nodiscard]] Status drain(const DrainRequest& request);
    [[nodiscard]] Status undrain();
    [[nodiscard]] Status hand_over();
    [[nodiscard]] Status resume();
    /// Is there something to be watched?
    [[nodiscard]] Status watch() const;
    void publish(const nlohmann::ordered_json& event);
    [[nodiscard]] nlohmann::ordered_json stats() const;
    [[nodiscard]] std::string metrics();

    Config config_;
    std::string config_path_;
    wire::SharedKey key_;

    boost::asio::io_context io_{1};
    io::Notifier notifier_ = io::Notifier::from_environment();
    KernelLink kernel_;
    std::unique_ptr<DispatcherShell> dispatcher_;
    std::unique_ptr<GatewayShell> gateway_;
    std::unique_ptr<VipShell> vip_;
    std::unique_ptr<NodeShell> node_;
    std::unique_ptr<io::ControlSocket> control_;
    std::unique_ptr<io::HttpServer> metrics_;
    std::unique_ptr<StatusShell> status_;  ///< asks the roles, so it goes before them
    boost::asio::signal_set signals_;
    io::Alarm watchdog_;
    io::Alarm resync_;

    Time started_;
    Time last_resync_ = Time::min();
    bool was_up_ = false;
    std::string last_retry_;
    std::uint64_t unrouted_ = 0;  ///< inspected packets that none of our roles reads
};

}  // namespace sara::agent
