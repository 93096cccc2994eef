// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/replica/replica.hpp"

namespace sara::replica::test {

/// A kernel's session table as far as replication sees it: sessions, their flows and announcements, who has them, and
/// what the kernel tells of it in events.
class FakeTable {
public:
    struct Session {
        SessionPut put;  ///< with this table's number; its signalling is among the flows, while it lives
        bool standby = false;
        std::map<SignallingKey, FlowPut> flows;
        std::map<AnnouncementKey, AnnouncementPut> announcements;
    };

    struct Event {
        Object object;
        bool standby = false;    ///< with a SessionPut
        bool forgotten = false;  ///< with a SessionGone
    };

    std::set<std::string> nodes{"n1", "n2", "n3"};
    std::size_t max_sessions = 100000;

    // --- what packets and clocks do ---

    /// A packet of this flow: begins a session on `node` if it has none; wakes a standby one.
    SessionId packet(const SignallingKey& key, const std::string& node = "n1") {
        if (const auto found = owner_.find(key); found != owner_.end()) {
            wake(found->second);
            return found->second;
        }
        Session session;
        session.put.session = SessionId{++last_};
        session.put.service = "sip";
        session.put.node = node;
        session.put.signalling = key;
        const SessionId id = session.put.session;
        sessions_.emplace(id, std::move(session));
        add_flow(id, FlowPut{.session = id, .key = key});
        tell(sessions_.at(id));
        return id;
    }

    /// A further flow of a session, as by promotion.
    void promote(SessionId id, const SignallingKey& key) {
        FlowPut flow{.session = id, .key = key, .identity = FlowIdentity::secondary};
        flow.form = AnnouncementForm::exact;
        wake(id);
        if (add_flow(id, flow)) {
            events_.push_back({flow});
        }
    }

    void announce(AnnouncementPut put) {
        Session& session = sessions_.at(put.session);
        session.announcements[put.key] = put;
        events_.push_back({put});
    }

    void withdraw(SessionId id, const AnnouncementKey& key) {
        if (sessions_.at(id).announcements.erase(key) > 0) {
            events_.push_back({AnnouncementGone{id, key}});
        }
    }

    void label(SessionId id, const std::string& label, std::optional<Milliseconds> lifetime = std::nullopt) {
        Session& session = sessions_.at(id);
        session.put.label = label;
        session.put.lifetime = lifetime;
        tell(session);
    }

    void drop_flow(SessionId id, const SignallingKey& key) {
        if (sessions_.at(id).flows.erase(key) > 0) {
            owner_.erase(key);
            events_.push_back({FlowGone{id, key}});
        }
    }

    void end(SessionId id, bool over, bool forgotten) {
        const auto found = sessions_.find(id);
        for (const auto& [key, flow] : found->second.flows) {
            owner_.erase(key);
        }
        sessions_.erase(found);
        events_.push_back({SessionGone{id, over}, false, forgotten});
    }

    // --- commands ---

    Outcome execute(const Command& command) {
        executed.push_back(text(command));
        return std::visit([this](const auto& each) { return run(each); }, command);
    }

    [[nodiscard]] std::vector<Event> take_events() { return std::exchange(events_, {}); }

    [[nodiscard]] const std::map<SessionId, Session>& sessions() const { return sessions_; }
    [[nodiscard]] std::optional<SessionId> owner(const SignallingKey& key) const {
        const auto found = owner_.find(key);
        return found == owner_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] Standby standby() const {
        Standby out;
        for (const auto& [id, session] : sessions_) {
            if (session.standby) {
                out.insert(id);
            }
        }
        return out;
    }

    /// What the table holds, without numbers: to be compared with another's.
    [[nodiscard]] std::vector<std::string> content(bool with_labels = true) const {
        std::vector<std::string> lines;
        for (const auto& [id, session] : sessions_) {
            std::string line = (with_labels ? session.put.label + " on " : std::string()) + session.put.node;
            for (const auto& [key, flow] : session.flows) {
                line += " | " + key.text();
            }
            for (const auto& [key, announcement] : session.announcements) {
                line += " | expects " + key.text();
            }
            lines.push_back(std::move(line));
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    }

    /// All of it, as dumps give it.
    [[nodiscard]] std::vector<Object> dump(const std::function<bool(SessionId)>& wanted = {}) const {
        std::vector<Object> sessions;
        std::vector<Object> flows;
        std::vector<Object> announcements;
        for (const auto& [id, session] : sessions_) {
            if (wanted && !wanted(id)) {
                continue;
            }
            SessionPut put = session.put;
            if (put.signalling && !session.flows.contains(*put.signalling)) {
                put.signalling.reset();
            }
            sessions.emplace_back(put);
            for (const auto& [key, flow] : session.flows) {
                flows.emplace_back(flow);
            }
            for (const auto& [key, announcement] : session.announcements) {
                announcements.emplace_back(announcement);
            }
        }
        sessions.insert(sessions.end(), flows.begin(), flows.end());
        sessions.insert(sessions.end(), announcements.begin(), announcements.end());
        return sessions;
    }

    std::vector<std::string> executed;  ///< commands, as text
    Milliseconds standby_time{};

private:
    void tell(const Session& session) { events_.push_back({session.put, session.standby}); }

    void wake(SessionId id) {
        Session& session = sessions_.at(id);
        if (std::exchange(session.standby, false)) {
            tell(session);
        }
    }

    bool add_flow(SessionId id, FlowPut flow) {
        flow.session = id;
        const auto [found, fresh] = owner_.emplace(flow.key, id);
        if (!fresh && found->second != id) {
            return false;
        }
        sessions_.at(id).flows[flow.key] = flow;
        return true;
    }

    Outcome run(const RestoreSession& restore) {
        const SessionPut& put = restore.session;
        if (!nodes.contains(put.node)) {
            return {.error = ENOENT, .sentence = "no such node"};
        }
        if (put.signalling) {
            if (const auto found = owner_.find(*put.signalling); found != owner_.end()) {
                Session& session = sessions_.at(found->second);
                if (session.put.node == put.node && session.standby) {
                    session.put.label = put.label;
                }
                return session.put.node == put.node ? Outcome{.session = found->second}
                                                    : Outcome{.error = EEXIST,
                                                              .session = found->second,
                                                              .sentence = "the flow has a session on another node"};
            }
        }
        if (sessions_.size() >= max_sessions) {
            return {.error = ENOSPC, .sentence = "max-sessions is reached"};
        }
        Session session{.put = put, .standby = true};
        session.put.session = SessionId{++last_};
        const SessionId id = session.put.session;
        sessions_.emplace(id, std::move(session));
        if (put.signalling) {
            add_flow(id, FlowPut{.key = *put.signalling});
        }
        tell(sessions_.at(id));
        return {.session = id};
    }

    Outcome run(const ChangeSession& change) {
        const auto found = sessions_.find(change.session);
        if (found == sessions_.end()) {
            return {.error = ENOENT};
        }
        found->second.put.label = change.label;
        found->second.put.lifetime = change.lifetime;
        tell(found->second);
        return {};
    }

    Outcome run(const EndSession& command) {
        const auto found = sessions_.find(command.session);
        if (found == sessions_.end()) {
            return {.error = ENOENT};
        }
        if (!command.over && !found->second.standby) {
            return {.error = EBUSY};
        }
        end(command.session, true, false);
        return {};
    }

    Outcome run(const TakeOver& command) {
        if (!sessions_.contains(command.session)) {
            return {.error = ENOENT};
        }
        wake(command.session);
        return {};
    }

    Outcome run(const RestoreFlow& restore) {
        if (!sessions_.contains(restore.flow.session)) {
            return {.error = ENOENT};
        }
        return add_flow(restore.flow.session, restore.flow)
                   ? Outcome{}
                   : Outcome{.error = EEXIST, .session = owner_.at(restore.flow.key)};
    }

    Outcome run(const DeleteFlow& command) {
        const auto found = sessions_.find(command.session);
        if (found == sessions_.end() || !found->second.flows.contains(command.key)) {
            return {.error = ENOENT};
        }
        if (!found->second.standby) {
            return {.error = EBUSY};
        }
        drop_flow(command.session, command.key);
        return {};
    }

    Outcome run(const RestoreAnnouncement& restore) {
        const auto found = sessions_.find(restore.announcement.session);
        if (found == sessions_.end()) {
            return {.error = ENOENT};
        }
        announce(restore.announcement);
        return {};
    }

    Outcome run(const Withdraw& command) {
        const auto found = sessions_.find(command.session);
        if (found == sessions_.end()) {
            return {.error = ENOENT};
        }
        withdraw(command.session, command.key);
        return {};
    }

    Outcome run(const KeepStandby& keep) {
        standby_time = keep.time;
        return {};
    }

    std::map<SessionId, Session> sessions_;
    std::map<SignallingKey, SessionId> owner_;
    std::vector<Event> events_;
    std::uint64_t last_ = 0;
};

}  // namespace sara::replica::test
