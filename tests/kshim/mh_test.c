// SPDX-License-Identifier: GPL-2.0
/*
 * Who is drawn by highest random weight: shares as the weights are, and nobody
 * moves who need not.
 *
 *   build/default/bin/kshim_mh
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "sched/mh.h"

#define DRAWS	200000
#define MOST	64

static unsigned int failed;

static void check(const char *what, bool holds)
{
	if (holds)
		return;
	printf("not ok: %s\n", what);
	failed++;
}

/* Well spread, as a hash of a name is. */
static u64 hash_of(u64 i)
{
	i = (i + 1) * 0x9e3779b97f4a7c15ULL;
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9ULL;
	i = (i ^ i >> 27) * 0x94d049bb133111ebULL;
	return i ^ i >> 31;
}

/* The node that gets the session, -1 if all have weight 0. */
static int draw(u64 session, const u32 *weight, int nodes, bool backwards)
{
	u32 lot, highest = 0, of = 1;
	int i, n, best = -1;

	for (n = 0; n < nodes; n++) {
		i = backwards ? nodes - 1 - n : n;
		if (!weight[i])
			continue;
		lot = sara_mh_mix(hash_of(session + 1000000), hash_of(i));
		if (best >= 0 && !sara_mh_better(lot, weight[i], highest, of))
			continue;
		best = i;
		highest = lot;
		of = weight[i];
	}
	return best;
}

static void check_distance(void)
{
	u32 lot, last = ~0U, is;
	double should_be, off = 0;
	u64 i;

	check("the best lot is not far", !sara_mh_distance(~0U));
	check("the worst is 32 away",
	      sara_mh_distance(0) == 32U << SARA_MH_FRACTION);
	check("one bit is 1", sara_mh_distance(~0U >> 1) == 1U << SARA_MH_FRACTION);
	for (i = 0; i <= 0xffffffffULL; i += 999983) {
		lot = i;
		is = sara_mh_distance(lot);
		should_be = 32 - log2((double)i + 1);
		off = fmax(off, fabs((double)is / (1 << SARA_MH_FRACTION) -
				     should_be));
		if (is > last) {
			check("a higher lot is nearer", false);
			break;
		}
		last = is;
	}
	check("it is a logarithm", off < .0001);
}

/* Each node gets its part, within four times what chance makes of it. */
static void check_shares(const u32 *weight, int nodes)
{
	static int got[MOST];
	double sum = 0, part, off;
	int i;

	for (i = 0; i < nodes; i++) {
		got[i] = 0;
		sum += weight[i];
	}
	for (i = 0; i < DRAWS; i++)
		got[draw(i, weight, nodes, false)]++;
	for (i = 0; i < nodes; i++) {
		part = weight[i] / sum;
		off = fabs(got[i] - DRAWS * part);
		if (off <= 4 * sqrt(DRAWS * part * (1 - part)))
			continue;
		printf("node %d of %d got %d, not %.0f\n", i, nodes, got[i],
		       DRAWS * part);
		check("its share", false);
	}
}

static void check_moves(void)
{
	u32 weight[] = { 1, 2, 3, 2, 1 };
	u32 less[] = { 1, 2, 0, 2, 1 };
	u32 more[] = { 1, 4, 3, 2, 1 };
	int i, was, is;

	for (i = 0; i < DRAWS; i++) {
		was = draw(i, weight, 5, false);
		if (was != draw(i, weight, 5, true)) {
			check("whatever the order of the nodes", false);
			return;
		}
		is = draw(i, less, 5, false);
		if (was != 2 && is != was) {
			check("who was elsewhere stays when a node goes", false);
			return;
		}
		is = draw(i, more, 5, false);
		if (is != was && is != 1) {
			check("who moves goes to the node that may have more",
			      false);
			return;
		}
	}
}

int main(void)
{
	static const u32 even[MOST] = { [0 ... MOST - 1] = 7 };
	static const u32 unlike[] = { 1, 2, 3, 10, 100 };
	static const u32 nothing[] = { 0, 0 };
	static const u32 extreme[] = { 1, 65535 };

	check_distance();
	check_shares(even, 2);
	check_shares(even, MOST);
	check_shares(unlike, 5);
	check_shares(extreme, 2);
	check_moves();
	check("nobody may have any", draw(1, nothing, 2, false) < 0);
	printf("%u failed\n", failed);
	return failed ? 1 : 0;
}
