// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace sara::io {

enum class FamilyChange : std::uint8_t { came, went };

/// What the generic netlink controller's datagram says about the family `name`: the last word, if several.
[[nodiscard]] std::optional<FamilyChange> family_change(Bytes datagram, std::string_view name) noexcept;

/// Tells when a generic netlink family comes or goes, i.e. a module is loaded or unloaded: the kernel's controller
/// announces it in every network namespace.
class FamilyWatch {
public:
    using OnChange = std::function<void(FamilyChange)>;

    [[nodiscard]] static Result<std::unique_ptr<FamilyWatch>> open(boost::asio::io_context& io, std::string name,
                                                                   OnChange on_change);

private:
    FamilyWatch(boost::asio::posix::stream_descriptor socket, std::string name, OnChange on_change);

    void wait();
    void read();

    boost::asio::posix::stream_descriptor socket_;
    std::string name_;
    OnChange on_change_;
};

}  // namespace sara::io
