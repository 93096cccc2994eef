// SPDX-License-Identifier: GPL-2.0
// Other implementations read each message of the conversations in this folder's tests, and say the same of it.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"
#include "peer/reading.hpp"

namespace {

struct Listener : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;

    void testRunStarting(const Catch::TestRunInfo&) override {
        sara::test::overhear = [](sara::App app, std::string_view message) {
            CAPTURE(message);
            CHECK(sara::test::peer::unexplained(app, message) == sara::test::peer::Reading{});
        };
    }
};

}  // namespace

CATCH_REGISTER_LISTENER(Listener)
