// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <span>

#include "core/node/load_meter.hpp"
#include "io/socket_queues.hpp"

namespace sara::io {

/// Reads what a machine knows of its load, and the queues of the sockets on `ports`. What cannot be read is left empty.
[[nodiscard]] node::Sources read_load_sources(std::span<const ListenPort> ports);

}  // namespace sara::io
