// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr std::size_t kVersionMax = 127;

}  // namespace

namespace codec {

Result<Config> decode_config(Bytes attributes) {
    Config config;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_CONFIG_ABI_VERSION:
            config.abi_version = reader.u32();
            break;
        case SARA_A_CONFIG_MODULE_VERSION:
            config.module_version = reader.text(kVersionMax);
            break;
        case SARA_A_CONFIG_MAX_SESSIONS:
            config.max_sessions = reader.u32();
            break;
        case SARA_A_CONFIG_MAX_FLOWS:
            config.max_flows = reader.u32();
            break;
        case SARA_A_CONFIG_MAX_ANNOUNCEMENTS:
            config.max_announcements = reader.u32();
            break;
        case SARA_A_CONFIG_TCP_TIMEOUT:
            config.tcp_timeout = reader.milliseconds();
            break;
        case SARA_A_CONFIG_CLOSING_TIMEOUT:
            config.closing_timeout = reader.milliseconds();
            break;
        case SARA_A_CONFIG_PURGE_INTERVAL:
            config.purge_interval = reader.milliseconds();
            break;
        case SARA_A_CONFIG_INSPECT_RATE:
            config.inspect_rate = reader.u32();
            break;
        case SARA_A_CONFIG_EARLY_TIME:
            config.early_time = reader.milliseconds();
            break;
        case SARA_A_CONFIG_EARLY_PACKETS:
            config.early_packets = reader.u32();
            break;
        case SARA_A_CONFIG_MAX_REFUSED:
            config.max_refused = reader.u32();
            break;
        case SARA_A_CONFIG_REFUSED_TIME:
            config.refused_time = reader.milliseconds();
            break;
        case SARA_A_CONFIG_REFUSE_RATE:
            config.refuse_rate = reader.u32();
            break;
        case SARA_A_CONFIG_STANDBY_TIME:
            config.standby_time = reader.milliseconds();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || config.abi_version == 0) {
        return malformed("configuration");
    }
    return config;
}

}  // namespace codec

Request config_get() {
    AttributeWriter writer;
    writer.u32(SARA_A_CONFIG_ABI_VERSION, SARA_ABI_VERSION);
    return make(SARA_CMD_CONFIG_GET, std::move(writer));
}

Request config_set(const ConfigChange& change) {
    AttributeWriter writer;
    put(writer, SARA_A_CONFIG_MAX_SESSIONS, change.max_sessions);
    put(writer, SARA_A_CONFIG_MAX_FLOWS, change.max_flows);
    put(writer, SARA_A_CONFIG_MAX_ANNOUNCEMENTS, change.max_announcements);
    put(writer, SARA_A_CONFIG_TCP_TIMEOUT, change.tcp_timeout);
    put(writer, SARA_A_CONFIG_CLOSING_TIMEOUT, change.closing_timeout);
    put(writer, SARA_A_CONFIG_PURGE_INTERVAL, change.purge_interval);
    put(writer, SARA_A_CONFIG_INSPECT_RATE, change.inspect_rate);
    put(writer, SARA_A_CONFIG_EARLY_TIME, change.early_time);
    put(writer, SARA_A_CONFIG_EARLY_PACKETS, change.early_packets);
    put(writer, SARA_A_CONFIG_MAX_REFUSED, change.max_refused);
    put(writer, SARA_A_CONFIG_REFUSED_TIME, change.refused_time);
    put(writer, SARA_A_CONFIG_REFUSE_RATE, change.refuse_rate);
    put(writer, SARA_A_CONFIG_STANDBY_TIME, change.standby_time);
    return make(SARA_CMD_CONFIG_SET, std::move(writer));
}

}  // namespace sara::kern
