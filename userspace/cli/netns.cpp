// SPDX-License-Identifier: GPL-2.0
#include "cli/netns.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sara::cli {

Status enter_netns(const std::string& name) {
    const std::string path = name.find('/') == std::string::npos ? "/run/netns/" + name : name;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) {
            return Error{"there is no network namespace \"" + name + "\": see ip netns list", {}};
        }
        return Error{std::generic_category().message(errno), path};
    }
    const int failed = setns(fd, CLONE_NEWNET) < 0 ? errno : 0;
    close(fd);
    if (failed == EPERM) {
        return Error{"entering network namespace \"" + name + "\" needs CAP_SYS_ADMIN: run as root", {}};
    }
    if (failed == EINVAL) {
        return Error{"\"" + name + "\" is no network namespace", {}};
    }
    if (failed != 0) {
        return Error{std::generic_category().message(failed), path};
    }
    return Done{};
}

}  // namespace sara::cli
