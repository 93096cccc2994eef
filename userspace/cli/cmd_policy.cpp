// SPDX-License-Identifier: GPL-2.0
#include "cli/bounds.hpp"
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara policy [ show ]\n"
                                    "       sara policy set epoch NUMBER [ valid TIME ] [ ADMISSION ]\n"
                                    "                       [ scores SCORE[,SCORE]... ]\n"
                                    "       sara policy flush\n"
                                    "ADMISSION := load LOAD cost LOAD t1 LOAD t2 LOAD t3 LOAD c LOAD\n"
                                    "SCORE := NODE:LOAD[:LOAD]\n"
                                    "TIME := NUMBER{ ms | s | m | h | d }\n";

Action show(Arguments&) {
    return Show{{kern::policy_get(), kern::policy_dump()}, true};
}

Action set(Arguments& in) {
    kern::PolicySpec spec;
    kern::AdmissionNumbers numbers;
    in.options({{"epoch", [&] { spec.epoch = in.number(1, UINT64_MAX); }},
                {"valid", [&] { spec.valid = in.time(bounds::kMinPolicyValid, bounds::kMaxPolicyValid); }},
                {"load", [&] { numbers.load = in.load(); }},
                {"cost", [&] { numbers.cost = in.load(); }},
                {"t1", [&] { numbers.t1 = in.load(); }},
                {"t2", [&] { numbers.t2 = in.load(); }},
                {"t3", [&] { numbers.t3 = in.load(); }},
                {"c", [&] { numbers.c = in.load(); }},
                {"scores", [&] { spec.scores = in.scores(); }}});
    in.require({"epoch"});
    for (const std::string_view number : {"load", "cost", "t1", "t2", "t3", "c"}) {
        if (in.given(number)) {
            in.require({"load", "cost", "t1", "t2", "t3", "c"});
            spec.admission = numbers;
            break;
        }
    }
    return Execute{kern::policy_set(spec)};
}

Action flush(Arguments&) {
    return Execute{kern::policy_del()};
}

constexpr Command kCommands[] = {{"show", show}, {"set", set}, {"flush", flush}};

}  // namespace

const ObjectGrammar kPolicyGrammar = {"policy", kUsage, kCommands};

}  // namespace sara::cli
