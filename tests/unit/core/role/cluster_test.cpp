// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/role/cluster.hpp"
#include "core/role/node.hpp"

using namespace sara;
using namespace sara::role;
using namespace std::chrono_literals;
using policy::Availability;
using policy::Component;

namespace {

constexpr wire::HostId kFirstHost{0x0a000101};
constexpr wire::HostId kSecondHost{0x0a000102};
const Address kFirstAddress = Address::v4({10, 0, 1, 1});
const Address kSecondAddress = Address::v4({10, 0, 1, 2});
const ClusterNode kFirst{.id = policy::NodeId{1}, .name = "n1", .host = kFirstHost, .live = 0};
const ClusterNode kSecond{.id = policy::NodeId{2}, .name = "n2", .host = kSecondHost, .live = 0};

/// A dispatcher's cluster with nodes that beat twice a second, and a virtual clock.
struct World {
    explicit World(ClusterConfig config = {}) : cluster(config) { tell_nodes(); }

    void tell_nodes() { take(cluster.nodes(present, now)); }

    void beat(Node& node, const Address& from, double cpu) {
        node::LoadReport report;
        report.loads.set(Component::cpu, policy::Load::clamped(cpu));
        const NodeOutput output = node.beat(report, now, 1000);
        take(cluster.heard(output.heartbeat, from, now));
        take(cluster.heard(output.load, from, now));
    }

    /// Time passes; the nodes that are alive beat.
    void run(Duration span) {
        for (const Time end = now + span; now < end; now += 500ms) {
            if (first_alive) {
                beat(first, kFirstAddress, first_cpu);
            }
            if (second_alive) {
                beat(second, kSecondAddress, second_cpu);
            }
            tell_nodes();
            take(cluster.expire(policy::Load::clamped(0), now));
        }
    }

    void take(ClusterOutput output) {
        for (ClusterEvent& event : output.events) {
            events.push_back(std::move(event));
        }
        for (const SetHealth& health : output.health) {
            told.push_back(health);
        }
        if (output.policy) {
            last = std::move(output.policy);
        }
        for (LogLine& line : output.log) {
            log.push_back(std::move(line));
        }
    }

    [[nodiscard]] bool says(std::string_view text) const {
        return std::any_of(log.begin(), log.end(),
                           [&](const LogLine& line) { return line.text.find(text) != std::string::npos; });
    }

    Time now{};
    Cluster cluster;
    std::vector<ClusterNode> present{kFirst, kSecond};
    Node first{{.host = kFirstHost, .period = 500ms}, 1};
    Node second{{.host = kSecondHost, .period = 500ms}, 1};
    bool first_alive = true;
    bool second_alive = true;
    double first_cpu = .2;
    double second_cpu = .6;
    std::vector<SetHealth> told;
    std::optional<policy::PolicyUpdate> last;
    std::vector<LogLine> log;
    std::vector<ClusterEvent> events;
};

}  // namespace

TEST_CASE("nodes that beat are up, and the less loaded one has the better score") {
    World world;
    world.run(3s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::up}, {"n2", Availability::up}});
    REQUIRE(world.last);
    REQUIRE(world.last->nodes.size() == 2);
    CHECK(world.last->nodes[0].node == kFirst.id);
    CHECK(world.last->nodes[0].score < world.last->nodes[1].score);
    CHECK(world.says("node n1 is up"));
}

TEST_CASE("a decision remembers what could leave a node out") {
    World world;
    world.present[0].sessions = 20;
    world.present[0].max_sessions = 20;
    world.present[1].usable = false;
    world.cluster.services({{"sip", {"n1"}}});
    world.run(1s);
    const Decision* then = world.cluster.decisions().find(world.last->epoch);
    REQUIRE(then != nullptr);
    CHECK(then->nodes[0].sessions == 20);
    CHECK(then->nodes[0].max_sessions == 20);
    CHECK(then->nodes[0].usable);
    CHECK_FALSE(then->nodes[1].usable);
    CHECK(*then->services == ServiceNodes{{"sip", {"n1"}}});
    SECTION("and another one what is so then") {
        world.cluster.services({});
        world.run(1s);
        CHECK(*then->services == ServiceNodes{{"sip", {"n1"}}});
        CHECK(world.cluster.decisions().find(world.last->epoch)->services->empty());
    }
    SECTION("a node of which nothing was heard yet has no health of the agent's") {
        World silent;
        silent.second_alive = false;
        silent.run(1s);
        const Decision* first = silent.cluster.decisions().find(silent.last->epoch);
        REQUIRE(first != nullptr);
        CHECK(first->nodes[0].availability == Availability::up);
        CHECK_FALSE(first->nodes[1].availability);
    }
}

TEST_CASE("what a node is meant for is believed of its sessions' cost") {
    World world;
    world.present[0].max_sessions = 20;
    world.first_cpu = world.second_cpu = 0;
    world.run(1s);
    CHECK(world.last->nodes[0].cost.value() == Approx(.05));
    CHECK(world.last->nodes[1].cost.value() == Approx(policy::CostConfig{}.prior));
}

TEST_CASE("a policy is made once per period, each with the next epoch") {
    World world;
    world.run(1s);
    const std::uint64_t epoch = world.last->epoch;
    world.take(world.cluster.expire(policy::Load::clamped(0), world.now - 1ms));
    CHECK(world.last->epoch == epoch);
    world.take(world.cluster.expire(policy::Load::clamped(0), world.now));
    CHECK(world.last->epoch == epoch + 1);
}

TEST_CASE("a silent node is down after three periods, and gets no more sessions") {
    World world;
    world.run(3s);
    world.told.clear();
    world.first_alive = false;
    world.run(1s);
    CHECK(world.told.empty());
    world.run(1500ms);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::down}});
    REQUIRE(world.last->nodes.size() == 1);
    CHECK(world.last->nodes[0].node == kSecond.id);
    CHECK(world.says("node n1 is down (silence)"));
}

TEST_CASE("a node that was never heard is left alone for one detection time, and is down then") {
    World world;
    world.second_alive = false;
    world.run(1s);
    CHECK(std::none_of(world.told.begin(), world.told.end(), [](const SetHealth& set) { return set.name == "n2"; }));
    world.run(2s);
    CHECK(world.told.back() == SetHealth{"n2", Availability::down});
    CHECK(world.says("node n2 is down (never"));
}

TEST_CASE("a node whose VIP path is broken gets no new sessions, until it is whole again") {
    World world;
    world.run(2s);
    world.told.clear();
    world.events.clear();
    world.take(world.cluster.vip_checked(kFirst.id, VipPath::broken, world.now));
    world.take(world.cluster.vip_checked(kFirst.id, VipPath::broken, world.now));  // no news
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::vip_broken}});
    CHECK(world.says("node n1 is vip-broken (VIP check)"));
    REQUIRE(world.events.size() == 1);
    CHECK(std::get<NodeChanged>(world.events[0]).to ==
          policy::State{Availability::vip_broken, policy::Cause::vip_check});
    world.run(1s);
    REQUIRE(world.last->nodes.size() == 1);
    CHECK(world.last->nodes[0].node == kSecond.id);
    CHECK(world.cluster.view(world.now)[0].vip_path == VipPath::broken);
    world.told.clear();
    world.take(world.cluster.vip_checked(kFirst.id, VipPath::unknown, world.now));
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::up}});
    world.run(1s);
    CHECK(world.last->nodes.size() == 2);
}

TEST_CASE("what a node says of itself comes before its VIP path") {
    World world;
    world.run(2s);
    world.take(world.cluster.vip_checked(kFirst.id, VipPath::broken, world.now));
    world.take(world.cluster.vip_checked(kSecond.id, VipPath::broken, world.now));
    world.take(world.cluster.vip_checked(policy::NodeId{9}, VipPath::broken, world.now));  // not there
    world.told.clear();
    world.first.plan(world.now + 60s);
    world.second.probed(false);
    world.run(1s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::planned}, {"n2", Availability::application_down}});
}

TEST_CASE("a VIP path that was broken before the first heartbeat keeps the node out from the start") {
    World world;
    world.take(world.cluster.vip_checked(kFirst.id, VipPath::broken, world.now));
    CHECK(world.told.empty());
    world.run(1s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::vip_broken}, {"n2", Availability::up}});
}

TEST_CASE("a planned failure and an application that does not answer are told apart") {
    World world;
    world.run(2s);
    world.told.clear();
    world.first.plan(world.now + 60s);
    world.second.probed(false);
    world.run(1s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::planned}, {"n2", Availability::application_down}});
    CHECK(world.last->nodes.empty());
}

TEST_CASE("what a node announces is known with its time, and can be taken back") {
    World world;
    world.run(2s);
    world.first.plan(world.now + 60s);
    world.run(1s);
    const ClusterView planned = world.cluster.view(world.now)[0];
    CHECK(planned.state == policy::State{Availability::planned, policy::Cause::heartbeat});
    REQUIRE(planned.fails_at);
    CHECK(std::chrono::abs(*planned.fails_at - (world.now + 59s)) <= 2s);
    world.first.plan(std::nullopt);
    world.run(1s);
    CHECK(world.cluster.view(world.now)[0].state.availability == Availability::up);
    CHECK(!world.cluster.view(world.now)[0].fails_at);
}

TEST_CASE("what the operator plans stands over heartbeats: planned until then, down from then on") {
    World world;
    world.run(2s);
    world.told.clear();
    world.present[0].drained = true;
    world.tell_nodes();
    Result<ClusterOutput> planned = world.cluster.plan("n1", world.now + 10s, world.now);
    REQUIRE(planned);
    world.take(std::move(*planned));
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::planned}});
    CHECK(world.says("node n1 is planned (command)"));
    world.run(9500ms);
    CHECK(world.told.size() == 1);
    CHECK(world.cluster.view(world.now)[0].fails_at == world.now + 500ms);
    world.run(1s);
    CHECK(world.told.back() == SetHealth{"n1", Availability::down});
    CHECK(world.says("node n1 is down (planned time is over)"));
}

TEST_CASE("an operator's plan is over when the node is not drained any more") {
    World world;
    world.run(2s);
    world.present[0].drained = true;
    world.tell_nodes();
    world.take(std::move(*world.cluster.plan("n1", world.now + 10s, world.now)));
    world.told.clear();
    world.present[0].drained = false;
    world.run(500ms);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::up}});
    CHECK(!world.cluster.view(world.now)[0].fails_at);
}

TEST_CASE("a drained node is what its heartbeats say, only its state keeps sessions away") {
    World world;
    world.run(2s);
    world.told.clear();
    world.present[0].drained = true;
    world.run(5s);
    CHECK(world.told.empty());
}

TEST_CASE("a plan makes no dead node better, and a node that is not watched has none") {
    World world;
    world.run(2s);
    world.present[0].drained = true;
    world.first_alive = false;
    world.run(3s);
    world.told.clear();
    world.take(std::move(*world.cluster.plan("n1", world.now + 10s, world.now)));
    CHECK(world.told.empty());
    CHECK(world.cluster.plan("n9", world.now, world.now).error().text() == "n9: no node of this name is watched");
}

TEST_CASE("what a policy was concluded from is remembered with it") {
    World world;
    world.present[1].drained = true;
    world.present[1].weight = 3;
    world.run(3s);
    const std::uint64_t epoch = world.last->epoch;
    const policy::NodeScore pushed = world.last->nodes[0];
    world.cluster.placed(epoch, 0, kSecond.id);
    world.first_cpu = .9;
    world.run(3s);
    const Decision* decision = world.cluster.decisions().find(epoch);
    REQUIRE(decision != nullptr);
    CHECK(decision->admission.x < .9);
    REQUIRE(decision->nodes.size() == 2);
    CHECK(decision->nodes[0].name == "n1");
    CHECK(decision->nodes[0].availability == Availability::up);
    CHECK(decision->nodes[0].load.measured.value() == Approx(.2));
    CHECK(decision->nodes[0].load.score == pushed.score);
    CHECK(decision->nodes[0].load.placed_at.value() == pushed.cost.value());
    CHECK(decision->nodes[1].drained);
    CHECK(decision->nodes[1].weight == 3);
    CHECK(world.cluster.decisions().placed_on(epoch, 1, kSecond.id) == 1);
}

TEST_CASE("each change of a node is an event, with what it was and why it changed") {
    World world;
    world.run(2s);
    const auto changes = [&] {
        std::vector<NodeChanged> nodes;
        for (const ClusterEvent& event : world.events) {
            if (const auto* node = std::get_if<NodeChanged>(&event)) {
                nodes.push_back(*node);
            }
        }
        world.events.clear();
        return nodes;
    };
    const auto first = changes();
    REQUIRE(first.size() == 2);
    CHECK(first[0].name == "n1");
    CHECK(!first[0].from);
    CHECK(first[0].to == policy::State{Availability::up, policy::Cause::heartbeat});
    world.run(2s);
    CHECK(changes().empty());

    world.first.plan(world.now + 60s);
    world.run(500ms);
    const auto planned = changes();
    REQUIRE(planned.size() == 1);
    CHECK(planned[0].from == first[0].to);
    CHECK(planned[0].to == policy::State{Availability::planned, policy::Cause::heartbeat});
    CHECK(planned[0].fails_at);
    world.first_alive = false;
    world.run(3s);
    const auto down = changes();
    REQUIRE(down.size() == 1);
    CHECK(down[0].to == policy::State{Availability::down, policy::Cause::silence});
}

TEST_CASE("each change of what admission refuses is an event") {
    World world;
    const auto stages = [&] {
        std::vector<policy::Stage> to;
        for (const ClusterEvent& event : world.events) {
            if (const auto* stage = std::get_if<StageChanged>(&event)) {
                to.push_back(stage->to);
                CHECK(policy::stage_of(stage->admission.drop) == stage->to);
            }
        }
        world.events.clear();
        return to;
    };
    world.run(3s);
    CHECK(stages() == std::vector<policy::Stage>{policy::Stage::admits});
    world.first_cpu = world.second_cpu = 1;
    world.run(10s);
    CHECK(stages().back() >= policy::Stage::refuses_all);
    world.first_cpu = world.second_cpu = .1;
    world.run(10s);
    CHECK(stages().back() == policy::Stage::admits);
}

TEST_CASE("a load message older than the last one is not used") {
    World world;
    world.run(2s);
    node::LoadReport report;
    report.loads.set(Component::cpu, policy::Load::clamped(.9));
    Node old{{.host = kFirstHost, .period = 500ms}, 1};
    world.take(world.cluster.heard(old.beat(report, world.now, 1000).load, kFirstAddress, world.now));
    CHECK(world.cluster.counters().stale_loads == 1);
    CHECK(world.cluster.view(world.now)[0].parts.get(Component::cpu)->value() == Approx(.2));
}

TEST_CASE("a node restarted with another sequence is listened to at once") {
    World world;
    world.run(2s);
    world.first = Node({.host = kFirstHost, .period = 500ms}, 40000);
    world.first_cpu = .5;
    world.run(500ms);
    CHECK(world.cluster.counters().stale_loads == 0);
    CHECK(world.cluster.view(world.now)[0].parts.get(Component::cpu)->value() == Approx(.5));
}

TEST_CASE("strangers, nonsense and two nodes with one identity are named and counted") {
    World world;
    world.run(2s);
    Node stranger{{.host = wire::HostId{0x0a000109}, .period = 500ms}, 1};
    world.beat(stranger, Address::v4({10, 0, 1, 9}), .1);
    CHECK(world.cluster.counters().unknown == 2);
    CHECK(world.says("10.0.1.9 sends heartbeats as 10.0.1.9, which no node is"));
    world.take(world.cluster.heard(as_bytes("nonsense"), kFirstAddress, world.now));
    CHECK(world.cluster.counters().malformed == 1);

    Node rival{{.host = kFirstHost, .period = 500ms}, 30000};
    world.beat(rival, kSecondAddress, .1);
    CHECK(world.says("which is another node's identity"));
}

TEST_CASE("two nodes of the kernel with one identity: the second is not watched, and that is said") {
    World world;
    world.present.push_back({.id = policy::NodeId{3}, .name = "n3", .host = kFirstHost, .live = 0});
    world.tell_nodes();
    CHECK(world.says("nodes n1 and n3 have one identity, 10.0.1.1"));
    CHECK(world.cluster.view(world.now).size() == 2);
}

TEST_CASE("a node that leaves the kernel is forgotten, and may come back") {
    World world;
    world.run(2s);
    world.present.erase(world.present.begin());
    world.run(1s);
    CHECK(world.cluster.view(world.now).size() == 1);
    CHECK(world.last->nodes.size() == 1);
    world.present.push_back({.id = policy::NodeId{9}, .name = "n1", .host = kFirstHost, .live = 0});
    world.told.clear();
    world.run(2s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::up}});
}

TEST_CASE("without a node that is up all new sessions are refused") {
    World world;
    world.first_alive = world.second_alive = false;
    world.run(4s);
    CHECK(world.last->nodes.empty());
    CHECK(stage_of(world.last->admission.drop) == policy::Stage::refuses_all);
}

TEST_CASE(
    "when all nodes are over C nobody new is admitted, and what was admitted is spared unless that is not wanted") {
    World spared;
    spared.first_cpu = spared.second_cpu = 1;
    spared.run(3s);
    CHECK(spared.last->admission.drop.fresh.value() == 1);
    CHECK(spared.last->admission.drop.established.value() == 0);

    ClusterConfig config;
    config.shell.admission.spare = false;
    World paper(config);
    paper.first_cpu = paper.second_cpu = 1;
    paper.run(3s);
    CHECK(paper.last->admission.drop.fresh.value() == 1);
    CHECK(paper.last->admission.drop.established.value() == Approx(1));
}

TEST_CASE("a load of 0 is a load, and one of 7 is none: it is counted, said, and changes nothing") {
    World world;
    world.first_cpu = 0;
    world.run(3s);
    CHECK(world.last->nodes[0].score == 0);
    CHECK(stage_of(world.last->admission.drop) == policy::Stage::admits);

    Result<Buffer> seven = wire::encode(wire::LoadMessage{
        .host = kFirstHost, .sequence = 1000, .parts = {{.component = 0, .millionths = wire::kMillion}}});
    REQUIRE(seven);
    constexpr std::uint32_t kSeven = 7 * wire::kMillion;
    for (std::size_t i = 0; i < 4; ++i) {
        (*seven)[15 + i] = static_cast<std::uint8_t>(kSeven >> (24 - 8 * i));
    }
    const std::uint64_t loads = world.cluster.counters().loads;
    world.take(world.cluster.heard(*seven, kFirstAddress, world.now));
    CHECK(world.cluster.counters().malformed == 1);
    CHECK(world.cluster.counters().loads == loads);
    CHECK(world.cluster.view(world.now)[0].load.measured.value() == 0);
    CHECK(world.says("component 0 has a load of 7000000 millionths, more than 1"));
}

TEST_CASE(
    "a dispatcher's agent that was paused for 10 s takes no node down, and refuses nobody once loads are told again") {
    World world;
    world.run(3s);
    world.told.clear();
    world.now += 10s;
    world.take(world.cluster.expire(policy::Load::clamped(0), world.now));
    // Nothing is known of the last 10 s: nobody is admitted by what was before.
    CHECK(stage_of(world.last->admission.drop) == policy::Stage::refuses_all);
    world.run(1s);
    CHECK(world.told.empty());
    CHECK(stage_of(world.last->admission.drop) == policy::Stage::admits);
    CHECK(world.last->nodes[0].score == Approx(.2));
}

TEST_CASE("a node's agent that was paused for 10 s is down, returns with its first beat, and starts slowly") {
    World world;
    world.run(3s);
    const double usual = world.last->nodes[0].cost.value();
    world.told.clear();
    world.first_alive = false;
    world.run(10s);
    CHECK(world.told == std::vector<SetHealth>{{"n1", Availability::down}});
    world.first_alive = true;
    world.run(500ms);
    REQUIRE(world.told.size() == 2);
    CHECK(world.told[1] == SetHealth{"n1", Availability::up});
    CHECK(world.last->nodes[0].cost.value() > 5 * usual);
}
