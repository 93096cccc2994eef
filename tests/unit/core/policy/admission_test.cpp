// SPDX-License-Identifier: GPL-2.0
#include "core/policy/admission.hpp"

#include <catch2/catch.hpp>

using namespace sara;
using namespace sara::policy;
using namespace std::chrono_literals;

namespace {

const AdmissionConfig kPaper{.thresholds = Thresholds::paper(), .spare = false};

AdmissionInput loaded(double cluster, double own = 0) {
    return {.own = Load::clamped(own), .cluster = Load::clamped(cluster), .cost = Cost::of(.01)};
}

}  // namespace

TEST_CASE("the more loaded of dispatcher and cluster decides") {
    AdmissionControl control(kPaper);
    CHECK(control.decide(loaded(.3, .55)).drop.fresh.value() == Approx(.25));
    CHECK(control.decide(loaded(.55, .3)).drop.fresh.value() == Approx(.25));
    CHECK(control.decide(loaded(.9)).drop.established.value() == Approx(1.0 / 3));
}

TEST_CASE("sessions begun since the measurement count as load") {
    AdmissionControl control(kPaper);
    AdmissionInput input = loaded(.5);
    input.pending = .1;
    const Admission out = control.decide(input);
    CHECK(out.x == Approx(.6));
    CHECK(out.drop.fresh.value() == Approx(.5));
    SECTION("sessions ended since then do not") {
        input.pending = -.1;
        CHECK(control.decide(input).x == Approx(.4));
        input.pending = -10;
        CHECK(control.decide(input).x == 0);
    }
    SECTION("a cluster may be told to be past its end, so that what ends does not admit too soon") {
        input.pending = 1;
        CHECK(control.decide(input).x == Approx(1.5));
        CHECK(control.decide(input).drop.all);
    }
}

TEST_CASE("the push holds all that the kernel decides by") {
    AdmissionControl control(kPaper);
    const Admission out = control.decide(loaded(.62));
    CHECK(out.cost == Cost::of(.01));
    CHECK(out.thresholds == Thresholds::paper());
    CHECK(out.drop == drop_at(out.x, out.thresholds));
    CHECK(out.equations == Equations::recommended);
}

TEST_CASE("without a node that is up all is refused") {
    AdmissionControl control(kPaper);
    const Admission out = control.decide({.own = {}, .cluster = std::nullopt, .any_up = false});
    CHECK(out.x == 1);
    CHECK(out.drop.all);
}

TEST_CASE("when nodes are up but do not tell their load, new sessions are refused and no other") {
    AdmissionControl control(kPaper);
    const Admission out = control.decide({.own = {}, .cluster = std::nullopt, .any_up = true});
    CHECK(out.drop.fresh.value() == 1);
    CHECK(out.drop.established.value() == 0);
    CHECK_FALSE(out.drop.all);
}

TEST_CASE("a decision under load is taken again sooner, down to a floor, and at leisure again when it is over") {
    AdmissionControl control({.thresholds = Thresholds::paper(), .period = 400ms, .min_period = 100ms});
    CHECK(control.decide(loaded(.4)).period == 400ms);
    CHECK(control.decide(loaded(.6)).period == 200ms);
    CHECK(control.decide(loaded(.6)).period == 100ms);
    CHECK(control.decide(loaded(.9)).period == 100ms);
    CHECK(control.decide(loaded(.5)).period == 400ms);
}

TEST_CASE("thresholds that nobody set follow what the dearest session costs, and no small change of it") {
    AdmissionControl control;
    AdmissionInput input = loaded(.9);
    const auto t1_at = [&](double cost) {
        input.dearest = Cost::of(cost);
        return control.decide(input).thresholds.t1().value();
    };
    CHECK(t1_at(.05) == Approx(.95));
    CHECK(t1_at(.052) == Approx(.95));
    CHECK(t1_at(.06) == Approx(.94));
    CHECK(t1_at(.001) == Approx(.98));
    CHECK(t1_at(.02) == Approx(.98));
    CHECK(t1_at(.5) == Approx(.75));
    t1_at(.001);

    // Loads that are foreseen wrongly for long are taken for as uncertain.
    input.error = .1;
    CHECK(t1_at(.001) == Approx(.98));
    for (int i = 0; i < 50; ++i) {
        t1_at(.001);
    }
    CHECK(t1_at(.001) == Approx(.85).margin(.015));
    input.error = .01;
    for (int i = 0; i < 50; ++i) {
        t1_at(.001);
    }
    CHECK(t1_at(.001) == Approx(.98).margin(.002));

    AdmissionControl set({.thresholds = Thresholds::paper()});
    CHECK(set.decide(input).thresholds == Thresholds::paper());
}

TEST_CASE("thresholds move only where that is asked for") {
    AdmissionControl still(kPaper);
    CHECK(still.decide(loaded(.95)).thresholds == Thresholds::paper());

    AdmissionControl moving({.thresholds = Thresholds::paper(), .moving = true, .spare = false});
    const Admission out = moving.decide(loaded(.95));
    CHECK(out.thresholds.t2().value() == Approx(.7 - .25 * .25));
    CHECK(out.drop == drop_at(.95, out.thresholds));
    CHECK(moving.decide(loaded(.4)).thresholds == Thresholds::paper());
}

TEST_CASE("the paper's letter decides by eq. 2 as printed, and knows no pending sessions") {
    AdmissionControl control({.thresholds = Thresholds::paper(), .equations = Equations::paper_literal});
    AdmissionInput input = loaded(.65);
    input.pending = 1;
    const Admission out = control.decide(input);
    CHECK(out.drop.fresh.value() == Approx(.25));
    CHECK(out.cost == Cost());
    CHECK(out.equations == Equations::paper_literal);
}

TEST_CASE("what was admitted is spared by the cluster's load, however high, and not by the dispatcher's own") {
    AdmissionControl control({.thresholds = Thresholds::paper()});
    for (const double load : {.86, .95, 1.}) {
        const Admission out = control.decide(loaded(load));
        CHECK(out.x == Approx(.85));
        CHECK(stage_of(out.drop) == Stage::refuses_all);
    }
    AdmissionInput more = loaded(1);
    more.pending = 3;
    CHECK(stage_of(control.decide(more).drop) == Stage::refuses_all);
    CHECK(stage_of(control.decide({.own = {}, .cluster = std::nullopt, .any_up = false}).drop) == Stage::refuses_all);
    CHECK(stage_of(control.decide(loaded(1, .9)).drop) == Stage::thins);
    CHECK(stage_of(control.decide(loaded(.2, 1)).drop) == Stage::stops);
}

TEST_CASE("periods out of order are refused by name") {
    CHECK(check(AdmissionConfig{}).ok());
    CHECK(check(AdmissionConfig{.min_period = 0ms}).error().where == "min_period");
    CHECK(check(AdmissionConfig{.period = 50ms}).error().where == "period");
}

TEST_CASE("admission goes further as the load rises") {
    AdmissionControl control(kPaper);
    const auto stage = [&](double load) { return stage_of(control.decide(loaded(load)).drop); };
    CHECK(stage(.5) == Stage::admits);
    CHECK(stage(.6) == Stage::refuses_some);
    CHECK(stage(.7) == Stage::refuses_all);
    CHECK(stage(.9) == Stage::thins);
    CHECK(stage(1) == Stage::stops);
}
