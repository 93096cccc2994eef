// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "core/replica/record.hpp"

namespace sara::replica::test {

using namespace std::chrono_literals;

inline constexpr wire::Incarnation kOrigin{0xa1};
inline constexpr wire::Incarnation kSelf{0xb1};
inline constexpr Table kTable{0x7a};

inline SessionId id(std::uint64_t number) {
    return SessionId{number};
}

/// The signalling of session `number`.
inline SignallingKey signalling(std::uint64_t number) {
    return FlowKey{{*Address::parse("198.18.1.11"), static_cast<Port>(5000 + number)},
                   {*Address::parse("198.18.0.100"), 5060},
                   Transport::udp};
}

/// Its media.
inline SignallingKey media(std::uint64_t number) {
    return FlowKey{{*Address::parse("198.18.1.11"), static_cast<Port>(20000 + number)},
                   {*Address::parse("198.18.0.100"), 6000},
                   Transport::udp};
}

inline AnnouncementKey expected(std::uint64_t number) {
    const FlowKey flow = media(number).flow;
    return {flow.transport, flow.src.address, flow.src.port, flow.dst.address, flow.dst.port};
}

inline SessionPut session(std::uint64_t number, std::string node = "n1") {
    SessionPut put;
    put.session = id(number);
    put.service = "sip";
    put.node = std::move(node);
    put.signalling = signalling(number);
    put.label = "call-" + std::to_string(number);
    return put;
}

inline FlowPut flow(std::uint64_t number) {
    FlowPut put;
    put.session = id(number);
    put.key = signalling(number);
    put.status = FlowStatus::established;
    put.established = true;
    return put;
}

inline FlowPut media_flow(std::uint64_t number) {
    FlowPut put = flow(number);
    put.key = media(number);
    put.identity = FlowIdentity::secondary;
    put.form = AnnouncementForm::exact;
    return put;
}

inline AnnouncementPut announcement(std::uint64_t number) {
    AnnouncementPut put;
    put.session = id(number);
    put.key = expected(number);
    put.tag = Tag{number + 100};
    return put;
}

}  // namespace sara::replica::test
