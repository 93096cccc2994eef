// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "io/neighbour_probe.hpp"

using namespace sara;
using namespace sara::io;
using namespace std::chrono_literals;

TEST_CASE("a device that is not there has no neighbours, and asks nobody") {
    const std::vector<NeighbourQuestion> questions = {{0x7fffffff, *Address::parse("198.18.0.1")}};
    const auto answers = ask_neighbours(questions, 1ms);
    if (!answers) {
        WARN("skipped: " << answers.error().text());
        return;
    }
    CHECK(*answers == std::vector<std::set<Mac>>(1));
}

TEST_CASE("who asks nothing does not wait") {
    const auto answers = ask_neighbours({}, 600s);
    if (!answers) {
        WARN("skipped: " << answers.error().text());
        return;
    }
    CHECK(answers->empty());
}
