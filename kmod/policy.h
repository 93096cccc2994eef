/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: what the agent concludes of the loads, once per interval.
 */
#ifndef _SARA_POLICY_H
#define _SARA_POLICY_H

#include "sara.h"

struct netlink_ext_ack;
struct sara_node;

/**
 * struct sara_policy - the numbers that hold until the next push
 * @rcu: it is replaced, never changed but for @placed, @pending and @stale
 * @epoch: given by the agent; rises
 * @serial: given by us, never used again; which scores of nodes are its own
 * @pushed: jiffies when it came
 * @valid: jiffies for which it is good
 * @nodes: how many scores it has
 * @cost_max: the highest cost among them
 * @placed: sessions placed since; changed under &sara_net.lock
 * @pending: sessions that came to nodes with a score since, less those that
 *	went; likewise
 * @stale: its time is over; so that it stays over when jiffies wrap
 * @admits: what follows was given
 * @load: of the whole
 * @cost: load that a session brings to the whole
 * @t1: threshold, up to which nobody is refused
 * @t2: from which on all are
 * @t3: above which media are thinned
 * @c: from which on nothing passes
 */
struct sara_policy {
	struct rcu_head	rcu;
	u64		epoch;
	u64		serial;
	unsigned long	pushed;
	unsigned long	valid;
	u32		nodes;
	u32		cost_max;
	u32		placed;
	s32		pending;
	bool		stale;
	bool		admits;
	u32		load;
	u32		cost;
	u32		t1;
	u32		t2;
	u32		t3;
	u32		c;
};

/**
 * struct sara_policy_score - what a command says about a node
 * @node: without a reference
 * @score: its load
 * @cost: load that a session brings it
 */
struct sara_policy_score {
	struct sara_node	*node;
	u32			score;
	u32			cost;
};

/**
 * struct sara_policy_args - what a command says about the policy
 * @has: which of the numbers were given, bits by attribute number
 * @epoch: number of the policy
 * @valid: ms
 * @load: of the whole
 * @cost: of a session
 * @t1: threshold
 * @t2: threshold
 * @t3: threshold
 * @c: threshold
 * @nodes: entries of @scores
 * @scores: of nodes
 */
struct sara_policy_args {
	u32				has;
	u64				epoch;
	u32				valid;
	u32				load;
	u32				cost;
	u32				t1;
	u32				t2;
	u32				t3;
	u32				c;
	unsigned int			nodes;
	struct sara_policy_score	*scores;
};

int sara_policy_set(struct sara_net *sn, const struct sara_policy_args *args,
		    struct netlink_ext_ack *extack);
void sara_policy_forget(struct sara_net *sn);
bool sara_policy_is_stale(const struct sara_policy *policy);
struct sara_policy *sara_policy_locked(const struct sara_net *sn);
const struct sara_policy *sara_policy_valid(const struct sara_net *sn);
void sara_policy_placed(struct sara_net *sn);
void sara_policy_count(struct sara_net *sn, struct sara_node *node,
		       int sessions);
bool sara_policy_names(const struct sara_policy *policy,
		       const struct sara_node *node);
u32 sara_policy_load(const struct sara_policy *policy);
u32 sara_policy_p_new(const struct sara_policy *policy);
u32 sara_policy_p_est(const struct sara_policy *policy);
void sara_policy_expire(struct sara_net *sn);

#endif
