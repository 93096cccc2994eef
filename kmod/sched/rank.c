// SPDX-License-Identifier: GPL-2.0
/*
 * Ranks of nodes. A rank changes where a session begins or ends, a policy
 * comes, or a node is changed: so a choice only reads. &sara_net.ranks has one
 * for each configured node, in the order of their ids.
 */
#include "rank.h"

#include <linux/slab.h>

#include "../load.h"
#include "../node.h"
#include "../policy.h"
#include "../service.h"

static const struct sara_rank sara_rank_none = { U64_MAX, U64_MAX, NULL };

static u64 sara_rank_load(const struct sara_policy *policy,
			  const struct sara_node *node, u32 weight)
{
	if (!policy)
		return 0;
	if (!sara_policy_names(policy, node))
		return SARA_LOAD_ONE;
	return sara_load_of_node(node->score, node->cost, node->pending,
				 weight);
}

static void sara_rank_compute(const struct sara_net *sn, struct sara_rank *rank)
{
	const struct sara_node *node = rank->node;
	u32 weight = READ_ONCE(node->weight);

	if (!weight || !sara_node_eligible(node)) {
		rank->load = sara_rank_none.load;
		rank->sessions = sara_rank_none.sessions;
		return;
	}
	rank->load = sara_rank_load(sara_policy_locked(sn), node, weight);
	rank->sessions = sara_load_of_sessions(node->sessions, weight);
}

/**
 * sara_rank_update() - something that a node is compared by has changed
 * @node: the node; nothing is done for one that is not configured any more, or
 *	not yet
 *
 * Context: &sara_net.lock held.
 */
void sara_rank_update(struct sara_node *node)
{
	struct sara_net *sn = node->sn;

	lockdep_assert_held(&sn->lock);
	if (node->rank != SARA_RANK_NONE)
		sara_rank_compute(sn, &sn->ranks[node->rank]);
}

/**
 * sara_rank_update_all() - the policy has changed
 * @sn: the namespace
 *
 * Context: &sara_net.lock held.
 */
void sara_rank_update_all(struct sara_net *sn)
{
	unsigned int i;

	lockdep_assert_held(&sn->lock);
	for (i = 0; i < sn->n_ranks; i++)
		sara_rank_compute(sn, &sn->ranks[i]);
}

/**
 * sara_rank_add() - from now on a node is chosen
 * @node: the node, the newest of its namespace
 *
 * Context: process, &sara_net.mutex held. Takes &sara_net.lock.
 * Return: 0 or ENOMEM.
 */
int sara_rank_add(struct sara_node *node)
{
	struct sara_net *sn = node->sn;
	struct sara_rank *ranks, *old = sn->ranks;
	u32 n = sn->n_ranks;

	lockdep_assert_held(&sn->mutex);
	ranks = kvmalloc_array(n + 1, sizeof(*ranks), GFP_KERNEL_ACCOUNT);
	if (!ranks)
		return -ENOMEM;
	spin_lock_bh(&sn->lock);
	memcpy(ranks, old, n * sizeof(*ranks));
	ranks[n].node = node;
	node->rank = n;
	sn->ranks = ranks;
	sn->n_ranks = n + 1;
	sara_rank_update(node);
	spin_unlock_bh(&sn->lock);
	kvfree(old);
	return 0;
}

/**
 * sara_rank_del() - a node is not chosen any more
 * @node: the node
 *
 * Context: &sara_net.lock held.
 */
void sara_rank_del(struct sara_node *node)
{
	struct sara_net *sn = node->sn;
	u32 i = node->rank;

	lockdep_assert_held(&sn->lock);
	sn->n_ranks--;
	for (; i < sn->n_ranks; i++) {
		sn->ranks[i] = sn->ranks[i + 1];
		sn->ranks[i].node->rank = i;
	}
	node->rank = SARA_RANK_NONE;
}

static __always_inline u64 sara_rank_key(const struct sara_rank *rank,
					 bool by_load)
{
	return by_load ? rank->load : rank->sessions;
}

static __always_inline bool sara_rank_less(const struct sara_rank *a,
					   const struct sara_rank *b,
					   bool by_load)
{
	if (sara_rank_key(a, by_load) != sara_rank_key(b, by_load))
		return sara_rank_key(a, by_load) < sara_rank_key(b, by_load);
	return by_load && a->sessions < b->sessions;
}

/*
 * The least of a part of all nodes, if it is less than @least. With many nodes
 * this loop is what a choice costs: one comparison with what is in a register
 * for a node that is not less.
 */
static __always_inline const struct sara_rank *
sara_rank_least(const struct sara_rank *rank, const struct sara_rank *end,
		const struct sara_rank *least, bool by_load)
{
	u64 least_key = sara_rank_key(least, by_load), key;

#pragma GCC unroll 4
	for (; rank != end; rank++) {
		key = sara_rank_key(rank, by_load);
		if (likely(by_load ? key > least_key : key >= least_key) ||
		    !sara_rank_less(rank, least, by_load))
			continue;
		least = rank;
		least_key = key;
	}
	return least;
}

static __always_inline struct sara_node *
sara_rank_pick_of_all(const struct sara_net *sn, u64 *next, bool by_load)
{
	const struct sara_rank *ranks = sn->ranks, *end = ranks + sn->n_ranks;
	const struct sara_rank *first, *least;

	first = ranks + (*next < sn->n_ranks ? *next : 0);
	least = sara_rank_least(first, end, &sara_rank_none, by_load);
	least = sara_rank_least(ranks, first, least, by_load);
	if (least->node)
		*next = least - ranks + 1;
	return least->node;
}

/* A pool's nodes are configured ones: each has a rank. */
static __always_inline struct sara_node *
sara_rank_pick_of_pool(const struct sara_net *sn, const struct sara_pool *pool,
		       u64 *next, bool by_load)
{
	unsigned int first = *next < pool->count ? *next : 0;
	const struct sara_rank *least = &sara_rank_none, *rank;
	unsigned int i, at;

	for (i = 0; i < pool->count; i++) {
		at = first + i < pool->count ? first + i :
					       first + i - pool->count;
		rank = &sn->ranks[pool->node[at]->rank];
		if (!sara_rank_less(rank, least, by_load))
			continue;
		least = rank;
		*next = at + 1;
	}
	return least->node;
}

/*
 * &sara_service.sched_data is the place after the one that was chosen last.
 * There the next choice begins, so that among equals they take turns, and short
 * sessions, each over before the next one comes, do not all meet the same node.
 */
static __always_inline struct sara_node *
sara_rank_pick(struct sara_service *service, bool by_load)
{
	const struct sara_pool *pool = rcu_dereference(service->pool);

	lockdep_assert_held(&service->sn->lock);
	if (pool->all)
		return sara_rank_pick_of_all(service->sn, &service->sched_data,
					     by_load);
	return sara_rank_pick_of_pool(service->sn, pool, &service->sched_data,
				      by_load);
}

/**
 * sara_rank_pick_by_load() - the node with the least load
 * @service: for a session of which
 *
 * Context: &sara_net.lock held, RCU read side.
 * Return: among equals the one with the fewest sessions for its weight; NULL if
 * none is eligible.
 */
struct sara_node *sara_rank_pick_by_load(struct sara_service *service)
{
	return sara_rank_pick(service, true);
}

/**
 * sara_rank_pick_by_sessions() - the node with the fewest sessions
 * @service: for a session of which
 *
 * Context: &sara_net.lock held, RCU read side.
 * Return: the node that would have the fewest for its weight with this one;
 * NULL if none is eligible.
 */
struct sara_node *sara_rank_pick_by_sessions(struct sara_service *service)
{
	return sara_rank_pick(service, false);
}

/**
 * sara_rank_net_exit() - free what is left of a namespace without nodes
 * @sn: the namespace
 *
 * Context: process.
 */
void sara_rank_net_exit(struct sara_net *sn)
{
	kvfree(sn->ranks);
}
