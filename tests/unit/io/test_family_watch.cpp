// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <iterator>

#include "io/family_watch.hpp"

using namespace sara;
using io::family_change;
using io::FamilyChange;

namespace {

constexpr std::uint8_t kNewFamily = 1;
constexpr std::uint8_t kDelFamily = 2;

/// A controller's notification about `name` (5 bytes with its NUL, as the kernel sends it for "sara").
Buffer notification(std::uint8_t command, const char (&name)[5]) {
    const std::array<std::uint8_t, 32> head{40,      0, 0, 0,               // length
                                            16,      0, 0, 0,               // GENL_ID_CTRL, flags
                                            0,       0, 0, 0, 0,  0, 0, 0,  // sequence, port
                                            command, 2, 0, 0,               // generic header
                                            6,       0, 1, 0, 31, 0, 0, 0,  // CTRL_ATTR_FAMILY_ID
                                            9,       0, 2, 0};              // CTRL_ATTR_FAMILY_NAME
    Buffer out(40);
    std::copy(head.begin(), head.end(), out.begin());
    std::copy(std::begin(name), std::end(name), out.begin() + head.size());
    return out;
}

}  // namespace

TEST_CASE("a family that comes or goes is recognised by its name") {
    CHECK(family_change(notification(kNewFamily, "sara"), "sara") == FamilyChange::came);
    CHECK(family_change(notification(kDelFamily, "sara"), "sara") == FamilyChange::went);
    CHECK_FALSE(family_change(notification(kNewFamily, "sarb"), "sara"));
    CHECK_FALSE(family_change(notification(kNewFamily, "sara"), "sar"));
    CHECK_FALSE(family_change(notification(7, "sara"), "sara"));
}

TEST_CASE("of several messages in one datagram the last word counts") {
    Buffer both = notification(kDelFamily, "sara");
    const Buffer second = notification(kNewFamily, "sara");
    both.insert(both.end(), second.begin(), second.end());
    CHECK(family_change(both, "sara") == FamilyChange::came);
}

TEST_CASE("every cut and every changed length of a notification is harmless") {
    const Buffer whole = notification(kNewFamily, "sara");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(family_change(Bytes(whole).first(size), "sara"));
    }
    for (const std::size_t at : {0U, 1U, 20U, 21U, 28U, 29U}) {
        for (unsigned value = 0; value < 256; ++value) {
            Buffer changed = whole;
            changed[at] = static_cast<std::uint8_t>(value);
            static_cast<void>(family_change(changed, "sara"));
        }
    }
}
