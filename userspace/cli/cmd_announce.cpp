// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"
#include "cli/selection.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara announce add session ID TUPLE [ tag NUMBER ] [ ttl TIME ]\n"
                                    "       sara announce del { TUPLE [ session ID ] | session ID tag NUMBER }\n"
                                    "       sara announce flush session ID\n"
                                    "       sara announce [ show [ session ID ] [ service SERVICE ] [ node NODE ]\n"
                                    "                             [ call-id CALL-ID ] ]\n"
                                    "       sara announce show TUPLE\n"
                                    "TUPLE := proto { tcp | udp } [ src ADDR ] [ sport PORT ] dst ADDR [ dport PORT ]\n"
                                    "TIME := NUMBER{ ms | s | m | h | d }\n";

std::vector<Arguments::Option> operator+(std::vector<Arguments::Option> left, std::vector<Arguments::Option> right) {
    left.insert(left.end(), std::make_move_iterator(right.begin()), std::make_move_iterator(right.end()));
    return left;
}

void require_form(Arguments& in, const AnnouncementKey& key) {
    require_tuple(in, key);
    if (!in.error() && !form_of(key)) {
        in.fail("expected src, sport and dport; or src and sport; or src and dport; or dport alone");
    }
}

Action show(Arguments& in) {
    kern::Selection selection;
    AnnouncementKey key;
    in.options(selection_options(in, selection) + tuple_options(in, key));
    if (!tuple_given(in)) {
        return Show{{kern::announce_dump(selection)}};
    }
    require_form(in, key);
    if (!selection.empty()) {
        in.fail("a tuple names one announcement: leave out session, service, node and call-id");
    }
    return Show{{kern::announce_get(key)}};
}

Action add(Arguments& in) {
    kern::Announcement announcement;
    in.options(
        tuple_options(in, announcement.key) +
        std::vector<Arguments::Option>{{"session", [&] { announcement.session = in.session(); }},
                                       {"tag", [&] { announcement.tag = static_cast<Tag>(in.number(1, UINT64_MAX)); }},
                                       {"ttl", [&] { announcement.ttl = in.time(); }}});
    in.require({"session"});
    require_form(in, announcement.key);
    return Execute{kern::announce_new(announcement)};
}

Action del(Arguments& in) {
    std::optional<SessionId> session;
    std::optional<Tag> tag;
    AnnouncementKey key;
    in.options(tuple_options(in, key) +
               std::vector<Arguments::Option>{{"session", [&] { session = in.session(); }},
                                              {"tag", [&] { tag = static_cast<Tag>(in.number(1, UINT64_MAX)); }}});
    if (tuple_given(in)) {
        require_form(in, key);
        if (tag) {
            in.fail("a tuple names one announcement: leave out tag");
        }
        return Execute{kern::announce_del(key, session)};
    }
    in.require({"session", "tag"});
    if (in.error()) {
        return {};
    }
    return Execute{kern::announce_del(*session, tag)};
}

Action flush(Arguments& in) {
    SessionId session{};
    in.options({{"session", [&] { session = in.session(); }}});
    in.require({"session"});
    return Execute{kern::announce_del(session)};
}

constexpr Command kCommands[] = {{"show", show}, {"add", add}, {"del", del}, {"flush", flush}};

}  // namespace

const ObjectGrammar kAnnounceGrammar = {"announce", kUsage, kCommands};

}  // namespace sara::cli
