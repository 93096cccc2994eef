// SPDX-License-Identifier: GPL-2.0
#include "cli/show_capture.hpp"

#include <algorithm>
#include <string_view>

#include "kern/words.hpp"

namespace sara::cli {

namespace {

void put(Printer& out, std::string_view role, std::string_view said_by, const inspect::MediaEndpoint& media) {
    out.begin_object();
    out.bare("role", role);
    out.bare("said", said_by);
    out.field("stream", media.stream);
    out.field("kind", inspect::to_string(media.kind));
    out.field("state", inspect::to_string(media.state));
    if (media.state == inspect::MediaState::active) {
        out.field("proto", to_string(media.transport));
        if (media.address) {
            out.field("addr", media.address->text());
        }
        if (media.port != 0) {
            out.field("port", media.port);
        }
        if (media.control_port != 0) {
            out.field("control-port", media.control_port);
        }
        if (media.control_address) {
            out.field("control-addr", media.control_address->text());
        }
        if (media.pairs != 1) {
            out.field("pairs", media.pairs);
        }
    }
    out.end_object();
}

void put(Printer& out, const AnnouncedFlow& flow) {
    out.begin_object();
    out.bare("identity", kern::word_of(flow.packets == 0 ? kern::Identity::announced : kern::Identity::secondary));
    out.tuple("tuple", flow.key);
    if (const std::optional<AnnouncementForm> form = form_of(flow.key)) {
        out.field("form", kern::word_of(*form));
    }
    out.flag("withdrawn", flow.withdrawn);
    out.field("packets", flow.packets);
    out.end_object();
}

/// What the ends offered, or what they answered, leg by leg.
void put_media(Printer& out, const inspect::DialogView& view, bool offered) {
    out.begin_list(offered ? "offered" : "answered");
    for (const inspect::LegView& leg : view.legs) {
        const bool client_offered = leg.offered_by != Sender::server;
        const bool of_client = client_offered == offered;
        for (const inspect::MediaEndpoint& media : of_client ? leg.client_media : leg.server_media) {
            put(out, offered ? "offer" : "answer", of_client ? "client" : "server", media);
        }
    }
    out.end_list();
}

void put(Printer& out, const CapturedDialog& dialog) {
    const inspect::DialogView& view = dialog.view;
    out.begin_object();
    out.field("dialog", view.id);
    out.field("state", inspect::to_string(view.state));
    if (view.end != inspect::EndReason::none) {
        out.field("end", inspect::to_string(view.end));
    }
    if (view.end_status != 0) {
        out.field("end-status", view.end_status);
    }
    out.field("target", view.target);
    put_media(out, view, true);
    put_media(out, view, false);
    out.begin_list("announced");
    for (const AnnouncedFlow& flow : dialog.announced) {
        put(out, flow);
    }
    out.end_list();
    out.end_object();
}

/// Of a session: it is what the most alive of its dialogs is, and ended for the reason of the last.
struct Summary {
    std::string_view state = "none";
    inspect::EndReason end = inspect::EndReason::none;
};
Summary summarize(const CapturedSession& session) {
    const auto has = [&](inspect::DialogState state) {
        return std::any_of(session.dialogs.begin(), session.dialogs.end(),
                           [&](const CapturedDialog& dialog) { return dialog.view.state == state; });
    };
    for (const inspect::DialogState state : {inspect::DialogState::complete, inspect::DialogState::half}) {
        if (has(state)) {
            return {inspect::to_string(state), inspect::EndReason::none};
        }
    }
    return session.dialogs.empty()
               ? Summary{}
               : Summary{inspect::to_string(inspect::DialogState::ended), session.dialogs.back().view.end};
}

}  // namespace

void show(Printer& out, const CapturedSession& session, Detail) {
    out.begin_object();
    out.bare("session", static_cast<std::uint64_t>(session.id));
    out.colon();
    out.tuple("tuple", session.flow);
    out.field("app", kern::word_of(session.app));
    if (!session.label.empty()) {
        out.field("label", session.label);
    }
    out.field("packets", session.packets);
    const Summary summary = summarize(session);
    out.field("state", summary.state);
    if (summary.end != inspect::EndReason::none) {
        out.field("end", inspect::to_string(summary.end));
    }
    out.begin_list("dialogs");
    for (const CapturedDialog& dialog : session.dialogs) {
        put(out, dialog);
    }
    out.end_list();
    out.end_object();
}

}  // namespace sara::cli
