// SPDX-License-Identifier: GPL-2.0
// Callers whose first media packet leaves as soon as the reply that names its port is read, and the user agents that
// answer them. Both tell what they did; who compares it sees what was lost or came to another node than its call.
//
//   sara-race serve VIP FIRST_PORT              on each node; answers INVITEs at VIP:5060, each with a port of its own.
//                                               At SIGTERM it prints "call N" and "media N" for all that came.
//   sara-race call VIP ADDR CALLS AT_ONCE       prints how long replies took, and media after them
//
// A call N is the user agent ADDR:(10000 + N), expecting media at 20000 + 2 N (10,000 calls at most). Every other call
// sends its media from another port than it names (40000 + N), as behind a NAT: nothing but the reply tells whose they
// are.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::uint16_t kSipPort = 5060;
constexpr unsigned kMaxCalls = 10000;
constexpr auto kRepeat = 500ms;  // RFC 3261 section 17.1.1.2
constexpr int kMaxRepeats = 20;
constexpr int kMaxEvents = 64;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int check(int result, const char* what) {
    if (result < 0) {
        fail(what);
    }
    return result;
}

sockaddr_in at(const char* address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    if (inet_pton(AF_INET, address, &out.sin_addr) != 1) {
        std::fprintf(stderr, "%s is no IPv4 address\n", address);
        std::exit(2);
    }
    return out;
}

int bound(const char* address, std::uint16_t port) {
    const int fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const sockaddr_in where = at(address, port);
    check(bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof(where)), "bind");
    return fd;
}

void send_to(int fd, std::string_view text, const sockaddr_in& to) {
    sendto(fd, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

unsigned number_after(std::string_view text, std::string_view what) {
    unsigned number = 0;
    const std::size_t place = text.find(what);
    if (place != std::string_view::npos) {
        std::from_chars(text.data() + place + what.size(), text.data() + text.size(), number);
    }
    return number;
}

class Poll {
public:
    Poll() : fd_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

    void add(int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        check(epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }

    /// Descriptors that are ready.
    std::vector<int> wait(int milliseconds) {
        std::array<epoll_event, kMaxEvents> events{};
        const int n = epoll_wait(fd_, events.data(), kMaxEvents, milliseconds);
        std::vector<int> ready;
        for (int i = 0; i < n; ++i) {
            ready.push_back(events[static_cast<std::size_t>(i)].data.fd);
        }
        return ready;
    }

private:
    int fd_;
};

/// Calls of all sockets at once: as many descriptors as the system gives.
void raise_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max = std::max<rlim_t>(limit.rlim_max, 2 * kMaxCalls);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        fail("setrlimit");
    }
}

std::string sdp(std::string_view address, unsigned port) {
    const std::string where(address);
    return "v=0\r\no=- 1 1 IN IP4 " + where + "\r\ns=-\r\nc=IN IP4 " + where + "\r\nt=0 0\r\nm=audio " +
           std::to_string(port) + " RTP/AVP 0\r\n";
}

std::string with_body(std::string head, const std::string& body) {
    head += "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return head + body;
}

// --- the nodes' side -------------------------------------------------------------------------------------------

class Server {
public:
    Server(const char* vip, std::uint16_t first_port) : vip_(vip), next_port_(first_port), sip_(bound(vip, kSipPort)) {
        poll_.add(sip_);
    }

    void run(int signals) {
        poll_.add(signals);
        std::puts("ready");
        std::fflush(stdout);
        for (bool over = false; !over;) {
            for (const int fd : poll_.wait(-1)) {
                over |= fd == signals;
                read(fd);
            }
        }
        read(sip_);
        for (const auto& [fd, call] : media_) {
            read(fd);
        }
        for (const auto& [call, port] : calls_) {
            std::printf("call %u\n", call);
        }
        for (const unsigned call : heard_) {
            std::printf("media %u\n", call);
        }
    }

private:
    void read(int fd) {
        const bool is_media = media_.contains(fd);
        if (!is_media && fd != sip_) {
            return;
        }
        std::array<char, 4096> buffer{};
        for (;;) {
            sockaddr_in from{};
            socklen_t size = sizeof(from);
            const ssize_t n = recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (n < 0) {
                return;
            }
            const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
            if (is_media) {
                heard_.push_back(number_after(text, "media "));
            } else if (text.starts_with("INVITE ")) {
                answer(text, from);
            }
        }
    }

    void answer(std::string_view invite, const sockaddr_in& from) {
        const unsigned call = number_after(invite, "Call-ID: ");
        const auto [known, added] = calls_.try_emplace(call, next_port_);
        if (added) {
            const int fd = bound(vip_, next_port_);
            next_port_ = static_cast<std::uint16_t>(next_port_ + 2);
            media_.emplace(fd, call);
            poll_.add(fd);
        }
        std::string reply = "SIP/2.0 200 OK\r\n";
        for (const std::string_view name : {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "}) {
            const std::size_t begin = invite.find(name);
            const std::string_view line = invite.substr(begin, invite.find("\r\n", begin) - begin);
            reply += std::string(line) + (name == "To: " ? ";tag=s\r\n" : "\r\n");
        }
        reply += "Contact: <sip:b@" + std::string(vip_) + ">\r\n";
        send_to(sip_, with_body(reply, sdp(vip_, known->second)), from);
    }

    const char* vip_;
    std::uint16_t next_port_;
    int sip_;
    Poll poll_;
    std::map<unsigned, std::uint16_t> calls_;  ///< and their ports
    std::map<int, unsigned> media_;            ///< sockets, and whose they are
    std::vector<unsigned> heard_;              ///< whose media came
};

int serve(const char* vip, std::uint16_t first_port) {
    raise_limit();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    Server(vip, first_port).run(check(signalfd(-1, &set, SFD_CLOEXEC), "signalfd"));
    return 0;
}

// --- the callers' side -----------------------------------------------------------------------------------------

struct Call {
    int sip = -1;
    int media = -1;  ///< where it says that it is
    int sends = -1;  ///< where its media come from
    std::string invite;
    std::string packet;
    Clock::time_point began;
    Clock::time_point repeat;
    int repeats = 0;
};

class Caller {
public:
    Caller(const char* vip, const char* address, unsigned calls, std::size_t at_once)
        : vip_(vip), address_(address), calls_(calls), at_once_(at_once), sip_(at(vip, kSipPort)), media_(sip_) {}

    int run() {
        while (next_ < calls_ || !open_.empty()) {
            while (next_ < calls_ && open_.size() < at_once_) {
                begin(next_++);
            }
            for (const int fd : poll_.wait(10)) {
                read(fd);
            }
            repeat();
        }
        tell("reply after", replies_, 1us, "us");
        tell("media after", gaps_, 1ns, "ns");
        std::printf("calls %u answered %zu repeated %u\n", calls_, replies_.size(), repeated_);
        return replies_.size() == calls_ ? 0 : 1;
    }

private:
    void begin(unsigned number) {
        const auto port = [&](unsigned first, unsigned step) {
            return static_cast<std::uint16_t>(first + step * number);
        };
        Call call;
        call.sip = bound(address_, port(10000, 1));
        call.media = bound(address_, port(20000, 2));
        call.sends = number % 2 == 0 ? call.media : bound(address_, port(40000, 1));
        const std::string self(address_);
        const std::string id = std::to_string(number);
        call.packet = "media " + id;
        call.invite = with_body("INVITE sip:b@" + std::string(vip_) + " SIP/2.0\r\nVia: SIP/2.0/UDP " + self + ":" +
                                    std::to_string(port(10000, 1)) + ";branch=z9hG4bK" + id + "\r\nFrom: <sip:a@" +
                                    self + ">;tag=c\r\nTo: <sip:b@" + vip_ + ">\r\nCall-ID: " + id + "@" + self +
                                    "\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@" + self + ":" +
                                    std::to_string(port(10000, 1)) + ">\r\n",
                                sdp(self, port(20000, 2)));
        poll_.add(call.sip);
        call.began = Clock::now();
        call.repeat = call.began + kRepeat;
        send_to(call.sip, call.invite, sip_);
        open_.emplace(call.sip, std::move(call));
    }

    /// The whole race is in these few lines.
    void read(int fd) {
        Call& call = open_.at(fd);
        const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
        const Clock::time_point came = Clock::now();
        if (n <= 0) {
            return;
        }
        const unsigned port = number_after(std::string_view(buffer_.data(), static_cast<std::size_t>(n)), "m=audio ");
        media_.sin_port = htons(static_cast<std::uint16_t>(port));
        send_to(call.sends, call.packet, media_);
        gaps_.push_back(Clock::now() - came);
        replies_.push_back(came - call.began);
        close(call);
    }

    void close(const Call& call) {
        const int sip = call.sip;
        if (call.sends != call.media) {
            ::close(call.sends);
        }
        ::close(call.media);
        open_.erase(sip);
        ::close(sip);
    }

    void repeat() {
        const Clock::time_point now = Clock::now();
        for (auto it = open_.begin(); it != open_.end();) {
            Call& call = (it++)->second;
            if (call.repeat > now) {
                continue;
            }
            if (++call.repeats > kMaxRepeats) {
                std::fprintf(stderr, "no answer to %s\n", call.packet.c_str());
                close(call);
                continue;
            }
            ++repeated_;
            call.repeat = now + kRepeat;
            send_to(call.sip, call.invite, sip_);
        }
    }

    static void tell(const char* what, std::vector<Clock::duration>& times, Clock::duration unit, const char* name) {
        if (times.empty()) {
            return;
        }
        std::sort(times.begin(), times.end());
        const auto at = [&](std::size_t percent) {
            return static_cast<long long>(times[(times.size() - 1) * percent / 100] / unit);
        };
        std::printf("%s: median %lld, 99 of 100 %lld, longest %lld %s\n", what, at(50), at(99), at(100), name);
    }

    const char* vip_;
    const char* address_;
    unsigned calls_;
    std::size_t at_once_;
    sockaddr_in sip_;
    sockaddr_in media_;
    Poll poll_;
    unsigned next_ = 0;
    std::map<int, Call> open_;
    std::array<char, 4096> buffer_{};
    std::vector<Clock::duration> replies_;  ///< from the INVITE to its reply
    std::vector<Clock::duration> gaps_;     ///< from the reply to the media
    unsigned repeated_ = 0;
};

unsigned parse(const char* text, unsigned max) {
    unsigned number = 0;
    const char* const end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, number);
    if (error != std::errc() || stop != end || number == 0 || number > max) {
        std::fprintf(stderr, "%s is no number from 1 to %u\n", text, max);
        std::exit(2);
    }
    return number;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (mode == "serve" && argc == 4) {
        return serve(argv[2], static_cast<std::uint16_t>(parse(argv[3], 65535)));
    }
    if (mode == "call" && argc == 6) {
        return Caller(argv[2], argv[3], parse(argv[4], kMaxCalls), parse(argv[5], 1000)).run();
    }
    std::fprintf(stderr, "Usage: sara-race serve VIP FIRST_PORT | call VIP ADDR CALLS AT_ONCE\n");
    return 2;
}
