// SPDX-License-Identifier: GPL-2.0
#include <iterator>

#include "core/inspect/media_plan.hpp"
#include "core/inspect/tracker_state.hpp"

namespace sara::inspect {

bool is_half(const AnnouncementKey& key) noexcept {
    return form_of(key) == AnnouncementForm::half;
}

void SessionTracker::State::announce(SessionEntry& session, DialogEntry& entry, Effects& out) {
    const Timers times = timers(entry.dialog.app());
    Plan plan = entry.dialog.plan();
    for (const AnnouncementKey& key : entry.inherited) {
        plan.emplace(key, false);
    }
    for (const AnnouncementKey& key : entry.refused) {
        plan.erase(key);
    }
    while (plan.size() > limits::kMaxAnnouncements) {
        ++counters.limit_hits;
        plan.erase(std::prev(plan.end()));
    }
    // First what is new, then what is over: no packet finds a gap.
    for (const auto& [key, provisional] : plan) {
        const auto [installed, added] =
            entry.installed.emplace(key, DialogEntry::Installed{entry.dialog.tag(), provisional});
        if (!added && installed->second.tag == entry.dialog.tag() && installed->second.provisional == provisional) {
            continue;
        }
        installed->second = {entry.dialog.tag(), provisional};
        std::vector<Number>& users = session.users[key];
        std::erase(users, entry.number);
        users.push_back(entry.number);
        out.emplace_back(Announce{entry.session, key, entry.dialog.tag(),
                                  provisional ? std::optional<Duration>(times.setup) : std::nullopt});
        ++counters.announced;
        if (config.keep_ended) {
            entry.ever.insert(key);
        }
    }
    std::vector<AnnouncementKey> over;
    for (const auto& [key, installed] : entry.installed) {
        if (!plan.contains(key)) {
            over.push_back(key);
        }
    }
    for (const AnnouncementKey& key : over) {
        drop_key(session, entry, key, out);
    }
}

/// Another dialog of the session may want it still; the announcement is then that one's.
void SessionTracker::State::drop_key(SessionEntry& session, DialogEntry& entry, const AnnouncementKey& key,
                                     Effects& out) {
    entry.installed.erase(key);
    const auto found = session.users.find(key);
    if (found == session.users.end()) {
        return;
    }
    std::vector<Number>& users = found->second;
    const bool was_its_own = !users.empty() && users.back() == entry.number;
    std::erase(users, entry.number);
    if (users.empty()) {
        session.users.erase(found);
        out.emplace_back(Withdraw{entry.session, key});
        ++counters.withdrawn;
    } else if (was_its_own) {
        const DialogEntry& heir = dialogs.at(users.back());
        const DialogEntry::Installed& installed = heir.installed.at(key);
        const std::optional<Duration> ttl =
            installed.provisional ? std::optional<Duration>(timers(heir.dialog.app()).setup) : std::nullopt;
        out.emplace_back(Announce{heir.session, key, installed.tag, ttl});
        ++counters.announced;
    }
}

}  // namespace sara::inspect
