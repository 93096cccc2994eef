// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara dev add NAME mode MODE\n"
                                    "       sara dev del NAME\n"
                                    "       sara dev [ show [ NAME ] ]\n"
                                    "MODE := { dispatch | observe }\n";

Action show(Arguments& in) {
    if (in.empty()) {
        return Show{{kern::dev_dump()}};
    }
    return Show{{kern::dev_get(in.device())}};
}

Action add(Arguments& in) {
    const std::string name = in.device();
    kern::DevMode mode{};
    in.options({{"mode", [&] { mode = in.choice<kern::DevMode>(); }}});
    in.require({"mode"});
    return Execute{kern::dev_new(name, mode)};
}

Action del(Arguments& in) {
    return Execute{kern::dev_del(in.device())};
}

constexpr Command kCommands[] = {{"show", show}, {"add", add}, {"del", del}};

}  // namespace

const ObjectGrammar kDevGrammar = {"dev", kUsage, kCommands};

}  // namespace sara::cli
