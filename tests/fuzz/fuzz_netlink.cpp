// SPDX-License-Identifier: GPL-2.0
// Any bytes as a datagram of the kernel: walked, decoded, and printed as the command line would.
#include <linux/netlink.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/show.hpp"
#include "expect.hpp"
#include "kern/codec.hpp"
#include "kern/netlink_message.hpp"

using namespace sara;
using namespace sara::fuzz;

namespace {

void check(const kern::Object& object) {
    for (const cli::Format format : {cli::Format::text, cli::Format::json}) {
        std::ostringstream out;
        cli::Printer printer(out, format);
        cli::show(printer, object, {true, true});
        const std::string printed = out.str();
        if (format == cli::Format::json) {
            expect(nlohmann::json::accept(printed), "what is printed is JSON");
            expect(nlohmann::ordered_json::parse(printed).dump() + "\n" == printed,
                   "as a library writes it, with each name once");
        }
        for (const char c : printed) {
            expect(format == cli::Format::json || c == '\n' || (c >= ' ' && c < 0x7f), "text is printable");
        }
    }
}

void check_attributes(std::uint8_t command, Bytes attributes) {
    const kern::Result<kern::Object> object = kern::decode(command, attributes);
    if (object) {
        check(*object);
    } else {
        expect(object.error().code == EPROTO && !object.error().what.empty(), "a refusal says why");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(data, size);
    kern::MessageReader reader(bytes);
    std::size_t messages = 0;
    while (reader.next()) {
        ++messages;
        const kern::Header& header = reader.header();
        if (header.type == NLMSG_ERROR || header.type == NLMSG_DONE) {
            const std::optional<kern::Error> error = kern::decode_verdict(header, reader.payload());
            expect(!error || (error->code > 0 && !error->what.empty()), "an error has a number and a sentence");
        } else if (const std::optional<kern::GenericPayload> payload = kern::generic_payload(reader.payload())) {
            check_attributes(payload->command, payload->attributes);
            const kern::Result<kern::FamilyInfo> family = kern::decode_family(payload->attributes);
            expect(!family || family->id >= NLMSG_MIN_TYPE, "a family has an id");
        }
    }
    expect(messages <= size / sizeof(nlmsghdr), "every message has a header");
    // The same without headers, so that a mutation of the command or an attribute is not lost in a length.
    if (size > 0) {
        check_attributes(data[0], bytes.subspan(1));
    }
    return 0;
}
