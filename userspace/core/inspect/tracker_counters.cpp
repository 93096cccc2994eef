// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/tracker_counters.hpp"

#include "core/inspect/media_plan.hpp"

namespace sara::inspect {

void count_media(TrackerCounters& counters, const MessageFacts& facts) {
    const auto count = [&](const MediaEndpoint& media, bool of_server) {
        switch (media.state) {
        case MediaState::active:
            break;
        case MediaState::rejected:
            return;
        case MediaState::interleaved:
            counters.interleaved += of_server ? 1 : 0;
            return;
        case MediaState::multicast:
            ++counters.multicast_refused;
            return;
        }
        if (!of_server) {
            if (media.address && media.address->family() != facts.flow.dst.address.family()) {
                ++counters.media_unusable;
            }
            return;
        }
        switch (judge_server_media(media, facts.flow)) {
        case ServerMedia::elsewhere:
            ++counters.media_elsewhere;
            return;
        case ServerMedia::unusable:
            ++counters.media_unusable;
            return;
        case ServerMedia::usable:
        case ServerMedia::not_active:
            return;
        }
    };
    for (const MediaEndpoint& media : facts.media) {
        count(media, facts.sender == Sender::server);
    }
}

}  // namespace sara::inspect
