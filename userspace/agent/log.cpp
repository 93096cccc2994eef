// SPDX-License-Identifier: GPL-2.0
#include "agent/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>

namespace sara::agent {

namespace {

spdlog::level::level_enum to_spdlog(role::LogLevel level) {
    switch (level) {
    case role::LogLevel::debug:
        return spdlog::level::debug;
    case role::LogLevel::info:
        return spdlog::level::info;
    case role::LogLevel::warning:
        return spdlog::level::warn;
    case role::LogLevel::error:
        return spdlog::level::err;
    }
    return spdlog::level::off;
}

/// "<6>": how the journal learns the priority of a line (sd-daemon(3)).
class PriorityFlag : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
        char digit = '6';
        if (message.level == spdlog::level::debug) {
            digit = '7';
        } else if (message.level == spdlog::level::warn) {
            digit = '4';
        } else if (message.level == spdlog::level::err) {
            digit = '3';
        }
        to.push_back('<');
        to.push_back(digit);
        to.push_back('>');
    }

    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }
};

}  // namespace

void start_log(role::LogLevel level) {
    auto logger = std::make_shared<spdlog::logger>("sara-agent", std::make_shared<spdlog::sinks::stderr_sink_st>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    if (std::getenv("JOURNAL_STREAM") != nullptr) {
        formatter->add_flag<PriorityFlag>('*').set_pattern("%*%v");
    } else {
        formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
    }
    logger->set_formatter(std::move(formatter));
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
    set_log_level(level);
}

void set_log_level(role::LogLevel level) {
    spdlog::set_level(to_spdlog(level));
}

void log(role::LogLevel level, const std::string& text) {
    // Never as a format: texts hold what came from the network.
    spdlog::log(to_spdlog(level), "{}", text);
}

void log(const std::vector<role::LogLine>& lines) {
    for (const role::LogLine& line : lines) {
        log(line.level, line.text);
    }
}

}  // namespace sara::agent
