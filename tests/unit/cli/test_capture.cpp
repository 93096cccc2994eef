// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/capture.hpp"
#include "cli/show_capture.hpp"

using namespace sara;
using namespace sara::cli;

namespace {

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kClient = Address::v4({198, 18, 1, 11});

/// A classic capture of raw IPv4 packets, a millisecond between each.
class CaptureWriter {
public:
    explicit CaptureWriter(std::uint32_t link = 101) {
        for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, link}) {
            native(word);
        }
    }

    /// Of the next packets so many bytes at most are kept.
    void snap(std::size_t bytes) { snap_ = bytes; }

    void udp(const Endpoint& src, const Endpoint& dst, std::string_view payload) {
        Buffer body;
        big(body, src.port);
        big(body, dst.port);
        big(body, static_cast<std::uint16_t>(8 + payload.size()));
        big(body, 0);
        append(body, payload);
        packet(17, src.address, dst.address, body);
    }

    void tcp(const Endpoint& src, const Endpoint& dst, std::uint32_t seq, std::uint8_t flags,
             std::string_view payload = {}) {
        Buffer body;
        big(body, src.port);
        big(body, dst.port);
        big(body, static_cast<std::uint16_t>(seq >> 16U));
        big(body, static_cast<std::uint16_t>(seq & 0xffffU));
        big(body, 0);
        big(body, 0);
        body.push_back(0x50);
        body.push_back(flags);
        big(body, 1000);
        big(body, 0);
        big(body, 0);
        append(body, payload);
        packet(6, src.address, dst.address, body);
    }

    /// From now on longer packets are cut, into pieces of so many bytes (a multiple of 8) that come last piece first.
    void cut_at(std::size_t size) { cut_ = size; }

    [[nodiscard]] const Buffer& file() const { return file_; }

private:
    void native(std::uint32_t word) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&word);
        file_.insert(file_.end(), bytes, bytes + sizeof(word));
    }
    static void big(Buffer& out, std::uint16_t value) {
        out.push_back(static_cast<std::uint8_t>(value >> 8U));
        out.push_back(static_cast<std::uint8_t>(value & 0xffU));
    }
    static void append(Buffer& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

    void packet(std::uint8_t protocol, const Address& src, const Address& dst, const Buffer& body) {
        ++id_;
        const std::size_t pieces = (body.size() + cut_ - 1) / cut_;
        for (std::size_t i = pieces; i-- > 0;) {
            const Bytes piece = Bytes(body).subspan(i * cut_, std::min(cut_, body.size() - i * cut_));
            record(protocol, src, dst, piece, static_cast<std::uint16_t>((i + 1 < pieces ? 0x2000 : 0) | i * cut_ / 8));
        }
    }

    /// `place`: flags and fragment offset.
    void record(std::uint8_t protocol, const Address& src, const Address& dst, Bytes body, std::uint16_t place) {
        Buffer ip{0x45, 0};
        big(ip, static_cast<std::uint16_t>(20 + body.size()));
        big(ip, id_);
        big(ip, place);
        ip.push_back(64);
        ip.push_back(protocol);
        big(ip, 0);
        ip.insert(ip.end(), src.bytes().begin(), src.bytes().end());
        ip.insert(ip.end(), dst.bytes().begin(), dst.bytes().end());
        ip.insert(ip.end(), body.begin(), body.end());
        native(1'700'000'000 + packets_ / 1000);
        native(packets_ % 1000 * 1000);
        const std::size_t kept = std::min(snap_, ip.size());
        native(static_cast<std::uint32_t>(kept));
        native(static_cast<std::uint32_t>(ip.size()));
        file_.insert(file_.end(), ip.begin(), ip.begin() + static_cast<std::ptrdiff_t>(kept));
        ++packets_;
    }

    Buffer file_;
    std::uint32_t packets_ = 0;
    std::size_t snap_ = 65535;
    std::uint16_t id_ = 0;
    std::size_t cut_ = 65536;
};

constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kAck = 0x10;

/// SETUP, PLAY and media of one stream; `torn`: the SETUP comes in two segments, the second first.
Buffer rtsp_capture(bool torn) {
    const Endpoint client{kClient, 40000};
    const Endpoint server{kVip, 554};
    const std::string setup = "SETUP rtsp://198.18.0.100/v/track1 RTSP/1.0\r\nCSeq: 2\r\n"
                              "Transport: RTP/AVP;unicast;client_port=5004-5005\r\n\r\n";
    const std::string reply = "RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: ABCD1234;timeout=60\r\n"
                              "Transport: RTP/AVP;unicast;client_port=5004-5005;server_port=6970-6971\r\n\r\n";
    CaptureWriter capture;
    capture.tcp(client, server, 99, kSyn);
    capture.tcp(server, client, 499, kSyn | kAck);
    if (torn) {
        capture.tcp(client, server, 100 + 30, kAck, std::string_view(setup).substr(30));
        capture.tcp(client, server, 100, kAck, std::string_view(setup).substr(0, 30));
    } else {
        capture.tcp(client, server, 100, kAck, setup);
    }
    capture.tcp(server, client, 500, kAck, reply);
    capture.udp({kClient, 5005}, {kVip, 6971}, "rtcp");
    capture.udp({kClient, 5005}, {kVip, 6971}, "rtcp");
    capture.udp({kClient, 9}, {kVip, 9}, "nobody announced this");
    return capture.file();
}

std::string text_of_report(const CaptureReport& report, Format format = Format::text) {
    std::ostringstream out;
    Printer printer(out, format);
    printer.begin_array();
    for (const CapturedSession& session : report.sessions) {
        show(printer, session, {});
    }
    printer.end_array();
    return out.str();
}

}  // namespace

TEST_CASE("an RTSP session with its announced flows is found in a capture") {
    const bool torn = GENERATE(false, true);
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(rtsp_capture(torn), vips, {});
    REQUIRE(report);
    REQUIRE(report->sessions.size() == 1);
    const CapturedSession& session = report->sessions[0];
    CHECK(session.app == App::rtsp);
    CHECK(session.flow == FlowKey{{kClient, 40000}, {kVip, 554}, Transport::tcp});
    REQUIRE(session.dialogs.size() == 1);
    CHECK(session.dialogs[0].view.id == "ABCD1234");
    CHECK(session.dialogs[0].view.state == inspect::DialogState::complete);

    const auto announced = [&](const AnnouncementKey& key) -> const AnnouncedFlow* {
        for (const AnnouncedFlow& flow : session.dialogs[0].announced) {
            if (flow.key == key) {
                return &flow;
            }
        }
        return nullptr;
    };
    const AnnouncedFlow* half = announced({Transport::udp, kClient, 5005, kVip, 0});
    const AnnouncedFlow* exact = announced({Transport::udp, kClient, 5005, kVip, 6971});
    REQUIRE(half != nullptr);
    REQUIRE(exact != nullptr);
    CHECK(half->withdrawn);
    CHECK_FALSE(exact->withdrawn);
    CHECK(exact->packets == 2);
    CHECK(half->packets == 0);
    CHECK(report->unannounced == 1);

    CHECK(text_of_report(*report).find(
              "        secondary udp 198.18.1.11:5005 > 198.18.0.100:6971 form exact packets 2\n") !=
          std::string::npos);
    const auto shown = nlohmann::json::parse(text_of_report(*report, Format::json));
    CHECK(shown.at(0).at("state") == "complete");
    CHECK_FALSE(shown.at(0).contains("end"));
}

TEST_CASE("without a VIP the error proposes the address that is asked") {
    const Result<CaptureReport> report = read_capture(rtsp_capture(false), {}, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().what ==
          "--vip is missing: the capture has 2 packets to 198.18.0.100:554; try --vip 198.18.0.100");
    const std::vector<AppPort> elsewhere{{App::rtsp, 8000}};
    CHECK(read_capture(rtsp_capture(false), {}, elsewhere)
              .error()
              .what.find("has no packet to a port of signalling "
                         "(8000)") != std::string::npos);
}

TEST_CASE("a VIP that no signalling goes to is refused, and those that are asked are proposed") {
    const std::vector<Address> wrong{Address::v4({198, 18, 0, 7})};
    const Result<CaptureReport> report = read_capture(rtsp_capture(false), wrong, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().what == "no signalling to or from 198.18.0.7: the capture has 2 packets to "
                                 "198.18.0.100:554; try --vip 198.18.0.100");
}

TEST_CASE("each call of one flow is listed with what was offered, what was answered, and its end") {
    const bool fragmented = GENERATE(false, true);
    const Endpoint client{kClient, 5060};
    const Endpoint server{kVip, 5060};
    const auto audio = [](const std::string& address, const std::string& port) {
        return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " + port +
               " RTP/AVP 0\r\n";
    };
    const auto message = [](const std::string& start, const std::string& call, const std::string& cseq,
                            const std::string& sdp) {
        const std::string to_tag = start.starts_with("INVITE") ? "" : ";tag=s";
        return start + "\r\nFrom: <sip:a@h>;tag=c\r\nTo: <sip:b@h>" + to_tag + "\r\nCall-ID: " + call +
               "\r\nCSeq: " + cseq +
               "\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
    };
    CaptureWriter capture;
    capture.cut_at(fragmented ? 64 : 65536);
    capture.udp(client, server, message("INVITE sip:b@h SIP/2.0", "one", "1 INVITE", audio("198.18.1.11", "4000")));
    capture.udp(client, server, message("INVITE sip:b@h SIP/2.0", "two", "1 INVITE", ""));
    capture.udp(client, server, message("INVITE sip:b@h SIP/2.0", "three", "1 INVITE", audio("198.18.1.11", "4200")));
    capture.udp(server, client, message("SIP/2.0 200 OK", "one", "1 INVITE", audio("198.18.0.100", "6000")));
    capture.udp(server, client, message("SIP/2.0 200 OK", "two", "1 INVITE", audio("198.18.0.100", "6100")));
    capture.udp(server, client, message("SIP/2.0 486 Busy Here", "three", "1 INVITE", ""));
    capture.udp(client, server, message("ACK sip:b@h SIP/2.0", "two", "1 ACK", audio("198.18.1.11", "4100")));
    capture.udp(client, server, message("BYE sip:b@h SIP/2.0", "one", "2 BYE", ""));
    capture.udp(server, client, message("SIP/2.0 200 OK", "one", "2 BYE", ""));
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    CHECK((report->packets > 9) == fragmented);
    CHECK(report->fragments == 0);

    const auto shown = nlohmann::json::parse(text_of_report(*report, Format::json));
    REQUIRE(shown.size() == 1);
    CHECK(shown[0]["app"] == "sip");
    CHECK(shown[0]["tuple"].is_object());
    const auto& calls = shown[0]["dialogs"];
    REQUIRE(calls.size() == 3);

    CHECK(calls[0]["dialog"] == "one");
    CHECK(calls[0]["state"] == "ended");
    CHECK(calls[0]["end"] == "finished by client");
    CHECK(calls[0]["offered"][0]["said"] == "client");
    CHECK(calls[0]["offered"][0]["port"] == 4000);
    CHECK(calls[0]["answered"][0]["said"] == "server");
    CHECK(calls[0]["answered"][0]["port"] == 6000);
    CHECK_FALSE(calls[0]["announced"].empty());

    CHECK(calls[1]["dialog"] == "two");
    CHECK(calls[1]["state"] == "complete");
    CHECK_FALSE(calls[1].contains("end"));
    CHECK(calls[1]["offered"][0]["said"] == "server");
    CHECK(calls[1]["offered"][0]["port"] == 6100);
    CHECK(calls[1]["answered"][0]["said"] == "client");
    CHECK(calls[1]["answered"][0]["port"] == 4100);

    CHECK(calls[2]["dialog"] == "three");
    CHECK(calls[2]["end"] == "refused");
    CHECK(calls[2]["end-status"] == 486);
    CHECK(calls[2]["offered"][0]["port"] == 4200);
    CHECK(calls[2]["answered"].empty());
}

TEST_CASE("fragments without the others of their packet are counted") {
    CaptureWriter capture;
    const Endpoint client{kClient, 5060};
    const Endpoint server{kVip, 5060};
    capture.udp(client, server, "OPTIONS sip:h SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n");
    capture.cut_at(512);
    capture.udp(client, server, std::string(1200, 'x'));
    const Buffer cut = capture.file();
    // Without the last record: 16 bytes of its head, 20 of IP, 512 of the packet.
    const Buffer torn(cut.begin(), cut.end() - 548);
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(torn, vips, {});
    REQUIRE(report);
    CHECK(report->fragments == 2);
    CHECK(read_capture(cut, vips, {})->fragments == 0);
    // A capture of nothing but fragments still names whom they were for.
    CaptureWriter pieces;
    pieces.cut_at(512);
    pieces.udp(client, server, std::string(1200, 'x'));
    CHECK(read_capture(pieces.file(), {}, {}).error().what.find("try --vip 198.18.0.100") != std::string::npos);
}

TEST_CASE("ports that are given replace the usual ones") {
    const std::vector<Address> vips{kVip};
    const std::vector<AppPort> elsewhere{{App::rtsp, 8000}};
    const Result<CaptureReport> report = read_capture(rtsp_capture(false), vips, elsewhere);
    REQUIRE(report);
    CHECK(report->sessions.empty());
}

TEST_CASE("what is no capture is refused, and a torn one is read as far as it goes") {
    const std::vector<Address> vips{kVip};
    CHECK_FALSE(read_capture(as_bytes("GIF89a and so on, and so on"), vips, {}));
    Buffer torn = rtsp_capture(false);
    torn.resize(torn.size() - 5);
    const Result<CaptureReport> report = read_capture(torn, vips, {});
    REQUIRE(report);
    CHECK(report->torn);
    CHECK(report->sessions.size() == 1);
}

TEST_CASE("captures of a Live555 server name its sessions and ports") {
    const char* const said = std::getenv("SARA_CORPORA");
    const std::filesystem::path folder = std::filesystem::path(said != nullptr ? said : SARA_CORPORA) / "rtsp-live555";
    if (!std::filesystem::is_directory(folder)) {
        WARN("skipped: no folder rtsp-live555 in SARA_CORPORA");
        return;
    }
    std::size_t files = 0;
    for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pcap") {
            continue;
        }
        INFO(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        const std::vector<Address> vips{Address::v4({127, 0, 0, 1})};
        const Result<CaptureReport> report = read_capture(as_bytes(content), vips, {});
        REQUIRE(report);
        CHECK_FALSE(report->torn);
        CHECK(report->read.malformed == 0);
        REQUIRE(report->sessions.size() == 1);
        REQUIRE(report->sessions[0].dialogs.size() == 1);
        const CapturedDialog& dialog = report->sessions[0].dialogs[0];
        CHECK(dialog.view.id == "000022B8");
        const Address vip = vips[0];
        const auto names_server_port = [&](Port port) {
            return std::any_of(dialog.announced.begin(), dialog.announced.end(), [&](const AnnouncedFlow& flow) {
                return form_of(flow.key) == AnnouncementForm::exact && flow.key.vip == vip && flow.key.dport == port;
            });
        };
        // What its first SETUP is answered with in all of them.
        CHECK(names_server_port(6970));
        CHECK(names_server_port(6971));
        ++files;
    }
    CHECK(files == 7);
}

namespace {

std::string sip_request(const std::string& method, unsigned cseq, const std::string& to_tag, const std::string& sdp) {
    return method + " sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK" + std::to_string(cseq) +
           "\r\nFrom: <sip:b@h>;tag=c\r\nTo: <sip:a@h>" + (to_tag.empty() ? "" : ";tag=" + to_tag) +
           "\r\nCall-ID: call\r\nCSeq: " + std::to_string(cseq) + " " + method +
           "\r\nContent-Length: " + std::to_string(sdp.size()) +
           (sdp.empty() ? "" : "\r\nContent-Type: application/sdp") + "\r\n\r\n" + sdp;
}

std::string sdp_at(const std::string& address, unsigned port) {
    return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " +
           std::to_string(port) + " RTP/AVP 0\r\n";
}

}  // namespace

TEST_CASE("without ports, signalling is found wherever it is spoken") {
    const std::vector<Address> vips{kVip};
    const Endpoint client{kClient, 5083};
    const Endpoint server{kVip, 5082};
    CaptureWriter capture;
    capture.udp({kVip, 40000}, {kClient, 5070}, sip_request("OPTIONS", 1, "", ""));  // of a client at the VIP
    capture.udp(client, server, sip_request("INVITE", 1, "", sdp_at("198.18.1.11", 4000)));
    capture.udp(client, server, sip_request("BYE", 2, "s", ""));
    capture.tcp({kClient, 40000}, {kVip, 10554}, 99, kSyn);
    capture.tcp({kClient, 40000}, {kVip, 10554}, 100, kAck,
                "SETUP rtsp://198.18.0.100:10554/a RTSP/1.0\r\nCSeq: 1\r\n"
                "Transport: RTP/AVP;unicast;client_port=5004-5005\r\n\r\n");
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    REQUIRE(report->sessions.size() == 2);
    CHECK(report->sessions[0].flow == FlowKey{client, server, Transport::udp});
    CHECK(report->sessions[0].dialogs.at(0).view.end == inspect::EndReason::finished_by_client);
    CHECK(report->sessions[1].app == App::rtsp);
    CHECK(report->sessions[1].dialogs.at(0).view.legs.at(0).client_media.at(0).port == 5004);
    const auto shown = nlohmann::json::parse(text_of_report(*report, Format::json));
    CHECK(shown.at(0).at("state") == "ended");
    CHECK(shown.at(0).at("end") == "finished by client");
    CHECK(shown.at(1).at("state") == "half");

    const Result<CaptureReport> proposal = read_capture(capture.file(), {}, {});
    REQUIRE_FALSE(proposal);
    CHECK(proposal.error().what.find("2 packets to 198.18.0.100:5082") != std::string::npos);

    const std::vector<AppPort> ports{{App::sip, 5060}};
    const Result<CaptureReport> elsewhere = read_capture(capture.file(), vips, ports);
    REQUIRE(elsewhere);
    CHECK(elsewhere->sessions.empty());
}

TEST_CASE("where signalling was once found, calls of the server are found, too") {
    CaptureWriter capture;
    const Endpoint server{kVip, 5082};
    capture.udp({kClient, 5083}, server, sip_request("REGISTER", 1, "", ""));
    capture.udp(server, {kClient, 5090}, sip_request("INVITE", 1, "", sdp_at("198.18.0.100", 6000)));
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    REQUIRE(report->sessions.size() == 2);
    CHECK(report->sessions[1].flow == FlowKey{{kClient, 5090}, server, Transport::udp});
    CHECK(report->sessions[1].dialogs.at(0).view.legs.at(0).server_media.at(0).port == 6000);
}

TEST_CASE("a capture of replies alone proposes who answers") {
    CaptureWriter capture;
    std::string ok = sip_request("INVITE", 1, "s", "");
    ok.replace(0, ok.find('\r'), "SIP/2.0 200 OK");
    capture.udp({kVip, 5082}, {kClient, 5083}, ok);
    const Result<CaptureReport> report = read_capture(capture.file(), {}, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().what ==
          "--vip is missing: the capture has 1 packets from 198.18.0.100:5082; try --vip 198.18.0.100");
}

TEST_CASE("packets of a link type that is not known are counted") {
    CaptureWriter capture(105);  // IEEE 802.11
    capture.udp({kClient, 5060}, {kVip, 5060}, "x");
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    CHECK(report->unread == 1);
    CHECK(static_cast<std::uint32_t>(report->unread_link) == 105);
}

TEST_CASE("of signalling that the capture cut, the beginning is read") {
    CaptureWriter capture;
    capture.snap(20 + 8 + 300);
    const std::string invite = sip_request("INVITE", 1, "", sdp_at("198.18.1.11", 4000) + std::string(200, '\n'));
    capture.udp({kClient, 5060}, {kVip, 5060}, invite);
    const std::vector<Address> vips{kVip};
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    CHECK(report->cut == 1);
    CHECK(report->sessions.at(0).dialogs.at(0).view.legs.at(0).client_media.at(0).port == 4000);
}

TEST_CASE("the server's half is not unannounced where both ends are virtual addresses") {
    CaptureWriter capture;
    const Endpoint client{kClient, 5060};
    const Endpoint server{kVip, 5060};
    capture.udp(client, server, sip_request("INVITE", 1, "", sdp_at("198.18.1.11", 4000)));
    std::string ok = sip_request("INVITE", 1, "s", sdp_at("198.18.0.100", 6000));
    ok.replace(0, ok.find('\r'), "SIP/2.0 200 OK");
    capture.udp(server, client, ok);
    capture.udp({kVip, 6000}, {kClient, 4000}, "rtp");
    capture.udp({kVip, 6002}, {kClient, 4444}, "nobody announced this");
    const std::vector<Address> vips{kVip, kClient};
    const Result<CaptureReport> report = read_capture(capture.file(), vips, {});
    REQUIRE(report);
    CHECK(report->sessions.size() == 1);
    CHECK(report->unannounced == 1);
}

TEST_CASE("reading tells how many packets there were, now and then") {
    CaptureWriter capture;
    const Endpoint client{Address::v4({198, 18, 1, 11}), 5060};
    for (int i = 0; i < 2500; ++i) {
        capture.udp(client, {kVip, 9}, "x");
    }
    const std::vector<Address> vips{kVip};
    std::vector<std::uint64_t> told;
    (void)read_capture(capture.file(), vips, {}, [&](std::uint64_t packets) { told.push_back(packets); });
    CHECK(told == std::vector<std::uint64_t>{1024, 2048});
}
