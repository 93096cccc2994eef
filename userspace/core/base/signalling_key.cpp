// SPDX-License-Identifier: GPL-2.0
#include "core/base/signalling_key.hpp"

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"

namespace sara {

std::string SignallingKey::text() const {
    return call_id.empty() ? flow.text() : flow.text() + " call-id " + call_id;
}

std::size_t SignallingKeyHash::operator()(const SignallingKey& key) const noexcept {
    return fnv1a(as_bytes(key.call_id), FlowKeyHash()(key.flow));
}

}  // namespace sara
