// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <sstream>

#include "cli/batch.hpp"
#include "cli/run.hpp"
#include "kern/fake_kernel.hpp"

using namespace sara;
using namespace sara::test;
using cli::ExitCode;

namespace {

/// The program over a kernel made of a function.
struct Program {
    explicit Program(
        cli::Options options = {}, cli::Terminals terminals = {}, std::function<Time()> now = [] { return Time{}; })
        : runner(
              options,
              [this] {
                  ++opened;
                  return Channel::open(kernel.socket());
              },
              out, err, terminals, std::move(now)) {}

    ExitCode run(const std::string& line) {
        const Result<std::vector<std::string>> words = cli::split_words(line);
        REQUIRE(words);
        return runner.run_words(*words);
    }

    FakeKernel kernel;
    int opened = 0;
    std::ostringstream out;
    std::ostringstream err;
    cli::Runner runner;
};

}  // namespace

TEST_CASE("a change that the kernel takes prints nothing") {
    Program program;
    program.kernel.loaded([](const Sent& sent) { return std::vector<Buffer>{verdict(sent.header.sequence, 0)}; });
    CHECK(program.run("node set n1 state drain") == ExitCode::done);
    CHECK(program.out.str().empty());
    CHECK(program.err.str().empty());
    CHECK(program.kernel.sent.back().command == SARA_CMD_NODE_SET);
}

TEST_CASE("the kernel's sentence is shown, with exit code 2") {
    Program program;
    program.kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{
            verdict(sent.header.sequence, EBUSY, "node n1 has 3 sessions: drain it, or use force")};
    });
    CHECK(program.run("node del n1") == ExitCode::refused);
    CHECK(program.err.str() == "Error: sara: node n1 has 3 sessions: drain it, or use force.\n");
}

TEST_CASE("without the module the program says what to do, with exit code 2") {
    Program program;
    program.kernel.handler = [](const Sent& sent) {
        return std::vector<Buffer>{verdict(sent.header.sequence, ENOENT)};
    };
    CHECK(program.run("node show") == ExitCode::refused);
    CHECK(program.err.str() == "Error: sara: the kernel module is not loaded: modprobe sara (or insmod sara.ko).\n");
}

TEST_CASE("a wrong command line asks no kernel, with exit code 1") {
    Program program;
    CHECK(program.run("node set n1 state off") == ExitCode::usage);
    CHECK(program.err.str() == "Error: state: expected up, drain or down, not \"off\".\n");
    CHECK(program.opened == 0);
}

TEST_CASE("help asks no kernel") {
    Program program;
    CHECK(program.run("node help") == ExitCode::done);
    CHECK(program.out.str().starts_with("Usage: sara node add"));
    CHECK(program.opened == 0);
}

TEST_CASE("text is coloured where it is asked for, and where it is a terminal if that is asked") {
    const auto shown = [](cli::Colour colour, bool terminal, cli::Format format = cli::Format::text) {
        cli::Options options;
        options.colour = colour;
        options.format = format;
        Program program(options, {false, terminal, false});
        program.kernel.loaded([&](const Sent& sent) {
            return std::vector<Buffer>{node_message(sent.header.sequence, "n1", NLM_F_MULTI),
                                       verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
        });
        CHECK(program.run("node") == ExitCode::done);
        return program.out.str();
    };
    const std::string name = "\x1b[36mn1\x1b[0m:";
    CHECK(shown(cli::Colour::always, false).starts_with(name));
    CHECK(shown(cli::Colour::automatic, true).starts_with(name));
    for (const std::string& plain :
         {shown(cli::Colour::automatic, false), shown(cli::Colour::never, true), shown(cli::Colour::unsaid, true),
          shown(cli::Colour::always, true, cli::Format::json)}) {
        CHECK(plain.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a dump that takes long tells how far it is at a terminal, and elsewhere nothing") {
    for (const bool terminal : {true, false}) {
        Time now{};
        Program program({}, {false, false, terminal}, [&] { return now += std::chrono::seconds(2); });
        program.kernel.loaded([&](const Sent& sent) {
            return std::vector<Buffer>{node_message(sent.header.sequence, "n1", NLM_F_MULTI),
                                       verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
        });
        CHECK(program.run("node") == ExitCode::done);
        CHECK(program.err.str().ends_with(terminal ? "\r1 objects...\x1b[K\r\x1b[K" : ""));
        CHECK(program.err.str().empty() == !terminal);
    }
}

TEST_CASE("show prints what the kernel lists, and warns where it may not be all") {
    cli::Options options;
    options.format = cli::Format::json;
    Program program(options);
    std::uint16_t flags = NLM_F_MULTI;
    program.kernel.loaded([&](const Sent& sent) {
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1", flags),
                                   verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
    });
    CHECK(program.run("node") == ExitCode::done);
    CHECK(program.out.str().starts_with(R"([{"name":"n1",)"));
    CHECK(program.err.str().empty());
    flags = NLM_F_MULTI | NLM_F_DUMP_INTR;
    CHECK(program.run("node") == ExitCode::done);
    CHECK(program.err.str() == "Warning: objects came and went while they were listed, some may be missing.\n");
}

TEST_CASE("flows are not half shown when announcements are refused") {
    Program program;
    program.kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{
            verdict(sent.header.sequence, sent.command == SARA_CMD_ANNOUNCE_GET ? ENOENT : 0, nullptr, NLMSG_DONE)};
    });
    CHECK(program.run("flow show node n9") == ExitCode::refused);
    CHECK(program.out.str().empty());
}

TEST_CASE("monitor prints the events asked for, and ends at the count") {
    Program program;
    program.kernel.loaded([](const Sent&) { return std::vector<Buffer>{}; });
    const auto event = [](std::uint8_t command, std::uint16_t name_type, std::uint16_t event_type, const char* name) {
        AttributeWriter writer;
        writer.text(name_type, name);
        writer.u32(event_type, SARA_EVENT_CREATED);
        return reply(command, 0, std::move(writer));
    };
    program.kernel.queue.push_back({event(SARA_CMD_SERVICE_NTF, SARA_A_SERVICE_NAME, SARA_A_SERVICE_EVENT, "sip"), 0});
    program.kernel.queue.push_back({{}, ENOBUFS});
    for (const char* name : {"n1", "n2", "n3"}) {
        program.kernel.queue.push_back({event(SARA_CMD_NODE_NTF, SARA_A_NODE_NAME, SARA_A_NODE_EVENT, name), 0});
    }
    // What opening reads first.
    std::deque<std::pair<Buffer, int>> events;
    events.swap(program.kernel.queue);
    const FakeKernel::Handler open = program.kernel.handler;
    program.kernel.handler = [&, open](const Sent& sent) {
        std::vector<Buffer> answers = open(sent);
        if (sent.command == SARA_CMD_CONFIG_GET) {
            for (Buffer& answer : answers) {
                program.kernel.queue.push_back({std::move(answer), 0});
            }
            answers.clear();
            program.kernel.queue.insert(program.kernel.queue.end(), events.begin(), events.end());
        }
        return answers;
    };
    CHECK(program.run("monitor node --count 2") == ExitCode::done);
    CHECK(program.kernel.joined == kGroup);
    CHECK(program.out.str().starts_with("created node n1: "));
    CHECK(program.out.str().find("\ncreated node n2: ") != std::string::npos);
    CHECK(program.out.str().find("n3") == std::string::npos);
    CHECK(program.out.str().find("service") == std::string::npos);
    CHECK(program.err.str() == "Warning: events were lost, there were too many at once.\n");
}

TEST_CASE("a batch uses one channel, and stops at the first error unless forced") {
    const std::string lines = "# two nodes\nnode del n1\n\nnode del 'bad name'\nnode del n2\n";
    for (const bool force : {false, true}) {
        cli::Options options;
        options.force = force;
        Program program(options);
        program.kernel.loaded([](const Sent& sent) { return std::vector<Buffer>{verdict(sent.header.sequence, 0)}; });
        std::istringstream in(lines);
        CHECK(program.runner.run_batch(in, "file") == ExitCode::usage);
        CHECK(program.opened == 1);
        CHECK(program.err.str().find("Command failed file:4\n") != std::string::npos);
        // Two for opening.
        CHECK(program.kernel.sent.size() == (force ? 4U : 3U));
    }
}

TEST_CASE("an agent that is not there") {
    Program program;
    CHECK(program.run("stats show agent socket /nonexistent/agent.sock") == ExitCode::refused);
    CHECK(program.err.str() ==
          "Error: no agent listens at /nonexistent/agent.sock: start sara-agent, or give its control socket.\n");
}

TEST_CASE("the program's options") {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(cli::run_program(std::vector<std::string>{"-V"}, in, out, err) == ExitCode::done);
    CHECK(out.str().starts_with("sara 0"));
    CHECK(cli::run_program(std::vector<std::string>{}, in, out, err) == ExitCode::usage);
    CHECK(err.str().starts_with("Usage: sara "));
    err.str({});
    CHECK(cli::run_program(std::vector<std::string>{"-n", "nowhere-at-all", "node"}, in, out, err) == ExitCode::usage);
    CHECK(err.str() == "Error: there is no network namespace \"nowhere-at-all\": see ip netns list.\n");
    err.str({});
    CHECK(cli::run_program(std::vector<std::string>{"inspect", "/nonexistent.pcap"}, in, out, err) == ExitCode::usage);
    CHECK(err.str() == "Error: /nonexistent.pcap: the file cannot be read.\n");
}
