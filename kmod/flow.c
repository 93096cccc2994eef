// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: the table that every packet asks first.
 */
#include "flow.h"

#include <linux/in.h>

#include "call.h"
#include "flow_hit.h"
#include "notify.h"
#include "service.h"
#include "standby.h"

/* A TCP flow of which only the SYN was seen stays no longer than this. */
#define SARA_SYN_TIMEOUT	(30 * HZ)

/* Flows that a session may have for each announcement that it may have. */
#define SARA_FLOWS_PER_ANNOUNCEMENT	4

/* Flows of a session that are looked at to find one to give up. */
#define SARA_REPLACE_LOOKS	16

static struct kmem_cache *sara_flow_cache;

/**
 * sara_flow_lookup() - the flow with this key
 * @sn: the namespace
 * @key: all of it
 *
 * Context: RCU read side.
 * Return: the flow, valid until rcu_read_unlock(), or NULL.
 */
struct sara_flow *sara_flow_lookup(struct sara_net *sn,
				   const struct sara_key *key)
{
	return sara_flow_lookup_inline(sn, key);
}

/**
 * sara_flow_room() - is there room for one more flow or announcement?
 * @sn: the namespace
 * @except: a session that must not be given up for it, or NULL
 *
 * When the table is full, a session that is still new makes room.
 *
 * Context: &sara_net.lock held.
 * Return: true if there is.
 */
bool sara_flow_room(struct sara_net *sn, const struct sara_session *except)
{
	u32 max = READ_ONCE(sn->config.max_flows);

	lockdep_assert_held(&sn->lock);
	if (sn->n_flows + sn->n_announcements < max)
		return true;
	return sara_session_reclaim(sn, except) &&
	       sn->n_flows + sn->n_announcements < max;
}

/*
 * Room for one more flow in a session. With wildcards anybody can make flows
 * of it, and a trunk's calls follow each other: when it has too many, one of a
 * single packet, without recent ones or of what is over makes room.
 */
static bool sara_flow_session_room(struct sara_session *session)
{
	u32 max = READ_ONCE(session->sn->config.max_announcements);
	int looks = SARA_REPLACE_LOOKS;
	struct sara_flow *flow;

	if (session->n_flows < min_t(u64, U16_MAX, (u64)max *
				     SARA_FLOWS_PER_ANNOUNCEMENT))
		return true;
	list_for_each_entry(flow, &session->flows, link) {
		if (!looks--)
			break;
		if (flow == rcu_access_pointer(session->signalling))
			continue;
		switch (READ_ONCE(flow->status)) {
		case SARA_STATUS_NEW:
		case SARA_STATUS_INACTIVE:
		case SARA_STATUS_CLOSING:
			sara_flow_del(flow);
			return true;
		case SARA_STATUS_STANDBY:
			if (READ_ONCE(flow->established))
				break;
			sara_flow_del(flow);
			return true;
		}
	}
	return false;
}

/* Is there room for one more flow of a session? If not, it is told why. */
static bool sara_flow_admit(struct sara_session *session, int *reason)
{
	lockdep_assert_held(&session->sn->lock);
	if (sara_flow_session_room(session) &&
	    sara_flow_room(session->sn, session))
		return true;
	*reason = SARA_A_STATS_DROP_FLOWS_FULL;
	return false;
}

static void sara_flow_free(struct sara_flow *flow)
{
	if (sara_call(flow))
		sara_call_free(flow);
	else
		kmem_cache_free(sara_flow_cache, flow);
}

/* What is known of it from elsewhere; packets may come at the same time. */
static void sara_flow_set_past(struct sara_flow *flow,
			       const struct sara_flow_past *past)
{
	WRITE_ONCE(flow->last_seen, jiffies - past->idle);
	flow->form = past->form;
	WRITE_ONCE(flow->established, past->established);
	if (past->has_tcp_end)
		WRITE_ONCE(flow->tcp_end, past->tcp_end);
	atomic64_set(&flow->packets, past->packets);
	atomic64_set(&flow->bytes, past->bytes);
	WRITE_ONCE(flow->status, past->closing ? SARA_STATUS_CLOSING :
						 SARA_STATUS_STANDBY);
}

/* Begin a flow in memory that is its own; NULL and freed if that fails. */
static struct sara_flow *sara_flow_begin(struct sara_flow *flow,
					 struct sara_session *session,
					 const struct sara_key *key,
					 enum sara_identity identity,
					 const struct sara_flow_past *past,
					 int *reason)
{
	struct sara_net *sn = session->sn;

	if (!flow) {
		*reason = SARA_A_STATS_DROP_NO_MEMORY;
		return NULL;
	}
	flow->key = *key;
	flow->session = session;
	flow->last_seen = jiffies;
	flow->identity = identity;
	flow->form = 0;
	flow->status = SARA_STATUS_NEW;
	flow->established = false;
	flow->tcp_end = 0;
	atomic64_set(&flow->packets, 0);
	atomic64_set(&flow->bytes, 0);
	if (past)
		sara_flow_set_past(flow, past);
	if (rhashtable_insert_fast(&sn->flows, &flow->hash, sara_flow_params)) {
		*reason = SARA_A_STATS_DROP_NO_MEMORY;
		sara_flow_free(flow);
		return NULL;
	}
	list_add_tail_rcu(&flow->link, &session->flows);
	session->n_flows++;
	WRITE_ONCE(sn->n_flows, sn->n_flows + 1);
	return flow;
}

/**
 * sara_flow_add() - a flow of a session was seen for the first time
 * @session: its owner, alive
 * @key: its name
 * @identity: signalling or secondary
 * @reason: on failure, the counter of the reason
 *
 * The packet that brought it is counted by sara_flow_seen(), as all others.
 *
 * Context: &sara_net.lock held.
 * Return: the flow, owned by @session; NULL if there is no room.
 */
struct sara_flow *sara_flow_add(struct sara_session *session,
				const struct sara_key *key,
				enum sara_identity identity, int *reason)
{
	if (!sara_flow_admit(session, reason))
		return NULL;
	return sara_flow_begin(kmem_cache_alloc(sara_flow_cache,
						GFP_ATOMIC | __GFP_NOWARN),
			       session, key, identity, NULL, reason);
}

/**
 * sara_flow_add_call() - a call was seen for the first time
 * @session: its owner, alive
 * @call: its name
 * @tuple: of its first packet
 * @reason: on failure, the counter of the reason
 *
 * Context: &sara_net.lock held.
 * Return: its signalling flow, owned by @session; NULL if there is no room.
 */
struct sara_flow *sara_flow_add_call(struct sara_session *session,
				     const struct sara_call_name *call,
				     const struct sara_key *tuple, int *reason)
{
	if (!sara_flow_admit(session, reason))
		return NULL;
	return sara_flow_begin(sara_call_alloc(call, tuple), session,
			       &call->key, SARA_IDENTITY_SIGNALLING, NULL,
			       reason);
}

/**
 * sara_flow_restore() - a flow that was seen elsewhere
 * @session: its owner, alive
 * @key: its 5-tuple
 * @call: with key call-id, the name of the call, else NULL
 * @past: what is known of it
 * @reason: on failure, the counter of the reason
 *
 * Context: &sara_net.lock held.
 * Return: the flow, standby or closing, owned by @session; NULL if there is no
 * room.
 */
struct sara_flow *sara_flow_restore(struct sara_session *session,
				    const struct sara_key *key,
				    const struct sara_call_name *call,
				    const struct sara_flow_past *past,
				    int *reason)
{
	struct sara_flow *flow;

	if (!sara_flow_admit(session, reason))
		return NULL;
	if (call)
		flow = sara_call_alloc(call, key);
	else
		flow = kmem_cache_alloc(sara_flow_cache,
					GFP_ATOMIC | __GFP_NOWARN);
	return sara_flow_begin(flow, session, call ? &call->key : key,
			       past->identity, past, reason);
}

/**
 * sara_flow_recall() - what is known of a flow elsewhere is another thing now
 * @flow: the flow; nothing happens if a packet of it came here
 * @past: what is known of it
 *
 * Context: &sara_net.lock held.
 */
void sara_flow_recall(struct sara_flow *flow, const struct sara_flow_past *past)
{
	lockdep_assert_held(&flow->session->sn->lock);
	if (READ_ONCE(flow->status) == SARA_STATUS_STANDBY ||
	    sara_standby(flow->session))
		sara_flow_set_past(flow, past);
}

static void sara_flow_free_rcu(struct rcu_head *rcu)
{
	sara_flow_free(container_of(rcu, struct sara_flow, rcu));
}

/* Does a session end with its last flow, so that its end tells of both? */
static bool sara_flow_keeps(const struct sara_session *session)
{
	return session->n_flows == 1 && !session->has_lifetime &&
	       !session->lingering && !rcu_access_pointer(session->source);
}

/**
 * sara_flow_del() - a flow is over
 * @flow: the flow, in its table
 *
 * Its session keeps its counts. Its memory goes after a grace period. It is
 * told, unless its session goes with it.
 *
 * Context: &sara_net.lock held.
 */
void sara_flow_del(struct sara_flow *flow)
{
	struct sara_session *session = flow->session;
	struct sara_net *sn = session->sn;

	lockdep_assert_held(&sn->lock);
	if (!session->dead && !sara_flow_keeps(session))
		sara_notify_flow(flow, SARA_EVENT_DELETED);
	rhashtable_remove_fast(&sn->flows, &flow->hash, sara_flow_params);
	WRITE_ONCE(sn->n_flows, sn->n_flows - 1);
	list_del_rcu(&flow->link);
	session->n_flows--;
	session->gone_packets += atomic64_read(&flow->packets);
	session->gone_bytes += atomic64_read(&flow->bytes);
	if (flow->identity == SARA_IDENTITY_SIGNALLING) {
		session->closed = flow->status == SARA_STATUS_CLOSING;
		if (flow == rcu_access_pointer(session->signalling))
			RCU_INIT_POINTER(session->signalling, NULL);
	}
	call_rcu(&flow->rcu, sara_flow_free_rcu);
}

/* Where the flow is in its life once a packet with these TCP flags came. */
static enum sara_status sara_flow_next(enum sara_status status, u8 tcp_flags,
				       bool first)
{
	if (tcp_flags & (SARA_TCP_FIN | SARA_TCP_RST))
		return SARA_STATUS_CLOSING;
	switch (status) {
	case SARA_STATUS_NEW:
		if (first || tcp_flags & SARA_TCP_SYN)
			return SARA_STATUS_NEW;
		return SARA_STATUS_ESTABLISHED;
	case SARA_STATUS_ESTABLISHED:
		return SARA_STATUS_ESTABLISHED;
	case SARA_STATUS_INACTIVE:
		return tcp_flags & SARA_TCP_SYN ? SARA_STATUS_NEW :
						  SARA_STATUS_ESTABLISHED;
	case SARA_STATUS_CLOSING:
		/* The port is used again: a flow of the same session. */
		if (tcp_flags & SARA_TCP_SYN)
			return SARA_STATUS_NEW;
		return SARA_STATUS_CLOSING;
	case SARA_STATUS_STANDBY:
		/* None is asked for: it is as what it was. */
		return SARA_STATUS_ESTABLISHED;
	}
	return status;
}

/*
 * Whether a TCP segment may change what is known of its flow (RFC 5961 in the
 * middle): FIN and RST only near the sequence numbers that were seen, SYN only
 * while no conversation is established. Without a lock: of two segments at once
 * the later one's end may be lost, which is far less than the window.
 *
 * A standby flow (@standby) may have moved on far where it was forwarded: its
 * first segment here says where it is, unless it is one that must be near.
 */
static int sara_flow_tcp(struct sara_flow *flow, const struct sara_packet *pkt,
			 enum sara_status was, bool first, bool standby)
{
	bool syn = pkt->tcp_flags & SARA_TCP_SYN;
	u32 highest = READ_ONCE(flow->tcp_end);
	bool near = sara_tcp_near(pkt, highest);
	u32 end = sara_tcp_end(pkt);

	if (!first && !near &&
	    pkt->tcp_flags & (SARA_TCP_FIN | SARA_TCP_RST))
		return SARA_A_STATS_TCP_IMPLAUSIBLE;
	if (syn && was == SARA_STATUS_ESTABLISHED)
		return SARA_A_STATS_TCP_SYN_LIVE;
	if (first || syn || (near ? after(end, highest) : standby))
		WRITE_ONCE(flow->tcp_end, end);
	return 0;
}

/*
 * Another status, by a packet. Told are only the begin and the end of what may
 * last, and the begin of the session's first flow by sara_session_seen().
 */
static void sara_flow_move(struct sara_flow *flow, enum sara_status now)
{
	bool told = now == SARA_STATUS_CLOSING;

	if (now == SARA_STATUS_ESTABLISHED && !READ_ONCE(flow->established)) {
		told = READ_ONCE(flow->session->status) ==
		       SARA_STATUS_ESTABLISHED;
		WRITE_ONCE(flow->established, true);
	} else if (now == SARA_STATUS_NEW) {
		WRITE_ONCE(flow->established, false);
	}
	WRITE_ONCE(flow->last_seen, jiffies);
	WRITE_ONCE(flow->status, now);
	if (told)
		sara_notify_flow(flow, SARA_EVENT_CHANGED);
}

/**
 * sara_flow_judge() - sara_flow_seen() of a packet that may make the flow
 *	another one
 * @flow: the flow
 * @pkt: the packet, counted
 * @was: the flow's status
 * @first: it is the flow's first packet
 *
 * Context: softirq, RCU read side.
 * Return: as sara_flow_seen().
 */
int sara_flow_judge(struct sara_flow *flow, const struct sara_packet *pkt,
		    enum sara_status was, bool first)
{
	bool standby = was == SARA_STATUS_STANDBY;
	enum sara_status now;
	int disbelief;

	if (standby)
		was = READ_ONCE(flow->established) ? SARA_STATUS_ESTABLISHED :
						     SARA_STATUS_NEW;
	if (flow->key.proto == IPPROTO_TCP) {
		disbelief = sara_flow_tcp(flow, pkt, was, first && !standby,
					  standby);
		if (disbelief)
			return disbelief;
	}
	now = sara_flow_next(was, pkt->tcp_flags, first);
	if (now != was || standby)
		sara_flow_move(flow, now);
	else
		sara_flow_touch(flow);
	if (now != SARA_STATUS_NEW || standby)
		sara_session_seen(flow->session);
	return 0;
}

/**
 * sara_flow_timeout() - when a flow without packets gets inactive
 * @flow: the flow, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: jiffies since its last packet.
 */
unsigned long sara_flow_timeout(const struct sara_flow *flow)
{
	const struct sara_session *session = flow->session;
	const struct sara_config *config = &session->sn->config;
	unsigned long timeout = READ_ONCE(session->service->flow_timeout);

	if (READ_ONCE(flow->status) == SARA_STATUS_CLOSING)
		return READ_ONCE(config->closing_timeout);
	if (flow->key.proto != IPPROTO_TCP)
		return timeout;
	if (READ_ONCE(flow->established))
		return READ_ONCE(config->tcp_timeout);
	return min_t(unsigned long, timeout, SARA_SYN_TIMEOUT);
}

/**
 * sara_flow_removal() - when a flow without packets is removed
 * @flow: the flow, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: jiffies since its last packet.
 */
unsigned long sara_flow_removal(const struct sara_flow *flow)
{
	unsigned long timeout = sara_flow_timeout(flow);

	return READ_ONCE(flow->status) == SARA_STATUS_CLOSING ? timeout :
								2 * timeout;
}

/**
 * sara_flow_net_init() - make the table of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_flow_net_init(struct sara_net *sn)
{
	return rhashtable_init(&sn->flows, &sara_flow_params);
}

/**
 * sara_flow_net_exit() - free the table of a namespace
 * @sn: the namespace, without sessions
 *
 * Context: process.
 */
void sara_flow_net_exit(struct sara_net *sn)
{
	WARN_ON_ONCE(sn->n_flows);
	rhashtable_destroy(&sn->flows);
}

/**
 * sara_flow_init() - make the cache
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_flow_init(void)
{
	sara_flow_cache = sara_cache_create("sara_flow",
					    sizeof(struct sara_flow),
					    SLAB_HWCACHE_ALIGN);
	return sara_flow_cache ? 0 : -ENOMEM;
}

/**
 * sara_flow_exit() - free the cache, after rcu_barrier()
 *
 * Context: process.
 */
void sara_flow_exit(void)
{
	kmem_cache_destroy(sara_flow_cache);
}
