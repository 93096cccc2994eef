// SPDX-License-Identifier: GPL-2.0
#include "agent/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <string_view>
#include <utility>

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

/// As syslog(3) numbers them.
char priority_of(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::debug:
        return '7';
    case spdlog::level::warn:
        return '4';
    case spdlog::level::err:
        return '3';
    default:
        return '6';
    }
}

constexpr const char* kName = "sara-agent";
/// Before the name of a node: the name of a logger for lines about it.
constexpr std::string_view kOfNode = "node:";

class JournalSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit JournalSink(io::Journal journal) : journal_(std::move(journal)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        const std::string_view text(message.payload.data(), message.payload.size());
        const std::string_view logger(message.logger_name.data(), message.logger_name.size());
        const std::string priority(1, priority_of(message.level));
        std::string record = io::journal_field("MESSAGE", text) + io::journal_field("PRIORITY", priority) +
                             io::journal_field("SYSLOG_IDENTIFIER", kName);
        if (logger.starts_with(kOfNode)) {
            record += io::journal_field("SARA_NODE", logger.substr(kOfNode.size()));
        }
        if (!journal_.send(record)) {
            // The other way there, by which a line has its priority alone (sd-daemon(3)).
            std::cerr << '<' << priority << '>' << text << std::endl;
        }
    }
    void flush_() override {}

    io::Journal journal_;
};

}  // namespace

void start_log(role::LogLevel level, std::optional<io::Journal> journal) {
    spdlog::sink_ptr sink;
    if (journal) {
        sink = std::make_shared<JournalSink>(*std::move(journal));
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
        sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
    }
    auto logger = std::make_shared<spdlog::logger>(kName, std::move(sink));
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
        if (line.node.empty()) {
            log(line.level, line.text);
        } else {
            spdlog::default_logger()
                ->clone(std::string(kOfNode) + line.node)
                ->log(to_spdlog(line.level), "{}", line.text);
        }
    }
}

}  // namespace sara::agent
