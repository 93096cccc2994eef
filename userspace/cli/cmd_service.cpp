// SPDX-License-Identifier: GPL-2.0
#include <tuple>

#include "cli/bounds.hpp"
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara service add NAME vip ADDR proto { tcp | udp } port PORT[-PORT]\n"
                                    "                        [ app { none | sip | rtsp | ftp } ]\n"
                                    "                        [ key { flow | source | call-id } ] [ SETTINGS ]\n"
                                    "       sara service set NAME SETTINGS\n"
                                    "       sara service del NAME [ force ]\n"
                                    "       sara service [ show [ NAME ] ]\n"
                                    "SETTINGS := [ scheduler { wlc | wrr | mh | shell } ] [ flow-timeout TIME ]\n"
                                    "            [ admission { on | off } ] [ refuse { drop | reset | busy } ]\n"
                                    "            [ no-call-id { drop | pass } ]\n"
                                    "            [ nodes { NODE[,NODE]... | all } ]\n"
                                    "TIME := NUMBER{ ms | s | m | h | d }\n";

Action show(Arguments& in) {
    if (in.empty()) {
        return Show{{kern::service_dump()}};
    }
    return Show{{kern::service_get(in.name())}};
}

/// Which schedulers there are is the module's affair; here only what can be a name.
Arguments::Option scheduler(Arguments& in, std::optional<std::string>& value) {
    return {"scheduler", [&] { value = in.name(); }};
}

Arguments::Option flow_timeout(Arguments& in, std::optional<kern::Milliseconds>& value) {
    return {"flow-timeout", [&] { value = in.time(bounds::kMinFlowTimeout); }};
}

Arguments::Option no_call_id(Arguments& in, std::optional<kern::NoCallId>& value) {
    return {"no-call-id", [&] { value = in.choice<kern::NoCallId>(); }};
}

Arguments::Option admission(Arguments& in, std::optional<kern::Admission>& value) {
    return {"admission", [&] { value = in.choice<kern::Admission>(); }};
}

Arguments::Option refuse(Arguments& in, std::optional<kern::Refuse>& value) {
    return {"refuse", [&] { value = in.choice<kern::Refuse>(); }};
}

Action add(Arguments& in) {
    kern::ServiceSpec spec;
    spec.name = in.name();
    in.options({{"vip", [&] { spec.vip = in.address(); }},
                {"proto", [&] { spec.transport = in.transport(); }},
                {"port", [&] { std::tie(spec.port, spec.port_last) = in.port_range(); }},
                {"app", [&] { spec.app = in.choice<App>(); }},
                {"key", [&] { spec.key = in.choice<kern::SessionKey>(); }},
                no_call_id(in, spec.no_call_id),
                scheduler(in, spec.scheduler),
                flow_timeout(in, spec.flow_timeout),
                admission(in, spec.admission),
                refuse(in, spec.refuse),
                {"nodes", [&] {
                     if (!in.accept("all")) {
                         spec.nodes = in.names();
                     }
                 }}});
    in.require({"vip", "proto", "port"});
    return Execute{kern::service_new(spec)};
}

Action set(Arguments& in) {
    kern::ServiceChange change;
    change.name = in.name();
    in.options({no_call_id(in, change.no_call_id),
                scheduler(in, change.scheduler),
                flow_timeout(in, change.flow_timeout),
                admission(in, change.admission),
                refuse(in, change.refuse),
                {"nodes", [&] {
                     change.all_nodes = in.accept("all");
                     if (!change.all_nodes) {
                         change.nodes = in.names();
                     }
                 }}});
    in.require_any();
    return Execute{kern::service_set(change)};
}

Action del(Arguments& in) {
    const std::string name = in.name();
    return Execute{kern::service_del(name, in.accept("force"))};
}

constexpr Command kCommands[] = {{"show", show}, {"add", add}, {"set", set}, {"del", del}};

}  // namespace

const ObjectGrammar kServiceGrammar = {"service", kUsage, kCommands};

}  // namespace sara::cli
