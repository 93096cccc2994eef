// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/base/result.hpp"
#include "core/node/vip_plan.hpp"

namespace sara::io {

/// Does it in this network namespace. What is done or gone already is no error. Needs CAP_NET_ADMIN.
[[nodiscard]] Status carry_out(const node::Step& step);

}  // namespace sara::io
