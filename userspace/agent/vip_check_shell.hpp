// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "agent/kernel_link.hpp"
#include "core/base/result.hpp"
#include "core/role/vip_check.hpp"
#include "io/alarm.hpp"
#include "io/own_devices.hpp"
#include "io/packet_socket.hpp"

namespace sara::agent {

/// The dispatcher's check of its nodes through their virtual addresses, with its hands: reads from the kernel which
/// nodes serve which, asks, and hears.
class VipCheckShell {
public:
    /// May say again what was said before.
    using OnPath = std::function<void(policy::NodeId node, role::VipPath path)>;

    /// `kernel` must outlive this. Where it cannot ask it says so once, and every path stays unknown.
    VipCheckShell(boost::asio::io_context& io, const role::VipCheckConfig& config, KernelLink& kernel, OnPath on_path);

    /// A new channel: what was known is forgotten, but not what the kernel has of an agent before this one.
    [[nodiscard]] kern::Status adopt(kern::Channel& channel);

    [[nodiscard]] nlohmann::ordered_json stats() const;
    [[nodiscard]] nlohmann::ordered_json stats(policy::NodeId node) const;

private:
    /// More than this are not asked: their paths stay unknown.
    static constexpr std::size_t kMaxTargets = 4096;

    [[nodiscard]] kern::Status begin_round(kern::Channel& channel);
    [[nodiscard]] std::vector<role::VipTarget> targets(const std::vector<kern::Node>& nodes,
                                                       const std::vector<kern::Service>& services,
                                                       const std::map<std::uint32_t, io::OwnDevice>& devices);
    void on_frame(std::uint32_t device, Bytes frame);
    void on_alarm();
    void complain_once(std::string text);

    const role::VipCheckConfig config_;
    KernelLink& kernel_;
    OnPath on_path_;
    role::VipCheck check_;
    const Result<std::unique_ptr<io::PacketSocket>> socket_;
    io::Alarm alarm_;
    std::set<std::string> said_;
    std::uint64_t send_failures_ = 0;
};

}  // namespace sara::agent
