// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/node/host_state.hpp"

namespace sara::io {

/// An Ethernet device of this machine.
struct OwnDevice {
    Mac mac{};
    std::vector<node::OwnAddress> addresses;  ///< link-local ones, too
};

/// By their index; a device of another kind than Ethernet is left out. Needs no privilege.
[[nodiscard]] Result<std::map<std::uint32_t, OwnDevice>> read_own_devices();

}  // namespace sara::io
