// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string_view>

#include "cli/explain.hpp"
#include "kern/channel.hpp"

/// What the kernel knows of one session that is to be explained; ENOENT with a sentence if it knows nothing.
namespace sara::cli {

[[nodiscard]] kern::Result<Explanation> find_session(kern::Channel& kernel, SessionId id);

/// That a flow, and with a `call_id` this call on it, belongs to; else that it was refused.
[[nodiscard]] kern::Result<Explanation> find_session(kern::Channel& kernel, const FlowKey& flow,
                                                     std::string_view call_id);

/// Arguments as kern::refused_get() has them.
[[nodiscard]] kern::Result<Explanation> find_refusal(kern::Channel& kernel, const std::optional<FlowKey>& flow,
                                                     std::string_view call_id);

}  // namespace sara::cli
