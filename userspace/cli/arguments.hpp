// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/moment.hpp"
#include "cli/parse.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

/// The words of one command that are not read yet. Failure is sticky: the first error stays, and later reads give empty
/// values, so that a command reads all it wants and asks error() once at the end.
class Arguments {
public:
    explicit Arguments(std::span<const std::string> words) : rest_(words) {}

    [[nodiscard]] bool empty() const noexcept { return error_.has_value() || rest_.empty(); }
    [[nodiscard]] std::string_view peek() const noexcept { return empty() ? std::string_view{} : rest_.front(); }

    /// Reads the next word if it is this one.
    bool accept(std::string_view word);

    /// The next word; `what` is missing if there is none.
    [[nodiscard]] std::string_view word(std::string_view what);

    /// The next word, of `min` to `max` bytes.
    [[nodiscard]] std::string text(std::size_t min, std::size_t max);

    [[nodiscard]] std::uint64_t number(std::uint64_t min, std::uint64_t max) {
        return take("a number", [=](std::string_view word) { return parse::number(word, min, max); });
    }
    [[nodiscard]] std::uint32_t number32(std::uint32_t min = 0,
                                         std::uint32_t max = std::numeric_limits<std::uint32_t>::max()) {
        return static_cast<std::uint32_t>(number(min, max));
    }
    [[nodiscard]] std::chrono::milliseconds time(std::chrono::milliseconds min = {},
                                                 std::chrono::milliseconds max = parse::kLongestTime) {
        return take("a time", [=](std::string_view word) { return parse::time(word, min, max); });
    }
    [[nodiscard]] kern::Load load() { return take("a load", parse::load); }
    [[nodiscard]] std::vector<kern::NodeScore> scores() { return take("scores of nodes", parse::scores); }
    [[nodiscard]] Address address() { return take("an address", parse::address); }
    [[nodiscard]] Moment moment() { return take("a time", read_moment); }
    [[nodiscard]] Port port() { return take("a port", parse::port); }
    [[nodiscard]] std::pair<Port, Port> port_range() { return take("a port", parse::port_range); }
    [[nodiscard]] Transport transport() { return take("tcp or udp", parse::transport); }
    [[nodiscard]] kern::Mac mac() { return take("a MAC address", parse::mac); }
    [[nodiscard]] std::string name() { return take("a name", parse::name); }
    [[nodiscard]] std::string device() { return take("the name of a network device", parse::device); }
    [[nodiscard]] std::vector<std::string> names() { return take("names", parse::names); }
    [[nodiscard]] SessionId session() { return take("the id of a session", parse::session); }
    template <typename E>
    [[nodiscard]] E choice() {
        return take("a word", parse::choice<E>);
    }

    /// `name value` pairs and single words in any order up to the end of the command; an unknown or repeated name is
    /// refused with the names that there are. Each option reads its own value.
    struct Option {
        std::string_view name;
        std::function<void()> read;
    };
    void options(const std::vector<Option>& options);

    /// Was that option given?
    [[nodiscard]] bool given(std::string_view option) const;
    /// Refuses if an option was not given.
    void require(std::initializer_list<std::string_view> options);
    /// Refuses if no option at all was given.
    void require_any();

    /// Refuses what is left.
    void end();

    void fail(std::string what);
    /// Refuses a word of the grammar that is wrong here: `what` was expected. The nearest of those that accept() was
    /// asked for, and of `names`, is proposed.
    void fail_word(std::string_view what, std::string_view found, std::vector<std::string_view> names = {});
    /// A word was wrong, or missing: its grammar tells which there are.
    [[nodiscard]] bool lost() const noexcept { return lost_; }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

private:
    template <typename Parser>
    auto take(std::string_view what, Parser parser) -> std::remove_cvref_t<decltype(*parser(std::string_view{}))> {
        using T = std::remove_cvref_t<decltype(*parser(std::string_view{}))>;
        const std::string_view found = word(what);
        if (error_) {
            return T{};
        }
        auto value = parser(found);
        if (!value) {
            error_ = value.error();
            error_->where = std::string(context_);
            return T{};
        }
        return T(std::move(*value));
    }

    std::span<const std::string> rest_;
    std::string_view context_;  ///< the option whose value is read
    std::vector<std::string_view> seen_;
    std::vector<std::string_view> known_;
    std::vector<std::string_view> tried_;  ///< words that the next one is not
    std::optional<Error> error_;
    bool lost_ = false;
};

}  // namespace sara::cli
