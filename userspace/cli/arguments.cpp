// SPDX-License-Identifier: GPL-2.0
#include "cli/arguments.hpp"

#include <algorithm>

#include "cli/nearest.hpp"

namespace sara::cli {

namespace {

std::string list_of(std::span<const std::string_view> names) {
    std::string list;
    for (const std::string_view name : names) {
        list += (list.empty() ? "" : ", ") + std::string(name);
    }
    return list;
}

}  // namespace

bool Arguments::accept(std::string_view word) {
    if (empty()) {
        return false;
    }
    if (rest_.front() != word) {
        tried_.push_back(word);
        return false;
    }
    rest_ = rest_.subspan(1);
    tried_.clear();
    return true;
}

std::string_view Arguments::word(std::string_view what) {
    if (error_) {
        return {};
    }
    if (rest_.empty()) {
        fail("expected " + std::string(what));
        lost_ = true;
        return {};
    }
    const std::string_view found = rest_.front();
    rest_ = rest_.subspan(1);
    tried_.clear();
    return found;
}

std::string Arguments::text(std::size_t min, std::size_t max) {
    const std::string_view found = word("a text");
    if (!error_ && (found.size() < min || found.size() > max)) {
        fail("expected " + std::to_string(min) + " to " + std::to_string(max) + " bytes");
    }
    return std::string(found);
}

void Arguments::options(const std::vector<Option>& options) {
    for (const Option& option : options) {
        known_.push_back(option.name);
    }
    while (!empty()) {
        const std::string_view name = word("an argument");
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&](const Option& candidate) { return candidate.name == name; });
        if (option == options.end()) {
            fail_word("one of " + list_of(known_), name, known_);
        } else if (given(name)) {
            fail("\"" + std::string(name) + "\" is given twice");
        } else {
            seen_.push_back(option->name);
            context_ = option->name;
            option->read();
            context_ = {};
        }
    }
}

bool Arguments::given(std::string_view option) const {
    return std::find(seen_.begin(), seen_.end(), option) != seen_.end();
}

void Arguments::require(std::initializer_list<std::string_view> options) {
    for (const std::string_view option : options) {
        if (!given(option)) {
            lost_ = !error_ || lost_;
            fail("\"" + std::string(option) + "\" is missing");
        }
    }
}

void Arguments::require_any() {
    if (seen_.empty()) {
        lost_ = !error_ || lost_;
        fail("nothing to change: expected one of " + list_of(known_));
    }
}

void Arguments::end() {
    if (!empty()) {
        fail_word("the end of the command", rest_.front(), known_);
    }
}

void Arguments::fail_word(std::string_view what, std::string_view found, std::vector<std::string_view> names) {
    if (!error_) {
        names.insert(names.begin(), tried_.begin(), tried_.end());
        fail(parse::expected(what, found).what + did_you_mean(found, names));
        lost_ = true;
    }
}

void Arguments::fail(std::string what) {
    if (!error_) {
        error_ = Error{std::move(what), std::string(context_)};
    }
}

}  // namespace sara::cli
