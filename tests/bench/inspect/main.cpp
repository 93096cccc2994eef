// SPDX-License-Identifier: GPL-2.0
// What it takes to read a signalling message: by this project, and by general parsers. For each case and reader a line
// of JSON: the least time of some rounds, in which the readers take turns, and how often memory was asked for.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>

#include "inspect/message.hpp"
#include "inspect/reader.hpp"

namespace {

std::atomic<std::size_t> asked{0};  ///< times that C++ asked for memory

}  // namespace

// All of C++'s memory comes by here; what libraries in C ask for is not counted.
void* operator new(std::size_t size) {
    asked.fetch_add(1, std::memory_order_relaxed);
    if (void* const memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace sara::bench {

namespace {

struct Row {
    std::unique_ptr<Reader> reader;
    bool understands = true;
    double least = 0;  ///< ns for one message
    double asked = 0;  ///< times that one message made it ask for memory
};

std::vector<Row> readers(Protocol protocol) {
    std::vector<Row> rows;
    rows.push_back({make_sara_extractor(protocol)});
    rows.push_back({make_sara_parser(protocol)});
    switch (protocol) {
    case Protocol::sip:
#ifdef SARA_WITH_OSIP
        rows.push_back({make_osip()});
#endif
#ifdef SARA_WITH_SOFIA
        rows.push_back({make_sofia()});
#endif
        break;
    case Protocol::rtsp:
#ifdef SARA_WITH_GSTREAMER
        rows.push_back({make_gstreamer()});
#endif
        break;
    }
    return rows;
}

void round(Row& row, const Case& what, std::size_t times) {
    const std::size_t before = asked.load();
    const Reading reading = row.reader->read(what.message, times);
    row.understands = row.understands && reading.found == times * (1 + what.media);
    const double each = reading.took.count() / static_cast<double>(times);
    row.least = row.least == 0 ? each : std::min(row.least, each);
    row.asked = static_cast<double>(asked.load() - before) / static_cast<double>(times);
}

void measure(const Case& what, std::size_t rounds, std::size_t times) {
    std::vector<Row> rows = readers(what.protocol);
    for (Row& row : rows) {
        static_cast<void>(row.reader->read(what.message, times));  // not counted: what is only asked for once
    }
    for (std::size_t i = 0; i < rounds; ++i) {
        for (Row& row : rows) {
            round(row, what, times);
        }
    }
    for (const Row& row : rows) {
        std::printf(R"({"case":"%s","bytes":%zu,"system":"%.*s","understands":%s,"ns":%.1f,"asks":%.3f})"
                    "\n",
                    what.name.c_str(), what.message.size(), static_cast<int>(row.reader->name().size()),
                    row.reader->name().data(), row.understands ? "true" : "false", row.least, row.asked);
    }
}

bool read_number(std::string_view text, std::size_t& number) {
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && parsed == end && number >= 1;
}

}  // namespace

}  // namespace sara::bench

int main(int argc, char** argv) {
    std::size_t rounds = 0;
    std::size_t times = 0;
    if (argc < 3 || argc > 4 || !sara::bench::read_number(argv[1], rounds) ||
        !sara::bench::read_number(argv[2], times)) {
        std::fputs("Usage: bench_inspect ROUNDS TIMES [CASE]: each reader reads each message so often in a round\n",
                   stderr);
        return 2;
    }
    for (const sara::bench::Case& what : sara::bench::cases()) {
        if (argc == 3 || what.name == argv[3]) {
            sara::bench::measure(what, rounds, times);
        }
    }
    return 0;
}
