// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <memory>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// Sends datagrams in the name of any address and port, also those that belong to another machine or program (raw(7)).
/// Receives nothing. What cannot be sent at once is not sent.
class RawUdp {
public:
    /// For both families, or for IPv4 where the machine has no IPv6. Refused without CAP_NET_RAW.
    [[nodiscard]] static Result<std::unique_ptr<RawUdp>> open();
    RawUdp(const RawUdp&) = delete;
    RawUdp& operator=(const RawUdp&) = delete;
    ~RawUdp();

    /// Both of one family. What is longer than the way's MTU is not fragmented, and fails. True: it was sent.
    bool send(const Endpoint& from, const Endpoint& to, Bytes payload);

private:
    RawUdp() = default;

    int ipv4_ = -1;
    int ipv6_ = -1;
};

}  // namespace sara::io
