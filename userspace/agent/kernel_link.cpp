// SPDX-License-Identifier: GPL-2.0
#include "agent/kernel_link.hpp"

#include <linux/sara.h>

#include <algorithm>
#include <utility>

#include "io/clock.hpp"

namespace sara::agent {

KernelLink::KernelLink(boost::asio::io_context& io, Hooks hooks)
    : io_(io), hooks_(std::move(hooks)), alarm_(io, [this] { on_alarm(); }) {}

KernelLink::~KernelLink() {
    close();
}

kern::Status KernelLink::start() {
    // First, so that no change between looking and watching is missed.
    Result<std::unique_ptr<io::FamilyWatch>> watch =
        io::FamilyWatch::open(io_, SARA_GENL_NAME, [this](io::FamilyChange change) { on_family(change); });
    if (!watch) {
        return kern::Error{EIO, watch.error().text()};
    }
    watch_ = std::move(*watch);
    return connect();
}

kern::Status KernelLink::connect() {
    kern::Result<kern::Channel> opened = kern::Channel::open();
    if (!opened) {
        return opened.error();
    }
    channel_ = std::make_unique<kern::Channel>(std::move(*opened));
    if (const kern::Status up = hooks_.on_up(*channel_); !up) {
        close();
        return up.error();
    }
    ++counters_.connects;
    retry_ = kFirstRetry;
    descriptor_ = std::make_unique<boost::asio::posix::stream_descriptor>(io_, channel_->fd());
    alarm_.set(io::now() + kProbe);
    drain();
    if (descriptor_) {
        wait();
    }
    return Done{};
}

void KernelLink::wait() {
    descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            [this, connection = counters_.connects](const boost::system::error_code& error) {
                                if (error || !channel_ || connection != counters_.connects) {
                                    return;
                                }
                                drain();
                                if (descriptor_ && connection == counters_.connects) {
                                    wait();
                                }
                            });
}

void KernelLink::drain() {
    static_cast<void>(drain_batch());
}

void KernelLink::catch_up() {
    for (int i = 0; i < kMaxBatches && channel_; ++i) {
        if (!drain_batch()) {
            return;
        }
    }
}

bool KernelLink::drain_batch() {
    for (int i = 0; i < kBatch; ++i) {
        kern::Result<std::vector<kern::Incoming>> arrived = channel_->receive();
        if (!arrived) {
            lose("the netlink socket failed: " + arrived.error().text());
            return false;
        }
        if (arrived->empty()) {
            hooks_.on_drained(std::exchange(overrun_, false));
            return false;
        }
        for (kern::Incoming& incoming : *arrived) {
            if (std::holds_alternative<kern::Overrun>(incoming)) {
                ++counters_.overruns;
                overrun_ = true;
            } else if (!is_probe_answer(incoming)) {
                hooks_.on_incoming(std::move(incoming));
            }
            if (!channel_) {
                return false;
            }
        }
    }
    return true;
}

bool KernelLink::is_probe_answer(const kern::Incoming& incoming) {
    if (const auto* answer = std::get_if<kern::Answer>(&incoming)) {
        return probe_ == answer->sequence;
    }
    const auto* ack = std::get_if<kern::Ack>(&incoming);
    if (ack == nullptr || probe_ != ack->sequence) {
        return false;
    }
    probe_.reset();
    if (ack->error) {
        lose("the kernel module does not answer any more: " + ack->error->text());
    }
    return true;
}

kern::Result<kern::Sequence> KernelLink::post(const kern::Request& request) {
    if (!channel_) {
        return kern::Error{ENOTCONN, "the kernel module is not loaded"};
    }
    kern::Result<kern::Sequence> sent = channel_->post(request);
    ++(sent ? counters_.posted : counters_.post_failures);
    return sent;
}

void KernelLink::on_alarm() {
    if (!channel_) {
        retry();
        return;
    }
    // A module that was exchanged in between is told by the watch; this finds what the watch may have missed.
    if (const auto sent = post(kern::config_get())) {
        probe_ = *sent;
    }
    alarm_.set(io::now() + kProbe);
}

void KernelLink::on_family(io::FamilyChange change) {
    switch (change) {
    case io::FamilyChange::went:
        lose("the kernel module was unloaded");
        break;
    case io::FamilyChange::came:
        // A retry may have been quicker than the news: what answers is what came, as the number of an earlier module's
        // family is not given again. Else what we had belonged to an earlier module.
        if (channel_ && channel_->get<kern::Config>(kern::config_get())) {
            drain();
            break;
        }
        lose("the kernel module was exchanged");
        retry();
        break;
    }
}

void KernelLink::lose(const std::string& why) {
    if (channel_) {
        close();
        hooks_.on_down(why);
        alarm_.set(io::now() + retry_);
    }
}

void KernelLink::close() {
    if (descriptor_) {
        descriptor_->release();  // the channel closes it
        descriptor_.reset();
    }
    if (channel_) {
        counters_.malformed += channel_->malformed();
        channel_.reset();
    }
    probe_.reset();
    overrun_ = false;
}

void KernelLink::retry() {
    if (const kern::Status up = connect(); !up) {
        hooks_.on_retry(up.error());
        alarm_.set(io::now() + retry_);
        retry_ = std::min(2 * retry_, kLastRetry);
    }
}

KernelCounters KernelLink::counters() const noexcept {
    KernelCounters counters = counters_;
    if (channel_) {
        counters.malformed += channel_->malformed();
    }
    return counters;
}

}  // namespace sara::agent
