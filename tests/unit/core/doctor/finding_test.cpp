// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/doctor/finding.hpp"

using namespace sara::doctor;

TEST_CASE("a check is well if nothing is wrong with it, whatever else was found meanwhile") {
    Report report;
    report.error("arp", "a");
    report.warning("route", "b", "command");
    report.conclude("vip", "c");
    report.conclude("arp", "d");
    report.conclude("route", "e");
    CHECK(std::move(report).take() == std::vector<Finding>{{Severity::error, "arp", "a"},
                                                           {Severity::warning, "route", "b", "command"},
                                                           {Severity::ok, "vip", "c"}});
}
