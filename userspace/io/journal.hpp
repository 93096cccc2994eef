// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/plain_socket.hpp"

namespace sara::io {

/// A field of a record as systemd's journal takes it (systemd.io/JOURNAL_NATIVE_PROTOCOL): a value of several lines is
/// given with its length.
[[nodiscard]] std::string journal_field(std::string_view name, std::string_view value);

/// The way to systemd's journal.
class Journal {
public:
    static constexpr const char* kSocket = "/run/systemd/journal/socket";

    /// If the standard error output goes to the journal, as JOURNAL_STREAM tells (systemd.exec(5)); else nothing.
    [[nodiscard]] static std::optional<Journal> of_standard_error();
    explicit Journal(std::string path) : path_(std::move(path)) {}

    /// A record of fields. False: it was not taken, at once or at all.
    [[nodiscard]] bool send(std::string_view record) const;

private:
    std::string path_;
    std::shared_ptr<PlainSocket> socket_ = std::make_shared<PlainSocket>(AF_UNIX, SOCK_DGRAM, 0);
};

}  // namespace sara::io
