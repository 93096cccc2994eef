// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara inspect FILE --vip ADDR [ --vip ADDR ]... [ port APP=PORT[,PORT]... ]...\n"
    "APP := { sip | rtsp | ftp }\n";

/// "rtsp=554,8554"
void ports(Arguments& in, std::vector<AppPort>& out) {
    const std::string_view word = in.word("a port such as rtsp=554,8554");
    if (in.error()) {
        return;
    }
    const std::size_t equals = word.find('=');
    const Result<App> app = parse::choice<App>(word.substr(0, equals));
    std::string_view rest = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    if (!app || *app == App::none || rest.empty()) {
        in.fail(parse::expected("ports such as rtsp=554,8554 or sip=5060", word).what);
        return;
    }
    for (;;) {
        const std::size_t comma = rest.find(',');
        const Result<Port> port = parse::port(rest.substr(0, comma));
        if (!port) {
            in.fail(port.error().what);
            return;
        }
        out.push_back({*app, *port});
        if (comma == std::string_view::npos) {
            return;
        }
        rest.remove_prefix(comma + 1);
    }
}

Action inspect(Arguments& in) {
    Inspect inspect;
    inspect.file = in.word("a capture file");
    while (!in.empty()) {
        if (in.accept("--vip") || in.accept("vip")) {
            inspect.vips.push_back(in.address());
        } else if (in.accept("--port") || in.accept("port")) {
            ports(in, inspect.ports);
        } else {
            in.fail_word("--vip or port", in.peek());
        }
    }
    return inspect;
}

constexpr Command kCommands[] = {{"inspect", inspect}};

}  // namespace

const ObjectGrammar kInspectGrammar = {"inspect", kUsage, kCommands, true};

}  // namespace sara::cli
