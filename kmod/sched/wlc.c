// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least sessions: the node that would have the fewest sessions for
 * its weight with this one. Among equals they take turns, so that short
 * sessions, each over before the next one comes, do not all meet the first
 * node.
 */
#include "../node.h"
#include "sched.h"

/**
 * sara_wlc_better() - would this node be less busy with one more session?
 * @a: the node; not of weight 0
 * @b: the one that it is compared with; likewise
 * @last: id of the node that was chosen last
 *
 * Context: &sara_net.lock held.
 * Return: true if @a is to be preferred.
 */
bool sara_wlc_better(const struct sara_node *a, const struct sara_node *b,
		     u32 last)
{
	u64 load_a = ((u64)a->sessions + 1) * READ_ONCE(b->weight);
	u64 load_b = ((u64)b->sessions + 1) * READ_ONCE(a->weight);

	if (load_a != load_b)
		return load_a < load_b;
	/* The distance from the node after the last, in a circle of ids. */
	return a->id - (last + 1) < b->id - (last + 1);
}

/* &sara_service.sched_data is the id of the node that was chosen last. */
static struct sara_node *sara_wlc_pick(struct sara_service *service,
				       const struct sara_key *flow,
				       const struct sara_call_name *call,
				       enum sara_placement *how)
{
	struct sara_node *node, *best = NULL;
	u32 last = service->sched_data;
	struct sara_candidates c;

	*how = SARA_PLACEMENT_WLC;
	sara_candidates_init(&c, service);
	while ((node = sara_candidates_next(&c)))
		if (!best || sara_wlc_better(node, best, last))
			best = node;
	if (best)
		service->sched_data = best->id;
	return best;
}

const struct sara_scheduler sara_sched_wlc = {
	.name = "wlc",
	.pick = sara_wlc_pick,
};
