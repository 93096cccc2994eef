// SPDX-License-Identifier: GPL-2.0
#include "cli/run.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/agent_client.hpp"
#include "cli/agent_json.hpp"
#include "cli/batch.hpp"
#include "cli/capture.hpp"
#include "cli/cluster_event.hpp"
#include "cli/find_session.hpp"
#include "cli/grammar.hpp"
#include "cli/ha.hpp"
#include "cli/netns.hpp"
#include "cli/node_load.hpp"
#include "cli/print.hpp"
#include "cli/show.hpp"
#include "cli/show_capture.hpp"
#include "core/base/version.hpp"

namespace sara::cli {

namespace {

/// Nested objects as lines of "path value".
void print_flat(std::ostream& out, const std::string& path, const nlohmann::ordered_json& value) {
    if (!value.is_structured()) {
        out << path << ' ' << (value.is_string() ? safe_text(value.get_ref<const std::string&>()) : value.dump())
            << '\n';
        return;
    }
    for (const auto& [name, member] : value.items()) {
        print_flat(out, path.empty() ? safe_text(name) : path + "." + safe_text(name), member);
    }
}

}  // namespace

namespace {

/// A policy's scores are dumped by themselves, behind it.
std::vector<kern::Object> with_scores(std::vector<kern::Object> objects) {
    std::vector<kern::Object> folded;
    for (kern::Object& object : objects) {
        auto* score = std::get_if<kern::NodeScore>(&object);
        auto* policy = folded.empty() ? nullptr : std::get_if<kern::Policy>(&folded.back());
        if (score != nullptr && policy != nullptr) {
            policy->scores.push_back(std::move(*score));
        } else {
            folded.push_back(std::move(object));
        }
    }
    return folded;
}

}  // namespace

ExitCode Runner::run(const Action& action) {
    return std::visit([this](const auto& one) { return (*this)(one); }, action);
}

ExitCode Runner::run_words(std::span<const std::string> words) {
    const Result<Action, WordError> action = parse_command(words);
    if (action) {
        return run(*action);
    }
    const ExitCode code = wrong(action.error().error);
    err_ << action.error().grammar;
    return code;
}

ExitCode Runner::run_batch(std::istream& in, const std::string& name) {
    ExitCode worst = ExitCode::done;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const Result<std::vector<std::string>> words = split_words(line);
        if (words && words->empty()) {
            continue;
        }
        const ExitCode code = words ? run_words(*words) : wrong(words.error());
        if (code == ExitCode::done) {
            continue;
        }
        err_ << "Command failed " << name << ':' << number << '\n';
        worst = std::max(worst, code);
        if (!options_.force) {
            break;
        }
    }
    return worst;
}

Printer Runner::printing() {
    const bool coloured = options_.colour == Colour::always || (options_.colour == Colour::automatic && terminals_.out);
    return {out_, options_.format, coloured};
}

Progress Runner::progress() {
    return {err_, terminals_.err, now_};
}

kern::Channel* Runner::channel() {
    if (!channel_) {
        kern::Result<kern::Channel> opened = opener_();
        if (!opened) {
            refused(opened.error());
            return nullptr;
        }
        channel_.emplace(std::move(*opened));
    }
    return &*channel_;
}

ExitCode Runner::refused(const kern::Error& error) {
    err_ << "Error: sara: " << safe_line(error.what) << ".\n";
    return ExitCode::refused;
}

ExitCode Runner::wrong(const Error& error) {
    err_ << "Error: " << safe_line(error.text()) << ".\n";
    return ExitCode::usage;
}

ExitCode Runner::operator()(const Help& help) {
    out_ << help.usage;
    return ExitCode::done;
}

ExitCode Runner::operator()(const Execute& execute) {
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    const kern::Status status = kernel->execute(execute.request);
    return status ? ExitCode::done : refused(status.error());
}

ExitCode Runner::operator()(const Show& show) {
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    // All answers first: what is refused prints nothing.
    std::vector<kern::Object> objects;
    Progress progress = this->progress();
    kernel->watch_dumps([&](std::size_t count) { progress.tell(objects.size() + count, 0, "objects"); });
    for (const kern::Request& request : show.requests) {
        kern::Result<kern::Listing<kern::Object>> listing = kernel->query(request);
        if (!listing) {
            progress.clear();
            kernel->watch_dumps({});
            return refused(listing.error());
        }
        if (!listing->consistent) {
            progress.clear();
            err_ << "Warning: objects came and went while they were listed, some may be missing.\n";
        }
        objects.insert(objects.end(), std::make_move_iterator(listing->items.begin()),
                       std::make_move_iterator(listing->items.end()));
    }
    progress.clear();
    kernel->watch_dumps({});
    Printer printer = printing();
    Detail detail = options_.detail;
    detail.admission = show.admission;
    if (!show.single) {
        printer.begin_array();
    }
    for (const kern::Object& object : with_scores(std::move(objects))) {
        cli::show(printer, object, detail);
    }
    if (!show.single) {
        printer.end_array();
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const Monitor& monitor) {
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    if (const kern::Status subscribed = kernel->subscribe(); !subscribed) {
        return refused(subscribed.error());
    }
    Printer printer = printing();
    for (std::uint64_t seen = 0; monitor.count == 0 || seen < monitor.count;) {
        const kern::Result<std::vector<kern::Incoming>> incoming = kernel->wait();
        if (!incoming) {
            return refused(incoming.error());
        }
        for (const kern::Incoming& one : *incoming) {
            if (std::holds_alternative<kern::Overrun>(one)) {
                err_ << "Warning: events were lost, there were too many at once.\n";
                continue;
            }
            const auto* event = std::get_if<kern::Event>(&one);
            if (event == nullptr || (monitor.count != 0 && seen == monitor.count)) {
                continue;
            }
            if (!monitor.objects.empty() &&
                std::find(monitor.objects.begin(), monitor.objects.end(), object_of(*event)) == monitor.objects.end()) {
                continue;
            }
            cli::show(printer, *event, options_.detail);
            ++seen;
        }
        if (!out_.flush()) {
            return wrong({"the output cannot be written", {}});
        }
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const MonitorCluster& monitor) {
    Printer printer = printing();
    std::optional<Error> error;
    std::uint64_t seen = 0;
    const auto take = [&](std::string_view line) {
        const nlohmann::ordered_json event = nlohmann::ordered_json::parse(line, nullptr, false);
        if (const std::string refusal = agent_json::text(event, "error"); !refusal.empty()) {
            error = Error{"the agent refused: " + refusal, {}};
            return false;
        }
        if (!event.is_object()) {
            error = Error{"the agent answered with something that is no JSON object", {}};
            return false;
        }
        if (agent_json::text(event, "event").empty()) {
            return true;  // it says that we watch now
        }
        show_cluster_event(printer, event);
        if (!out_.flush()) {
            error = Error{"the output cannot be written", {}};
            return false;
        }
        return ++seen != monitor.count;
    };
    const Status watched = watch_agent(monitor.socket, R"({"watch":"cluster"})", take);
    if (!watched || error) {
        wrong(error ? *error : watched.error());
        return ExitCode::refused;
    }
    return ExitCode::done;
}

std::optional<nlohmann::ordered_json> Runner::ask(const std::string& socket, const nlohmann::ordered_json& request,
                                                  std::chrono::milliseconds patience) {
    const Result<std::string> answer = ask_agent(socket, request.dump(), patience);
    if (!answer) {
        wrong(answer.error());
        return std::nullopt;
    }
    nlohmann::ordered_json value = nlohmann::ordered_json::parse(*answer, nullptr, false);
    if (!value.is_object()) {
        wrong({"the agent answered with something that is no JSON object", {}});
        return std::nullopt;
    }
    if (value.contains("error") && value["error"].is_string()) {
        wrong({"the agent refused: " + value["error"].get<std::string>(), {}});
        return std::nullopt;
    }
    return value;
}

ExitCode Runner::operator()(const NodeLoad& load) {
    const auto stats = ask(load.socket, {{"get", "stats"}});
    if (!stats) {
        return ExitCode::refused;
    }
    Printer printer = printing();
    if (const Status shown = show_node_load(printer, *stats, load.node); !shown) {
        wrong(shown.error());
        return ExitCode::refused;
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const HighAvailability& ha) {
    const auto stats = ask(ha.socket, {{"get", "stats"}}, ha.check ? kCheckPatience : kPatience);
    if (!stats) {
        return ExitCode::refused;
    }
    Printer printer = printing();
    if (const Status done = ha.check ? check_ha(*stats) : show_ha(printer, *stats); !done) {
        wrong(done.error());
        return ExitCode::refused;
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const Drain& drain) {
    nlohmann::ordered_json request = {{"do", "drain"}};
    if (drain.at) {
        const auto in = until_moment(*drain.at, std::chrono::system_clock::now());
        if (!in) {
            return wrong({in.error().what, "at"});
        }
        request["in"] = static_cast<std::uint64_t>(in->count());
    }
    if (drain.node.empty()) {
        return ask(drain.socket, request) ? ExitCode::done : ExitCode::refused;
    }
    // The kernel first: the agent forgets the time of a node that is not drained.
    kern::NodeSpec change;
    change.name = drain.node;
    change.state = kern::NodeState::drain;
    if (const ExitCode drained = (*this)(Execute{kern::node_set(change)}); drained != ExitCode::done) {
        return drained;
    }
    request["node"] = drain.node;
    if (!ask(drain.socket, request)) {
        err_ << "Warning: node " << drain.node << " is drained, but when it fails is not known to an agent.\n";
        return ExitCode::refused;
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const AgentDo& what) {
    return ask(what.socket, {{"do", what.what}}) ? ExitCode::done : ExitCode::refused;
}

namespace {

/// A session is labelled by what its agent read: for SIP the Call-ID of its first call.
bool is_labelled(const kern::SessionInfo& session, const std::string& call_id) {
    return session.label == call_id || session.label.starts_with(call_id + " ");
}

}  // namespace

kern::Result<std::vector<Explanation>> Runner::explained(kern::Channel& kernel, const Explain& explain) {
    std::vector<Explanation> all;
    if (explain.session || explain.flow) {
        kern::Result<Explanation> one = explain.session
                                            ? find_session(kernel, *explain.session)
                                            : find_session(kernel, *explain.flow, explain.call_id.value_or(""));
        if (!one) {
            return one.error();
        }
        all.push_back(std::move(*one));
        return all;
    }
    const std::string& call_id = *explain.call_id;
    kern::Result<kern::Listing<kern::SessionInfo>> sessions =
        kernel.dump<kern::SessionInfo>(kern::session_dump({.call_id = call_id}));
    if (sessions && sessions->items.empty()) {
        sessions = kernel.dump<kern::SessionInfo>(kern::session_dump());
        if (sessions) {
            std::erase_if(sessions->items, [&](const auto& session) { return !is_labelled(session, call_id); });
        }
    }
    if (!sessions) {
        return sessions.error();
    }
    for (kern::SessionInfo& session : sessions->items) {
        all.emplace_back().session = std::move(session);
    }
    if (all.empty()) {
        kern::Result<Explanation> refused = find_refusal(kernel, std::nullopt, call_id);
        if (!refused) {
            return refused.error();
        }
        all.push_back(std::move(*refused));
    }
    return all;
}

void Runner::ask_decision(Explanation& explanation, const std::string& socket) {
    add_decision(explanation, [&](std::uint32_t epoch, std::uint32_t placed) -> Result<nlohmann::ordered_json> {
        const nlohmann::ordered_json request = {{"get", "decision"}, {"epoch", epoch}, {"placed", placed}};
        const Result<std::string> answer = ask_agent(socket, request.dump());
        if (!answer) {
            return Error{answer.error().text() + "; it would tell the nodes' forecasts and the thresholds", {}};
        }
        nlohmann::ordered_json decision = nlohmann::ordered_json::parse(*answer, nullptr, false);
        if (!decision.is_object()) {
            return Error{"the agent answered with something that is no JSON object", {}};
        }
        if (decision.contains("error")) {
            return Error{agent_json::text(decision, "error"), {}};
        }
        return decision;
    });
}

ExitCode Runner::operator()(const Explain& explain) {
    kern::Channel* kernel = channel();
    if (kernel == nullptr) {
        return ExitCode::refused;
    }
    kern::Result<std::vector<Explanation>> all = explained(*kernel, explain);
    if (!all) {
        return refused(all.error());
    }
    Printer printer = printing();
    printer.begin_array();
    for (Explanation& explanation : *all) {
        ask_decision(explanation, explain.socket);
        show_explanation(printer, explanation);
    }
    printer.end_array();
    return ExitCode::done;
}

ExitCode Runner::operator()(const AgentStats& stats) {
    const auto answered = ask(stats.socket, {{"get", "stats"}});
    if (!answered) {
        return ExitCode::refused;
    }
    const nlohmann::ordered_json& value = *answered;
    switch (options_.format) {
    case Format::text:
        print_flat(out_, "", value);
        break;
    case Format::json:
        out_ << value.dump() << '\n';
        break;
    case Format::pretty:
        out_ << value.dump(4) << '\n';
        break;
    }
    return ExitCode::done;
}

ExitCode Runner::operator()(const Inspect& inspect) {
    std::ifstream file(inspect.file, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        return wrong({"the file cannot be read", inspect.file});
    }
    Progress progress = this->progress();
    Result<CaptureReport> report = read_capture(as_bytes({content.data(), content.size()}), inspect.vips, inspect.ports,
                                                [&](std::uint64_t packets) { progress.tell(packets, 0, "packets"); });
    progress.clear();
    if (!report) {
        return wrong({report.error().text(), inspect.file});
    }
    Printer printer = printing();
    printer.begin_array();
    for (const CapturedSession& session : report->sessions) {
        show(printer, session, options_.detail);
    }
    printer.end_array();
    if (report->sessions.empty()) {
        err_ << "Warning: " << report->packets << " packets, none of them signalling of a virtual address.\n";
    }
    if (report->unread != 0) {
        err_ << "Warning: " << report->unread << " packets were not read: their link type ("
             << static_cast<std::uint32_t>(report->unread_link) << ") is not known here.\n";
    }
    if (report->cut != 0) {
        err_ << "Warning: of " << report->cut
             << " packets of signalling the capture has only the beginning (tcpdump -s 0 would keep all).\n";
    }
    if (report->fragments != 0) {
        err_ << "Warning: " << report->fragments
             << " fragments of IP packets were not read: others of them are missing.\n";
    }
    if (report->read.http_streams != 0) {
        err_ << "Warning: " << report->read.http_streams
             << " directions of connections to RTSP's port speak HTTP; RTSP in such a tunnel was not read.\n";
    }
    if (report->read.tls_streams != 0) {
        err_ << "Warning: " << report->read.tls_streams
             << " directions of signalling connections are encrypted; what is said there was not read.\n";
    }
    if (report->tracked.multicast_refused != 0) {
        err_ << "Warning: " << report->tracked.multicast_refused
             << " times media were multicast, which does not pass a dispatcher; they were not announced.\n";
    }
    if (report->unannounced != 0) {
        err_ << "Warning: " << report->unannounced << " UDP packets to a virtual address were not announced.\n";
    }
    if (report->torn) {
        return wrong({report->torn->text(), inspect.file});
    }
    return ExitCode::done;
}

ExitCode run_program(std::span<const std::string> words, std::istream& in, std::ostream& out, std::ostream& err,
                     Terminals terminals) {
    const auto wrong = [&](const std::string& what) {
        err << "Error: " << what << ".\n";
        return ExitCode::usage;
    };
    const Result<CommandLine> line = parse_options(words);
    if (!line) {
        return wrong(line.error().text());
    }
    const Options& options = line->options;
    if (options.version) {
        out << "sara " << program_version() << ", interface " << SARA_ABI_VERSION << '\n';
        return ExitCode::done;
    }
    if (line->words.empty() && options.batch.empty()) {
        err << usage();
        return ExitCode::usage;
    }
    if (!options.netns.empty()) {
        if (const Status entered = enter_netns(options.netns); !entered) {
            return wrong(entered.error().text());
        }
    }
    Runner runner(
        options, [] { return kern::Channel::open(); }, out, err, terminals);
    ExitCode code = ExitCode::done;
    if (options.batch.empty()) {
        code = runner.run_words(line->words);
    } else if (options.batch == "-") {
        code = runner.run_batch(in, "-");
    } else {
        std::ifstream file(options.batch);
        if (!file) {
            return wrong("the file of commands " + options.batch + " cannot be read");
        }
        code = runner.run_batch(file, options.batch);
    }
    if (!out.flush()) {
        return wrong("the output cannot be written");
    }
    return code;
}

}  // namespace sara::cli
