// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "agent/holdings.hpp"
#include "kern/channel.hpp"

namespace sara::agent {

/// Reads all own sessions of a kernel in pieces, on a channel of its own: an agent with many does other things in
/// between. What changes meanwhile is told by events.
class TableReader {
public:
    /// `channel` is used for nothing else. Nothing is read yet.
    explicit TableReader(kern::Channel channel) : channel_(std::move(channel)) {}

    /// Reads the next piece, some hundred objects. True: that was all. EAGAIN: the table was resized again and again
    /// while it was read; what is missing then nobody would tell of.
    [[nodiscard]] kern::Result<bool> read_piece();

    /// What was read. Whole as soon as read_piece() said so.
    [[nodiscard]] Holdings& holdings() noexcept { return holdings_; }

private:
    enum class Kind : std::uint8_t { sessions, flows, announcements };

    /// As a channel's own dumps.
    static constexpr int kAttempts = 3;

    [[nodiscard]] kern::Status begin();
    void add(kern::Object&& object);
    void drop();

    kern::Channel channel_;
    Holdings holdings_{Holdings::Whose::own};
    /// In this order, so that no flow comes of a session that is not known.
    Kind kind_ = Kind::sessions;
    bool begun_ = false;
    bool consistent_ = true;
    int attempt_ = 1;
};

}  // namespace sara::agent
