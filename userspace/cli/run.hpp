// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <span>
#include <string>

#include "cli/action.hpp"
#include "cli/agent_client.hpp"
#include "cli/explain.hpp"
#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/progress.hpp"
#include "io/clock.hpp"
#include "kern/channel.hpp"

namespace sara::cli {

/// As ip(8) does it.
enum class ExitCode : int {
    done = 0,
    usage = 1,    ///< the command line, or a file it names, is wrong
    refused = 2,  ///< the kernel (or the agent) said no
    found = 3,    ///< a doctor's: something is wrong with this machine
};

/// Which of the program's streams are a terminal.
struct Terminals {
    bool in = false;
    bool out = false;
    bool err = false;
};

/// Carries out actions. The channel is opened when the first one needs it, and kept for the rest of a batch.
class Runner {
public:
    using Opener = std::function<kern::Result<kern::Channel>()>;

    Runner(const Options& options, Opener opener, std::ostream& out, std::ostream& err, Terminals terminals = {},
           std::function<Time()> now = io::now)
        : options_(options), opener_(std::move(opener)), out_(out), err_(err), terminals_(terminals),
          now_(std::move(now)) {}

    [[nodiscard]] ExitCode run(const Action& action);

    /// One command given as words.
    [[nodiscard]] ExitCode run_words(std::span<const std::string> words);

    /// Every line of a batch; stops at the first error unless forced.
    [[nodiscard]] ExitCode run_batch(std::istream& in, const std::string& name);

private:
    [[nodiscard]] ExitCode operator()(const Help& help);
    [[nodiscard]] ExitCode operator()(const Execute& execute);
    [[nodiscard]] ExitCode operator()(const Show& show);
    [[nodiscard]] ExitCode operator()(const Monitor& monitor);
    [[nodiscard]] ExitCode operator()(const MonitorCluster& monitor);
    [[nodiscard]] ExitCode operator()(const AgentStats& stats);
    [[nodiscard]] ExitCode operator()(const NodeLoad& load);
    [[nodiscard]] ExitCode operator()(const HighAvailability& ha);
    [[nodiscard]] ExitCode operator()(const Drain& drain);
    [[nodiscard]] ExitCode operator()(const AgentDo& what);
    [[nodiscard]] ExitCode operator()(const Explain& explain);
    [[nodiscard]] ExitCode operator()(const Inspect& inspect);
    [[nodiscard]] ExitCode operator()(const Doctor& doctor);
    [[nodiscard]] ExitCode operator()(const ShowTop& wanted);
    [[nodiscard]] ExitCode operator()(const SaveSessions& save);
    [[nodiscard]] ExitCode operator()(const RestoreSessions& restore);

    /// What the kernel knows: one or, by a Call-ID, more.
    [[nodiscard]] kern::Result<std::vector<Explanation>> explained(kern::Channel& kernel, const Explain& explain);
    void ask_decision(Explanation& explanation, const std::string& socket);

    /// What the kernel has of one kind; nothing: refused, and said so.
    template <typename T>
    [[nodiscard]] std::optional<std::vector<T>> dumped(kern::Channel& kernel, const kern::Request& request);

    /// What the agent at `socket` answers; nothing: refused, and said so.
    [[nodiscard]] std::optional<nlohmann::ordered_json> ask(const std::string& socket,
                                                            const nlohmann::ordered_json& request,
                                                            std::chrono::milliseconds patience = kPatience);

    [[nodiscard]] Printer printing();
    [[nodiscard]] Progress progress();

    /// nullptr: refused, and said so.
    [[nodiscard]] kern::Channel* channel();

    ExitCode refused(const kern::Error& error);
    ExitCode wrong(const Error& error);

    Options options_;
    Opener opener_;
    std::ostream& out_;
    std::ostream& err_;
    Terminals terminals_;
    std::function<Time()> now_;  ///< progress goes by it
    std::optional<kern::Channel> channel_;
};

/// The program: words are what follows its name.
[[nodiscard]] ExitCode run_program(std::span<const std::string> words, std::istream& in, std::ostream& out,
                                   std::ostream& err, Terminals terminals = {});

}  // namespace sara::cli
