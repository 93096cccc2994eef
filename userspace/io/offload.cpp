// SPDX-License-Identifier: GPL-2.0
#include "io/offload.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace sara::io {

bool has_lro(const std::string& device) {
    ifreq request{};
    ethtool_value flags{};
    flags.cmd = ETHTOOL_GFLAGS;
    std::copy_n(device.begin(), std::min(device.size(), sizeof(request.ifr_name) - 1), std::begin(request.ifr_name));
    request.ifr_data = reinterpret_cast<char*>(&flags);
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool told = socket >= 0 && ::ioctl(socket, SIOCETHTOOL, &request) == 0;
    if (socket >= 0) {
        ::close(socket);
    }
    return told && (flags.data & ETH_FLAG_LRO) != 0;
}

}  // namespace sara::io
