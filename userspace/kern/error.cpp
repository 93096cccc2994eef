// SPDX-License-Identifier: GPL-2.0
#include "kern/error.hpp"

#include <system_error>

namespace sara::kern {

Error error_of(int code) {
    if (code == EPERM || code == EACCES) {
        return {code, "needs CAP_NET_ADMIN: run as root"};
    }
    return {code, std::generic_category().message(code)};
}

}  // namespace sara::kern
