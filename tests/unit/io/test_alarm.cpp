// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>

#include "io/alarm.hpp"
#include "io/clock.hpp"

using namespace sara;
using namespace std::chrono_literals;

TEST_CASE("an alarm wakes once, not before its time") {
    boost::asio::io_context io;
    int woken = 0;
    Time woken_at{};
    io::Alarm alarm(io, [&] {
        ++woken;
        woken_at = io::now();
    });
    const Time due = io::now() + 5ms;
    alarm.set(due);
    alarm.set(due);
    io.run_for(5s);
    CHECK(woken == 1);
    CHECK(woken_at >= due);
}

TEST_CASE("setting an alarm replaces it, also from its own wake") {
    boost::asio::io_context io;
    int woken = 0;
    io::Alarm* self = nullptr;
    io::Alarm alarm(io, [&] {
        if (++woken < 3) {
            self->set(Time::min());
        }
    });
    self = &alarm;
    alarm.set(io::now() + 1h);
    alarm.set(Time::min());
    io.run_for(5s);
    CHECK(woken == 3);
}

TEST_CASE("an alarm that is off does not wake") {
    boost::asio::io_context io;
    int woken = 0;
    io::Alarm alarm(io, [&] { ++woken; });
    alarm.set(io::now() + 1ms);
    alarm.set(kNever);
    io.run_for(50ms);
    CHECK(woken == 0);
}
