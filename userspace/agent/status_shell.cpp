// SPDX-License-Identifier: GPL-2.0
#include "agent/status_shell.hpp"

#include <charconv>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/find_session.hpp"
#include "cli/ha.hpp"
#include "cli/node_load.hpp"
#include "cli/show.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

namespace {

using Json = nlohmann::ordered_json;

constexpr cli::Detail kCounters{.stats = true};

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error no_kernel() {
    return {"the agent has no kernel module to ask", {}};
}

/// What `show` prints as JSON.
template <typename Show>
StatusAnswers::Document printed(Show&& show) {
    std::ostringstream out;
    cli::Printer printer(out, cli::Format::json);
    const Status shown = show(printer);
    return shown ? StatusAnswers::Document(out.str()) : shown.error();
}

bool matches(const kern::SessionInfo& session, const std::string& text) {
    const auto has = [&](const std::string& whole) { return whole.find(text) != std::string::npos; };
    return std::to_string(static_cast<std::uint64_t>(session.id)) == text || has(session.call_id) ||
           has(session.label) || has(session.flow.src.text()) || has(session.flow.dst.text()) ||
           (session.source && has(session.source->text()));
}

/// {"sessions": [...], "looked_at": N, "more": BOOL}: objects as in `sara -j -s show`.
struct Excerpt {
    const char* name;
    std::size_t most;
    std::vector<std::string> shown{};
    std::size_t looked_at = 0;
    bool more = false;  ///< that were not looked at, or not shown

    void add(const kern::Object& object) {
        std::ostringstream out;
        cli::Printer printer(out, cli::Format::json);
        cli::show(printer, object, kCounters);
        shown.push_back(out.str());
    }

    [[nodiscard]] std::string text() const {
        std::string out = "{\"" + std::string(name) + "\":[";
        for (const std::string& object : shown) {
            out += (&object == shown.data() ? "" : ",") + object;
        }
        return out + "],\"looked_at\":" + std::to_string(looked_at) + ",\"more\":" + (more ? "true" : "false") + "}";
    }
};

/// Looks at what `request` dumps, from a channel of its own, until the excerpt is full or kLooked were seen.
template <typename Matches>
kern::Status look(const kern::Request& request, std::size_t looks, Matches&& wanted, Excerpt& excerpt) {
    kern::Result<kern::Channel> channel = kern::Channel::open();
    if (!channel) {
        return channel.error();
    }
    if (const kern::Status begun = channel->begin_dump(request); !begun) {
        return begun.error();
    }
    for (bool last = false; !last;) {
        const kern::Result<kern::Piece> piece = channel->next_piece();
        if (!piece) {
            return piece.error();
        }
        for (const kern::Object& object : piece->objects) {
            const bool want = excerpt.looked_at < looks && wanted(object);
            if (excerpt.looked_at == looks || (want && excerpt.shown.size() == excerpt.most)) {
                excerpt.more = true;
                return Done{};
            }
            ++excerpt.looked_at;
            if (want) {
                excerpt.add(object);
            }
        }
        last = piece->last;
    }
    return Done{};
}

}  // namespace

Result<std::unique_ptr<StatusShell>> StatusShell::open(boost::asio::io_context& io, const StatusConfig& config,
                                                       KernelLink& kernel, StatusSources sources) {
    std::optional<wire::SharedKey> token;
    if (config.token_file) {
        const Result<wire::SharedKey> loaded = load_key(*config.token_file, "a token");
        if (!loaded) {
            return loaded.error();
        }
        token = *loaded;
    }
    std::unique_ptr<StatusShell> self(new StatusShell(io, token, kernel, std::move(sources)));
    auto server = io::HttpServer::open(io, config.listen, [shell = self.get()](const io::HttpRequest& request) {
        return answer_status(request, shell->token_, shell->answers_);
    });
    if (!server) {
        return server.error();
    }
    self->server_ = std::move(*server);
    self->alarm_.set(io::now());
    return self;
}

StatusShell::StatusShell(boost::asio::io_context& io, std::optional<wire::SharedKey> token, KernelLink& kernel,
                         StatusSources sources)
    : kernel_(kernel), sources_(std::move(sources)), token_(std::move(token)),
      answers_{
          .stats = [this] { return text_of(sources_.stats()); },
          .nodes = [this] { return listed<kern::Node>(kern::node_dump()); },
          .loads =
              [this] { return printed([this](auto& out) { return cli::show_node_load(out, sources_.stats(), {}); }); },
          .services = [this] { return listed<kern::Service>(kern::service_dump()); },
          .ha = [this] { return printed([this](auto& out) { return cli::show_ha(out, sources_.stats()); }); },
          .history = [this](std::uint64_t after) { return text_of(history_.to_json(after, io::now())); },
          .sessions = [this](const SessionSearch& search) { return sessions(search); },
          .flows = [this](SessionId session) { return flows(session); },
          .explain = [this](const ExplainRequest& request) { return explain(request); }},
      history_(std::to_string(io::random_number())), alarm_(io, [this] { on_alarm(); }) {}

void StatusShell::on_alarm() {
    const Time now = io::now();
    const auto services = dump<kern::Service>(kern::service_dump());
    const auto cluster = sources_.cluster().value_or(ClusterMetrics());
    history_.add(now, cluster.nodes, cluster.admission,
                 services ? std::optional(count_sessions(*services)) : std::nullopt);
    alarm_.set(now + StatusHistory::kPeriod);
}

template <typename T>
kern::Result<std::vector<T>> StatusShell::dump(const kern::Request& request) {
    kern::Channel* const channel = kernel_.channel();
    if (channel == nullptr) {
        return kern::Error{ENOTCONN, no_kernel().what};
    }
    kern::Result<kern::Listing<T>> listing = channel->dump<T>(request);
    if (kernel_.is_up()) {
        kernel_.drain();
    }
    if (!listing) {
        return listing.error();
    }
    return std::move(listing->items);
}

template <typename T>
StatusAnswers::Document StatusShell::listed(const kern::Request& request) {
    const kern::Result<std::vector<T>> objects = dump<T>(request);
    if (!objects) {
        return Error(objects.error());
    }
    return printed([&](cli::Printer& out) {
        out.begin_array();
        for (const T& object : *objects) {
            cli::show(out, object, kCounters);
        }
        out.end_array();
        return Status(Done{});
    });
}

StatusAnswers::Document StatusShell::sessions(const SessionSearch& search) const {
    if (!kernel_.is_up()) {
        return no_kernel();
    }
    Excerpt excerpt{"sessions", kShown};
    // A whole Call-ID: the kernel knows it, among however many.
    if (!search.text.empty()) {
        kern::Selection selection = search.selection;
        selection.call_id = search.text;
        const auto any = [](const kern::Object&) { return true; };
        if (const kern::Status looked = look(kern::session_dump(selection), kLooked, any, excerpt); !looked) {
            return Error(looked.error());
        }
        if (!excerpt.shown.empty()) {
            return excerpt.text();
        }
    }
    const auto wanted = [&](const kern::Object& object) {
        const auto* session = std::get_if<kern::SessionInfo>(&object);
        return session != nullptr && (search.text.empty() || matches(*session, search.text));
    };
    if (const kern::Status looked = look(kern::session_dump(search.selection), kLooked, wanted, excerpt); !looked) {
        return Error(looked.error());
    }
    return excerpt.text();
}

StatusAnswers::Document StatusShell::flows(SessionId session) const {
    if (!kernel_.is_up()) {
        return no_kernel();
    }
    Excerpt excerpt{"flows", kFlows};
    const auto any = [](const kern::Object&) { return true; };
    for (const kern::Request& request :
         {kern::flow_dump({.session = session}), kern::announce_dump({.session = session})}) {
        if (const kern::Status looked = look(request, kLooked, any, excerpt); !looked) {
            return Error(looked.error());
        }
    }
    return excerpt.text();
}

StatusAnswers::Document StatusShell::explain(const ExplainRequest& request) {
    kern::Channel* const channel = kernel_.channel();
    if (channel == nullptr) {
        return no_kernel();
    }
    kern::Result<cli::Explanation> explanation = request.session
                                                     ? cli::find_session(*channel, *request.session)
                                                     : cli::find_refusal(*channel, std::nullopt, request.call_id);
    if (kernel_.is_up()) {
        kernel_.drain();
    }
    if (!explanation) {
        return Error(explanation.error());
    }
    cli::add_decision(*explanation, [this](std::uint32_t epoch, std::uint32_t placed) {
        return sources_.decision({.epoch = epoch, .placed = placed});
    });
    return printed([&](cli::Printer& out) {
        cli::show_explanation(out, *explanation);
        return Status(Done{});
    });
}

}  // namespace sara::agent
