// SPDX-License-Identifier: GPL-2.0
#include "core/role/dispatcher.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/base/visit.hpp"
#include "core/inspect/facts_codec.hpp"

namespace sara::role {

namespace {

void append(std::vector<KernelCommand>& all, std::vector<KernelCommand> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void append(std::vector<LogLine>& all, std::optional<LogLine> more) {
    if (more) {
        all.push_back(std::move(*more));
    }
}

}  // namespace

Dispatcher::Dispatcher(const DispatcherConfig& config) : tracker_(config.tracker) {}

DispatcherOutput Dispatcher::handle(const InspectedPacket& input, Time now) {
    DispatcherOutput out;
    if (input.lost > lost_) {
        const std::uint64_t step = input.lost - std::exchange(lost_, input.lost);
        counters_.lost_copies += step;
        append(out.log, loss_log_.pass(LogLevel::warning,
                                       "the kernel could not copy " + std::to_string(step) +
                                           " signalling packets of clients; their announcements may be missing",
                                       now));
    }
    track(extractor_.handle(input.packet, now), input.session, input.call_id, out, now);
    return out;
}

DispatcherOutput Dispatcher::handle(const PeerMessage& input, Time now) {
    DispatcherOutput out;
    ++counters_.peer_messages;
    const Result<inspect::MessageFacts> facts = inspect::decode(input.bytes);
    if (!facts) {
        ++counters_.peer_malformed;
        append(out.log, peer_log_.pass(LogLevel::warning,
                                       "a gateway's message was not understood: " + facts.error().text(), now));
        return out;
    }
    append(out.commands, tracker_.handle(*facts, SessionId::unknown, now));
    return out;
}

DispatcherOutput Dispatcher::handle(const SessionFound& input, Time now) {
    DispatcherOutput out;
    if (input.dumped) {
        append(out.commands, tracker_.adopt_session(input.session, input.signalling, input.lifetime_left, now));
    } else {
        append(out.commands, tracker_.bind(input.signalling, input.session, now));
    }
    return out;
}

DispatcherOutput Dispatcher::handle(const AnnouncementFound& input, Time) {
    tracker_.adopt_announcement(input.session, input.key, input.tag);
    return {};
}

DispatcherOutput Dispatcher::handle(const SessionEnded& input, Time) {
    tracker_.session_ended(input.session);
    extractor_.forget(input.flow);
    return {};
}

DispatcherOutput Dispatcher::handle(const FlowAnswer& input, Time now) {
    DispatcherOutput out;
    if (input.session) {
        const SignallingKey found = input.by_call ? input.asked : SignallingKey(input.asked.flow);
        append(out.commands, tracker_.bind(found, *input.session, now));
    } else {
        append(out.commands, tracker_.not_found(input.asked));
    }
    return out;
}

DispatcherOutput Dispatcher::handle(const Refusal& input, Time now) {
    DispatcherOutput out;
    if (const auto* const seen = std::get_if<inspect::SeenSession>(&input.command)) {
        tracker_.give_up(seen->signalling);
    }
    const auto* const announce = std::get_if<inspect::Announce>(&input.command);
    if (announce != nullptr && input.error != ENOENT) {
        tracker_.announcement_refused(announce->session, announce->key);
    }
    switch (input.error) {
    case EEXIST:
        ++counters_.refused_conflict;
        break;
    case ENOSPC:
        ++counters_.refused_limit;
        break;
    case ENOENT:
        // An announcement may have expired before it was withdrawn; anything else is about a session that just ended.
        ++counters_.refused_gone;
        if (!std::holds_alternative<inspect::Withdraw>(input.command)) {
            tracker_.session_ended(session_of(input.command));
        }
        return out;
    default:
        ++counters_.refused_other;
        break;
    }
    // Clients with several sessions have wildcards that conflict all the time; the exact announcements decide there.
    const bool usual = input.error == EEXIST && announce != nullptr && announce->key.sport == 0;
    append(out.log,
           refusal_log_.pass(usual ? LogLevel::debug : LogLevel::warning,
                             "the kernel refused to " + inspect::text(input.command) + ": " +
                                 (input.sentence.empty() ? "error " + std::to_string(input.error) : input.sentence),
                             now));
    return out;
}

DispatcherOutput Dispatcher::expire(Time now) {
    DispatcherOutput out;
    track(extractor_.expire(now), SessionId::unknown, {}, out, now);
    append(out.commands, tracker_.expire(now));
    return out;
}

Time Dispatcher::next_deadline() const noexcept {
    return std::min(extractor_.next_deadline(), tracker_.next_deadline());
}

DispatcherCounters Dispatcher::counters() const noexcept {
    DispatcherCounters counters = counters_;
    counters.extractor = extractor_.counters();
    counters.tracker = tracker_.counters();
    return counters;
}

void Dispatcher::track(const std::vector<inspect::MessageFacts>& facts, SessionId session, const std::string& call_id,
                       DispatcherOutput& out, Time now) {
    for (const inspect::MessageFacts& each : facts) {
        append(out.commands, tracker_.handle(each, session, now, call_id));
    }
}

}  // namespace sara::role
