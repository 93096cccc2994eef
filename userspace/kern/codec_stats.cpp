// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace codec {

Result<Stats> decode_stats(Bytes attributes) {
    Stats stats;
    AttributeReader reader(attributes);
    while (reader.next()) {
        if (reader.type() != SARA_A_STATS_PAD && reader.type() < stats.values.size()) {
            stats.values[reader.type()] = reader.counter();
        }
    }
    if (!reader.ok()) {
        return malformed("set of counters");
    }
    return stats;
}

}  // namespace codec

Request stats_get() {
    return make(SARA_CMD_STATS_GET);
}

}  // namespace sara::kern
