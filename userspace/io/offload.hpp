// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace sara::io {

/// Is Large Receive Offload on? False also for a device that is not there, or does not tell. Needs no privilege.
[[nodiscard]] bool has_lro(const std::string& device);

}  // namespace sara::io
