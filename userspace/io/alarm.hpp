// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

#include "core/base/time.hpp"

namespace sara::io {

/// Wakes a sans-I/O part at its next_deadline(). One alarm is set at a time; setting it again replaces it.
class Alarm {
public:
    Alarm(boost::asio::io_context& io, std::function<void()> wake);

    /// kNever: off. A time that is past wakes at the next turn of the loop.
    void set(Time at);

private:
    boost::asio::steady_timer timer_;
    std::function<void()> wake_;
    Time at_ = kNever;
};

}  // namespace sara::io
