// SPDX-License-Identifier: GPL-2.0
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "cli/agent_client.hpp"
#include "cli/agent_json.hpp"
#include "cli/key.hpp"
#include "cli/run.hpp"
#include "cli/screen.hpp"
#include "cli/terminal.hpp"
#include "cli/top.hpp"
#include "io/clock.hpp"

namespace sara::cli {

namespace {

/// Keys wait while an agent does not answer: not long.
constexpr std::chrono::milliseconds kShortPatience{500};

/// Asks the kernel and the agent. Whichever is gone is asked again the next time.
class TopSampler {
public:
    TopSampler(Runner::Opener opener, std::string socket) : opener_(std::move(opener)), socket_(std::move(socket)) {}

    [[nodiscard]] TopSample take() {
        TopSample sample;
        sample.at = io::now();
        sample.clock = io::calendar_text(sample.at, sample.at);
        if (const kern::Status read = read_kernel(sample); !read) {
            channel_.reset();
            sample.nodes.clear();
            sample.services.clear();
            sample.policy.reset();
            sample.kernel_error = read.error().what;
        }
        read_agent(sample);
        return sample;
    }

    [[nodiscard]] kern::Status execute(const kern::Request& request) {
        if (const kern::Status opened = open(); !opened) {
            return opened;
        }
        return channel_->execute(request);
    }

private:
    [[nodiscard]] kern::Status open() {
        if (!channel_) {
            kern::Result<kern::Channel> opened = opener_();
            if (!opened) {
                return opened.error();
            }
            channel_.emplace(std::move(*opened));
        }
        return Done{};
    }

    [[nodiscard]] kern::Status read_kernel(TopSample& sample) {
        if (const kern::Status opened = open(); !opened) {
            return opened;
        }
        kern::Result<kern::Listing<kern::Node>> nodes = channel_->dump<kern::Node>(kern::node_dump());
        if (!nodes) {
            return nodes.error();
        }
        kern::Result<kern::Listing<kern::Service>> services = channel_->dump<kern::Service>(kern::service_dump());
        if (!services) {
            return services.error();
        }
        kern::Result<kern::Policy> policy = channel_->get<kern::Policy>(kern::policy_get());
        if (policy) {
            sample.policy = std::move(*policy);
        } else if (policy.error().code != ENOENT) {
            return policy.error();
        }
        sample.nodes = std::move(nodes->items);
        sample.services = std::move(services->items);
        return Done{};
    }

    void read_agent(TopSample& sample) const {
        const Result<std::string> answer = ask_agent(socket_, R"({"get":"stats"})", kShortPatience);
        if (!answer) {
            sample.agent_error = answer.error().text();
            return;
        }
        sample.agent = nlohmann::ordered_json::parse(*answer, nullptr, false);
        if (!sample.agent.is_object()) {
            sample.agent_error = "the agent answered with something that is no JSON object";
        } else if (const std::string refusal = agent_json::text(sample.agent, "error"); !refusal.empty()) {
            sample.agent_error = "the agent refused: " + refusal;
        }
    }

    Runner::Opener opener_;
    std::string socket_;
    std::optional<kern::Channel> channel_;
};

kern::Request state_request(const TopSetState& change) {
    kern::NodeSpec spec;
    spec.name = change.node;
    spec.state = change.state;
    return kern::node_set(spec);
}

/// Until it is quit: the signal that did it, or 0.
int show_live(Terminal& terminal, TopSampler& sampler, TopSample before, std::chrono::milliseconds interval,
              bool colour) {
    Top top(terminal.size());
    KeyReader keys;
    Screen shown;
    top.take(compare(before, before));
    Time next = before.at + interval;
    for (;;) {
        Screen screen = top.screen();
        if (!terminal.write(paint(shown, screen, colour))) {
            return SIGHUP;
        }
        shown = std::move(screen);
        const TerminalInput input = terminal.wait(next);
        if (input.closed) {
            return SIGHUP;
        }
        if (input.signal == SIGINT) {
            return 0;
        }
        if (input.signal == SIGTSTP) {
            terminal.suspend();
        }
        if (input.signal == SIGTSTP || input.signal == SIGWINCH) {
            top.resize(terminal.size());
            shown.clear();
        } else if (input.signal != 0) {
            return input.signal;
        }
        bool changed = false;
        for (const Key key : keys.take(input.bytes)) {
            const std::optional<TopEffect> effect = top.press(key);
            if (!effect) {
                continue;
            }
            if (std::holds_alternative<TopQuit>(*effect)) {
                return 0;
            }
            if (std::holds_alternative<TopRedraw>(*effect)) {
                shown.clear();
            }
            if (const auto* change = std::get_if<TopSetState>(&*effect)) {
                const kern::Status done = sampler.execute(state_request(*change));
                top.say(done ? "node " + change->node +
                                   (change->state == kern::NodeState::drain ? " is drained" : " gets new sessions")
                             : done.error().what,
                        done ? Style::good : Style::bad);
                changed = true;
            }
        }
        if (changed || io::now() >= next) {
            TopSample now = sampler.take();
            top.take(compare(before, now));
            next = now.at + interval;
            before = std::move(now);
        }
    }
}

}  // namespace

ExitCode Runner::operator()(const ShowTop& wanted) {
    TopSampler sampler(opener_, wanted.socket);
    TopSample before = sampler.take();
    if (!before.kernel_error.empty()) {
        return refused({ENOENT, before.kernel_error});
    }
    if (terminals_.in && terminals_.out && wanted.count == 0 && options_.format == Format::text) {
        int signal = 0;
        {
            const Result<std::unique_ptr<Terminal>> terminal = Terminal::open();
            if (!terminal) {
                return wrong(terminal.error());
            }
            signal =
                show_live(**terminal, sampler, std::move(before), wanted.interval, options_.colour != Colour::never);
        }
        if (signal != 0) {
            raise(signal);
        }
        return ExitCode::done;
    }
    for (std::uint64_t seen = 0; wanted.count == 0 || seen < wanted.count; ++seen) {
        std::this_thread::sleep_for(wanted.interval);
        TopSample now = sampler.take();
        const TopView view = compare(before, now);
        before = std::move(now);
        if (options_.format == Format::text) {
            out_ << (seen == 0 ? "" : "\n") << plain_text(sheet(view));
        } else {
            out_ << to_json(view).dump(options_.format == Format::pretty ? 4 : -1) << '\n';
        }
        if (!out_.flush()) {
            return wrong({"the output cannot be written", {}});
        }
    }
    return ExitCode::done;
}

}  // namespace sara::cli
