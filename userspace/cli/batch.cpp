// SPDX-License-Identifier: GPL-2.0
#include "cli/batch.hpp"

namespace sara::cli {

Result<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (const char c : line) {
        if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else {
                word += c;
            }
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == '#' && !in_word) {
            break;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            if (in_word) {
                words.push_back(std::move(word));
                word.clear();
                in_word = false;
            }
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote != '\0') {
        return Error{std::string("a quote is not closed: ") + quote, {}};
    }
    if (in_word) {
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace sara::cli
