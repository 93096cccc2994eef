// SPDX-License-Identifier: GPL-2.0
// What libosip2 and GStreamer read in a message is what the parsers read in it: the committed captures, the fuzzers'
// seeds, and what others recorded (SARA_CORPORA). Where it is not, it is known why.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/proto/message_stream.hpp"
#include "core/proto/packet.hpp"
#include "core/proto/pcap.hpp"
#include "core/proto/start_line.hpp"
#include "core/proto/text.hpp"
#include "peer/reading.hpp"

using namespace sara;
using namespace sara::proto;
using namespace sara::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxFile = std::uintmax_t{16} << 20U;
constexpr std::size_t kMaxMessages = 20000;

struct Said {
    std::string where;  ///< "apps/sip-c1.pcap 3": file and number of the message in it
    App app;
    std::string bytes;
};

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Which protocol's start line comes first; none: something else.
App app_of(std::string_view bytes) {
    bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    const std::optional<std::string_view> line = take_line(bytes);
    for (const App app : {App::sip, App::rtsp}) {
        if (line && parse_start_line(app, *line)) {
            return app;
        }
    }
    return App::none;
}

class Collection {
public:
    void add_folder(const fs::path& folder) {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file() && entry.file_size() <= kMaxFile) {
                paths.push_back(entry.path());
            }
        }
        std::sort(paths.begin(), paths.end());
        for (const fs::path& path : paths) {
            name_ = path.lexically_relative(folder).string();
            count_ = 0;
            add_file(content(path), path.extension() == ".raw");
        }
    }

    [[nodiscard]] const std::vector<Said>& messages() const { return messages_; }

private:
    void add(App app, std::string_view bytes) {
        if (messages_.size() < kMaxMessages) {
            messages_.push_back({name_ + " " + std::to_string(++count_), app, std::string(bytes)});
        }
    }

    /// `is_stream`: messages may follow something else in it.
    void add_file(const std::string& bytes, bool is_stream) {
        if (auto reader = pcap::Reader::open(as_bytes(bytes))) {
            add_capture(*reader);
        } else if (bytes.starts_with("v=0")) {
            add(App::sip, "MESSAGE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:b@h>;tag=1\r\n"
                          "To: <sip:a@h>\r\nCall-ID: sdp\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/sdp\r\n"
                          "Content-Length: " +
                              std::to_string(bytes.size()) + "\r\n\r\n" + bytes);
        } else if (app_of(bytes) == App::sip) {
            add(App::sip, bytes);
        } else if (app_of(bytes) == App::rtsp || is_stream) {
            Framer framer(App::rtsp);
            framer.feed(bytes, [this](std::string_view message) { add(App::rtsp, message); });
        }
    }

    void add_capture(pcap::Reader& reader) {
        std::map<FlowKey, MessageStream> streams;
        while (const auto record = reader.next()) {
            const Packet packet = decode(record->link, record->data);
            if (packet.kind != Packet::Kind::whole || packet.truncated) {
                continue;
            }
            const App app = app_of(as_text(packet.payload));
            if (packet.transport == Transport::udp) {
                if (app == App::sip) {
                    add(app, as_text(packet.payload));
                }
                continue;
            }
            auto stream = streams.find(packet.flow());
            if (stream == streams.end() && app != App::none) {
                stream = streams.emplace(packet.flow(), MessageStream(app)).first;
            }
            if (stream != streams.end()) {
                stream->second.push(packet.segment(), record->time,
                                    [this](std::string_view message) { add(app_of(message), message); });
            }
        }
    }

    std::vector<Said> messages_;
    std::string name_;
    std::size_t count_ = 0;
};

/// How often each excuse was needed.
using Excuses = std::map<std::string, std::size_t>;

/// For CHECK to show: "2 GStreamer knows no RAW".
peer::Reading lines_of(const Excuses& excuses) {
    peer::Reading lines;
    for (const auto& [excuse, times] : excuses) {
        lines.push_back(std::to_string(times) + " " + excuse);
    }
    return lines;
}

/// Fails for each difference that nothing excuses. Nothing, and a message, when there is nobody to compare with.
std::optional<Excuses> compare(const fs::path& folder, App app) {
    if (!peer::is_there(app)) {
        WARN("skipped: " << (app == App::sip ? "libosip2" : "GStreamer's RTSP library") << " was not found");
        return std::nullopt;
    }
    Collection collection;
    collection.add_folder(folder);
    Excuses excuses;
    bool compared = false;
    for (const Said& said : collection.messages()) {
        if (said.app != app) {
            continue;
        }
        compared = true;
        for (const peer::Difference& difference : peer::differences(app, said.bytes)) {
            CAPTURE(said.where, said.bytes, difference.ours, difference.theirs);
            const std::string excuse(peer::excuse(app, said.bytes, difference));
            CHECK_FALSE(excuse.empty());
            ++excuses[excuse];
        }
    }
    CHECK(compared);
    return excuses;
}

const fs::path kTests = fs::path(SARA_SOURCE_DIR) / "tests";

/// Nothing, and a message, where the folder is absent.
std::optional<fs::path> corpora() {
    const char* const said = std::getenv("SARA_CORPORA");
    const fs::path folder = said != nullptr ? said : SARA_CORPORA;
    if (fs::is_directory(folder)) {
        return folder;
    }
    WARN("skipped: no folder in SARA_CORPORA");
    return std::nullopt;
}

}  // namespace

TEST_CASE("libosip2 reads the committed captures as we do") {
    if (const auto excuses = compare(kTests / "corpus", App::sip)) {
        CHECK(lines_of(*excuses) == peer::Reading{"1 libosip2 fills in the Content-Length that is not there"});
    }
}

TEST_CASE("GStreamer reads the committed captures as we do") {
    if (const auto excuses = compare(kTests / "corpus", App::rtsp)) {
        CHECK(lines_of(*excuses) == peer::Reading{"2 GStreamer knows no MP2T without RTP",
                                                  "2 GStreamer reads no blanks in a Transport",
                                                  "1 GStreamer takes nothing without CSeq"});
    }
}

TEST_CASE("libosip2 reads what is legal but strange as we do") {
    if (!peer::is_there(App::sip)) {
        WARN("skipped: libosip2 was not found");
        return;
    }
    const std::string rest = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n";
    const std::string ends = "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x@h\r\n" + rest;
    const std::string strange[] = {
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com"
        " ;   tag    = 1918181833n\r\nfrom   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n"
        "  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 4\r\n"
        "cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n"
        "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: text/plain\r\n\r\nbody",
        "BYE sip:a@h SIP/2.0\r\nFrom: \"Doe, John; tag=fake\" <sip:j@h;tag=uri>;tag=real\r\n"
        "To: <sip:b@h?Subject=a>;tag=right\r\nCall-ID: x\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n" +
            rest + "\r\n",
        "OPTIONS sip:h SIP/2.0\r\nCSeq: 1 OPTIONS\r\nv: SIP/2.0/TCP [fd00::9]:5070;branch=top, SIP/2.0/UDP "
        "h2;branch=second"
        "\r\nVia: SIP/2.0/UDP h3;branch=third\r\nl: 0\r\n" +
            ends + "\r\n",
        "OPTIONS tel:+1-201-555-0123;phone-context=example.com SIP/2.0\r\nCSeq: 4294967295 OPTIONS\r\nl: 0\r\n" + ends +
            "\r\n",
        "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\nCSeq: 1 INVITE\r\nl: 0\r\n" + ends + "\r\n",
        "MESSAGE sip:h SIP/2.0\r\nCSeq: 1 MESSAGE\r\nc: text/plain;charset=utf-8\r\nl: 2\r\n" + ends + "\r\nhello",
        "MESSAGE sip:h SIP/2.0\nCSeq: 1 MESSAGE\nc: text/plain\nl: 5\nf: <sip:a@h>;tag=1\nt: sip:b@h;tag=2\ni: x\n"
        "v: SIP/2.0/UDP h;branch=z9hG4bK1\n\nhello",
    };
    for (const std::string& message : strange) {
        CAPTURE(message);
        CHECK(peer::read_ours(App::sip, message));
        CHECK(peer::unexplained(App::sip, message) == peer::Reading{});
    }
}

TEST_CASE("libosip2 reads the fuzzers' seeds as we do") {
    for (const char* const folder : {"sip", "sdp"}) {
        static_cast<void>(compare(kTests / "fuzz" / "seeds" / folder, App::sip));
    }
}

TEST_CASE("GStreamer reads the fuzzers' seeds as we do") {
    static_cast<void>(compare(kTests / "fuzz" / "seeds" / "rtsp", App::rtsp));
}

TEST_CASE("libosip2 reads what others recorded as we do") {
    if (const auto folder = corpora()) {
        static_cast<void>(compare(*folder, App::sip));
    }
}

TEST_CASE("GStreamer reads what others recorded as we do") {
    if (const auto folder = corpora()) {
        static_cast<void>(compare(*folder, App::rtsp));
    }
}
