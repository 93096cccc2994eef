// SPDX-License-Identifier: GPL-2.0
#include "core/doctor/firewall.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace sara::doctor {

namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
    std::istringstream in{std::string(line)};
    Words words;
    for (std::string word; in >> word;) {
        words.push_back(std::move(word));
    }
    return words;
}

bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// The word behind the first `name`.
std::string_view after(const Words& words, std::string_view name) {
    const auto found = std::find(words.begin(), words.end(), name);
    return found == words.end() || found + 1 == words.end() ? std::string_view() : std::string_view(*(found + 1));
}

/// Is "invalid" in a list such as "invalid,new"? iptables says it in capitals.
bool names_invalid(std::string_view list) {
    std::istringstream in{std::string(list)};
    for (std::string item; std::getline(in, item, ',');) {
        if (item == "invalid" || item == "INVALID") {
            return true;
        }
    }
    return false;
}

/// What is behind "ct state": "invalid", "{ invalid, new }", or "vmap { invalid : drop, new : accept }"; "!= invalid"
/// is none of them.
bool drops_invalid(const Words& rule) {
    static constexpr std::array<std::string_view, 2> kMatch = {"ct", "state"};
    const auto match = std::search(rule.begin(), rule.end(), kMatch.begin(), kMatch.end());
    if (rule.end() - match < 3) {
        return false;
    }
    auto item = match + 2;
    const bool map = *item == "vmap";
    item += map ? 1 : 0;
    const auto end = item != rule.end() && *item == "{" ? std::find(item, rule.end(), "}") : item + 1;
    for (; item < end; ++item) {
        if (!names_invalid(*item)) {
            continue;
        }
        if (!map) {
            return has(rule, "drop") || has(rule, "reject");
        }
        return end - item > 2 && (item + 2)->starts_with("drop");
    }
    return false;
}

/// The source of a rule that accepts all that comes from it, and asks nothing else.
std::optional<Address> accepted_source(const Words& rule) {
    const bool simple =
        rule.size() == 4 && (rule[0] == "ip" || rule[0] == "ip6") && rule[1] == "saddr" && rule[3] == "accept";
    return simple ? Address::parse(rule[2]) : std::nullopt;
}

std::string trimmed(std::string_view line) {
    const std::size_t from = line.find_first_not_of(" \t");
    return from == std::string_view::npos ? std::string() : std::string(line.substr(from));
}

/// Where nothing of what is forwarded passes.
bool is_elsewhere(std::string_view hook) {
    return hook == "input" || hook == "output";
}

}  // namespace

std::vector<Filter> read_nft(std::string_view text) {
    std::vector<Filter> filters;
    std::vector<Filter> of_chain;
    std::string family;
    std::string table;
    std::string chain;
    bool elsewhere = false;
    bool ours = true;
    bool of_iptables = false;  // what iptables-save shows, and nft says not to touch
    std::set<Address> excepted;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        const Words words = words_of(line);
        if (line.starts_with("# Warning: table ")) {
            of_iptables = line.find("managed by iptables-nft") != std::string::npos;
        } else if (words.size() >= 4 && words[0] == "table") {
            family = words[1];
            table = words[2];
            ours = !std::exchange(of_iptables, false);
        } else if (words.size() >= 3 && words[0] == "chain") {
            chain = words[1];
            elsewhere = false;
            excepted.clear();
        } else if (words.size() >= 4 && words[0] == "type" && has(words, "hook")) {
            elsewhere = is_elsewhere(after(words, "hook"));
        } else if (words.size() == 1 && words[0] == "}") {
            filters.insert(filters.end(), of_chain.begin(), of_chain.end());
            of_chain.clear();
            chain.clear();
        } else if (ours && !chain.empty() && !elsewhere) {
            if (const auto source = accepted_source(words)) {
                excepted.insert(*source);
            } else if (drops_invalid(words)) {
                of_chain.push_back({Filter::Tool::nft, family, table, chain, trimmed(line), excepted});
            }
        }
    }
    return filters;
}

std::vector<Filter> read_iptables(std::string_view text, Filter::Tool tool) {
    std::vector<Filter> filters;
    std::string table;
    std::map<std::string, std::set<Address>> excepted;  // by chain
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        const Words words = words_of(line);
        if (line.starts_with("*")) {
            table = line.substr(1);
            excepted.clear();
        }
        if (words.size() < 4 || words[0] != "-A" || words[1] == "INPUT" || words[1] == "OUTPUT") {
            continue;
        }
        const std::string_view target = after(words, "-j");
        if (words.size() == 6 && words[2] == "-s" && target == "ACCEPT") {
            const std::string source = words[3].substr(0, words[3].find('/'));
            if (const auto address = Address::parse(source)) {
                excepted[words[1]].insert(*address);
            }
        } else if ((target == "DROP" || target == "REJECT") &&
                   (names_invalid(after(words, "--ctstate")) || names_invalid(after(words, "--state"))) &&
                   !has(words, "!")) {
            filters.push_back({tool, {}, table, words[1], line, excepted[words[1]]});
        }
    }
    return filters;
}

bool drops_replies_of(const Filter& filter, const Address& vip) {
    const bool v4 = vip.family() == Family::ipv4;
    switch (filter.tool) {
    case Filter::Tool::nft:
        if (filter.family != "inet" && filter.family != (v4 ? "ip" : "ip6")) {
            return false;
        }
        break;
    case Filter::Tool::iptables:
        if (!v4) {
            return false;
        }
        break;
    case Filter::Tool::ip6tables:
        if (v4) {
            return false;
        }
        break;
    }
    return !filter.excepted.contains(vip);
}

std::string exception_for(const Filter& filter, const Address& vip) {
    switch (filter.tool) {
    case Filter::Tool::nft:
        return "nft insert rule " + filter.family + " " + filter.table + " " + filter.chain +
               (vip.family() == Family::ipv4 ? " ip saddr " : " ip6 saddr ") + vip.text() + " accept";
    case Filter::Tool::iptables:
    case Filter::Tool::ip6tables:
        return std::string(filter.tool == Filter::Tool::iptables ? "iptables" : "ip6tables") + " -t " + filter.table +
               " -I " + filter.chain + " -s " + vip.text() + " -j ACCEPT";
    }
    return {};
}

}  // namespace sara::doctor
