// SPDX-License-Identifier: GPL-2.0
#include <iostream>

#include "agent/app.hpp"
#include "agent/config.hpp"
#include "agent/log.hpp"
#include "agent/options.hpp"
#include "agent/vip_shell.hpp"
#include "core/base/version.hpp"
#include "io/entropy.hpp"
#include "io/journal.hpp"

using namespace sara;
using agent::Exit;

namespace {

void complain(const Error& error) {
    std::cerr << "sara-agent: " << error.text() << '\n';
}

/// Looks at this machine; sara-agent(8) says what is printed.
Exit check_vip(const agent::Options& options, const agent::Config& config) {
    if (!config.node || config.node->vip.vips.empty()) {
        complain({"is missing; there is nothing to check", options.config + ": node.vips"});
        return Exit::configuration;
    }
    const Result<bool> whole = agent::check_vips(config.node->vip);
    if (!whole) {
        complain(whole.error());
        return Exit::failure;
    }
    return *whole ? Exit::ok : Exit::failure;
}

/// Runs, or only reads what a run would need.
Exit run(const agent::Options& options) {
    const Result<agent::Config, agent::Errors> config = agent::load_config(options.config);
    if (!config) {
        for (const Error& error : config.error()) {
            complain(error);
        }
        return Exit::configuration;
    }
    const Result<wire::SharedKey> key = agent::load_key(config->key_file);
    if (!key) {
        complain(key.error());
        return Exit::configuration;
    }
    if (config->status && config->status->token_file) {
        if (const Result<wire::SharedKey> token = agent::load_key(*config->status->token_file, "a token"); !token) {
            complain(token.error());
            return Exit::configuration;
        }
    }
    if (options.action == agent::Options::Action::check) {
        std::cout << options.config << ": no errors\n";
        return Exit::ok;
    }
    if (options.action == agent::Options::Action::check_vip) {
        return check_vip(options, *config);
    }
    agent::start_log(config->log_level, io::Journal::of_standard_error());
    return agent::App(*config, options.config, *key).run();
}

Exit act(const agent::Options& options) {
    switch (options.action) {
    case agent::Options::Action::run:
    case agent::Options::Action::check:
    case agent::Options::Action::check_vip:
        return run(options);
    case agent::Options::Action::keygen:
        std::cout << wire::SharedKey::generate(&io::random_bytes).hex() << '\n';
        return Exit::ok;
    case agent::Options::Action::help:
        std::cout << agent::usage();
        return Exit::ok;
    case agent::Options::Action::version:
        std::cout << "sara-agent " << program_version() << '\n';
        return Exit::ok;
    }
    return Exit::failure;
}

}  // namespace

int main(int argc, char** argv) {
    const Result<agent::Options> options = agent::parse_options({argv + 1, argv + argc});
    if (!options) {
        complain(options.error());
        std::cerr << agent::usage();
        return static_cast<int>(Exit::configuration);
    }
    return static_cast<int>(act(*options));
}
