// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <span>
#include <string_view>

namespace sara::agent {

/// A file of the status page, as userspace/status has it.
struct StatusFile {
    std::string_view path;  ///< by which it is asked for
    std::string_view type;  ///< its Content-Type
    std::string_view content;
};

/// All of them; the program holds them (tools/cmake/EmbedStatus.cmake).
[[nodiscard]] std::span<const StatusFile> status_files() noexcept;

}  // namespace sara::agent
