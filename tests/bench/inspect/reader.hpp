// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace sara::bench {

enum class Protocol : unsigned char { sip, rtsp };

/// What reading a message some times came to.
struct Reading {
    /// Of each message 1, if it was understood, and as many as media descriptions and lines of Transport were found in
    /// it: so nobody is quick by not looking.
    std::size_t found = 0;
    std::chrono::duration<double, std::nano> took{};
};

/// Calls `read`, which says what it found, so often.
template <typename Read>
[[nodiscard]] Reading repeat(std::size_t times, Read read) {
    Reading reading;
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < times; ++i) {
        reading.found += read();
    }
    reading.took = std::chrono::steady_clock::now() - began;
    return reading;
}

/// One that reads messages, SDP included, as its users would have it do.
class Reader {
public:
    Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    virtual ~Reader() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;  ///< as tests/bench/report.py knows it
    [[nodiscard]] virtual Reading read(std::string_view message, std::size_t times) = 0;
};

[[nodiscard]] std::unique_ptr<Reader> make_sara_parser(Protocol protocol);     ///< its parsers alone
[[nodiscard]] std::unique_ptr<Reader> make_sara_extractor(Protocol protocol);  ///< to facts; RTSP: by TCP segments
[[nodiscard]] std::unique_ptr<Reader> make_osip();
[[nodiscard]] std::unique_ptr<Reader> make_sofia();
[[nodiscard]] std::unique_ptr<Reader> make_gstreamer();

}  // namespace sara::bench
