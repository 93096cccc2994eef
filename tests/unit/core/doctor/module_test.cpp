// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("a role needs the module, and a device in its mode") {
    Facts facts = dispatcher();
    facts.module.reset();
    facts.no_module = "not loaded";
    CHECK(wrong(facts) == Lines{"error: module: not loaded; mend it: modprobe sara"});
    facts = dispatcher();
    facts.module->devices[0].dispatches = false;
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: device: no device is attached in mode dispatch: "));
    facts = gateway();
    facts.module->devices.clear();
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: device: no device is attached in mode observe: "));
}

TEST_CASE("an attached device that is down is raised, and its silence is no finding") {
    Facts facts = dispatcher();
    facts.host.links[1].up = false;
    facts.module->devices[0].packets = 0;
    CHECK(wrong(facts) == Lines{"error: device: eth0 is down; mend it: ip link set eth0 up"});
}

TEST_CASE("an attached device without a packet is told of") {
    Facts facts = dispatcher();
    facts.module->devices[0].packets = 0;
    CHECK(wrong(facts) == Lines{"warning: traffic: nothing has come in by eth0 since it was attached: is it the "
                                "device that looks to the clients?"});
}

TEST_CASE("what a device merges beyond undoing is not forwarded") {
    Facts facts = gateway();
    facts.module->devices[0].lro = true;
    CHECK(wrong(facts) == Lines{"error: offload: eth1 merges what it receives (LRO), and what it merged cannot be "
                                "forwarded: it is dropped; mend it: ethtool -K eth1 lro off"});
}

TEST_CASE("without a service there is nothing to do") {
    Facts facts = dispatcher();
    facts.module->services.clear();
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: service: "));
}
