// SPDX-License-Identifier: GPL-2.0
#include "agent/app.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "agent/log.hpp"
#include "agent/metrics.hpp"
#include "agent/metrics_text.hpp"
#include "agent/provision.hpp"
#include "agent/stats.hpp"
#include "core/base/version.hpp"
#include "io/clock.hpp"

namespace sara::agent {

namespace {

/// What a reload cannot change.
std::vector<std::string> restart_needed(const Config& before, const Config& after) {
    std::vector<std::string> keys;
    const auto differs = [&](bool different, const char* key) {
        if (different) {
            keys.emplace_back(key);
        }
    };
    differs(before.dispatcher != after.dispatcher || before.cluster != after.cluster, "dispatcher");
    differs(before.gateway != after.gateway, "gateway");
    differs(before.node != after.node, "node");
    differs(before.key_file != after.key_file, "key_file");
    differs(before.control != after.control, "control");
    differs(before.metrics != after.metrics, "metrics");
    differs(before.status != after.status, "status");
    differs(before.timers != after.timers, "timers");
    return keys;
}

void log_all(const Errors& errors) {
    for (const Error& error : errors) {
        log(role::LogLevel::error, error.text());
    }
}

}  // namespace

App::App(Config config, std::string config_path, const wire::SharedKey& key)
    : config_(std::move(config)), config_path_(std::move(config_path)), key_(key),
      kernel_(io_, {.on_up = [this](kern::Channel& channel) { return on_up(channel); },
                    .on_incoming = [this](kern::Incoming&& incoming) { on_incoming(std::move(incoming)); },
                    .on_drained = [this](bool overrun) { on_drained(overrun); },
                    .on_down = [this](const std::string& why) { on_down(why); },
                    .on_retry = [this](const kern::Error& error) { on_retry(error); }}),
      signals_(io_, SIGTERM, SIGINT, SIGHUP), watchdog_(io_, [this] { feed_watchdog(); }),
      resync_(io_, [this] { resync(); }), started_(io::now()) {}

Exit App::run() {
    std::signal(SIGPIPE, SIG_IGN);
    if (const Status opened = open(); !opened) {
        log(role::LogLevel::error, opened.error().text());
        return Exit::failure;
    }
    if (const kern::Status up = needs_kernel() ? kernel_.start() : kern::Status(Done{}); !up) {
        log(role::LogLevel::error, up.error().text());
        const bool module = !was_up_ && (up.error().code == ENOENT || up.error().code == EOPNOTSUPP);
        return module ? Exit::kernel_module : Exit::failure;
    }
    if (!needs_kernel()) {
        log(role::LogLevel::info, "telling dispatchers of this node");
    }
    wait_for_signal();
    feed_watchdog();
    notifier_.ready();
    io_.run();
    return Exit::ok;
}

Status App::open() {
    Result<std::unique_ptr<io::ControlSocket>> control =
        io::ControlSocket::open(io_, config_.control, [this](std::string_view line) {
            ControlAnswer answer =
                answer_control(line, {.stats = [this] { return stats(); },
                                      .decision = [this](const DecisionRequest& request) { return decision(request); },
                                      .drain = [this](const DrainRequest& request) { return drain(request); },
                                      .undrain = [this] { return undrain(); },
                                      .hand_over = [this] { return hand_over(); },
                                      .resume = [this] { return resume(); },
                                      .watch = [this] { return watch(); }});
            return io::ControlSocket::Reply(std::move(answer.line), answer.watch);
        });
    if (!control) {
        return control.error();
    }
    control_ = std::move(*control);
    if (config_.metrics) {
        auto metrics = io::HttpServer::open(io_, *config_.metrics, [this](const io::HttpRequest& request) {
            return request.target == "/metrics"
                       ? io::HttpResponse{200, std::string(MetricsText::kContentType), this->metrics()}
                       : io::HttpResponse{404, "text/plain; charset=utf-8", "there is only /metrics\n"};
        });
        if (!metrics) {
            return metrics.error();
        }
        metrics_ = std::move(*metrics);
    }
    if (config_.dispatcher) {
        auto dispatcher = DispatcherShell::open(io_, config_, key_, kernel_);
        if (!dispatcher) {
            return dispatcher.error();
        }
        dispatcher_ = std::move(*dispatcher);
        dispatcher_->on_change([this](const nlohmann::ordered_json& event) { publish(event); });
    }
    if (config_.status) {
        auto status =
            StatusShell::open(io_, *config_.status, kernel_,
                              {.stats = [this] { return stats(); },
                               .decision = [this](const DecisionRequest& request) { return decision(request); },
                               .cluster = [this] { return dispatcher_ ? dispatcher_->metrics() : std::nullopt; }});
        if (!status) {
            return status.error();
        }
        status_ = std::move(*status);
    }
    if (config_.gateway) {
        // One that does not wait any more is refused, which is nothing to act on: the kernel counts them.
        auto gateway = GatewayShell::open(io_, *config_.gateway, key_, [this](HoldId reply) {
            static_cast<void>(kernel_.post(kern::inspect_release(reply)));
        });
        if (!gateway) {
            return gateway.error();
        }
        gateway_ = std::move(*gateway);
    }
    if (config_.node && !config_.node->vip.vips.empty()) {
        // Before anybody hears of this node.
        auto vip = VipShell::open(io_, config_.node->vip);
        if (!vip) {
            return vip.error();
        }
        vip_ = std::move(*vip);
    }
    if (config_.node) {
        auto node = NodeShell::open(io_, *config_.node, key_);
        if (!node) {
            return node.error();
        }
        node_ = std::move(*node);
        if (vip_) {
            const auto tell = [this] { node_->prepared(vip_->prepared()); };
            vip_->on_change(tell);
            tell();
        }
    }
    return Done{};
}

kern::Status App::on_up(kern::Channel& channel) {
    const Errors errors = provision(channel, config_.kernel);
    log_all(errors);
    if (!errors.empty() && !was_up_) {
        return kern::Error{EINVAL, "the kernel did not take all of " + config_path_};
    }
    if (dispatcher_) {
        if (const kern::Status subscribed = channel.subscribe(); !subscribed) {
            return subscribed.error();
        }
    }
    // Bound before the dumps: what is signalled meanwhile waits in the socket.
    const auto hold = config_.gateway ? config_.gateway->hold : std::nullopt;
    if (const auto bound = channel.get<kern::InspectBinding>(kern::inspect_bind(hold)); !bound) {
        return kern::Error{bound.error().code, "binding to the inspected packets failed: " + bound.error().text()};
    }
    if (dispatcher_) {
        if (const kern::Status adopted = dispatcher_->adopt(channel); !adopted) {
            return adopted.error();
        }
    }
    log(role::LogLevel::info, "connected to the kernel module " + channel.config().module_version);
    notifier_.status("connected to the kernel module " + channel.config().module_version);
    was_up_ = true;
    last_retry_.clear();
    return Done{};
}

void App::on_incoming(kern::Incoming&& incoming) {
    if (const auto* packet = std::get_if<kern::InspectedPacket>(&incoming)) {
        if (packet->sender == Sender::client && dispatcher_) {
            dispatcher_->on_packet(*packet);
        } else if (packet->sender == Sender::server && gateway_) {
            gateway_->on_packet(*packet);
        } else {
            ++unrouted_;
        }
    } else if (!dispatcher_) {
        return;
    } else if (const auto* event = std::get_if<kern::Event>(&incoming)) {
        dispatcher_->on_event(*event);
    } else if (const auto* ack = std::get_if<kern::Ack>(&incoming)) {
        dispatcher_->on_ack(*ack);
    } else if (const auto* answer = std::get_if<kern::Answer>(&incoming)) {
        dispatcher_->on_answer(*answer);
    }
}

void App::on_drained(bool overrun) {
    if (overrun && dispatcher_) {
        resync_.set(std::max(io::now(), last_resync_ + kResyncPause));
    }
}

void App::resync() {
    kern::Channel* channel = kernel_.channel();
    if (channel == nullptr) {
        return;  // a new channel begins with a dump anyway
    }
    last_resync_ = io::now();
    log(role::LogLevel::warning,
        "the netlink socket was full and something was lost; reading the kernel's sessions again");
    if (const kern::Status done = dispatcher_->resync(*channel); !done) {
        log(role::LogLevel::warning, "reading the kernel's sessions failed: " + done.error().text());
        resync_.set(last_resync_ + kResyncPause);
    }
    if (kernel_.is_up()) {
        kernel_.drain();
    }
}

void App::on_down(const std::string& why) {
    log(role::LogLevel::error, why + "; waiting for it to come back");
    notifier_.status(why);
    if (dispatcher_) {
        dispatcher_->forget_kernel();
    }
}

void App::on_retry(const kern::Error& error) {
    if (std::exchange(last_retry_, error.text()) != error.text()) {
        log(role::LogLevel::error, error.text());
    }
}

void App::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) {
            return;
        }
        if (signal == SIGHUP) {
            reload();
            wait_for_signal();
            return;
        }
        if (node_) {
            node_->plan(io::now());  // no dispatcher has to find out by our silence
        }
        log(role::LogLevel::info,
            needs_kernel() ? "stopping; the kernel goes on forwarding what it knows" : "stopping");
        notifier_.stopping();
        if (dispatcher_) {
            dispatcher_->leave();
        }
        io_.stop();
    });
}

void App::reload() {
    notifier_.reloading();
    Result<Config, Errors> fresh = load_config(config_path_);
    if (!fresh) {
        log_all(fresh.error());
        log(role::LogLevel::error, "nothing was reloaded");
        notifier_.ready();
        return;
    }
    for (const std::string& key : restart_needed(config_, *fresh)) {
        log(role::LogLevel::warning, "a new \"" + key + "\" needs a restart; the old one stays until then");
    }
    config_.log_level = fresh->log_level;
    config_.kernel = std::move(fresh->kernel);
    set_log_level(config_.log_level);
    if (kern::Channel* channel = kernel_.channel()) {
        log_all(provision(*channel, config_.kernel));
        kernel_.drain();
    }
    log(role::LogLevel::info, "reloaded " + config_path_);
    notifier_.ready();
}

void App::feed_watchdog() {
    if (const auto period = notifier_.watchdog()) {
        notifier_.alive();
        watchdog_.set(io::now() + *period / 2);
    }
}

Result<nlohmann::ordered_json> App::decision(const DecisionRequest& request) const {
    if (!dispatcher_) {
        return Error{"this agent is no dispatcher's: it places no sessions", {}};
    }
    return dispatcher_->decision(request);
}

Status App::drain(const DrainRequest& request) {
    const Time at = io::now() + request.in;
    if (request.node) {
        return dispatcher_
                   ? dispatcher_->plan(*request.node, at)
                   : Status(Error{"this agent is no dispatcher's: without the name of a node it drains its own", {}});
    }
    if (!node_) {
        return Error{"this agent is no node's: on a dispatcher give the name of the node", {}};
    }
    node_->plan(at);
    log(role::LogLevel::info, "this node is told to fail at " + io::calendar_text(at, io::now()));
    return Done{};
}

Status App::undrain() {
    if (!node_) {
        return Error{"this agent is no node's: on a dispatcher give the name of the node", {}};
    }
    node_->plan(std::nullopt);
    log(role::LogLevel::info, "this node is told not to fail after all");
    return Done{};
}

Status App::hand_over() {
    return dispatcher_ ? dispatcher_->hand_over() : Status(Error{"this agent is no dispatcher's", {}});
}

Status App::resume() {
    return dispatcher_ ? dispatcher_->resume() : Status(Error{"this agent is no dispatcher's", {}});
}

Status App::watch() const {
    return dispatcher_ ? dispatcher_->watched()
                       : Status(Error{"this agent is no dispatcher's: it watches no nodes", {}});
}

void App::publish(const nlohmann::ordered_json& event) {
    control_->publish(event.dump(), R"({"error":"you read too slowly: what happened since is lost"})");
}

nlohmann::ordered_json App::stats() const {
    nlohmann::ordered_json out;
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(io::now() - started_);
    out["agent"] = {{"version", program_version()},
                    {"pid", getpid()},
                    {"config", config_path_},
                    {"uptime", uptime.count()},
                    {"unrouted", unrouted_},
                    {"watchers", control_->watchers()},
                    {"watchers_cut_off", control_->cut_off()}};
    if (needs_kernel()) {
        out["kernel"] = to_json(kernel_.counters());
        out["kernel"]["up"] = kernel_.is_up();
    }
    if (dispatcher_) {
        out["dispatcher"] = dispatcher_->stats();
    }
    if (gateway_) {
        out["gateway"] = gateway_->stats();
    }
    if (node_) {
        out["node"] = node_->stats();
    }
    if (vip_) {
        out["vip"] = vip_->stats();
    }
    return out;
}

std::string App::metrics() {
    MetricsInput input;
    input.kernel_up = kernel_.is_up();
    input.link = kernel_.counters();
    if (kern::Channel* channel = kernel_.channel()) {
        // What the kernel does not answer now is left out: a scrape with gaps says more than none.
        if (auto stats = channel->get<kern::Stats>(kern::stats_get())) {
            input.stats = *stats;
        }
        if (auto services = channel->dump<kern::Service>(kern::service_dump())) {
            input.services = std::move(services->items);
        }
        if (auto nodes = channel->dump<kern::Node>(kern::node_dump())) {
            input.nodes = std::move(nodes->items);
        }
        if (kernel_.is_up()) {
            kernel_.drain();
        }
    }
    if (dispatcher_) {
        input.cluster = dispatcher_->metrics();
        input.replication = dispatcher_->replication_metrics();
    }
    return to_metrics(input);
}

}  // namespace sara::agent
