// SPDX-License-Identifier: GPL-2.0
// Facts of a gateway: whatever decodes is within its bounds and encodes to the same facts again; and a tracker that is
// fed with it stays within its own.
#include <cstddef>
#include <cstdint>
#include <variant>

#include "core/inspect/facts_codec.hpp"
#include "core/inspect/limits.hpp"
#include "core/inspect/tracker.hpp"
#include "expect.hpp"

using namespace sara;

namespace {

/// A kernel that knows no session but 1, and makes what is seen session 2.
void carry_out(inspect::SessionTracker& tracker, const inspect::Effects& effects, Time now) {
    for (const inspect::Effect& effect : effects) {
        if (const auto* const find = std::get_if<inspect::FindSession>(&effect)) {
            carry_out(tracker, tracker.not_found(find->signalling), now);
        } else if (const auto* const seen = std::get_if<inspect::SeenSession>(&effect)) {
            (void)tracker.adopt_session(SessionId{2}, seen->signalling, Duration::zero(), now);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(data, size);
    const Result<inspect::MessageFacts> facts = inspect::decode(input);
    if (facts) {
        fuzz::expect(facts->dialog.size() <= inspect::limits::kMaxDialogId,
                     "facts->dialog.size() <= inspect::limits::kMaxDialogId");
        fuzz::expect(facts->leg.size() <= inspect::limits::kMaxLegId,
                     "facts->leg.size() <= inspect::limits::kMaxLegId");
        fuzz::expect(facts->target.size() <= inspect::limits::kMaxTarget,
                     "facts->target.size() <= inspect::limits::kMaxTarget");
        fuzz::expect(facts->media.size() <= inspect::limits::kMaxMedia,
                     "facts->media.size() <= inspect::limits::kMaxMedia");
        fuzz::expect(facts->peer_media.size() <= inspect::limits::kMaxMedia,
                     "facts->peer_media.size() <= inspect::limits::kMaxMedia");
        const Result<Buffer> again = inspect::encode(*facts);
        fuzz::expect(again.ok(), "again.ok()");
        const Result<inspect::MessageFacts> back = inspect::decode(*again);
        fuzz::expect(back.ok() && *back == *facts, "back.ok() && *back == *facts");
    }

    // The same bytes as a row of messages, each led by its length, to one session; from a node to one that nobody
    // knows.
    inspect::SessionTracker tracker;
    Time now{};
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t length = static_cast<std::size_t>(data[at] << 8U | data[at + 1]);
        at += 2;
        if (length > size - at) {
            break;
        }
        if (const Result<inspect::MessageFacts> each = inspect::decode(input.subspan(at, length))) {
            const SessionId session = each->node ? SessionId::unknown : SessionId{1};
            carry_out(tracker, tracker.handle(*each, session, now), now);
        }
        at += length;
        now += inspect::limits::kWaitForRequest / 2;
        carry_out(tracker, tracker.expire(now), now);
    }
    for (const inspect::DialogView& dialog : tracker.dialogs()) {
        fuzz::expect(dialog.legs.size() <= inspect::limits::kMaxLegs + 1,
                     "dialog.legs.size() <= inspect::limits::kMaxLegs + 1");
        fuzz::expect(dialog.announced.size() <= inspect::limits::kMaxAnnouncements,
                     "dialog.announced.size() <= inspect::limits::kMaxAnnouncements");
        fuzz::expect(dialog.state != inspect::DialogState::ended || dialog.announced.empty(),
                     "dialog.state != inspect::DialogState::ended || dialog.announced.empty()");
    }
    tracker.session_ended(SessionId{1});
    tracker.session_ended(SessionId{2});
    fuzz::expect(tracker.dialogs().empty(), "tracker.dialogs().empty()");
    fuzz::expect(tracker.next_deadline() == kNever, "tracker.next_deadline() == kNever");
    return 0;
}
