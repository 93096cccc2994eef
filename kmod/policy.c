// SPDX-License-Identifier: GPL-2.0
/*
 * The policy. It comes as a whole: what a packet sees is of one push. A score
 * stands in its node and says of which policy it is, so that one which is not
 * repeated is over, and a node that goes takes its score along.
 */
#include "policy.h"

#include <linux/netlink.h>

#include "load.h"
#include "node.h"
#include "sched/rank.h"

#define SARA_POLICY_VALID	3000	/* ms, unless it says otherwise */
#define SARA_POLICY_VALID_MAX	600000

/* What admission needs comes together. */
#define SARA_POLICY_ADMISSION	(BIT(SARA_A_POLICY_LOAD) |	\
				 BIT(SARA_A_POLICY_COST) |	\
				 BIT(SARA_A_POLICY_T1) |	\
				 BIT(SARA_A_POLICY_T2) |	\
				 BIT(SARA_A_POLICY_T3) |	\
				 BIT(SARA_A_POLICY_C))

static int sara_policy_check_epoch(const struct sara_policy_args *args,
				   const struct sara_policy *old,
				   struct netlink_ext_ack *extack)
{
	if (!(args->has & BIT(SARA_A_POLICY_EPOCH)) || !args->epoch) {
		NL_SET_ERR_MSG(extack,
			       "a policy needs an epoch: a number, from 1 on, that rises");
		return -EINVAL;
	}
	if (!old || args->epoch > old->epoch)
		return 0;
	sara_refuse(extack, "the epoch must be higher than the last one",
		    "epoch %llu came, but %llu holds: give a higher one",
		    args->epoch, old->epoch);
	return -EINVAL;
}

static int sara_policy_check_valid(const struct sara_policy_args *args,
				   struct netlink_ext_ack *extack)
{
	if (!(args->has & BIT(SARA_A_POLICY_VALID)) ||
	    args->valid <= SARA_POLICY_VALID_MAX)
		return 0;
	NL_SET_ERR_MSG(extack, "a policy is valid for 10 minutes at most");
	return -EINVAL;
}

static int sara_policy_check_admission(const struct sara_policy_args *args,
				       struct netlink_ext_ack *extack)
{
	u32 given = args->has & SARA_POLICY_ADMISSION;

	if (!given)
		return 0;
	if (given != SARA_POLICY_ADMISSION) {
		NL_SET_ERR_MSG(extack,
			       "load, cost, t1, t2, t3 and c are given together or not at all");
		return -EINVAL;
	}
	if (args->load > SARA_SCORE_MAX) {
		NL_SET_ERR_MSG(extack, "a load is from 0 to 16");
		return -EINVAL;
	}
	if (args->cost > SARA_LOAD_ONE) {
		NL_SET_ERR_MSG(extack, "the cost of a session is from 0 to 1");
		return -EINVAL;
	}
	if (args->t1 < args->t2 && args->t2 < args->t3 && args->t3 < args->c &&
	    args->c <= SARA_LOAD_ONE)
		return 0;
	NL_SET_ERR_MSG(extack,
		       "the thresholds must rise: T1 < T2 < T3 < C, and C is 1 at most");
	return -EINVAL;
}

static int sara_policy_check_scores(struct sara_net *sn,
				    const struct sara_policy_args *args,
				    struct netlink_ext_ack *extack)
{
	unsigned int i;

	sn->policy_mark++;
	for (i = 0; i < args->nodes; i++) {
		const struct sara_policy_score *score = &args->scores[i];

		if (score->node->policy_mark == sn->policy_mark) {
			sara_refuse(extack, "a node has two scores",
				    "node %s has two scores",
				    score->node->name);
			return -EINVAL;
		}
		score->node->policy_mark = sn->policy_mark;
		if (score->score > SARA_SCORE_MAX) {
			sara_refuse(extack, "a score is a load from 0 to 16",
				    "the score of node %s is not from 0 to 16",
				    score->node->name);
			return -EINVAL;
		}
		if (score->cost > SARA_LOAD_ONE) {
			sara_refuse(extack,
				    "the cost of a session is from 0 to 1",
				    "the cost of a session on node %s is not from 0 to 1",
				    score->node->name);
			return -EINVAL;
		}
	}
	return 0;
}

static struct sara_policy *sara_policy_of(const struct sara_net *sn)
{
	return rcu_dereference_protected(sn->policy,
					 lockdep_is_held(&sn->mutex));
}

/* One critical section, so that placement sees the old scores or the new. */
static void sara_policy_swap(struct sara_net *sn, struct sara_policy *policy,
			     const struct sara_policy_args *args)
{
	struct sara_policy *old = sara_policy_of(sn);
	unsigned int i;

	spin_lock_bh(&sn->lock);
	for (i = 0; args && i < args->nodes; i++) {
		struct sara_node *node = args->scores[i].node;

		node->score = args->scores[i].score;
		node->cost = args->scores[i].cost;
		node->pending = 0;
		node->scored = policy->serial;
	}
	rcu_assign_pointer(sn->policy, policy);
	sara_rank_update_all(sn);
	WRITE_ONCE(sn->thinning, policy && sara_policy_p_est(policy));
	spin_unlock_bh(&sn->lock);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * sara_policy_set() - a new policy replaces the last one
 * @sn: the namespace
 * @args: all of it; nodes are configured ones
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held. Takes &sara_net.lock.
 * Return: 0; EINVAL for an epoch or thresholds that do not rise, a part of what
 * belongs together, a node with two scores or a number out of range; ENOMEM.
 * The old one holds on then.
 */
int sara_policy_set(struct sara_net *sn, const struct sara_policy_args *args,
		    struct netlink_ext_ack *extack)
{
	struct sara_policy *policy;
	unsigned int i;
	u32 valid;
	int err;

	lockdep_assert_held(&sn->mutex);
	err = sara_policy_check_epoch(args, sara_policy_of(sn), extack) ?:
	      sara_policy_check_valid(args, extack) ?:
	      sara_policy_check_admission(args, extack) ?:
	      sara_policy_check_scores(sn, args, extack);
	if (err)
		return err;
	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return -ENOMEM;
	valid = args->has & BIT(SARA_A_POLICY_VALID) ? args->valid :
						       SARA_POLICY_VALID;
	policy->epoch = args->epoch;
	policy->serial = ++sn->policy_serial;
	policy->pushed = jiffies;
	policy->valid = msecs_to_jiffies(valid);
	policy->nodes = args->nodes;
	for (i = 0; i < args->nodes; i++)
		policy->cost_max = max(policy->cost_max, args->scores[i].cost);
	policy->admits = args->has & SARA_POLICY_ADMISSION;
	policy->load = args->load;
	policy->cost = args->cost;
	policy->t1 = args->t1;
	policy->t2 = args->t2;
	policy->t3 = args->t3;
	policy->c = args->c;
	sara_policy_swap(sn, policy, args);
	return 0;
}

/**
 * sara_policy_forget() - there is no policy any more
 * @sn: the namespace
 *
 * Context: process, &sara_net.mutex held. Takes &sara_net.lock.
 */
void sara_policy_forget(struct sara_net *sn)
{
	lockdep_assert_held(&sn->mutex);
	sara_policy_swap(sn, NULL, NULL);
}

/**
 * sara_policy_is_stale() - is the time of a policy over?
 * @policy: the policy, under RCU
 *
 * Context: any.
 * Return: true if so.
 */
bool sara_policy_is_stale(const struct sara_policy *policy)
{
	return READ_ONCE(policy->stale) ||
	       time_after_eq(jiffies, policy->pushed + policy->valid);
}

/**
 * sara_policy_valid() - the policy, if it is good
 * @sn: the namespace
 *
 * Context: RCU read side.
 * Return: the policy, valid until rcu_read_unlock(), or NULL if there is none
 * or it is stale.
 */
const struct sara_policy *sara_policy_valid(const struct sara_net *sn)
{
	const struct sara_policy *policy = rcu_dereference(sn->policy);

	return policy && !sara_policy_is_stale(policy) ? policy : NULL;
}

/**
 * sara_policy_locked() - the policy, whether or not its time is over
 * @sn: the namespace
 *
 * Context: &sara_net.lock held, under which it is replaced.
 * Return: the policy, valid until the lock is released, or NULL.
 */
struct sara_policy *sara_policy_locked(const struct sara_net *sn)
{
	return rcu_dereference_protected(sn->policy,
					 lockdep_is_held(&sn->lock));
}

/**
 * sara_policy_placed() - a session was placed
 * @sn: the namespace
 *
 * Context: &sara_net.lock held.
 */
void sara_policy_placed(struct sara_net *sn)
{
	struct sara_policy *policy = sara_policy_locked(sn);

	if (policy)
		WRITE_ONCE(policy->placed, policy->placed + 1);
}

/**
 * sara_policy_count() - sessions came to a node, or are over
 * @sn: the namespace
 * @node: the node
 * @sessions: how many came; below 0 if they are over
 *
 * A load is measured twice a second at best: what begins and ends in between
 * is known here, to the session. What ends on a node without a score makes no
 * room, as that node is not part of the load.
 *
 * Context: &sara_net.lock held.
 */
void sara_policy_count(struct sara_net *sn, struct sara_node *node,
		       int sessions)
{
	struct sara_policy *policy = sara_policy_locked(sn);

	if (!policy)
		return;
	if (node->scored != policy->serial) {
		if (sessions < 0)
			return;
		/* Without a score it is counted from its first session on. */
		node->score = SARA_LOAD_ONE;
		node->cost = policy->cost_max;
		node->pending = 0;
		node->scored = policy->serial;
	}
	WRITE_ONCE(policy->pending, policy->pending + sessions);
	WRITE_ONCE(node->pending, node->pending + sessions);
}

/**
 * sara_policy_names() - does a policy have a score of a node?
 * @policy: the policy
 * @node: the node
 *
 * Context: &sara_net.lock held, or &sara_net.mutex.
 * Return: true if so.
 */
bool sara_policy_names(const struct sara_policy *policy,
		       const struct sara_node *node)
{
	return READ_ONCE(node->scored) == policy->serial;
}

/**
 * sara_policy_load() - the load with the sessions that came and went since
 * @policy: with what admission needs
 *
 * Context: any.
 * Return: the load.
 */
u32 sara_policy_load(const struct sara_policy *policy)
{
	return sara_load_with(policy->load, policy->cost,
			      READ_ONCE(policy->pending));
}

/**
 * sara_policy_p_new() - how likely a new session is refused
 * @policy: a policy that is not stale
 *
 * Context: any.
 * Return: the probability.
 */
u32 sara_policy_p_new(const struct sara_policy *policy)
{
	if (!policy->admits)
		return 0;
	return sara_load_ramp(sara_policy_load(policy), policy->t1, policy->t2);
}

/**
 * sara_policy_p_est() - how likely a packet of a known session's media is
 *	dropped
 * @policy: a policy that is not stale
 *
 * By the load as it was measured: what came since has no media yet.
 *
 * Context: any.
 * Return: the probability; at SARA_LOAD_ONE signalling is dropped, too.
 */
u32 sara_policy_p_est(const struct sara_policy *policy)
{
	if (!policy->admits)
		return 0;
	return sara_load_ramp(policy->load, policy->t3, policy->c);
}

/**
 * sara_policy_expire() - note that the time of a policy is over
 * @sn: the namespace
 *
 * Without it all is well, until jiffies wrap; and packets look at a policy in
 * vain.
 *
 * Context: process. Takes &sara_net.lock.
 */
void sara_policy_expire(struct sara_net *sn)
{
	struct sara_policy *policy;

	spin_lock_bh(&sn->lock);
	rcu_read_lock();
	policy = rcu_dereference(sn->policy);
	if (policy && sara_policy_is_stale(policy)) {
		WRITE_ONCE(policy->stale, true);
		WRITE_ONCE(sn->thinning, false);
	}
	rcu_read_unlock();
	spin_unlock_bh(&sn->lock);
}
