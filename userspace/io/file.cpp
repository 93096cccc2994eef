// SPDX-License-Identifier: GPL-2.0
#include "io/file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sara::io {

namespace {

std::string reason() {
    return std::strerror(errno);
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

Status replace_file(const std::string& path, std::string_view text) {
    std::string temporary = path + ".XXXXXX";
    const int fd = ::mkstemp(temporary.data());
    if (fd < 0) {
        return Error{"no file can be made beside it: " + reason(), path};
    }
    const bool written = write_all(fd, text) && ::fsync(fd) == 0;
    const std::string why = written ? std::string() : reason();
    if (::close(fd) != 0 || !written) {
        ::unlink(temporary.c_str());
        return Error{"it cannot be written: " + why, path};
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const std::string refusal = reason();
        ::unlink(temporary.c_str());
        return Error{"it cannot be replaced: " + refusal, path};
    }
    return Done{};
}

}  // namespace sara::io
