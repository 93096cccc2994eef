/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Schedulers: how a node is chosen for a new session.
 */
#ifndef _SARA_SCHED_H
#define _SARA_SCHED_H

#include "../service.h"

struct sara_call_name;
struct sara_node;

/**
 * struct sara_scheduler - one way to choose
 * @name: as in commands
 * @pick: choose among the nodes of @service that are eligible
 *	(sara_node_eligible()) for a session with this first flow, or of this
 *	call (else NULL), and say how; called under &sara_net.lock and
 *	RCU, may use &sara_service.sched_data; returns NULL when there is none,
 *	takes no reference
 */
struct sara_scheduler {
	const char		*name;
	struct sara_node	*(*pick)(struct sara_service *service,
					 const struct sara_key *flow,
					 const struct sara_call_name *call,
					 enum sara_placement *how);
};

extern const struct sara_scheduler sara_sched_wlc;
extern const struct sara_scheduler sara_sched_wrr;
extern const struct sara_scheduler sara_sched_shell;
extern const struct sara_scheduler sara_sched_mh;

u64 sara_mh_name(const char *name);

const struct sara_scheduler *sara_sched_find(const char *name);

/**
 * struct sara_candidates - a walk over the eligible nodes of a service
 * @pool: of the service
 * @nodes: all nodes of the namespace
 * @at: position in @nodes
 * @next: position in @pool
 */
struct sara_candidates {
	const struct sara_pool	*pool;
	const struct list_head	*nodes;
	const struct list_head	*at;
	unsigned int		next;
};

void sara_candidates_init(struct sara_candidates *c,
			  const struct sara_service *service);
struct sara_node *sara_candidates_next(struct sara_candidates *c);

#endif
