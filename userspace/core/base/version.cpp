// SPDX-License-Identifier: GPL-2.0
#include "core/base/version.hpp"

namespace sara {

std::string program_version() {
    return SARA_VERSION;
}

}  // namespace sara
