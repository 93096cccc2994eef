// SPDX-License-Identifier: GPL-2.0
// Messages that others recorded: cameras, servers, proxies. They are no part of this tree; the folder is given by the
// environment variable SARA_CORPORA or when the build is configured.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/proto/message_stream.hpp"
#include "core/proto/multipart.hpp"
#include "core/proto/packet.hpp"
#include "core/proto/pcap.hpp"
#include "core/proto/rtsp.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"

using namespace sara;
using namespace sara::proto;
namespace fs = std::filesystem;

namespace {

/// Nothing, and a message, where the folder is absent.
std::optional<fs::path> corpus(const std::string& name) {
    const char* const said = std::getenv("SARA_CORPORA");
    const fs::path folder = fs::path(said != nullptr ? said : SARA_CORPORA) / name;
    if (fs::is_directory(folder)) {
        return folder;
    }
    WARN("skipped: no folder " << name << " in SARA_CORPORA");
    return std::nullopt;
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files(const fs::path& folder, const std::string& extension) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == extension) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    REQUIRE_FALSE(found.empty());
    return found;
}

std::vector<std::string> framed(App app, const std::string& stream) {
    std::vector<std::string> found;
    Framer framer(app);
    framer.feed(stream, [&](std::string_view message) { found.emplace_back(message); });
    return found;
}

}  // namespace

TEST_CASE("replies of real cameras are read") {
    const auto folder = corpus("rtsp-cameras");
    if (!folder) {
        return;
    }
    std::size_t transports = 0;
    for (const fs::path& path : files(*folder, ".txt")) {
        CAPTURE(path.filename());
        const std::string text = content(path);
        if (text.starts_with("v=0")) {
            const auto description = sdp::parse(text);
            REQUIRE(description);
            CHECK_FALSE(description->media.empty());
            continue;
        }
        if (!text.starts_with("RTSP/")) {
            continue;  // the licence
        }
        const auto message = rtsp::parse(text);
        REQUIRE(message);
        CHECK(message->cseq);
        CHECK(message->status >= 200);
        if (!message->body.empty()) {
            const auto body = multipart::find_sdp(message->content_type, message->body);
            REQUIRE(body);
            const auto description = sdp::parse(*body);
            REQUIRE(description);
            CHECK_FALSE(description->media.empty());
            for (const sdp::Media& media : description->media) {
                CHECK(media.carrier == sdp::Carrier::rtp);
            }
        }
        const auto list = rtsp::transports(*message);
        if (path.stem().string().find("setup") != std::string::npos) {
            REQUIRE(list.size() == 1);
            ++transports;
            CHECK_FALSE(message->session.empty());
            CHECK(list[0].malformed == 0);
            CHECK(list[0].is_rtp);
            if (list[0].transport == Transport::tcp) {
                CHECK(list[0].interleaved);
            } else {
                CHECK(list[0].client_port.first != 0);
                CHECK(list[0].server_port.second == list[0].server_port.first + 1);
            }
        }
    }
    CHECK(transports == 12);
}

TEST_CASE("the odd things of real cameras are understood") {
    const auto folder = corpus("rtsp-cameras");
    if (!folder) {
        return;
    }
    const auto spec = [&](const std::string& name) {
        static std::string text;
        text = content(*folder / name);
        const auto message = rtsp::parse(text);
        REQUIRE(message);
        return rtsp::transports(*message)[0];
    };
    CHECK(spec("hikvision_setup_ssrc_space.txt").ssrc == 0xd6d6627U);
    CHECK(spec("hikvision_setup.txt").mode == "play");
    CHECK(spec("luckfox_rkipc_setup_udp.txt").client_port == rtsp::PortRange{54060, 54061});
    CHECK(spec("h264dvr_setup_video.txt").server_port == rtsp::PortRange{40004, 40005});
    CHECK(spec("luckfox_rkipc_setup_tcp.txt").cast == rtsp::Cast::unsaid);
}

TEST_CASE("recorded requests are framed and read, whatever stands between them") {
    const auto folder = corpus("rtsp-live555");
    if (!folder) {
        return;
    }
    // Each request has four bytes in front that are not RTSP: the framer has to find the requests in between.
    std::size_t requests = 0;
    for (const fs::path& path : files(*folder, ".raw")) {
        CAPTURE(path.filename());
        std::string session;
        for (const std::string& text : framed(App::rtsp, content(path))) {
            const auto message = rtsp::parse(text);
            REQUIRE(message);
            CHECK(message->is_request);
            CHECK(message->cseq);
            ++requests;
            if (message->method == "SETUP") {
                CHECK(rtsp::transports(*message)[0].client_port.first != 0);
            }
        }
    }
    CHECK(requests == 29);
}

TEST_CASE("recorded RTSP connections: every reply answers a request") {
    const auto folder = corpus("rtsp-live555");
    if (!folder) {
        return;
    }
    std::size_t requests = 0;
    std::size_t replies = 0;
    for (const fs::path& path : files(*folder, ".pcap")) {
        CAPTURE(path.filename());
        const std::string bytes = content(path);
        auto reader = pcap::Reader::open(as_bytes(bytes));
        REQUIRE(reader);
        std::map<FlowKey, MessageStream> streams;
        std::vector<std::uint32_t> asked;
        while (const auto record = reader->next()) {
            const Packet packet = decode(record->link, record->data);
            if (packet.kind != Packet::Kind::whole || packet.transport != Transport::tcp) {
                continue;
            }
            auto [at, fresh] = streams.try_emplace(packet.flow(), App::rtsp);
            at->second.push(packet.segment(), record->time, [&](std::string_view text) {
                const auto message = rtsp::parse(text);
                REQUIRE(message);
                REQUIRE(message->cseq);
                if (message->is_request) {
                    asked.push_back(*message->cseq);
                    ++requests;
                } else {
                    CHECK(std::count(asked.begin(), asked.end(), *message->cseq) == 1);
                    ++replies;
                }
            });
        }
        CHECK_FALSE(reader->error());
        for (const auto& [flow, stream] : streams) {
            CAPTURE(flow.text());
            CHECK(stream.framer().counters().discarded_bytes == 0);
            CHECK(stream.stream().counters().lost_bytes == 0);
        }
    }
    CHECK(requests == 29);
    CHECK(replies == 29);
}

TEST_CASE("a recorded SIP call is read") {
    const auto folder = corpus("sip-kamailio");
    if (!folder) {
        return;
    }
    for (const fs::path& path : files(*folder, ".pcap")) {
        const std::string bytes = content(path);
        auto reader = pcap::Reader::open(as_bytes(bytes));
        REQUIRE(reader);
        std::size_t messages = 0;
        std::size_t offers = 0;
        while (const auto record = reader->next()) {
            const Packet packet = decode(record->link, record->data);
            REQUIRE(packet.kind == Packet::Kind::whole);
            REQUIRE(packet.transport == Transport::udp);
            const auto message = sip::parse(as_text(packet.payload));
            REQUIRE(message);
            CHECK(message->complete);
            CHECK_FALSE(sip::tag(message->from).empty());
            CHECK(sip::parse_via(message->via));
            ++messages;
            if (const auto body = multipart::find_sdp(message->content_type, message->body);
                body && !message->body.empty()) {
                const auto description = sdp::parse(*body);
                REQUIRE(description);
                CHECK(description->media[0].port != 0);
                CHECK(description->media[0].connection.address);
                ++offers;
            }
        }
        CHECK_FALSE(reader->error());
        CHECK(messages == 16);
        CHECK(offers > 1);
    }
}
