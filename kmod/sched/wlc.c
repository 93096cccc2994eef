// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least sessions: the node that would have the fewest sessions for
 * its weight with this one. Among equals they take turns.
 */
#include "rank.h"
#include "sched.h"

static struct sara_node *sara_wlc_pick(struct sara_service *service,
				       const struct sara_key *flow,
				       const struct sara_call_name *call,
				       enum sara_placement *how)
{
	*how = SARA_PLACEMENT_WLC;
	return sara_rank_pick_by_sessions(service);
}

const struct sara_scheduler sara_sched_wlc = {
	.name = "wlc",
	.pick = sara_wlc_pick,
};
