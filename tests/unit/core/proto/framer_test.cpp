// SPDX-License-Identifier: GPL-2.0
#include "core/proto/framer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace sara;
using namespace sara::proto;

namespace {

using Messages = std::vector<std::string>;

/// `cut` bytes at a time; 0: all at once.
Messages frames(Framer& framer, std::string_view stream, std::size_t cut = 0) {
    Messages found;
    while (!stream.empty()) {
        const std::string_view piece = stream.substr(0, cut == 0 ? stream.size() : cut);
        framer.feed(piece, [&](std::string_view message) { found.emplace_back(message); });
        stream.remove_prefix(piece.size());
    }
    return found;
}

/// Every byte that came is accounted for, wherever it went. `frames_pending` is 0 when no interleaved frame is torn.
void check_books(const Framer& framer, std::size_t fed, const Messages& found) {
    std::size_t in_messages = 0;
    for (const std::string& message : found) {
        in_messages += message.size();
    }
    const Framer::Counters& counters = framer.counters();
    CHECK(counters.messages == found.size());
    CHECK(in_messages + counters.keepalive_bytes + counters.interleaved_bytes + counters.foreign_bytes +
              counters.discarded_bytes + framer.held_bytes() ==
          fed);
}

std::string sip_message(const std::string& id, const std::string& body = "") {
    return "MESSAGE sip:b@198.18.0.100 SIP/2.0\r\nCall-ID: " + id +
           "\r\nCSeq: 1 MESSAGE\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string rtsp_reply(int cseq, const std::string& body = "") {
    std::string text = "RTSP/1.0 200 OK\r\nCSeq: " + std::to_string(cseq) + "\r\n";
    if (!body.empty()) {
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return text + "\r\n" + body;
}

std::string frame(const std::string& payload) {
    return std::string("$\1", 2) + static_cast<char>(payload.size() >> 8U) + static_cast<char>(payload.size() & 0xffU) +
           payload;
}

}  // namespace

TEST_CASE("messages are found however the stream is cut") {
    const Messages sent = {sip_message("one", "hello\r\n\r\nworld"), sip_message("two"), sip_message("three", "x")};
    const std::string stream = "\r\n" + sent[0] + "\r\n\r\n" + sent[1] + sent[2] + "\r\n";
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::sip);
        CHECK(frames(framer, stream, cut) == sent);
        CHECK(framer.counters().keepalive_bytes == 8);
        CHECK(framer.counters().discarded_bytes == 0);
        CHECK(framer.counters().sync_losses == 0);
    }
}

TEST_CASE("messages are found at every single split point") {
    const Messages sent = {rtsp_reply(1, "v=0\r\n"), rtsp_reply(2)};
    const std::string stream = sent[0] + frame("media") + sent[1];
    for (std::size_t split = 0; split <= stream.size(); ++split) {
        CAPTURE(split);
        Framer framer(App::rtsp);
        Messages found = frames(framer, stream.substr(0, split));
        for (std::string& message : frames(framer, stream.substr(split))) {
            found.push_back(std::move(message));
        }
        CHECK(found == sent);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("LF-only messages, compact and folded Content-Length") {
    const Messages sent = {"MESSAGE sip:b@h SIP/2.0\ni: 1\nl: 2\n\nab", "SIP/2.0 200 OK\nContent-Length:\n 3\n\nabc",
                           "SIP/2.0 200 OK\ni: 1\n\n"};
    Framer framer(App::sip);
    CHECK(frames(framer, sent[0] + sent[1] + sent[2]) == sent);
}

TEST_CASE("without Content-Length a message has no body") {
    Framer framer(App::rtsp);
    const Messages sent = {"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n"};
    CHECK(frames(framer, sent[0] + sent[1]) == sent);
}

TEST_CASE("interleaved frames are left out, also empty, large and torn ones") {
    const Messages sent = {rtsp_reply(1), rtsp_reply(2), rtsp_reply(3)};
    const std::string large(65535, 'R');
    const std::string stream =
        frame("a") + sent[0] + frame("") + frame(large) + sent[1] + frame("RTSP/1.0 200 OK\r\n\r\n") + sent[2];
    for (const std::size_t cut : {0U, 1U, 3U, 1460U, 70000U}) {
        CAPTURE(cut);
        Framer framer(App::rtsp);
        CHECK(frames(framer, stream, cut) == sent);
        CHECK(framer.counters().interleaved_frames == 4);
        CHECK(framer.counters().interleaved_bytes == 4 * 4 + 1 + 65535 + 19);
        CHECK(framer.counters().sync_losses == 0);
    }
}

TEST_CASE("SIP has no interleaved frames") {
    Framer framer(App::sip);
    CHECK(frames(framer, frame("\n") + sip_message("one")) == Messages{sip_message("one")});
    CHECK(framer.counters().interleaved_frames == 0);
    CHECK(framer.counters().sync_losses == 1);
}

TEST_CASE("garbage between messages is discarded and counted") {
    const Messages sent = {sip_message("one"), sip_message("two")};
    const std::string stream = sent[0] + "garbage\r\nmore: garbage\r\n\r\n" + sent[1];
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::sip);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == sent);
        CHECK(framer.counters().discarded_bytes == 26);
        CHECK(framer.counters().sync_losses == 1);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("a stream joined in its middle gives the messages from the next start line on") {
    const std::string stream = sip_message("one", "some body") + sip_message("two") + sip_message("three");
    for (std::size_t from = 1; from < sip_message("one", "some body").size(); ++from) {
        CAPTURE(from);
        Framer framer(App::sip);
        framer.lost();
        CHECK(frames(framer, stream.substr(from)) == Messages{sip_message("two"), sip_message("three")});
    }
}

TEST_CASE("a stream joined inside an interleaved frame finds the message behind it") {
    const std::string media("\x80\x60\n\r\n$\0\0\xff RTSP/", 15);
    const std::string request = "PLAY rtsp://198.18.0.100/x RTSP/1.0\r\nCSeq: 4\r\n\r\n";
    for (const std::string& message : {request, rtsp_reply(4)}) {
        Framer framer(App::rtsp);
        framer.lost();
        CHECK(frames(framer, media + message + frame("x") + rtsp_reply(5)) == Messages{message, rtsp_reply(5)});
        CHECK(framer.counters().discarded_bytes == media.size());
    }
}

TEST_CASE("the shortest message is found behind the rest of a line") {
    const std::string shortest = "OPTIONS * RTSP/1.0\r\n\r\n";
    Framer framer(App::rtsp);
    framer.lost();
    CHECK(frames(framer, "the rest of a line " + shortest + rtsp_reply(1)) == Messages{shortest, rtsp_reply(1)});
}

TEST_CASE("a loss inside a message drops that message only") {
    Framer framer(App::sip);
    const std::string one = sip_message("one", std::string(100, 'b'));
    CHECK(frames(framer, one.substr(0, one.size() - 80)).empty());
    framer.lost(40);
    CHECK(frames(framer, one.substr(one.size() - 40) + sip_message("two")) == Messages{sip_message("two")});
    CHECK(framer.counters().messages == 1);
    CHECK(framer.counters().sync_losses == 1);
}

TEST_CASE("a loss inside an interleaved frame loses nothing else") {
    Framer framer(App::rtsp);
    const std::string media = frame(std::string(1000, 'm'));
    CHECK(frames(framer, media.substr(0, 100)).empty());
    framer.lost(500);
    CHECK(frames(framer, media.substr(600) + rtsp_reply(1)) == Messages{rtsp_reply(1)});
    CHECK(framer.counters().sync_losses == 0);
    CHECK(frames(framer, media.substr(0, 100)).empty());
    framer.lost(905);
    CHECK(frames(framer, rtsp_reply(2) + frame("x")) == Messages{rtsp_reply(2)});
    CHECK(framer.counters().sync_losses == 1);
}

TEST_CASE("a Content-Length that is too small costs the rest of the body") {
    const std::string small = "MESSAGE sip:b@h SIP/2.0\r\nContent-Length: 3\r\n\r\n";
    Framer framer(App::sip);
    CHECK(frames(framer, small + "abcdef\r\n" + sip_message("two")) == Messages{small + "abc", sip_message("two")});
    CHECK(framer.counters().discarded_bytes == 5);
}

TEST_CASE("a Content-Length that cannot be believed costs its message") {
    for (const char* length : {"x", "-1", "70000", "99999999999", "4294967295", "65536"}) {
        CAPTURE(length);
        Framer framer(App::sip);
        CHECK(frames(framer, "MESSAGE sip:b@h SIP/2.0\r\nContent-Length: " + std::string(length) + "\r\n\r\nbody\r\n" +
                                 sip_message("two")) == Messages{sip_message("two")});
        CHECK(framer.counters().sync_losses == 1);
    }
}

TEST_CASE("a message that its sender gave up ends where the next one starts") {
    Framer framer(App::sip);
    CHECK(frames(framer, "MESSAGE sip:b@h SIP/2.0\r\nVia: x\r\n" + sip_message("two")) == Messages{sip_message("two")});
    CHECK(framer.counters().sync_losses == 1);
}

TEST_CASE("a message as large as the bound passes, one byte more does not") {
    const std::string empty = sip_message("big", std::string(10000, 'x'));
    const std::size_t head = empty.size() - 10000;
    const std::string fits = sip_message("big", std::string(limits::kMaxMessage - head, 'x'));
    REQUIRE(fits.size() == limits::kMaxMessage);
    const std::string over = sip_message("big", std::string(limits::kMaxMessage - head + 1, 'x'));
    for (const std::size_t cut : {0U, 1460U}) {
        Framer framer(App::sip);
        CHECK(frames(framer, fits + over + "\r\n" + sip_message("two"), cut) == Messages{fits, sip_message("two")});
        CHECK(framer.counters().oversized == 1);
        check_books(framer, fits.size() + over.size() + 2 + sip_message("two").size(), {fits, sip_message("two")});
    }
}

TEST_CASE("never is more held than the bound, whatever comes") {
    const std::string endless_line(300000, 'x');
    const std::string endless_head = "MESSAGE sip:b@h SIP/2.0\r\n" + std::string(300000, 'x');
    std::string many_headers = "MESSAGE sip:b@h SIP/2.0\r\n";
    for (int i = 0; i < 50000; ++i) {
        many_headers += "A: 1\r\n";
    }
    for (const std::string& stream : {endless_line, endless_head, many_headers}) {
        for (const std::size_t cut : {0U, 1000U}) {
            Framer framer(App::sip);
            CHECK(frames(framer, stream, cut).empty());
            CHECK(framer.held_bytes() <= limits::kMaxHead);
            check_books(framer, stream.size(), {});
            CHECK(frames(framer, "\r\n" + sip_message("two"), cut) == Messages{sip_message("two")});
        }
    }
}

TEST_CASE("more headers than the bound cost the message") {
    std::string many = "MESSAGE sip:b@h SIP/2.0\r\n";
    for (std::size_t i = 0; i <= limits::kMaxHeaders; ++i) {
        many += "A: 1\r\n";
    }
    Framer framer(App::sip);
    CHECK(frames(framer, many + "\r\n" + sip_message("two")) == Messages{sip_message("two")});
}

TEST_CASE("a start line as long as the bound passes, a longer one does not") {
    const auto request = [](std::size_t size) {
        const std::string end = " SIP/2.0\r\n";
        std::string line = "MESSAGE sip:";
        line += std::string(size - line.size() - end.size(), 'b');
        return line + end + "Call-ID: x\r\n\r\n";
    };
    for (const std::size_t cut : {0U, 1U}) {
        Framer framer(App::sip);
        const std::string longest = request(limits::kMaxStartLine);
        CHECK(frames(framer, longest + request(limits::kMaxStartLine + 10) + sip_message("two"), cut) ==
              Messages{longest, sip_message("two")});
    }
}

TEST_CASE("a new connection starts afresh, whatever the old one left") {
    Framer framer(App::rtsp);
    frames(framer, frame("abcdef").substr(0, 5));
    framer.restart();
    CHECK(frames(framer, rtsp_reply(1)) == Messages{rtsp_reply(1)});
    frames(framer, "RTSP/1.0 200 OK\r\nCont");
    framer.restart();
    CHECK(frames(framer, rtsp_reply(2)) == Messages{rtsp_reply(2)});
    CHECK(framer.counters().sync_losses == 0);
}

TEST_CASE("an interleaved frame right after headers, cut at every byte") {
    // Without Content-Length there is no body: what follows the empty line is a frame, and not the message's.
    const std::string announce = "ANNOUNCE rtsp://h/x RTSP/1.0\r\nCSeq: 9\r\n\r\n";
    const Messages sent = {rtsp_reply(1), announce, rtsp_reply(2)};
    const std::string stream = sent[0] + frame("media\r\n\r\n$") + sent[1] + frame("") + frame("$$$$") + sent[2];
    for (std::size_t cut = 1; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::rtsp);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == sent);
        CHECK(framer.counters().interleaved_frames == 3);
        CHECK(framer.counters().sync_losses == 0);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("pipelined requests are found in one piece and in many") {
    Messages sent;
    std::string stream;
    for (const char* method : {"OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN"}) {
        sent.push_back(method + std::string(" rtsp://h/x RTSP/1.0\r\nCSeq: ") + std::to_string(sent.size() + 1) +
                       "\r\n\r\n");
        stream += sent.back();
    }
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::rtsp);
        CHECK(frames(framer, stream, cut) == sent);
    }
}

TEST_CASE("RTSP tunnelled in HTTP is recognised, nothing of the connection is read") {
    const std::string get =
        "GET /live HTTP/1.0\r\nx-sessioncookie: tD9hKgAAfB8\r\nAccept: application/x-rtsp-tunnelled\r\n"
        "\r\n";
    const std::string ok = "HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n" + rtsp_reply(1);
    const std::string post = "POST /live HTTP/1.0\r\nContent-Length: 32767\r\n\r\nREVTQ1JJQkUgcnRzcDovL2ggUlRTUC8xLjAN";
    for (const std::string& stream : {get, ok, post}) {
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            CAPTURE(stream, cut);
            Framer framer(App::rtsp);
            CHECK(frames(framer, stream, cut).empty());
            CHECK(framer.counters().http_streams == 1);
            CHECK(framer.counters().foreign_bytes == stream.size());
            CHECK(framer.counters().sync_losses == 0);
            CHECK(framer.held_bytes() == 0);
        }
    }
}

TEST_CASE("HTTP is a tunnel only where a connection begins, and until the next one does") {
    Framer framer(App::rtsp);
    CHECK(frames(framer, rtsp_reply(1) + "GET / HTTP/1.0\r\n\r\n" + rtsp_reply(2)) ==
          Messages{rtsp_reply(1), rtsp_reply(2)});
    CHECK(framer.counters().http_streams == 0);
    framer.restart();
    CHECK(frames(framer, "GET / HTTP/1.0\r\n\r\n" + rtsp_reply(3)).empty());
    framer.lost(100);
    CHECK(frames(framer, rtsp_reply(4)).empty());
    CHECK(framer.counters().http_streams == 1);
    framer.restart();
    CHECK(frames(framer, rtsp_reply(5)) == Messages{rtsp_reply(5)});
    Framer sip(App::sip);
    CHECK(frames(sip, "GET / HTTP/1.0\r\n\r\n" + sip_message("one")) == Messages{sip_message("one")});
    CHECK(sip.counters().http_streams == 0);
}

TEST_CASE("a connection that begins with TLS is recognised, nothing of it is read") {
    const std::string hello = std::string("\x16\x03\x01\x00\x05", 5) + "hello" + sip_message("inside");
    for (const App app : {App::sip, App::rtsp}) {
        for (std::size_t cut = 0; cut <= hello.size(); ++cut) {
            CAPTURE(cut);
            Framer framer(app);
            CHECK(frames(framer, hello, cut).empty());
            CHECK(framer.counters().tls_streams == 1);
            CHECK(framer.counters().foreign_bytes == hello.size());
            CHECK(framer.counters().sync_losses == 0);
            CHECK(framer.held_bytes() == 0);
        }
    }
}

TEST_CASE("TLS is that only where a connection begins, and until the next one does") {
    Framer framer(App::sip);
    CHECK(frames(framer, sip_message("one") + "\x16\x03\x01\r\n" + sip_message("two")) ==
          Messages{sip_message("one"), sip_message("two")});
    CHECK(framer.counters().tls_streams == 0);
    framer.restart();
    CHECK(frames(framer, "\x16\x03").empty());
    CHECK(frames(framer, sip_message("three")).empty());
    CHECK(framer.counters().tls_streams == 1);
    framer.restart();
    CHECK(frames(framer, "\x16 is no record\r\n" + sip_message("four")) == Messages{sip_message("four")});
    CHECK(framer.counters().tls_streams == 1);
}

TEST_CASE("FTP: commands are lines, replies end where they say, however the stream is cut") {
    const Messages sent = {
        "220-Welcome\r\n 220 inside\r\n227 Entering Passive Mode (1,2,3,4,5,6)\r\n\r\n220-\r\n220 Ready\r\n",
        "331 Password\n", "230\r\n", "PASV\r\n", "LIST -l\n"};
    std::string stream = "\r\n";
    for (const std::string& message : sent) {
        stream += message;
    }
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::ftp);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == sent);
        CHECK(framer.counters().discarded_bytes == 0);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("FTP: a line that is too long is left out, the next is read") {
    const std::string longest = "STOR " + std::string(limits::kMaxStartLine - 7, 'a') + "\r\n";
    const std::string longer = "STOR " + std::string(limits::kMaxStartLine - 6, 'a') + "\r\n";
    const std::string stream = longest + longer + std::string(limits::kMaxMessage * 2, 'b') + "\nQUIT\r\n";
    for (const std::size_t cut : {0UL, 1UL, 100UL, 4096UL}) {
        CAPTURE(cut);
        Framer framer(App::ftp);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == Messages{longest, "QUIT\r\n"});
        CHECK(framer.counters().oversized == 2);
        CHECK(framer.counters().sync_losses == 2);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("FTP: of a reply that is too long nothing is read, also no other reply inside") {
    std::string listing = "213-Status\r\n";
    while (listing.size() < limits::kMaxMessage * 2) {
        listing += "227 Entering Passive Mode (1,2,3,4,5,6)\r\n";
    }
    const std::string stream = listing + "213 End\r\n200 Next\r\n";
    const std::string endless = "213-" + std::string(limits::kMaxStartLine / 2, 'a') + "\r\n" +
                                std::string(limits::kMaxHead * 2, 'b') + "\r\n200 Next\r\n";
    for (const std::size_t cut : {0UL, 1UL, 100UL, 4096UL}) {
        CAPTURE(cut);
        Framer framer(App::ftp);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == Messages{"200 Next\r\n"});
        CHECK(framer.counters().oversized == 1);
        check_books(framer, stream.size(), found);
        Framer other(App::ftp);
        CHECK(frames(other, endless, cut) == Messages{"200 Next\r\n"});
        CHECK(other.counters().oversized == 1);
        CHECK(other.held_bytes() == 0);
    }
}

TEST_CASE("FTP: after AUTH everything is TLS, and nothing is read") {
    const std::string stream = "AUTH TLS\r\n" + std::string("\x16\x03\x01\x00\x05", 5) + "hello\r\nPASV\r\n";
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        Framer framer(App::ftp);
        const Messages found = frames(framer, stream, cut);
        CHECK(found == Messages{"AUTH TLS\r\n"});
        CHECK(framer.counters().tls_streams == 1);
        check_books(framer, stream.size(), found);
    }
}

TEST_CASE("FTP: behind a hole the next line is a message") {
    Framer framer(App::ftp);
    CHECK(frames(framer, "220-Welcome\r\nwe").empty());
    framer.lost(100);
    CHECK(frames(framer, "331 Password\r\n") == Messages{"331 Password\r\n"});
    CHECK(framer.counters().sync_losses == 1);
    CHECK(framer.counters().discarded_bytes == 15);
}
