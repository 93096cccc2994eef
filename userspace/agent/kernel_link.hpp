// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "io/alarm.hpp"
#include "io/family_watch.hpp"
#include "kern/channel.hpp"

namespace sara::agent {

struct KernelCounters {
    std::uint64_t connects = 0;
    std::uint64_t overruns = 0;   ///< our socket was full: something was lost and read again
    std::uint64_t malformed = 0;  ///< messages that were not understood
    std::uint64_t posted = 0;
    std::uint64_t post_failures = 0;
};

/// Keeps the channel to the module: notices when the module goes, opens the channel again when it is back, and passes
/// on what arrives.
class KernelLink {
public:
    struct Hooks {
        /// A new channel: everything has to be set up on it. An error closes it again.
        std::function<kern::Status(kern::Channel&)> on_up;
        std::function<void(kern::Incoming&&)> on_incoming;
        /// Everything that was there has been passed on. `overrun`: and something before it was lost.
        std::function<void(bool overrun)> on_drained;
        std::function<void(const std::string& why)> on_down;
        /// The channel could not be opened again.
        std::function<void(const kern::Error& error)> on_retry;
    };

    KernelLink(boost::asio::io_context& io, Hooks hooks);
    ~KernelLink();

    /// The first time, so that a start can fail at once; from then on by itself.
    [[nodiscard]] kern::Status start();

    [[nodiscard]] bool is_up() const noexcept { return channel_ != nullptr; }
    [[nodiscard]] kern::Channel* channel() noexcept { return channel_.get(); }
    /// Sends without waiting. Fails when there is no channel.
    [[nodiscard]] kern::Result<kern::Sequence> post(const kern::Request& request);
    /// Passes on what has arrived, also what execute(), get() or dump() kept aside. Precondition: is_up().
    void drain();
    /// Passes on all of it, however much: for who must not act before he has seen what happened until now.
    void catch_up();

    [[nodiscard]] KernelCounters counters() const noexcept;

private:
    /// Datagrams until timers and other sockets get their turn.
    static constexpr int kBatch = 256;
    /// In catch_up(): what the socket can hold, in small messages.
    static constexpr int kMaxBatches = 128;
    static constexpr Duration kProbe = std::chrono::seconds(5);
    static constexpr Duration kFirstRetry = std::chrono::seconds(1);
    static constexpr Duration kLastRetry = std::chrono::seconds(30);

    /// True if there may be more.
    bool drain_batch();
    [[nodiscard]] kern::Status connect();
    void lose(const std::string& why);
    void close();
    void wait();
    void on_alarm();
    void on_family(io::FamilyChange change);
    void retry();
    [[nodiscard]] bool is_probe_answer(const kern::Incoming& incoming);

    boost::asio::io_context& io_;
    Hooks hooks_;
    io::Alarm alarm_;
    std::unique_ptr<io::FamilyWatch> watch_;
    std::unique_ptr<kern::Channel> channel_;
    /// Waits on the channel's descriptor; never closes it.
    std::unique_ptr<boost::asio::posix::stream_descriptor> descriptor_;
    std::optional<kern::Sequence> probe_;
    bool overrun_ = false;  ///< since the socket was last found empty
    Duration retry_ = kFirstRetry;
    KernelCounters counters_;
};

}  // namespace sara::agent
