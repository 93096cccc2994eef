// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara doctor [ ROLE ]... [ vip ADDR ]... [ config FILE ] [ socket PATH ]\n"
                                    "ROLE := { dispatcher | gateway | node }\n";

Action examine(Arguments& in) {
    Doctor doctor;
    while (!in.empty()) {
        if (in.accept("dispatcher")) {
            doctor.roles.insert(doctor::Role::dispatcher);
        } else if (in.accept("gateway")) {
            doctor.roles.insert(doctor::Role::gateway);
        } else if (in.accept("node")) {
            doctor.roles.insert(doctor::Role::node);
        } else if (in.accept("vip")) {
            doctor.vips.push_back(in.address());
        } else if (in.accept("config")) {
            doctor.config = in.word("the agent's file");
        } else if (in.accept("socket")) {
            doctor.socket = in.word("the path of the agent's control socket");
        } else {
            in.fail_word("dispatcher, gateway, node, vip, config or socket", in.peek());
        }
    }
    return doctor;
}

constexpr Command kCommands[] = {{"doctor", examine}};

}  // namespace

const ObjectGrammar kDoctorGrammar = {"doctor", kUsage, kCommands, true};

}  // namespace sara::cli
