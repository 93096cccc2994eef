// SPDX-License-Identifier: GPL-2.0
#include "agent/vip_shell.hpp"

#include <iostream>
#include <utility>

#include "agent/log.hpp"
#include "io/clock.hpp"
#include "io/host_state.hpp"
#include "io/vip_step.hpp"

namespace sara::agent {

namespace {

role::LogLevel level_of(node::Obstacle::Weight weight) {
    switch (weight) {
    case node::Obstacle::Weight::note:
        return role::LogLevel::info;
    case node::Obstacle::Weight::warning:
        return role::LogLevel::warning;
    case node::Obstacle::Weight::fatal:
        return role::LogLevel::error;
    }
    return role::LogLevel::error;
}

}  // namespace

VipShell::VipShell(boost::asio::io_context& io, const node::VipConfig& config, const node::ArpSettings& before)
    : config_(config), before_(before), alarm_(io, [this] { on_alarm(); }) {}

Result<std::unique_ptr<VipShell>> VipShell::open(boost::asio::io_context& io, const node::VipConfig& config) {
    const Result<node::HostState> state = io::read_host_state();
    if (!state) {
        return state.error();
    }
    const node::ArpSettings before = node::settings_before(*state);
    for (const node::Obstacle& obstacle : node::plan_vips(config, *state, before).obstacles) {
        if (obstacle.weight == node::Obstacle::Weight::fatal) {
            return Error{node::with_mend(obstacle.text, obstacle.mend), {}};
        }
    }
    std::unique_ptr<VipShell> self(new VipShell(io, config, before));
    if (const Status prepared = self->prepare(*state); !prepared) {
        return prepared.error();
    }
    self->alarm_.set(io::now() + kPeriod);
    return self;
}

VipShell::~VipShell() {
    undo();
}

Status VipShell::prepare(const node::HostState& state) {
    const node::VipPlan plan = node::plan_vips(config_, state, before_);
    for (const node::Obstacle& obstacle : plan.obstacles) {
        complain(level_of(obstacle.weight), node::with_mend(obstacle.text, obstacle.mend));
        whole_ = whole_ && obstacle.weight == node::Obstacle::Weight::note;
    }
    for (const node::Step& step : plan.steps) {
        log(role::LogLevel::debug, node::command(step));
        const Status done = io::carry_out(step);
        if (!done && node::part_of(step) != node::VipPart::route) {
            return done.error();
        }
        if (!done) {
            // What has a socket on the VIP works; and the next look tries again.
            complain(role::LogLevel::warning, done.error().text());
            ++failures_;
            whole_ = false;
            prepared_ = false;
        }
    }
    std::string vips;
    for (const Address& vip : config_.vips) {
        vips += " " + vip.text();
    }
    log(role::LogLevel::info, (plan.steps.empty() ? "found this node prepared for" : "prepared this node for") + vips);
    said_ = std::exchange(saying_, {});
    return Done{};
}

void VipShell::on_alarm() {
    const bool was_prepared = prepared_;
    repair();
    if (prepared_ != was_prepared) {
        on_change_();
    }
    said_ = std::exchange(saying_, {});
    alarm_.set(io::now() + kPeriod);
}

void VipShell::repair() {
    ++looks_;
    const bool was_whole = std::exchange(whole_, false);
    const Result<node::HostState> state = io::read_host_state();
    if (!state) {
        complain(role::LogLevel::error, state.error().text());
        ++failures_;
        return;
    }
    const node::VipPlan plan = node::plan_vips(config_, *state, before_);
    whole_ = true;
    prepared_ = !plan.is_fatal();
    for (const node::Obstacle& obstacle : plan.obstacles) {
        complain(level_of(obstacle.weight), node::with_mend(obstacle.text, obstacle.mend));
        whole_ = whole_ && obstacle.weight == node::Obstacle::Weight::note;
    }
    if (plan.is_fatal()) {
        return;
    }
    for (const node::Step& step : plan.steps) {
        complain(role::LogLevel::warning, node::lack(step) + "; repairing it: " + node::command(step));
        if (const Status done = io::carry_out(step); !done) {
            complain(role::LogLevel::error, done.error().text());
            ++failures_;
            whole_ = false;
            prepared_ = false;
        } else {
            ++repairs_;
        }
    }
    if (whole_ && !was_whole) {
        log(role::LogLevel::info, "this node is prepared for its virtual addresses again");
    }
}

void VipShell::undo() {
    const Result<node::HostState> state = io::read_host_state();
    if (!state) {
        log(role::LogLevel::error, "this node stays prepared: " + state.error().text());
        return;
    }
    for (const node::Step& step : node::plan_undo(*state, before_)) {
        log(role::LogLevel::debug, node::command(step));
        if (const Status done = io::carry_out(step); !done) {
            log(role::LogLevel::error, done.error().text());
        }
    }
}

void VipShell::complain(role::LogLevel level, const std::string& text) {
    if (saying_.insert(text).second && !said_.contains(text)) {
        log(level, text);
    }
}

nlohmann::ordered_json VipShell::stats() const {
    nlohmann::ordered_json vips = nlohmann::ordered_json::array();
    for (const Address& vip : config_.vips) {
        vips.push_back(vip.text());
    }
    return {{"addresses", std::move(vips)}, {"whole", whole_},      {"prepared", prepared_}, {"looks", looks_},
            {"repairs", repairs_},          {"failures", failures_}};
}

Result<bool> check_vips(const node::VipConfig& config) {
    const Result<node::HostState> state = io::read_host_state();
    if (!state) {
        return state.error();
    }
    bool whole = true;
    for (const node::Finding& finding : node::examine_vips(config, *state)) {
        std::cout << (finding.ok ? "ok: " : "not ok: ") << to_string(finding.part) << ": "
                  << node::with_mend(finding.text, finding.mend) << '\n';
        whole = whole && finding.ok;
    }
    return whole;
}

}  // namespace sara::agent
