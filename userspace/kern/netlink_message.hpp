// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "kern/codec.hpp"
#include "kern/error.hpp"

/// The two headers around a message's attributes, and the kernel's acknowledgements. Pure.
namespace sara::kern {

struct Header {
    std::uint16_t type = 0;  ///< family id, or NLMSG_*
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
};

/// nlmsghdr, genlmsghdr and the request's attributes, as one datagram.
[[nodiscard]] Buffer wrap(const Header& header, std::uint8_t version, const Request& request);

/// Goes over the messages of a received datagram. A message that does not fit in it ends the walk, with torn().
class MessageReader {
public:
    explicit MessageReader(Bytes datagram) noexcept : rest_(datagram) {}

    [[nodiscard]] bool next() noexcept;

    [[nodiscard]] const Header& header() const noexcept { return header_; }
    /// What follows the nlmsghdr.
    [[nodiscard]] Bytes payload() const noexcept { return payload_; }
    [[nodiscard]] bool torn() const noexcept { return torn_; }

private:
    Bytes rest_;
    Header header_;
    Bytes payload_;
    bool torn_ = false;
};

/// A generic netlink payload: command and attributes; nothing if it is too short.
struct GenericPayload {
    std::uint8_t command = 0;
    Bytes attributes;
};
[[nodiscard]] std::optional<GenericPayload> generic_payload(Bytes payload) noexcept;

/// The verdict of an NLMSG_ERROR or NLMSG_DONE message: nothing for success, else the error with the kernel's sentence,
/// or one of ours where it gave none.
[[nodiscard]] std::optional<Error> decode_verdict(const Header& header, Bytes payload);

/// The kernel's answer to CTRL_CMD_GETFAMILY.
struct FamilyInfo {
    std::uint16_t id = 0;
    std::uint32_t version = 0;
    std::uint32_t events_group = 0;  ///< 0: there is none
};
[[nodiscard]] Request family_get();
[[nodiscard]] Result<FamilyInfo> decode_family(Bytes attributes);

}  // namespace sara::kern
