// SPDX-License-Identifier: GPL-2.0
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/print.hpp"
#include "cli/run.hpp"
#include "cli/saved.hpp"
#include "io/file.hpp"

namespace sara::cli {

namespace {

/// Sessions of two million, and more; what is longer is another file.
constexpr std::uintmax_t kLongestFile = std::uintmax_t{2} << 30;

/// Errors of a file that are told; the rest are as many more.
constexpr std::size_t kMostErrors = 20;

UnixTime wall_clock() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) {
        return Error{std::string("the file cannot be read: ") + std::strerror(errno), path};
    }
    const auto size = file.tellg();
    if (size < 0 || static_cast<std::uintmax_t>(size) > kLongestFile) {
        return Error{"the file is too long, or no file", path};
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    file.seekg(0);
    if (!file.read(text.data(), size)) {
        return Error{"the file cannot be read", path};
    }
    return text;
}

struct Tally {
    std::uint64_t sessions = 0;
    std::uint64_t flows = 0;
    std::uint64_t announcements = 0;
};

Tally tally_of(const SavedSessions& saved) {
    Tally tally{saved.sessions.size(), 0, 0};
    for (const SavedSession& session : saved.sessions) {
        tally.flows += session.flows.size() + (session.past.flow ? 1 : 0);
        tally.announcements += session.announcements.size();
    }
    return tally;
}

std::string counted(const Tally& tally) {
    return std::to_string(tally.sessions) + " sessions, " + std::to_string(tally.flows) + " flows, " +
           std::to_string(tally.announcements) + " announcements";
}

/// For programs; people have read it in a sentence.
void put(Printer& out, const Tally& tally) {
    out.for_json("sessions", tally.sessions);
    out.for_json("flows", tally.flows);
    out.for_json("announcements", tally.announcements);
}

/// What the kernel did not take.
struct Refused {
    SessionId session;  ///< as it was
    std::string_view object;
    std::string name;
    std::string why;
};

/// Gives the kernel one session after the other.
class Restorer {
public:
    Restorer(kern::Channel& kernel, Progress& progress) : kernel_(kernel), progress_(progress) {}

    void restore(const SavedSessions& saved) {
        for (std::size_t i = 0; i < saved.sessions.size(); ++i) {
            progress_.tell(i, saved.sessions.size(), "sessions");
            restore(saved.sessions[i]);
        }
    }

    [[nodiscard]] const Tally& done() const noexcept { return done_; }
    [[nodiscard]] const std::vector<Refused>& refused() const noexcept { return refused_; }

private:
    void restore(const SavedSession& session) {
        const kern::Result<kern::SessionInfo> made =
            kernel_.get<kern::SessionInfo>(kern::session_restore(session.past));
        if (!made) {
            refused_.push_back(
                {session.id, "session", session.past.service + " on " + session.past.node, made.error().what});
            return;
        }
        ++done_.sessions;
        done_.flows += session.past.flow ? 1 : 0;
        for (const kern::FlowPast& flow : session.flows) {
            const kern::Status status = kernel_.execute(kern::flow_restore(made->id, flow));
            count(session, "flow", flow.flow.text(), status, done_.flows);
        }
        for (kern::Announcement announcement : session.announcements) {
            announcement.session = made->id;
            const kern::Status status = kernel_.execute(kern::announce_new(announcement));
            count(session, "announcement", announcement.key.text(), status, done_.announcements);
        }
    }

    void count(const SavedSession& session, std::string_view object, std::string name, const kern::Status& status,
               std::uint64_t& counter) {
        if (status) {
            ++counter;
        } else {
            refused_.push_back({session.id, object, std::move(name), status.error().what});
        }
    }

    kern::Channel& kernel_;
    Progress& progress_;
    Tally done_;
    std::vector<Refused> refused_;
};

}  // namespace

template <typename T>
std::optional<std::vector<T>> Runner::dumped(kern::Channel& kernel, const kern::Request& request) {
    Progress progress = this->progress();
    kernel.watch_dumps([&](std::size_t objects) { progress.tell(objects, 0, "objects"); });
    kern::Result<kern::Listing<T>> listing = kernel.dump<T>(request);
    kernel.watch_dumps({});
    progress.clear();
    if (!listing) {
        refused(listing.error());
        return std::nullopt;
    }
    if (!listing->consistent) {
        err_ << "Warning: objects came and went while they were listed, some may be missing.\n";
    }
    return std::move(listing->items);
}

ExitCode Runner::operator()(const SaveSessions& save) {
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    // A flow or announcement without its session is nothing: so sessions are asked for last.
    const auto flows = dumped<kern::FlowInfo>(*kernel, kern::flow_dump());
    const auto announcements = flows ? dumped<kern::AnnouncementInfo>(*kernel, kern::announce_dump()) : std::nullopt;
    const auto sessions = announcements ? dumped<kern::SessionInfo>(*kernel, kern::session_dump()) : std::nullopt;
    if (!sessions) {
        return ExitCode::refused;
    }
    const SavedSessions saved = joined(*sessions, *flows, *announcements, wall_clock());
    const std::string text = saved_text(saved);
    if (save.file == "-") {
        out_ << text;
        return out_.flush() ? ExitCode::done : wrong({"the output cannot be written", {}});
    }
    if (const Status written = io::replace_file(save.file, text); !written) {
        return wrong(written.error());
    }
    Printer printer = printing();
    printer.begin_object();
    printer.sentence("saved " + counted(tally_of(saved)));
    put(printer, tally_of(saved));
    printer.end_object();
    return ExitCode::done;
}

ExitCode Runner::operator()(const RestoreSessions& restore) {
    const Result<std::string> text = read_file(restore.file);
    if (!text) {
        return wrong(text.error());
    }
    Result<SavedSessions, Errors> saved = parse_saved(*text);
    if (!saved) {
        const Errors& errors = saved.error();
        for (std::size_t i = 0; i < errors.size() && i < kMostErrors; ++i) {
            wrong({errors[i].text(), restore.file});
        }
        if (errors.size() > kMostErrors) {
            err_ << "And " << errors.size() - kMostErrors << " errors more.\n";
        }
        return ExitCode::usage;
    }
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    const std::optional<std::chrono::seconds> aged = age(*saved, wall_clock());
    if (!aged) {
        err_ << "Warning: " << safe_line(restore.file) << " says that it was saved at " << calendar_text(saved->saved)
             << ": ages and idle times are taken as they were then.\n";
    }
    Progress progress = this->progress();
    Restorer restorer(*kernel, progress);
    restorer.restore(*saved);
    progress.clear();
    Printer printer = printing();
    const Tally& done = restorer.done();
    printer.begin_object();
    printer.sentence("restored " + counted(done) + "; " + std::to_string(restorer.refused().size()) + " refused");
    put(printer, done);
    printer.begin_list("refused");
    for (const Refused& one : restorer.refused()) {
        printer.begin_object();
        const auto id = static_cast<std::uint64_t>(one.session);
        printer.sentence("session " + std::to_string(id) + ": " + std::string(one.object) + " " + safe_text(one.name) +
                         ": " + safe_line(one.why));
        printer.for_json("session", id);
        printer.for_json("object", one.object);
        printer.for_json("name", one.name);
        printer.for_json("why", one.why);
        printer.end_object();
    }
    printer.end_list();
    printer.end_object();
    return restorer.refused().empty() ? ExitCode::done : ExitCode::refused;
}

}  // namespace sara::cli
