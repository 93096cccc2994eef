// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "cli/print.hpp"
#include "kern/codec.hpp"

namespace sara::cli {

struct Detail {
    bool stats = false;      ///< -s: counters
    bool details = false;    ///< -d: ids, tags, and other things for the curious
    bool admission = false;  ///< of services only what admission does with them
};

/// One object of the kernel as one object of the output.
void show(Printer& out, const kern::Object& object, Detail detail);

/// The name by which the command line knows what an event is about: "dev", "service", "node", "session" or "flow".
[[nodiscard]] std::string_view object_of(const kern::Event& event);

}  // namespace sara::cli
