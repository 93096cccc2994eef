// SPDX-License-Identifier: GPL-2.0
#include "core/wire/heartbeat.hpp"

#include <algorithm>
#include <bitset>
#include <limits>

#include "core/base/address.hpp"
#include "core/wire/codec.hpp"

namespace sara::wire {

namespace {

constexpr std::size_t kLoadHead = 12;
constexpr std::size_t kPartHead = 4;  ///< the load, within a part's size

Error malformed(std::string what) {
    return Error{std::move(what), "load message"};
}

/// Nothing when the part is one that a message may hold, after `seen` components.
std::string objection(const LoadPart& part, std::bitset<kComponentCount>& seen) {
    const std::string name = "component " + std::to_string(part.component);
    if (part.component >= kComponentCount) {
        return name + " is not known";
    }
    if (seen.test(part.component)) {
        return name + " is there twice";
    }
    seen.set(part.component);
    if (part.millionths > kMillion) {
        return name + " has a load of " + std::to_string(part.millionths) + " millionths, more than 1";
    }
    if (part.raw.size() > kMaxRawText) {
        return name + " has a text of " + std::to_string(part.raw.size()) + " bytes";
    }
    return {};
}

}  // namespace

std::string text(HostId host) {
    const auto number = static_cast<std::uint32_t>(host);
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    }
    return Address::v4(octets).text();
}

std::array<std::uint8_t, kHeartbeatSize> encode(const Heartbeat& heartbeat) noexcept {
    const auto host = static_cast<std::uint32_t>(heartbeat.host);
    const auto octet = [](std::uint32_t number, unsigned shift) { return static_cast<std::uint8_t>(number >> shift); };
    return {octet(host, 24),
            octet(host, 16),
            octet(host, 8),
            octet(host, 0),
            octet(heartbeat.sequence, 8),
            octet(heartbeat.sequence, 0),
            static_cast<std::uint8_t>(heartbeat.flag),
            octet(heartbeat.timestamp, 24),
            octet(heartbeat.timestamp, 16),
            octet(heartbeat.timestamp, 8),
            octet(heartbeat.timestamp, 0)};
}

Result<Heartbeat> decode_heartbeat(Bytes bytes) {
    if (bytes.size() != kHeartbeatSize) {
        return Error{"a heartbeat has 11 bytes, this has " + std::to_string(bytes.size()), "heartbeat"};
    }
    Reader reader(bytes);
    Heartbeat heartbeat;
    heartbeat.host = HostId{reader.u32()};
    heartbeat.sequence = reader.u16();
    const std::uint8_t flag = reader.u8();
    if (flag > static_cast<std::uint8_t>(HeartbeatFlag::planned_failure)) {
        return Error{"a flag is 0, 1 or 2, this is " + std::to_string(flag), "heartbeat"};
    }
    heartbeat.flag = static_cast<HeartbeatFlag>(flag);
    heartbeat.timestamp = reader.u32();
    return heartbeat;
}

Result<Buffer> encode(const LoadMessage& message) {
    const auto period = message.period.count();
    if (period < 1 || period > std::numeric_limits<std::uint16_t>::max()) {
        return malformed("a period is from 1 to 65535 ms, this is " + std::to_string(period));
    }
    Writer out(kMaxLoadMessage);
    out.u8(kLoadVersion);
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(period));
    out.u32(static_cast<std::uint32_t>(message.host));
    out.u32(message.sequence);
    std::bitset<kComponentCount> seen;
    for (const LoadPart& part : message.parts) {
        if (std::string why = objection(part, seen); !why.empty()) {
            return malformed(std::move(why));
        }
        out.u8(part.component);
        out.u16(static_cast<std::uint16_t>(kPartHead + part.raw.size()));
        out.u32(part.millionths);
        out.bytes(as_bytes(part.raw));
    }
    return std::move(out).take();
}

Result<LoadMessage> decode_load(Bytes bytes) {
    if (bytes.size() < kLoadHead || bytes.size() > kMaxLoadMessage) {
        return malformed("a message of " + std::to_string(bytes.size()) + " bytes");
    }
    Reader reader(bytes);
    if (const std::uint8_t version = reader.u8(); version != kLoadVersion) {
        return malformed("version " + std::to_string(version) + " is not known");
    }
    static_cast<void>(reader.u8());
    LoadMessage message;
    message.period = std::chrono::milliseconds(reader.u16());
    if (message.period.count() == 0) {
        return malformed("a period of 0");
    }
    message.host = HostId{reader.u32()};
    message.sequence = reader.u32();
    std::bitset<kComponentCount> seen;
    while (reader.ok() && reader.remaining() > 0) {
        LoadPart part;
        part.component = reader.u8();
        Reader inner(reader.block());
        if (!reader.ok()) {
            break;
        }
        if (part.component >= kComponentCount) {
            continue;
        }
        part.millionths = inner.u32();
        part.raw = as_text(inner.bytes(inner.remaining()));
        if (!inner.ok()) {
            return malformed("component " + std::to_string(part.component) + " has no load");
        }
        if (std::string why = objection(part, seen); !why.empty()) {
            return malformed(std::move(why));
        }
        message.parts.push_back(std::move(part));
    }
    if (!reader.ok()) {
        return malformed("its last part is cut short");
    }
    return message;
}

Result<NodeMessage> decode_node_message(Bytes bytes) {
    if (bytes.size() == kHeartbeatSize) {
        Result<Heartbeat> heartbeat = decode_heartbeat(bytes);
        return heartbeat ? Result<NodeMessage>(*heartbeat) : Result<NodeMessage>(heartbeat.error());
    }
    Result<LoadMessage> load = decode_load(bytes);
    return load ? Result<NodeMessage>(std::move(*load)) : Result<NodeMessage>(load.error());
}

}  // namespace sara::wire
