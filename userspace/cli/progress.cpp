// SPDX-License-Identifier: GPL-2.0
#include "cli/progress.hpp"

#include <string>
#include <utility>

namespace sara::cli {

Progress::Progress(std::ostream& err, bool terminal, std::function<Time()> now)
    : err_(err), terminal_(terminal), now_(std::move(now)), next_(terminal_ ? now_() + kPatience : kNever) {}

void Progress::tell(std::uint64_t done, std::uint64_t all, std::string_view what) {
    if (!terminal_) {
        return;
    }
    const Time now = now_();
    if (now < next_) {
        return;
    }
    next_ = now + kPause;
    write(std::to_string(done) + (all == 0 ? " " : " of " + std::to_string(all) + " ") + std::string(what));
}

void Progress::step(std::string_view what) {
    if (terminal_) {
        write(what);
    }
}

void Progress::write(std::string_view line) {
    // Back to the left; what was longer is erased.
    err_ << '\r' << line << "...\x1b[K" << std::flush;
    shown_ = true;
}

void Progress::clear() {
    if (shown_) {
        err_ << "\r\x1b[K" << std::flush;
        shown_ = false;
    }
}

}  // namespace sara::cli
