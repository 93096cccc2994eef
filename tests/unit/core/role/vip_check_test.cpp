// SPDX-License-Identifier: GPL-2.0
#include "core/role/vip_check.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/proto/echo.hpp"

using namespace sara;
using namespace sara::role;
using namespace std::chrono_literals;
using policy::NodeId;

namespace {

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kVip6 = *Address::parse("fd00::100");
const Mac kOurMac{2, 0, 0, 0, 0, 2};
constexpr std::uint32_t kDevice = 4;
constexpr NodeId kFirst{1};
constexpr NodeId kSecond{2};
constexpr NodeId kThird{3};

Mac mac_of(NodeId node) {
    return {2, 0, 0, 0, 1, static_cast<std::uint8_t>(node)};
}

VipTarget target(NodeId node, const Address& vip = kVip) {
    return {.node = node,
            .name = "n" + std::to_string(static_cast<unsigned>(node)),
            .vip = vip,
            .device = kDevice,
            .device_mac = kOurMac,
            .node_mac = mac_of(node),
            .source = vip == kVip ? Address::v4({198, 18, 0, 2}) : *Address::parse("fd00::2")};
}

/// A request as its node answers it.
Buffer reply_to(Bytes request) {
    Buffer frame(request.begin(), request.end());
    const bool ipv4 = frame[12] == 0x08;
    const auto swap = [&](std::size_t a, std::size_t b, std::ptrdiff_t size) {
        const auto begin = frame.begin();
        std::swap_ranges(begin + static_cast<std::ptrdiff_t>(a), begin + static_cast<std::ptrdiff_t>(a) + size,
                         begin + static_cast<std::ptrdiff_t>(b));
    };
    swap(0, 6, 6);
    swap(ipv4 ? 26 : 22, ipv4 ? 30 : 38, ipv4 ? 4 : 16);
    frame[ipv4 ? 34 : 54] = ipv4 ? 0 : 129;
    return frame;
}

/// Nodes that answer through their virtual addresses, or do not, and rounds.
struct World {
    void round() {
        take(check.expire(targets, now));
        now = check.next_deadline();
        std::vector<VipRequest> asked = std::move(requests);
        requests.clear();
        for (const VipRequest& request : asked) {
            last = request.frame;
            if (std::find(silent.begin(), silent.end(), request.frame[5]) == silent.end()) {
                take(check.heard(request.device, reply_to(request.frame)));
            }
        }
    }
    void rounds(int count) {
        for (int i = 0; i < count; ++i) {
            round();
        }
    }
    void silence(std::initializer_list<NodeId> nodes) {
        silent.clear();
        for (const NodeId node : nodes) {
            silent.push_back(static_cast<std::uint8_t>(node));
        }
    }
    void take(VipCheckOutput output) {
        std::move(output.requests.begin(), output.requests.end(), std::back_inserter(requests));
        std::move(output.log.begin(), output.log.end(), std::back_inserter(log));
        answered = output.answered ? output.answered : answered;
    }
    [[nodiscard]] std::size_t says(std::string_view text) const {
        return static_cast<std::size_t>(std::count_if(
            log.begin(), log.end(), [&](const LogLine& line) { return line.text.find(text) != std::string::npos; }));
    }
    [[nodiscard]] std::vector<VipPath> paths() const {
        return {check.path(kFirst), check.path(kSecond), check.path(kThird)};
    }

    Time now{};
    std::uint64_t drawn = 0x123400000000;
    VipCheck check{{.period = 1000ms, .misses = 3}, [this] { return ++drawn; }};
    std::vector<VipTarget> targets{target(kFirst), target(kSecond), target(kThird)};
    std::vector<std::uint8_t> silent;
    std::vector<VipRequest> requests;
    Buffer last;
    std::optional<NodeId> answered;
    std::vector<LogLine> log;
};

using enum VipPath;
using Paths = std::vector<VipPath>;

}  // namespace

TEST_CASE("each node is asked once per round, by its MAC address") {
    World world;
    world.silence({kFirst, kSecond, kThird});
    world.take(world.check.expire(world.targets, Time(5s)));
    CHECK(world.check.next_deadline() == Time(6s));
    REQUIRE(world.requests.size() == 3);
    CHECK(world.requests[1].device == kDevice);
    CHECK(Bytes(world.requests[1].frame).first(6).back() == 2);
    CHECK(world.check.counters().asked == 3);
}

TEST_CASE("a node that answers is whole at once, before, nothing is known") {
    World world;
    world.silence({kSecond});
    CHECK(world.paths() == Paths{unknown, unknown, unknown});
    world.round();
    CHECK(world.paths() == Paths{whole, unknown, whole});
    CHECK(world.answered == kThird);
    CHECK(world.log.empty());
}

TEST_CASE("a node is broken after three rounds without an answer, and whole with the next answer") {
    World world;
    world.rounds(2);
    world.silence({kSecond});
    world.rounds(3);
    CHECK(world.paths() == Paths{whole, whole, whole});
    world.round();  // ends the third
    CHECK(world.paths() == Paths{whole, broken, whole});
    CHECK(world.says("node n2 does not answer through 198.18.0.100, and other nodes do") == 1);
    world.rounds(5);
    CHECK(world.log.size() == 1);
    world.silence({});
    world.answered.reset();
    world.round();
    CHECK(world.paths() == Paths{whole, whole, whole});
    CHECK(world.answered == kSecond);
    CHECK(world.says("node n2 answers through 198.18.0.100 again") == 1);
}

TEST_CASE("an answer in between begins the count anew") {
    World world;
    for (int i = 0; i < 5; ++i) {
        world.silence({kSecond});
        world.rounds(2);
        world.silence({});
        world.round();
    }
    CHECK(world.paths() == Paths{whole, whole, whole});
    CHECK(world.log.empty());
}

TEST_CASE("a node that never answered is broken too, once others answer") {
    World world;
    world.silence({kSecond});
    world.rounds(4);
    CHECK(world.paths() == Paths{whole, broken, whole});
}

TEST_CASE("if no node answers nothing is known of any, which is said once") {
    World world;
    world.rounds(2);
    world.silence({kFirst, kSecond, kThird});
    world.rounds(3);
    CHECK(world.paths() == Paths{whole, whole, whole});
    world.rounds(5);
    CHECK(world.paths() == Paths{unknown, unknown, unknown});
    CHECK(world.says("no node answers through 198.18.0.100") == 1);
    CHECK(world.log.size() == 1);

    world.silence({kFirst});
    world.rounds(4);
    CHECK(world.says("nodes answer through 198.18.0.100") == 1);
    CHECK(world.paths() == Paths{broken, whole, whole});
}

TEST_CASE("rounds in which nobody answers count for no node") {
    World world;
    world.rounds(2);
    for (int i = 0; i < 4; ++i) {
        world.silence({kFirst, kSecond, kThird});
        world.rounds(2);
        world.silence({kFirst});
        world.round();
        world.silence({});
        world.round();
    }
    CHECK(world.paths() == Paths{whole, whole, whole});
    CHECK(world.log.empty());
}

TEST_CASE("when the last ones fall silent the broken one is unknown with them") {
    World world;
    world.silence({kSecond});
    world.rounds(4);
    REQUIRE(world.paths() == Paths{whole, broken, whole});
    world.silence({kFirst, kSecond, kThird});
    world.rounds(3);
    CHECK(world.paths() == Paths{whole, broken, whole});
    world.round();
    CHECK(world.paths() == Paths{unknown, unknown, unknown});
}

TEST_CASE("the only node is never broken") {
    World world;
    world.targets = {target(kFirst)};
    world.rounds(2);
    world.silence({kFirst});
    world.rounds(10);
    CHECK(world.check.path(kFirst) == unknown);
}

TEST_CASE("each virtual address is judged by itself, and a node by its worst") {
    World world;
    world.targets = {target(kFirst), target(kFirst, kVip6), target(kSecond), target(kSecond, kVip6)};
    world.rounds(2);
    CHECK(world.check.path(kFirst) == whole);
    CHECK(world.check.counters().answered == 8);
    // IPv6 is filtered everywhere, which must not hide that one node lacks IPv4.
    for (int i = 0; i < 4; ++i) {
        world.take(world.check.expire(world.targets, world.now));
        world.now = world.check.next_deadline();
        for (const VipRequest& request : std::exchange(world.requests, {})) {
            if (request.frame[12] == 0x08 && request.frame[5] == 1) {
                world.take(world.check.heard(request.device, reply_to(request.frame)));
            }
        }
    }
    CHECK(world.check.path(kFirst) == whole);
    CHECK(world.check.path(kSecond) == broken);
    const auto view = world.check.view(kSecond);
    REQUIRE(view.size() == 2);
    CHECK(view[0].vip == kVip);
    CHECK(view[0].path == broken);
    CHECK(view[0].missed == 3);
    CHECK(view[1].vip == kVip6);
    CHECK(view[1].path == unknown);
}

TEST_CASE("only the asked node's answer to the last question counts") {
    World world;
    world.silence({kFirst, kSecond, kThird});
    world.targets = {target(kFirst)};
    world.round();
    const Buffer first = reply_to(world.last);
    const auto refused = [&](const char* what, std::uint32_t device, const Buffer& frame) {
        CAPTURE(what);
        const std::uint64_t before = world.check.counters().strange;
        world.take(world.check.heard(device, frame));
        CHECK(world.check.counters().strange == before + 1);
        CHECK(world.check.path(kFirst) == unknown);
    };
    const auto with = [&](std::size_t at) {
        Buffer frame = first;
        frame[at] ^= 1;
        return frame;
    };
    refused("by another device", kDevice + 1, first);
    refused("to another MAC", kDevice, with(5));
    refused("from another MAC", kDevice, with(11));
    refused("from another address", kDevice, with(29));
    refused("to another address", kDevice, with(33));
    refused("another number", kDevice, with(41));
    refused("another token", kDevice, with(49));

    world.take(world.check.heard(kDevice, with(39)));  // of another program
    CHECK(world.check.counters().strange == 7);

    world.take(world.check.heard(kDevice, first));
    CHECK(world.check.path(kFirst) == whole);
    world.take(world.check.heard(kDevice, first));  // doubled
    CHECK(world.check.counters().strange == 8);
    CHECK(world.check.counters().answered == 1);

    world.round();
    world.take(world.check.heard(kDevice, first));  // late
    CHECK(world.check.counters().strange == 9);
}

TEST_CASE("what an earlier agent found broken stays so until it answers, or nobody does") {
    World world;
    world.targets[1].was_broken = true;
    world.silence({kSecond});
    world.round();
    CHECK(world.paths() == Paths{whole, broken, whole});
    world.silence({});
    world.round();
    CHECK(world.paths() == Paths{whole, whole, whole});

    World lone;
    lone.targets[1].was_broken = true;
    lone.silence({kFirst, kSecond, kThird});
    lone.rounds(4);
    CHECK(lone.paths() == Paths{unknown, unknown, unknown});
}

TEST_CASE("another MAC address or device is another way, and what is no target is forgotten") {
    World world;
    world.silence({kSecond});
    world.rounds(4);
    REQUIRE(world.check.path(kSecond) == broken);
    world.targets[1].node_mac = {2, 0, 0, 0, 9, 2};
    world.round();
    CHECK(world.check.path(kSecond) == unknown);

    world.targets.pop_back();
    world.round();
    CHECK(world.check.path(kThird) == unknown);
    CHECK(world.check.view(kThird).empty());

    world.check.forget();
    CHECK(world.check.path(kFirst) == unknown);
    CHECK(world.check.next_deadline() == Time::min());
}

TEST_CASE("a node is asked from its own net, else from what routers know, and never from a virtual address") {
    const Address node = Address::v4({198, 18, 0, 11});
    const node::OwnAddress vip{kVip, 32, "eth0"};
    const node::OwnAddress elsewhere{Address::v4({10, 0, 0, 1}), 8, "eth0"};
    const node::OwnAddress near{Address::v4({198, 18, 0, 2}), 24, "eth0"};
    const node::OwnAddress local6{*Address::parse("fe80::1"), 64, "eth0"};
    const node::OwnAddress wide6{*Address::parse("fd00::2"), 64, "eth0"};
    const std::vector vips{kVip};
    const auto source = [&](const std::vector<node::OwnAddress>& own, Family family) {
        return vip_check_source(own, vips, family, node);
    };
    CHECK(source({vip, elsewhere, near, local6}, Family::ipv4) == near.address);
    CHECK(source({vip, elsewhere}, Family::ipv4) == elsewhere.address);
    CHECK(source({vip, wide6}, Family::ipv4) == std::nullopt);
    CHECK(source({near, local6, wide6}, Family::ipv6) == wide6.address);
    CHECK(source({near, local6}, Family::ipv6) == local6.address);
}
