// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions: born with a signalling flow, placed once, ended as one.
 */
#include "session.h"

#include <linux/netlink.h>

#include "admission.h"
#include "announce.h"
#include "call.h"
#include "flow.h"
#include "node.h"
#include "notify.h"
#include "policy.h"
#include "sched/rank.h"
#include "sched/sched.h"
#include "service.h"
#include "source.h"
#include "standby.h"
#include "sync.h"

/* New sessions that are looked at to find one to give up. */
#define SARA_RECLAIM_LOOKS	64

static struct kmem_cache *sara_session_cache;

static const struct rhashtable_params sara_session_params = {
	.head_offset		= offsetof(struct sara_session, hash),
	.key_offset		= offsetof(struct sara_session, id),
	.key_len		= sizeof_field(struct sara_session, id),
	.automatic_shrinking	= true,
};

/**
 * sara_session_find() - the session with this id
 * @sn: the namespace
 * @id: given when it was made
 *
 * Context: RCU read side; a session found under &sara_net.lock is not dead.
 * Return: the session, valid until rcu_read_unlock(), or NULL.
 */
struct sara_session *sara_session_find(struct sara_net *sn, u64 id)
{
	return rhashtable_lookup(&sn->sessions, &id, sara_session_params);
}

static void sara_session_free_rcu(struct rcu_head *rcu)
{
	struct sara_session *session =
		container_of(rcu, struct sara_session, rcu);

	kfree(rcu_dereference_protected(session->label, true));
	sara_node_put(session->node);
	sara_service_put(session->service);
	kmem_cache_free(sara_session_cache, session);
}

/**
 * sara_session_unlink() - out of the table and the counts
 * @session: a session without flows and announcements; not to be touched
 *	afterwards
 *
 * Context: &sara_net.lock held.
 */
void sara_session_unlink(struct sara_session *session)
{
	struct sara_net *sn = session->sn;

	lockdep_assert_held(&sn->lock);
	rhashtable_remove_fast(&sn->sessions, &session->hash,
			       sara_session_params);
	list_del_init(&session->new_link);
	sara_source_del(session);
	session->dead = true;
	WRITE_ONCE(sn->n_sessions, sn->n_sessions - 1);
	WRITE_ONCE(session->node->sessions, session->node->sessions - 1);
	if (session->lingering)
		WRITE_ONCE(session->node->sessions_closing,
			   session->node->sessions_closing - 1);
	else
		sara_policy_count(sn, session->node, -1);
	sara_rank_update(session->node);
	WRITE_ONCE(session->service->sessions, session->service->sessions - 1);
	call_rcu(&session->rcu, sara_session_free_rcu);
}

static int sara_session_end_counter(enum sara_end why)
{
	switch (why) {
	case SARA_END_IDLE:
		return SARA_A_STATS_ENDED_IDLE;
	case SARA_END_CLOSED:
		return SARA_A_STATS_ENDED_CLOSED;
	case SARA_END_FINISHED:
		return SARA_A_STATS_ENDED_FINISHED;
	case SARA_END_EXPIRED:
		return SARA_A_STATS_ENDED_EXPIRED;
	case SARA_END_DELETED:
	case SARA_END_NODE_DELETED:
	case SARA_END_SERVICE_DELETED:
		return SARA_A_STATS_ENDED_DELETED;
	case SARA_END_RECLAIMED:
		return SARA_A_STATS_ENDED_RECLAIMED;
	}
	return SARA_A_STATS_ENDED_DELETED;
}

/**
 * sara_session_end() - a session is over, with all that it owns
 * @session: a session that is not dead; not to be touched afterwards
 * @why: is told to listeners and counted
 *
 * Context: &sara_net.lock held.
 */
void sara_session_end(struct sara_session *session, enum sara_end why)
{
	struct sara_announcement *ann, *next_ann;
	struct sara_flow *flow, *next_flow;
	struct sara_net *sn = session->sn;
	int ended;

	lockdep_assert_held(&sn->lock);
	sara_notify_session(session, SARA_EVENT_DELETED, why);
	/* With that all is told: nothing of what it has goes by itself now. */
	session->dead = true;
	ended = sara_session_end_counter(why) - SARA_A_STATS_ENDED_IDLE;
	sn->account.ended[ended]++;
	session->service->account.ended[ended]++;
	list_for_each_entry_safe(ann, next_ann, &session->announcements, link)
		sara_announce_del(ann);
	list_for_each_entry_safe(flow, next_flow, &session->flows, link)
		sara_flow_del(flow);
	sara_session_unlink(session);
}

/**
 * sara_session_reclaim() - give up a session that is still new
 * @sn: the namespace
 * @except: a session that is to stay, or NULL
 *
 * A new session has one packet to its name, and the agent has not said
 * anything about it. The oldest one goes.
 *
 * Context: &sara_net.lock held.
 * Return: true if one was ended.
 */
bool sara_session_reclaim(struct sara_net *sn,
			  const struct sara_session *except)
{
	struct sara_session *session, *next;
	int looks = SARA_RECLAIM_LOOKS;

	lockdep_assert_held(&sn->lock);
	list_for_each_entry_safe(session, next, &sn->new_sessions, new_link) {
		if (!looks--)
			break;
		if (session == except)
			continue;
		if (READ_ONCE(session->status) != SARA_STATUS_ESTABLISHED) {
			sara_session_end(session, SARA_END_RECLAIMED);
			return true;
		}
		list_del_init(&session->new_link);
	}
	return false;
}

/**
 * sara_session_room() - is there room for one more session?
 * @sn: the namespace
 *
 * When the table is full, a session that is still new makes room.
 *
 * Context: &sara_net.lock held.
 * Return: true if there is.
 */
bool sara_session_room(struct sara_net *sn)
{
	u32 max = READ_ONCE(sn->config.max_sessions);

	return sn->n_sessions < max ||
	       (sara_session_reclaim(sn, NULL) && sn->n_sessions < max);
}

/*
 * What it was placed by, so that it can be told later. A policy that was no
 * longer good is not it, unless it was when it was used.
 */
static void sara_session_remember(struct sara_session *session,
				  enum sara_placement how,
				  enum sara_verdict verdict)
{
	const struct sara_policy *policy;

	session->placement = how;
	session->judged = verdict == SARA_VERDICT_ADMITTED;
	policy = rcu_dereference(session->sn->policy);
	if (!policy || (how != SARA_PLACEMENT_SHELL && !session->judged &&
			sara_policy_is_stale(policy)))
		return;
	session->epoch = policy->epoch;
	session->placed = min_t(u32, policy->placed, U16_MAX);
	/* Itself is counted already. */
	session->pending = clamp_t(s32, policy->pending - 1, S16_MIN, S16_MAX);
}

/**
 * sara_session_new() - make a session on a node that was chosen
 * @sn: the namespace
 * @service: its service
 * @node: its node
 *
 * It has no flow yet. How it was placed, and that it is there, is for the
 * caller to tell.
 *
 * Context: &sara_net.lock held.
 * Return: the session, owned by its table, or NULL without memory.
 */
struct sara_session *sara_session_new(struct sara_net *sn,
				      struct sara_service *service,
				      struct sara_node *node)
{
	struct sara_session *session;

	lockdep_assert_held(&sn->lock);
	session = kmem_cache_alloc(sara_session_cache,
				   GFP_ATOMIC | __GFP_NOWARN);
	if (!session)
		return NULL;
	memset(session, 0, sizeof(*session));
	session->id = sn->last_id + 1;
	session->sn = sn;
	session->service = service;
	session->node = node;
	session->created = jiffies;
	session->told = jiffies;
	session->status = SARA_STATUS_NEW;
	INIT_LIST_HEAD(&session->flows);
	INIT_LIST_HEAD(&session->announcements);
	INIT_LIST_HEAD(&session->new_link);
	if (rhashtable_insert_fast(&sn->sessions, &session->hash,
				   sara_session_params)) {
		kmem_cache_free(sara_session_cache, session);
		return NULL;
	}
	sn->last_id++;
	sara_node_hold(node);
	sara_service_hold(service);
	WRITE_ONCE(sn->n_sessions, sn->n_sessions + 1);
	WRITE_ONCE(node->sessions, node->sessions + 1);
	sara_policy_count(sn, node, 1);
	sara_rank_update(node);
	WRITE_ONCE(service->sessions, service->sessions + 1);
	return session;
}

/* Place a new session and make its flow. &sara_net.lock is held. */
static struct sara_flow *sara_session_place(struct sara_net *sn,
					    struct sara_service *service,
					    const struct sara_key *key,
					    const struct sara_call_name *call,
					    enum sara_verdict verdict,
					    int *reason)
{
	const struct sara_scheduler *scheduler;
	struct sara_session *session;
	enum sara_placement how;
	struct sara_flow *flow;
	struct sara_node *node;

	scheduler = rcu_dereference(service->scheduler);
	node = scheduler->pick(service, key, call, &how);
	if (!node) {
		*reason = SARA_A_STATS_DROP_NO_NODE;
		return NULL;
	}
	if (!sara_session_room(sn)) {
		*reason = SARA_A_STATS_DROP_SESSIONS_FULL;
		return NULL;
	}
	session = sara_session_new(sn, service, node);
	if (!session) {
		*reason = SARA_A_STATS_DROP_NO_MEMORY;
		return NULL;
	}
	sara_session_remember(session, how, verdict);
	if (service->key == SARA_KEY_SOURCE && sara_source_add(session, key)) {
		*reason = SARA_A_STATS_DROP_NO_MEMORY;
		sara_session_unlink(session);
		return NULL;
	}
	flow = call ? sara_flow_add_call(session, call, key, reason) :
		      sara_flow_add(session, key, SARA_IDENTITY_SIGNALLING,
				    reason);
	if (!flow) {
		sara_session_unlink(session);
		return NULL;
	}
	rcu_assign_pointer(session->signalling, flow);
	list_add_tail(&session->new_link, &sn->new_sessions);
	node->sessions_total++;
	sara_policy_placed(sn);
	sara_sync_begin(session);
	sara_notify_session(session, SARA_EVENT_CREATED, 0);
	return flow;
}

/*
 * One more flow of a client that has a session. It is signalling like the
 * first one, and takes that one's place if it is gone. &sara_net.lock is held.
 */
static struct sara_flow *sara_session_join(struct sara_session *session,
					   const struct sara_key *key,
					   int *reason)
{
	struct sara_flow *flow;

	flow = sara_flow_add(session, key, SARA_IDENTITY_SIGNALLING, reason);
	if (!flow)
		return NULL;
	if (!rcu_access_pointer(session->signalling))
		rcu_assign_pointer(session->signalling, flow);
	sara_stats_inc(session->sn, SARA_A_STATS_JOINED);
	sara_notify_flow(flow, SARA_EVENT_CREATED);
	sara_standby_end(session, false);
	return flow;
}

/* For which reason is a session refused whose packet is dropped for this one? */
static int sara_session_refusal(int reason)
{
	return reason == SARA_A_STATS_DROP_NO_NODE ?
	       SARA_A_STATS_REFUSED_NO_NODE : SARA_A_STATS_REFUSED_FULL;
}

/*
 * A conversation that no flow is known of yet: of the session that its client
 * has, or a new one's. &sara_net.lock is held.
 */
static struct sara_flow *sara_session_open(struct sara_net *sn,
					   struct sara_service *service,
					   const struct sara_key *key,
					   const struct sara_call_name *call,
					   int *reason)
{
	struct sara_session *session = NULL;
	enum sara_verdict verdict;
	struct sara_flow *flow;

	if (service->dead) {
		*reason = SARA_A_STATS_DROP_NO_NODE;
		sara_service_refuse(service, SARA_A_STATS_REFUSED_NO_NODE);
		return NULL;
	}
	if (service->key == SARA_KEY_SOURCE)
		session = sara_source_find(service, key);
	if (session)
		return sara_session_join(session, key, reason);
	verdict = sara_admission_judge(service, key, call);
	if (verdict == SARA_VERDICT_REFUSED) {
		*reason = SARA_A_STATS_DROP_REFUSED;
		return NULL;
	}
	flow = sara_session_place(sn, service, key, call, verdict, reason);
	if (!flow)
		sara_service_refuse(service, sara_session_refusal(*reason));
	return flow;
}

/*
 * A client uses its port again while the last conversation's flow lingers:
 * that one is over now. Its session may go on with what else it has, or, if
 * it has all flows of its client, with what comes next.
 */
static void sara_session_retire(struct sara_flow *flow)
{
	struct sara_session *session = flow->session;

	sara_flow_del(flow);
	if (!session->n_flows && !rcu_access_pointer(session->source) &&
	    !session->has_lifetime && !session->lingering)
		sara_session_end(session, SARA_END_CLOSED);
}

/**
 * sara_session_start() - the first packet of a conversation with a service
 * @sn: the namespace
 * @service: found under RCU
 * @key: the flow's 5-tuple
 * @call: with key call-id, the name of the call, else NULL
 * @reason: on failure, the counter of the reason
 *
 * If another CPU was faster, its flow is returned. A TCP flow that is closing
 * gives way. With key source, a client that has a session stays with it.
 *
 * Context: softirq, RCU read side. Takes &sara_net.lock.
 * Return: the signalling flow, valid until rcu_read_unlock(), or NULL.
 */
struct sara_flow *sara_session_start(struct sara_net *sn,
				     struct sara_service *service,
				     const struct sara_key *key,
				     const struct sara_call_name *call,
				     int *reason)
{
	struct sara_flow *flow;

	spin_lock_bh(&sn->lock);
	flow = sara_flow_lookup(sn, call ? &call->key : key);
	if (flow && READ_ONCE(flow->status) == SARA_STATUS_CLOSING) {
		sara_session_retire(flow);
		flow = NULL;
	}
	if (!flow)
		flow = sara_session_open(sn, service, key, call, reason);
	spin_unlock_bh(&sn->lock);
	return flow;
}

/**
 * sara_session_settle() - a session becomes established, or ends to be standby
 * @session: the session, not established
 *
 * Context: softirq, RCU read side. Takes &sara_net.lock of a standby session.
 */
void sara_session_settle(struct sara_session *session)
{
	u8 was = READ_ONCE(session->status);

	if (unlikely(was == SARA_STATUS_STANDBY)) {
		spin_lock_bh(&session->sn->lock);
		sara_standby_end(session, false);
		spin_unlock_bh(&session->sn->lock);
		return;
	}
	WRITE_ONCE(session->status, SARA_STATUS_ESTABLISHED);
	if (was == SARA_STATUS_NEW)
		sara_notify_session(session, SARA_EVENT_CHANGED, 0);
}

/**
 * sara_session_set_lingering() - whether the agent saw a session's end
 * @session: a session in its table
 * @lingering: it did
 *
 * Context: &sara_net.lock held.
 */
void sara_session_set_lingering(struct sara_session *session, bool lingering)
{
	struct sara_node *node = session->node;

	lockdep_assert_held(&session->sn->lock);
	if (session->lingering == lingering)
		return;
	WRITE_ONCE(session->lingering, lingering);
	WRITE_ONCE(node->sessions_closing,
		   node->sessions_closing + (lingering ? 1 : -1));
	sara_policy_count(session->sn, node, lingering ? -1 : 1);
	sara_rank_update(node);
}

/**
 * sara_session_set_times() - how long a session stays
 * @session: the session
 * @args: lifetime or linger, if given
 *
 * Context: &sara_net.lock held.
 */
void sara_session_set_times(struct sara_session *session,
			    const struct sara_session_args *args)
{
	lockdep_assert_held(&session->sn->lock);
	if (args->has & BIT(SARA_A_SESSION_LIFETIME)) {
		session->has_lifetime = args->lifetime;
		sara_session_set_lingering(session, false);
		session->deadline = jiffies + msecs_to_jiffies(args->lifetime);
	} else if (args->has & BIT(SARA_A_SESSION_LINGER)) {
		session->has_lifetime = false;
		sara_session_set_lingering(session, true);
		session->deadline = jiffies + msecs_to_jiffies(args->linger);
	} else {
		return;
	}
	session->told = jiffies;
}

/**
 * sara_label_new() - a label
 * @text: its text; without one, or with an empty one, there is none
 * @label: where it is written: the caller's, until a session has it
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sara_label_new(const char *text, struct sara_label **label)
{
	size_t len;

	*label = NULL;
	if (!text || !*text)
		return 0;
	len = strlen(text) + 1;
	*label = kmalloc(struct_size(*label, text, len), GFP_KERNEL);
	if (!*label)
		return -ENOMEM;
	memcpy((*label)->text, text, len);
	return 0;
}

/**
 * sara_session_set() - what the agent knows of a session
 * @sn: the namespace
 * @id: the session's
 * @args: lifetime, end, label
 * @extack: where a refusal is explained
 *
 * Context: process, may sleep. Takes &sara_net.lock.
 * Return: 0; -ENOENT without such a session; -EINVAL for a contradiction;
 * -ENOMEM.
 */
int sara_session_set(struct sara_net *sn, u64 id,
		     const struct sara_session_args *args,
		     struct netlink_ext_ack *extack)
{
	struct sara_label *label, *old = NULL;
	struct sara_session *session;
	int err;

	if (args->has & BIT(SARA_A_SESSION_LIFETIME) &&
	    args->has & BIT(SARA_A_SESSION_LINGER)) {
		NL_SET_ERR_MSG(extack,
			       "a session has either a lifetime or an end: give lifetime or linger, not both");
		return -EINVAL;
	}
	if (args->own && args->standby) {
		NL_SET_ERR_MSG(extack,
			       "a session is this dispatcher's or another's: give own or standby, not both");
		return -EINVAL;
	}
	err = sara_label_new(args->label, &label);
	if (err)
		return err;

	spin_lock_bh(&sn->lock);
	rcu_read_lock();
	session = sara_session_find(sn, id);
	rcu_read_unlock();
	if (!session) {
		spin_unlock_bh(&sn->lock);
		kfree(label);
		NL_SET_ERR_MSG(extack,
			       "no session has this id: it may have ended");
		return -ENOENT;
	}
	if (args->standby)
		sara_standby_begin(session);
	sara_session_set_times(session, args);
	/* The agent knows it, so it is more than a stray packet. */
	list_del_init(&session->new_link);
	if (args->has & BIT(SARA_A_SESSION_LABEL))
		old = rcu_replace_pointer(session->label, label,
					  lockdep_is_held(&sn->lock));
	/* Which tells it, if the session was standby. */
	if (args->own && sara_standby(session))
		sara_standby_end(session, false);
	else
		sara_notify_session(session, SARA_EVENT_CHANGED, 0);
	spin_unlock_bh(&sn->lock);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static bool sara_session_matches(const struct sara_session *session,
				 const struct sara_node *node,
				 const struct sara_service *service)
{
	return (!node || session->node == node) &&
	       (!service || session->service == service);
}

/* One walk over the table; entries that moved meanwhile may be missed. */
static unsigned int sara_session_end_pass(struct sara_net *sn, u64 last_id,
					  const struct sara_node *node,
					  const struct sara_service *service,
					  enum sara_end why)
{
	struct rhashtable_iter iter;
	struct sara_session *session;
	unsigned int n = 0, seen = 0;

	rhashtable_walk_enter(&sn->sessions, &iter);
	rhashtable_walk_start(&iter);
	while ((session = rhashtable_walk_next(&iter))) {
		if (!IS_ERR(session) && session->id <= last_id &&
		    sara_session_matches(session, node, service)) {
			spin_lock_bh(&sn->lock);
			if (!session->dead) {
				sara_session_end(session, why);
				n++;
			}
			spin_unlock_bh(&sn->lock);
		}
		if (++seen % 64 == 0) {
			rhashtable_walk_stop(&iter);
			cond_resched();
			rhashtable_walk_start(&iter);
		}
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return n;
}

/**
 * sara_session_end_matching() - end the sessions of a node or service
 * @sn: the namespace
 * @node: only its sessions, or NULL
 * @service: only its sessions, or NULL
 * @why: is told to listeners and counted
 *
 * All that were there when it was called, that is.
 *
 * Context: process, may sleep. Takes &sara_net.lock.
 * Return: how many.
 */
unsigned int sara_session_end_matching(struct sara_net *sn,
				       const struct sara_node *node,
				       const struct sara_service *service,
				       enum sara_end why)
{
	unsigned int n, sum = 0;
	u64 last_id;

	spin_lock_bh(&sn->lock);
	last_id = sn->last_id;
	spin_unlock_bh(&sn->lock);
	/* A walk may miss what moves when entries go: until none is found. */
	do {
		n = sara_session_end_pass(sn, last_id, node, service, why);
		sum += n;
	} while (n);
	return sum;
}

/**
 * sara_session_net_init() - make the table of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_session_net_init(struct sara_net *sn)
{
	return rhashtable_init(&sn->sessions, &sara_session_params);
}

/**
 * sara_session_net_exit() - free the table of a namespace
 * @sn: the namespace, whose sessions were ended
 *
 * Context: process.
 */
void sara_session_net_exit(struct sara_net *sn)
{
	WARN_ON_ONCE(sn->n_sessions);
	rhashtable_destroy(&sn->sessions);
}

/**
 * sara_session_init() - make the cache
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_session_init(void)
{
	sara_session_cache = sara_cache_create("sara_session",
					       sizeof(struct sara_session), 0);
	return sara_session_cache ? 0 : -ENOMEM;
}

/**
 * sara_session_exit() - free the cache, after rcu_barrier()
 *
 * Context: process.
 */
void sara_session_exit(void)
{
	kmem_cache_destroy(sara_session_cache);
}
