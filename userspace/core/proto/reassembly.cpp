// SPDX-License-Identifier: GPL-2.0
#include "core/proto/reassembly.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/proto/limits.hpp"

namespace sara::proto {

std::optional<Reassembler::Whole> Reassembler::add(const Packet& fragment, Time now) {
    while (!partials_.empty() && partials_.front().since + limits::kReassemblyPatience <= now) {
        forget(partials_.begin());
    }
    Bytes bytes = fragment.part;
    const bool v6 = fragment.src.address.family() == Family::ipv6;
    if (fragment.more_fragments && bytes.size() % 8 != 0 && !v6) {
        bytes = bytes.first(bytes.size() / 8 * 8);
    }
    const Span span{fragment.fragment_offset, fragment.fragment_offset + bytes.size()};
    if (fragment.truncated || span.end > limits::kMaxIpPayload) {
        return std::nullopt;
    }
    const Partials::iterator partial = find(fragment, now);
    if (bytes.empty() || (fragment.more_fragments && bytes.size() % 8 != 0)) {
        forget(partial);
        return std::nullopt;
    }
    if (!set_size(*partial, span.end, fragment.more_fragments)) {
        if (!v6) {
            forget(partial);
        }
        return std::nullopt;
    }
    switch (take(*partial, span, bytes)) {
    case Fit::known:
        return std::nullopt;
    case Fit::contradicts:
        forget(partial);
        return std::nullopt;
    case Fit::taken:
        break;
    }
    ++partial->fragments;
    if (span.begin == 0) {
        partial->protocol = fragment.fragment_protocol;
    }
    if (!partial->size_final || partial->spans.size() != 1 || partial->spans.front().begin != 0 ||
        partial->spans.front().end != partial->size) {
        return std::nullopt;
    }
    done_ = std::move(partial->body);
    Whole whole{decode_joined(fragment, partial->protocol, done_), partial->fragments};
    forget(partial);
    return whole.packet.kind == Packet::Kind::whole ? std::optional(whole) : std::nullopt;
}

Reassembler::Partials::iterator Reassembler::find(const Packet& fragment, Time now) {
    const bool v4 = fragment.src.address.family() == Family::ipv4;
    const Key key{fragment.src.address, fragment.dst.address, fragment.fragment_id,
                  v4 ? fragment.fragment_protocol : std::uint8_t{0}};
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) {
        return known->second;
    }
    if (partials_.size() == limits::kMaxPartials) {
        forget(partials_.begin());
    }
    Partial fresh;
    fresh.key = key;
    fresh.since = now;
    partials_.push_back(std::move(fresh));
    const auto last = std::prev(partials_.end());
    by_key_.emplace(key, last);
    return last;
}

void Reassembler::forget(Partials::iterator partial) {
    by_key_.erase(partial->key);
    partials_.erase(partial);
}

/// False if another fragment says otherwise.
bool Reassembler::set_size(Partial& partial, std::size_t end, bool more) {
    if (more ? end > partial.size && partial.size_final
             : end < partial.size || (partial.size_final && end != partial.size)) {
        return false;
    }
    partial.size = std::max(partial.size, end);
    partial.size_final = partial.size_final || !more;
    return true;
}

Reassembler::Fit Reassembler::take(Partial& partial, const Span& span, Bytes bytes) {
    std::vector<Span>& spans = partial.spans;
    // The first that does not end before this one begins.
    auto next = std::find_if(spans.begin(), spans.end(), [&](const Span& other) { return other.end > span.begin; });
    if (next != spans.end() && next->begin < span.end) {
        return next->begin <= span.begin && span.end <= next->end ? Fit::known : Fit::contradicts;
    }
    if (partial.body.size() < span.end) {
        partial.body.resize(span.end);
    }
    std::copy(bytes.begin(), bytes.end(), partial.body.begin() + static_cast<std::ptrdiff_t>(span.begin));
    const bool joins_next = next != spans.end() && next->begin == span.end;
    const bool joins_last = next != spans.begin() && std::prev(next)->end == span.begin;
    if (joins_last && joins_next) {
        std::prev(next)->end = next->end;
        spans.erase(next);
    } else if (joins_last) {
        std::prev(next)->end = span.end;
    } else if (joins_next) {
        next->begin = span.begin;
    } else {
        spans.insert(next, span);
    }
    return Fit::taken;
}

}  // namespace sara::proto
