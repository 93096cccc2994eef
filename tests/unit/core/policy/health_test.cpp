// SPDX-License-Identifier: GPL-2.0
// A node as its heartbeats show it. Its clock shows another time than ours.
#include <catch2/catch.hpp>

#include "core/policy/monitor.hpp"

using namespace sara;
using namespace sara::policy;
using namespace std::chrono_literals;
using wire::HeartbeatFlag;
using wire::HostId;

namespace {

const HostId kHost{0x0a000102};
const Address kSender = Address::v4({10, 0, 1, 2});
const Address kImpostor = Address::v4({10, 0, 1, 99});

const State kUp{Availability::up, Cause::heartbeat};
const State kSilent{Availability::down, Cause::silence};

/// One node and its monitor, which is called as it asks to be.
class Ward {
public:
    explicit Ward(const DetectorConfig& config = {}) : monitor(config) { monitor.add(kHost); }

    /// The node's own clock, in seconds.
    [[nodiscard]] std::uint32_t node_time() const {
        return 1'000'000'000 +
               static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now - Time{}).count());
    }

    BeatVerdict hear(std::uint16_t number, HeartbeatFlag flag, std::uint32_t timestamp, const Address& from = kSender) {
        Heard heard =
            monitor.handle({.host = kHost, .sequence = number, .flag = flag, .timestamp = timestamp}, from, now);
        keep(std::move(heard.changes));
        return heard.verdict;
    }

    BeatVerdict beat(HeartbeatFlag flag = HeartbeatFlag::up) { return hear(++sequence, flag, node_time()); }

    /// Time passes, in which the node is silent.
    void wait(Duration time) {
        const Time until = now + time;
        while (monitor.next_deadline() <= until) {
            now = std::max(now, monitor.next_deadline());
            keep(monitor.expire(now));
        }
        now = until;
    }

    void beats(int count, HeartbeatFlag flag = HeartbeatFlag::up) {
        for (int i = 0; i < count; ++i) {
            wait(500ms);
            beat(flag);
        }
    }

    [[nodiscard]] State state() const { return monitor.state(kHost); }
    [[nodiscard]] BeatCounters counters() const { return monitor.view().front().beats; }

    HealthMonitor monitor;
    Time now{1000s};
    std::uint16_t sequence = 65530;
    std::vector<HealthChange> changes;

private:
    void keep(std::vector<HealthChange> more) { changes.insert(changes.end(), more.begin(), more.end()); }
};

}  // namespace

TEST_CASE("a node is down until it is heard") {
    Ward ward;
    CHECK(ward.state() == State{Availability::down, Cause::never_heard});
    CHECK(ward.beat() == BeatVerdict::alive);
    CHECK(ward.state() == kUp);
    CHECK(ward.changes.size() == 1);
}

TEST_CASE("a node is down after n periods of silence and what a heartbeat may be late, and not before") {
    Ward ward;
    ward.beats(20);
    const Time last = ward.now;
    ward.wait(1749ms);
    CHECK(ward.state() == kUp);
    ward.wait(1ms);
    CHECK(ward.state() == kSilent);
    CHECK(ward.now == last + 1750ms);
    CHECK(ward.changes.back() == HealthChange{kHost, kUp, kSilent});
}

TEST_CASE("n and delta are what was configured") {
    Ward ward({.period = 100ms, .misses = 5, .slack = 0ms});
    ward.beat();
    ward.wait(499ms);
    CHECK(ward.state() == kUp);
    ward.wait(1ms);
    CHECK(ward.state() == kSilent);
}

TEST_CASE("a node that returns is up with its first heartbeat, and what was lost meanwhile is counted") {
    Ward ward;
    ward.beats(10);
    ward.wait(5s);
    ward.sequence += 9;
    CHECK(ward.beat() == BeatVerdict::alive);
    CHECK(ward.state() == kUp);
    CHECK(ward.counters() == BeatCounters{.received = 11, .lost = 9});
}

TEST_CASE("two losses of three are no failure") {
    Ward ward;
    for (int i = 0; i < 100; ++i) {
        ward.sequence += 2;
        ward.wait(1499ms);
        ward.beat();
        CHECK(ward.state() == kUp);
    }
    CHECK(ward.counters() == BeatCounters{.received = 100, .lost = 198});
}

TEST_CASE("late and doubled heartbeats are told, and prove no life") {
    Ward ward;
    ward.beats(10);
    ward.sequence += 1;
    ward.beats(1);
    ward.wait(1s);
    CHECK(ward.hear(ward.sequence, HeartbeatFlag::up, ward.node_time() - 1) == BeatVerdict::duplicate);
    CHECK(ward.hear(static_cast<std::uint16_t>(ward.sequence - 1), HeartbeatFlag::up, ward.node_time() - 2) ==
          BeatVerdict::late);
    ward.wait(750ms);
    CHECK(ward.state() == kSilent);
}

TEST_CASE("a heartbeat of long ago proves nothing, whatever it says") {
    Ward ward;
    ward.beats(200);
    const auto old = static_cast<std::uint16_t>(ward.sequence - 150);
    CHECK(ward.hear(old, HeartbeatFlag::up, ward.node_time() - 75) == BeatVerdict::late);
    CHECK(ward.hear(old, HeartbeatFlag::application_down, ward.node_time() - 75) == BeatVerdict::late);
    CHECK(ward.hear(old, HeartbeatFlag::planned_failure, ward.node_time() + 75) == BeatVerdict::late);
    CHECK(ward.state() == kUp);
    CHECK(ward.counters() == BeatCounters{.received = 200, .late = 3});
}

TEST_CASE("the application's flag is followed both ways") {
    Ward ward;
    ward.beats(5);
    ward.beats(1, HeartbeatFlag::application_down);
    CHECK(ward.state() == State{Availability::application_down, Cause::heartbeat});
    ward.beats(1);
    CHECK(ward.state() == kUp);
}

TEST_CASE("a heartbeat never overrides a failed probe, a good probe does") {
    Ward ward;
    ward.beats(5);
    CHECK(ward.monitor.probed(kHost, false, ward.now).size() == 1);
    CHECK(ward.state() == State{Availability::application_down, Cause::probe});
    ward.beats(5);
    CHECK(ward.state() == State{Availability::application_down, Cause::probe});
    CHECK(ward.monitor.probed(kHost, true, ward.now).size() == 1);
    CHECK(ward.state() == kUp);
    SECTION("nor does a good probe override silence, or what the node says of its application") {
        ward.wait(2s);
        CHECK(ward.monitor.probed(kHost, true, ward.now).empty());
        CHECK(ward.state() == kSilent);
        ward.beat(HeartbeatFlag::application_down);
        CHECK(ward.monitor.probed(kHost, true, ward.now).empty());
        CHECK(ward.state().availability == Availability::application_down);
    }
}

TEST_CASE("a broken VIP path stands until the next check, under all that the node says of itself") {
    Ward ward;
    ward.beats(5);
    CHECK(ward.monitor.vip_checked(kHost, true, ward.now).size() == 1);
    ward.beats(5);
    CHECK(ward.state() == State{Availability::vip_broken, Cause::vip_check});
    ward.beats(1, HeartbeatFlag::application_down);
    CHECK(ward.state() == State{Availability::application_down, Cause::heartbeat});
    ward.beats(1);
    CHECK(ward.monitor.vip_checked(kHost, false, ward.now).size() == 1);
    CHECK(ward.state() == kUp);
    CHECK(ward.monitor.vip_checked(HostId{1}, true, ward.now).empty());
}

TEST_CASE("a planned failure drains now, and is down when the node's own clock says so") {
    Ward ward;
    ward.beats(10);
    const std::uint32_t fails = ward.node_time() + 10;
    ward.hear(++ward.sequence, HeartbeatFlag::planned_failure, fails);
    CHECK(ward.state() == State{Availability::planned, Cause::heartbeat});
    const Time said = ward.now;
    while (ward.state().availability == Availability::planned && ward.now < said + 60s) {
        ward.wait(250ms);
        ward.hear(++ward.sequence, HeartbeatFlag::planned_failure, fails);
    }
    CHECK(ward.state() == State{Availability::down, Cause::planned_time});
    CHECK(ward.now - said >= 9s);
    CHECK(ward.now - said <= 11s);
    SECTION("until it says that it is up again") {
        ward.beats(1);
        CHECK(ward.state() == kUp);
    }
}

TEST_CASE("a planned failure can be called off") {
    Ward ward;
    ward.beats(10);
    ward.hear(++ward.sequence, HeartbeatFlag::planned_failure, ward.node_time() + 2);
    ward.beats(10);
    CHECK(ward.state() == kUp);
}

TEST_CASE("a planned failure that is past by the node's clock is down at once") {
    Ward ward;
    ward.beats(10);
    ward.hear(++ward.sequence, HeartbeatFlag::planned_failure, ward.node_time() - 5);
    CHECK(ward.state() == State{Availability::down, Cause::planned_time});
}

TEST_CASE("a planned failure of a node whose clock is not known yet drains until it is silent") {
    Ward ward;
    ward.hear(1, HeartbeatFlag::planned_failure, 0);
    CHECK(ward.state().availability == Availability::planned);
    ward.wait(1749ms);
    CHECK(ward.state().availability == Availability::planned);
    ward.wait(1ms);
    CHECK(ward.state() == kSilent);
}

TEST_CASE("a node that restarts counts from anywhere, without being down and without losing count") {
    for (const int back : {-20000, -3, 5000}) {
        Ward ward;
        ward.beats(10);
        ward.sequence = static_cast<std::uint16_t>(ward.sequence + back);
        ward.wait(1200ms);
        CHECK(ward.beat() == BeatVerdict::alive);
        ward.beats(5);
        CHECK(ward.state() == kUp);
        CHECK(ward.changes.size() == 1);
        CHECK(ward.counters() == BeatCounters{.received = 16, .restarts = 1});
    }
}

TEST_CASE("a second speaker under one identity is named, and does not keep it alive") {
    Ward ward;
    ward.beats(5);
    for (std::uint16_t i = 0; i < 10; ++i) {
        ward.wait(250ms);
        CHECK(ward.hear(static_cast<std::uint16_t>(40000 + i), HeartbeatFlag::application_down, ward.node_time(),
                        kImpostor) == (i < 6 ? BeatVerdict::conflict : BeatVerdict::alive));
        CHECK(ward.state().availability == (i < 6 ? Availability::up : Availability::application_down));
    }
    const HealthView view = ward.monitor.view().front();
    CHECK(view.beats.conflict == 6);
    CHECK(view.rival == kImpostor);
    CHECK(view.speaker == kImpostor);  // the first fell silent
}

TEST_CASE("two nodes that speak alternately under one identity are named for as long as both speak") {
    Ward ward;
    int conflicts = 0;
    for (std::uint16_t i = 0; i < 100; ++i) {
        ward.wait(250ms);
        ward.beat();
        ward.wait(250ms);
        conflicts += ward.hear(static_cast<std::uint16_t>(20000 + i), HeartbeatFlag::up, ward.node_time(), kImpostor) ==
                     BeatVerdict::conflict;
    }
    CHECK(conflicts == 100);
    CHECK(ward.counters() == BeatCounters{.received = 100, .conflict = 100});
    CHECK(ward.state() == kUp);
}

TEST_CASE("two sequences from one address are two nodes, too") {
    Ward ward;
    for (std::uint16_t i = 0; i < 100; ++i) {
        ward.wait(250ms);
        ward.beat();
        ward.wait(250ms);
        ward.hear(static_cast<std::uint16_t>(20000 + i), HeartbeatFlag::up, ward.node_time());
    }
    const BeatCounters counters = ward.counters();
    CHECK(counters.restarts == 1);
    CHECK(counters.conflict >= 98);
    CHECK(counters.lost == 0);
    CHECK(ward.monitor.view().front().rival == kSender);
}

TEST_CASE("an unknown node is named, counted, and changes nothing") {
    Ward ward;
    const Heard heard = ward.monitor.handle({.host = HostId{1}}, kSender, ward.now);
    CHECK(heard.verdict == BeatVerdict::unknown_host);
    CHECK(heard.changes.empty());
    CHECK(ward.monitor.unknown() == 1);
    CHECK(ward.monitor.probed(HostId{1}, false, ward.now).empty());
    CHECK(ward.monitor.state(HostId{1}) == State{});
    CHECK_FALSE(ward.monitor.add(kHost));
    CHECK_FALSE(ward.monitor.remove(HostId{1}));
    CHECK(ward.monitor.remove(kHost));
    CHECK(ward.monitor.view().empty());
}

TEST_CASE("a node that fails again and again stays down for a while, and not for ever") {
    Ward ward;
    for (int i = 0; i < 3; ++i) {
        ward.beats(2);
        CHECK(ward.state() == kUp);
        ward.wait(1750ms);
        ward.sequence += 3;
    }
    ward.beats(1);
    CHECK(ward.state() == State{Availability::down, Cause::flapping});
    const Time damped = ward.now;
    while (ward.state() != kUp && ward.now < damped + 60s) {
        ward.beats(1);
    }
    CHECK(ward.now - damped > 15s);
    CHECK(ward.now - damped < 39s);
}

TEST_CASE("failures that lie apart are forgotten") {
    Ward ward;
    for (int i = 0; i < 10; ++i) {
        ward.beats(1);
        CHECK(ward.state() == kUp);
        ward.beats(119);
        ward.wait(1750ms);
        ward.sequence += 3;
    }
}

TEST_CASE("planned failures are no flapping") {
    Ward ward;
    for (int i = 0; i < 10; ++i) {
        ward.beats(2);
        CHECK(ward.state() == kUp);
        ward.hear(++ward.sequence, HeartbeatFlag::planned_failure, ward.node_time() + 1);
        ward.wait(2s);
        ward.sequence += 2;
    }
}

TEST_CASE("the listener's own pause takes no node down") {
    Ward ward;
    ward.beats(10);
    ward.wait(1600ms);
    ward.now += 10s;  // nobody called us
    CHECK(ward.monitor.expire(ward.now).empty());
    CHECK(ward.state() == kUp);
    CHECK(ward.monitor.pauses() == 1);
    SECTION("what waited in the socket meanwhile is taken as ever") {
        for (int i = 0; i < 20; ++i) {
            CHECK(ward.beat() == BeatVerdict::alive);
        }
        CHECK(ward.state() == kUp);
        CHECK(ward.counters().lost == 0);
    }
    SECTION("a node that is dead is still found out") {
        ward.wait(200ms);
        CHECK(ward.state() == kUp);
        ward.wait(1s);
        CHECK(ward.state() == kSilent);
    }
}

TEST_CASE("a listener that is always late finds a dead node nevertheless") {
    Ward ward;
    ward.beats(10);
    int calls = 0;
    for (; ward.state() == kUp && calls < 20; ++calls) {
        ward.now += 3s;
        static_cast<void>(ward.monitor.expire(ward.now));
    }
    CHECK(calls > 1);
    CHECK(calls <= 8);
}

TEST_CASE("time that goes backwards stands still") {
    Ward ward;
    ward.beats(10);
    const Time latest = ward.now;
    ward.now -= 1h;
    CHECK(ward.beat() == BeatVerdict::alive);
    CHECK(ward.monitor.expire(ward.now).empty());
    CHECK(ward.monitor.next_deadline() > latest);
    CHECK(ward.state() == kUp);
    ward.now = latest;
    ward.wait(1750ms);
    CHECK(ward.state() == kSilent);
}

TEST_CASE("a detector's settings out of range are named") {
    CHECK(check(DetectorConfig{}).ok());
    CHECK(check(DetectorConfig{.period = 0ms}).error().where == "period");
    CHECK(check(DetectorConfig{.misses = 0}).error().where == "misses");
    CHECK(check(DetectorConfig{.misses = 1001}).error().where == "misses");
    CHECK(check(DetectorConfig{.slack = -1ms}).error().where == "slack");
    CHECK(check(DetectorConfig{.flap = {.reuse = 0}}).error().where == "flap.reuse, suppress, limit");
    CHECK(check(DetectorConfig{.flap = {.limit = 2}}).error().where == "flap.reuse, suppress, limit");
    CHECK(check(DetectorConfig{.flap = {.half_life = 0s}}).error().where == "flap.half_life");
}
