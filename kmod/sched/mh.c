// SPDX-License-Identifier: GPL-2.0
/*
 * By hash: a session goes where its own name says, the same at all dispatchers
 * that have the same nodes, so that two of them that have not heard of each
 * other's sessions yet agree. When a node goes only its sessions are placed
 * otherwise, when one comes only those that become its own. What IPVS's mh
 * does with Maglev's table: here the nodes are looked at one by one, as every
 * scheduler does, and the one with the highest lot by its weight wins
 * (Thaler and Ravishankar, 1998), which needs no table to be kept.
 *
 * The hash has no secret, since it must be the same elsewhere: who chooses
 * ports or Call-IDs can choose a node.
 */
#include <linux/siphash.h>
#include <linux/string.h>

#include "../call.h"
#include "../node.h"
#include "mh.h"
#include "sched.h"

static const siphash_key_t sara_mh_key = { { 0x73617261, 0x6d68 } };

/**
 * sara_mh_name() - what a node is told by, wherever it is
 * @name: of the node
 *
 * Context: any.
 * Return: a hash of it.
 */
u64 sara_mh_name(const char *name)
{
	return siphash(name, strlen(name), &sara_mh_key);
}

/* What the session is told by. A call's key is of this kernel alone. */
static u64 sara_mh_session(const struct sara_service *service,
			   const struct sara_key *flow,
			   const struct sara_call_name *call)
{
	if (call)
		return siphash(call->id.text, call->id.len, &sara_mh_key);
	if (service->key == SARA_KEY_SOURCE)
		return siphash(&flow->src, sizeof(flow->src), &sara_mh_key);
	return siphash(flow, sizeof(*flow), &sara_mh_key);
}

static struct sara_node *sara_mh_pick(struct sara_service *service,
				      const struct sara_key *flow,
				      const struct sara_call_name *call,
				      enum sara_placement *how)
{
	u64 session = sara_mh_session(service, flow, call);
	struct sara_node *node, *best = NULL;
	u32 lot, weight, highest = 0, of = 1;
	struct sara_candidates c;

	*how = SARA_PLACEMENT_MH;
	sara_candidates_init(&c, service);
	while ((node = sara_candidates_next(&c))) {
		lot = sara_mh_mix(session, node->lot);
		weight = READ_ONCE(node->weight) ?: 1;
		if (best && !sara_mh_better(lot, weight, highest, of))
			continue;
		best = node;
		highest = lot;
		of = weight;
	}
	return best;
}

const struct sara_scheduler sara_sched_mh = {
	.name = "mh",
	.pick = sara_mh_pick,
};
