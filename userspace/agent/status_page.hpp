// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/session.hpp"
#include "core/wire/key.hpp"
#include "io/http_server.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// Which sessions are looked for; what is empty does not matter.
struct SessionSearch {
    std::string text;  ///< part of a Call-ID, a label, an address with its port; or all of an id
    kern::Selection selection;

    friend bool operator==(const SessionSearch&, const SessionSearch&) = default;
};

/// Which session, or refused call, is explained: one of both.
struct ExplainRequest {
    std::optional<SessionId> session;
    std::string call_id;

    friend bool operator==(const ExplainRequest&, const ExplainRequest&) = default;
};

/// What the status page asks for: a JSON document each, or a sentence why there is none.
struct StatusAnswers {
    using Document = Result<std::string>;

    std::function<Document()> stats;                 ///< sara stats show agent
    std::function<Document()> nodes;                 ///< sara -s node show
    std::function<Document()> loads;                 ///< sara node load
    std::function<Document()> services;              ///< sara -s service show
    std::function<Document()> ha;                    ///< sara ha show
    std::function<Document(std::uint64_t)> history;  ///< StatusHistory::to_json() of what came after that
    std::function<Document(const SessionSearch&)> sessions;
    std::function<Document(SessionId)> flows;  ///< sara -s flow show session ID: flows and announcements
    std::function<Document(const ExplainRequest&)> explain;
};

/// Answers a request for the status page, its files, or one of its documents under /api/. All of it is read-only.
///
/// With a token documents are for who sends it (Authorization: Bearer, RFC 6750); files are for all, as they hold
/// nothing. Without one the page is served on this machine alone, where a browser could still be led here by a name
/// that its owner lets point to 127.0.0.1: so the Host must be a literal address or "localhost".
[[nodiscard]] io::HttpResponse answer_status(const io::HttpRequest& request,
                                             const std::optional<wire::SharedKey>& token, const StatusAnswers& answers);

}  // namespace sara::agent
