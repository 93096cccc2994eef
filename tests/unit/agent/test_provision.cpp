// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/provision.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kNode = Address::v4({198, 18, 0, 11});
const kern::Mac kMac{2, 0, 0, 0, 0, 0x11};

KernelConfig wanted() {
    KernelConfig config;
    config.devices = {{"eth0", kern::DevMode::dispatch}};
    kern::NodeSpec node;
    node.name = "n1";
    node.address = kNode;
    node.dev = "eth0";
    node.mac = kMac;
    config.nodes = {node};
    kern::ServiceSpec service;
    service.name = "sip";
    service.vip = kVip;
    service.port = 5060;
    service.app = App::sip;
    service.nodes = {"n1", "n2"};
    config.services = {service};
    return config;
}

/// What the kernel holds after wanted() was carried out.
KernelState present() {
    KernelState state;
    kern::Device device;
    device.name = "eth0";
    device.mode = kern::DevMode::dispatch;
    state.devices = {device};
    kern::Node node;
    node.name = "n1";
    node.address = kNode;
    node.dev = "eth0";
    node.mac = kMac;
    node.state = kern::NodeState::drain;  // by hand, since
    node.weight = 5;
    state.nodes = {node};
    kern::Service service;
    service.name = "sip";
    service.vip = kVip;
    service.port = 5060;
    service.app = App::sip;
    service.scheduler = "wlc";
    service.flow_timeout = 30s;
    service.nodes = {"n2", "n1"};
    state.services = {service};
    return state;
}

std::vector<std::pair<std::string, int>> steps(const ProvisionPlan& plan) {
    std::vector<std::pair<std::string, int>> out;
    for (const ProvisionStep& step : plan.steps) {
        out.emplace_back(step.where, step.request.command);
    }
    return out;
}

using Steps = std::vector<std::pair<std::string, int>>;

}  // namespace

TEST_CASE("into an empty kernel: nodes, then services, then devices") {
    const ProvisionPlan plan = plan_provision(wanted(), {});
    CHECK(plan.errors.empty());
    CHECK(steps(plan) == Steps{{"nodes[0] \"n1\"", SARA_CMD_NODE_NEW},
                               {"services[0] \"sip\"", SARA_CMD_SERVICE_NEW},
                               {"devices[0] \"eth0\"", SARA_CMD_DEV_NEW}});
    CHECK(plan.steps[0].request == kern::node_new(wanted().nodes[0]));
}

TEST_CASE("what is there already is left alone, also what the file does not speak of") {
    const ProvisionPlan plan = plan_provision(wanted(), present());
    CHECK(plan.steps.empty());
    CHECK(plan.errors.empty());
    CHECK(plan_provision({}, present()).steps.empty());
}

TEST_CASE("only what differs is set") {
    KernelConfig config = wanted();
    config.nodes[0].weight = 2;
    config.services[0].scheduler = "wrr";
    config.services[0].nodes = {"n1"};
    config.bounds.max_sessions = 10;
    config.bounds.inspect_rate = 0;
    const ProvisionPlan plan = plan_provision(config, present());
    CHECK(steps(plan) == Steps{{"bounds", SARA_CMD_CONFIG_SET},
                               {"nodes[0] \"n1\"", SARA_CMD_NODE_SET},
                               {"services[0] \"sip\"", SARA_CMD_SERVICE_SET}});
    kern::ConfigChange bounds;
    bounds.max_sessions = 10;
    CHECK(plan.steps[0].request == kern::config_set(bounds));
    kern::NodeSpec node;
    node.name = "n1";
    node.weight = 2;
    CHECK(plan.steps[1].request == kern::node_set(node));
    kern::ServiceChange service;
    service.name = "sip";
    service.scheduler = "wrr";
    service.nodes = {"n1"};
    CHECK(plan.steps[2].request == kern::service_set(service));
}

TEST_CASE("a resolved MAC is replaced by the one that the file fixes, even if they are equal now") {
    KernelState state = present();
    state.nodes[0].mac_resolved = true;
    kern::NodeSpec node;
    node.name = "n1";
    node.mac = kMac;
    const ProvisionPlan plan = plan_provision(wanted(), state);
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].request == kern::node_set(node));
}

TEST_CASE("a device in another mode is attached anew") {
    KernelState state = present();
    state.devices[0].mode = kern::DevMode::observe;
    CHECK(steps(plan_provision(wanted(), state)) ==
          Steps{{"devices[0] \"eth0\"", SARA_CMD_DEV_DEL}, {"devices[0] \"eth0\"", SARA_CMD_DEV_NEW}});
}

TEST_CASE("what makes a service another service is an error that says what to do") {
    KernelState state = present();
    KernelConfig config = wanted();
    const int what = GENERATE(0, 1, 2, 3, 4, 5);
    kern::Service& service = state.services[0];
    switch (what) {
    case 0:
        service.vip = kNode;
        break;
    case 1:
        service.transport = Transport::tcp;
        break;
    case 2:
        service.port = 5061;
        break;
    case 3:
        service.port_last = 5070;
        break;
    case 4:
        config.services[0].key = kern::SessionKey::source;
        break;
    default:
        service.app = App::rtsp;
        break;
    }
    const ProvisionPlan plan = plan_provision(config, state);
    CHECK(plan.steps.empty());
    REQUIRE(plan.errors.size() == 1);
    CHECK(plan.errors[0].text() ==
          "services[0] \"sip\": is in the kernel with another vip, proto, port, app or key, which cannot be changed; "
          "remove it first: sara service del sip");
}
