// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/base/result.hpp"
#include "core/node/host_state.hpp"

namespace sara::io {

inline constexpr const char* kArpIgnore = "/proc/sys/net/ipv4/conf/all/arp_ignore";
inline constexpr const char* kArpAnnounce = "/proc/sys/net/ipv4/conf/all/arp_announce";

/// The number in a file of /proc/sys.
[[nodiscard]] Result<unsigned> read_setting(const char* path);

/// Reads devices, addresses, the unicast routes of the main table and the settings of this network namespace.
/// Link-local addresses of IPv6 are left out: the kernel makes them. Needs no privilege.
[[nodiscard]] Result<node::HostState> read_host_state();

}  // namespace sara::io
