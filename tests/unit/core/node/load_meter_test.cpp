// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <string>

#include "core/node/load_meter.hpp"

using namespace sara;
using namespace sara::node;
using policy::Component;

namespace {

/// Two processors, in ticks since the start; what is not named is idle.
std::string stat(std::uint64_t ticks, std::uint64_t user, std::uint64_t softirq_of_first) {
    const auto line = [](const std::string& name, std::uint64_t user_part, std::uint64_t idle, std::uint64_t softirq) {
        return name + " " + std::to_string(user_part) + " 0 0 " + std::to_string(idle) + " 0 0 " +
               std::to_string(softirq) + " 0 0 0\n";
    };
    return line("cpu", user, 2 * ticks - user - softirq_of_first, softirq_of_first) +
           line("cpu0", 0, ticks - softirq_of_first, softirq_of_first) + line("cpu1", user, ticks - user, 0);
}

std::string snmp(std::uint64_t received, std::uint64_t dropped) {
    return "Udp: InDatagrams RcvbufErrors\nUdp: " + std::to_string(received) + " " + std::to_string(dropped) + "\n";
}

/// With nothing but socket memory at a tenth of its limit.
Sources network(std::uint64_t received, std::uint64_t dropped) {
    return {.sockstat = "TCP: mem 10\nUDP: mem 5\n",
            .tcp_mem = "1 1 100",
            .udp_mem = "1 1 100",
            .snmp = snmp(received, dropped)};
}

double load_of(const LoadReport& report, Component component) {
    REQUIRE(report.loads.get(component));
    return report.loads.get(component)->value();
}

std::string raw(const LoadReport& report, Component component) {
    return report.raw[static_cast<std::size_t>(component)];
}

}  // namespace

TEST_CASE("cpu is what was busy since the sample before") {
    LoadMeter meter;
    CHECK_FALSE(meter.sample({.stat = stat(1000, 900, 0)}).loads.get(Component::cpu));
    const LoadReport report = meter.sample({.stat = stat(1100, 950, 0)});
    CHECK(load_of(report, Component::cpu) == Approx(.25));
    CHECK(raw(report, Component::cpu) == "25 % busy");
}

TEST_CASE("softirq is that of the processor that has most of it, however idle the others are") {
    LoadMeter meter;
    CHECK_FALSE(meter.sample({.stat = stat(1000, 0, 0)}).loads.get(Component::softirq));
    const LoadReport report = meter.sample({.stat = stat(1100, 0, 90)});
    CHECK(load_of(report, Component::softirq) == Approx(.9));
    CHECK(raw(report, Component::softirq) == "90 % of processor 0");
    CHECK(load_of(report, Component::cpu) == Approx(.45));
}

TEST_CASE("a processor that came has no softirq yet, and one that went none any more") {
    const std::string all = "cpu 0 0 0 400 0 0 400 0 0 0\n";
    const std::string later = "cpu 0 0 0 500 0 0 500 0 0 0\n";
    LoadMeter meter;
    static_cast<void>(meter.sample({.stat = all + "cpu0 0 0 0 100 0 0 0 0\ncpu1 0 0 0 0 0 0 100 0\n"}));
    const LoadReport report = meter.sample({.stat = later + "cpu0 0 0 0 190 0 0 10 0\ncpu2 0 0 0 0 0 0 100 0\n"});
    CHECK(load_of(report, Component::softirq) == Approx(.1));
    CHECK(raw(report, Component::softirq) == "10 % of processor 0");
    static_cast<void>(meter.sample({.stat = all + "cpu3 0 0 0 0 0 0 100 0\n"}));
    CHECK_FALSE(meter.sample({.stat = later + "cpu4 0 0 0 0 0 0 100 0\n"}).loads.get(Component::softirq));
}

TEST_CASE("counters that stand still or go back tell nothing of the cpu") {
    LoadMeter meter;
    static_cast<void>(meter.sample({.stat = stat(1000, 0, 0)}));
    CHECK_FALSE(meter.sample({.stat = stat(1000, 0, 0)}).loads.get(Component::cpu));
    CHECK_FALSE(meter.sample({.stat = stat(500, 0, 0)}).loads.get(Component::cpu));
    CHECK_FALSE(meter.sample({.stat = stat(500, 0, 0)}).loads.get(Component::softirq));
    CHECK_FALSE(meter.sample({.stat = "nonsense"}).loads.get(Component::cpu));
    CHECK_FALSE(meter.sample({.stat = stat(1000, 0, 0)}).loads.get(Component::cpu));
}

TEST_CASE("memory is what is not available") {
    const LoadReport report = LoadMeter().sample({.meminfo = "MemTotal: 4096 kB\nMemAvailable: 1024 kB\n"});
    CHECK(load_of(report, Component::memory) == Approx(.75));
    CHECK(raw(report, Component::memory) == "1 of 4 MiB available");
}

TEST_CASE("network is socket memory against its limit") {
    CHECK(load_of(LoadMeter().sample(network(1000, 100)), Component::network) == Approx(.1));
}

TEST_CASE("a tenth of the datagrams dropped is a full network, and old drops are forgotten") {
    LoadMeter meter;
    static_cast<void>(meter.sample(network(1000, 500)));
    CHECK(load_of(meter.sample(network(1095, 505)), Component::network) == Approx(.5));
    CHECK(load_of(meter.sample(network(1185, 515)), Component::network) == Approx(1));
    CHECK(load_of(meter.sample(network(1285, 515)), Component::network) == Approx(.1));
}

TEST_CASE("io is pressure, or requests in flight where the kernel does not tell pressure") {
    const std::string disks = "8 0 sda 1 2 3 4 5 6 7 8 16 10 11\n";
    CHECK(load_of(LoadMeter().sample({.io_pressure = "some avg10=20.00 avg60=0\n", .diskstats = disks}),
                  Component::io) == Approx(.2));
    CHECK(load_of(LoadMeter().sample({.diskstats = disks}), Component::io) == Approx(.5));
}

TEST_CASE("backlog is the fullest queue") {
    const LoadReport report = LoadMeter().sample(
        {.queues = std::vector<SocketQueue>{{"tcp 554", 1, 10}, {"udp 5060", 40, 80}, {"udp 7", 1000, 0}}});
    CHECK(load_of(report, Component::backlog) == Approx(.5));
    CHECK(raw(report, Component::backlog) == "udp 5060: 40 of 80");
}

TEST_CASE("link is what was sent in the last half second against the uplink's capacity") {
    using namespace std::chrono_literals;
    const auto sent = [](std::uint64_t bytes, Duration at) {
        return Sources{.net_dev =
                           "Inter-| Receive\n  eth0: 9 9 0 0 0 0 0 0 " + std::to_string(bytes) + " 1 0 0 0 0 0 0\n",
                       .at = Time(at)};
    };
    LoadMeter meter(Uplink{"eth0", 1000});
    CHECK_FALSE(meter.sample(sent(50'000, 10s)).loads.get(Component::link));
    CHECK(load_of(meter.sample(sent(50'100, 10250ms)), Component::link) == Approx(.4));
    CHECK(load_of(meter.sample(sent(50'350, 10500ms)), Component::link) == Approx(.7));
    const LoadReport report = meter.sample(sent(50'500, 10750ms));
    CHECK(load_of(report, Component::link) == Approx(.8));
    CHECK(raw(report, Component::link) == "eth0: 800 of 1000 bytes/s");
    CHECK(load_of(meter.sample(sent(60'000, 16500ms)), Component::link) == 1);
    // A device that began anew, and one that is away.
    CHECK_FALSE(meter.sample(sent(10, 17s)).loads.get(Component::link));
    CHECK(load_of(meter.sample(sent(510, 18s)), Component::link) == Approx(.5));
    CHECK_FALSE(meter.sample({.net_dev = "lo: 1 2 3", .at = Time(19s)}).loads.get(Component::link));
    CHECK_FALSE(LoadMeter().sample(sent(1, 1s)).loads.get(Component::link));
}

TEST_CASE("what cannot be measured is absent, not 0") {
    CHECK(LoadMeter().sample({}).loads == policy::LoadVector{});
    CHECK_FALSE(LoadMeter().sample({.queues = std::vector<SocketQueue>{}}).loads.get(Component::backlog));
}
