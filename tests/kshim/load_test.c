// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of loads by tables: the paper's example, and the ends of every
 * range, where a product or a sum might not fit.
 *
 *   build/default/bin/kshim_load
 */
#include <stdbool.h>
#include <stdio.h>

#include "load.h"

#define ONE	SARA_LOAD_ONE
#define MAX	SARA_SCORE_MAX

#ifndef U32_MAX
#define U32_MAX	0xffffffffU
#endif
#ifndef S32_MAX
#define S32_MAX	0x7fffffff
#define S32_MIN	(-S32_MAX - 1)
#endif

static unsigned int failed;

static void check(const char *what, u64 is, u64 should_be)
{
	if (is == should_be)
		return;
	printf("not ok: %s: %llu, not %llu\n", what, (unsigned long long)is,
	       (unsigned long long)should_be);
	failed++;
}

static void check_ramp(void)
{
	u32 load, was = 0, p;

	/* T1 = .5, T2 = .75: x = .5625 is a quarter of the way. */
	check("a quarter", sara_load_ramp(ONE / 16 * 9, ONE / 2, ONE / 4 * 3),
	      ONE / 4);
	check("at the low end", sara_load_ramp(ONE / 2, ONE / 2, ONE), 0);
	check("below it", sara_load_ramp(0, ONE / 2, ONE), 0);
	check("at the high end", sara_load_ramp(ONE, ONE / 2, ONE), ONE);
	check("above it", sara_load_ramp(MAX, ONE / 2, ONE), ONE);
	check("far above it", sara_load_ramp(U32_MAX, 0, ONE), ONE);
	check("thresholds side by side", sara_load_ramp(6, 5, 6), ONE);
	check("and below them", sara_load_ramp(5, 5, 6), 0);
	for (load = 0; load < ONE; load += 997) {
		p = sara_load_ramp(load, ONE / 10, ONE / 10 * 9);
		if (p < was || p > ONE)
			check("it rises", p, was);
		was = p;
	}
}

static void check_with(void)
{
	check("nothing since", sara_load_with(5, 7, 0), 5);
	check("three since", sara_load_with(5, 7, 3), 26);
	check("three more went than came", sara_load_with(26, 7, -3), 5);
	check("it has a bound", sara_load_with(ONE, ONE, S32_MAX), MAX);
	check("and is not below 0", sara_load_with(20, 7, -3), 0);
	check("whatever comes", sara_load_with(U32_MAX, U32_MAX, S32_MAX), MAX);
	check("whatever goes", sara_load_with(U32_MAX, U32_MAX, S32_MIN), 0);
}

static void check_node(void)
{
	check("weight 1", sara_load_of_node(100, 10, 3, 1), 130);
	check("weight 2", sara_load_of_node(100, 10, 3, 2), 115);
	check("weight 3 rounds down", sara_load_of_node(100, 10, 1, 3), 103);
	check("what went", sara_load_of_node(100, 10, -3, 1), 70);
	check("by weight", sara_load_of_node(100, 10, -3, 2), 85);
	check("not below 0", sara_load_of_node(20, 10, -3, 1), 0);
	check("the most there is",
	      sara_load_of_node(MAX, ONE, S32_MAX, 1),
	      MAX + (u64)ONE * S32_MAX);
	check("the least", sara_load_of_node(MAX, ONE, S32_MIN, 1), 0);
	check("of the heaviest", sara_load_of_node(0, ONE, 65535, 65535), ONE);
}

/* The order of (a + 1) / v and (b + 1) / w, by products, which lose nothing. */
static int compare(u64 a, u32 v, u64 b, u32 w)
{
	u64 left = (a + 1) * w, right = (b + 1) * v;

	return (left > right) - (left < right);
}

static void check_sessions(void)
{
	static const u32 weights[] = { 1, 2, 3, 7, 100, 65534, 65535 };
	static const u32 sessions[] = { 0, 1, 2, 6, 99, 65533, 65534, 65535,
					1000000, U32_MAX - 1 };
	unsigned int n = sizeof(sessions) / sizeof(*sessions);
	unsigned int m = sizeof(weights) / sizeof(*weights);
	unsigned int i, j;

	for (i = 0; i < n * m; i++) {
		for (j = 0; j < n * m; j++) {
			u32 a = sessions[i / m], v = weights[i % m];
			u32 b = sessions[j / m], w = weights[j % m];
			u64 x = sara_load_of_sessions(a, v);
			u64 y = sara_load_of_sessions(b, w);

			if ((x > y) - (x < y) != compare(a, v, b, w))
				check("in the order of the quotients", x, y);
		}
	}
	check("none yet", sara_load_of_sessions(0, 1), 1ULL << 32);
	check("two for a weight of 2", sara_load_of_sessions(1, 2), 1ULL << 32);
}

int main(void)
{
	check_ramp();
	check_with();
	check_node();
	check_sessions();
	printf("%u failed\n", failed);
	return failed ? 1 : 0;
}
