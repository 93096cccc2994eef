// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>

/// What the module refuses too, said earlier and with the name of what is wrong.
namespace sara::cli::bounds {

inline constexpr std::chrono::milliseconds kMinFlowTimeout{1000};
inline constexpr std::chrono::milliseconds kMinTcpTimeout{1000};
inline constexpr std::chrono::milliseconds kMinClosingTimeout{100};
inline constexpr std::chrono::milliseconds kMinPurgeInterval{100};
inline constexpr std::chrono::milliseconds kMaxEarlyTime{10000};
inline constexpr std::uint32_t kMaxEarlyPackets = 65535;
inline constexpr std::chrono::milliseconds kMinRefusedTime{100};
inline constexpr std::chrono::milliseconds kMinPolicyValid{100};
inline constexpr std::chrono::milliseconds kMaxPolicyValid{600000};
inline constexpr std::uint32_t kMaxWeight = 65535;
inline constexpr std::uint32_t kMinBound = 1;  ///< max-sessions and the like

}  // namespace sara::cli::bounds
