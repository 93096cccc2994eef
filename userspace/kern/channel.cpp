// SPDX-License-Identifier: GPL-2.0
#include "kern/channel.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <iterator>
#include <string>

#include "kern/netlink_message.hpp"

namespace sara::kern {

namespace {

/// The kernel fills a dump's datagrams up to 32 KiB, and never sends a longer message of ours.
constexpr std::size_t kDatagramMax = 128U << 10;

constexpr std::uint8_t kControlVersion = 1;

Error not_loaded() {
    return {ENOENT, "the kernel module is not loaded: modprobe sara (or insmod sara.ko)"};
}

Error other_version(const std::string& module) {
    return {EOPNOTSUPP, "the kernel module speaks " + module + " of the interface, this program version " +
                            std::to_string(SARA_ABI_VERSION) + ": install both from one release"};
}

}  // namespace

/// A request whose answer is awaited.
struct Channel::Pending {
    std::uint32_t sequence = 0;
    bool family = false;  ///< asks the controller, not the module
    std::vector<Object> objects;
    std::function<void(Object&&)> visitor{};  ///< is told of them instead
    std::optional<FamilyInfo> found;
    std::optional<Error> error;
    bool interrupted = false;
    bool done = false;
};

Channel::Channel(std::unique_ptr<Socket> socket) : socket_(std::move(socket)), buffer_(kDatagramMax) {}

Result<Channel> Channel::open(std::size_t buffer) {
    Result<std::unique_ptr<Socket>> socket = open_socket(buffer);
    if (!socket) {
        return socket.error();
    }
    return open(std::move(*socket));
}

Result<Channel> Channel::open(std::unique_ptr<Socket> socket) {
    Channel channel(std::move(socket));
    if (const Status resolved = channel.resolve(); !resolved) {
        return resolved.error();
    }
    if (const Status checked = channel.check_version(); !checked) {
        return checked.error();
    }
    return channel;
}

Status Channel::resolve() {
    const Result<Sequence> sent = send(GENL_ID_CTRL, kControlVersion, family_get());
    if (!sent) {
        return sent.error();
    }
    Pending pending;
    pending.sequence = static_cast<std::uint32_t>(*sent);
    pending.family = true;
    if (const Status answered = await(pending); !answered) {
        return answered.error().code == ENOENT ? not_loaded() : answered.error();
    }
    if (!pending.found) {
        return Error{EPROTO, "the kernel did not describe its family sara"};
    }
    family_ = pending.found->id;
    events_group_ = pending.found->events_group;
    return Done{};
}

Status Channel::check_version() {
    Result<Config> config = get<Config>(config_get());
    if (!config) {
        return config.error().code == EOPNOTSUPP ? other_version("another version") : config.error();
    }
    if (config->abi_version != SARA_ABI_VERSION) {
        return other_version("version " + std::to_string(config->abi_version));
    }
    config_ = std::move(*config);
    return Done{};
}

Result<Sequence> Channel::send(std::uint16_t family, std::uint8_t version, const Request& request) {
    // 0 is the sequence of what nobody asked for.
    const std::uint32_t sequence = next_sequence_++;
    if (next_sequence_ == 0) {
        next_sequence_ = 1;
    }
    const std::uint16_t flags = static_cast<std::uint16_t>(NLM_F_REQUEST | (request.dump ? NLM_F_DUMP : NLM_F_ACK));
    if (const int error = socket_->send(wrap({family, flags, sequence}, version, request)); error != 0) {
        return error_of(error);
    }
    return Sequence{sequence};
}

Status Channel::execute(const Request& request) {
    const Result<Listing<Object>> objects = ask(request);
    if (!objects) {
        return objects.error();
    }
    return Done{};
}

Result<Listing<Object>> Channel::query(const Request& request) {
    Result<Listing<Object>> listing = ask(request);
    for (int attempt = 1; attempt < kDumpAttempts && listing && !listing->consistent; ++attempt) {
        listing = ask(request);
    }
    return listing;
}

Result<std::size_t> Channel::visit(const Request& request, const std::function<void(Object&&)>& visitor) {
    std::size_t told = 0;
    bool consistent = false;
    for (int attempt = 0; attempt < kDumpAttempts && !consistent; ++attempt) {
        told = 0;
        const Result<Listing<Object>> asked = ask(request, [&](Object&& object) {
            ++told;
            visitor(std::move(object));
        });
        if (!asked) {
            return asked.error();
        }
        consistent = asked->consistent;
    }
    return told;
}

Result<Listing<Object>> Channel::ask(const Request& request, const std::function<void(Object&&)>& visitor) {
    if (const Status current = catch_up(); !current) {
        return current.error();
    }
    const Result<Sequence> sent = send(family_, SARA_GENL_VERSION, request);
    if (!sent) {
        return sent.error();
    }
    Pending pending;
    pending.sequence = static_cast<std::uint32_t>(*sent);
    pending.visitor = visitor;
    if (const Status answered = await(pending); !answered) {
        return answered.error();
    }
    return Listing<Object>{std::move(pending.objects), !pending.interrupted};
}

/// A socket that was full gets nothing from the kernel, answers neither, until it was read to its end. However much
/// there comes meanwhile, this ends.
Status Channel::catch_up() {
    for (std::size_t i = 0; i < kMaxKept; ++i) {
        const Socket::Received received = socket_->receive(buffer_, Socket::Wait::no);
        if (received.error == EAGAIN) {
            break;
        }
        if (const Status taken = take(received); !taken) {
            return taken.error();
        }
    }
    return Done{};
}

/// One datagram more of what is awaited.
Status Channel::read_answer(Pending& pending) {
    const Socket::Received received = socket_->receive(buffer_, Socket::Wait::no);
    if (received.error == EINTR) {
        return Done{};
    }
    if (received.error == ENOBUFS) {
        keep(Overrun{});
    }
    // The kernel answers while it takes the request: what is not there then was lost, and the caller must ask again.
    if (received.error == ENOBUFS || received.error == EAGAIN) {
        return Error{ENOBUFS, "the kernel's answer was lost, the socket's buffer was full"};
    }
    if (received.error != 0) {
        return error_of(received.error);
    }
    take_datagram(Bytes(buffer_).first(received.size), &pending);
    return Done{};
}

Status Channel::await(Pending& pending) {
    while (!pending.done) {
        if (const Status read = read_answer(pending); !read) {
            return read.error();
        }
        if (dump_watcher_) {
            dump_watcher_(pending.objects.size());
        }
    }
    if (pending.error) {
        return *pending.error;
    }
    return Done{};
}

Status Channel::begin_dump(const Request& request) {
    const Result<Sequence> sent = send(family_, SARA_GENL_VERSION, request);
    if (!sent) {
        return sent.error();
    }
    dump_sequence_ = static_cast<std::uint32_t>(*sent);
    return Done{};
}

Result<Piece> Channel::next_piece() {
    Pending pending;
    pending.sequence = dump_sequence_;
    if (const Status read = read_answer(pending); !read) {
        return read.error();
    }
    if (pending.error) {
        return *pending.error;
    }
    return Piece{std::move(pending.objects), !pending.interrupted, pending.done};
}

Result<Sequence> Channel::post(const Request& request) {
    return send(family_, SARA_GENL_VERSION, request);
}

Result<std::vector<Incoming>> Channel::receive() {
    return receive(Socket::Wait::no);
}

Result<std::vector<Incoming>> Channel::wait() {
    return receive(kept_.empty() ? Socket::Wait::yes : Socket::Wait::no);
}

Result<std::vector<Incoming>> Channel::receive(Socket::Wait wait) {
    if (const Status taken = take(socket_->receive(buffer_, wait)); !taken) {
        return taken.error();
    }
    std::vector<Incoming> out(std::make_move_iterator(kept_.begin()), std::make_move_iterator(kept_.end()));
    kept_.clear();
    return out;
}

/// Keeps what was not asked for.
Status Channel::take(const Socket::Received& received) {
    if (received.error == ENOBUFS) {
        keep(Overrun{});
    } else if (received.error == 0) {
        take_datagram(Bytes(buffer_).first(received.size), nullptr);
    } else if (received.error == EMSGSIZE) {
        ++malformed_;
    } else if (received.error != EAGAIN && received.error != EINTR) {
        return error_of(received.error);
    }
    return Done{};
}

Status Channel::subscribe() {
    if (events_group_ == 0) {
        return Error{EOPNOTSUPP, "the kernel module has no events"};
    }
    if (const int error = socket_->join(events_group_); error != 0) {
        return error_of(error);
    }
    return Done{};
}

void Channel::keep(Incoming incoming) {
    if (kept_.size() < kMaxKept) {
        kept_.push_back(std::move(incoming));
    } else {
        kept_.back() = Overrun{};
    }
}

void Channel::take_datagram(Bytes datagram, Pending* pending) {
    MessageReader reader(datagram);
    while (reader.next()) {
        const Header& header = reader.header();
        const bool awaited = pending != nullptr && !pending->done && header.sequence == pending->sequence;
        if (awaited && (header.flags & NLM_F_DUMP_INTR) != 0) {
            pending->interrupted = true;
        }
        if (header.type == NLMSG_ERROR || header.type == NLMSG_DONE) {
            std::optional<Error> verdict = decode_verdict(header, reader.payload());
            if (awaited) {
                pending->error = std::move(verdict);
                pending->done = true;
            } else {
                keep(Ack{Sequence{header.sequence}, std::move(verdict)});
            }
            continue;
        }
        const std::optional<GenericPayload> payload = generic_payload(reader.payload());
        if (header.type == GENL_ID_CTRL && awaited && pending->family && payload) {
            const Result<FamilyInfo> family = decode_family(payload->attributes);
            if (family) {
                pending->found = *family;
            } else {
                ++malformed_;
            }
            continue;
        }
        if (header.type != family_ || !payload) {
            ++malformed_;
            continue;
        }
        Result<Object> object = decode(payload->command, payload->attributes);
        if (!object) {
            ++malformed_;
        } else if (Event* event = std::get_if<Event>(&*object)) {
            keep(std::move(*event));
        } else if (InspectedPacket* packet = std::get_if<InspectedPacket>(&*object)) {
            keep(std::move(*packet));
        } else if (awaited && pending->visitor) {
            pending->visitor(std::move(*object));
        } else if (awaited) {
            pending->objects.push_back(std::move(*object));
        } else {
            keep(Answer{Sequence{header.sequence}, std::move(*object)});
        }
    }
    if (reader.torn()) {
        ++malformed_;
    }
}

}  // namespace sara::kern
