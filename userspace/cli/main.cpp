// SPDX-License-Identifier: GPL-2.0
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "cli/run.hpp"

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const sara::cli::Terminals terminals{isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0,
                                         isatty(STDERR_FILENO) != 0};
    return static_cast<int>(sara::cli::run_program(words, std::cin, std::cout, std::cerr, terminals));
}
