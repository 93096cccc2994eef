// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/proto/packet.hpp"

namespace sara::proto {

/// Puts IP packets together from their fragments, with the kernel's rules, so that a capture is read as the packets
/// were: what lies within bytes that are there already is ignored, what overlaps them in part drops the whole packet
/// (RFC 5722, in IPv4 too). Holds at most limits::kMaxPartials packets, the oldest makes room, each for
/// limits::kReassemblyPatience.
class Reassembler {
public:
    struct Whole {
        Packet packet;              ///< views into the Reassembler, until the next add()
        std::size_t fragments = 0;  ///< it came in so many
    };

    /// Precondition: `fragment` is one. Of what the capture has cut off nothing can be made: it is ignored.
    [[nodiscard]] std::optional<Whole> add(const Packet& fragment, Time now);

private:
    struct Key {
        Address src;
        Address dst;
        std::uint32_t id = 0;
        std::uint8_t protocol = 0;  ///< IPv4 only

        friend auto operator<=>(const Key&, const Key&) = default;
    };

    /// Bytes [begin, end) of the packet.
    struct Span {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    struct Partial {
        Key key;
        Time since;
        Buffer body;              ///< with holes
        std::vector<Span> spans;  ///< what is there: in order, with a hole between any two
        std::size_t size = 0;     ///< of the packet, as far as is known
        bool size_final = false;  ///< the last fragment was seen
        std::uint8_t protocol = 0;
        std::size_t fragments = 0;
    };
    using Partials = std::list<Partial>;  ///< the oldest first

    enum class Fit : std::uint8_t { taken, known, contradicts };

    Partials::iterator find(const Packet& fragment, Time now);
    void forget(Partials::iterator partial);
    static bool set_size(Partial& partial, std::size_t end, bool more);
    static Fit take(Partial& partial, const Span& span, Bytes bytes);

    Partials partials_;
    std::map<Key, Partials::iterator> by_key_;
    Buffer done_;
};

}  // namespace sara::proto
