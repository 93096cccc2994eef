// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// Does a packet of this size come to this address, and is it answered?
struct EchoQuestion {
    std::uint32_t device = 0;  ///< index of the device that it leaves by, whatever the routes say
    Address address;
    std::size_t size = 0;  ///< bytes, with the header of IP; 64 at least are sent, and 65535 at most
    /// An own address that it comes from; nothing: the kernel's choice. That may be a virtual one, which a node that is
    /// asked takes for its own.
    std::optional<Address> source{};

    friend bool operator==(const EchoQuestion&, const EchoQuestion&) = default;
};

/// Asks all at once, by ICMP Echo Requests (RFC 792, RFC 4443) that may not be fragmented, whatever was learnt about
/// the way before. Waits for `patience` at most, and not once all have an answer; that may come in fragments. In the
/// order of the questions. What cannot be sent is not answered. Needs CAP_NET_RAW.
[[nodiscard]] Result<std::vector<bool>> ask_echo(std::span<const EchoQuestion> questions,
                                                 std::chrono::milliseconds patience);

}  // namespace sara::io
