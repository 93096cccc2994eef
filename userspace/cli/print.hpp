// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/flow_key.hpp"
#include "kern/model.hpp"

namespace sara::cli {

enum class Format : std::uint8_t { text, json, pretty };

/// "30s", "1.5s", "250ms": as parse::time() reads it.
[[nodiscard]] std::string text_of(std::chrono::milliseconds time);

/// "0.25", to a millionth: as parse::load() reads it.
[[nodiscard]] std::string text_of(kern::Load load);

/// Text from elsewhere made safe for a terminal: what is not printable ASCII becomes \xNN.
[[nodiscard]] std::string safe_line(std::string_view text);
/// The same as one word: quoted where it is empty or has blanks.
[[nodiscard]] std::string safe_text(std::string_view text);

/// Every call prints both ways: words on a line, or a member of a JSON object. So JSON has all that the text has.
/// Objects at the top are written when they end; as members of one array between begin_array() and end_array(), else
/// each by itself.
class Printer {
public:
    /// Coloured, text has the colours of ip(8) for names, addresses and what is up or down.
    Printer(std::ostream& out, Format format, bool coloured = false)
        : out_(out), format_(format), coloured_(coloured && format == Format::text) {}

    void begin_array();
    void end_array();

    /// At the top, or within list(): then it is an indented line of its own.
    void begin_object();
    void end_object();

    /// A list of objects within an object.
    void begin_list(std::string_view name);
    void end_list();

    /// `name value`
    void field(std::string_view name, std::string_view value);
    void field(std::string_view name, std::uint64_t value);
    void difference(std::string_view name, std::int64_t value);          ///< a field that may be below 0
    void field(std::string_view name, std::chrono::milliseconds value);  ///< JSON: a number of milliseconds
    void field(std::string_view name, kern::Load value);                 ///< JSON: a number, 1 for kLoadOne
    void field(std::string_view name, const std::vector<std::string>& values, std::string_view if_empty);

    /// `value`: where the place says what it is.
    void bare(std::string_view name, std::string_view value);
    void bare(std::string_view name, std::uint64_t value);
    /// `name` if it is so, else `otherwise`; JSON has it always.
    void flag(std::string_view name, bool value, std::string_view otherwise = {});
    /// `name FIRST-LAST`; a last port of 0 is one port, and not in the JSON.
    void ports(std::string_view first_name, Port first, std::string_view last_name, Port last);
    /// `proto src:sport > dst:dport`; JSON: an object with the fields that are known.
    void tuple(std::string_view name, const FlowKey& key);
    void tuple(std::string_view name, const AnnouncementKey& key);

    /// What people are told in a sentence, and programs by members. Text only; JSON only.
    void sentence(std::string_view text) { word(text); }
    void for_json(std::string_view name, std::uint64_t value) { member(name, value); }
    void for_json(std::string_view name, std::string_view value) { member(name, value); }

    /// A colon after what was last printed: it names the object. Text only.
    void colon();
    /// What follows is on another line of the same object, indented. Text only.
    void line();
    /// What follows is on another line, not indented: a table of one object. Text only.
    void row();

    [[nodiscard]] Format format() const noexcept { return format_; }

private:
    enum class Paint : std::uint8_t { none, name, mac, inet, inet6, up, down };

    [[nodiscard]] static Paint paint_of(std::string_view name, std::string_view value);
    [[nodiscard]] bool is_text() const noexcept { return format_ == Format::text; }
    void word(std::string_view text, Paint paint = Paint::none);
    void flush_line();

    // JSON is written as it comes: a list of a million flows is most of what showing them takes.
    void write_name(std::string_view name);
    void open(char bracket);
    void close(char bracket);
    void write(std::string_view value);
    void write(std::uint64_t value);
    void write(std::int64_t value);
    void write(bool value);
    template <typename T>
    void member(std::string_view name, const T& value) {
        if (!is_text()) {
            write_name(name);
            write(value);
        }
    }

    std::ostream& out_;
    Format format_;
    bool coloured_;
    bool in_array_ = false;
    bool first_ = true;
    std::string line_;
    bool continued_ = false;
    std::string json_;       ///< of the object at the top, until it ends
    std::size_t depth_ = 0;  ///< objects that are open
    std::size_t lists_ = 0;  ///< lists that are open
};

}  // namespace sara::cli
