// SPDX-License-Identifier: GPL-2.0
#include "io/load_sources.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "io/clock.hpp"

namespace sara::io {

namespace {

/// These files are made when they are read; none that we ask for is this big.
constexpr std::size_t kMaxFile = 1U << 20;

std::string read_file(const char* path) {
    std::string text;
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return text;
    }
    std::array<char, 16384> buffer;
    ssize_t got = 0;
    while (text.size() < kMaxFile && (got = ::read(file, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(file);
    return got < 0 ? std::string() : text;
}

}  // namespace

node::Sources read_load_sources(std::span<const ListenPort> ports) {
    node::Sources sources{.stat = read_file("/proc/stat"),
                          .meminfo = read_file("/proc/meminfo"),
                          .sockstat = read_file("/proc/net/sockstat"),
                          .tcp_mem = read_file("/proc/sys/net/ipv4/tcp_mem"),
                          .udp_mem = read_file("/proc/sys/net/ipv4/udp_mem"),
                          .snmp = read_file("/proc/net/snmp"),
                          .io_pressure = read_file("/proc/pressure/io"),
                          .diskstats = read_file("/proc/diskstats"),
                          .net_dev = read_file("/proc/net/dev"),
                          .at = now()};
    if (Result<std::vector<node::SocketQueue>> queues = read_socket_queues(ports)) {
        sources.queues = std::move(*queues);
    }
    return sources;
}

}  // namespace sara::io
