// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/key.hpp"
#include "cli/screen.hpp"
#include "cli/top_view.hpp"
#include "kern/model.hpp"

namespace sara::cli {

/// What a key wants done outside of the screen.
struct TopQuit {
    friend bool operator==(const TopQuit&, const TopQuit&) = default;
};
struct TopRedraw {
    friend bool operator==(const TopRedraw&, const TopRedraw&) = default;
};
struct TopSetState {
    std::string node;
    kern::NodeState state{};

    friend bool operator==(const TopSetState&, const TopSetState&) = default;
};
using TopEffect = std::variant<TopQuit, TopRedraw, TopSetState>;

/// sara top without its terminal: views and keys in, a screen and effects out.
class Top {
public:
    explicit Top(Size size = {}) : size_(size) {}

    void take(TopView view);
    void resize(Size size) noexcept { size_ = size; }
    [[nodiscard]] std::optional<TopEffect> press(Key key);
    /// What became of an effect; stays until the next key.
    void say(std::string sentence, Style style);

    /// Exactly as large as the terminal.
    [[nodiscard]] Screen screen() const;

private:
    enum class Column : std::uint8_t { name, state, health, sessions, admitted, load, forecast };
    enum class Mode : std::uint8_t { browse, help, filter, confirm };

    [[nodiscard]] std::optional<TopEffect> browse(Key key);
    [[nodiscard]] std::optional<TopEffect> confirm(Key key);
    void edit_filter(Key key);
    void sort_by(Column column);
    void ask(kern::NodeState state);
    void move(std::ptrdiff_t by);
    [[nodiscard]] std::size_t selected() const;
    [[nodiscard]] std::size_t table_rows() const noexcept;
    void arrange();
    [[nodiscard]] Line footer() const;

    Size size_;
    TopView view_;
    std::vector<TopNode> shown_;  ///< those that pass the filter, sorted
    std::string selected_;        ///< by its name: it stays when others move
    std::string filter_;
    Column column_ = Column::name;
    bool descending_ = false;
    Mode mode_ = Mode::browse;
    TopSetState asked_;  ///< in Mode::confirm
    std::string said_;
    Style said_style_ = Style::plain;
};

/// A view alone, for paper: all nodes by their names.
[[nodiscard]] Screen sheet(const TopView& view);

}  // namespace sara::cli
