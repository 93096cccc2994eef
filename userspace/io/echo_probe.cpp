// SPDX-License-Identifier: GPL-2.0
#include "io/echo_probe.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/base/bytes.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/plain_socket.hpp"

namespace sara::io {

namespace {

constexpr std::size_t kShortest = 64;
constexpr std::size_t kLongest = 65535;

/// The head of ICMP's and ICMPv6's Echo messages, and what tells ours from others'.
struct Echo {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint16_t checksum = 0;
    std::uint16_t identifier = 0;
    std::uint16_t number = 0;  ///< the place of its question
    std::uint64_t token = 0;
};
static_assert(sizeof(Echo) == 16);

std::uint8_t request_type(Family family) {
    return family == Family::ipv4 ? std::uint8_t{ICMP_ECHO} : std::uint8_t{ICMP6_ECHO_REQUEST};
}

std::uint8_t reply_type(Family family) {
    return family == Family::ipv4 ? std::uint8_t{ICMP_ECHOREPLY} : std::uint8_t{ICMP6_ECHO_REPLY};
}

/// RFC 1071; of what is all zeros but its head.
std::uint16_t checksum(const Echo& head) {
    std::array<std::uint16_t, sizeof(Echo) / 2> words{};
    std::memcpy(words.data(), &head, sizeof(head));
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words) {
        sum += word;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~((sum & 0xffff) + (sum >> 16)));
}

union AnySocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

/// A raw socket of a family, that sends what is as long as its device allows and not to be cut.
class Asker {
public:
    Asker(Family family, std::uint64_t token)
        : family_(family), token_(token), socket_(family == Family::ipv4 ? AF_INET : AF_INET6, SOCK_RAW,
                                                  family == Family::ipv4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6}) {}

    [[nodiscard]] int fd() const noexcept { return socket_.fd(); }

    [[nodiscard]] bool prepare() const {
        if (fd() < 0) {
            return false;
        }
        if (family_ == Family::ipv4) {
            const int discover = IP_PMTUDISC_PROBE;
            return ::setsockopt(fd(), IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof(discover)) == 0;
        }
        const int discover = IPV6_PMTUDISC_PROBE;
        icmp6_filter filter{};
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
        return ::setsockopt(fd(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, &discover, sizeof(discover)) == 0 &&
               ::setsockopt(fd(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) == 0;
    }

    void ask(std::size_t number, const EchoQuestion& question) const {
        const bool v4 = family_ == Family::ipv4;
        Echo head{.type = request_type(family_), .number = static_cast<std::uint16_t>(number), .token = token_};
        // Of ICMPv6 the kernel makes it.
        head.checksum = v4 ? checksum(head) : std::uint16_t{0};
        const std::size_t size = std::clamp(question.size, kShortest, kLongest);
        Buffer packet(size - (v4 ? sizeof(iphdr) : 40));
        std::memcpy(packet.data(), &head, sizeof(head));

        AnySocketAddress to{};
        const auto bytes = question.address.bytes();
        alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
        iovec part{packet.data(), packet.size()};
        msghdr message{};
        message.msg_name = &to;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        if (v4) {
            in_pktinfo by{};
            by.ipi_ifindex = static_cast<int>(question.device);
            put(by.ipi_spec_dst, question.source);
            to.v4.sin_family = AF_INET;
            std::memcpy(&to.v4.sin_addr, bytes.data(), bytes.size());
            message.msg_namelen = sizeof(to.v4);
            put(message, IPPROTO_IP, IP_PKTINFO, by);
        } else {
            in6_pktinfo by{};
            by.ipi6_ifindex = question.device;
            put(by.ipi6_addr, question.source);
            to.v6.sin6_family = AF_INET6;
            std::memcpy(&to.v6.sin6_addr, bytes.data(), bytes.size());
            message.msg_namelen = sizeof(to.v6);
            put(message, IPPROTO_IPV6, IPV6_PKTINFO, by);
        }
        ::sendmsg(fd(), &message, 0);
    }

    /// The place of the question that the next packet answers; nothing: it answers none. No packet: `drained`.
    [[nodiscard]] std::optional<std::size_t> answer(std::span<const EchoQuestion> questions, bool& drained) const {
        Buffer packet(kLongest);
        AnySocketAddress from{};
        socklen_t length = sizeof(from);
        const ssize_t got = ::recvfrom(fd(), packet.data(), packet.size(), 0, &from.any, &length);
        drained = got < 0;
        if (got <= 0) {
            return std::nullopt;
        }
        // A raw socket of IPv4 has IP's header before it.
        const std::size_t before = family_ == Family::ipv4 ? (packet[0] & 0xfU) * 4 : 0;
        Echo head;
        if (static_cast<std::size_t>(got) < before + sizeof(head)) {
            return std::nullopt;
        }
        std::memcpy(&head, packet.data() + before, sizeof(head));
        if (head.type != reply_type(family_) || head.token != token_ || head.number >= questions.size()) {
            return std::nullopt;
        }
        const Address sender = family_ == Family::ipv4
                                   ? *Address::from_bytes({reinterpret_cast<std::uint8_t*>(&from.v4.sin_addr), 4})
                                   : *Address::from_bytes({reinterpret_cast<std::uint8_t*>(&from.v6.sin6_addr), 16});
        return questions[head.number].address == sender ? std::optional<std::size_t>(head.number) : std::nullopt;
    }

private:
    template <typename Place>
    static void put(Place& place, const std::optional<Address>& address) {
        if (address && address->bytes().size() == sizeof(place)) {
            std::memcpy(&place, address->bytes().data(), sizeof(place));
        }
    }

    template <typename Item>
    static void put(msghdr& message, int level, int type, const Item& item) {
        message.msg_controllen = CMSG_SPACE(sizeof(item));
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = level;
        head->cmsg_type = type;
        head->cmsg_len = CMSG_LEN(sizeof(item));
        std::memcpy(CMSG_DATA(head), &item, sizeof(item));
    }

    Family family_;
    std::uint64_t token_;
    PlainSocket socket_;
};

}  // namespace

Result<std::vector<bool>> ask_echo(std::span<const EchoQuestion> questions, std::chrono::milliseconds patience) {
    std::vector<bool> answered(questions.size());
    const std::uint64_t token = random_number();
    std::array<std::optional<Asker>, 2> askers;
    for (const EchoQuestion& question : questions) {
        std::optional<Asker>& asker = askers[question.address.family() == Family::ipv4 ? 0 : 1];
        if (!asker) {
            asker.emplace(question.address.family(), token);
            if (!asker->prepare()) {
                return failed("opening a raw socket of ICMP");
            }
        }
    }
    for (int turn = 0; turn < 2; ++turn) {
        for (std::size_t i = 0; i < questions.size(); ++i) {
            if (!answered[i]) {
                askers[questions[i].address.family() == Family::ipv4 ? 0 : 1]->ask(i, questions[i]);
            }
        }
        const Time deadline = now() + patience / 2;
        while (std::find(answered.begin(), answered.end(), false) != answered.end()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
            std::array<pollfd, 2> waiting{};
            for (std::size_t i = 0; i < waiting.size(); ++i) {
                waiting[i] = {askers[i] ? askers[i]->fd() : -1, POLLIN, 0};
            }
            if (left.count() <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) == 0) {
                break;
            }
            for (const std::optional<Asker>& asker : askers) {
                for (bool drained = !asker; !drained;) {
                    if (const auto place = asker->answer(questions, drained)) {
                        answered[*place] = true;
                    }
                }
            }
        }
    }
    return answered;
}

}  // namespace sara::io
