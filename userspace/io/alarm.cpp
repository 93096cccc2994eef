// SPDX-License-Identifier: GPL-2.0
#include "io/alarm.hpp"

#include <algorithm>
#include <chrono>

namespace sara::io {

Alarm::Alarm(boost::asio::io_context& io, std::function<void()> wake) : timer_(io), wake_(std::move(wake)) {}

void Alarm::set(Time at) {
    if (at == at_) {
        return;
    }
    at_ = at;
    if (at == kNever) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(std::chrono::steady_clock::time_point(std::max(at.time_since_epoch(), Duration::zero())));
    timer_.async_wait([this](const boost::system::error_code& error) {
        // Aborted: set() replaced this wait, or the alarm is gone and `this` must not be touched.
        if (!error) {
            at_ = kNever;
            wake_();
        }
    });
}

}  // namespace sara::io
