/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Highest random weight: who is drawn from nodes of unlike weights. Pure: also
 * built into a userspace test.
 */
#ifndef _SARA_MH_H
#define _SARA_MH_H

#include <linux/bitops.h>
#include <linux/types.h>

#define SARA_MH_FRACTION	26	/* bits of a distance */

/**
 * sara_mh_mix() - the lot of a node for a session
 * @session: hash of what the session is told by
 * @node: hash of the node's name
 *
 * Context: any.
 * Return: as good as random for each pair, and the same everywhere.
 */
static inline u32 sara_mh_mix(u64 session, u64 node)
{
	u64 x = session ^ node;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	return x >> 32;
}

/**
 * sara_mh_distance() - how far a lot is from the best one
 * @lot: of a node
 *
 * -log2((@lot + 1) / 2^32), in a table with straight lines between. Lots are
 * even, so distances are exponential; divided by its weight, a node's distance
 * is the least of all with a probability of its weight over all weights.
 *
 * Context: any.
 * Return: the distance in parts of 1 << SARA_MH_FRACTION, 0 to 32 of these.
 */
static inline u32 sara_mh_distance(u32 lot)
{
	/* log2(1 + i / 64) */
	static const u32 log[] = {
		0, 1501079, 2979239, 4435170, 5869532, 7282953,
		8676036, 10049359, 11403474, 12738911, 14056177, 15355762,
		16638134, 17903742, 19153019, 20386381, 21604229, 22806948,
		23994909, 25168470, 26327977, 27473761, 28606143, 29725435,
		30831934, 31925930, 33007703, 34077521, 35135648, 36182335,
		37217828, 38242363, 39256169, 40259469, 41252479, 42235408,
		43208457, 44171825, 45125701, 46070271, 47005714, 47932205,
		48849915, 49759007, 50659643, 51551977, 52436163, 53312346,
		54180672, 55041278, 55894303, 56739877, 57578130, 58409188,
		59233172, 60050204, 60860398, 61663868, 62460725, 63251078,
		64035030, 64812686, 65584145, 66349506, 67108864,
	};
	u64 x = (u64)lot + 1;
	unsigned int e = fls64(x) - 1;
	u32 f = x << (32 - e);		/* without its leading one */
	u32 i = f >> 26, rest = f & ((1U << 26) - 1);
	u32 part = log[i] + ((u64)(log[i + 1] - log[i]) * rest >> 26);

	return ((32 - e) << SARA_MH_FRACTION) - part;
}

/**
 * sara_mh_better() - is a node drawn before another one?
 * @lot: the node's
 * @weight: likewise; not 0
 * @best: the other one's lot
 * @best_weight: likewise; not 0
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool sara_mh_better(u32 lot, u32 weight, u32 best,
				  u32 best_weight)
{
	if (weight == best_weight)
		return lot > best;
	return (u64)sara_mh_distance(lot) * best_weight <
	       (u64)sara_mh_distance(best) * weight;
}

#endif
