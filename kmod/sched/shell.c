// SPDX-License-Identifier: GPL-2.0
/*
 * Scores of the agent: the node with the least load, as it was foreseen (the
 * paper's shell algorithm) and with what came and went since. Without that
 * all new sessions of an interval would meet the same node. Among equals, and
 * while there is no valid policy, it is as wlc does.
 */
#include "../policy.h"
#include "rank.h"
#include "sched.h"

static struct sara_node *sara_shell_pick(struct sara_service *service,
					 const struct sara_key *flow,
					 const struct sara_call_name *call,
					 enum sara_placement *how)
{
	struct sara_node *node;

	if (sara_policy_valid(service->sn)) {
		*how = SARA_PLACEMENT_SHELL;
		return sara_rank_pick_by_load(service);
	}
	*how = SARA_PLACEMENT_SHELL_STALE;
	node = sara_rank_pick_by_sessions(service);
	if (node)
		sara_stats_inc(service->sn, SARA_A_STATS_PLACED_STALE);
	return node;
}

const struct sara_scheduler sara_sched_shell = {
	.name = "shell",
	.pick = sara_shell_pick,
};
