// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "io/program.hpp"

using namespace sara::io;
using namespace std::chrono_literals;

TEST_CASE("a program gives what it prints") {
    CHECK(output_of({"echo", "two", "words"}, 20s) == "two words\n");
    CHECK(output_of({"true"}, 20s) == "");
    CHECK(output_of({"cat"}, 20s) == "");  // there is no input
}

TEST_CASE("a program that is not there, fails, or does not end gives nothing") {
    CHECK_FALSE(output_of({}, 20s));
    CHECK_FALSE(output_of({"no-such-program-of-sara"}, 20s));
    CHECK_FALSE(output_of({"sh", "-c", "echo half; exit 3"}, 20s));
    CHECK_FALSE(output_of({"sleep", "1000"}, 1ms));
    CHECK_FALSE(output_of({"yes"}, 600s));
}
