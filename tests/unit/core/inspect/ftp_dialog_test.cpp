// SPDX-License-Identifier: GPL-2.0
// FTP's control connections: what each message makes the dispatcher ask of the kernel.
#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"

using namespace sara;
using namespace sara::test;
using inspect::DialogState;
using inspect::EndReason;

namespace {

const std::string kGreeting = "220 Welcome\r\n";
const std::string kPassive = "227 Entering Passive Mode (198,18,0,100,195,80)\r\n";  // port 50000
const std::string kDone = "226 Transfer complete.\r\n";
const std::string kPassiveFlow = "tcp 198.18.1.11:* > 198.18.0.100:50000";
const std::string kActiveFlow = "tcp 198.18.1.11:40001 > 198.18.0.100:*";

struct Control : Conversation {
    inspect::SessionTracker own;
    Control() : Conversation{App::ftp, kFtpFlow, own} {}

    void log_in() {
        server(kGreeting);
        client("USER anonymous\r\n");
        server("331 Password?\r\n");
        client("PASS x\r\n");
        server("230 Hello.\r\n");
    }
};

}  // namespace

TEST_CASE("the greeting begins the dialog, the user's name labels the session") {
    Control control;
    CHECK(control.server(kGreeting) == Lines{"lifetime 1 3615s", "label 1 198.18.1.11:40000"});
    CHECK(control.client("USER anonymous\r\n") == Lines{"label 1 198.18.1.11:40000 anonymous"});
    CHECK(control.only().id == "198.18.1.11:40000");
    CHECK(control.only().target == "anonymous");
    CHECK(control.announced().empty());
}

TEST_CASE("the user's name may be heard before the greeting") {
    Control control;
    CHECK(control.client("USER anonymous\r\n") == Lines{"lifetime 1 60s", "label 1 198.18.1.11:40000 anonymous"});
    CHECK(control.server(kGreeting) == Lines{"lifetime 1 3615s"});
}

TEST_CASE("227 announces the server's port, from any of the client's") {
    Control control;
    control.log_in();
    CHECK(control.client("PASV\r\n").empty());
    CHECK(control.server(kPassive) == Lines{"announce 1 " + kPassiveFlow});
    CHECK(control.only().state == DialogState::complete);

    SECTION("until the transfer is over") {
        control.client("RETR file\r\n");
        CHECK(control.server("150 Here it comes.\r\n").empty());
        CHECK(control.server(kDone) == Lines{"withdraw 1 " + kPassiveFlow});
        CHECK(control.tracker.live_dialogs(control.session) == 1);
    }
    SECTION("until there was none") {
        CHECK(control.server("425 Failed to establish connection.\r\n") == Lines{"withdraw 1 " + kPassiveFlow});
    }
    SECTION("until it broke") {
        CHECK(control.server("426 Failure.\r\n") == Lines{"withdraw 1 " + kPassiveFlow});
    }
    SECTION("what else is answered does not matter") {
        CHECK(control.server("550 No such file.\r\n").empty());
        CHECK(control.server("213 1000\r\n").empty());
        CHECK(control.server("450 Not now.\r\n").empty());
    }
    SECTION("until it waits elsewhere: there is one at a time") {
        CHECK(control.server("229 Entering Extended Passive Mode (|||50001|)\r\n") ==
              Lines{"announce 1 tcp 198.18.1.11:* > 198.18.0.100:50001", "withdraw 1 " + kPassiveFlow});
        CHECK(control.server(kPassive) ==
              Lines{"announce 1 " + kPassiveFlow, "withdraw 1 tcp 198.18.1.11:* > 198.18.0.100:50001"});
    }
}

TEST_CASE("a server that does not say its address is where its control connection is") {
    Control control;
    control.log_in();
    CHECK(control.server("227 Entering Passive Mode (0,0,0,0,195,80)\r\n") == Lines{"announce 1 " + kPassiveFlow});
}

TEST_CASE("a port elsewhere than at the virtual address is counted, and not announced") {
    Control control;
    control.log_in();
    CHECK(control.server("227 Entering Passive Mode (198,18,0,11,195,80)\r\n").empty());
    CHECK(control.tracker.counters().media_elsewhere == 1);
}

TEST_CASE("the control connection's own port is counted, and not announced") {
    Control control;
    control.log_in();
    CHECK(control.server("227 Entering Passive Mode (198,18,0,100,0,21)\r\n").empty());
    CHECK(control.server("229 Entering Extended Passive Mode (|||21|)\r\n").empty());
    CHECK(control.tracker.counters().media_unusable == 2);
}

TEST_CASE("PORT and EPRT announce the client's port, to any of the server's") {
    Control control;
    control.log_in();
    CHECK(control.client("PORT 198,18,1,11,156,65\r\n") == Lines{"announce 1 " + kActiveFlow});
    CHECK(control.server("200 PORT command successful.\r\n").empty());

    SECTION("also for another transfer") {
        control.client("RETR file\r\n");
        control.server(kDone);
        CHECK(control.announced() == Lines{kActiveFlow});
    }
    SECTION("until another is named: there is one at a time") {
        CHECK(control.client("eprt |1|198.18.1.11|40002|\r\n") ==
              Lines{"announce 1 tcp 198.18.1.11:40002 > 198.18.0.100:*", "withdraw 1 " + kActiveFlow});
    }
    SECTION("beside one of the server") {
        CHECK(control.server(kPassive) == Lines{"announce 1 " + kPassiveFlow});
        CHECK(control.announced() == Lines{kPassiveFlow, kActiveFlow});
    }
}

TEST_CASE("an address of the other family is counted, and not announced") {
    Control control;
    control.log_in();
    CHECK(control.client("EPRT |2|fd00::11|40001|\r\n").empty());
    CHECK(control.tracker.counters().media_unusable == 1);
}

TEST_CASE("over IPv6 the same, by EPRT and EPSV") {
    Control control;
    control.flow = flow("fd00::11", 40000, "fd00::100", 21, Transport::tcp);
    control.log_in();
    CHECK(control.client("EPRT |2|fd00::11|40001|\r\n") == Lines{"announce 1 tcp [fd00::11]:40001 > [fd00::100]:*"});
    CHECK(control.server("229 Entering Extended Passive Mode (|||50000|)\r\n") ==
          Lines{"announce 1 tcp [fd00::11]:* > [fd00::100]:50000"});
}

TEST_CASE("what cannot be read is malformed") {
    const inspect::Protocol* const ftp = inspect::protocol_for(App::ftp);
    for (const std::string text : {"PORT 1,2,3", "EPRT |1|host|1|", "220 Welcome", "\x80"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp->read(as_bytes(text), {Sender::client, kFtpFlow}));
    }
    for (const std::string text : {"227 Somewhere", "229 (|||0|)", "PASV", "\x80"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp->read(as_bytes(text), {Sender::server, kFtpFlow}));
    }
}

TEST_CASE("only the last line of a reply ends it: what stands in between says nothing") {
    Control control;
    control.log_in();
    CHECK(control.server("213-Status\r\n" + kPassive + "213 End\r\n").empty());
}

TEST_CASE("facts that overtake each other: each end's latest word counts, even where numbers go round") {
    Control control;
    control.places = {0xffffff9cU, 0xffffff9cU};  // the server's go round between 227 and 226
    control.log_in();
    const inspect::MessageFacts first = control.facts(Sender::server, kPassive);
    const inspect::MessageFacts over = control.facts(Sender::server, kDone);
    const inspect::MessageFacts second =
        control.facts(Sender::server, "229 Entering Extended Passive Mode (|||50001|)\r\n");
    const Lines latest = {"announce 1 tcp 198.18.1.11:* > 198.18.0.100:50001"};

    SECTION("the newest first") {
        CHECK(lines(control.tracker.handle(second, control.session, kStart)) == latest);
        CHECK(control.tracker.handle(first, control.session, kStart).empty());
        CHECK(control.tracker.handle(over, control.session, kStart).empty());
    }
    SECTION("the end of a transfer before its beginning") {
        CHECK(control.tracker.handle(over, control.session, kStart).empty());
        CHECK(control.tracker.handle(first, control.session, kStart).empty());
        CHECK(lines(control.tracker.handle(second, control.session, kStart)) == latest);
    }
}

TEST_CASE("the answer to QUIT ends the session, which lingers") {
    Control control;
    control.log_in();
    control.server(kPassive);
    CHECK(control.client("QUIT\r\n").empty());
    CHECK(control.server("221 Goodbye.\r\n") == Lines{"withdraw 1 " + kPassiveFlow, "linger 1 10s"});
    CHECK(control.only().end == EndReason::finished_by_server);
    CHECK(control.server(kPassive).empty());
}

TEST_CASE("so does a server that gives up, and the end of the connection") {
    Control control;
    control.log_in();
    SECTION("421") {
        CHECK(control.server("421 Timeout.\r\n") == Lines{"linger 1 10s"});
        CHECK(control.only().end == EndReason::finished_by_server);
    }
    SECTION("FIN") {
        inspect::MessageFacts close;
        close.app = App::ftp;
        close.flow = kFtpFlow;
        close.act = inspect::Act::close;
        CHECK(lines(control.tracker.handle(close, control.session, kStart)) == Lines{"linger 1 10s"});
        CHECK(control.only().end == EndReason::connection_closed);
    }
}

TEST_CASE("after a restart, what was announced is over when the server waits elsewhere") {
    Control control;
    const AnnouncementKey key{Transport::tcp, endpoint("198.18.1.11", 1).address, Port{0},
                              endpoint("198.18.0.100", 1).address, Port{50000}};
    Control before;
    before.server(kGreeting);
    CHECK(control.tracker.adopt_session(control.session, kFtpFlow, 10min, kStart).empty());
    control.tracker.adopt_announcement(control.session, key, before.only().tag);
    CHECK(control.server("229 Entering Extended Passive Mode (|||50001|)\r\n") ==
          Lines{"announce 1 tcp 198.18.1.11:* > 198.18.0.100:50001", "withdraw 1 " + kPassiveFlow, "lifetime 1 3615s",
                "label 1 198.18.1.11:40000"});
}
