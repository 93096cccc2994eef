// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/wire/envelope.hpp"
#include "sim.hpp"

using namespace sara;
using namespace sara::wire;
using sara::wire::test::a_key;
using sara::wire::test::seeded;

namespace {

Refusal refusal(const SharedKey& key, Bytes datagram) {
    const auto opened = open(key, datagram);
    REQUIRE(std::holds_alternative<Refusal>(opened));
    return std::get<Refusal>(opened);
}

/// Counts up from 0: the nonce of the golden datagram.
Entropy counting() {
    return [next = std::uint8_t{0}](std::span<std::uint8_t> out) mutable {
        for (std::uint8_t& octet : out) {
            octet = next++;
        }
    };
}

std::string hex(Bytes bytes) {
    std::string text;
    for (const std::uint8_t octet : bytes) {
        text += "0123456789abcdef"[octet >> 4U];
        text += "0123456789abcdef"[octet & 15U];
    }
    return text;
}

}  // namespace

TEST_CASE("what is sealed opens with the same key") {
    const Buffer packet{1, 2, 3};
    const Buffer datagram = seal(a_key(), seeded(7), packet);
    CHECK(datagram.size() == packet.size() + kEnvelopeOverhead);
    CHECK(std::get<Buffer>(open(a_key(), datagram)) == packet);
}

TEST_CASE("any changed byte and any other key is refused") {
    const Buffer datagram = seal(a_key(), seeded(7), Buffer{1, 2, 3});
    CHECK(refusal(a_key(2), datagram) == Refusal::forged);
    for (std::size_t i = 0; i < datagram.size(); ++i) {
        Buffer changed = datagram;
        changed[i] ^= 0x40U;
        const Refusal expected = i < 2 ? Refusal::malformed : i == 2 ? Refusal::version : Refusal::forged;
        CHECK(refusal(a_key(), changed) == expected);
    }
    for (std::size_t size = 0; size < datagram.size(); ++size) {
        CHECK(refusal(a_key(), Bytes(datagram).first(size)) != Refusal::version);
    }
}

TEST_CASE("golden bytes of an envelope") {
    // draft-irtf-cfrg-xchacha-03 with key 42 42 ..., nonce 00 01 .. 17, associated data 'S' 'A' 1 0, plain text "sara".
    // Computed with another implementation: HChaCha20 by hand, the rest by Python's cryptography package.
    std::string digits;
    for (int i = 0; i < 32; ++i) {
        digits += "42";
    }
    const auto key = SharedKey::parse(digits);
    REQUIRE(key.ok());
    const Buffer datagram = seal(key.value(), counting(), as_bytes("sara"));
    CHECK(hex(datagram) ==
          "53410100000102030405060708090a0b0c0d0e0f1011121314151617ff9df6860d8a2ccd5a91506de44e52284854eb56");
}

TEST_CASE("keys are 64 hex digits") {
    const SharedKey key = a_key();
    const auto again = SharedKey::parse(key.hex() + "\n");
    REQUIRE(again.ok());
    CHECK(again.value() == key);
    CHECK(SharedKey::parse("").error().what == "a key is 64 hex digits, this has 0 characters");
    CHECK(SharedKey::parse(std::string(63, 'a')).error().what == "a key is 64 hex digits, this has 63 characters");
    CHECK(SharedKey::parse(std::string(63, 'a') + "g").error().what ==
          "a key is 64 hex digits, this has something else among them");
}
