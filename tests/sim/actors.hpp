// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/inspect/conversation.hpp"
#include "world.hpp"

namespace sara::sim {

/// What must hold of a dialog when the world has settled.
struct Expectation {
    std::string id;
    FlowKey flow;
    bool up = false;             ///< both ends agreed, and nobody ended it
    bool over = false;           ///< it was refused, cancelled or ended
    std::vector<FlowKey> media;  ///< the client's flows, when up
};

/// One SIP call: dice decide how it goes.
class Caller : public std::enable_shared_from_this<Caller> {
public:
    Caller(World& world, FlowKey flow, std::string id, Port client_port, Port server_port)
        : world_(world), client_port_(client_port), server_port_(server_port) {
        seen.id = std::move(id);
        seen.flow = flow;
    }

    void start() {
        client(test::request("INVITE", 1, {.call = seen.id, .sdp = client_sdp()}));
        if (world_.chance(0.3)) {
            after(world_.between(500ms, 1s),
                  [this] { client(test::request("INVITE", 1, {.call = seen.id, .sdp = client_sdp()})); });
        }
        after(world_.between(1ms, 50ms), [this] { server(test::reply(100, "INVITE", 1, {.call = seen.id})); });
        if (world_.chance(0.1)) {
            after(world_.between(1s, 3s), [this] {
                client(test::request("CANCEL", 1, {.call = seen.id}));
                server(test::reply(200, "CANCEL", 1, tagged()));
                server(test::reply(487, "INVITE", 1, tagged()));
                seen.over = true;
            });
        } else if (world_.chance(0.1)) {
            after(world_.between(10ms, 3s), [this] {
                server(test::reply(486, "INVITE", 1, tagged()));
                seen.over = true;
            });
        } else {
            if (world_.chance(0.5)) {
                after(world_.between(51ms, 200ms),
                      [this] { server(test::reply(183, "INVITE", 1, tagged(server_sdp()))); });
            }
            after(world_.between(201ms, 4s), [this] { answer(); });
        }
    }

    Expectation seen;

private:
    void answer() {
        const std::string ok = test::reply(200, "INVITE", 1, tagged(server_sdp()));
        server(ok);
        if (world_.chance(0.2)) {
            after(500ms, [this, ok] { server(ok); });
        }
        client(test::request("ACK", 1, tagged()));
        up();
        if (world_.chance(0.3)) {
            after(world_.between(1s, 5s), [this] { move(); });
        }
        if (world_.chance(0.7)) {
            after(world_.between(10s, 40s), [this] { hang_up(); });
        }
    }

    /// A re-INVITE with another port of the client, accepted or refused.
    void move() {
        const Port old = client_port_;
        client_port_ = static_cast<Port>(client_port_ + 20000);
        client(test::request("INVITE", 2, tagged(client_sdp())));
        if (world_.chance(0.7)) {
            server(test::reply(200, "INVITE", 2, tagged(server_sdp())));
            up();
        } else {
            client_port_ = old;
            server(test::reply(488, "INVITE", 2, tagged()));
        }
        client(test::request("ACK", 2, tagged()));
    }

    void hang_up() {
        if (world_.chance(0.5)) {
            client(test::request("BYE", 3, tagged()));
            server(test::reply(200, "BYE", 3, tagged()));
        } else {
            const test::Sip turned{.call = seen.id, .from_tag = "s1", .to_tag = "from-c"};
            server(test::request("BYE", 1, turned));
            client(test::reply(200, "BYE", 1, turned));
        }
        seen.up = false;
        seen.over = true;
    }

    void up() {
        seen.up = true;
        seen.media.clear();
        for (const Port offset : {Port{0}, Port{1}}) {
            seen.media.push_back({{seen.flow.src.address, static_cast<Port>(client_port_ + offset)},
                                  {seen.flow.dst.address, static_cast<Port>(server_port_ + offset)},
                                  Transport::udp});
        }
    }

    [[nodiscard]] test::Sip tagged(std::string sdp = {}) const {
        return {.call = seen.id, .to_tag = "s1", .sdp = std::move(sdp)};
    }
    [[nodiscard]] std::string client_sdp() const { return test::audio(seen.flow.src.address.text(), client_port_); }
    [[nodiscard]] std::string server_sdp() const { return test::audio(seen.flow.dst.address.text(), server_port_); }

    void client(std::string message) { world_.pass(App::sip, Sender::client, seen.flow, std::move(message)); }
    void server(std::string message) { world_.pass(App::sip, Sender::server, seen.flow, std::move(message)); }
    template <typename What>
    void after(Duration time, What what) {
        world_.at(time, [self = shared_from_this(), what] { what(); });
    }

    World& world_;
    Port client_port_;
    Port server_port_;
};

/// One RTSP player with one or two streams, over TCP in pieces.
class Player : public std::enable_shared_from_this<Player> {
public:
    Player(World& world, FlowKey flow, std::string id, Port client_port, Port server_port)
        : world_(world), client_port_(client_port), server_port_(server_port) {
        seen.id = std::move(id);
        seen.flow = flow;
    }

    void start() {
        segment(Sender::client, "", inspect::kTcpSyn);
        segment(Sender::server, "", inspect::kTcpSyn);
        client(test::rtsp("OPTIONS", kUri, ++cseq_));
        server(test::rtsp_reply(200, cseq_));
        client(test::rtsp("DESCRIBE", kUri, ++cseq_));
        server(test::rtsp_reply(world_.chance(0.2) ? 401 : 200, cseq_));
        after(world_.between(1ms, 20ms), [this] { set_up(world_.chance(0.5) ? 2 : 1); });
    }

    Expectation seen;

private:
    static inline const std::string kUri = "rtsp://198.18.0.100/test/";

    void set_up(unsigned streams) {
        const auto port = [&](Port first) { return static_cast<Port>(first + seen.media.size()); };
        const Port mine = port(client_port_);
        const Port theirs = port(server_port_);
        const std::string ports = "client_port=" + std::to_string(mine) + "-" + std::to_string(mine + 1);
        const bool first = seen.media.empty();
        client(
            test::rtsp("SETUP", kUri + "stream=" + std::to_string(seen.media.size() / 2), ++cseq_,
                       "Transport: RTP/AVP;unicast;" + ports + "\r\n" + (first ? "" : "Session: " + seen.id + "\r\n")));
        after(world_.between(1ms, 20ms), [this, streams, ports, mine, theirs] {
            server(test::rtsp_reply(200, cseq_,
                                    "Transport: RTP/AVP;unicast;" + ports + ";server_port=" + std::to_string(theirs) +
                                        "-" + std::to_string(theirs + 1) + "\r\nSession: " + seen.id +
                                        ";timeout=60\r\n"));
            for (const Port offset : {Port{0}, Port{1}}) {
                seen.media.push_back({{seen.flow.src.address, static_cast<Port>(mine + offset)},
                                      {seen.flow.dst.address, static_cast<Port>(theirs + offset)},
                                      Transport::udp});
            }
            if (streams > 1) {
                set_up(streams - 1);
            } else {
                play();
            }
        });
    }

    void play() {
        seen.up = true;
        client(test::rtsp("PLAY", kUri, ++cseq_, "Session: " + seen.id + "\r\n"));
        server(test::rtsp_reply(200, cseq_, "Session: " + seen.id + "\r\n"));
        for (Duration time = 25s; time < 150s; time += 25s) {
            after(time, [this] {
                if (seen.up) {
                    client(test::rtsp("GET_PARAMETER", kUri, ++cseq_, "Session: " + seen.id + "\r\n"));
                    server(test::rtsp_reply(200, cseq_));
                }
            });
        }
        if (world_.chance(0.7)) {
            after(world_.between(5s, 40s), [this] { stop(); });
        }
    }

    void stop() {
        if (world_.chance(0.8)) {
            client(test::rtsp("TEARDOWN", kUri, ++cseq_, "Session: " + seen.id + "\r\n"));
            server(test::rtsp_reply(200, cseq_));
        }
        segment(Sender::client, "", inspect::kTcpFin);
        segment(Sender::server, "", inspect::kTcpFin);
        seen.up = false;
        seen.over = true;
    }

    void client(const std::string& message) { cut(Sender::client, message); }
    void server(const std::string& message) { cut(Sender::server, message); }

    void cut(Sender sender, const std::string& message) {
        const std::size_t at = world_.chance(0.5) ? message.size() / 3 : message.size();
        segment(sender, message.substr(0, at));
        if (at < message.size()) {
            segment(sender, message.substr(at));
        }
    }

    void segment(Sender sender, const std::string& payload, std::uint8_t flags = 0) {
        std::uint32_t& seq = seq_[static_cast<std::size_t>(sender)];
        world_.pass(App::rtsp, sender, seen.flow, payload, seq, flags);
        seq += static_cast<std::uint32_t>(payload.size()) + (flags != 0 ? 1 : 0);
    }

    template <typename What>
    void after(Duration time, What what) {
        world_.at(time, [self = shared_from_this(), what] { what(); });
    }

    World& world_;
    Port client_port_;
    Port server_port_;
    unsigned cseq_ = 0;
    std::uint32_t seq_[2] = {0xffffff00U, 77U};  // the client's numbers wrap on the way
};

}  // namespace sara::sim
