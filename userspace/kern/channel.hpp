// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "kern/codec.hpp"
#include "kern/error.hpp"
#include "kern/socket.hpp"

namespace sara::kern {

enum class Sequence : std::uint32_t {};

/// The kernel's last word about a posted request: done, or refused with the error.
struct Ack {
    Sequence sequence{};
    std::optional<Error> error;
};

/// An object that a posted get asked for; its Ack follows.
struct Answer {
    Sequence sequence{};
    Object object;
};

/// The socket's buffer was full: events, inspected packets and acknowledgements were lost. What was learnt from them
/// must be read again by dumps.
struct Overrun {};

using Incoming = std::variant<Ack, Answer, Event, InspectedPacket, Overrun>;

/// What a dump listed. Not consistent: objects came or went while it ran, three times in a row, so that some may be
/// missing.
template <typename T>
struct Listing {
    std::vector<T> items;
    bool consistent = true;
};

/// What one datagram holds of a dump; maybe nothing. Not consistent: objects came or went while it ran, so that some
/// may be missing of the whole, or come twice.
struct Piece {
    std::vector<Object> objects;
    bool consistent = true;
    bool last = false;
};

/// The family `sara` of one network namespace over one socket. Not thread-safe.
///
/// execute(), get() and dump() return with their answer, which netlink gives at once, or with ENOBUFS if it was lost in
/// an overrun: ask again then. What else has arrived (events, inspected packets, acknowledgements of posted requests)
/// is kept for receive(). Only wait() waits. Unbinding and leaving are done by destroying the channel.
class Channel {
public:
    static constexpr std::size_t kReceiveBuffer = 8U << 20;

    /// Opens a socket, finds the family and checks its version. Refusals say what to do: module not loaded, other
    /// version.
    [[nodiscard]] static Result<Channel> open(std::size_t buffer = kReceiveBuffer);
    [[nodiscard]] static Result<Channel> open(std::unique_ptr<Socket> socket);

    /// A command that answers with no object.
    [[nodiscard]] Status execute(const Request& request);

    /// All objects that a get or dump gives; a dump is asked again when they changed meanwhile.
    [[nodiscard]] Result<Listing<Object>> query(const Request& request);

    /// A get (or inspect_bind) that answers with one object.
    template <typename T>
    [[nodiscard]] Result<T> get(const Request& request) {
        Result<Listing<T>> found = dump<T>(request);
        if (!found) {
            return found.error();
        }
        if (found->items.empty()) {
            return Error{EPROTO, "the kernel module answered with nothing that was asked for"};
        }
        return std::move(found->items.front());
    }

    /// Is told how many objects of a dump there are already, as they come; nothing: nobody is.
    void watch_dumps(std::function<void(std::size_t objects)> watcher) { dump_watcher_ = std::move(watcher); }

    /// The objects of one type.
    template <typename T>
    [[nodiscard]] Result<Listing<T>> dump(const Request& request) {
        Result<Listing<Object>> objects = query(request);
        if (!objects) {
            return objects.error();
        }
        Listing<T> listing{{}, objects->consistent};
        for (Object& object : objects->items) {
            if (T* found = std::get_if<T>(&object)) {
                listing.items.push_back(std::move(*found));
            }
        }
        return listing;
    }

    /// Tells `visitor` of each object of a dump as it is read, and keeps none: of a million there is no list. When they
    /// changed meanwhile the dump is asked again, so that what is there may be told of more than once. Returns how many
    /// there were when it was asked last.
    [[nodiscard]] Result<std::size_t> visit(const Request& request, const std::function<void(Object&&)>& visitor);

    /// Begins a dump that is read in pieces, for who does other things between them, or wants only the first: what is
    /// not read by the end of the channel, the kernel never writes. Nothing else may be asked for on this channel
    /// before the last piece.
    [[nodiscard]] Status begin_dump(const Request& request);
    [[nodiscard]] Result<Piece> next_piece();

    /// Sends without waiting. Every posted request is answered by one Ack (refusals too), unless an Overrun comes
    /// instead. Not for dumps.
    [[nodiscard]] Result<Sequence> post(const Request& request);

    /// What has arrived, up to one datagram more; empty: nothing there now. An error means the socket is dead.
    [[nodiscard]] Result<std::vector<Incoming>> receive();

    /// Waits until something arrives (for programs that do nothing else).
    [[nodiscard]] Result<std::vector<Incoming>> wait();

    /// Becomes a receiver of the events of this network namespace.
    [[nodiscard]] Status subscribe();

    /// Readable when receive() may have something. A caller that waits on it edge-triggered must call receive() until
    /// it gives nothing.
    [[nodiscard]] int fd() const noexcept { return socket_->fd(); }

    /// Messages of the kernel that could not be understood and were left out.
    [[nodiscard]] std::uint64_t malformed() const noexcept { return malformed_; }

    /// The number of the family: another one each time the module is loaded, until the machine boots.
    [[nodiscard]] std::uint16_t family() const noexcept { return family_; }

    /// As the module told when the channel was opened.
    [[nodiscard]] const Config& config() const noexcept { return config_; }

private:
    static constexpr int kDumpAttempts = 3;
    static constexpr std::size_t kMaxKept = 65536;

    struct Pending;

    explicit Channel(std::unique_ptr<Socket> socket);

    [[nodiscard]] Status resolve();
    [[nodiscard]] Status check_version();
    [[nodiscard]] Status catch_up();
    [[nodiscard]] Status read_answer(Pending& pending);
    [[nodiscard]] Status await(Pending& pending);
    [[nodiscard]] Status take(const Socket::Received& received);
    /// What a visitor is told is not in the listing.
    [[nodiscard]] Result<Listing<Object>> ask(const Request& request,
                                              const std::function<void(Object&&)>& visitor = {});
    [[nodiscard]] Result<Sequence> send(std::uint16_t family, std::uint8_t version, const Request& request);
    [[nodiscard]] Result<std::vector<Incoming>> receive(Socket::Wait wait);
    void take_datagram(Bytes datagram, Pending* pending);
    void keep(Incoming incoming);

    std::unique_ptr<Socket> socket_;
    Buffer buffer_;
    std::deque<Incoming> kept_;
    Config config_;
    std::uint16_t family_ = 0;
    std::uint32_t events_group_ = 0;
    std::uint32_t next_sequence_ = 1;
    std::uint32_t dump_sequence_ = 0;  ///< of the dump that is read in pieces
    std::uint64_t malformed_ = 0;
    std::function<void(std::size_t)> dump_watcher_;
};

}  // namespace sara::kern
