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
 * sara_load_with() - a load with what came and went since it was measured
 * @load: as measured
 * @cost: load that a session brings
 * @pending: sessions that came since, less those that went
 *
 * Context: any.
 * Return: the load, from 0 to SARA_SCORE_MAX.
 */
static inline u32 sara_load_with(u32 load, u32 cost, s32 pending)
{
	s64 sum = load + (s64)cost * pending;

	if (sum < 0)
		return 0;
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
 * @pending: sessions that came to it since, less those that went
 * @weight: how many sessions count as one on it; not 0
 *
 * A score is told in parts of what the node itself can bear, so that weight
 * does not touch it. What comes in between is shared by weight.
 *
 * Context: any.
 * Return: a load, from 0 on; not bounded.
 */
static inline u64 sara_load_of_node(u32 score, u32 cost, s32 pending,
				    u32 weight)
{
	s64 since = (s64)cost * pending;
	s64 sum = score + (weight == 1 ? since : div_s64(since, weight));

	return sum > 0 ? sum : 0;
}

/**
 * sara_load_of_sessions() - what a node is compared by where loads are not known
 * @sessions: that it has; below U32_MAX
 * @weight: how many sessions count as one on it; from 1 to 65535
 *
 * Two different quotients of numbers up to 2^16 differ by 2^-32 or more: rounded
 * down they keep their order, and are equal only if they were.
 *
 * Context: any.
 * Return: sessions for its weight with one more, in parts of 2^32.
 */
static inline u64 sara_load_of_sessions(u32 sessions, u32 weight)
{
	u64 with = ((u64)sessions + 1) << 32;

	return weight == 1 ? with : div_u64(with, weight);
}

#endif
