// SPDX-License-Identifier: GPL-2.0
#include "core/policy/sequence.hpp"

#include <catch2/catch.hpp>

using namespace sara::policy;

namespace {

constexpr int kReach = 16;

Sequence begun_at(std::uint16_t first) {
    Sequence sequence;
    sequence.begin(first);
    return sequence;
}

}  // namespace

TEST_CASE("steps are right across the wrap") {
    CHECK(sequence_step(1, 2) == 1);
    CHECK(sequence_step(65535, 0) == 1);
    CHECK(sequence_step(2, 65533) == -5);
    CHECK(sequence_step(0, 32767) == 32767);
    CHECK(sequence_step(0, 32768) == -32768);
}

TEST_CASE("what a sequence leaves out is lost") {
    Sequence sequence = begun_at(10);
    CHECK(sequence.take(11, kReach) == Arrival::next);
    CHECK(sequence.lost() == 0);
    CHECK(sequence.take(14, kReach) == Arrival::next);
    CHECK(sequence.lost() == 2);
    CHECK(sequence.received() == 3);
}

TEST_CASE("loss is counted across the wrap") {
    Sequence sequence = begun_at(65534);
    CHECK(sequence.take(1, kReach) == Arrival::next);
    CHECK(sequence.lost() == 2);
    CHECK(sequence.take(65535, kReach) == Arrival::late);
    CHECK(sequence.lost() == 1);
}

TEST_CASE("what comes late was not lost, and what comes twice counts once") {
    Sequence sequence = begun_at(10);
    CHECK(sequence.take(13, kReach) == Arrival::next);
    CHECK(sequence.take(12, kReach) == Arrival::late);
    CHECK(sequence.lost() == 1);
    CHECK(sequence.take(12, kReach) == Arrival::duplicate);
    CHECK(sequence.take(13, kReach) == Arrival::duplicate);
    CHECK(sequence.lost() == 1);
    CHECK(sequence.received() == 3);
    CHECK(sequence.highest() == 13);
}

TEST_CASE("what was before the beginning is not known, and makes no loss negative") {
    Sequence sequence = begun_at(10);
    CHECK(sequence.take(9, kReach) == Arrival::duplicate);
    CHECK(sequence.lost() == 0);
}

TEST_CASE("a number out of reach, or far behind, is of another sequence and changes nothing") {
    Sequence sequence = begun_at(100);
    CHECK(sequence.take(117, kReach) == Arrival::jump);
    CHECK(sequence.take(36, kReach) == Arrival::jump);
    CHECK(sequence.take(37, kReach) == Arrival::duplicate);
    CHECK(sequence.highest() == 100);
    CHECK(sequence.lost() == 0);
    CHECK(sequence.take(116, kReach) == Arrival::next);
    CHECK(sequence.lost() == 15);
}

TEST_CASE("a gap wider than the window is lost for good") {
    Sequence sequence = begun_at(0);
    CHECK(sequence.take(200, 1000) == Arrival::next);
    CHECK(sequence.lost() == 199);
    CHECK(sequence.take(137, 1000) == Arrival::late);
    CHECK(sequence.take(136, 1000) == Arrival::jump);
    CHECK(sequence.lost() == 198);
}

TEST_CASE("no order of arrivals loses count") {
    Sequence sequence = begun_at(65000);
    std::uint16_t number = 65000;
    for (int i = 0; i < 10000; ++i) {
        number = static_cast<std::uint16_t>(number + 2);
        sequence.take(number, kReach);
        sequence.take(static_cast<std::uint16_t>(number - 1), kReach);
        sequence.take(number, kReach);
    }
    CHECK(sequence.lost() == 0);
    CHECK(sequence.received() == 20001);
}
