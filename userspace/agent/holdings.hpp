// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/replica/record.hpp"
#include "kern/codec.hpp"

namespace sara::agent {

/// What was read of a kernel's table: sessions first, then their flows and announcements. What comes of a session that
/// is not among them is left out: it began later, and events tell of it.
class Holdings {
public:
    /// Own: without those that another dispatcher forwards.
    enum class Whose : std::uint8_t { all, own };

    explicit Holdings(Whose whose = Whose::all) : whose_(whose) {}

    void add(kern::SessionInfo session);
    void add(kern::FlowInfo flow);
    void add(kern::AnnouncementInfo announcement);

    /// To be read again: those of one kind.
    void drop_sessions();
    void drop_flows();
    void drop_announcements();

    [[nodiscard]] const std::vector<kern::SessionInfo>& sessions() const noexcept { return sessions_; }

    /// One object after the other, in the order in which they are told to a peer; nothing: those were all. A session's
    /// packets are those of its flows that are gone.
    [[nodiscard]] std::optional<replica::Object> next();

private:
    /// What its flows carried that are there.
    struct Traffic {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
    };

    Whose whose_;
    std::vector<kern::SessionInfo> sessions_;
    std::vector<kern::FlowInfo> flows_;
    std::vector<kern::AnnouncementInfo> announcements_;
    std::unordered_map<SessionId, Traffic> traffic_;
    std::size_t next_ = 0;
};

}  // namespace sara::agent
