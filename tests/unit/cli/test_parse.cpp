// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "cli/bounds.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

template <typename T>
std::string sentence(const Result<T>& result) {
    return result ? "(accepted)" : result.error().what;
}

}  // namespace

TEST_CASE("times have a unit") {
    CHECK(*parse::time("30s") == 30s);
    CHECK(*parse::time("500ms") == 500ms);
    CHECK(*parse::time("1.5s") == 1500ms);
    CHECK(*parse::time("0.25m") == 15s);
    CHECK(*parse::time("15m") == 15min);
    CHECK(*parse::time("2h") == 2h);
    CHECK(*parse::time("1d") == 24h);
    CHECK(*parse::time("0s") == 0s);
    for (const char* wrong :
         {"", "30", "s", "30sec", "-1s", "1.5ms", "1.s", ".5s", "1.2345s", "1e3s", "30 s", "99999999999999999999s"}) {
        CHECK(sentence(parse::time(wrong)) ==
              std::string("expected a time such as 30s, 500ms or 15m, not \"") + wrong + "\"");
    }
    CHECK(sentence(parse::time("50d")) == "expected a time of at most 49d, not \"50d\"");
    CHECK(sentence(parse::time("2s", 0s, 1s)) == "expected a time of at most 1s, not \"2s\"");
    CHECK(sentence(parse::time("5ms", 1s)) == "expected a time of at least 1s, not \"5ms\"");
}

TEST_CASE("a printed time is read back as it was") {
    for (const auto time : {0ms, 1ms, 999ms, 1000ms, 1001ms, 1500ms, 1050ms, 90000ms, 86'400'000ms}) {
        CHECK(*parse::time(text_of(time)) == time);
    }
    CHECK(text_of(1500ms) == "1.5s");
    CHECK(text_of(-5ms) == "0s");
}

TEST_CASE("numbers are decimal and bounded") {
    CHECK(*parse::number("0", 0, 10) == 0);
    CHECK(*parse::number("18446744073709551615", 0, UINT64_MAX) == UINT64_MAX);
    for (const char* wrong : {"", "11", "-1", "+1", "0x1", "1 ", "18446744073709551616"}) {
        CHECK(sentence(parse::number(wrong, 0, 10)) ==
              std::string("expected a number from 0 to 10, not \"") + wrong + "\"");
    }
}

TEST_CASE("ports, alone and in ranges") {
    CHECK(*parse::port_range("554") == std::pair<Port, Port>(554, 0));
    CHECK(*parse::port_range("5000-5999") == std::pair<Port, Port>(5000, 5999));
    CHECK(*parse::port_range("5000-5000") == std::pair<Port, Port>(5000, 0));
    for (const char* wrong : {"0", "65536", "5-4", "1-", "-1", "a", ""}) {
        CHECK(sentence(parse::port_range(wrong)) ==
              std::string("expected a port from 1 to 65535 or a range such as 5000-5999, not \"") + wrong + "\"");
    }
    CHECK(sentence(parse::port("http")) == "expected a port from 1 to 65535, not \"http\"");
}

TEST_CASE("addresses are literals") {
    CHECK(*parse::address("198.18.0.100") == Address::v4({198, 18, 0, 100}));
    CHECK(parse::address("fd00::100")->family() == Family::ipv6);
    CHECK(sentence(parse::address("localhost")) == "expected an IPv4 or IPv6 address, not \"localhost\"");
}

TEST_CASE("MAC addresses are of one station") {
    CHECK(*parse::mac("02:00:00:00:00:11") == kern::Mac{2, 0, 0, 0, 0, 0x11});
    CHECK(*parse::mac("2:0:0:0:0:aB") == kern::Mac{2, 0, 0, 0, 0, 0xab});
    for (const char* wrong : {"", "02:00:00:00:00", "02:00:00:00:00:11:22", "02-00-00-00-00-11", "0g:00:00:00:00:11",
                              "002:0:0:0:0:1", "02:00:00:00:00:", ":::::"}) {
        CHECK(sentence(parse::mac(wrong)) ==
              std::string("expected a MAC address such as 02:00:00:00:00:11, not \"") + wrong + "\"");
    }
    for (const char* wrong : {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"}) {
        CHECK(sentence(parse::mac(wrong)) ==
              std::string("expected the MAC address of one station (not multicast, not zero), not \"") + wrong + "\"");
    }
}

TEST_CASE("names are short and plain") {
    CHECK(*parse::name("n-1_a.b") == "n-1_a.b");
    CHECK(*parse::name(std::string(31, 'x')) == std::string(31, 'x'));
    for (const std::string& wrong :
         {std::string(), std::string(32, 'x'), std::string("a b"), std::string("-n"), std::string("a,b")}) {
        CHECK(sentence(parse::name(wrong)) ==
              "expected a name of 1 to 31 letters, digits, '-', '_' or '.', not \"" + wrong + "\"");
    }
    CHECK(*parse::names("n1,n2") == std::vector<std::string>{"n1", "n2"});
    CHECK(sentence(parse::names("n1,,n2")) == "expected names separated by commas, not \"n1,,n2\"");
    CHECK(sentence(parse::names("n1,n1")) == "\"n1\" is given twice");
    CHECK(*parse::device("eth0.100@x") == "eth0.100@x");
    CHECK(sentence(parse::device("0123456789abcdef")) ==
          "expected the name of a network device, 15 characters at most, not \"0123456789abcdef\"");
    CHECK_FALSE(parse::device("a/b"));
    CHECK_FALSE(parse::device(".."));
}

TEST_CASE("loads are decimals from 0 to 16") {
    CHECK(*parse::load("0") == kern::Load{0});
    CHECK(*parse::load("1") == kern::kLoadOne);
    CHECK(*parse::load("0.5") == kern::Load{SARA_LOAD_ONE / 2});
    CHECK(*parse::load("16") == kern::kScoreMax);
    CHECK(*parse::load("0.000000001") == kern::Load{0});
    for (const char* bad : {"", ".", "1.", ".5", "-1", "17", "16.1", "0.x", "nan", "1e1", "0.0000000001"}) {
        INFO(bad);
        CHECK_FALSE(parse::load(bad));
    }
    CHECK(sentence(parse::load("7x")) == "expected a load from 0 to 16, such as 0.25, not \"7x\"");
}

TEST_CASE("scores are nodes with their loads") {
    const kern::Load half{SARA_LOAD_ONE / 2};
    CHECK(*parse::scores("n1:0.5,n2:1:0.5") ==
          std::vector<kern::NodeScore>{{"n1", half, {}, 0}, {"n2", kern::kLoadOne, half, 0}});
    for (const char* bad : {"", "n1", "n1:", "n1:1:", "n1:1:1:1", ":1", "n1:1,", "n1:1,,n2:1"}) {
        INFO(bad);
        CHECK_FALSE(parse::scores(bad));
    }
}

TEST_CASE("sessions have numbers from 1") {
    CHECK(*parse::session("7") == SessionId{7});
    CHECK(sentence(parse::session("0")) == "expected the id of a session, a number from 1, not \"0\"");
}

TEST_CASE("choices name what there is") {
    CHECK(*parse::choice<kern::NodeState>("drain") == kern::NodeState::drain);
    CHECK(sentence(parse::choice<kern::NodeState>("off")) == "expected up, drain or down, not \"off\"");
    CHECK(sentence(parse::choice<kern::DevMode>("x")) == "expected dispatch or observe, not \"x\"");
    CHECK(*parse::transport("udp") == Transport::udp);
    CHECK(sentence(parse::transport("sctp")) == "expected tcp or udp, not \"sctp\" (did you mean \"tcp\"?)");
    CHECK(sentence(parse::transport("icmpv6")) == "expected tcp or udp, not \"icmpv6\"");
}

namespace {

/// The bound of an attribute in the netlink spec: "min" or "max" under its checks.
std::uint64_t bound_in_spec(const std::string& set, const std::string& attribute, const std::string& bound) {
    std::ifstream file(SARA_SOURCE_DIR "/include/netlink/specs/sara.yaml");
    bool in_set = false;
    bool in_attribute = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("    name: ")) {
            in_set = line == "    name: " + set;
        } else if (line.starts_with("        name: ")) {
            in_attribute = in_set && line == "        name: " + attribute;
        } else if (in_attribute && line.starts_with("          " + bound + ": ")) {
            return std::stoull(line.substr(12 + bound.size()));
        }
    }
    FAIL("the spec has no " << bound << " for " << set << " " << attribute);
    return 0;
}

std::uint64_t count(std::chrono::milliseconds time) {
    return static_cast<std::uint64_t>(time.count());
}

}  // namespace

TEST_CASE("bounds are those of the netlink spec") {
    CHECK(count(bounds::kMinFlowTimeout) == bound_in_spec("service", "flow-timeout", "min"));
    CHECK(count(bounds::kMinTcpTimeout) == bound_in_spec("config", "tcp-timeout", "min"));
    CHECK(count(bounds::kMinClosingTimeout) == bound_in_spec("config", "closing-timeout", "min"));
    CHECK(count(bounds::kMinPurgeInterval) == bound_in_spec("config", "purge-interval", "min"));
    CHECK(count(bounds::kMaxEarlyTime) == bound_in_spec("config", "early-time", "max"));
    CHECK(count(bounds::kMinRefusedTime) == bound_in_spec("config", "refused-time", "min"));
    CHECK(count(bounds::kMinPolicyValid) == bound_in_spec("policy", "valid", "min"));
    CHECK(bounds::kMinBound == bound_in_spec("config", "max-sessions", "min"));
    CHECK(bounds::kMinBound == bound_in_spec("config", "max-flows", "min"));
    CHECK(bounds::kMinBound == bound_in_spec("config", "max-announcements", "min"));
}
