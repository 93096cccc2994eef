// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sara::cli {

enum class KeyCode : std::uint8_t {
    text,
    up,
    down,
    left,
    right,
    home,
    end,
    page_up,
    page_down,
    enter,
    backspace,
    escape,
    redraw,  ///< Ctrl-L
    unknown,
};

struct Key {
    KeyCode code = KeyCode::unknown;
    char text = '\0';  ///< of KeyCode::text: printable ASCII

    friend bool operator==(const Key&, const Key&) = default;
};

/// What a terminal sends, as keys. A sequence may come in pieces; an escape that ends what was read is the key itself.
class KeyReader {
public:
    [[nodiscard]] std::vector<Key> take(std::string_view bytes);

private:
    std::string rest_;  ///< of a sequence that is not complete
};

}  // namespace sara::cli
