// SPDX-License-Identifier: GPL-2.0
#include "agent/options.hpp"

#include <boost/program_options.hpp>
#include <sstream>

namespace sara::agent {

namespace po = boost::program_options;

namespace {

po::options_description described() {
    po::options_description options("Options");
    // clang-format off
    options.add_options()
        ("config,c", po::value<std::string>()->value_name("FILE"), "configuration (default /etc/sara/agent.json)")
        ("check", "say what is wrong with the configuration, and exit")
        ("check-vip", "say whether this node is prepared for its virtual addresses, and exit")
        ("help,h", "show this, and exit")
        ("version,V", "show the version, and exit");
    // clang-format on
    return options;
}

}  // namespace

std::string usage() {
    std::ostringstream out;
    out << "Usage: sara-agent [--config FILE] [--check | --check-vip]\n"
           "       sara-agent keygen\n\n"
        << described() << "\nkeygen prints a new key for all agents of a cluster:\n"
        << "  (umask 077; sara-agent keygen > /etc/sara/peer.key)\n";
    return out.str();
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options options;
    po::options_description all = described();
    all.add_options()("command", po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add("command", -1);
    po::variables_map given;
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(positional).run(), given);
    } catch (const po::error& error) {
        return Error{error.what(), {}};
    }
    if (given.contains("command")) {
        const auto& commands = given["command"].as<std::vector<std::string>>();
        if (commands.size() > 1 || commands[0] != "keygen") {
            return Error{"unknown command \"" + commands[commands.size() > 1 ? 1 : 0] + "\"", {}};
        }
        options.action = Options::Action::keygen;
    }
    if (given.contains("config")) {
        options.config = given["config"].as<std::string>();
    }
    if (given.contains("check")) {
        options.action = Options::Action::check;
    }
    if (given.contains("check-vip")) {
        options.action = Options::Action::check_vip;
    }
    if (given.contains("version")) {
        options.action = Options::Action::version;
    }
    if (given.contains("help")) {
        options.action = Options::Action::help;
    }
    return options;
}

}  // namespace sara::agent
