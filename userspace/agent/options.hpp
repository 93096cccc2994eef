// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace sara::agent {

struct Options {
    enum class Action : std::uint8_t { run, check, check_vip, keygen, help, version };

    Action action = Action::run;
    std::string config = "/etc/sara/agent.json";
};

/// `arguments` without the program's name.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

[[nodiscard]] std::string usage();

}  // namespace sara::agent
