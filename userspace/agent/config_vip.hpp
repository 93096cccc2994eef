// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "json/json_object.hpp"
#include "core/node/vip_plan.hpp"

namespace sara::agent {

/// "vips", "device" and "source" of "node".
[[nodiscard]] node::VipConfig read_vips(JsonObject& node);

}  // namespace sara::agent
