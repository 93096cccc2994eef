// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/echo_probe.hpp"
#include "io/plain_socket.hpp"

using namespace sara;
using namespace sara::io;
using namespace std::chrono_literals;

namespace {

std::vector<bool> answers_to(const std::vector<EchoQuestion>& questions, std::chrono::milliseconds patience) {
    const auto answers = ask_echo(questions, patience);
    if (!answers) {
        WARN("skipped: " << answers.error().text());
        return {};
    }
    return *answers;
}

bool has_ipv6() {
    const PlainSocket socket(AF_INET6, SOCK_DGRAM, 0);
    sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    return ::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&loopback), sizeof(loopback)) == 0;
}

}  // namespace

TEST_CASE("an address answers short packets and those that a device just takes, and no longer ones are sent") {
    const std::uint32_t lo = ::if_nametoindex("lo");
    const Address here = *Address::parse("127.0.0.1");
    // Nobody has it: the answers of others are not its own.
    const Address nobody = *Address::parse("198.18.255.1");
    const auto answers = answers_to(
        {{lo, here, 0}, {lo, nobody, 64}, {lo, here, 65535}, {0x7fffffff, here, 64}, {lo, here, 1500}}, 300ms);
    if (!answers.empty()) {
        CHECK(answers == std::vector<bool>{true, false, true, false, true});
    }
}

TEST_CASE("a source that is not this machine's own is not taken, one that is, is") {
    const std::uint32_t lo = ::if_nametoindex("lo");
    const Address here = *Address::parse("127.0.0.1");
    const auto answers = answers_to(
        {{lo, here, 64, Address::parse("127.0.0.9")}, {lo, here, 64, Address::parse("198.18.255.1")}}, 300ms);
    if (!answers.empty()) {
        CHECK(answers == std::vector<bool>{true, false});
    }
}

TEST_CASE("an address of IPv6 likewise") {
    const auto answers = answers_to({{::if_nametoindex("lo"), *Address::parse("::1"), 1500}}, 300ms);
    if (!answers.empty()) {
        CHECK(answers[0] == has_ipv6());
    }
}

TEST_CASE("who has all answers, or asks nothing, does not wait") {
    CHECK(answers_to({}, 600s).empty());
    const auto answers = answers_to({{::if_nametoindex("lo"), *Address::parse("127.0.0.1"), 64}}, 3600s);
    CHECK((answers.empty() || answers[0]));
}
