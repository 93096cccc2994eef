// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <vector>

#include "cli/arguments.hpp"
#include "core/base/announcement.hpp"
#include "kern/model.hpp"

/// Arguments that several objects share.
namespace sara::cli {

/// [ session ID ] [ service SERVICE ] [ node NODE ] [ call-id CALL-ID ]; `id` is what the object calls the session.
[[nodiscard]] std::vector<Arguments::Option> selection_options(Arguments& in, kern::Selection& selection,
                                                               std::string_view id = "session");

/// proto { tcp | udp } [ src ADDR ] [ sport PORT ] dst ADDR [ dport PORT ]
[[nodiscard]] std::vector<Arguments::Option> tuple_options(Arguments& in, AnnouncementKey& key);

/// Was any of the tuple given?
[[nodiscard]] bool tuple_given(const Arguments& in);

/// Refuses a tuple without protocol or destination, or of two address families.
void require_tuple(Arguments& in, const AnnouncementKey& key);

}  // namespace sara::cli
