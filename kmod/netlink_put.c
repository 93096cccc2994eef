// SPDX-License-Identifier: GPL-2.0
/*
 * Objects to netlink attributes. Counters and times may move while they are
 * read; what is told of them was true at some moment of the call.
 */
#include "netlink_put.h"

#include "announce.h"
#include "call.h"
#include "dev.h"
#include "flow.h"
#include "node.h"
#include "policy.h"
#include "refused.h"
#include "sched/sched.h"
#include "service.h"
#include "session.h"
#include "source.h"
#include "standby.h"

static int sara_put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

static int sara_put_addr(struct sk_buff *skb, int attr, u8 family,
			 const struct in6_addr *addr)
{
	if (family == AF_INET)
		return nla_put_in_addr(skb, attr, addr->s6_addr32[0]);
	return nla_put_in6_addr(skb, attr, addr);
}

static u64 sara_ms_since(unsigned long then)
{
	unsigned long now = jiffies;

	return time_after(now, then) ? jiffies64_to_msecs(now - then) : 0;
}

static u32 sara_ms_until(unsigned long then)
{
	unsigned long now = jiffies;

	return time_after(then, now) ? jiffies_to_msecs(then - now) : 0;
}

/**
 * sara_put_tuple_size() - room that a tuple needs
 *
 * Context: any.
 * Return: bytes.
 */
size_t sara_put_tuple_size(void)
{
	return nla_total_size(0) +
	       2 * nla_total_size(sizeof(struct in6_addr)) +
	       2 * nla_total_size(sizeof(u16)) + nla_total_size(sizeof(u8));
}

/**
 * sara_put_tuple() - a flow's or announcement's tuple
 * @skb: the message
 * @attr: the nest
 * @key: the tuple; what its form does not know is left out
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_tuple(struct sk_buff *skb, int attr, const struct sara_key *key)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if ((key->form != SARA_FORM_ANY_SOURCE &&
	     sara_put_addr(skb, SARA_A_TUPLE_SRC, key->family, &key->src)) ||
	    (key->form != SARA_FORM_ANY_SOURCE &&
	     key->form != SARA_FORM_ANY_PORT &&
	     nla_put_u16(skb, SARA_A_TUPLE_SPORT, ntohs(key->sport))) ||
	    sara_put_addr(skb, SARA_A_TUPLE_DST, key->family, &key->dst) ||
	    (key->form != SARA_FORM_HALF &&
	     nla_put_u16(skb, SARA_A_TUPLE_DPORT, ntohs(key->dport))) ||
	    nla_put_u8(skb, SARA_A_TUPLE_PROTO, key->proto)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * sara_put_dev() - an attached device
 * @skb: the message
 * @sdev: the device
 *
 * Context: &sara_net.mutex held.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_dev(struct sk_buff *skb, const struct sara_dev *sdev)
{
	u64 packets, forwarded, copied, bytes;

	sara_traffic_read(sdev->seen, &packets, &bytes);
	sara_traffic_read(sdev->forwarded, &forwarded, &bytes);
	sara_traffic_read(sdev->copied, &copied, &bytes);
	if (nla_put_u32(skb, SARA_A_DEV_IFINDEX, sdev->dev->ifindex) ||
	    nla_put_string(skb, SARA_A_DEV_NAME, sdev->dev->name) ||
	    nla_put_u32(skb, SARA_A_DEV_MODE, sdev->mode) ||
	    sara_put_u64(skb, SARA_A_DEV_PACKETS, packets, SARA_A_DEV_PAD) ||
	    sara_put_u64(skb, SARA_A_DEV_FORWARDED, forwarded,
			 SARA_A_DEV_PAD) ||
	    sara_put_u64(skb, SARA_A_DEV_COPIED, copied, SARA_A_DEV_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_service_size() - room that a service needs
 * @service: the service
 *
 * Context: &sara_net.mutex held.
 * Return: bytes.
 */
size_t sara_put_service_size(const struct sara_service *service)
{
	const struct sara_pool *pool =
		rcu_dereference_protected(service->pool,
					  lockdep_is_held(&service->sn->mutex));

	return SARA_PUT_SIZE + pool->count * nla_total_size(SARA_NAME_MAX + 1);
}

static int sara_put_pool(struct sk_buff *skb, const struct sara_pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		if (nla_put_string(skb, SARA_A_SERVICE_NODE,
				   pool->node[i]->name))
			return -EMSGSIZE;
	return 0;
}

static int sara_put_account(struct sk_buff *skb,
			    const struct sara_service *service)
{
	const int pad = SARA_A_SERVICE_PAD;
	struct sara_account account;
	u64 admitted, refused;
	u32 sessions;
	int i;

	sessions = sara_service_account(service, &account);
	admitted = sara_account_admitted(&account, sessions);
	refused = sara_account_refused(&account);
	if (nla_put_u32(skb, SARA_A_SERVICE_SESSIONS, sessions) ||
	    sara_put_u64(skb, SARA_A_SERVICE_SESSIONS_TOTAL, admitted, pad) ||
	    sara_put_u64(skb, SARA_A_SERVICE_REFUSED, refused, pad) ||
	    sara_put_u64(skb, SARA_A_SERVICE_OFFERED, admitted + refused, pad))
		return -EMSGSIZE;
	for (i = 0; i < SARA_REFUSALS; i++)
		if (sara_put_u64(skb, SARA_A_SERVICE_REFUSED_LOAD + i,
				 account.refused[i], pad))
			return -EMSGSIZE;
	for (i = 0; i < SARA_ENDS; i++)
		if (sara_put_u64(skb, SARA_A_SERVICE_ENDED_IDLE + i,
				 account.ended[i], pad))
			return -EMSGSIZE;
	return sara_put_u64(skb, SARA_A_SERVICE_RESTORED, account.restored,
			    pad);
}

/**
 * sara_put_service() - a service
 * @skb: the message
 * @service: the service
 *
 * Context: process, RCU read side. Takes &sara_net.lock.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_service(struct sk_buff *skb, const struct sara_service *service)
{
	const int pad = SARA_A_SERVICE_PAD;
	u64 packets, bytes;

	sara_traffic_read(service->traffic, &packets, &bytes);
	if (nla_put_string(skb, SARA_A_SERVICE_NAME, service->name) ||
	    nla_put_u32(skb, SARA_A_SERVICE_ID, service->id) ||
	    sara_put_addr(skb, SARA_A_SERVICE_ADDR, service->family,
			  &service->addr) ||
	    nla_put_u8(skb, SARA_A_SERVICE_PROTO, service->proto) ||
	    nla_put_u16(skb, SARA_A_SERVICE_PORT, service->port) ||
	    (service->port_last != service->port &&
	     nla_put_u16(skb, SARA_A_SERVICE_PORT_LAST, service->port_last)) ||
	    nla_put_u32(skb, SARA_A_SERVICE_APP, service->app) ||
	    nla_put_u32(skb, SARA_A_SERVICE_KEY, service->key) ||
	    nla_put_string(skb, SARA_A_SERVICE_SCHEDULER,
			   rcu_dereference(service->scheduler)->name) ||
	    nla_put_u32(skb, SARA_A_SERVICE_FLOW_TIMEOUT,
			jiffies_to_msecs(READ_ONCE(service->flow_timeout))) ||
	    sara_put_pool(skb, rcu_dereference(service->pool)) ||
	    sara_put_account(skb, service) ||
	    sara_put_u64(skb, SARA_A_SERVICE_PACKETS, packets, pad) ||
	    sara_put_u64(skb, SARA_A_SERVICE_BYTES, bytes, pad) ||
	    nla_put_u32(skb, SARA_A_SERVICE_ADMISSION,
			READ_ONCE(service->admission)) ||
	    nla_put_u32(skb, SARA_A_SERVICE_REFUSE,
			READ_ONCE(service->refuse)) ||
	    (service->key == SARA_KEY_CALL_ID &&
	     nla_put_u32(skb, SARA_A_SERVICE_NO_CALL_ID,
			 READ_ONCE(service->no_call_id))))
		return -EMSGSIZE;
	return 0;
}

static int sara_put_nexthop(struct sk_buff *skb, const struct sara_node *node)
{
	const struct sara_nexthop *nexthop = rcu_dereference(node->nexthop);

	if (node->mac_fixed) {
		if (nla_put(skb, SARA_A_NODE_MAC, ETH_ALEN, node->mac))
			return -EMSGSIZE;
	} else {
		if (nla_put_flag(skb, SARA_A_NODE_MAC_RESOLVED) ||
		    (nexthop && nla_put(skb, SARA_A_NODE_MAC, ETH_ALEN,
					nexthop->eth.dst)))
			return -EMSGSIZE;
	}
	if (nexthop && READ_ONCE(node->state) != SARA_NODE_STATE_DOWN &&
	    nla_put_flag(skb, SARA_A_NODE_USABLE))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_node() - a node
 * @skb: the message
 * @node: the node
 *
 * Context: &sara_net.mutex held, RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_node(struct sk_buff *skb, const struct sara_node *node)
{
	const int pad = SARA_A_NODE_PAD;
	u64 packets, bytes;

	sara_traffic_read(node->traffic, &packets, &bytes);
	if (nla_put_string(skb, SARA_A_NODE_NAME, node->name) ||
	    nla_put_u32(skb, SARA_A_NODE_ID, node->id) ||
	    (node->family && sara_put_addr(skb, SARA_A_NODE_ADDR, node->family,
					   &node->addr)) ||
	    (node->ifindex &&
	     nla_put_u32(skb, SARA_A_NODE_IFINDEX, node->ifindex)) ||
	    nla_put_string(skb, SARA_A_NODE_DEV, node->dev_name) ||
	    sara_put_nexthop(skb, node) ||
	    nla_put_u32(skb, SARA_A_NODE_STATE, node->state) ||
	    nla_put_u32(skb, SARA_A_NODE_HEALTH, node->health) ||
	    nla_put_u32(skb, SARA_A_NODE_WEIGHT, node->weight) ||
	    nla_put_u32(skb, SARA_A_NODE_MAX_SESSIONS, node->max_sessions) ||
	    nla_put_u32(skb, SARA_A_NODE_SESSIONS,
			READ_ONCE(node->sessions)) ||
	    nla_put_u32(skb, SARA_A_NODE_SESSIONS_CLOSING,
			READ_ONCE(node->sessions_closing)) ||
	    sara_put_u64(skb, SARA_A_NODE_SESSIONS_TOTAL,
			 READ_ONCE(node->sessions_total), pad) ||
	    sara_put_u64(skb, SARA_A_NODE_PACKETS, packets, pad) ||
	    sara_put_u64(skb, SARA_A_NODE_BYTES, bytes, pad))
		return -EMSGSIZE;
	return 0;
}

/* A signalling flow: its tuple, and what else it is told by. */
static int sara_put_signalling(struct sk_buff *skb, int tuple, int call_id,
			       const struct sara_flow *flow)
{
	const struct sara_call *call = sara_call(flow);

	if (sara_put_tuple(skb, tuple, sara_flow_tuple(flow)) ||
	    (call && nla_put_string(skb, call_id, call->id)))
		return -EMSGSIZE;
	return 0;
}

/* The three that flows, announcements and sessions are told by. */
static int sara_put_owner(struct sk_buff *skb, const struct sara_session *s,
			  int id, int service, int node, int pad)
{
	if (sara_put_u64(skb, id, s->id, pad) ||
	    nla_put_string(skb, service, s->service->name) ||
	    nla_put_string(skb, node, s->node->name))
		return -EMSGSIZE;
	return 0;
}

static int sara_put_session_times(struct sk_buff *skb,
				  const struct sara_session *session)
{
	u32 left = sara_ms_until(READ_ONCE(session->deadline) +
				 sara_standby_delay(session,
						    READ_ONCE(session->told)));

	if (READ_ONCE(session->lingering) &&
	    nla_put_u32(skb, SARA_A_SESSION_LINGER, left))
		return -EMSGSIZE;
	if (READ_ONCE(session->has_lifetime) &&
	    nla_put_u32(skb, SARA_A_SESSION_LIFETIME, left))
		return -EMSGSIZE;
	return sara_put_u64(skb, SARA_A_SESSION_AGE,
			    sara_ms_since(session->created),
			    SARA_A_SESSION_PAD);
}

/* All that its flows have carried, and when one of them last did. */
static int sara_put_session_traffic(struct sk_buff *skb,
				    const struct sara_session *session)
{
	u64 packets = READ_ONCE(session->gone_packets);
	u64 bytes = READ_ONCE(session->gone_bytes);
	const struct sara_flow *flow;
	u64 idle = U64_MAX;

	list_for_each_entry_rcu(flow, &session->flows, link) {
		packets += atomic64_read(&flow->packets);
		bytes += atomic64_read(&flow->bytes);
		idle = min(idle, sara_ms_since(sara_standby_seen(flow)));
	}
	if (idle != U64_MAX && sara_put_u64(skb, SARA_A_SESSION_IDLE, idle,
					    SARA_A_SESSION_PAD))
		return -EMSGSIZE;
	if (sara_put_u64(skb, SARA_A_SESSION_PACKETS, packets,
			 SARA_A_SESSION_PAD) ||
	    sara_put_u64(skb, SARA_A_SESSION_BYTES, bytes, SARA_A_SESSION_PAD))
		return -EMSGSIZE;
	return 0;
}

/* How it was placed. */
static int sara_put_session_choice(struct sk_buff *skb,
				   const struct sara_session *session)
{
	if (nla_put_u32(skb, SARA_A_SESSION_PLACEMENT, session->placement))
		return -EMSGSIZE;
	if (!session->epoch)
		return 0;
	if (nla_put_u32(skb, SARA_A_SESSION_EPOCH, session->epoch) ||
	    nla_put_u32(skb, SARA_A_SESSION_PLACED, session->placed) ||
	    nla_put_s32(skb, SARA_A_SESSION_PENDING, session->pending) ||
	    (session->judged && nla_put_flag(skb, SARA_A_SESSION_JUDGED)))
		return -EMSGSIZE;
	return 0;
}

/* Whose it is: of which client, and of which dispatcher. */
static int sara_put_session_owner(struct sk_buff *skb,
				  const struct sara_session *session)
{
	const struct sara_source *source = rcu_dereference(session->source);

	if (source && sara_put_addr(skb, SARA_A_SESSION_SOURCE,
				    session->service->family,
				    &source->key.addr))
		return -EMSGSIZE;
	if (sara_standby(session) &&
	    nla_put_flag(skb, SARA_A_SESSION_STANDBY))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_session() - a session
 * @skb: the message
 * @session: the session
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_session(struct sk_buff *skb, const struct sara_session *session)
{
	const struct sara_flow *signalling;
	const struct sara_label *label;

	signalling = rcu_dereference(session->signalling);
	label = rcu_dereference(session->label);
	if (sara_put_owner(skb, session, SARA_A_SESSION_ID,
			   SARA_A_SESSION_SERVICE, SARA_A_SESSION_NODE,
			   SARA_A_SESSION_PAD) ||
	    (signalling && sara_put_signalling(skb, SARA_A_SESSION_TUPLE,
					       SARA_A_SESSION_CALL_ID,
					       signalling)) ||
	    nla_put_u32(skb, SARA_A_SESSION_STATUS,
			sara_session_status(session)) ||
	    (label && nla_put_string(skb, SARA_A_SESSION_LABEL, label->text)) ||
	    sara_put_session_times(skb, session) ||
	    sara_put_session_choice(skb, session) ||
	    sara_put_session_owner(skb, session) ||
	    nla_put_u32(skb, SARA_A_SESSION_FLOWS,
			READ_ONCE(session->n_flows)) ||
	    nla_put_u32(skb, SARA_A_SESSION_ANNOUNCEMENTS,
			READ_ONCE(session->n_announcements)) ||
	    sara_put_session_traffic(skb, session))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_flow() - a flow
 * @skb: the message
 * @flow: the flow
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_flow(struct sk_buff *skb, const struct sara_flow *flow)
{
	const int pad = SARA_A_FLOW_PAD;

	if (sara_put_owner(skb, flow->session, SARA_A_FLOW_SESSION,
			   SARA_A_FLOW_SERVICE, SARA_A_FLOW_NODE, pad) ||
	    sara_put_signalling(skb, SARA_A_FLOW_TUPLE, SARA_A_FLOW_CALL_ID,
				flow) ||
	    nla_put_u32(skb, SARA_A_FLOW_IDENTITY, flow->identity) ||
	    nla_put_u32(skb, SARA_A_FLOW_STATUS, READ_ONCE(flow->status)) ||
	    nla_put_u32(skb, SARA_A_FLOW_TIMEOUT,
			jiffies_to_msecs(sara_flow_timeout(flow))) ||
	    sara_put_u64(skb, SARA_A_FLOW_IDLE,
			 sara_ms_since(sara_standby_seen(flow)), pad) ||
	    sara_put_u64(skb, SARA_A_FLOW_PACKETS,
			 atomic64_read(&flow->packets), pad) ||
	    sara_put_u64(skb, SARA_A_FLOW_BYTES, atomic64_read(&flow->bytes),
			 pad) ||
	    (flow->form && nla_put_u32(skb, SARA_A_FLOW_FORM, flow->form)) ||
	    (READ_ONCE(flow->established) &&
	     nla_put_flag(skb, SARA_A_FLOW_ESTABLISHED)) ||
	    (flow->key.proto == IPPROTO_TCP &&
	     nla_put_u32(skb, SARA_A_FLOW_TCP_END, READ_ONCE(flow->tcp_end))))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_announcement() - an announcement
 * @skb: the message
 * @ann: the announcement
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_announcement(struct sk_buff *skb,
			  const struct sara_announcement *ann)
{
	unsigned long expires = READ_ONCE(ann->expires);
	unsigned long delay = sara_standby_delay(ann->session,
						 READ_ONCE(ann->told));
	u32 promotions = READ_ONCE(ann->promotions);
	const int pad = SARA_A_ANNOUNCEMENT_PAD;

	if (sara_put_owner(skb, ann->session, SARA_A_ANNOUNCEMENT_SESSION,
			   SARA_A_ANNOUNCEMENT_SERVICE,
			   SARA_A_ANNOUNCEMENT_NODE, pad) ||
	    sara_put_tuple(skb, SARA_A_ANNOUNCEMENT_TUPLE, &ann->key) ||
	    nla_put_u32(skb, SARA_A_ANNOUNCEMENT_FORM, ann->key.form) ||
	    sara_put_u64(skb, SARA_A_ANNOUNCEMENT_TAG, READ_ONCE(ann->tag),
			 pad) ||
	    (expires && !promotions &&
	     nla_put_u32(skb, SARA_A_ANNOUNCEMENT_TTL,
			 sara_ms_until(expires + delay))) ||
	    (promotions &&
	     nla_put_flag(skb, SARA_A_ANNOUNCEMENT_CONFIRMED)) ||
	    nla_put_u32(skb, SARA_A_ANNOUNCEMENT_PROMOTIONS, promotions))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_refused() - a session that was refused
 * @skb: the message
 * @service: of which
 * @refused: what is remembered of it
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_refused(struct sk_buff *skb, const struct sara_service *service,
		     const struct sara_refused *refused)
{
	const struct sara_refusal *why = &refused->why;

	if (nla_put_string(skb, SARA_A_REFUSAL_SERVICE, service->name) ||
	    sara_put_u64(skb, SARA_A_REFUSAL_AGE, sara_ms_since(refused->since),
			 SARA_A_REFUSAL_PAD) ||
	    nla_put_u32(skb, SARA_A_REFUSAL_LEFT,
			sara_ms_until(refused->until)) ||
	    nla_put_u32(skb, SARA_A_REFUSAL_EPOCH, why->epoch) ||
	    nla_put_u32(skb, SARA_A_REFUSAL_PLACED, why->placed) ||
	    nla_put_u32(skb, SARA_A_REFUSAL_LOAD, why->load) ||
	    nla_put_u32(skb, SARA_A_REFUSAL_P_NEW, why->p_new))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_policy() - the policy, but for its scores
 * @skb: the message
 * @policy: the policy
 *
 * Context: RCU read side.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_policy(struct sk_buff *skb, const struct sara_policy *policy)
{
	bool stale = sara_policy_is_stale(policy);

	if (sara_put_u64(skb, SARA_A_POLICY_EPOCH, policy->epoch,
			 SARA_A_POLICY_PAD) ||
	    nla_put_u32(skb, SARA_A_POLICY_VALID,
			jiffies_to_msecs(policy->valid)) ||
	    sara_put_u64(skb, SARA_A_POLICY_AGE, sara_ms_since(policy->pushed),
			 SARA_A_POLICY_PAD) ||
	    (stale && nla_put_flag(skb, SARA_A_POLICY_STALE)) ||
	    nla_put_u32(skb, SARA_A_POLICY_NODES, policy->nodes) ||
	    nla_put_u32(skb, SARA_A_POLICY_PLACED,
			READ_ONCE(policy->placed)) ||
	    nla_put_s32(skb, SARA_A_POLICY_PENDING,
			READ_ONCE(policy->pending)))
		return -EMSGSIZE;
	if (!policy->admits)
		return 0;
	if (nla_put_u32(skb, SARA_A_POLICY_LOAD, policy->load) ||
	    nla_put_u32(skb, SARA_A_POLICY_COST, policy->cost) ||
	    nla_put_u32(skb, SARA_A_POLICY_T1, policy->t1) ||
	    nla_put_u32(skb, SARA_A_POLICY_T2, policy->t2) ||
	    nla_put_u32(skb, SARA_A_POLICY_T3, policy->t3) ||
	    nla_put_u32(skb, SARA_A_POLICY_C, policy->c) ||
	    nla_put_u32(skb, SARA_A_POLICY_LOAD_NOW,
			sara_policy_load(policy)) ||
	    nla_put_u32(skb, SARA_A_POLICY_P_NEW,
			stale ? 0 : sara_policy_p_new(policy)) ||
	    nla_put_u32(skb, SARA_A_POLICY_P_EST,
			stale ? 0 : sara_policy_p_est(policy)))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_put_score() - what the policy says of a node
 * @skb: the message
 * @node: a node that it names
 *
 * Context: &sara_net.mutex held.
 * Return: 0 or -EMSGSIZE.
 */
int sara_put_score(struct sk_buff *skb, const struct sara_node *node)
{
	struct nlattr *nest = nla_nest_start(skb, SARA_A_POLICY_SCORE);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, SARA_A_SCORE_NODE, node->name) ||
	    nla_put_u32(skb, SARA_A_SCORE_SCORE, READ_ONCE(node->score)) ||
	    nla_put_u32(skb, SARA_A_SCORE_COST, READ_ONCE(node->cost)) ||
	    nla_put_s32(skb, SARA_A_SCORE_PENDING,
			READ_ONCE(node->pending))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
