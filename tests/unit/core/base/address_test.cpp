// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/base/address.hpp"

using namespace sara;

TEST_CASE("what is behind a NUL is part of the text, too") {
    using namespace std::string_view_literals;
    CHECK(Address::parse("127.0.0.1"sv));
    CHECK_FALSE(Address::parse("127.0.0.1\0.evil"sv));
    CHECK_FALSE(Address::parse("::1\0"sv));
}

TEST_CASE("loopback is what no other machine reaches") {
    for (const char* const own : {"127.0.0.1", "127.255.0.9", "::1"}) {
        CAPTURE(own);
        CHECK(Address::parse(own)->is_loopback());
    }
    for (const char* const reached : {"0.0.0.0", "::", "126.0.0.1", "128.0.0.1", "::2", "1::1", "fd00::1", "7f00::"}) {
        CAPTURE(reached);
        CHECK_FALSE(Address::parse(reached)->is_loopback());
    }
}
