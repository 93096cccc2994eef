// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a terminal shows, without one: lines of printable ASCII, so that a byte is a column.
namespace sara::cli {

enum class Style : std::uint8_t { plain, strong, faint, good, warning, bad, head, selected };

struct Span {
    std::string text;
    Style style = Style::plain;

    friend bool operator==(const Span&, const Span&) = default;
};

/// Grows to the right; what is put is made safe for a terminal.
class Line {
public:
    Line& put(std::string_view text, Style style = Style::plain);
    /// In `width` columns: what is longer ends with '+', what is shorter is filled on the right, or on the left.
    Line& left(std::string_view text, std::size_t width, Style style = Style::plain);
    Line& right(std::string_view text, std::size_t width, Style style = Style::plain);

    /// Exactly so wide: cut, or filled with blanks. `style` is that of all of it unless it is plain.
    [[nodiscard]] Line fitted(std::size_t width, Style style = Style::plain) const;

    [[nodiscard]] const std::vector<Span>& spans() const noexcept { return spans_; }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }

    friend bool operator==(const Line&, const Line&) = default;

private:
    std::vector<Span> spans_;
    std::size_t width_ = 0;
};

struct Size {
    std::size_t rows = 24;
    std::size_t columns = 80;

    friend bool operator==(const Size&, const Size&) = default;
};

using Screen = std::vector<Line>;

/// As people read it on paper: no styles, no blanks at the end of a line.
[[nodiscard]] std::string plain_text(const Screen& screen);

/// Escape sequences (ECMA-48) that make a terminal which shows `before` show `now`: the lines that differ, and no
/// other, so that nothing flickers. An empty `before` is a terminal of which nothing is known. Lines are fitted();
/// colours only if there are to be any: what is told by them alone is nothing.
[[nodiscard]] std::string paint(const Screen& before, const Screen& now, bool colour);

}  // namespace sara::cli
