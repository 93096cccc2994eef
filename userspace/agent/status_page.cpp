// SPDX-License-Identifier: GPL-2.0
#include "agent/status_page.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "agent/status_files.hpp"

namespace sara::agent {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain; charset=utf-8";

io::HttpResponse text(unsigned status, std::string what) {
    return {status, std::string(kText), std::move(what) + '\n'};
}

std::optional<std::uint8_t> hex_digit(char c) noexcept {
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(&c, &c + 1, value, 16);
    return error == std::errc() && end == &c + 1 ? std::optional(value) : std::nullopt;
}

/// As forms encode (application/x-www-form-urlencoded); nothing if a percent sign has not two hex digits behind it.
std::optional<std::string> decode(std::string_view encoded) {
    std::string out;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '%') {
            out += encoded[i] == '+' ? ' ' : encoded[i];
            continue;
        }
        const auto high = i + 2 < encoded.size() ? hex_digit(encoded[i + 1]) : std::nullopt;
        const auto low = i + 2 < encoded.size() ? hex_digit(encoded[i + 2]) : std::nullopt;
        if (!high || !low) {
            return std::nullopt;
        }
        out += static_cast<char>(*high << 4U | *low);
        i += 2;
    }
    return out;
}

/// Members of a query, each of which must be asked for. What is wrong is said once, by the first that is.
class Query {
public:
    explicit Query(std::string_view query) {
        while (!query.empty() && !error_) {
            const std::string_view pair = query.substr(0, query.find('&'));
            query.remove_prefix(std::min(query.size(), pair.size() + 1));
            const std::size_t equals = std::min(pair.find('='), pair.size());
            const auto name = decode(pair.substr(0, equals));
            const auto value = decode(pair.substr(std::min(pair.size(), equals + 1)));
            if (!name || !value || !members_.emplace(*name, *value).second) {
                error_ = "the query is not name=value, each name once";
            }
        }
    }

    /// Of 1 to `most` bytes; empty if it is not there, or is.
    std::string text(const char* name, std::size_t most) {
        std::string value = take(name);
        if (value.size() > most || value.find('\0') != std::string::npos) {
            error_ = std::string(name) + " has more than " + std::to_string(most) + " bytes, or a NUL";
        }
        return error_ ? std::string() : value;
    }

    std::optional<std::uint64_t> number(const char* name) {
        const std::string value = take(name);
        if (value.empty()) {
            return std::nullopt;
        }
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc() || end != value.data() + value.size()) {
            error_ = std::string(name) + " is no number";
        }
        return number;
    }

    /// To be called last: what nobody asked for is wrong.
    const std::optional<std::string>& finish() {
        if (!error_ && !members_.empty()) {
            error_ = members_.begin()->first + " is not known here";
        }
        return error_;
    }

private:
    std::string take(const char* name) {
        auto node = members_.extract(name);
        return node.empty() ? std::string() : std::move(node.mapped());
    }

    std::map<std::string, std::string, std::less<>> members_;
    std::optional<std::string> error_;
};

/// A literal address or "localhost", with or without a port.
bool is_literal(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    const bool bracketed = host.starts_with('[');
    if (colon != std::string_view::npos && (!bracketed || host[colon - 1] == ']')) {
        if (host.find_first_not_of("0123456789", colon + 1) != std::string_view::npos) {
            return false;
        }
        host = host.substr(0, colon);
    }
    constexpr std::string_view kLocal = "localhost";
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::equal(host.begin(), host.end(), kLocal.begin(), kLocal.end(), same) || Address::parse(host).has_value();
}

bool is_authorized(std::string_view authorization, const wire::SharedKey& token) {
    constexpr std::string_view kScheme = "Bearer ";
    if (!authorization.starts_with(kScheme)) {
        return false;
    }
    const Result<wire::SharedKey> sent = wire::SharedKey::parse(authorization.substr(kScheme.size()));
    return sent && *sent == token;
}

io::HttpResponse document(StatusAnswers::Document document) {
    if (document) {
        return {200, std::string(kJson), std::move(*document)};
    }
    const nlohmann::ordered_json refusal = {{"error", document.error().text()}};
    return {404, std::string(kJson), refusal.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

StatusAnswers::Document sessions(Query& query, const StatusAnswers& answers) {
    SessionSearch search;
    search.text = query.text("text", SARA_CALL_ID_MAX);
    if (const std::string node = query.text("node", SARA_NAME_MAX); !node.empty()) {
        search.selection.node = node;
    }
    if (const std::string service = query.text("service", SARA_NAME_MAX); !service.empty()) {
        search.selection.service = service;
    }
    if (const auto& wrong = query.finish()) {
        return Error{*wrong, {}};
    }
    return answers.sessions(search);
}

StatusAnswers::Document flows(Query& query, const StatusAnswers& answers) {
    const auto session = query.number("session");
    if (const auto& wrong = query.finish()) {
        return Error{*wrong, {}};
    }
    return session ? answers.flows(SessionId{*session}) : Error{"which session?", {}};
}

StatusAnswers::Document explain(Query& query, const StatusAnswers& answers) {
    ExplainRequest request;
    if (const auto session = query.number("session")) {
        request.session = SessionId{*session};
    }
    request.call_id = query.text("call-id", SARA_CALL_ID_MAX);
    if (const auto& wrong = query.finish()) {
        return Error{*wrong, {}};
    }
    return request.session.has_value() == request.call_id.empty() ? answers.explain(request)
                                                                  : Error{"give a session, or a call-id", {}};
}

StatusAnswers::Document history(Query& query, const StatusAnswers& answers) {
    const auto after = query.number("after");
    if (const auto& wrong = query.finish()) {
        return Error{*wrong, {}};
    }
    return answers.history(after.value_or(0));
}

struct Plain {
    std::string_view name;
    std::function<StatusAnswers::Document()> StatusAnswers::*ask;
};
constexpr std::array kPlain = {Plain{"stats", &StatusAnswers::stats}, Plain{"nodes", &StatusAnswers::nodes},
                               Plain{"loads", &StatusAnswers::loads}, Plain{"services", &StatusAnswers::services},
                               Plain{"ha", &StatusAnswers::ha}};

struct Asking {
    std::string_view name;
    StatusAnswers::Document (*ask)(Query& query, const StatusAnswers& answers);
};
constexpr std::array kAsking = {Asking{"sessions", sessions}, Asking{"flows", flows}, Asking{"explain", explain},
                                Asking{"history", history}};

std::optional<StatusAnswers::Document> ask(std::string_view name, Query& query, const StatusAnswers& answers) {
    for (const Plain& plain : kPlain) {
        if (plain.name == name) {
            const auto& wrong = query.finish();
            return wrong ? StatusAnswers::Document(Error{*wrong, {}}) : (answers.*plain.ask)();
        }
    }
    for (const Asking& asking : kAsking) {
        if (asking.name == name) {
            return asking.ask(query, answers);
        }
    }
    return std::nullopt;
}

}  // namespace

io::HttpResponse answer_status(const io::HttpRequest& request, const std::optional<wire::SharedKey>& token,
                               const StatusAnswers& answers) {
    if (!token && !is_literal(request.host)) {
        return text(403, "this page is called by an address or as localhost, not by another name");
    }
    const std::string_view path = request.target.substr(0, request.target.find('?'));
    for (const StatusFile& file : status_files()) {
        if (file.path == path) {
            return {200, std::string(file.type), std::string(file.content)};
        }
    }
    constexpr std::string_view kApi = "/api/";
    if (!path.starts_with(kApi)) {
        return text(404, "there is nothing here; the page is at /");
    }
    if (token && !is_authorized(request.authorization, *token)) {
        io::HttpResponse refused = text(401, "this needs the token that \"status.token_file\" names");
        refused.challenge = "Bearer";
        return refused;
    }
    Query query(request.target.substr(std::min(request.target.size(), path.size() + 1)));
    auto answer = ask(path.substr(kApi.size()), query, answers);
    return answer ? document(std::move(*answer)) : text(404, "there is no such document");
}

}  // namespace sara::agent
