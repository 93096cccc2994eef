// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "kern/model.hpp"

/// The words of enums, as the netlink spec writes them: one table each, for printing, parsing and completion.
namespace sara::kern {

template <typename E>
struct Word {
    E value;
    std::string_view text;
};

[[nodiscard]] std::span<const Word<DevMode>> words_of(DevMode) noexcept;
[[nodiscard]] std::span<const Word<App>> words_of(App) noexcept;
[[nodiscard]] std::span<const Word<SessionKey>> words_of(SessionKey) noexcept;
[[nodiscard]] std::span<const Word<NoCallId>> words_of(NoCallId) noexcept;
[[nodiscard]] std::span<const Word<Admission>> words_of(Admission) noexcept;
[[nodiscard]] std::span<const Word<Refuse>> words_of(Refuse) noexcept;
[[nodiscard]] std::span<const Word<NodeState>> words_of(NodeState) noexcept;
[[nodiscard]] std::span<const Word<Health>> words_of(Health) noexcept;
[[nodiscard]] std::span<const Word<Identity>> words_of(Identity) noexcept;
[[nodiscard]] std::span<const Word<LifeStatus>> words_of(LifeStatus) noexcept;
[[nodiscard]] std::span<const Word<AnnouncementForm>> words_of(AnnouncementForm) noexcept;
[[nodiscard]] std::span<const Word<EventKind>> words_of(EventKind) noexcept;
[[nodiscard]] std::span<const Word<Placement>> words_of(Placement) noexcept;
[[nodiscard]] std::span<const Word<EndReason>> words_of(EndReason) noexcept;

/// "unknown" for a value of a newer module.
template <typename E>
[[nodiscard]] std::string_view word_of(E value) noexcept {
    for (const Word<E>& word : words_of(value)) {
        if (word.value == value) {
            return word.text;
        }
    }
    return "unknown";
}

template <typename E>
[[nodiscard]] std::optional<E> value_of(std::string_view text) noexcept {
    for (const Word<E>& word : words_of(E{})) {
        if (word.text == text) {
            return word.value;
        }
    }
    return std::nullopt;
}

}  // namespace sara::kern
