// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/time.hpp"

namespace sara::inspect {

/// What a media description is about; only for people to read (RFC 8866 section 5.14), it decides nothing.
enum class MediaKind : std::uint8_t { other = 0, audio, video, image, message, application };

enum class MediaState : std::uint8_t {
    active = 0,
    rejected,     ///< SDP port 0
    interleaved,  ///< RTSP over its own TCP connection: there is no flow to announce
    multicast,    ///< refused by name: multicast does not pass a dispatcher
};

/// Where one end wants to receive one medium: an SDP m= line (RFC 8866) or one side of an RTSP Transport (RFC 2326
/// section 12.39, RFC 7826 section 18.54). `stream` numbers the medium within its leg (SDP: index of the m= line; RTSP:
/// 0) so that both ends' halves are joined; several of one number and one end are alternatives.
struct MediaEndpoint {
    std::uint16_t stream = 0;
    MediaKind kind = MediaKind::other;
    MediaState state = MediaState::active;
    Transport transport = Transport::udp;
    std::optional<Address> address;  ///< nothing: not said, i.e. the address the signalling came from
    bool named = false;              ///< the address was a name; names are never resolved, so it cannot be known
    Port port = 0;                   ///< first port; 0: not said
    Port control_port = 0;           ///< RTCP; 0: none (T.38, MSRP)
    std::optional<Address> control_address{};  ///< of RTCP, where it is another one (RFC 3605)
    bool mux = false;                          ///< RTCP may share `port`; it does once both ends say so (RFC 5761)
    std::uint16_t pairs = 1;                   ///< SDP "port/count": this many RTP/RTCP pairs in a row

    friend bool operator==(const MediaEndpoint&, const MediaEndpoint&) = default;
};

enum class Method : std::uint8_t {
    other = 0,
    // SIP (RFC 3261, 3262, 3311, 3515, 6665, 3428)
    invite,
    ack,
    bye,
    cancel,
    prack,
    update,
    register_,
    options,
    subscribe,
    notify,
    message,
    info,
    refer,
    publish,
    // RTSP (RFC 2326, 7826)
    describe,
    announce,
    setup,
    play,
    pause,
    record,
    teardown,
    redirect,
    get_parameter,
    set_parameter,
};

/// What a message does to its dialog, whatever its protocol calls that. The tracker knows acts, not methods: a protocol
/// translates. A reply's act tells about the transaction (CSeq) it answers.
enum class Act : std::uint8_t {
    none = 0,  ///< nothing, but the dialog is alive: OPTIONS, INFO, PLAY
    propose,   ///< request that opens a dialog or a leg of it, or changes its media: INVITE, UPDATE, SETUP
    progress,  ///< provisional reply to it: 180, 183
    accept,    ///< success of what opens: 200 to INVITE or SETUP
    refuse,    ///< its final failure: what was proposed is void, and the leg too if it was never accepted
    answer,    ///< success of a change, or a late answer: 200 to UPDATE or PRACK, ACK with SDP
    decline,   ///< final failure of a change: all is as before
    finish,    ///< the end of one leg, if `leg` names one of several, else of the dialog: BYE, TEARDOWN
    close,     ///< no message: the TCP connection of `flow` was closed by `sender`
};

/// What one signalling message says, whoever read it: the dispatcher from the client, or the gateway from the server.
/// Bounded: see limits.hpp. Travels from gateway to dispatcher by facts_codec.
struct MessageFacts {
    App app = App::none;
    Sender sender = Sender::client;
    FlowKey flow;        ///< request direction, also for the server's messages
    std::string dialog;  ///< SIP Call-ID; RTSP Session id; empty while unknown (RTSP: joined by flow and CSeq)
    Act act = Act::none;
    Method method = Method::other;
    std::uint32_t cseq = 0;
    bool numbered = true;      ///< false: a reply that does not say which CSeq it answers (some RTSP servers)
    std::uint16_t status = 0;  ///< 0: a request; else the reply's code
    /// The part of the dialog that has its own pair of halves. SIP: the server's tag (To of what the client began, From
    /// of what the server began), so forks of one INVITE are told apart. RTSP request: the stream's URI. Empty: not
    /// known yet; a reply is then joined by its CSeq.
    std::string leg;

    bool opens = false;  ///< SIP: a request outside of any dialog, although `leg` may be known (the server calls)

    /// Where the sender receives. For RTSP replies also what they repeat of the client's half.
    std::vector<MediaEndpoint> media;
    std::vector<MediaEndpoint> peer_media;

    std::optional<Duration> lifetime;  ///< SIP Session-Expires, RTSP Session timeout
    std::string target;                ///< request URI; for people

    /// Of a server's message, the source address of its frame: the node's, where nothing routes between it and who read
    /// the message. Nothing where there was no frame.
    std::optional<Mac> node{};

    friend bool operator==(const MessageFacts&, const MessageFacts&) = default;
};

}  // namespace sara::inspect
