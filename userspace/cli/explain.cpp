// SPDX-License-Identifier: GPL-2.0
#include "cli/explain.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/agent_json.hpp"
#include "kern/words.hpp"

namespace sara::cli {

namespace {

using agent_json::count;
using agent_json::flag;
using agent_json::Json;
using agent_json::load;
using agent_json::member;
using agent_json::number;
using agent_json::text;

/// The two ages are told one after the other, by different clocks.
constexpr std::chrono::milliseconds kAgeSlack{1000};

std::string_view choice_text(kern::Placement placement) {
    switch (placement) {
    case kern::Placement::shell:
        return "scheduler shell: its score, with what had come to it and gone since, was the lowest";
    case kern::Placement::shell_stale:
        return "scheduler shell without a good policy: it had the fewest sessions for its weight";
    case kern::Placement::wlc:
        return "scheduler wlc: it had the fewest sessions for its weight";
    case kern::Placement::mh:
        return "scheduler mh: its hash fell there, as it does at every dispatcher";
    case kern::Placement::wrr:
        return "scheduler wrr: it was its turn";
    case kern::Placement::restored:
        return "it was restored with its node, from another dispatcher, from before, or since the node was seen to "
               "serve it: it was not placed here";
    }
    return "a scheduler that is not known here";
}

/// Why the flow that was asked for goes where its session goes; empty if it is the one that made the session.
std::string_view flow_text(const Explanation& explanation) {
    if (!explanation.flow || !explanation.session) {
        return {};
    }
    switch (explanation.flow->identity) {
    case kern::Identity::secondary:
    case kern::Identity::announced:
        return "it was announced by the session's signalling";
    case kern::Identity::signalling:
        break;
    }
    const bool first = explanation.flow->flow == explanation.session->flow || !explanation.flow->call_id.empty();
    return first ? std::string_view() : "its client has this session already, of all its flows to the service";
}

std::string_view verdict_text(const Explanation& explanation) {
    if (explanation.refusal) {
        return "refused";
    }
    return explanation.session->judged ? "admitted" : "not-judged";
}

std::string_view reason_text(const Explanation& explanation) {
    if (explanation.refusal) {
        return "its coin fell below p-new; what is refused stays so for a while, however often it asks";
    }
    const auto& placement = explanation.session->placement;
    return placement ? choice_text(*placement) : "the kernel module does not tell how it was placed";
}

/// A probability that rises from `low` to `high`, as the kernel has it.
double ramp(double x, double low, double high) {
    return high > low ? std::clamp((x - low) / (high - low), 0.0, 1.0) : 0;
}

void put_admission(Printer& out, const Explanation& explanation) {
    const Json& numbers = member(explanation.decision, "admission");
    if (explanation.refusal) {
        out.field("load", explanation.refusal->load);
        out.field("p-new", explanation.refusal->p_new);
    } else if (numbers.is_object()) {
        const double x = number(numbers, "x") + number(numbers, "cost") * explanation.session->pending;
        out.field("load", load(x));
        out.field("p-new", load(ramp(x, number(numbers, "t1"), number(numbers, "t2"))));
    }
    if (numbers.is_object()) {
        for (const char* const threshold : {"t1", "t2", "t3", "c"}) {
            out.field(threshold, load(numbers, threshold));
        }
    }
}

/// Whether the service's list of nodes, as it was then, leaves the node out.
bool is_foreign(const Json& decision, const std::string& service, const std::string& node) {
    const Json& named = member(member(decision, "services"), service.c_str());
    return named.is_array() && std::find(named.begin(), named.end(), Json(node)) == named.end();
}

/// Why the node could not be chosen, as far as the policy's moment tells; empty if it could.
std::string left_out(const Json& node, bool foreign) {
    std::string why;
    const auto add = [&](std::string_view reason) { why.append(why.empty() ? "" : ", ").append(reason); };
    if (foreign) {
        add("the service does not name it");
    }
    if (const std::string health = text(node, "availability");
        !health.empty() && health != "up" && health != "unwatched") {
        add("its health was " + health);
    }
    if (flag(node, "drained")) {
        add("it was drained");
    } else if (member(node, "usable").is_boolean() && !flag(node, "usable")) {
        add("there was no way to it");
    }
    if (member(node, "weight").is_number_unsigned() && count(node, "weight") == 0) {
        add("its weight was 0");
    }
    const std::uint64_t most = count(node, "max_sessions");
    if (most > 0 && count(node, "sessions") >= most) {
        add("it had its max-sessions");
    } else if (most > 0 && count(node, "sessions") + count(node, "placed") >= most) {
        add("it had its max-sessions with those placed since, unless others ended meanwhile");
    }
    return why;
}

void put_node(Printer& out, const Json& node, const std::string& chosen, bool foreign) {
    const std::string name = text(node, "name");
    out.begin_object();
    out.bare("node", name);
    out.field("health", text(node, "availability"));
    out.flag("drained", flag(node, "drained"));
    out.field("load", load(node, "load"));
    out.flag("stale", flag(node, "stale"));
    out.field("forecast", load(node, "forecast"));
    out.field("error", load(node, "error"));
    out.field("damped", load(node, "damped"));
    out.field("pending", load(node, "pending"));
    out.field("score", load(node, "score"));
    out.field("cost", load(node, "cost"));
    if (member(node, "placed").is_number_unsigned()) {
        const auto placed = static_cast<double>(count(node, "placed"));
        const auto weight = static_cast<double>(std::max<std::uint64_t>(1, count(node, "weight")));
        out.field("placed", count(node, "placed"));
        out.field("total", load(number(node, "score") + number(node, "cost") * placed / weight));
    }
    if (count(node, "max_sessions") > 0) {
        out.field("sessions", count(node, "sessions"));
        out.field("max-sessions", count(node, "max_sessions"));
    }
    // The one that was chosen could be, whatever the moment before tells.
    if (const std::string why = name == chosen ? std::string() : left_out(node, foreign); !why.empty()) {
        out.field("left-out", why);
    }
    out.flag("chosen", name == chosen);
    out.end_object();
}

void put_subject(Printer& out, const Explanation& explanation) {
    if (explanation.refusal) {
        out.bare("object", "refused");
        out.colon();
        out.field("service", explanation.refusal->service);
        out.field("age", explanation.refusal->age);
        out.field("left", explanation.refusal->left);
        return;
    }
    const kern::SessionInfo& session = *explanation.session;
    out.bare("object", "session");
    out.bare("id", static_cast<std::uint64_t>(session.id));
    out.colon();
    out.field("service", session.service);
    out.field("node", session.node);
    out.tuple("tuple", session.flow);
    if (!session.call_id.empty()) {
        out.field("call-id", session.call_id);
    }
    if (!session.label.empty()) {
        out.field("label", session.label);
    }
    out.field("age", session.age);
    if (const std::string_view why = flow_text(explanation); !why.empty()) {
        out.line();
        out.tuple("flow", explanation.flow->flow);
        out.field("identity", kern::word_of(explanation.flow->identity));
        out.field("flow-reason", why);
    }
}

}  // namespace

std::optional<std::uint32_t> Explanation::epoch() const {
    return refusal ? std::optional(refusal->epoch) : session ? session->epoch : std::nullopt;
}

std::uint32_t Explanation::placed() const {
    return refusal ? refusal->placed : session ? session->placed : 0;
}

void add_decision(Explanation& explanation, const AskDecision& ask) {
    if (!explanation.epoch()) {
        explanation.note = "no policy held when it was placed";
        return;
    }
    Result<Json> decision = ask(*explanation.epoch(), explanation.placed());
    if (!decision) {
        explanation.note = decision.error().text();
        return;
    }
    const std::chrono::milliseconds placed = explanation.refusal ? explanation.refusal->age : explanation.session->age;
    const std::chrono::milliseconds pushed(count(*decision, "age"));
    if (pushed + kAgeSlack < placed) {
        explanation.note = "the policy was an earlier agent's, whose numbers are not known any more";
        return;
    }
    explanation.decision = std::move(*decision);
}

void show_explanation(Printer& out, const Explanation& explanation) {
    out.begin_object();
    put_subject(out, explanation);
    out.line();
    out.field("verdict", verdict_text(explanation));
    put_admission(out, explanation);
    out.line();
    if (explanation.session && explanation.session->placement) {
        out.field("placement", kern::word_of(*explanation.session->placement));
    }
    if (const auto epoch = explanation.epoch()) {
        out.field("epoch", std::uint64_t{*epoch});
        out.field("placed", std::uint64_t{explanation.placed()});
        if (explanation.session) {
            out.difference("pending", explanation.session->pending);
        }
    }
    out.field("reason", reason_text(explanation));
    const Json& nodes = member(explanation.decision, "nodes");
    if (!explanation.note.empty()) {
        out.line();
        out.field("note", explanation.note);
    } else if (nodes.is_array() && !member(explanation.decision, "services").is_object()) {
        out.line();
        out.field("note", "the agent does not tell which nodes the service named then");
    }
    if (nodes.is_array()) {
        const std::string chosen = explanation.session ? explanation.session->node : std::string();
        const std::string& service = explanation.refusal ? explanation.refusal->service : explanation.session->service;
        out.begin_list("nodes");
        for (const Json& node : nodes) {
            put_node(out, node, chosen, is_foreign(explanation.decision, service, text(node, "name")));
        }
        out.end_list();
    }
    out.end_object();
}

}  // namespace sara::cli
