// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/print.hpp"
#include "core/doctor/facts.hpp"
#include "kern/model.hpp"

/// What sara-doctor(8) needs to know in the terms of core/doctor, and how it is shown. What is read is another
/// program's and may be of another version: what is not there, or not as it should be, is left out.
namespace sara::cli {

/// What a doctor has of an agent's file.
struct DoctorConfig {
    std::set<doctor::Role> roles;
    std::string control;  ///< empty: the default
    std::string key_file;
    node::VipConfig vips;  ///< `direct` also of a gateway: the dispatchers

    friend bool operator==(const DoctorConfig&, const DoctorConfig&) = default;
};

/// Nothing of it if it is no JSON object.
[[nodiscard]] DoctorConfig read_doctor_config(std::string_view text);

/// The roles of the agent that answers so.
[[nodiscard]] std::set<doctor::Role> roles_of(const nlohmann::ordered_json& stats);
/// `forged` is what it counted until now.
[[nodiscard]] doctor::AgentFacts agent_facts(const nlohmann::ordered_json& stats);
/// The file that it runs with.
[[nodiscard]] std::string config_of(const nlohmann::ordered_json& stats);

[[nodiscard]] doctor::AttachedDevice to_facts(const kern::Device& device);
[[nodiscard]] doctor::ServiceFacts to_facts(const kern::Service& service);
[[nodiscard]] doctor::NodeFacts to_facts(const kern::Node& node);

/// The unit of systemd that runs an agent with this file; empty: none of ours does.
[[nodiscard]] std::string unit_of(const std::string& config);

/// All that is wrong, a line each; what is well, too, if `everything`.
void show_findings(Printer& out, const std::vector<doctor::Finding>& findings, bool everything);

}  // namespace sara::cli
