// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include "agent/status_files.hpp"
#include "agent/status_page.hpp"

using namespace sara;
using namespace sara::agent;

namespace {

/// A page that says what it was asked for.
struct Page {
    std::optional<wire::SharedKey> token;
    SessionSearch search;
    std::optional<ExplainRequest> explained;
    int asked = 0;

    io::HttpResponse get(std::string_view target, std::string_view host = "127.0.0.1:9478",
                         std::string_view authorization = {}) {
        const auto word = [this](const char* what) {
            return [this, what]() -> StatusAnswers::Document {
                ++asked;
                return std::string(what);
            };
        };
        const StatusAnswers answers{
            .stats = word("stats"),
            .nodes = word("nodes"),
            .loads = word("loads"),
            .services = word("services"),
            .ha = [this]() -> StatusAnswers::Document {
                ++asked;
                return Error{"this agent has \"no\" peers", {}};
            },
            .history = [this](std::uint64_t after) -> StatusAnswers::Document {
                ++asked;
                return std::to_string(after);
            },
            .sessions = [this](const SessionSearch& sought) -> StatusAnswers::Document {
                ++asked;
                search = sought;
                return std::string("sessions");
            },
            .flows = [this](SessionId session) -> StatusAnswers::Document {
                ++asked;
                return std::to_string(static_cast<std::uint64_t>(session));
            },
            .explain = [this](const ExplainRequest& request) -> StatusAnswers::Document {
                ++asked;
                explained = request;
                return std::string("why");
            },
        };
        return answer_status({.target = target, .host = host, .authorization = authorization}, token, answers);
    }
};

std::string error_of(const io::HttpResponse& answer) {
    CHECK(answer.status == 404);
    CHECK(answer.type == "application/json");
    return nlohmann::json::parse(answer.body)["error"];
}

}  // namespace

TEST_CASE("the page and its files are served as what they are") {
    Page page;
    CHECK(page.get("/").body.starts_with("<!doctype html>"));
    CHECK(page.get("/").type == "text/html; charset=utf-8");
    CHECK(page.get("/app.js").type == "text/javascript; charset=utf-8");
    CHECK(page.get("/chart.js").body.find("export function draw") != std::string::npos);
    CHECK(page.get("/style.css").type == "text/css; charset=utf-8");
    CHECK(page.get("/?from=bookmark").status == 200);
    for (const char* const other : {"/index.html", "/..", "//", "", "/app.js/", "/etc/passwd", "http://x/"}) {
        CAPTURE(other);
        CHECK(page.get(other).status == 404);
    }
}

TEST_CASE("the page's files load nothing from elsewhere, and have no inline code") {
    for (const StatusFile& file : status_files()) {
        CAPTURE(file.path);
        CHECK_FALSE(file.content.empty());
        for (const char* const outside :
             {"https://", "src=\"//", "url(", "@import", "style=\"", "onclick", "innerHTML"}) {
            CAPTURE(outside);
            CHECK(file.content.find(outside) == std::string_view::npos);
        }
    }
}

TEST_CASE("documents are the answers, what is refused a sentence") {
    Page page;
    for (const char* const name : {"stats", "nodes", "loads", "services"}) {
        const io::HttpResponse answer = page.get("/api/" + std::string(name));
        CHECK(answer.status == 200);
        CHECK(answer.type == "application/json");
        CHECK(answer.body == name);
    }
    CHECK(error_of(page.get("/api/ha")) == "this agent has \"no\" peers");
    CHECK(page.get("/api/history").body == "0");
    CHECK(page.get("/api/history?after=17").body == "17");
    CHECK(page.get("/api/flows?session=9").body == "9");
    CHECK(page.get("/api/unheard").status == 404);
    CHECK(page.get("/api/").status == 404);
}

TEST_CASE("sessions are searched by what the query says") {
    Page page;
    CHECK(page.get("/api/sessions?text=a%2fb+c%40198.18.1.11&node=n1&service=sip").body == "sessions");
    CHECK(page.search.text == "a/b c@198.18.1.11");
    CHECK(page.search.selection == kern::Selection{.service = "sip", .node = "n1"});
    CHECK(page.get("/api/sessions?text=").body == "sessions");
    CHECK(page.search == SessionSearch{});
}

TEST_CASE("a session or a Call-ID is explained") {
    Page page;
    CHECK(page.get("/api/explain?session=3").body == "why");
    CHECK(page.explained == ExplainRequest{.session = SessionId{3}, .call_id = {}});
    CHECK(page.get("/api/explain?call-id=x%40y").body == "why");
    CHECK(page.explained == ExplainRequest{.session = {}, .call_id = "x@y"});
    CHECK(error_of(page.get("/api/explain")) == "give a session, or a call-id");
    CHECK(error_of(page.get("/api/explain?session=3&call-id=x")) == "give a session, or a call-id");
}

TEST_CASE("a query that is wrong asks for nothing") {
    Page page;
    for (const char* const target :
         {"/api/sessions?text=%4", "/api/sessions?text=%zz", "/api/sessions?text=%", "/api/sessions?text=a&text=b",
          "/api/sessions?colour=1", "/api/sessions?text=%00", "/api/flows", "/api/flows?session=x",
          "/api/flows?session=-1", "/api/flows?session=99999999999999999999", "/api/history?after=1x",
          "/api/stats?a=b"}) {
        CAPTURE(target);
        CHECK_FALSE(error_of(page.get(target)).empty());
    }
    CHECK_FALSE(error_of(page.get("/api/sessions?text=" + std::string(1000, 'a'))).empty());
    CHECK(page.asked == 0);
}

TEST_CASE("without a token a name that is not ours is no way here") {
    Page page;
    for (const char* const host :
         {"127.0.0.1:9478", "127.0.0.1", "[::1]:9478", "[::1]", "localhost", "LocalHost:8080"}) {
        CAPTURE(host);
        CHECK(page.get("/", host).status == 200);
        CHECK(page.get("/api/stats", host).status == 200);
    }
    const int asked = page.asked;
    for (const char* const host :
         {"evil.example", "evil.example:9478", "", ":", "[", "]", "[::1", "localhost.evil.example",
          "127.0.0.1.evil.example", "localhost:80:80", "localhost:80x"}) {
        CAPTURE(host);
        CHECK(page.get("/", host).status == 403);
        CHECK(page.get("/api/stats", host).status == 403);
    }
    CHECK(page.asked == asked);
}

TEST_CASE("with a token documents are for who sends it, by whatever name") {
    const std::string secret(64, '7');
    Page page;
    page.token = *wire::SharedKey::parse(secret);
    CHECK(page.get("/", "lb.example").status == 200);
    CHECK(page.get("/app.js", "lb.example").status == 200);
    for (const std::string& sent :
         {std::string(), std::string("Bearer"), "Bearer " + std::string(64, '8'), "Basic " + secret, secret,
          "Bearer " + secret + "7", "Bearer " + secret.substr(1)}) {
        CAPTURE(sent);
        const io::HttpResponse answer = page.get("/api/stats", "lb.example", sent);
        CHECK(answer.status == 401);
        CHECK(answer.challenge == "Bearer");
    }
    CHECK(page.get("/api/unheard", "lb.example").status == 401);
    CHECK(page.asked == 0);
    CHECK(page.get("/api/stats", "lb.example", "Bearer " + secret).body == "stats");
}
