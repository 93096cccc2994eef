// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted round robin. A round has as many turns as the highest weight; in
 * turn t, counted down, each node of weight t or more gets one session, in the
 * order of their ids. So a node of weight 3 gets three sessions where one of
 * weight 1 gets one.
 */
#include "../node.h"
#include "sched.h"

/* The node after @last, in the order of ids, that has this turn. */
static struct sara_node *sara_wrr_after(struct sara_service *service, u32 last,
					u32 turn)
{
	struct sara_node *node, *best = NULL;
	struct sara_candidates c;

	sara_candidates_init(&c, service);
	while ((node = sara_candidates_next(&c)))
		if (node->id > last && READ_ONCE(node->weight) >= turn &&
		    (!best || node->id < best->id))
			best = node;
	return best;
}

static u32 sara_wrr_turns(struct sara_service *service)
{
	struct sara_candidates c;
	struct sara_node *node;
	u32 turns = 0;

	sara_candidates_init(&c, service);
	while ((node = sara_candidates_next(&c)))
		turns = max(turns, READ_ONCE(node->weight));
	return turns;
}

/*
 * &sara_service.sched_data is the turn in its upper half, and in its lower
 * half the id of the node that had it last. Weights and nodes may have changed
 * since: a turn that is too high begins the round anew.
 */
static struct sara_node *sara_wrr_pick(struct sara_service *service,
				       const struct sara_key *flow,
				       const struct sara_call_name *call,
				       enum sara_placement *how)
{
	u32 turn = upper_32_bits(service->sched_data);
	u32 last = lower_32_bits(service->sched_data);
	u32 turns = sara_wrr_turns(service);
	struct sara_node *node;

	*how = SARA_PLACEMENT_WRR;
	if (!turns)
		return NULL;
	if (!turn || turn > turns) {
		turn = turns;
		last = 0;
	}
	node = sara_wrr_after(service, last, turn);
	if (!node) {
		turn = turn > 1 ? turn - 1 : turns;
		node = sara_wrr_after(service, 0, turn);
	}
	if (!node) {	/* the heaviest has just gone */
		turn = 1;
		node = sara_wrr_after(service, 0, turn);
	}
	if (node)
		service->sched_data = (u64)turn << 32 | node->id;
	return node;
}

const struct sara_scheduler sara_sched_wrr = {
	.name = "wrr",
	.pick = sara_wrr_pick,
};
