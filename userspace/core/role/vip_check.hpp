// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/node/host_state.hpp"
#include "core/policy/placement.hpp"
#include "core/role/log_line.hpp"

namespace sara::role {

/// Whether what is sent to a virtual address by a node's MAC address is answered from there.
enum class VipPath : std::uint8_t {
    unknown,  ///< not asked for long enough, or nobody answers, which tells of nobody
    whole,
    broken,  ///< it does not answer, and other nodes do
};

[[nodiscard]] std::string_view to_string(VipPath path) noexcept;

struct VipCheckConfig {
    std::chrono::milliseconds period{1000};
    unsigned misses = 3;  ///< in a row, and the path is broken

    friend bool operator==(const VipCheckConfig&, const VipCheckConfig&) = default;
};

/// A virtual address to be asked for at one node, and by what.
struct VipTarget {
    policy::NodeId node{};
    std::string name;
    Address vip;
    std::uint32_t device = 0;  ///< index
    Mac device_mac{};
    Mac node_mac{};
    Address source;           ///< of this machine, of the family of `vip`, and no virtual address
    bool was_broken = false;  ///< as an agent before this one found
};

/// An Ethernet frame and the device that it leaves by.
struct VipRequest {
    std::uint32_t device = 0;
    Buffer frame;
};

struct VipCheckOutput {
    std::vector<VipRequest> requests;
    std::optional<policy::NodeId> answered;  ///< by heard(): a path of this node is whole, and was not
    std::vector<LogLine> log;
};

struct VipCheckCounters {
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    std::uint64_t strange = 0;  ///< answers that are none to the last question of their path: late, doubled, forged
};

/// Of one virtual address at one node, for people.
struct VipPathView {
    Address vip;
    VipPath path = VipPath::unknown;
    unsigned missed = 0;  ///< in a row, that count
};

/// Asks each node for each virtual address that it serves, the way that clients' packets go: to the node's MAC address,
/// by an ICMP Echo Request. A node without the address, or with one that answers elsewhere, takes clients' packets and
/// serves nobody.
///
/// One rule says what silence means. A round in which no node answers for a virtual address tells of no node: a
/// firewall, or this check itself, is as likely. Of a round in which some node answers the silence of the others
/// counts; so many rounds in a row, and their path is broken, whether they ever answered or not. After as many rounds
/// in which nobody answers all is unknown. So this never finds the last node broken, and an agent that begins anew
/// concludes the same.
class VipCheck {
public:
    using Draw = std::function<std::uint64_t()>;

    /// `draw`: random numbers that nobody can guess. Precondition: config.period > 0, config.misses > 0.
    VipCheck(const VipCheckConfig& config, Draw draw);

    /// To be called at next_deadline(), after all heard(): ends a round and begins the next. Paths that are not among
    /// the targets are forgotten, and so is what was known of one whose MAC address is another.
    [[nodiscard]] VipCheckOutput expire(std::span<const VipTarget> targets, Time now);
    [[nodiscard]] Time next_deadline() const noexcept { return due_; }

    /// A frame that came in by a device.
    [[nodiscard]] VipCheckOutput heard(std::uint32_t device, Bytes frame);

    /// Other nodes may have the same numbers from now on: begins with the next expire().
    void forget();

    /// Broken if one of its paths is, unknown if all are.
    [[nodiscard]] VipPath path(policy::NodeId node) const noexcept;
    [[nodiscard]] std::vector<VipPathView> view(policy::NodeId node) const;

    /// Of Echo messages that are ours.
    [[nodiscard]] std::uint16_t identifier() const noexcept { return identifier_; }
    [[nodiscard]] const VipCheckCounters& counters() const noexcept { return counters_; }

private:
    struct Path {
        VipTarget target;
        VipPath state = VipPath::unknown;
        unsigned missed = 0;
        bool asked = false;  ///< in this round
        bool answered = false;
    };
    struct Vip {
        unsigned silent = 0;   ///< rounds in a row in which nobody answered
        bool ignored = false;  ///< for that
    };
    using Key = std::pair<policy::NodeId, Address>;

    void end_round(VipCheckOutput& out);
    void miss(Path& path, VipCheckOutput& out) const;
    void keep(std::span<const VipTarget> targets);

    VipCheckConfig config_;
    Draw draw_;
    std::uint16_t identifier_;
    std::uint16_t sequence_ = 0;  ///< of this round
    std::map<Key, Path> paths_;
    std::map<Address, Vip> vips_;
    std::map<std::uint64_t, Key> waiting_;  ///< by the token of this round's question, until it is answered
    Time due_ = Time::min();
    VipCheckCounters counters_;
};

/// From which of this machine's addresses a node is asked, so that it answers by the way by which it was asked: one in
/// the node's own net, else one that routers know, else a link-local one. Never one of `vips`. Nothing: there is none
/// of the family.
[[nodiscard]] std::optional<Address> vip_check_source(std::span<const node::OwnAddress> own,
                                                      std::span<const Address> vips, Family family,
                                                      const Address& node_address);

}  // namespace sara::role
