// SPDX-License-Identifier: GPL-2.0
#include "io/journal.hpp"

#include <sys/stat.h>
#include <sys/un.h>

#include <cstdint>
#include <cstdlib>

namespace sara::io {

std::string journal_field(std::string_view name, std::string_view value) {
    std::string field(name);
    if (value.find('\n') == std::string_view::npos) {
        field += '=';
    } else {
        field += '\n';
        const std::uint64_t size = value.size();
        for (unsigned shift = 0; shift < 64; shift += 8) {
            field += static_cast<char>(size >> shift & 0xff);
        }
    }
    field += value;
    field += '\n';
    return field;
}

std::optional<Journal> Journal::of_standard_error() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat own {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &own) != 0 ||
        stream != std::to_string(own.st_dev) + ":" + std::to_string(own.st_ino)) {
        return std::nullopt;
    }
    return Journal(kSocket);
}

bool Journal::send(std::string_view record) const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(to.sun_path)) {
        return false;
    }
    path_.copy(to.sun_path, path_.size());
    return ::sendto(socket_->fd(), record.data(), record.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
                    sizeof(to)) == static_cast<ssize_t>(record.size());
}

}  // namespace sara::io
