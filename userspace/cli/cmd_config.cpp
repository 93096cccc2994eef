// SPDX-License-Identifier: GPL-2.0
#include "cli/bounds.hpp"
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara config [ show ]\n"
                                    "       sara config set [ max-sessions NUMBER ] [ max-flows NUMBER ]\n"
                                    "                       [ max-announcements NUMBER ] [ tcp-timeout TIME ]\n"
                                    "                       [ closing-timeout TIME ] [ purge-interval TIME ]\n"
                                    "                       [ inspect-rate NUMBER ] [ early-time TIME ]\n"
                                    "                       [ early-packets NUMBER ] [ max-refused NUMBER ]\n"
                                    "                       [ refused-time TIME ] [ refuse-rate NUMBER ]\n"
                                    "                       [ standby-time TIME ]\n"
                                    "TIME := NUMBER{ ms | s | m | h | d }\n";

Action show(Arguments&) {
    return Show{{kern::config_get()}, true};
}

Action set(Arguments& in) {
    kern::ConfigChange change;
    in.options({{"max-sessions", [&] { change.max_sessions = in.number32(bounds::kMinBound); }},
                {"max-flows", [&] { change.max_flows = in.number32(bounds::kMinBound); }},
                {"max-announcements", [&] { change.max_announcements = in.number32(bounds::kMinBound); }},
                {"tcp-timeout", [&] { change.tcp_timeout = in.time(bounds::kMinTcpTimeout); }},
                {"closing-timeout", [&] { change.closing_timeout = in.time(bounds::kMinClosingTimeout); }},
                {"purge-interval", [&] { change.purge_interval = in.time(bounds::kMinPurgeInterval); }},
                {"inspect-rate", [&] { change.inspect_rate = in.number32(); }},
                {"early-time", [&] { change.early_time = in.time({}, bounds::kMaxEarlyTime); }},
                {"early-packets", [&] { change.early_packets = in.number32(0, bounds::kMaxEarlyPackets); }},
                {"max-refused", [&] { change.max_refused = in.number32(); }},
                {"refused-time", [&] { change.refused_time = in.time(bounds::kMinRefusedTime); }},
                {"refuse-rate", [&] { change.refuse_rate = in.number32(); }},
                {"standby-time", [&] { change.standby_time = in.time({}, kern::kStandbyTimeMax); }}});
    in.require_any();
    return Execute{kern::config_set(change)};
}

constexpr Command kCommands[] = {{"show", show}, {"set", set}};

}  // namespace

const ObjectGrammar kConfigGrammar = {"config", kUsage, kCommands};

}  // namespace sara::cli
