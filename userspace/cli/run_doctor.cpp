// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "cli/doctor.hpp"
#include "cli/run.hpp"
#include "core/base/version.hpp"
#include "core/doctor/examine.hpp"
#include "io/clock.hpp"
#include "io/echo_probe.hpp"
#include "io/host_state.hpp"
#include "io/neighbour_probe.hpp"
#include "io/offload.hpp"
#include "io/program.hpp"

namespace sara::cli {

namespace {

using namespace std::chrono_literals;
using doctor::Facts;
using doctor::Role;
using Json = nlohmann::ordered_json;

// All of it together takes 2 s at most, but for programs that read long rules.
constexpr auto kAgentPatience = 400ms;
constexpr auto kNeighbourPatience = 600ms;
constexpr auto kEchoPatience = 500ms;
constexpr auto kProgramsPatience = 5000ms;
/// An agent that is not answered says hello at least so often (wire::PeerClient::kLastHello, and its way).
constexpr auto kHelloPeriod = 600ms;

constexpr std::array kConfigs = {"/etc/sara/agent.json", "/etc/sara/dispatcher.json", "/etc/sara/gateway.json",
                                 "/etc/sara/node.json"};

std::optional<std::string> content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return file ? std::optional(std::move(content)) : std::nullopt;
}

bool is_on(const char* path) {
    const Result<unsigned> setting = io::read_setting(path);
    return setting && *setting != 0;
}

std::optional<std::vector<doctor::Filter>> read_filters(std::vector<std::string>& unseen) {
    const Time deadline = io::now() + kProgramsPatience;
    const auto left = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - io::now()); };
    std::vector<doctor::Filter> filters;
    const auto nft = io::output_of({"nft", "list", "ruleset"}, left());
    if (nft) {
        filters = doctor::read_nft(*nft);
    }
    bool any = nft.has_value();
    for (const auto& [program, tool] : {std::pair("iptables-save", doctor::Filter::Tool::iptables),
                                        {"ip6tables-save", doctor::Filter::Tool::ip6tables}}) {
        if (const auto saved = io::output_of({program}, left())) {
            any = true;
            for (doctor::Filter& filter : doctor::read_iptables(*saved, tool)) {
                filters.push_back(std::move(filter));
            }
        }
    }
    if (!any) {
        unseen.emplace_back("firewall rules: neither nft nor iptables-save shows them");
        return std::nullopt;
    }
    return filters;
}

/// Every node by its device, and every virtual address by each device that is attached.
std::vector<doctor::NeighbourAnswer> ask_neighbours(const doctor::ModuleFacts& module, const node::HostState& host,
                                                    std::vector<std::string>& unseen) {
    std::vector<doctor::NeighbourAnswer> questions;
    for (const doctor::NodeFacts& node : module.nodes) {
        questions.push_back({node.device, node.address});
    }
    for (const doctor::AttachedDevice& device : module.devices) {
        for (const doctor::ServiceFacts& service : module.services) {
            questions.push_back({device.name, service.vip});
        }
    }
    std::vector<io::NeighbourQuestion> asked;
    std::vector<doctor::NeighbourAnswer> answers;
    for (const doctor::NeighbourAnswer& question : questions) {
        const node::Link* link = node::find_link(host, question.device);
        const bool again = std::find(answers.begin(), answers.end(), question) != answers.end();
        // A device that is down is a finding of its own.
        if (link != nullptr && link->up && !again) {
            asked.push_back({link->index, question.address});
            answers.push_back(question);
        }
    }
    const auto heard = io::ask_neighbours(asked, kNeighbourPatience);
    if (!heard) {
        unseen.push_back("whether nodes answer: " + heard.error().text());
        return {};
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
        answers[i].from = (*heard)[i];
    }
    return answers;
}

/// Another machine in a layer-2 network of this one.
struct FarEnd {
    const node::Link* link;
    Address address;
};

/// The nodes by their devices, and the dispatchers of the agent's file that are no router away.
std::vector<FarEnd> far_ends(const Facts& facts) {
    std::vector<FarEnd> ends;
    const auto add = [&](const std::string& device, const Address& address) {
        const node::Link* link = node::find_link(facts.host, device);
        if (link != nullptr && link->up) {
            ends.push_back({link, address});
        }
    };
    if (facts.module && facts.roles.contains(Role::dispatcher)) {
        for (const doctor::NodeFacts& node : facts.module->nodes) {
            add(node.device, node.address);
        }
    }
    for (const Address& dispatcher : facts.vips.direct) {
        const node::Route* way = node::way_to(facts.host, dispatcher);
        if (way != nullptr && !way->hops.front().gateway) {
            add(way->hops.front().device, dispatcher);
        }
    }
    return ends;
}

/// An address in the net of the other end, that no service has.
std::optional<Address> source_to(const Facts& facts, const FarEnd& end) {
    const auto is_vip = [&](const Address& address) {
        const auto& vips = facts.vips.vips;
        return std::find(vips.begin(), vips.end(), address) != vips.end() ||
               (facts.module &&
                std::any_of(facts.module->services.begin(), facts.module->services.end(),
                            [&](const doctor::ServiceFacts& service) { return service.vip == address; }));
    };
    for (const node::OwnAddress& own : facts.host.addresses) {
        if (own.device == end.link->name && own.address.family() == end.address.family() && !is_vip(own.address) &&
            node::contains(own.address, own.prefix, end.address)) {
            return own.address;
        }
    }
    return std::nullopt;
}

/// Who answers a short ping, and whether a long one, too.
std::vector<doctor::PathFacts> try_paths(const Facts& facts, std::vector<std::string>& unseen) {
    const std::vector<FarEnd> ends = far_ends(facts);
    std::vector<io::EchoQuestion> asked;
    for (const FarEnd& end : ends) {
        const std::optional<Address> source = source_to(facts, end);
        asked.push_back({end.link->index, end.address, 0, source});
        asked.push_back({end.link->index, end.address, end.link->mtu, source});
    }
    const auto answers = io::ask_echo(asked, kEchoPatience);
    if (!answers) {
        unseen.push_back("how long packets may be: " + answers.error().text());
        return {};
    }
    std::vector<doctor::PathFacts> paths;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const bool is_short = (*answers)[2 * i];
        const bool is_long = (*answers)[2 * i + 1];
        if (is_short || is_long) {
            paths.push_back({ends[i].link->name, ends[i].address, is_long});
        }
    }
    return paths;
}

template <typename T>
auto to_facts_of(kern::Channel& kernel, const kern::Request& request) {
    std::vector<decltype(to_facts(std::declval<T>()))> out;
    if (const auto listing = kernel.dump<T>(request)) {
        for (const T& item : listing->items) {
            out.push_back(to_facts(item));
        }
    }
    return out;
}

doctor::ModuleFacts module_facts(kern::Channel& kernel) {
    doctor::ModuleFacts facts{.version = kernel.config().module_version,
                              .devices = to_facts_of<kern::Device>(kernel, kern::dev_dump()),
                              .services = to_facts_of<kern::Service>(kernel, kern::service_dump()),
                              .nodes = to_facts_of<kern::Node>(kernel, kern::node_dump())};
    for (doctor::AttachedDevice& device : facts.devices) {
        device.lro = io::has_lro(device.name);
    }
    return facts;
}

/// Asks the agent of a file, and finds the file of an agent.
class AgentLook {
public:
    explicit AgentLook(const Doctor& wanted) : path_(wanted.config) {
        if (!path_.empty()) {
            read();
        }
        socket_ = !wanted.socket.empty() ? wanted.socket : !config_.control.empty() ? config_.control : kAgentSocket;
        ask();
        if (path_.empty() && stats_) {
            path_ = config_of(*stats_);
        }
        for (const char* path : kConfigs) {
            if (path_.empty() && content_of(path)) {
                path_ = path;
            }
        }
        read();
        if (!stats_ && wanted.socket.empty() && !config_.control.empty() && config_.control != socket_) {
            socket_ = config_.control;
            ask();
        }
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const DoctorConfig& config() const noexcept { return config_; }
    [[nodiscard]] bool readable() const noexcept { return readable_; }
    [[nodiscard]] const std::optional<Json>& stats() const noexcept { return stats_; }
    [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }

    /// How it is now; what came with another key counts from the first answer on, for long enough.
    [[nodiscard]] doctor::AgentFacts facts() {
        doctor::AgentFacts first = agent_facts(*stats_);
        const std::uint64_t forged = std::exchange(first.forged, 0);
        if (forged == 0) {
            return first;
        }
        std::this_thread::sleep_until(asked_ + kHelloPeriod);
        ask();
        doctor::AgentFacts second = stats_ ? agent_facts(*stats_) : first;
        second.forged = second.forged > forged ? second.forged - forged : 0;
        return second;
    }

private:
    void read() {
        const auto content = path_.empty() ? std::nullopt : content_of(path_);
        readable_ = path_.empty() || content;
        config_ = content ? read_doctor_config(*content) : DoctorConfig{};
    }

    void ask() {
        asked_ = std::chrono::steady_clock::now();
        stats_.reset();
        const Result<std::string> answer = ask_agent(socket_, R"({"get":"stats"})", kAgentPatience);
        if (!answer) {
            why_not_ = answer.error().text();
            return;
        }
        Json stats = Json::parse(*answer, nullptr, false);
        if (stats.is_object() && !stats.contains("error")) {
            stats_ = std::move(stats);
        } else {
            why_not_ = "what listens at " + socket_ + " does not answer as an agent does";
        }
    }

    std::string path_;
    std::string socket_;
    DoctorConfig config_;
    bool readable_ = true;
    std::optional<Json> stats_;
    std::string why_not_;
    std::chrono::steady_clock::time_point asked_{};
};

std::set<Role> roles_here(const Facts& facts, const AgentLook& agent) {
    std::set<Role> roles = agent.stats() ? roles_of(*agent.stats()) : agent.config().roles;
    if (facts.module) {
        for (const doctor::AttachedDevice& device : facts.module->devices) {
            roles.insert(device.dispatches ? Role::dispatcher : Role::gateway);
        }
    }
    if (!facts.vips.vips.empty()) {
        roles.insert(Role::node);
    }
    return roles;
}

}  // namespace

ExitCode Runner::operator()(const Doctor& wanted) {
    Progress progress = this->progress();
    progress.step("looking at this machine");
    const Result<node::HostState> host = io::read_host_state();
    if (!host) {
        progress.clear();
        wrong(host.error());
        return ExitCode::refused;
    }
    progress.step("asking the agent");
    AgentLook agent(wanted);
    if (!agent.readable()) {
        progress.clear();
        return wrong({"the agent's file cannot be read", agent.path()});
    }
    Facts facts;
    facts.host = *host;
    facts.version = program_version();
    facts.config = agent.path();
    facts.unit = unit_of(agent.path());
    facts.key_file = agent.config().key_file;
    facts.vips = agent.config().vips;
    facts.vips_are_ours = !facts.vips.vips.empty();
    if (!wanted.vips.empty()) {
        facts.vips_are_ours = facts.vips_are_ours && facts.vips.vips == wanted.vips;
        facts.vips.vips = wanted.vips;
    }
    if (kern::Result<kern::Channel> opened = opener_()) {
        facts.module = module_facts(*opened);
    } else {
        facts.no_module = opened.error().what;
    }
    facts.roles = wanted.roles.empty() ? roles_here(facts, agent) : wanted.roles;
    if (facts.roles.empty()) {
        progress.clear();
        wrong({"nothing of SARA is here: no attached device, no agent, no file of one; name what this machine is to be "
               "(dispatcher, gateway or node)",
               {}});
        return ExitCode::refused;
    }
    std::vector<std::string>& unseen = facts.unseen;
    if (facts.module && (facts.roles.contains(Role::dispatcher) || facts.roles.contains(Role::gateway))) {
        progress.step("asking the nodes for their addresses");
        facts.neighbours = ask_neighbours(*facts.module, facts.host, unseen);
    }
    progress.step("trying how long packets may be");
    facts.paths = try_paths(facts, unseen);
    if (facts.roles.contains(Role::gateway)) {
        progress.step("reading the rules of the firewall");
        facts.forwards4 = is_on("/proc/sys/net/ipv4/ip_forward");
        facts.forwards6 = is_on("/proc/sys/net/ipv6/conf/all/forwarding");
        facts.filters = read_filters(unseen);
    }
    facts.clock_synchronised = io::clock_is_kept();
    facts.no_agent = agent.why_not();
    if (agent.stats()) {
        facts.agent = agent.facts();
    }
    progress.clear();
    const std::vector<doctor::Finding> findings = doctor::examine(facts);
    Printer printer = printing();
    show_findings(printer, findings, options_.detail.details);
    const bool well = std::all_of(findings.begin(), findings.end(), [](const doctor::Finding& finding) {
        return finding.severity == doctor::Severity::ok;
    });
    return well ? ExitCode::done : ExitCode::found;
}

}  // namespace sara::cli
