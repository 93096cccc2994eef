// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cerrno>
#include <map>
#include <optional>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/signalling_key.hpp"
#include "core/base/time.hpp"
#include "core/role/dispatcher.hpp"

namespace sara::sim {

/// What the module does with the agent's commands, as far as sessions and announcements go: its contract is the
/// netlink specification.
class Kernel {
public:
    /// A client's packet: of which session? `created` tells that it is a new one.
    SessionId packet(const SignallingKey& signalling, bool& created) {
        const auto known = by_signalling_.find(signalling);
        created = known == by_signalling_.end();
        if (!created) {
            return known->second;
        }
        const SessionId id{++last_};
        by_signalling_[signalling] = id;
        sessions_[id] = {.signalling = signalling};
        return id;
    }

    [[nodiscard]] std::optional<SessionId> session_of(const SignallingKey& signalling) const {
        const auto known = by_signalling_.find(signalling);
        return known == by_signalling_.end() ? std::nullopt : std::optional(known->second);
    }

    /// errno, or 0.
    int carry_out(const role::KernelCommand& command, Time now) {
        return std::visit([&](const auto& each) { return one(each, now); }, command);
    }

    /// Sessions whose linger or lifetime is over.
    std::vector<role::SessionEnded> purge(Time now) {
        std::erase_if(announcements_, [&](const auto& each) { return each.second.until <= now; });
        std::vector<role::SessionEnded> ended;
        for (auto session = sessions_.begin(); session != sessions_.end();) {
            if (session->second.until > now) {
                ++session;
                continue;
            }
            const SessionId id = session->first;
            ended.push_back({id, session->second.signalling.flow});
            by_signalling_.erase(session->second.signalling);
            std::erase_if(announcements_, [&](const auto& each) { return each.second.session == id; });
            session = sessions_.erase(session);
        }
        return ended;
    }

    struct Announcement {
        SessionId session = SessionId::unknown;
        Tag tag = Tag::none;
        Time until = kNever;
    };
    struct Session {
        SignallingKey signalling;
        Time until = kNever;
        bool closing = false;
        std::string label{};
    };

    [[nodiscard]] const std::map<AnnouncementKey, Announcement>& announcements() const { return announcements_; }
    [[nodiscard]] const std::map<SessionId, Session>& sessions() const { return sessions_; }

    /// The session that a first media packet would be promoted into: exact, half, any port, any source, in this order.
    [[nodiscard]] std::optional<Announcement> match(const FlowKey& media) const {
        const Endpoint& src = media.src;
        const Endpoint& dst = media.dst;
        for (const AnnouncementKey& key :
             {AnnouncementKey{media.transport, src.address, src.port, dst.address, dst.port},
              AnnouncementKey{media.transport, src.address, src.port, dst.address, 0},
              AnnouncementKey{media.transport, src.address, 0, dst.address, dst.port},
              AnnouncementKey{media.transport, std::nullopt, 0, dst.address, dst.port}}) {
            if (const auto found = announcements_.find(key); found != announcements_.end()) {
                return found->second;
            }
        }
        return std::nullopt;
    }

private:
    int one(const inspect::Announce& command, Time now) {
        if (!sessions_.contains(command.session)) {
            return ENOENT;
        }
        if (!form_of(command.key)) {
            return EINVAL;
        }
        const auto known = announcements_.find(command.key);
        if (known != announcements_.end() && known->second.session != command.session) {
            return EEXIST;
        }
        announcements_[command.key] = {command.session, command.tag, command.ttl ? now + *command.ttl : kNever};
        return 0;
    }
    int one(const inspect::Withdraw& command, Time) {
        const auto known = announcements_.find(command.key);
        if (known == announcements_.end() || known->second.session != command.session) {
            return ENOENT;
        }
        announcements_.erase(known);
        return 0;
    }
    int one(const inspect::SetLifetime& command, Time now) {
        const auto session = sessions_.find(command.session);
        if (session == sessions_.end()) {
            return ENOENT;
        }
        session->second.until = now + command.lifetime;
        session->second.closing = false;
        return 0;
    }
    int one(const inspect::Linger& command, Time now) {
        const auto session = sessions_.find(command.session);
        if (session == sessions_.end()) {
            return ENOENT;
        }
        session->second.until = now + command.linger;
        session->second.closing = true;
        return 0;
    }
    int one(const inspect::SetLabel& command, Time) {
        const auto session = sessions_.find(command.session);
        if (session == sessions_.end()) {
            return ENOENT;
        }
        session->second.label = command.label;
        return 0;
    }
    int one(const inspect::FindSession&, Time) { return 0; }
    /// The simulation's gateway sees no frames.
    int one(const inspect::SeenSession&, Time) { return ENOENT; }

    std::uint64_t last_ = 0;
    std::map<SessionId, Session> sessions_;
    std::map<SignallingKey, SessionId> by_signalling_;
    std::map<AnnouncementKey, Announcement> announcements_;
};

}  // namespace sara::sim
