// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "kern/attributes.hpp"
#include "kern/channel.hpp"
#include "kern/netlink_message.hpp"

/// Messages as the kernel makes them, and a kernel made of a function.
namespace sara::test {

using kern::AttributeWriter;
using kern::Channel;

inline constexpr std::uint16_t kFamily = 0x25;
inline constexpr std::uint32_t kGroup = 77;

inline Buffer message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, const Buffer& payload) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + payload.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    Buffer out(NLMSG_HDRLEN);
    std::memcpy(out.data(), &header, sizeof(header));
    out.insert(out.end(), payload.begin(), payload.end());
    while (out.size() % 4 != 0) {
        out.push_back(0);
    }
    return out;
}

inline Buffer reply(std::uint8_t command, std::uint32_t sequence, AttributeWriter&& writer, std::uint16_t flags = 0,
                    std::uint16_t family = kFamily) {
    return kern::wrap({family, flags, sequence}, 1, {command, false, std::move(writer).take()});
}

inline Buffer node_message(std::uint32_t sequence, const char* name, std::uint16_t flags = 0) {
    AttributeWriter writer;
    writer.text(SARA_A_NODE_NAME, name);
    return reply(SARA_CMD_NODE_GET, sequence, std::move(writer), flags);
}

inline Buffer inspected(const char* payload) {
    AttributeWriter writer;
    const std::size_t nest = writer.begin(SARA_A_INSPECT_TUPLE);
    writer.address(SARA_A_TUPLE_SRC, Address::v4({198, 18, 1, 11}));
    writer.u16(SARA_A_TUPLE_SPORT, 5060);
    writer.address(SARA_A_TUPLE_DST, Address::v4({198, 18, 0, 100}));
    writer.u16(SARA_A_TUPLE_DPORT, 5060);
    writer.u8(SARA_A_TUPLE_PROTO, 17);
    writer.end(nest);
    writer.bytes(SARA_A_INSPECT_PAYLOAD, as_bytes(payload));
    return reply(SARA_CMD_INSPECT_NTF, 0, std::move(writer));
}

/// As the kernel does it with NETLINK_CAP_ACK: number, our header, then the attributes.
inline Buffer verdict(std::uint32_t sequence, int error, const char* sentence = nullptr,
                      std::uint16_t type = NLMSG_ERROR) {
    Buffer payload(type == NLMSG_ERROR ? sizeof(std::int32_t) + sizeof(nlmsghdr) : sizeof(std::int32_t));
    const std::int32_t code = -error;
    std::memcpy(payload.data(), &code, sizeof(code));
    std::uint16_t flags = type == NLMSG_ERROR ? NLM_F_CAPPED : 0;
    if (sentence != nullptr) {
        AttributeWriter writer;
        writer.text(NLMSGERR_ATTR_MSG, sentence);
        const Buffer attributes = std::move(writer).take();
        payload.insert(payload.end(), attributes.begin(), attributes.end());
        flags = static_cast<std::uint16_t>(flags | NLM_F_ACK_TLVS);
    }
    return message(type, flags, sequence, payload);
}

inline Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

struct Sent {
    kern::Header header;
    std::uint8_t command = 0;
    Buffer attributes;
};

/// A kernel made of a function: request in, datagrams out.
class FakeKernel {
public:
    using Handler = std::function<std::vector<Buffer>(const Sent&)>;

    class FakeSocket final : public kern::Socket {
    public:
        explicit FakeSocket(FakeKernel& kernel) : kernel_(kernel) {}

        int send(Bytes datagram) override {
            kern::MessageReader reader(datagram);
            REQUIRE(reader.next());
            const std::optional<kern::GenericPayload> payload = kern::generic_payload(reader.payload());
            REQUIRE(payload);
            Sent request{reader.header(), payload->command,
                         Buffer(payload->attributes.begin(), payload->attributes.end())};
            for (Buffer& datagram_back : kernel_.handler(request)) {
                kernel_.queue.push_back({std::move(datagram_back), 0});
            }
            kernel_.sent.push_back(std::move(request));
            return 0;
        }

        Received receive(std::span<std::uint8_t> into, Wait wait) override {
            if (kernel_.queue.empty()) {
                REQUIRE(wait == Wait::no);  // a kernel that does not answer would hang us
                return {0, EAGAIN};
            }
            const auto [datagram, error] = std::move(kernel_.queue.front());
            kernel_.queue.pop_front();
            std::copy(datagram.begin(), datagram.end(), into.begin());
            return {datagram.size(), error};
        }

        int join(std::uint32_t group) override {
            kernel_.joined = group;
            return 0;
        }

        [[nodiscard]] int fd() const noexcept override { return -1; }

    private:
        FakeKernel& kernel_;
    };

    std::unique_ptr<kern::Socket> socket() { return std::make_unique<FakeSocket>(*this); }

    static std::vector<Buffer> family(const Sent& asked) {
        AttributeWriter writer;
        writer.u16(CTRL_ATTR_FAMILY_ID, kFamily);
        writer.text(CTRL_ATTR_FAMILY_NAME, "sara");
        writer.u32(CTRL_ATTR_VERSION, 1);
        const std::size_t groups = writer.begin(CTRL_ATTR_MCAST_GROUPS);
        const std::size_t group = writer.begin(1);
        writer.u32(CTRL_ATTR_MCAST_GRP_ID, kGroup);
        writer.text(CTRL_ATTR_MCAST_GRP_NAME, "events");
        writer.end(group);
        writer.end(groups);
        return {reply(CTRL_CMD_NEWFAMILY, asked.header.sequence, std::move(writer), 0, GENL_ID_CTRL),
                verdict(asked.header.sequence, 0)};
    }

    static std::vector<Buffer> config(const Sent& asked, std::uint32_t version = SARA_ABI_VERSION) {
        AttributeWriter writer;
        writer.u32(SARA_A_CONFIG_ABI_VERSION, version);
        writer.text(SARA_A_CONFIG_MODULE_VERSION, "0.1.0");
        return {reply(SARA_CMD_CONFIG_GET, asked.header.sequence, std::move(writer)),
                verdict(asked.header.sequence, 0)};
    }

    /// Loaded and of our version; `rest` answers what is not part of opening.
    void loaded(Handler rest) {
        handler = [rest = std::move(rest)](const Sent& asked) {
            if (asked.header.type == GENL_ID_CTRL) {
                return family(asked);
            }
            if (asked.command == SARA_CMD_CONFIG_GET) {
                return config(asked);
            }
            return rest(asked);
        };
    }

    Channel open() {
        kern::Result<Channel> channel = Channel::open(socket());
        REQUIRE(channel);
        return std::move(*channel);
    }

    Handler handler;
    std::deque<std::pair<Buffer, int>> queue;
    std::vector<Sent> sent;
    std::uint32_t joined = 0;
};

}  // namespace sara::test
