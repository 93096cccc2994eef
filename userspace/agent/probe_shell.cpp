// SPDX-License-Identifier: GPL-2.0
#include "agent/probe_shell.hpp"

#include <string>
#include <utility>

#include "agent/log.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

ProbeShell::ProbeShell(boost::asio::io_context& io, const role::ProbeConfig& config, std::function<void()> on_change)
    : io_(io), probe_(config, io::random_number()), on_change_(std::move(on_change)),
      alarm_(io, [this] { on_alarm(); }) {
    alarm_.set(io::now());
}

void ProbeShell::on_alarm() {
    if (probe_.expire(io::now())) {
        auto socket = io::ProbeSocket::open(io_, probe_.transport(), probe_.config().target,
                                            {.on_connected =
                                                 [this](const Endpoint& local) {
                                                     std::string request = probe_.connected(local);
                                                     settle();
                                                     return request;
                                                 },
                                             .on_bytes =
                                                 [this](Bytes bytes) {
                                                     probe_.received(bytes);
                                                     settle();
                                                 },
                                             .on_failed =
                                                 [this](std::string why) {
                                                     probe_.failed(std::move(why));
                                                     settle();
                                                 }});
        if (socket) {
            socket_ = std::move(*socket);
        } else {
            probe_.failed(socket.error().text());
        }
    }
    settle();
}

void ProbeShell::settle() {
    if (!probe_.waiting()) {
        socket_.reset();
    }
    alarm_.set(probe_.next_deadline());
    if (std::exchange(told_, probe_.answers()) == probe_.answers()) {
        return;
    }
    const std::string who =
        "the application at " + std::string(to_string(probe_.config().kind)) + " " + probe_.config().target.text();
    if (probe_.answers()) {
        log(role::LogLevel::info, who + " answers again");
    } else {
        log(role::LogLevel::warning, who + " does not answer: " + probe_.why());
    }
    on_change_();
}

nlohmann::ordered_json ProbeShell::stats() const {
    nlohmann::ordered_json out = {{"type", to_string(probe_.config().kind)},
                                  {"target", probe_.config().target.text()},
                                  {"answers", probe_.answers()},
                                  {"asked", probe_.asked()},
                                  {"missed", probe_.missed()}};
    if (!probe_.why().empty()) {
        out["last_miss"] = probe_.why();
    }
    return out;
}

}  // namespace sara::agent
