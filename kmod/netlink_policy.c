// SPDX-License-Identifier: GPL-2.0
/*
 * Commands for the policy.
 */
#include "netlink.h"
#include "netlink_put.h"
#include "node.h"
#include "policy.h"

static bool sara_nl_is_score(const struct nlattr *attr)
{
	return nla_type(attr) == SARA_A_POLICY_SCORE;
}

/*
 * The node of this name. The agent tells scores in the order of a dump: the
 * search begins after the last one that was found, so that it need not be long.
 */
static struct sara_node *sara_nl_score_node(struct sara_net *sn,
					    struct list_head *after,
					    const char *name)
{
	struct list_head *at = after;
	struct sara_node *node;

	do {
		at = at->next;
		if (at == &sn->nodes)
			continue;
		node = list_entry(at, struct sara_node, link);
		if (!strcmp(node->name, name))
			return node;
	} while (at != after);
	return NULL;
}

static int sara_nl_score(const struct nlattr *attr, struct sara_net *sn,
			 struct list_head *after,
			 struct sara_policy_score *score,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *s[SARA_A_SCORE_MAX + 1];
	const char *name;
	int err;

	err = nla_parse_nested(s, SARA_A_SCORE_MAX, attr, sara_score_nl_policy,
			       extack);
	if (err)
		return err;
	if (!s[SARA_A_SCORE_NODE] || !s[SARA_A_SCORE_SCORE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a score needs the name of its node, and the score");
		return -EINVAL;
	}
	name = nla_data(s[SARA_A_SCORE_NODE]);
	score->node = sara_nl_score_node(sn, after, name);
	if (!score->node) {
		sara_refuse(extack, "a score is of a node that does not exist",
			    "a score is of node %s, which does not exist",
			    name);
		return -ENOENT;
	}
	score->score = nla_get_u32(s[SARA_A_SCORE_SCORE]);
	score->cost = s[SARA_A_SCORE_COST] ?
		      nla_get_u32(s[SARA_A_SCORE_COST]) : 0;
	return 0;
}

/* &sara_net.mutex is held: so nodes stay. */
static int sara_nl_scores(struct genl_info *info, struct sara_net *sn,
			  struct sara_policy_args *args)
{
	struct nlattr *attr, *attrs = genlmsg_data(info->genlhdr);
	int rem, err, len = genlmsg_len(info->genlhdr);
	struct list_head *after = &sn->nodes;

	nla_for_each_attr(attr, attrs, len, rem) {
		struct sara_policy_score *score = &args->scores[args->nodes];

		if (!sara_nl_is_score(attr))
			continue;
		err = sara_nl_score(attr, sn, after, score, info->extack);
		if (err)
			return err;
		after = &score->node->link;
		args->nodes++;
	}
	return 0;
}

static int sara_nl_count_scores(struct genl_info *info, unsigned int *n)
{
	struct nlattr *attr, *attrs = genlmsg_data(info->genlhdr);
	int rem, len = genlmsg_len(info->genlhdr);
	unsigned int count = 0;

	nla_for_each_attr(attr, attrs, len, rem)
		count += sara_nl_is_score(attr);
	*n = count;
	if (count <= SARA_POLICY_NODES_MAX)
		return 0;
	sara_refuse(info->extack, "too many scores for one policy",
		    "%u scores came, a policy has at most %u", count,
		    SARA_POLICY_NODES_MAX);
	return -ENOSPC;
}

static void sara_nl_policy_number(struct genl_info *info, int attr, u32 *has,
				  u32 *value)
{
	if (sara_nl_wants(info, attr, has))
		*value = nla_get_u32(info->attrs[attr]);
}

/**
 * sara_nl_policy_set_doit() - a new policy
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: as sara_policy_set(), and ENOENT or ENOSPC.
 */
int sara_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_policy_args args = {};
	u32 *has = &args.has;
	unsigned int n;
	int err;

	if (sara_nl_wants(info, SARA_A_POLICY_EPOCH, has))
		args.epoch = nla_get_u64(info->attrs[SARA_A_POLICY_EPOCH]);
	sara_nl_policy_number(info, SARA_A_POLICY_VALID, has, &args.valid);
	sara_nl_policy_number(info, SARA_A_POLICY_LOAD, has, &args.load);
	sara_nl_policy_number(info, SARA_A_POLICY_COST, has, &args.cost);
	sara_nl_policy_number(info, SARA_A_POLICY_T1, has, &args.t1);
	sara_nl_policy_number(info, SARA_A_POLICY_T2, has, &args.t2);
	sara_nl_policy_number(info, SARA_A_POLICY_T3, has, &args.t3);
	sara_nl_policy_number(info, SARA_A_POLICY_C, has, &args.c);
	err = sara_nl_count_scores(info, &n);
	if (err)
		return err;
	args.scores = kvcalloc(n, sizeof(*args.scores), GFP_KERNEL);
	if (n && !args.scores)
		return -ENOMEM;
	mutex_lock(&sn->mutex);
	err = sara_nl_scores(info, sn, &args) ?:
	      sara_policy_set(sn, &args, info->extack);
	mutex_unlock(&sn->mutex);
	kvfree(args.scores);
	return err;
}

/**
 * sara_nl_policy_del_doit() - forget the policy
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0.
 */
int sara_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));

	mutex_lock(&sn->mutex);
	sara_policy_forget(sn);
	mutex_unlock(&sn->mutex);
	return 0;
}

/**
 * sara_nl_policy_get_doit() - the policy, but for its scores
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, ENOENT if there is none, ENOMEM.
 */
int sara_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_policy *policy;
	struct sk_buff *answer;
	void *hdr;
	int err;

	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rcu_read_lock();
	policy = rcu_dereference(sn->policy);
	err = policy ? sara_put_policy(answer, policy) : -ENOENT;
	rcu_read_unlock();
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "there is no policy: the agent has told none");
	return sara_nl_send(info, answer, hdr, err);
}

/* The nodes that have a score; &sara_net.mutex is held. */
static void sara_nl_dump_scores(struct sk_buff *skb,
				struct netlink_callback *cb,
				const struct sara_net *sn,
				const struct sara_policy *policy)
{
	const struct sara_node *node;
	long at = 0;
	void *hdr;

	list_for_each_entry(node, &sn->nodes, link) {
		if (at++ < cb->args[0])
			continue;
		if (sara_policy_names(policy, node)) {
			hdr = sara_nl_dump_begin(skb, cb);
			if (!hdr)
				return;
			if (sara_put_score(skb, node)) {
				genlmsg_cancel(skb, hdr);
				return;
			}
			genlmsg_end(skb, hdr);
		}
		cb->args[0] = at;
	}
}

/**
 * sara_nl_policy_get_dumpit() - the policy's scores
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: bytes, 0 at the end.
 */
int sara_nl_policy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sara_net *sn = sara_net(sock_net(cb->skb->sk));
	const struct sara_policy *policy;

	mutex_lock(&sn->mutex);
	policy = rcu_dereference_protected(sn->policy,
					   lockdep_is_held(&sn->mutex));
	/* Of one policy and one set of nodes, or it is interrupted. */
	cb->seq = (sn->generation + (u32)sn->policy_serial) ?: 1;
	if (policy)
		sara_nl_dump_scores(skb, cb, sn, policy);
	mutex_unlock(&sn->mutex);
	return skb->len;
}
