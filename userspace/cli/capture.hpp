// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/action.hpp"
#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/inspect/dialog_view.hpp"
#include "core/inspect/extractor.hpp"
#include "core/inspect/tracker.hpp"
#include "core/proto/pcap.hpp"

/// Identifies the sessions in a capture as dispatcher and gateway do together: the client's packets are what the
/// dispatcher sees, the server's what the gateway sees. Pure: the capture is bytes, its times are its own.
namespace sara::cli {

/// An announced flow, and what of it the capture holds.
struct AnnouncedFlow {
    AnnouncementKey key;
    bool withdrawn = false;     ///< not announced any more at the end of the capture
    std::uint64_t packets = 0;  ///< from clients
};

struct CapturedDialog {
    inspect::DialogView view;
    std::vector<AnnouncedFlow> announced;
};

struct CapturedSession {
    SessionId id = SessionId::unknown;  ///< numbered in the order of their first packets
    FlowKey flow;                       ///< of the signalling
    App app = App::none;
    std::string label;
    std::uint64_t packets = 0;  ///< of its signalling, both directions
    std::vector<CapturedDialog> dialogs;
};

struct CaptureReport {
    std::vector<CapturedSession> sessions;
    std::uint64_t packets = 0;            ///< in the capture
    std::uint64_t fragments = 0;          ///< to or from a VIP, of packets that did not become whole; not read
    std::uint64_t unread = 0;             ///< of link types that are not known here
    proto::pcap::LinkType unread_link{};  ///< the last of them
    std::uint64_t cut = 0;                ///< of signalling, of which the capture holds the beginning alone
    std::uint64_t unannounced = 0;        ///< UDP packets to a VIP that no signalling announced
    inspect::ExtractorCounters read;
    inspect::TrackerCounters tracked;
    std::optional<Error> torn;  ///< the capture ends in the middle of a record
};

/// The ports that are signalling where none are given: the usual ones of each protocol.
[[nodiscard]] std::span<const AppPort> default_ports();

/// Refused: what is no capture, no VIP, and VIPs without signalling where others have some (the error proposes them).
/// `tell` hears how many packets are read, now and then.
/// Empty `ports`: the default ones, and all others where SIP or RTSP is spoken (FTP's lines could be those of other
/// protocols).
[[nodiscard]] Result<CaptureReport> read_capture(Bytes file, std::span<const Address> vips,
                                                 std::span<const AppPort> ports,
                                                 const std::function<void(std::uint64_t packets)>& tell = {});

}  // namespace sara::cli
