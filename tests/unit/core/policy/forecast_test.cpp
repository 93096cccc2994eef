// SPDX-License-Identifier: GPL-2.0
#include "core/policy/forecast.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

using namespace sara;
using namespace sara::policy;

namespace {

Load load(double value) {
    return Load::clamped(value);
}

History history_of(std::size_t window, std::initializer_list<double> samples) {
    History history(*Window::from(window));
    for (const double each : samples) {
        history.push(load(each));
    }
    return history;
}

Forecast forecast_of(std::initializer_list<double> samples) {
    Forecast forecast(*Window::from(5));
    for (const double each : samples) {
        forecast.sample(load(each));
    }
    return forecast;
}

}  // namespace

TEST_CASE("five samples weigh -.4 -.1 .2 .5 .8") {
    CHECK(coefficient(0, 5) == Approx(-.4));
    CHECK(coefficient(1, 5) == Approx(-.1));
    CHECK(coefficient(2, 5) == Approx(.2));
    CHECK(coefficient(3, 5) == Approx(.5));
    CHECK(coefficient(4, 5) == Approx(.8));
}

TEST_CASE("for any window the weights sum up to 1 and carry a line on") {
    for (const std::size_t n : {std::size_t{2}, std::size_t{3}, std::size_t{10}, std::size_t{64}}) {
        double sum = 0;
        double next = 0;
        for (std::size_t k = 0; k < n; ++k) {
            sum += coefficient(k, n);
            next += coefficient(k, n) * static_cast<double>(k);
        }
        CHECK(sum == Approx(1));
        CHECK(next == Approx(static_cast<double>(n)));
    }
}

TEST_CASE("a window is 10 samples unless said otherwise, and at least 2") {
    CHECK(Window().samples() == 10);
    CHECK(Window::from(2).ok());
    for (const std::size_t bad : {std::size_t{0}, std::size_t{1}, Window::kMax + 1}) {
        CHECK_FALSE(Window::from(bad).ok());
    }
    CHECK(Window::from(1).error().what == "a history has from 2 to 1024 samples, this asks for 1");
}

TEST_CASE("a line is carried on, at any fill of the window and after it wrapped") {
    CHECK(history_of(5, {.1, .2}).extrapolate().value() == Approx(.3));
    CHECK(history_of(5, {.1, .2, .3, .4, .5}).extrapolate().value() == Approx(.6));
    CHECK(history_of(5, {.9, .9, .1, .2, .3, .4, .5}).extrapolate().value() == Approx(.6));
    CHECK(history_of(5, {.4, .4, .4}).extrapolate().value() == Approx(.4));
    CHECK(history_of(5, {0, 1, 0, 1, 0}).extrapolate().value() == Approx(.4));
}

TEST_CASE("a forecast is a load: it does not leave [0,1]") {
    CHECK(history_of(5, {.5, .7, .9}).extrapolate().value() == 1);
    CHECK(history_of(5, {.5, .3, .1}).extrapolate().value() == 0);
}

TEST_CASE("of one sample the forecast is that sample, and of none it is full") {
    CHECK(history_of(5, {.3}).extrapolate().value() == Approx(.3));
    CHECK(history_of(5, {}).extrapolate().value() == 1);
    History cleared = history_of(5, {.3, .4});
    cleared.clear();
    CHECK(cleared.extrapolate().value() == 1);
}

TEST_CASE("the error of a forecast is relative to what came, and at most 1") {
    CHECK(forecast_error(load(.5), load(.4)) == Approx(.25));
    CHECK(forecast_error(load(.3), load(.4)) == Approx(.25));
    CHECK(forecast_error(load(.9), load(.1)) == 1);
    CHECK(forecast_error(load(.4), load(.4)) == 0);
    SECTION("a nearly idle node does not make it infinite") {
        CHECK(forecast_error(load(.005), load(0)) == Approx(.5));
        CHECK(forecast_error(load(0), load(0)) == 0);
    }
}

TEST_CASE("damping goes from the forecast to the measurement as the error grows") {
    CHECK(damp(load(.8), load(.4), 0).value() == Approx(.8));
    CHECK(damp(load(.8), load(.4), .25).value() == Approx(.7));
    CHECK(damp(load(.8), load(.4), 1).value() == Approx(.4));
}

TEST_CASE("what cannot be forecast yet counts as measured") {
    const Forecast first = forecast_of({.3});
    CHECK(first.damped().value() == Approx(.3));
    CHECK(first.error() == 1);
}

TEST_CASE("a forecast that comes true is believed, one that fails is not") {
    const Forecast right = forecast_of({.1, .2, .3, .4});
    CHECK(right.error() == Approx(0).margin(1e-9));
    CHECK(right.damped().value() == Approx(.5));

    const Forecast wrong = forecast_of({.1, .2, .3, .1});
    CHECK(wrong.error() == 1);
    CHECK(wrong.damped().value() == Approx(.1));
    CHECK(wrong.ahead().value() == Approx(.2));
}

TEST_CASE("a cleared forecast knows nothing, and begins anew without the old line") {
    Forecast forecast = forecast_of({.1, .2, .3});
    forecast.clear();
    CHECK_FALSE(forecast.known());
    CHECK(forecast.damped().value() == 1);
    forecast.sample(load(.2));
    CHECK(forecast.error() == 1);
    CHECK(forecast.damped().value() == Approx(.2));
}
