// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <string>

#include "core/node/proc_text.hpp"

using namespace sara::node;

TEST_CASE("/proc/stat: all processors, and each") {
    const auto stat = parse_stat("cpu  10 1 20 600 30 4 5 6 7 8\n"
                                 "cpu0 5 0 10 300 15 2 1 3 0 0\n"
                                 "cpu2 5 1 10 300 15 2 4 3 7 8\n"
                                 "intr 1 2 3\nctxt 4\n");
    REQUIRE(stat);
    CHECK(stat->all == CpuTimes{.total = 676, .idle = 630, .softirq = 5});
    REQUIRE(stat->each.size() == 2);
    CHECK(stat->each.at(0).softirq == 1);
    CHECK(stat->each.at(2) == CpuTimes{.total = 340, .idle = 315, .softirq = 4});
}

TEST_CASE("/proc/stat without its first line, or with a line cut short, says nothing") {
    CHECK_FALSE(parse_stat(""));
    CHECK_FALSE(parse_stat("cpu0 5 0 10 300 15 2 1 3 0 0\n"));
    CHECK_FALSE(parse_stat("cpu  10 1 20 600 30 4 5\n"));
    CHECK_FALSE(parse_stat("cpu  10 1 20 600 30 4 -5 6\n"));
}

TEST_CASE("/proc/meminfo: available of total") {
    CHECK(parse_meminfo("MemTotal:        2000 kB\nMemFree:  7 kB\nMemAvailable:     500 kB\n") ==
          MemoryInfo{.total = 2000, .available = 500});
    CHECK_FALSE(parse_meminfo("MemTotal:        2000 kB\n"));
    CHECK_FALSE(parse_meminfo("MemTotal:        0 kB\nMemAvailable:     0 kB\n"));
    CHECK_FALSE(parse_meminfo("MemTotal:        10 kB\nMemAvailable:     11 kB\n"));
}

TEST_CASE("/proc/net/sockstat: pages of TCP and of UDP") {
    CHECK(parse_sockstat("sockets: used 290\nTCP: inuse 5 orphan 0 tw 0 alloc 6 mem 3\nUDP: inuse 2 mem 9\n") ==
          SocketMemory{.tcp = 3, .udp = 9});
    CHECK_FALSE(parse_sockstat("TCP: inuse 5 orphan 0 tw 0 alloc 6 mem 3\n"));
    CHECK_FALSE(parse_sockstat("TCP: inuse 5 mem\nUDP: inuse 2 mem 9\n"));
}

TEST_CASE("tcp_mem: its last number is the limit") {
    CHECK(parse_memory_limit("22953\t30604\t45906\n") == 45906U);
    CHECK_FALSE(parse_memory_limit("22953\t30604\n"));
    CHECK_FALSE(parse_memory_limit("0 0 0\n"));
}

TEST_CASE("/proc/net/snmp: names tell where the values are") {
    CHECK(parse_snmp("Ip: Forwarding\nIp: 1\n"
                     "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors "
                     "IgnoredMulti MemErrors\n"
                     "Udp: 100 2 3 4 5 6 7 8 9\n") == UdpCounters{.received = 100, .dropped = 14});
    CHECK(parse_snmp("Udp: RcvbufErrors InDatagrams\nUdp: 5 100\n") == UdpCounters{.received = 100, .dropped = 5});
    CHECK_FALSE(parse_snmp("Udp: InDatagrams RcvbufErrors\n"));
    CHECK_FALSE(parse_snmp("Udp: InDatagrams RcvbufErrors\nUdp: 5\n"));
    CHECK_FALSE(parse_snmp(""));
}

TEST_CASE("/proc/pressure/io: the last ten seconds") {
    CHECK(*parse_pressure("some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=9.00\n") == Approx(.125));
    CHECK_FALSE(parse_pressure("full avg10=9.00\n"));
    CHECK_FALSE(parse_pressure("some avg10=nan avg60=1.00\n"));
    CHECK_FALSE(parse_pressure("some avg10=101 avg60=1.00\n"));
}

TEST_CASE("/proc/diskstats: requests in flight of all devices") {
    CHECK(parse_diskstats("   8       0 sda 1 2 3 4 5 6 7 8 9 10 11\n   8       1 sdb 1 2 3 4 5 6 7 8 3 10 11\n") ==
          12U);
    CHECK_FALSE(parse_diskstats("   8       0 sda 1 2 3\n"));
}

TEST_CASE("/proc/net/dev: what a device has sent") {
    const std::string text =
        "Inter-|   Receive                            |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop\n"
        "    lo:     100       1    0    0    0     0          0         0      100       1    0    0\n"
        "  eth0:12345 6 0 0 0 0 0 0 678 9 0 0 0 0 0 0\n";
    CHECK(parse_sent(text, "eth0") == 678U);
    CHECK(parse_sent(text, "lo") == 100U);
    CHECK_FALSE(parse_sent(text, "eth1"));
    CHECK_FALSE(parse_sent("eth0: 1 2 3\n", "eth0"));
    CHECK_FALSE(parse_sent("", "eth0"));
}
