// SPDX-License-Identifier: GPL-2.0
#include "cli/top.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <tuple>
#include <utility>

#include "cli/print.hpp"
#include "kern/words.hpp"

namespace sara::cli {

namespace {

constexpr std::size_t kHeadRows = 6;  ///< above the nodes: title, load, admission, rates, what is wrong, heads
constexpr Size kLeast = {10, 60};

// Widths of what does not grow.
constexpr std::size_t kState = 5;
constexpr std::size_t kShortestHealth = 9;
constexpr std::size_t kLongestHealth = 16;  ///< application-down
constexpr std::size_t kSessions = 8;
constexpr std::size_t kAdmitted = 7;
constexpr std::size_t kLoad = 5;
constexpr std::size_t kLongestName = SARA_NAME_MAX;
constexpr std::size_t kShortestName = 10;
constexpr std::size_t kFixed = kState + kShortestHealth + kSessions + kAdmitted + 2 * (kLoad + 3) + 6;

struct Widths {
    std::size_t name;
    std::size_t health;
    std::size_t bar;
};

/// After bars of 8 names get what they may need, then health, and bars the rest.
Widths widths(std::size_t columns) {
    const std::size_t room = columns > kFixed ? columns - kFixed : 0;
    const std::size_t name = std::clamp<std::size_t>(room > 16 ? room - 16 : 0, kShortestName, kLongestName);
    const std::size_t left = room > name + 16 ? room - name - 16 : 0;
    const std::size_t health = std::min(kShortestHealth + left, kLongestHealth);
    const std::size_t rest = room + kShortestHealth;
    return {name, health, rest > name + health ? (rest - name - health) / 2 : 0};
}

std::string fixed(double value, int digits) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

double number(kern::Load load) {
    return static_cast<double>(static_cast<std::uint32_t>(load)) / SARA_LOAD_ONE;
}

std::string short_text(kern::Load load) {
    return fixed(number(load), 3);
}

std::string rate_text(const std::optional<double>& rate) {
    return rate ? fixed(*rate, *rate < 1000 ? 1 : 0) : "-";
}

struct Mark {
    double at;
    char letter;
};

/// "[||||  ]": 1 fills it. Marks stand where nothing is filled.
std::string bar(double value, std::size_t width, std::initializer_list<Mark> marks = {}) {
    const auto column = [&](double at) {
        return static_cast<std::size_t>(std::lround(std::clamp(at, 0., 1.) * static_cast<double>(width)));
    };
    std::string text(width, ' ');
    for (const Mark& mark : marks) {
        const std::size_t at = column(mark.at);
        if (width > 0) {
            text[at == 0 ? 0 : at - 1] = mark.letter;
        }
    }
    const std::size_t filled = column(value);
    std::fill_n(text.begin(), filled, '|');
    return "[" + text + "]";
}

/// Of a node: the example thresholds T1 and T3 (paper Fig. 4).
Style load_style(double load) {
    return load < .5 ? Style::good : load < .85 ? Style::warning : Style::bad;
}

Style style_of(const TopNode& node) {
    if (node.state == kern::NodeState::drain) {
        return Style::warning;
    }
    return node.usable ? Style::plain : Style::bad;
}

void put_load(Line& line, const std::optional<kern::Load>& load, bool stale, std::size_t width) {
    const double value = load ? number(*load) : 0;
    line.put(" ").put(bar(value, width), stale ? Style::faint : load_style(value)).put(" ");
    line.right(load ? short_text(*load) : "-", kLoad, stale ? Style::faint : Style::plain);
}

Line row_of(const TopNode& node, std::size_t columns) {
    const auto [name, health, width] = widths(columns);
    const Style style = style_of(node);
    Line line;
    line.left(node.name, name, Style::strong).put(" ");
    line.left(kern::word_of(node.state), kState, style).put(" ");
    line.left(kern::word_of(node.health), health, style).put(" ");
    line.right(std::to_string(node.sessions), kSessions).put(" ");
    line.right(rate_text(node.admitted), kAdmitted);
    put_load(line, node.load, node.stale, width);
    put_load(line, node.forecast, node.stale, width);
    return line;
}

Line title(const TopView& view, std::size_t columns) {
    const bool kernel = view.kernel_error.empty();
    const bool agent = view.agent_error.empty();
    Line line;
    line.put("sara top", Style::strong).put("  " + view.clock);
    const std::string module = kernel ? "module up" : "MODULE GONE";
    const std::string told = agent ? "agent up" : "AGENT GONE";
    const std::size_t wide = line.width() + module.size() + told.size() + 3;
    line.put(std::string(columns > wide ? columns - wide : 1, ' '));
    line.put(module, kernel ? Style::good : Style::bad).put("   ");
    line.put(told, agent ? Style::good : Style::bad);
    return line;
}

/// Of the whole: what admission goes by.
std::pair<Line, Line> admission(const TopView& view) {
    Line load;
    Line refused;
    load.left("load", 10);
    refused.left("admission", 10);
    const auto* policy = view.policy ? &*view.policy : nullptr;
    if (policy == nullptr || !policy->admission) {
        load.put("-");
        refused.put(policy == nullptr ? "no policy: the agent has told none"
                                      : "nothing is refused by load: the policy has no load");
        return {std::move(load), std::move(refused)};
    }
    const kern::AdmissionNumbers& numbers = *policy->admission;
    const double x = number(policy->load_now);
    const Style stage = x < number(numbers.t1) ? Style::good : x < number(numbers.t3) ? Style::warning : Style::bad;
    load.put(bar(x, 24, {{number(numbers.t1), '1'}, {number(numbers.t2), '2'}, {number(numbers.t3), '3'}}), stage);
    load.put(" " + short_text(policy->load_now), Style::strong);
    load.put("  t1 " + short_text(numbers.t1) + " t2 " + short_text(numbers.t2) + " t3 " + short_text(numbers.t3) +
             " c " + short_text(numbers.c));
    refused.put("p-new " + short_text(policy->p_new), policy->p_new == kern::Load{} ? Style::good : Style::warning);
    refused.put("  p-est " + short_text(policy->p_est), policy->p_est == kern::Load{} ? Style::good : Style::bad);
    refused.put("  policy " + std::to_string(policy->epoch) + " ");
    refused.put(policy->stale ? "STALE" : "good", policy->stale ? Style::bad : Style::good);
    refused.put(", " + text_of(policy->age) + " old");
    return {std::move(load), std::move(refused)};
}

Line rates(const TopView& view) {
    const auto of = [&](double TopRates::*rate) {
        return rate_text(view.rates ? std::optional((*view.rates).*rate) : std::nullopt);
    };
    Line line;
    line.left("sessions", 10).left(std::to_string(view.sessions), 8, Style::strong);
    return line.put("offered " + of(&TopRates::offered) + " refused " + of(&TopRates::refused) + " admitted " +
                    of(&TopRates::admitted) + " completed " + of(&TopRates::completed) + " /s");
}

/// The module's fault first: without it the agent has nothing to tell either.
Line wrong(const TopView& view) {
    Line line;
    if (!view.kernel_error.empty()) {
        line.put(view.kernel_error, Style::bad);
    } else if (!view.agent_error.empty()) {
        line.put(view.agent_error, Style::bad);
    }
    return line;
}

Screen summary(const TopView& view, std::size_t columns) {
    auto [load, refused] = admission(view);
    return {title(view, columns), std::move(load), std::move(refused), rates(view), wrong(view)};
}

constexpr std::array<std::string_view, 7> kHeads = {"NODE", "STATE", "HEALTH", "SESSIONS", "NEW/S", "LOAD", "FORECAST"};

/// `mark` stands behind the head of one column.
Line head_line(std::size_t columns, std::size_t marked, char mark) {
    const auto [name, health, width] = widths(columns);
    const auto head = [&](std::size_t i) {
        return std::string(kHeads.at(i)) + (i == marked ? std::string(1, mark) : "");
    };
    Line line;
    line.left(head(0), name).put(" ").left(head(1), kState + (marked == 1 ? 1 : 0)).put(marked == 1 ? "" : " ");
    line.left(head(2), health).put(marked == 3 ? "" : " ").right(head(3), kSessions + (marked == 3 ? 1 : 0));
    line.put(" ").right(head(4), kAdmitted).put(" ").left(head(5), width + kLoad + 3).put(" ");
    return line.left(head(6), width + kLoad + 3);
}

constexpr std::array<std::string_view, 14> kHelp = {
    "Nodes as the kernel places sessions on them, with the loads the agent knows.",
    "",
    "  Up Down PgUp PgDn Home End j k  select a node",
    "  < > Left Right                  sort by another column",
    "  r                               sort the other way round",
    "  N S A L F                       by name, sessions, new/s, load, forecast",
    "  /                               nodes whose name, state or health has a text",
    "  d                               drain the selected node, after a question",
    "  u                               let it have new sessions again",
    "  Ctrl-L                          draw anew",
    "  q                               quit",
    "",
    "load: the marks 1, 2 and 3 are the thresholds. p-new: a new session is refused",
    "so often; p-est: a packet of media is dropped. completed: BYE, TEARDOWN, FIN.",
};

}  // namespace

void Top::take(TopView view) {
    view_ = std::move(view);
    arrange();
}

void Top::arrange() {
    shown_.clear();
    for (const TopNode& node : view_.nodes) {
        const std::array<std::string_view, 3> words = {node.name, kern::word_of(node.state),
                                                       kern::word_of(node.health)};
        if (std::any_of(words.begin(), words.end(),
                        [&](std::string_view word) { return word.find(filter_) != std::string_view::npos; })) {
            shown_.push_back(node);
        }
    }
    const auto less = [this](const TopNode& a, const TopNode& b) {
        switch (column_) {
        case Column::name:
            return a.name < b.name;
        case Column::state:
            return a.state < b.state;
        case Column::health:
            return a.health < b.health;
        case Column::sessions:
            return a.sessions < b.sessions;
        case Column::admitted:
            return a.admitted < b.admitted;
        case Column::load:
            return a.load < b.load;
        case Column::forecast:
            return a.forecast < b.forecast;
        }
        return false;
    };
    // Equal ones by their names, whichever way round.
    std::stable_sort(shown_.begin(), shown_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    std::stable_sort(shown_.begin(), shown_.end(),
                     [&](const auto& a, const auto& b) { return descending_ ? less(b, a) : less(a, b); });
}

std::size_t Top::selected() const {
    const auto found =
        std::find_if(shown_.begin(), shown_.end(), [this](const TopNode& node) { return node.name == selected_; });
    return found == shown_.end() ? 0 : static_cast<std::size_t>(found - shown_.begin());
}

std::size_t Top::table_rows() const noexcept {
    return size_.rows > kHeadRows + 1 ? size_.rows - kHeadRows - 1 : 0;
}

void Top::move(std::ptrdiff_t by) {
    if (!shown_.empty()) {
        const auto last = static_cast<std::ptrdiff_t>(shown_.size()) - 1;
        const auto to = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(selected()) + by, 0, last);
        selected_ = shown_[static_cast<std::size_t>(to)].name;
    }
}

void Top::sort_by(Column column) {
    column_ = column;
    // Words from a on, numbers from the greatest on.
    descending_ = column >= Column::sessions;
    arrange();
}

void Top::ask(kern::NodeState state) {
    if (!shown_.empty()) {
        selected_ = shown_[selected()].name;
        asked_ = {selected_, state};
        mode_ = Mode::confirm;
    }
}

void Top::say(std::string sentence, Style style) {
    said_ = std::move(sentence);
    said_style_ = style;
}

std::optional<TopEffect> Top::press(Key key) {
    said_.clear();
    if (key.code == KeyCode::redraw) {
        return TopRedraw{};
    }
    switch (mode_) {
    case Mode::browse:
        return browse(key);
    case Mode::confirm:
        return confirm(key);
    case Mode::filter:
        edit_filter(key);
        return std::nullopt;
    case Mode::help:
        mode_ = Mode::browse;
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<TopEffect> Top::confirm(Key key) {
    mode_ = Mode::browse;
    if (key == Key{KeyCode::text, 'y'} || key == Key{KeyCode::text, 'Y'}) {
        return asked_;
    }
    say("nothing was changed", Style::plain);
    return std::nullopt;
}

void Top::edit_filter(Key key) {
    if (key.code == KeyCode::text && filter_.size() < kLongestName) {
        filter_ += key.text;
    } else if (key.code == KeyCode::backspace && !filter_.empty()) {
        filter_.pop_back();
    } else if (key.code == KeyCode::enter) {
        mode_ = Mode::browse;
    } else if (key.code == KeyCode::escape) {
        filter_.clear();
        mode_ = Mode::browse;
    }
    arrange();
}

std::optional<TopEffect> Top::browse(Key key) {
    const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(table_rows(), 1));
    const auto all = static_cast<std::ptrdiff_t>(shown_.size());
    const auto columns = static_cast<int>(kHeads.size());
    const auto turn = [&](int by) {
        sort_by(static_cast<Column>((static_cast<int>(column_) + by + columns) % columns));
    };
    switch (key.code) {
    case KeyCode::up:
        move(-1);
        return std::nullopt;
    case KeyCode::down:
        move(1);
        return std::nullopt;
    case KeyCode::page_up:
        move(-page);
        return std::nullopt;
    case KeyCode::page_down:
        move(page);
        return std::nullopt;
    case KeyCode::home:
        move(-all);
        return std::nullopt;
    case KeyCode::end:
        move(all);
        return std::nullopt;
    case KeyCode::left:
        turn(-1);
        return std::nullopt;
    case KeyCode::right:
        turn(1);
        return std::nullopt;
    case KeyCode::escape:
        filter_.clear();
        arrange();
        return std::nullopt;
    case KeyCode::enter:
    case KeyCode::backspace:
    case KeyCode::redraw:
    case KeyCode::unknown:
        return std::nullopt;
    case KeyCode::text:
        break;
    }
    switch (key.text) {
    case 'q':
        return TopQuit{};
    case 'h':
    case '?':
        mode_ = Mode::help;
        break;
    case '/':
        mode_ = Mode::filter;
        break;
    case 'k':
        move(-1);
        break;
    case 'j':
        move(1);
        break;
    case '<':
        turn(-1);
        break;
    case '>':
        turn(1);
        break;
    case 'r':
        descending_ = !descending_;
        arrange();
        break;
    case 'N':
        sort_by(Column::name);
        break;
    case 'S':
        sort_by(Column::sessions);
        break;
    case 'A':
        sort_by(Column::admitted);
        break;
    case 'L':
        sort_by(Column::load);
        break;
    case 'F':
        sort_by(Column::forecast);
        break;
    case 'd':
        ask(kern::NodeState::drain);
        break;
    case 'u':
        ask(kern::NodeState::up);
        break;
    default:
        break;
    }
    return std::nullopt;
}

Line Top::footer() const {
    Line line;
    if (mode_ == Mode::help) {
        return line.put("Any key goes back.", Style::strong);
    }
    if (mode_ == Mode::confirm) {
        const bool drain = asked_.state == kern::NodeState::drain;
        return line.put((drain ? "Drain node " : "Give node ") + asked_.node +
                            (drain ? ": no new sessions, those it has go on? " : " new sessions again? ") + "[y/N]",
                        Style::warning);
    }
    if (mode_ == Mode::filter) {
        return line.put("filter: ", Style::strong)
            .put(filter_)
            .put("_  (Enter keeps it, Esc takes it away)", Style::faint);
    }
    if (!said_.empty()) {
        return line.put(said_, said_style_);
    }
    if (!filter_.empty()) {
        line.put("filter: " + filter_ + " (Esc)  ", Style::warning);
    }
    return line.put("h help  < > sort  r reverse  / filter  d drain  u undrain  q quit", Style::faint);
}

Screen Top::screen() const {
    Screen screen;
    if (size_.rows < kLeast.rows || size_.columns < kLeast.columns) {
        screen.push_back(
            Line().put("sara top needs " + std::to_string(kLeast.columns) + " x " + std::to_string(kLeast.rows)));
    } else if (mode_ == Mode::help) {
        for (const std::string_view line : kHelp) {
            screen.push_back(Line().put(line));
        }
        screen.resize(size_.rows - 1);
        screen.push_back(footer());
    } else {
        screen = summary(view_, size_.columns);
        screen.push_back(head_line(size_.columns, static_cast<std::size_t>(column_), descending_ ? 'v' : '^')
                             .fitted(size_.columns, Style::head));
        const std::size_t chosen = selected();
        const std::size_t rows = table_rows();
        const std::size_t first = chosen < rows ? 0 : chosen - rows + 1;
        for (std::size_t i = first; i < std::min(shown_.size(), first + rows); ++i) {
            const Line row = row_of(shown_[i], size_.columns);
            screen.push_back(i == chosen ? row.fitted(size_.columns, Style::selected) : row);
        }
        screen.resize(size_.rows - 1);
        screen.push_back(footer());
    }
    screen.resize(size_.rows);
    for (Line& line : screen) {
        line = line.fitted(size_.columns);
    }
    return screen;
}

Screen sheet(const TopView& view) {
    // As wide as the longest name asks for.
    constexpr std::size_t kColumns = kFixed + kLongestName + 16;
    Screen screen = summary(view, kColumns);
    screen.push_back(head_line(kColumns, kHeads.size(), ' '));
    std::vector<TopNode> nodes = view.nodes;
    std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const TopNode& node : nodes) {
        screen.push_back(row_of(node, kColumns));
    }
    return screen;
}

}  // namespace sara::cli
