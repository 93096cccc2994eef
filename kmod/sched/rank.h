/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ranks: what wlc and shell compare nodes by, side by side, so that a choice
 * among many nodes reads a few cache lines and computes nothing.
 */
#ifndef _SARA_RANK_H
#define _SARA_RANK_H

#include <linux/limits.h>
#include <linux/types.h>

/* &sara_node.rank of a node that is not chosen: not yet, or not any more. */
#define SARA_RANK_NONE	U32_MAX

struct sara_net;
struct sara_node;
struct sara_service;

/**
 * struct sara_rank - what a node is compared by
 * @load: as the policy has it, with what came and went since; U64_MAX for a
 *	node that gets no new session
 * @sessions: as sara_load_of_sessions(); likewise
 * @node: the node, without a reference
 */
struct sara_rank {
	u64			load;
	u64			sessions;
	struct sara_node	*node;
};

int sara_rank_add(struct sara_node *node);
void sara_rank_del(struct sara_node *node);
void sara_rank_update(struct sara_node *node);
void sara_rank_update_all(struct sara_net *sn);
void sara_rank_net_exit(struct sara_net *sn);
struct sara_node *sara_rank_pick_by_load(struct sara_service *service);
struct sara_node *sara_rank_pick_by_sessions(struct sara_service *service);

#endif
