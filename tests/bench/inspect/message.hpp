// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "inspect/reader.hpp"

namespace sara::bench {

struct Case {
    std::string name;
    Protocol protocol = Protocol::sip;
    std::string message;
    std::size_t media = 0;  ///< media descriptions, or lines of Transport, that a reader has to find
};

/// Messages as endpoints send them, from 300 bytes to 8 kB.
[[nodiscard]] std::vector<Case> cases();

}  // namespace sara::bench
