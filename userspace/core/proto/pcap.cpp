// SPDX-License-Identifier: GPL-2.0
#include "core/proto/pcap.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sara::proto::pcap {
namespace {

constexpr std::uint32_t kMagicMicro = 0xa1b2c3d4;
constexpr std::uint32_t kMagicNano = 0xa1b23c4d;
constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

// pcapng (draft-ietf-opsawg-pcapng): block types.
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::size_t kBlockOverhead = 12;  // type, length, length again
constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionResolution = 9;

constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
/// Later than this (the year 2255) a timestamp is cut: it would not fit in 63 bits of nanoseconds.
constexpr std::uint64_t kMaxSeconds = 9'000'000'000;

std::uint32_t load(Bytes bytes, std::size_t at, std::size_t size, bool big_endian) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value = (value << 8U) | bytes[at + (big_endian ? i : size - 1 - i)];
    }
    return value;
}

Time make_time(std::uint64_t seconds, std::uint64_t nanos) noexcept {
    const std::uint64_t total = std::min(seconds, kMaxSeconds) * kNanosPerSecond + nanos;
    return Time(Duration(static_cast<Duration::rep>(total)));
}

/// `units` of 1/per_second of a second.
Time from_units(std::uint64_t units, std::uint64_t per_second) noexcept {
    const std::uint64_t seconds = units / per_second;
    std::uint64_t fraction = units % per_second;
    if (per_second % kNanosPerSecond == 0) {
        return make_time(seconds, fraction / (per_second / kNanosPerSecond));
    }
    // What is left is a small power of ten or a power of two, of which so many bits are kept that the product fits.
    while (per_second > (std::uint64_t{1} << 34U)) {
        per_second >>= 1U;
        fraction >>= 1U;
    }
    return make_time(seconds, fraction * kNanosPerSecond / per_second);
}

/// if_tsresol: 10^-n, or 2^-n when the top bit is set. 0: not usable.
std::uint64_t units_of(std::uint8_t resolution) noexcept {
    const unsigned exponent = resolution & 0x7fU;
    if ((resolution & 0x80U) != 0) {
        return exponent < 64 ? std::uint64_t{1} << exponent : 0;
    }
    if (exponent > 19) {
        return 0;
    }
    std::uint64_t units = 1;
    for (unsigned i = 0; i < exponent; ++i) {
        units *= 10;
    }
    return units;
}

}  // namespace

Result<Reader> Reader::open(Bytes file) {
    Reader reader(file);
    if (file.size() < kFileHeader) {
        return Error{"too short for a capture file", {}};
    }
    if (load(file, 0, 4, true) == kSectionHeader) {
        reader.blocks_ = true;
        if (!reader.open_section(0)) {
            return Error{"no byte-order magic in the pcapng section header", {}};
        }
        return reader;
    }
    for (const bool big_endian : {false, true}) {
        const std::uint32_t magic = load(file, 0, 4, big_endian);
        if (magic == kMagicMicro || magic == kMagicNano) {
            reader.big_endian_ = big_endian;
            reader.classic_.units_per_second = magic == kMagicNano ? kNanosPerSecond : 1'000'000;
            // The upper bits tell the length of a frame check sequence.
            reader.classic_.link = static_cast<LinkType>(reader.u32(file, 20) & 0xffffU);
            reader.at_ = kFileHeader;
            return reader;
        }
    }
    return Error{"neither a pcap nor a pcapng file", {}};
}

std::optional<Record> Reader::next() {
    if (error_) {
        return std::nullopt;
    }
    return blocks_ ? next_block() : next_classic();
}

std::optional<Record> Reader::next_classic() {
    const Bytes rest = file_.subspan(at_);
    if (rest.empty()) {
        return std::nullopt;
    }
    if (rest.size() < kRecordHeader) {
        fail("the last record's header is cut", at_);
        return std::nullopt;
    }
    const std::uint32_t captured = u32(rest, 8);
    if (captured > limits::kMaxRecord) {
        fail("a record of " + std::to_string(captured) + " bytes", at_);
        return std::nullopt;
    }
    if (captured > rest.size() - kRecordHeader) {
        fail("the last record is cut", at_);
        return std::nullopt;
    }
    Record record;
    const std::uint64_t seconds = u32(rest, 0);
    const std::uint64_t fraction = u32(rest, 4);
    record.time = make_time(seconds, fraction * (kNanosPerSecond / classic_.units_per_second));
    record.link = classic_.link;
    record.data = rest.subspan(kRecordHeader, captured);
    record.wire_size = std::max(u32(rest, 12), captured);
    at_ += kRecordHeader + captured;
    return record;
}

std::optional<Record> Reader::next_block() {
    while (at_ < file_.size() && !error_) {
        const Bytes rest = file_.subspan(at_);
        if (rest.size() < kBlockOverhead) {
            fail("the last block's header is cut", at_);
            break;
        }
        const std::uint32_t type = u32(rest, 0);
        // A new section may have another byte order; the type reads the same in both.
        if (type == kSectionHeader && !open_section(at_)) {
            fail("no byte-order magic in the section header", at_);
            break;
        }
        const std::uint32_t length = u32(rest, 4);
        if (length < kBlockOverhead || length % 4 != 0) {
            fail("a block of " + std::to_string(length) + " bytes", at_);
            break;
        }
        if (length > rest.size()) {
            fail("the last block is cut", at_);
            break;
        }
        const Bytes body = rest.subspan(8, length - kBlockOverhead);
        const std::size_t at = at_;
        at_ += length;
        std::optional<Record> record;
        switch (type) {
        case kInterfaceDescription:
            add_interface(body, at);
            break;
        case kEnhancedPacket:
        case kObsoletePacket:
            record = packet(body, type == kObsoletePacket, at);
            break;
        case kSimplePacket:
            record = simple_packet(body, at);
            break;
        default:  // blocks of other kinds say nothing about packets
            break;
        }
        if (record) {
            return record;
        }
    }
    return std::nullopt;
}

bool Reader::open_section(std::size_t at) {
    const Bytes rest = file_.subspan(at);
    if (rest.size() < kBlockOverhead) {
        return false;
    }
    for (const bool big_endian : {false, true}) {
        if (load(rest, 8, 4, big_endian) == kByteOrderMagic) {
            big_endian_ = big_endian;
            interfaces_ = {};
            return true;
        }
    }
    return false;
}

void Reader::add_interface(Bytes body, std::size_t at) {
    if (body.size() < 8) {
        fail("an interface description that is too short", at);
        return;
    }
    Interface interface;
    interface.link = static_cast<LinkType>(u16(body, 0));
    interface.snap_length = u32(body, 4);
    for (Bytes options = body.subspan(8); options.size() >= 4;) {
        const std::uint16_t code = u16(options, 0);
        const std::size_t size = u16(options, 2);
        const std::size_t padded = (size + 3) & ~std::size_t{3};
        if (code == kOptionEnd || padded > options.size() - 4) {
            break;
        }
        if (code == kOptionResolution && size == 1) {
            interface.units_per_second = units_of(options[4]);
        }
        options = options.subspan(4 + padded);
    }
    if (interface.units_per_second == 0) {
        fail("a time resolution that cannot be", at);
    } else if (!interfaces_.push_back(interface)) {
        fail("more than " + std::to_string(limits::kMaxInterfaces) + " interfaces", at);
    }
}

std::optional<Record> Reader::packet(Bytes body, bool obsolete, std::size_t at) {
    constexpr std::size_t kFixed = 20;
    if (body.size() < kFixed) {
        fail("a packet block that is too short", at);
        return std::nullopt;
    }
    const std::uint32_t index = obsolete ? u16(body, 0) : u32(body, 0);
    const std::uint32_t captured = u32(body, 12);
    if (index >= interfaces_.size()) {
        fail("a packet of interface " + std::to_string(index) + ", which was not described", at);
        return std::nullopt;
    }
    if (captured > body.size() - kFixed || captured > limits::kMaxRecord) {
        fail("a packet of " + std::to_string(captured) + " bytes", at);
        return std::nullopt;
    }
    const Interface& interface = interfaces_[index];
    Record record;
    record.time = from_units((std::uint64_t{u32(body, 4)} << 32U) | u32(body, 8), interface.units_per_second);
    record.link = interface.link;
    record.data = body.subspan(kFixed, captured);
    record.wire_size = std::max(u32(body, 16), captured);
    return record;
}

/// Has no time, and belongs to the section's first interface.
std::optional<Record> Reader::simple_packet(Bytes body, std::size_t at) {
    if (body.size() < 4 || interfaces_.empty()) {
        fail("a simple packet block that is too short or without an interface", at);
        return std::nullopt;
    }
    const Interface& interface = interfaces_[0];
    const std::uint32_t wire = u32(body, 0);
    std::size_t captured = std::min<std::size_t>(wire, body.size() - 4);
    if (interface.snap_length != 0) {
        captured = std::min<std::size_t>(captured, interface.snap_length);
    }
    if (captured > limits::kMaxRecord) {
        fail("a packet of " + std::to_string(captured) + " bytes", at);
        return std::nullopt;
    }
    Record record;
    record.link = interface.link;
    record.data = body.subspan(4, captured);
    record.wire_size = std::max(wire, static_cast<std::uint32_t>(captured));
    return record;
}

void Reader::fail(std::string what, std::size_t at) {
    error_ = Error{std::move(what), "byte " + std::to_string(at)};
}

std::uint16_t Reader::u16(Bytes bytes, std::size_t at) const noexcept {
    return static_cast<std::uint16_t>(load(bytes, at, 2, big_endian_));
}

std::uint32_t Reader::u32(Bytes bytes, std::size_t at) const noexcept {
    return load(bytes, at, 4, big_endian_);
}

}  // namespace sara::proto::pcap
