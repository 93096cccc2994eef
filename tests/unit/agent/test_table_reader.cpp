// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/table_reader.hpp"
#include "kern/fake_kernel.hpp"

using namespace sara;
using namespace sara::agent;
using namespace sara::test;

namespace {

Buffer session_message(std::uint32_t sequence, std::uint64_t id, std::uint16_t flags = NLM_F_MULTI) {
    AttributeWriter writer;
    writer.u64(SARA_A_SESSION_ID, id);
    return reply(SARA_CMD_SESSION_GET, sequence, std::move(writer), flags);
}

Buffer end(std::uint32_t sequence) {
    return verdict(sequence, 0, nullptr, NLMSG_DONE);
}

/// Answers the dumps of sessions as `sessions` says, each of the attempts; others with nothing.
template <typename Sessions>
void load(FakeKernel& kernel, Sessions sessions) {
    kernel.loaded([sessions, attempt = 0](const Sent& sent) mutable {
        if (sent.command == SARA_CMD_SESSION_GET) {
            return sessions(sent.header.sequence, ++attempt);
        }
        return std::vector<Buffer>{end(sent.header.sequence)};
    });
}

/// Pieces until all is read, or an error.
kern::Result<int> read(TableReader& reader) {
    for (int pieces = 1; pieces < 100; ++pieces) {
        const kern::Result<bool> whole = reader.read_piece();
        if (!whole) {
            return whole.error();
        }
        if (*whole) {
            return pieces;
        }
    }
    return kern::Error{ETIME, "it does not end"};
}

}  // namespace

TEST_CASE("sessions, flows and announcements are read, a datagram at a time") {
    FakeKernel kernel;
    load(kernel, [](std::uint32_t sequence, int) {
        return std::vector<Buffer>{session_message(sequence, 1), session_message(sequence, 2), end(sequence)};
    });
    TableReader reader(kernel.open());
    const kern::Result<int> pieces = read(reader);
    REQUIRE(pieces);
    CHECK(*pieces == 5);
    CHECK(reader.holdings().sessions().size() == 2);
    std::vector<std::uint8_t> asked;
    for (const Sent& sent : kernel.sent) {
        if ((sent.header.flags & NLM_F_DUMP) != 0) {
            asked.push_back(sent.command);
        }
    }
    CHECK(asked == std::vector<std::uint8_t>{SARA_CMD_SESSION_GET, SARA_CMD_FLOW_GET, SARA_CMD_ANNOUNCE_GET});
}

TEST_CASE("what was resized while it was read is read again, each once") {
    FakeKernel kernel;
    load(kernel, [](std::uint32_t sequence, int attempt) {
        const std::uint16_t flags = attempt == 1 ? NLM_F_MULTI | NLM_F_DUMP_INTR : NLM_F_MULTI;
        return std::vector<Buffer>{session_message(sequence, 1, flags), end(sequence)};
    });
    TableReader reader(kernel.open());
    REQUIRE(read(reader));
    CHECK(reader.holdings().sessions().size() == 1);
}

TEST_CASE("a table that is resized again and again is not taken for whole") {
    FakeKernel kernel;
    load(kernel, [](std::uint32_t sequence, int) {
        return std::vector<Buffer>{session_message(sequence, 1, NLM_F_MULTI | NLM_F_DUMP_INTR), end(sequence)};
    });
    TableReader reader(kernel.open());
    const kern::Result<int> pieces = read(reader);
    REQUIRE_FALSE(pieces);
    CHECK(pieces.error().code == EAGAIN);
}
