// SPDX-License-Identifier: GPL-2.0
#include "cli/screen.hpp"

#include <catch2/catch.hpp>

using namespace sara::cli;

TEST_CASE("columns are cut, and filled on either side") {
    Line line;
    line.left("n1", 4).put("|").right("7", 3).put("|").left("a-long-name", 6).put("|").right("123456", 4);
    CHECK(plain_text({line}) == "n1  |  7|a-lon+|123+\n");
    CHECK(line.width() == 20);
}

TEST_CASE("a fitted line is exactly as wide as asked for") {
    const Line line = Line().put("abc", Style::good).put("def");
    CHECK(plain_text({line.fitted(4)}) == "abcd\n");
    CHECK(line.fitted(4).spans() == std::vector<Span>{{"abc", Style::good}, {"d", Style::plain}});
    CHECK(line.fitted(8).width() == 8);
    CHECK(line.fitted(8, Style::selected).spans() == std::vector<Span>{{"abcdef  ", Style::selected}});
    CHECK(line.fitted(0).width() == 0);
}

TEST_CASE("text from elsewhere moves no cursor") {
    CHECK(plain_text({Line().put("a\x1b[2Jb\n")}) == "a\\x1b[2Jb\\x0a\n");
}

TEST_CASE("what did not change is not written") {
    const Line a = Line().put("a");
    const Line b = Line().put("b");
    CHECK(paint({}, {a, b}, true) == "\x1b[0m\x1b[2J\x1b[1;1Ha\x1b[2;1Hb");
    CHECK(paint({a, b}, {a, b}, true).empty());
    CHECK(paint({a, a}, {a, b}, true) == "\x1b[2;1Hb");
}

TEST_CASE("each span resets what it sets, and without colours there is bold and reverse video alone") {
    const Line line = Line().put("x", Style::bad).put("y").put("z", Style::good);
    CHECK(paint({Line()}, {line}, true) == "\x1b[1;1H\x1b[1;31mx\x1b[0my\x1b[32mz\x1b[0m");
    CHECK(paint({Line()}, {line}, false) == "\x1b[1;1H\x1b[1mx\x1b[0myz");
    CHECK(paint({Line()}, {Line().put("x", Style::selected)}, false) == "\x1b[1;1H\x1b[7mx\x1b[0m");
}
