// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/time.hpp"
#include "core/inspect/dialog_view.hpp"
#include "core/inspect/facts.hpp"
#include "core/inspect/media_plan.hpp"

namespace sara::inspect {

/// Who began a transaction, and its number: each end counts its own.
struct TransactionId {
    Sender initiator = Sender::client;
    std::uint32_t cseq = 0;

    friend bool operator==(const TransactionId&, const TransactionId&) = default;
};

[[nodiscard]] TransactionId transaction_of(const MessageFacts& facts) noexcept;

struct Transaction {
    TransactionId id;
    std::string leg{};
    bool anonymous = false;  ///< only its reply was seen, which did not name the leg: `leg` is made up
    bool accepted = false;
    bool refused = false;
    bool request_seen = false;
    Time give_up_at = kNever;  ///< a reply came first: when its request is no longer expected
};

/// What one end says of its media, from the last that both agreed on to the newest proposal.
class Half {
public:
    /// False, and nothing changes, when it is older than what is known.
    bool put(TransactionId said_in, const std::vector<MediaEndpoint>& media, bool decided);

    /// Both ends agreed on what was said in that transaction: what was said before is over.
    void decide(TransactionId said_in);
    void reject(TransactionId said_in);

    [[nodiscard]] bool empty() const noexcept { return versions_.empty(); }
    [[nodiscard]] bool said(TransactionId id) const noexcept;
    [[nodiscard]] bool is_decided() const noexcept { return versions_.size() == 1 && versions_.front().decided; }

    struct Version {
        TransactionId said_in;
        std::vector<MediaEndpoint> media;
        bool decided = false;
    };
    [[nodiscard]] const std::vector<Version>& versions() const noexcept { return versions_; }

private:
    std::vector<Version> versions_;                          ///< oldest first; only the first may be decided
    std::array<std::optional<std::uint32_t>, 2> newest_{};   ///< CSeq, by initiator
    std::array<std::optional<std::uint32_t>, 2> decided_{};  ///< CSeq of the last decision, by initiator
};

/// A pair of halves. The root leg (no id) is what the client said before any server gave the dialog a tag; a leg
/// whose own client half is empty shares the root's.
struct Leg {
    std::string id;
    TransactionId opened_by;
    bool accepted = false;
    bool ended = false;
    bool blind = false;  ///< the client's half was not seen in time, and will not be
    Half client{};
    Half server{};
    std::optional<Sender> offered_by{};  ///< who made the newest offer; the other end's media answer it

    [[nodiscard]] Half& half(Sender end) noexcept { return end == Sender::client ? client : server; }
};

/// One dialog of a session: a SIP call, an RTSP session. A state machine over acts; knows nothing of other dialogs, nor
/// of the kernel.
class Dialog {
public:
    Dialog(std::string id, const MessageFacts& first);

    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    [[nodiscard]] Tag tag() const noexcept { return tag_; }
    [[nodiscard]] const FlowKey& flow() const noexcept { return flow_; }
    [[nodiscard]] App app() const noexcept { return app_; }
    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    [[nodiscard]] DialogState state() const noexcept { return state_; }
    [[nodiscard]] bool ended() const noexcept { return state_ == DialogState::ended; }
    [[nodiscard]] bool accepted() const noexcept { return accepted_; }
    [[nodiscard]] const std::optional<Duration>& lifetime() const noexcept { return lifetime_; }

    /// What a message says about this dialog. Returned: whether it said anything new.
    enum class Outcome : std::uint8_t { applied, stale, limit };
    Outcome apply(const MessageFacts& facts, Time now);

    void end(EndReason reason, std::uint16_t status = 0);

    /// It was agreed on before we were there: a refusal is then one of a change.
    void set_known_before() noexcept {
        known_before_ = true;
        accepted_ = true;
    }

    /// What is to be announced now.
    [[nodiscard]] Plan plan() const;
    /// The same, whether it has ended or not.
    [[nodiscard]] Plan said() const;

    /// Every live leg's halves are agreed on: nothing of what was announced before is needed.
    [[nodiscard]] bool is_settled() const noexcept;

    [[nodiscard]] bool has_server_media() const noexcept;

    /// How many replies' requests did not come in time, each told once. Legs without a client half are blind from then.
    unsigned give_up_requests(Time now);
    [[nodiscard]] Time request_deadline() const noexcept;

    [[nodiscard]] bool has_transaction(TransactionId id) const noexcept;
    /// The CSeq of the first proposal of that end that has no final reply yet.
    [[nodiscard]] std::optional<std::uint32_t> first_unanswered(Sender initiator) const noexcept;
    [[nodiscard]] bool has_one_leg() const noexcept { return legs_.size() <= 1; }

    /// RTSP: the server gave it a name.
    void rename(std::string id);
    /// RTSP: the leg of that transaction belongs to this dialog, not to `other`.
    void take_leg(Dialog& other, TransactionId id);

    [[nodiscard]] bool empty() const noexcept { return legs_.empty() && !root_used_; }
    void fill(DialogView& view) const;

private:
    Outcome propose(const MessageFacts& facts);
    Outcome reply(const MessageFacts& facts, Time now);
    Outcome refuse(const MessageFacts& facts);
    Outcome decline(const MessageFacts& facts);
    Outcome finish(const MessageFacts& facts);

    [[nodiscard]] bool revives(const MessageFacts& facts) const noexcept;
    void record(const MessageFacts& facts, Time now);
    void restart();
    [[nodiscard]] bool is_proposed_again(TransactionId refused) const noexcept;
    [[nodiscard]] Transaction* transaction(TransactionId id) noexcept;
    Transaction& open_transaction(TransactionId id);
    [[nodiscard]] Leg* find_leg(std::string_view id) noexcept;
    Leg* open_leg(std::string_view id, TransactionId opened_by);
    void name_leg(Transaction& transaction, const std::string& id);
    [[nodiscard]] static std::string leg_of_reply(const MessageFacts& facts, Transaction& transaction);
    void own_client_half(Leg& leg);
    void say(Leg& leg, const MessageFacts& facts, bool decided);
    void agree(Leg& leg, TransactionId id);
    void end_siblings(const Leg& leg);
    void reject(TransactionId id);
    [[nodiscard]] std::size_t live_legs() const noexcept;
    void update_state();
    [[nodiscard]] const Half& client_half(const Leg& leg) const noexcept;
    void plan_leg(const Leg& leg, Plan& plan) const;

    std::string id_;
    Tag tag_;
    App app_;
    FlowKey flow_;
    std::string target_;

    DialogState state_ = DialogState::half;
    EndReason end_ = EndReason::none;
    std::uint16_t end_status_ = 0;
    bool accepted_ = false;
    bool known_before_ = false;
    std::optional<Duration> lifetime_;

    Leg root_;
    bool root_used_ = false;
    std::vector<Leg> legs_;
    std::vector<Transaction> transactions_;       ///< oldest first
    std::array<std::uint32_t, 2> newest_cseq_{};  ///< by initiator
};

}  // namespace sara::inspect
