// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/proto/bounded_list.hpp"
#include "core/proto/limits.hpp"

/// Capture files: classic pcap (both byte orders, microseconds or nanoseconds) and pcapng.
namespace sara::proto::pcap {

/// LINKTYPE_ values, see tcpdump.org/linktypes.html.
enum class LinkType : std::uint32_t {
    null = 0,  ///< BSD loopback: 4-byte family in the writer's byte order
    ethernet = 1,
    raw_bsd = 12,  ///< raw IP as DLT_RAW of some systems
    raw_openbsd = 14,
    raw = 101,
    loop = 108,  ///< OpenBSD loopback: as null, network byte order
    linux_sll = 113,
    ipv4 = 228,
    ipv6 = 229,
    linux_sll2 = 276,
};

struct Record {
    Time time{};  ///< since the Unix epoch, as the file says
    LinkType link = LinkType::ethernet;
    Bytes data;                   ///< captured bytes
    std::uint32_t wire_size = 0;  ///< bytes on the wire; larger than data.size() when the capture was cut
};

/// Goes over the records of a file that the caller keeps in memory.
class Reader {
public:
    /// Refused: a file that is no capture.
    [[nodiscard]] static Result<Reader> open(Bytes file);

    /// The next record; nothing at the end of the file or at an error, see error().
    [[nodiscard]] std::optional<Record> next();

    /// Why reading stopped before the end of the file: a torn last record, a length that cannot be.
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

private:
    struct Interface {
        LinkType link = LinkType::ethernet;
        std::uint64_t units_per_second = 1'000'000;
        std::uint32_t snap_length = 0;
    };

    explicit Reader(Bytes file) : file_(file) {}

    std::optional<Record> next_classic();
    std::optional<Record> next_block();
    bool open_section(std::size_t at);
    void add_interface(Bytes body, std::size_t at);
    std::optional<Record> packet(Bytes body, bool obsolete, std::size_t at);
    std::optional<Record> simple_packet(Bytes body, std::size_t at);
    void fail(std::string what, std::size_t at);
    [[nodiscard]] std::uint16_t u16(Bytes bytes, std::size_t at) const noexcept;
    [[nodiscard]] std::uint32_t u32(Bytes bytes, std::size_t at) const noexcept;

    Bytes file_;
    std::size_t at_ = 0;
    bool blocks_ = false;      ///< pcapng
    bool big_endian_ = false;  ///< of the file, or of the section
    Interface classic_;
    BoundedList<Interface, limits::kMaxInterfaces> interfaces_;
    std::optional<Error> error_;
};

}  // namespace sara::proto::pcap
