// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "peer/reading.hpp"

/// The other implementations, where the build found them.
namespace sara::test::peer {

[[nodiscard]] std::optional<Reading> read_by_osip(std::string_view bytes);
[[nodiscard]] std::optional<Reading> read_by_gstreamer(std::string_view bytes);

}  // namespace sara::test::peer
