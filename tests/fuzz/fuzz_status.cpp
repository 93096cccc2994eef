// SPDX-License-Identifier: GPL-2.0
// Any bytes as target, Host and Authorization of a request for the status page (three lines): nothing is told without
// the token, or to a name that is not ours, and what is asked for is within its bounds.
#include <nlohmann/json.hpp>
#include <string>

#include "agent/status_page.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using agent::StatusAnswers;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto line = [&rest] {
        const std::string_view taken = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), taken.size() + 1));
        return taken;
    };
    io::HttpRequest request;
    request.target = line();
    request.host = line();
    request.authorization = line();

    int asked = 0;
    const auto told = [&asked]() -> StatusAnswers::Document {
        ++asked;
        return std::string("{}");
    };
    const StatusAnswers answers{
        .stats = told,
        .nodes = told,
        .loads = told,
        .services = told,
        .ha = told,
        .history = [&](std::uint64_t) { return told(); },
        .sessions =
            [&](const agent::SessionSearch& search) {
                expect(search.text.size() <= SARA_CALL_ID_MAX, "a text is bounded");
                expect(search.text.find('\0') == std::string::npos, "a text has no NUL");
                expect(!search.selection.node || search.selection.node->size() <= SARA_NAME_MAX, "a name is bounded");
                return told();
            },
        .flows = [&](SessionId) { return told(); },
        .explain =
            [&](const agent::ExplainRequest& explain) {
                expect(explain.session.has_value() == explain.call_id.empty(), "one of both is explained");
                return told();
            },
    };
    static const std::string kToken(64, '7');
    for (const bool needs : {false, true}) {
        asked = 0;
        const auto token = needs ? std::optional(*wire::SharedKey::parse(kToken)) : std::nullopt;
        const io::HttpResponse answer = agent::answer_status(request, token, answers);
        expect(asked == (answer.status == 200 && request.target.starts_with("/api/") ? 1 : 0),
               "a document is asked for once, or not at all");
        expect(!needs || asked == 0 || request.authorization.find(kToken) != std::string_view::npos,
               "who has no token is told nothing");
        expect(needs || asked == 0 || request.host.find("localhost") != std::string_view::npos ||
                   request.host.find_first_not_of("0123456789abcdefABCDEFLlOoCcAaHhSsTt:.[]") == std::string_view::npos,
               "who came by a name is told nothing");
        expect(answer.type != "application/json" || nlohmann::json::accept(answer.body), "a document is JSON");
    }
    return 0;
}
