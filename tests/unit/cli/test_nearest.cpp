// SPDX-License-Identifier: GPL-2.0
#include "cli/nearest.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace sara::cli;

namespace {

constexpr std::array<std::string_view, 6> kNames = {"addr", "dev", "weight", "max-sessions", "up", "no-call-id"};

}  // namespace

TEST_CASE("a letter more, less, another, or two changed about") {
    CHECK(nearest("weigght", kNames) == "weight");
    CHECK(nearest("wight", kNames) == "weight");
    CHECK(nearest("waight", kNames) == "weight");
    CHECK(nearest("wieght", kNames) == "weight");
    CHECK(nearest("maxsessions", kNames) == "max-sessions");
}

TEST_CASE("a whole word for a short name, and the beginning of a long one") {
    CHECK(nearest("address", kNames) == "addr");
    CHECK(nearest("device", kNames) == "dev");
    CHECK(nearest("no-call", kNames) == "no-call-id");
}

TEST_CASE("what is far is not near") {
    for (const std::string_view word : {"", "x", "xyz", "vip", "offline", "eth0", "198.18.0.1"}) {
        INFO(word);
        CHECK(nearest(word, kNames).empty());
    }
    CHECK(nearest(std::string(100, 'w'), kNames).empty());
    CHECK(nearest("weight", {}).empty());
}

TEST_CASE("of several the first that is nearest") {
    constexpr std::array<std::string_view, 3> names = {"set", "del", "sex"};
    CHECK(nearest("sed", names) == "set");
}

TEST_CASE("the end of a sentence, or nothing") {
    CHECK(did_you_mean("wieght", kNames) == " (did you mean \"weight\"?)");
    CHECK(did_you_mean("xyz", kNames).empty());
}
