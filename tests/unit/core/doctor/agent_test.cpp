// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;
using namespace std::chrono_literals;

TEST_CASE("an agent that does not answer is started by its unit") {
    Facts facts = dispatcher();
    facts.agent.reset();
    facts.no_agent = "no agent listens at /run/sara/agent.sock";
    CHECK(wrong(facts) == Lines{"error: agent: no agent listens at /run/sara/agent.sock; mend it: systemctl start "
                                "sara-agent@dispatcher"});
    facts.unit.clear();
    CHECK(wrong(facts) == Lines{"error: agent: no agent listens at /run/sara/agent.sock"});
}

TEST_CASE("a node that its administrator prepares needs none, and one with its file does") {
    Facts facts = node_by_hand();
    facts.no_agent = "no agent listens";
    CHECK(wrong(facts).empty());
    facts.config = "/etc/sara/node.json";
    CHECK(wrong(facts) == Lines{"error: agent: no agent listens"});
}

TEST_CASE("an agent without the module is told of where there is a module") {
    Facts facts = dispatcher();
    facts.agent->kernel_up = false;
    CHECK(wrong(facts) == Lines{"error: agent: the agent is not connected to the module; its log says why; mend it: "
                                "systemctl restart sara-agent@dispatcher"});
    facts.module.reset();
    facts.no_module = "the kernel module is not loaded";
    CHECK(wrong(facts) == Lines{"error: module: the kernel module is not loaded; mend it: modprobe sara"});
}

TEST_CASE("other versions are found: this program is what is installed") {
    Facts facts = dispatcher();
    facts.agent->version = "0.9";
    CHECK(wrong(facts) == Lines{"warning: versions: the agent is 0.9, and this program 1.0; mend it: systemctl restart "
                                "sara-agent@dispatcher"});
    facts.agent->version = "1.0";
    facts.module->version = "0.9";
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("warning: versions: the module is 0.9, and this program 1.0; "));
    CHECK(wrong(facts).at(0).ends_with("; mend it: rmmod sara && modprobe sara"));
}

TEST_CASE("another key is heard at a dispatcher, and makes one silent at the others") {
    Facts facts = dispatcher();
    facts.agent->forged = 2;
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: keys: 2 datagrams with another key came "));
    CHECK(wrong(facts).at(0).find("copy /etc/sara/peer.key there") != std::string::npos);
    facts = gateway();
    facts.agent->dispatchers.push_back({"198.18.0.3:7100", false});
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: keys: dispatcher 198.18.0.3:7100 does not answer: "));
}

TEST_CASE("a clock that nothing keeps right is found where the kernel tells") {
    Facts facts = dispatcher();
    facts.clock_synchronised = false;
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("warning: clock: "));
    CHECK(wrong(facts).at(0).ends_with("; mend it: timedatectl set-ntp true"));
    facts.clock_synchronised.reset();
    CHECK(wrong(facts).empty());
    CHECK(well(facts).back() == "keys");
}

TEST_CASE("a node's clock that is far from this machine's is found, whatever the kernel tells") {
    Facts facts = dispatcher();
    facts.agent->clocks = {{"n1", 5s}, {"n2", -5s}};
    CHECK(wrong(facts).empty());
    facts.agent->clocks = {{"n1", 6s}, {"n2", -3600s}};
    REQUIRE(wrong(facts).size() == 2);
    CHECK(wrong(facts).at(0).starts_with("warning: clock: the clock of node n1 is 6 s ahead of this machine's: "));
    CHECK(wrong(facts).at(1).starts_with("warning: clock: the clock of node n2 is 3600 s behind this machine's: "));
}
