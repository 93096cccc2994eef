// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "io/file.hpp"

using namespace sara;

namespace {

class Directory {
public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "sara-file-test.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }
    [[nodiscard]] std::ptrdiff_t entries() const {
        return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
    }

private:
    std::filesystem::path path_;
};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a file is made, and replaced as a whole, and only its owner can read it") {
    const Directory directory;
    const std::string path = directory.file("yield");
    const std::string before(100'000, 'x');
    REQUIRE(io::replace_file(path, before).ok());
    CHECK(content(path) == before);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    std::ifstream reader(path);
    REQUIRE(io::replace_file(path, "1\n").ok());
    CHECK(content(path) == "1\n");
    SECTION("who reads it meanwhile reads what was there") {
        CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == before);
    }
}

TEST_CASE("what cannot be written is told by name, and leaves nothing behind") {
    const Directory directory;
    const Status nowhere = io::replace_file(directory.file("none/yield"), "1");
    CHECK(nowhere.error().text().find("none/yield") != std::string::npos);
    CHECK(nowhere.error().text().find("No such file") != std::string::npos);
    std::filesystem::create_directory(directory.file("taken"));
    const Status taken = io::replace_file(directory.file("taken"), "1");
    CHECK(taken.error().text().find("it cannot be replaced") != std::string::npos);
    CHECK(directory.entries() == 1);
}
