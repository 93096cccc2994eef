// SPDX-License-Identifier: GPL-2.0
// Messages of a peer dispatcher: whatever decodes is within its bounds and encodes to the same again; and a replica
// that is fed with it stays within its own, and asks the kernel for nothing but what it was told.
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "core/replica/codec.hpp"
#include "core/replica/replica.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::replica;

namespace {

void check_again(const Message& message) {
    if (const auto* batch = std::get_if<Batch>(&message)) {
        Buffer objects;
        for (const Object& object : batch->objects) {
            const Result<Buffer> one = encode(object);
            fuzz::expect(one.ok(), "what was decoded can be encoded");
            objects.insert(objects.end(), one->begin(), one->end());
        }
        fuzz::expect(objects.size() <= kMaxObjects, "objects.size() <= kMaxObjects");
        const Result<Message> back = decode(encode(batch->head, objects));
        fuzz::expect(back.ok() && *back == message, "back == message");
    } else if (const auto* records = std::get_if<NodeRecords>(&message)) {
        std::span<const NodeRecord> rest = records->nodes;
        const Result<Message> back = decode(encode_some(rest));
        fuzz::expect(rest.empty() && back.ok() && *back == message, "back == message");
    } else {
        const auto& report = std::get<Report>(message);
        fuzz::expect(report.wanted.size() <= kMaxWanted, "report.wanted.size() <= kMaxWanted");
        const Result<Message> back = decode(encode(report));
        fuzz::expect(back.ok() && *back == message, "back == message");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(data, size);
    if (const Result<Message> message = decode(input)) {
        check_again(*message);
    }

    // The same bytes as a row of messages, each led by its length; the kernel answers by turns.
    Replica replica;
    Standby standby;
    Time now{};
    std::uint64_t last = 0;
    unsigned turn = 0;
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t length = static_cast<std::size_t>(data[at] << 8U | data[at + 1]);
        at += 2;
        if (length > size - at) {
            break;
        }
        Result<Message> each = decode(input.subspan(at, length));
        at += length;
        now += Replica::kGap / 2;
        if (each && std::holds_alternative<Batch>(*each)) {
            replica.handle(std::get<Batch>(std::move(*each)), now);
        }
        replica.expire(now);
        fuzz::expect(replica.buffered() < Replica::kWindow, "replica.buffered() < Replica::kWindow");
        for (auto command = replica.next(standby); command; command = replica.next(standby)) {
            if (std::holds_alternative<RestoreSession>(*command)) {
                const bool refused = ++turn % 5 == 0;
                const SessionId id{++last};
                if (!refused) {
                    standby.insert(id);
                }
                replica.done({.error = refused ? EEXIST : 0, .session = id});
            } else {
                replica.done({.error = ++turn % 7 == 0 ? ENOENT : 0});
            }
            fuzz::expect(turn < 1000000, "there is an end to what one message makes");
        }
        fuzz::expect(replica.is_idle(), "replica.is_idle()");
        fuzz::expect(replica.sessions() <= last, "replica.sessions() <= last");
    }
    return 0;
}
