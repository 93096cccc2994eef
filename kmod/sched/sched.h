/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Schedulers: how a node is chosen for a new session.
 */
#ifndef _SARA_SCHED_H
#define _SARA_SCHED_H

#include "../service.h"

struct sara_node;

/**
 * struct sara_scheduler - one way to choose
 * @name: as in commands
 * @pick: choose among the nodes of @service that are eligible
 *	(sara_node_eligible()); called under &sara_net.lock and RCU, may use
 *	&sara_service.sched_data; returns NULL when there is none, takes no
 *	reference
 */
struct sara_scheduler {
	const char		*name;
	struct sara_node	*(*pick)(struct sara_service *service,
					 const struct sara_key *flow);
};

extern const struct sara_scheduler sara_sched_wlc;
extern const struct sara_scheduler sara_sched_wrr;

const struct sara_scheduler *sara_sched_find(const char *name);

#endif
