// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "io/journal.hpp"

using namespace sara;

TEST_CASE("a field of one line ends with it, one of several has its length before") {
    CHECK(io::journal_field("PRIORITY", "6") == "PRIORITY=6\n");
    CHECK(io::journal_field("MESSAGE", "") == "MESSAGE=\n");
    CHECK(io::journal_field("MESSAGE", "a\nPRIORITY=0") ==
          std::string("MESSAGE\n") + '\x0c' + std::string(7, '\0') + "a\nPRIORITY=0\n");
    const std::string field = io::journal_field("M", std::string(300, 'x') + "\n");
    CHECK(field.substr(2, 8) == std::string("\x2d\x01\0\0\0\0\0\0", 8));
}

TEST_CASE("the journal is where the standard error output goes if its variable names just that") {
    struct stat own {};
    REQUIRE(::fstat(STDERR_FILENO, &own) == 0);
    const std::string stream = std::to_string(own.st_dev) + ":" + std::to_string(own.st_ino);
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    CHECK(io::Journal::of_standard_error());
    // Inherited from a service that sent the output elsewhere.
    ::setenv("JOURNAL_STREAM", (stream + "0").c_str(), 1);
    CHECK_FALSE(io::Journal::of_standard_error());
    ::unsetenv("JOURNAL_STREAM");
    CHECK_FALSE(io::Journal::of_standard_error());
}

TEST_CASE("a journal that is not there takes nothing") {
    CHECK_FALSE(io::Journal("/nonexistent/journal").send("MESSAGE=a\n"));
    CHECK_FALSE(io::Journal(std::string(200, 'x')).send("MESSAGE=a\n"));
}
