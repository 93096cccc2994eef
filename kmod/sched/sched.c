// SPDX-License-Identifier: GPL-2.0
/*
 * The schedulers there are, and the nodes they choose from.
 */
#include "sched.h"

#include "../node.h"

static const struct sara_scheduler * const sara_schedulers[] = {
	&sara_sched_wlc,
	&sara_sched_wrr,
	&sara_sched_shell,
	&sara_sched_mh,
};

/**
 * sara_sched_find() - a scheduler by name
 * @name: as in commands
 *
 * Context: any.
 * Return: the scheduler, or NULL.
 */
const struct sara_scheduler *sara_sched_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sara_schedulers); i++)
		if (!strcmp(sara_schedulers[i]->name, name))
			return sara_schedulers[i];
	return NULL;
}

/**
 * sara_candidates_init() - begin to look at the nodes of a service
 * @c: where the position is kept
 * @service: whose nodes
 *
 * Context: &sara_net.lock held, RCU read side.
 */
void sara_candidates_init(struct sara_candidates *c,
			  const struct sara_service *service)
{
	c->pool = rcu_dereference(service->pool);
	c->nodes = &service->sn->nodes;
	c->at = c->nodes;
	c->next = 0;
}

static struct sara_node *sara_candidates_step(struct sara_candidates *c)
{
	if (!c->pool->all) {
		if (c->next == c->pool->count)
			return NULL;
		return c->pool->node[c->next++];
	}
	c->at = rcu_dereference(list_next_rcu(c->at));
	if (c->at == c->nodes)
		return NULL;
	return list_entry(c->at, struct sara_node, link);
}

/**
 * sara_candidates_next() - the next node that may get a new session
 * @c: the position
 *
 * Context: as sara_candidates_init().
 * Return: an eligible node, without a reference, or NULL at the end.
 */
struct sara_node *sara_candidates_next(struct sara_candidates *c)
{
	struct sara_node *node;

	do {
		node = sara_candidates_step(c);
	} while (node && !sara_node_eligible(node));
	return node;
}
