// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "cli/capture.hpp"
#include "cli/print.hpp"
#include "cli/show.hpp"

namespace sara::cli {

/// Every session of a capture with its dialogs, their media and what they announce.
void show(Printer& out, const CapturedSession& session, Detail detail);

}  // namespace sara::cli
