// SPDX-License-Identifier: GPL-2.0
// Any bytes as a message of FTP's control connection, and as each of the forms of an address and port.
#include "core/proto/ftp.hpp"
#include "core/proto/limits.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;

namespace {

void check_ends(std::string_view text) {
    for (const auto& end : {ftp::parse_port(text), ftp::parse_extended_port(text), ftp::parse_passive(text)}) {
        expect(!end || end->port != 0, "an end has a port");
    }
    const auto port = ftp::parse_extended_passive(text);
    expect(!port || *port != 0, "a passive port is one");
    if (const auto end = ftp::parse_port(text)) {
        expect(ftp::parse_passive(text) == end || text.find_first_not_of("0123456789,") != std::string_view::npos,
               "what PORT takes without blanks 227 takes, too");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_ends(bytes);
    if (const auto code = ftp::opens_reply(bytes)) {
        expect(!ftp::ends_reply(bytes, *code), "a line does not begin and end a reply of several lines");
    }
    const auto message = ftp::parse(bytes);
    if (!message) {
        expect(!message.error().what.empty(), "a refusal says why");
        return 0;
    }
    expect(size <= limits::kMaxHead, "the size is bounded");
    expect(message->is_command ? message->status == 0 && !message->verb.empty() && message->text.empty()
                               : message->status >= 100 && message->status < 600 && message->verb.empty(),
           "a message is a command or a reply");
    for (const std::string_view view : {message->verb, message->argument, message->text}) {
        expect_within(view, bytes, "fields are views into the message");
    }
    check_ends(message->argument);
    check_ends(message->text);
    return 0;
}
