// SPDX-License-Identifier: GPL-2.0
#include "agent/busy_shell.hpp"

#include "agent/log.hpp"
#include "core/proto/sip_busy.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

namespace {

Result<proto::sip::BusyAnswer> answer(const kern::InspectedPacket& packet, std::chrono::seconds retry_after,
                                      std::uint64_t seed) {
    if (packet.app != App::sip || packet.flow.transport != Transport::udp) {
        return Error{"neither SIP nor UDP", {}};
    }
    return proto::sip::answer_busy(as_text(packet.payload), packet.flow.src, retry_after, seed);
}

}  // namespace

BusyShell::BusyShell(std::chrono::seconds retry_after)
    : retry_after_(retry_after), seed_(io::random_number()), socket_(io::RawUdp::open()) {}

void BusyShell::on_packet(const kern::InspectedPacket& packet) {
    const Result<proto::sip::BusyAnswer> busy = answer(packet, retry_after_, seed_);
    if (!busy) {
        ++unanswerable_;
        if (const auto line =
                log_.pass(role::LogLevel::debug,
                          packet.flow.text() + " is not told to be refused: " + busy.error().text(), io::now())) {
            log({*line});
        }
        return;
    }
    if (socket_ && (*socket_)->send(packet.flow.dst, busy->to, as_bytes(busy->message))) {
        ++sent_;
        return;
    }
    ++send_failures_;
    // Not at the start: who has no service with `refuse busy` need not hear of it.
    if (!socket_ && !warned_) {
        warned_ = true;
        log(role::LogLevel::warning, "refused clients are not answered: " + socket_.error().text());
    }
}

nlohmann::ordered_json BusyShell::stats() const {
    return {{"sent", sent_}, {"unanswerable", unanswerable_}, {"send_failures", send_failures_}};
}

}  // namespace sara::agent
