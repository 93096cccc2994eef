/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loads and probabilities, in parts of SARA_LOAD_ONE. Pure: also built into a
 * userspace test.
 */
#ifndef _SARA_LOAD_H
#define _SARA_LOAD_H

#include <linux/math64.h>
#include <linux/types.h>

#include <uapi/linux/sara.h>

/**
 * sara_load_with() - a load with what came since it was measured
 * @load: as measured
 * @cost: load that a session brings
 * @sessions: that came since
 *
 * Context: any.
 * Return: the load, at most SARA_SCORE_MAX.
 */
static inline u32 sara_load_with(u32 load, u32 cost, u32 sessions)
{
	u64 sum = load + (u64)cost * sessions;

	return sum < SARA_SCORE_MAX ? sum : SARA_SCORE_MAX;
}

/**
 * sara_load_ramp() - a probability that rises with the load
 * @load: the load
 * @low: up to it the probability is 0
 * @high: from it on the probability is 1; more than @low
 *
 * Context: any.
 * Return: the probability; SARA_LOAD_ONE is 1.
 */
static inline u32 sara_load_ramp(u32 load, u32 low, u32 high)
{
	if (load <= low)
		return 0;
	if (load >= high)
		return SARA_LOAD_ONE;
	return div_u64((u64)(load - low) * SARA_LOAD_ONE, high - low);
}

/**
 * sara_load_of_node() - what a node is compared by
 * @score: its load, measured or foreseen
 * @cost: load that a session brings it
 * @placed: sessions placed on it since
 * @weight: how many sessions count as one on it; not 0
 *
 * A score is told in parts of what the node itself can bear, so that weight
 * does not touch it. What is placed in between is shared by weight.
 *
 * Context: any.
 * Return: a load, not bounded.
 */
static inline u64 sara_load_of_node(u32 score, u32 cost, u32 placed, u32 weight)
{
	u64 pending = (u64)cost * placed;

	return score + (weight == 1 ? pending : div_u64(pending, weight));
}

#endif
