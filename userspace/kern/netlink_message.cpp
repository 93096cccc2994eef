// SPDX-License-Identifier: GPL-2.0
#include "kern/netlink_message.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "kern/attributes.hpp"

namespace sara::kern {

namespace {

constexpr std::size_t kSentenceMax = 1024;

constexpr std::size_t padded(std::size_t size) {
    return (size + NLMSG_ALIGNTO - 1) & ~static_cast<std::size_t>(NLMSG_ALIGNTO - 1);
}

/// "sara: Unknown device." becomes "unknown device": the caller puts its own words around it.
std::string tidy(std::string sentence) {
    constexpr std::string_view kPrefix = "sara: ";
    if (sentence.starts_with(kPrefix)) {
        sentence.erase(0, kPrefix.size());
    }
    if (sentence.ends_with('.')) {
        sentence.pop_back();
    }
    // "MAC ..." and "TCP ..." keep their capitals.
    if (sentence.size() > 1 && std::islower(static_cast<unsigned char>(sentence[1])) != 0) {
        sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
    }
    return sentence;
}

/// The sentence among the attributes of an extended acknowledgement; empty if there is none.
std::string sentence_of(Bytes attributes) {
    AttributeReader reader(attributes);
    while (reader.next()) {
        if (reader.type() == NLMSGERR_ATTR_MSG) {
            return tidy(reader.text(kSentenceMax));
        }
    }
    return {};
}

}  // namespace

Buffer wrap(const Header& header, std::uint8_t version, const Request& request) {
    nlmsghdr outer{};
    genlmsghdr inner{};
    Buffer out(NLMSG_HDRLEN + GENL_HDRLEN + request.attributes.size());
    outer.nlmsg_len = static_cast<std::uint32_t>(out.size());
    outer.nlmsg_type = header.type;
    outer.nlmsg_flags = header.flags;
    outer.nlmsg_seq = header.sequence;
    inner.cmd = request.command;
    inner.version = version;
    std::memcpy(out.data(), &outer, sizeof(outer));
    std::memcpy(out.data() + NLMSG_HDRLEN, &inner, sizeof(inner));
    std::copy(request.attributes.begin(), request.attributes.end(), out.begin() + NLMSG_HDRLEN + GENL_HDRLEN);
    return out;
}

bool MessageReader::next() noexcept {
    if (rest_.empty() || torn_) {
        return false;
    }
    nlmsghdr outer{};
    if (rest_.size() < sizeof(outer)) {
        torn_ = true;
        return false;
    }
    std::memcpy(&outer, rest_.data(), sizeof(outer));
    if (outer.nlmsg_len < sizeof(outer) || outer.nlmsg_len > rest_.size()) {
        torn_ = true;
        return false;
    }
    header_ = {outer.nlmsg_type, outer.nlmsg_flags, outer.nlmsg_seq};
    payload_ = rest_.subspan(NLMSG_HDRLEN, outer.nlmsg_len - NLMSG_HDRLEN);
    rest_ = rest_.subspan(std::min(padded(outer.nlmsg_len), rest_.size()));
    return true;
}

std::optional<GenericPayload> generic_payload(Bytes payload) noexcept {
    if (payload.size() < GENL_HDRLEN) {
        return std::nullopt;
    }
    return GenericPayload{payload[0], payload.subspan(GENL_HDRLEN)};
}

std::optional<Error> decode_verdict(const Header& header, Bytes payload) {
    std::int32_t code = 0;
    if (payload.size() < sizeof(code)) {
        // An NLMSG_DONE without a number is an end without an error.
        return header.type == NLMSG_DONE ? std::nullopt
                                         : std::optional(Error{EPROTO, "the kernel sent a torn acknowledgement"});
    }
    std::memcpy(&code, payload.data(), sizeof(code));
    if (code >= 0) {
        return std::nullopt;
    }
    // Between the number and the attributes an NLMSG_ERROR repeats our message: its header alone when "capped".
    std::size_t skipped = sizeof(code);
    if (header.type == NLMSG_ERROR) {
        nlmsghdr ours{};
        if (payload.size() >= sizeof(code) + sizeof(ours)) {
            std::memcpy(&ours, payload.data() + sizeof(code), sizeof(ours));
            const std::size_t repeated =
                (header.flags & NLM_F_CAPPED) != 0 ? sizeof(ours) : std::max<std::size_t>(ours.nlmsg_len, sizeof(ours));
            skipped += std::min(padded(repeated), payload.size() - sizeof(code));
        } else {
            skipped = payload.size();
        }
    }
    const int positive = code == INT32_MIN ? EPROTO : -code;
    std::string sentence;
    if ((header.flags & NLM_F_ACK_TLVS) != 0) {
        sentence = sentence_of(payload.subspan(skipped));
    }
    return sentence.empty() ? error_of(positive) : Error{positive, std::move(sentence)};
}

Request family_get() {
    AttributeWriter writer;
    writer.text(CTRL_ATTR_FAMILY_NAME, SARA_GENL_NAME);
    return {CTRL_CMD_GETFAMILY, false, std::move(writer).take()};
}

Result<FamilyInfo> decode_family(Bytes attributes) {
    FamilyInfo family;
    AttributeReader reader(attributes);
    while (reader.next()) {
        if (reader.type() == CTRL_ATTR_FAMILY_ID) {
            family.id = reader.u16();
        } else if (reader.type() == CTRL_ATTR_VERSION) {
            family.version = reader.u32();
        } else if (reader.type() == CTRL_ATTR_MCAST_GROUPS) {
            AttributeReader groups(reader.payload());
            while (groups.next()) {
                std::string name;
                std::uint32_t id = 0;
                AttributeReader group(groups.payload());
                while (group.next()) {
                    if (group.type() == CTRL_ATTR_MCAST_GRP_NAME) {
                        name = group.text(GENL_NAMSIZ);
                    } else if (group.type() == CTRL_ATTR_MCAST_GRP_ID) {
                        id = group.u32();
                    }
                }
                if (name == SARA_MCGRP_EVENTS) {
                    family.events_group = id;
                }
                if (!group.ok()) {
                    reader.fail();
                }
            }
            if (!groups.ok()) {
                reader.fail();
            }
        }
    }
    if (!reader.ok() || family.id < NLMSG_MIN_TYPE) {
        return Error{EPROTO, "the kernel described its family sara in an unknown way"};
    }
    return family;
}

}  // namespace sara::kern
