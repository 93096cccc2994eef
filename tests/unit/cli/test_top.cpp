// SPDX-License-Identifier: GPL-2.0
#include "cli/top.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

kern::Load load(double value) {
    return static_cast<kern::Load>(static_cast<std::uint32_t>(value * SARA_LOAD_ONE));
}

kern::Node node(const std::string& name, std::uint32_t sessions, std::uint64_t total) {
    kern::Node node;
    node.name = name;
    node.state = kern::NodeState::up;
    node.health = kern::Health::up;
    node.usable = true;
    node.sessions = sessions;
    node.sessions_total = total;
    return node;
}

kern::Service service(std::uint64_t offered, std::uint64_t refused, std::uint64_t finished) {
    kern::Service service;
    service.name = "sip";
    service.sessions = 210;
    service.offered = offered;
    service.refused = refused;
    service.sessions_total = offered - refused;
    service.ended.finished = finished;
    service.ended.closed = 2 * finished;
    service.ended.idle = 1000 * finished;
    return service;
}

kern::Policy policy() {
    kern::Policy policy;
    policy.epoch = 12;
    policy.age = 250ms;
    policy.admission = kern::AdmissionNumbers{load(.5), load(.001), load(.5), load(.7), load(.85), load(1)};
    policy.load_now = load(.55);
    policy.p_new = load(.25);
    return policy;
}

TopSample sample(Time at, std::uint64_t offered = 1000) {
    TopSample sample;
    sample.at = at;
    sample.clock = "2026-11-27T12:00:05Z";
    sample.nodes = {node("n2", 100, 50 + offered / 2), node("n1", 110, 40 + offered / 4), node("n3", 0, 0)};
    sample.nodes[2].state = kern::NodeState::drain;
    sample.nodes[2].health = kern::Health::application_down;
    sample.nodes[2].usable = false;
    sample.services = {service(offered, offered / 4, offered / 10)};
    sample.policy = policy();
    sample.agent = nlohmann::ordered_json::parse(
        R"({"dispatcher": {"cluster": {"nodes": [{"name": "n1", "load": 0.25, "forecast": 0.5, "stale": false},
            {"name": "n2", "load": 0.75, "forecast": 1, "stale": true}, {"name": "other", "load": 1}, 7]}}})");
    return sample;
}

const Time kStart = Time(100s);

TopView view() {
    return compare(sample(kStart), sample(kStart + 2s, 1400));
}

Top top(Size size = {}) {
    Top top(size);
    top.take(view());
    return top;
}

std::optional<TopEffect> press(Top& top, const std::string& bytes) {
    std::optional<TopEffect> effect;
    for (const Key key : KeyReader().take(bytes)) {
        effect = top.press(key);
    }
    return effect;
}

std::vector<std::string> lines(const Top& top) {
    std::vector<std::string> lines;
    std::istringstream in(plain_text(top.screen()));
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The first words of the rows under the heads.
std::string names(const Top& top) {
    const std::vector<std::string> all = lines(top);
    std::string names;
    for (std::size_t i = 6; i < all.size() && !all[i].empty() && all[i].front() != ' '; ++i) {
        names += all[i].substr(0, all[i].find(' ')) + " ";
        if (i + 2 == all.size()) {
            break;
        }
    }
    return names;
}

/// Of the row that is selected.
std::string selected(const Top& top) {
    for (const Line& line : top.screen()) {
        if (!line.spans().empty() && line.spans().front().style == Style::selected) {
            const std::string& text = line.spans().front().text;
            return text.substr(0, text.find(' '));
        }
    }
    return "";
}

bool says(const Top& top, const std::string& text) {
    return plain_text(top.screen()).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("rates are what was counted since, by the time between") {
    REQUIRE(view().rates);
    CHECK(*view().rates == TopRates{200, 50, 150, 60});
    CHECK(view().sessions == 210);
    CHECK(view().nodes[0].admitted == 100);
    CHECK(view().nodes[1].admitted == 50);
}

TEST_CASE("there are no rates without a time between, or when the module was gone before") {
    CHECK_FALSE(compare(sample(kStart), sample(kStart)).rates);
    TopSample gone;
    gone.at = kStart;
    gone.kernel_error = "gone";
    CHECK_FALSE(compare(gone, sample(kStart + 1s)).rates);
    CHECK_FALSE(compare(gone, sample(kStart + 1s)).nodes[0].admitted);
}

TEST_CASE("counters that begin anew count from nothing") {
    TopSample now = sample(kStart + 2s, 100);
    CHECK(compare(sample(kStart), now).rates->offered == 50);
    now.services[0].id = 2;
    now.nodes[0].id = 2;
    CHECK(compare(sample(kStart), now).rates->offered == 50);
    CHECK_FALSE(compare(sample(kStart), now).nodes[0].admitted);
}

TEST_CASE("a screen of 80 x 24 tells it all") {
    CHECK(plain_text(top().screen()) ==
          "sara top  2026-11-27T12:00:05Z                              module up   agent up\n"
          "load      [|||||||||||||   2  3    ] 0.550  t1 0.500 t2 0.700 t3 0.850 c 1.000\n"
          "admission p-new 0.250  p-est 0.000  policy 12 good, 250ms old\n"
          "sessions  210     offered 200.0 refused 50.0 admitted 150.0 completed 60.0 /s\n"
          "\n"
          "NODE^         STATE HEALTH    SESSIONS   NEW/S LOAD             FORECAST\n"
          "n1            up    up             110    50.0 [||      ] 0.250 [||||    ] 0.500\n"
          "n2            up    up             100   100.0 [||||||  ] 0.750 [||||||||] 1.000\n"
          "n3            drain applicat+        0     0.0 [        ]     - [        ]     -\n"
          "\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
          "h help  < > sort  r reverse  / filter  d drain  u undrain  q quit\n");
}

TEST_CASE("a screen has the size of its terminal, whatever is on it") {
    for (const Size size : {Size{24, 80}, Size{10, 60}, Size{50, 200}, Size{2, 10}, Size{1, 1}, Size{24, 61}}) {
        for (const char* const keys : {"", "h", "d", "/n1"}) {
            Top one = top(size);
            (void)press(one, keys);
            const Screen screen = one.screen();
            INFO(size.rows << " x " << size.columns << " " << keys);
            CHECK(screen.size() == size.rows);
            for (const Line& line : screen) {
                CHECK(line.width() == size.columns);
            }
        }
    }
    CHECK(says(top({5, 40}), "sara top needs 60 x 10"));
}

TEST_CASE("a wide terminal has room for names, then for health, then for bars") {
    const std::string wide = plain_text(top({24, 120}).screen());
    CHECK(wide.find("drain application-down ") != std::string::npos);
    CHECK(wide.find("[||||           ] 0.250") != std::string::npos);
}

TEST_CASE("nodes are sorted by a column, either way round") {
    Top one = top();
    CHECK(names(one) == "n1 n2 n3 ");
    (void)press(one, "r");
    CHECK(names(one) == "n3 n2 n1 ");
    (void)press(one, "L");
    CHECK(names(one) == "n2 n1 n3 ");
    CHECK(says(one, "LOADv"));
    (void)press(one, "S");
    CHECK(names(one) == "n1 n2 n3 ");
    CHECK(says(one, "SESSIONSv"));
    (void)press(one, ">");
    CHECK(says(one, "NEW/Sv"));
    CHECK(names(one) == "n2 n1 n3 ");
    (void)press(one, "N<");
    CHECK(says(one, "FORECASTv"));
}

TEST_CASE("the selected node stays selected where it goes") {
    Top one = top();
    CHECK(selected(one) == "n1");
    (void)press(one, "\x1b[B");
    CHECK(selected(one) == "n2");
    (void)press(one, "r");
    CHECK(selected(one) == "n2");
    (void)press(one, "\x1b[F");
    CHECK(selected(one) == "n1");
    (void)press(one, "j");
    CHECK(selected(one) == "n1");
    (void)press(one, "\x1b[H");
    CHECK(selected(one) == "n3");
}

TEST_CASE("more nodes than rows scroll with the selection") {
    TopSample many = sample(kStart);
    many.nodes.clear();
    for (int i = 100; i < 130; ++i) {
        many.nodes.push_back(node("n" + std::to_string(i), 1, 1));
    }
    Top one({12, 80});
    one.take(compare(many, many));
    CHECK(names(one) == "n100 n101 n102 n103 n104 ");
    (void)press(one, "\x1b[6~\x1b[B");
    CHECK(selected(one) == "n106");
    CHECK(names(one) == "n102 n103 n104 n105 n106 ");
    (void)press(one, "\x1b[F");
    CHECK(names(one) == "n125 n126 n127 n128 n129 ");
}

TEST_CASE("a filter shows the nodes whose name, state or health has its text, as it is typed") {
    Top one = top();
    (void)press(one, "/n");
    CHECK(names(one) == "n1 n2 n3 ");
    (void)press(one, "3");
    CHECK(names(one) == "n3 ");
    CHECK(says(one, "filter: n3_"));
    (void)press(one, "\x7f\x7f"
                     "drain\r");
    CHECK(names(one) == "n3 ");
    CHECK(says(one, "filter: drain (Esc)"));
    (void)press(one, "\x1b");
    CHECK(names(one) == "n1 n2 n3 ");
    (void)press(one, "/nothing\r");
    CHECK(names(one).empty());
    CHECK_FALSE(press(one, "dy"));
}

TEST_CASE("a node is drained after a question, and only by y") {
    Top one = top();
    CHECK_FALSE(press(one, "jd"));
    CHECK(says(one, "Drain node n2: no new sessions, those it has go on? [y/N]"));
    CHECK(press(one, "y") == TopEffect{TopSetState{"n2", kern::NodeState::drain}});
    for (const char* const other : {"n", "d", "\r", "\x1b", "q"}) {
        CHECK_FALSE(press(one, std::string("d") + other));
        CHECK(says(one, "nothing was changed"));
    }
    CHECK(press(one, "uY") == TopEffect{TopSetState{"n2", kern::NodeState::up}});
}

TEST_CASE("the node that was asked about is the one, whatever comes meanwhile") {
    Top one = top();
    (void)press(one, "d");
    TopSample now = sample(kStart + 4s);
    now.nodes.insert(now.nodes.begin(), node("a0", 1, 1));
    one.take(compare(sample(kStart + 2s), now));
    CHECK(press(one, "y") == TopEffect{TopSetState{"n1", kern::NodeState::drain}});
}

TEST_CASE("q quits, Ctrl-L draws anew, h helps, other keys do nothing") {
    Top one = top();
    CHECK(press(one, "q") == TopEffect{TopQuit{}});
    CHECK(press(one, "\f") == TopEffect{TopRedraw{}});
    CHECK_FALSE(press(one, "x\r\x7f"));
    CHECK_FALSE(press(one, "h"));
    CHECK(says(one, "drain the selected node"));
    CHECK_FALSE(press(one, "q"));
    CHECK(says(one, "NODE^"));
}

TEST_CASE("help fits 80 x 24") {
    Top one = top();
    (void)press(one, "?");
    CHECK(says(one, "Any key goes back."));
    Top wide = top({24, 300});
    (void)press(wide, "?");
    Top low = top({10, 80});
    (void)press(low, "?");
    CHECK(lines(low)[9] == "Any key goes back.");
    CHECK(plain_text(wide.screen()) == plain_text(one.screen()));
}

TEST_CASE("an answer stays until the next key") {
    Top one = top();
    one.say("node n1 is drained", Style::good);
    one.take(view());
    CHECK(says(one, "node n1 is drained"));
    (void)press(one, "j");
    CHECK_FALSE(says(one, "node n1 is drained"));
}

TEST_CASE("an agent that is gone takes the loads with it, and comes back") {
    TopSample gone = sample(kStart + 4s, 1800);
    gone.agent = nullptr;
    gone.agent_error = "no agent listens at /run/sara/agent.sock: start sara-agent, or give its control socket";
    Top one = top();
    one.take(compare(sample(kStart + 2s, 1400), gone));
    CHECK(says(one, "module up   AGENT GONE"));
    CHECK(lines(one)[4].starts_with("no agent listens at /run/sara/agent.sock"));
    CHECK(says(one, "n1            up    up             110    50.0 [        ]     - [        ]     -"));
    one.take(view());
    CHECK(says(one, "agent up"));
    CHECK(lines(one)[4].empty());
    CHECK(says(one, "0.250"));
}

TEST_CASE("a module that is gone takes the nodes with it") {
    TopSample gone;
    gone.at = kStart + 4s;
    gone.kernel_error = "the kernel module is not loaded";
    Top one = top();
    one.take(compare(sample(kStart + 2s), gone));
    CHECK(says(one, "MODULE GONE"));
    CHECK(lines(one)[4] == "the kernel module is not loaded");
    CHECK(names(one).empty());
    CHECK(says(one, "offered - refused -"));
    CHECK_FALSE(press(one, "d"));
    CHECK_FALSE(press(one, "y"));
}

TEST_CASE("without a policy, and with one that is stale") {
    TopSample none = sample(kStart);
    none.policy.reset();
    Top one;
    one.take(compare(none, none));
    CHECK(says(one, "no policy: the agent has told none"));
    none.policy = policy();
    none.policy->stale = true;
    one.take(compare(none, none));
    CHECK(says(one, "policy 12 STALE"));
    none.policy->admission.reset();
    one.take(compare(none, none));
    CHECK(says(one, "nothing is refused by load"));
}

TEST_CASE("a sheet has all nodes with their whole names, and no keys") {
    TopSample many = sample(kStart);
    for (int i = 100; i < 200; ++i) {
        many.nodes.push_back(node("node-with-a-name-of-31-bytes-" + std::to_string(i % 100), 1, 1));
    }
    const std::string text = plain_text(sheet(compare(many, many)));
    CHECK(text.find("\nnode-with-a-name-of-31-bytes-99 up ") != std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 6 + 103);
    CHECK(text.find("quit") == std::string::npos);
}

TEST_CASE("JSON has what the screen has, and null for what is not known") {
    const auto json = to_json(view());
    CHECK(json["rates"]["completed"] == 60);
    CHECK(json["policy"]["p-new"] == .25);
    CHECK(json["policy"]["age"] == 250);
    CHECK(json["nodes"][1]["name"] == "n1");
    CHECK(json["nodes"][1]["forecast"] == .5);
    CHECK(json["nodes"][2]["load"].is_null());
    CHECK(json["agent-error"] == "");
    TopSample none;
    CHECK(to_json(compare(none, none))["rates"].is_null());
    CHECK(to_json(compare(none, none))["policy"].is_null());
}
