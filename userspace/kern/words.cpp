// SPDX-License-Identifier: GPL-2.0
#include "kern/words.hpp"

namespace sara::kern {

namespace {

constexpr Word<DevMode> kDevModes[] = {{DevMode::dispatch, "dispatch"}, {DevMode::observe, "observe"}};

constexpr Word<App> kApps[] = {{App::none, "none"}, {App::sip, "sip"}, {App::rtsp, "rtsp"}, {App::ftp, "ftp"}};

constexpr Word<SessionKey> kSessionKeys[] = {
    {SessionKey::flow, "flow"}, {SessionKey::source, "source"}, {SessionKey::call_id, "call-id"}};

constexpr Word<NoCallId> kNoCallIds[] = {{NoCallId::drop, "drop"}, {NoCallId::pass, "pass"}};

constexpr Word<Admission> kAdmissions[] = {{Admission::off, "off"}, {Admission::on, "on"}};

constexpr Word<Refuse> kRefuses[] = {{Refuse::drop, "drop"}, {Refuse::reset, "reset"}, {Refuse::busy, "busy"}};

constexpr Word<Health> kHealths[] = {
    {Health::unwatched, "unwatched"}, {Health::up, "up"},     {Health::application_down, "application-down"},
    {Health::planned, "planned"},     {Health::down, "down"}, {Health::vip_broken, "vip-broken"}};

constexpr Word<NodeState> kNodeStates[] = {
    {NodeState::up, "up"}, {NodeState::drain, "drain"}, {NodeState::down, "down"}};

constexpr Word<Identity> kIdentities[] = {
    {Identity::signalling, "signalling"}, {Identity::announced, "announced"}, {Identity::secondary, "secondary"}};

constexpr Word<LifeStatus> kStatuses[] = {{LifeStatus::fresh, "new"},
                                          {LifeStatus::established, "established"},
                                          {LifeStatus::inactive, "inactive"},
                                          {LifeStatus::closing, "closing"},
                                          {LifeStatus::standby, "standby"}};

constexpr Word<AnnouncementForm> kForms[] = {{AnnouncementForm::exact, "exact"},
                                             {AnnouncementForm::half, "half"},
                                             {AnnouncementForm::any_port, "any-port"},
                                             {AnnouncementForm::any_source, "any-source"}};

constexpr Word<EventKind> kEvents[] = {{EventKind::created, "created"},
                                       {EventKind::changed, "changed"},
                                       {EventKind::deleted, "deleted"},
                                       {EventKind::promoted, "promoted"},
                                       {EventKind::refused, "refused"}};

constexpr Word<Placement> kPlacements[] = {{Placement::shell, "shell"}, {Placement::shell_stale, "shell-stale"},
                                           {Placement::wlc, "wlc"},     {Placement::wrr, "wrr"},
                                           {Placement::mh, "mh"},       {Placement::restored, "restored"}};

constexpr Word<EndReason> kEnds[] = {{EndReason::idle, "idle"},
                                     {EndReason::closed, "closed"},
                                     {EndReason::finished, "finished"},
                                     {EndReason::expired, "expired"},
                                     {EndReason::deleted, "deleted"},
                                     {EndReason::node_deleted, "node-deleted"},
                                     {EndReason::service_deleted, "service-deleted"},
                                     {EndReason::reclaimed, "reclaimed"}};

}  // namespace

std::span<const Word<DevMode>> words_of(DevMode) noexcept {
    return kDevModes;
}
std::span<const Word<App>> words_of(App) noexcept {
    return kApps;
}
std::span<const Word<SessionKey>> words_of(SessionKey) noexcept {
    return kSessionKeys;
}
std::span<const Word<NoCallId>> words_of(NoCallId) noexcept {
    return kNoCallIds;
}
std::span<const Word<Admission>> words_of(Admission) noexcept {
    return kAdmissions;
}
std::span<const Word<Refuse>> words_of(Refuse) noexcept {
    return kRefuses;
}
std::span<const Word<Health>> words_of(Health) noexcept {
    return kHealths;
}
std::span<const Word<NodeState>> words_of(NodeState) noexcept {
    return kNodeStates;
}
std::span<const Word<Identity>> words_of(Identity) noexcept {
    return kIdentities;
}
std::span<const Word<LifeStatus>> words_of(LifeStatus) noexcept {
    return kStatuses;
}
std::span<const Word<AnnouncementForm>> words_of(AnnouncementForm) noexcept {
    return kForms;
}
std::span<const Word<EventKind>> words_of(EventKind) noexcept {
    return kEvents;
}
std::span<const Word<Placement>> words_of(Placement) noexcept {
    return kPlacements;
}
std::span<const Word<EndReason>> words_of(EndReason) noexcept {
    return kEnds;
}

}  // namespace sara::kern
