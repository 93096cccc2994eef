// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara admission [ show [ SERVICE ] ]\n"
                                    "       sara admission set SERVICE [ { on | off } ]\n"
                                    "                          [ refuse { drop | reset | busy } ]\n";

Action show(Arguments& in) {
    return Show{{in.empty() ? kern::service_dump() : kern::service_get(in.name())}, false, true};
}

Action set(Arguments& in) {
    kern::ServiceChange change;
    change.name = in.name();
    in.options({{"on", [&] { change.admission = kern::Admission::on; }},
                {"off", [&] { change.admission = kern::Admission::off; }},
                {"refuse", [&] { change.refuse = in.choice<kern::Refuse>(); }}});
    in.require_any();
    if (in.given("on") && in.given("off")) {
        in.fail("either on or off, not both");
    }
    return Execute{kern::service_set(change)};
}

constexpr Command kCommands[] = {{"show", show}, {"set", set}};

}  // namespace

const ObjectGrammar kAdmissionGrammar = {"admission", kUsage, kCommands};

}  // namespace sara::cli
