// SPDX-License-Identifier: GPL-2.0
#include "core/wire/envelope.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace sara::wire {

namespace {

constexpr std::array<std::uint8_t, 4> kHeader{'S', 'A', kEnvelopeVersion, 0};
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(SharedKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kEnvelopeOverhead == kHeader.size() + kNonceSize + kTagSize);

}  // namespace

Buffer seal(const SharedKey& key, const Entropy& entropy, Bytes packet) {
    Buffer out(kEnvelopeOverhead + packet.size());
    std::copy(kHeader.begin(), kHeader.end(), out.begin());
    const std::span nonce = std::span(out).subspan(kHeader.size(), kNonceSize);
    entropy(nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kHeader.size() + kNonceSize, nullptr, packet.data(),
                                               packet.size(), kHeader.data(), kHeader.size(), nullptr, nonce.data(),
                                               key.bytes().data());
    return out;
}

std::variant<Buffer, Refusal> open(const SharedKey& key, Bytes datagram) {
    if (datagram.size() < kEnvelopeOverhead || datagram[0] != kHeader[0] || datagram[1] != kHeader[1]) {
        return Refusal::malformed;
    }
    if (datagram[2] != kEnvelopeVersion) {
        return Refusal::version;
    }
    const Bytes header = datagram.first(kHeader.size());
    const Bytes nonce = datagram.subspan(kHeader.size(), kNonceSize);
    const Bytes sealed = datagram.subspan(kHeader.size() + kNonceSize);
    Buffer packet(sealed.size() - kTagSize);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(packet.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                   header.data(), header.size(), nonce.data(),
                                                   key.bytes().data()) != 0) {
        return Refusal::forged;
    }
    return packet;
}

}  // namespace sara::wire
