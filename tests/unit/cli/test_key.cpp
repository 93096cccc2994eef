// SPDX-License-Identifier: GPL-2.0
#include "cli/key.hpp"

#include <catch2/catch.hpp>

using namespace sara::cli;

namespace {

std::vector<KeyCode> codes(const std::vector<Key>& keys) {
    std::vector<KeyCode> codes;
    for (const Key& key : keys) {
        codes.push_back(key.code);
    }
    return codes;
}

}  // namespace

TEST_CASE("letters, and the keys that are one byte") {
    KeyReader reader;
    CHECK(reader.take("q/") == std::vector<Key>{{KeyCode::text, 'q'}, {KeyCode::text, '/'}});
    CHECK(codes(reader.take("\r\n\x7f\b\f\x01\xc3")) == std::vector{KeyCode::enter, KeyCode::enter, KeyCode::backspace,
                                                                    KeyCode::backspace, KeyCode::redraw,
                                                                    KeyCode::unknown, KeyCode::unknown});
}

TEST_CASE("keys that are sequences, of several terminals") {
    KeyReader reader;
    CHECK(codes(reader.take("\x1b[A\x1b[B\x1bOC\x1bOD")) ==
          std::vector{KeyCode::up, KeyCode::down, KeyCode::right, KeyCode::left});
    CHECK(codes(reader.take("\x1b[H\x1b[1~\x1b[7~\x1bOF\x1b[4~\x1b[8~")) ==
          std::vector{KeyCode::home, KeyCode::home, KeyCode::home, KeyCode::end, KeyCode::end, KeyCode::end});
    CHECK(codes(reader.take("\x1b[5~\x1b[6~\x1b[3~\x1b[1;5P")) ==
          std::vector{KeyCode::page_up, KeyCode::page_down, KeyCode::unknown, KeyCode::unknown});
}

TEST_CASE("a sequence may come in pieces, and an escape alone is one") {
    KeyReader reader;
    CHECK(reader.take("\x1b[").empty());
    CHECK(reader.take("5").empty());
    CHECK(codes(reader.take("~q")) == std::vector{KeyCode::page_up, KeyCode::text});
    CHECK(codes(reader.take("\x1b")) == std::vector{KeyCode::escape});
    CHECK(codes(reader.take("\x1bq")) == std::vector{KeyCode::escape, KeyCode::text});
}

TEST_CASE("a sequence without end is given up") {
    KeyReader reader;
    CHECK(codes(reader.take("\x1b[" + std::string(40, '1'))) == std::vector{KeyCode::unknown});
    CHECK(codes(reader.take("q")) == std::vector{KeyCode::text});
}
