// SPDX-License-Identifier: GPL-2.0
// One cell of the overload experiment's simulated part: a system, a cluster, a load, over several seeds; as JSON, with
// what the cluster can complete as 1. Run by tools/experiment.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cluster_sim.hpp"

using namespace sara;
using namespace sara::sim;

namespace {

constexpr std::array kSystems{System::no_control, System::as_printed,  System::coin,
                              System::verdict,    System::recommended, System::moving,
                              System::ipvs_rr,    System::ipvs_wlc,    System::ipvs_source};

constexpr const char* kUsage =
    "Usage: overload_sim [NAME VALUE]...\n"
    "  system    as printed below (default: recommended)\n"
    "  nodes     of the cluster (10)      capacity  sessions of each (400)    weak  nodes with half of it (0)\n"
    "  offered   of what it carries (2)   period    seconds between loads (0.5)\n"
    "  hold      mean seconds of a session (60)      warm-up, measured  seconds (200, 150)\n"
    "  clients   per node: addresses that sessions come from (10)\n"
    "  forgotten seconds of silence after which IPVS has no connection any more (15)\n"
    "  seeds     1 to that are run (10)\n"
    "Systems:\n";

int usage() {
    std::fputs(kUsage, stderr);
    for (const System system : kSystems) {
        std::fprintf(stderr, "  %s\n", std::string(to_string(system)).c_str());
    }
    return 2;
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

Duration seconds(double value) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

/// Of all seeds, in parts of what the cluster can complete.
struct Summary {
    double completed = 0;
    double completed_worst = 1e9;
    double broken = 0;
    double broken_worst = 0;
    double unsplit = 0;  ///< completed, had no session's media been placed elsewhere
    double unsplit_worst = 1e9;
    double load = 0;
    double uneven = 0;
};

/// Each seed's cluster is its own: as many at once as there are processors.
std::vector<ClusterResult> simulate_all(const ClusterSetup& setup, unsigned seeds) {
    std::vector<ClusterResult> results(seeds);
    std::atomic<unsigned> next = 0;
    const auto work = [&] {
        for (unsigned i = next++; i < seeds; i = next++) {
            ClusterSetup own = setup;
            own.seed = i + 1;
            results[i] = simulate(own);
        }
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < std::min(seeds, std::thread::hardware_concurrency()); ++i) {
        others.emplace_back(work);
    }
    work();
    others.clear();
    return results;
}

Summary run(const ClusterSetup& setup, unsigned seeds) {
    Summary out;
    for (const ClusterResult& result : simulate_all(setup, seeds)) {
        const double completed = result.completed / result.ideal;
        const double broken = result.broken / result.ideal;
        const double unsplit = completed + result.split / result.ideal;
        out.completed += completed / seeds;
        out.completed_worst = std::min(out.completed_worst, completed);
        out.broken += broken / seeds;
        out.broken_worst = std::max(out.broken_worst, broken);
        out.unsplit += unsplit / seeds;
        out.unsplit_worst = std::min(out.unsplit_worst, unsplit);
        out.load += result.load / seeds;
        out.uneven += result.uneven / seeds;
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string_view, double> values{{"nodes", 10},  {"capacity", 400}, {"weak", 0},      {"offered", 2},
                                              {"period", .5}, {"hold", 60},      {"warm-up", 200}, {"measured", 150},
                                              {"seeds", 10},  {"clients", 10},   {"forgotten", 15}};
    std::string_view system_name = to_string(System::recommended);
    if (argc % 2 == 0) {
        return usage();
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string_view text = argv[i + 1];
        const auto value = number(text);
        if (name == "system") {
            system_name = text;
        } else if (values.contains(name) && value) {
            values[name] = *value;
        } else {
            return usage();
        }
    }
    const auto* const system =
        std::find_if(kSystems.begin(), kSystems.end(), [&](System each) { return to_string(each) == system_name; });
    const auto seeds = static_cast<unsigned>(values["seeds"]);
    if (system == kSystems.end() || seeds < 1 || values["nodes"] < 1 || values["capacity"] < 1 ||
        values["clients"] < 1 || values["period"] <= 0 || values["hold"] <= 0) {
        return usage();
    }
    ClusterSetup setup;
    setup.system = *system;
    setup.nodes = static_cast<std::uint32_t>(values["nodes"]);
    setup.capacity = static_cast<std::uint32_t>(values["capacity"]);
    setup.weak = static_cast<std::uint32_t>(values["weak"]);
    setup.offered = values["offered"];
    setup.report_period = seconds(values["period"]);
    setup.hold = seconds(values["hold"]);
    setup.warm_up = seconds(values["warm-up"]);
    setup.measured = seconds(values["measured"]);
    setup.clients = static_cast<std::uint32_t>(values["clients"]);
    setup.forgotten = seconds(values["forgotten"]);
    const Summary out = run(setup, seeds);
    std::printf(
        "{\"system\": \"%s\", \"nodes\": %u, \"capacity\": %u, \"weak\": %u, \"offered\": %g, \"period\": %g, "
        "\"seeds\": %u, \"completed\": %.5f, \"completed_worst\": %.5f, \"broken\": %.6f, \"broken_worst\": %.6f, "
        "\"unsplit\": %.5f, \"unsplit_worst\": %.5f, \"load\": %.4f, \"uneven\": %.4f}\n",
        std::string(to_string(setup.system)).c_str(), setup.nodes, setup.capacity, setup.weak, setup.offered,
        values["period"], seeds, out.completed, out.completed_worst, out.broken, out.broken_worst, out.unsplit,
        out.unsplit_worst, out.load, out.uneven);
    return 0;
}
