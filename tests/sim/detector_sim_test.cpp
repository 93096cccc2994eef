// SPDX-License-Identifier: GPL-2.0
// How soon a dead node is found, and how often a living one is taken for dead, under loss.
#include "detector_sim.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>

using namespace sara;
using namespace sara::sim;
using namespace std::chrono_literals;

namespace {

double ms(Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

TEST_CASE("detector under 5 % loss: found within (n+1) delta, false alarms as rare as p^n") {
    const DetectorSetup base;
    std::printf("seed  beats   lost  counted  fastest  median  slowest  false alarms  node-hours\n");
    DetectorResult all;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        DetectorSetup setup = base;
        setup.seed = seed;
        const DetectorResult result = simulate(setup);
        std::printf("%4u %6u %6u %8u %6.0fms %5.0fms %6.0fms %13u %11.1f\n", static_cast<unsigned>(seed),
                    static_cast<unsigned>(result.beats), static_cast<unsigned>(result.lost),
                    static_cast<unsigned>(result.counted_lost), ms(result.fastest), ms(result.median),
                    ms(result.slowest), static_cast<unsigned>(result.false_positives), result.node_hours);
        CHECK(result.undetected == 0);
        CHECK(result.slowest <= setup.detector.period * (setup.detector.misses + 1));
        // Each loss but those that nothing followed or preceded.
        CHECK(result.counted_lost <= result.lost);
        CHECK(static_cast<double>(result.lost - result.counted_lost) <= .2 * setup.nodes);
        all.false_positives += result.false_positives;
        all.node_hours += result.node_hours;
    }
    // n heartbeats in a row are lost 7200 p^n times in an hour. Three standard deviations of a Poisson process above
    // that.
    const double hourly = 7200 * std::pow(base.loss, base.detector.misses);
    const double expected = hourly * all.node_hours;
    std::printf("false alarms per node-hour: %.2f, by probability %.2f\n",
                static_cast<double>(all.false_positives) / all.node_hours, hourly);
    CHECK(static_cast<double>(all.false_positives) <= expected + 3 * std::sqrt(expected));
}

TEST_CASE("a detector without slack takes a late heartbeat for a lost one") {
    DetectorSetup setup;
    const double with = static_cast<double>(simulate(setup).false_positives);
    setup.detector.slack = 0ms;
    CHECK(static_cast<double>(simulate(setup).false_positives) > 5 * with);
}

TEST_CASE("detector without loss: no false alarm") {
    DetectorSetup setup;
    setup.loss = 0;
    const DetectorResult result = simulate(setup);
    CHECK(result.false_positives == 0);
    CHECK(result.undetected == 0);
    CHECK(result.counted_lost == 0);
}

TEST_CASE("detector whose process stands still for 10 s: no false alarm for it") {
    DetectorSetup setup;
    setup.loss = 0;
    setup.run = 5min;
    setup.pause_at = 100s;
    setup.pause_for = 10s;
    const DetectorResult result = simulate(setup);
    CHECK(result.false_positives == 0);
    CHECK(result.undetected == 0);
}

TEST_CASE("a detector with more patience has hardly a false alarm") {
    DetectorSetup setup;
    setup.detector.misses = 6;
    const DetectorResult result = simulate(setup);
    CHECK(result.false_positives == 0);
    CHECK(result.slowest <= 7 * setup.detector.period);
}
