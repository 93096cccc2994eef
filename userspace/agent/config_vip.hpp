// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/node/vip_plan.hpp"
#include "json/json_object.hpp"

namespace sara::agent {

/// "vips", "device" and "source" of "node".
[[nodiscard]] node::VipConfig read_vips(JsonObject& node);

}  // namespace sara::agent
