// SPDX-License-Identifier: GPL-2.0
#include "ipvs_sim.hpp"

#include <algorithm>
#include <utility>

namespace sara::sim {

Ipvs::Ipvs(const IpvsSetup& setup)
    : setup_(setup), random_(setup.seed), clients_(setup.clients), least_(std::size_t{2} * setup.nodes),
      connections_(setup.nodes), silent_(setup.longest + setup.forgotten + 1) {
    for (std::uint32_t i = 0; i < setup.nodes; ++i) {
        least_[setup.nodes + i] = i;
    }
    for (std::uint32_t i = setup.nodes - 1; i > 0; --i) {
        least_[i] = least_[std::size_t{2} * i];
    }
    std::exponential_distribution<> share;
    double sum = 0;
    for (std::uint32_t i = 0; i < setup.clients; ++i) {
        shares_.push_back(sum += share(random_));
    }
    for (double& upto : shares_) {
        upto /= sum;
    }
}

std::uint32_t Ipvs::place(std::size_t step, std::size_t lasts) {
    switch (setup_.scheduler) {
    case IpvsScheduler::rr:
        break;
    case IpvsScheduler::wlc: {
        const std::uint32_t node = least_[1];
        count(node, 1);
        silent_[(step + lasts + setup_.forgotten) % silent_.size()].push_back(node);
        return node;
    }
    case IpvsScheduler::source:
        return node_of_client(step, lasts);
    }
    return next();
}

void Ipvs::pass(std::size_t step) {
    std::vector<std::uint32_t>& silent = silent_[step % silent_.size()];
    for (const std::uint32_t node : std::exchange(silent, {})) {
        count(node, -1);
    }
}

bool Ipvs::apart(std::uint32_t node) {
    return setup_.scheduler != IpvsScheduler::source &&
           std::uniform_int_distribution<std::uint32_t>(0, setup_.nodes - 1)(random_) != node;
}

std::uint32_t Ipvs::next() {
    return std::exchange(turn_, (turn_ + 1) % setup_.nodes);
}

std::uint32_t Ipvs::node_of_client(std::size_t step, std::size_t lasts) {
    const double drawn = std::uniform_real_distribution<>(0, 1)(random_);
    const auto found = std::upper_bound(shares_.begin(), shares_.end() - 1, drawn);
    Client& client = clients_[static_cast<std::size_t>(found - shares_.begin())];
    if (client.known_until <= step) {
        client.node = next();
    }
    client.known_until = std::max(client.known_until, step + lasts + setup_.persistence);
    return client.node;
}

void Ipvs::count(std::uint32_t node, std::int32_t change) {
    connections_[node] += static_cast<std::uint32_t>(change);
    for (std::uint32_t i = (setup_.nodes + node) / 2; i > 0; i /= 2) {
        const std::uint32_t left = least_[std::size_t{2} * i];
        const std::uint32_t right = least_[std::size_t{2} * i + 1];
        least_[i] = connections_[right] < connections_[left] ? right : left;
    }
}

}  // namespace sara::sim
