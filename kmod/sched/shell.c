// SPDX-License-Identifier: GPL-2.0
/*
 * Scores of the agent: the node with the least load, as it was foreseen (the
 * paper's shell algorithm) and with what came and went since. Without that
 * all new sessions of an interval would meet the same node. Among equals, and
 * while there is no valid policy, it is as wlc does.
 */
#include "../load.h"
#include "../node.h"
#include "../policy.h"
#include "sched.h"

static u64 sara_shell_load(const struct sara_policy *policy,
			   const struct sara_node *node)
{
	if (!sara_policy_names(policy, node))
		return SARA_LOAD_ONE;
	return sara_load_of_node(node->score, node->cost, node->pending,
				 READ_ONCE(node->weight) ?: 1);
}

/* &sara_service.sched_data is as wlc's. */
static struct sara_node *sara_shell_pick(struct sara_service *service,
					 const struct sara_key *flow,
					 const struct sara_call_name *call,
					 enum sara_placement *how)
{
	const struct sara_policy *policy = sara_policy_valid(service->sn);
	struct sara_node *node, *best = NULL;
	u32 last = service->sched_data;
	struct sara_candidates c;
	u64 load, least = 0;

	if (!policy) {
		node = sara_sched_wlc.pick(service, flow, call, how);
		*how = SARA_PLACEMENT_SHELL_STALE;
		if (node)
			sara_stats_inc(service->sn, SARA_A_STATS_PLACED_STALE);
		return node;
	}
	*how = SARA_PLACEMENT_SHELL;
	sara_candidates_init(&c, service);
	while ((node = sara_candidates_next(&c))) {
		load = sara_shell_load(policy, node);
		if (!best || load < least ||
		    (load == least && sara_wlc_better(node, best, last))) {
			best = node;
			least = load;
		}
	}
	if (best)
		service->sched_data = best->id;
	return best;
}

const struct sara_scheduler sara_sched_shell = {
	.name = "shell",
	.pick = sara_shell_pick,
};
