// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/protocol.hpp"

#include <array>
#include <cstdint>

#include "core/base/hash.hpp"
#include "core/inspect/ftp_facts.hpp"
#include "core/inspect/rtsp_facts.hpp"
#include "core/inspect/sip_facts.hpp"

namespace sara::inspect {

namespace {

const SipProtocol kSipProtocol;
const RtspProtocol kRtspProtocol;
const FtpProtocol kFtpProtocol;

/// The table: a line for each protocol.
constexpr std::array<const Protocol*, 3> kProtocols = {&kSipProtocol, &kRtspProtocol, &kFtpProtocol};

}  // namespace

std::span<const Protocol* const> protocols() noexcept {
    return kProtocols;
}

const Protocol* protocol_for(App app) noexcept {
    for (const Protocol* protocol : kProtocols) {
        if (protocol->app() == app) {
            return protocol;
        }
    }
    return nullptr;
}

std::string bounded_id(std::string_view id, std::size_t max) {
    if (id.size() <= max) {
        return std::string(id);
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "#";
    const std::uint64_t hash = fnv1a(as_bytes(id));
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        text += kDigits[(hash >> (shift - 4)) & 0xfU];
    }
    return text;
}

}  // namespace sara::inspect
