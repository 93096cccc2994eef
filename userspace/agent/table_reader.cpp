// SPDX-License-Identifier: GPL-2.0
#include "agent/table_reader.hpp"

#include <cerrno>
#include <utility>
#include <variant>

namespace sara::agent {

kern::Result<bool> TableReader::read_piece() {
    if (!begun_) {
        if (const kern::Status done = begin(); !done) {
            return done.error();
        }
    }
    kern::Result<kern::Piece> piece = channel_.next_piece();
    if (!piece) {
        return piece.error();
    }
    consistent_ = consistent_ && piece->consistent;
    for (kern::Object& object : piece->objects) {
        add(std::move(object));
    }
    if (!piece->last) {
        return false;
    }
    begun_ = false;
    if (!consistent_) {
        if (attempt_ == kAttempts) {
            return kern::Error{EAGAIN, "the table was resized while it was read"};
        }
        ++attempt_;
        drop();
        return false;
    }
    attempt_ = 1;
    switch (kind_) {
    case Kind::sessions:
        kind_ = Kind::flows;
        return false;
    case Kind::flows:
        kind_ = Kind::announcements;
        return false;
    case Kind::announcements:
        return true;
    }
    return true;
}

kern::Status TableReader::begin() {
    begun_ = true;
    consistent_ = true;
    switch (kind_) {
    case Kind::sessions:
        return channel_.begin_dump(kern::session_dump());
    case Kind::flows:
        return channel_.begin_dump(kern::flow_dump());
    case Kind::announcements:
        return channel_.begin_dump(kern::announce_dump());
    }
    return Done{};
}

void TableReader::add(kern::Object&& object) {
    if (auto* session = std::get_if<kern::SessionInfo>(&object)) {
        holdings_.add(std::move(*session));
    } else if (auto* flow = std::get_if<kern::FlowInfo>(&object)) {
        holdings_.add(std::move(*flow));
    } else if (auto* announcement = std::get_if<kern::AnnouncementInfo>(&object)) {
        holdings_.add(std::move(*announcement));
    }
}

void TableReader::drop() {
    switch (kind_) {
    case Kind::sessions:
        holdings_.drop_sessions();
        break;
    case Kind::flows:
        holdings_.drop_flows();
        break;
    case Kind::announcements:
        holdings_.drop_announcements();
        break;
    }
}

}  // namespace sara::agent
