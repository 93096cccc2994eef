// SPDX-License-Identifier: GPL-2.0
#include "cli/selection.hpp"

#include <algorithm>
#include <array>

namespace sara::cli {

std::vector<Arguments::Option> selection_options(Arguments& in, kern::Selection& selection, std::string_view id) {
    return {{id, [&] { selection.session = in.session(); }},
            {"service", [&] { selection.service = in.name(); }},
            {"node", [&] { selection.node = in.name(); }},
            {"call-id", [&] { selection.call_id = in.text(1, SARA_CALL_ID_MAX); }}};
}

std::vector<Arguments::Option> tuple_options(Arguments& in, AnnouncementKey& key) {
    return {{"proto", [&] { key.transport = in.transport(); }},
            {"src", [&] { key.src = in.address(); }},
            {"sport", [&] { key.sport = in.port(); }},
            {"dst", [&] { key.vip = in.address(); }},
            {"dport", [&] { key.dport = in.port(); }}};
}

bool tuple_given(const Arguments& in) {
    constexpr std::array kNames = {"proto", "src", "sport", "dst", "dport"};
    return std::any_of(kNames.begin(), kNames.end(), [&](const char* name) { return in.given(name); });
}

void require_tuple(Arguments& in, const AnnouncementKey& key) {
    in.require({"proto", "dst"});
    if (key.src && key.src->family() != key.vip.family()) {
        in.fail("src and dst must both be IPv4 or both be IPv6");
    }
}

}  // namespace sara::cli
