// SPDX-License-Identifier: GPL-2.0
/*
 * Announcements: what the agent learnt from signalling, waiting for packets.
 */
#include "announce.h"

#include <linux/netlink.h>

#include "early.h"
#include "flow.h"
#include "key_table.h"
#include "notify.h"
#include "service.h"
#include "session.h"
#include "standby.h"

static struct kmem_cache *sara_announce_cache;

static int sara_announce_differs(struct rhashtable_compare_arg *arg,
				 const void *object)
{
	const struct sara_announcement *ann = object;

	return !sara_key_equal(arg->key, &ann->key);
}

static const struct rhashtable_params sara_announce_params = {
	.head_offset		= offsetof(struct sara_announcement, hash),
	.key_offset		= offsetof(struct sara_announcement, key),
	.key_len		= sizeof(struct sara_key),
	.hashfn			= sara_key_hash,
	.obj_cmpfn		= sara_announce_differs,
	.automatic_shrinking	= true,
};

/**
 * sara_announce_find() - the announcement with this key
 * @sn: the namespace
 * @key: all of it, with form
 *
 * Context: RCU read side.
 * Return: the announcement, valid until rcu_read_unlock(), or NULL.
 */
struct sara_announcement *sara_announce_find(struct sara_net *sn,
					     const struct sara_key *key)
{
	return rhashtable_lookup(&sn->announcements, key, sara_announce_params);
}

/**
 * sara_announce_match() - the first announcement, in the order of forms, that
 *	expects a flow
 * @sn: the namespace
 * @flow: the flow's key
 * @to_service: its destination is a service's own port
 * @last: the last form to look for
 *
 * Context: RCU read side.
 * Return: the announcement, valid until rcu_read_unlock(), or NULL.
 */
struct sara_announcement *sara_announce_match(struct sara_net *sn,
					      const struct sara_key *flow,
					      bool to_service,
					      enum sara_form last)
{
	struct sara_announcement *ann;
	struct sara_key key;
	u8 form;

	for (form = SARA_FORM_EXACT; form <= last; form++) {
		if (!READ_ONCE(sn->n_forms[form]))
			continue;
		/* A client's next call is no media of its last one. */
		if (form == SARA_FORM_HALF && to_service)
			continue;
		sara_key_match(form, flow, &key);
		ann = sara_announce_find(sn, &key);
		if (ann)
			return ann;
	}
	return NULL;
}

/**
 * sara_announce_promote() - the first packet of a flow that may be announced
 * @sn: the namespace
 * @flow: the flow's key
 * @to_service: its destination is a service's own port
 * @last: the last form to look for
 * @reason: on refusal, the counter of the reason; else left alone
 *
 * Context: softirq, RCU read side. Takes &sara_net.lock if it is announced.
 * Return: the flow, now secondary, valid until rcu_read_unlock(); NULL if it
 * is not announced or was refused.
 */
struct sara_flow *sara_announce_promote(struct sara_net *sn,
					const struct sara_key *flow,
					bool to_service, enum sara_form last,
					int *reason)
{
	struct sara_announcement *ann;
	struct sara_flow *promoted;

	if (!sara_announce_match(sn, flow, to_service, last))
		return NULL;

	spin_lock_bh(&sn->lock);
	promoted = sara_flow_lookup(sn, flow);
	if (promoted)
		goto out;	/* another CPU was faster */
	ann = sara_announce_match(sn, flow, to_service, last);
	if (!ann)
		goto out;	/* withdrawn meanwhile */
	promoted = sara_flow_add(ann->session, flow, SARA_IDENTITY_SECONDARY,
				 reason);
	if (!promoted)
		goto out;
	promoted->form = ann->key.form;
	sara_standby_end(ann->session, true);
	sara_session_seen(ann->session);
	sara_stats_inc(sn, SARA_A_STATS_PROMOTED);
	sara_notify_flow(promoted, SARA_EVENT_PROMOTED);
	if (!ann->promotions++)
		sara_notify_announcement(ann, SARA_EVENT_CHANGED);
out:
	spin_unlock_bh(&sn->lock);
	return promoted;
}

static void sara_announce_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(sara_announce_cache,
			container_of(rcu, struct sara_announcement, rcu));
}

/* Out of its session and the counts, and out of the table already. */
static void sara_announce_forget(struct sara_announcement *ann)
{
	struct sara_session *session = ann->session;
	struct sara_net *sn = session->sn;

	WRITE_ONCE(sn->n_announcements, sn->n_announcements - 1);
	WRITE_ONCE(sn->n_forms[ann->key.form], sn->n_forms[ann->key.form] - 1);
	list_del_rcu(&ann->link);
	session->n_announcements--;
	call_rcu(&ann->rcu, sara_announce_free_rcu);
}

/**
 * sara_announce_del() - an announcement is over; flows that it brought stay
 * @ann: the announcement, in its table
 *
 * It is told, unless it goes with its session.
 *
 * Context: &sara_net.lock held.
 */
void sara_announce_del(struct sara_announcement *ann)
{
	struct sara_net *sn = ann->session->sn;

	lockdep_assert_held(&sn->lock);
	if (!ann->session->dead)
		sara_notify_announcement(ann, SARA_EVENT_DELETED);
	rhashtable_remove_fast(&sn->announcements, &ann->hash,
			       sara_announce_params);
	sara_announce_forget(ann);
}

/* May a session take this announcement away from the one that has it? */
static bool sara_announce_yields(const struct sara_announcement *ann,
				 const struct sara_session *to)
{
	const struct sara_session *from = ann->session;

	/* The client uses its port again; the packets reach the same node. */
	if (from->node == to->node)
		return true;
	return !ann->promotions && from->lingering;
}

/*
 * A flow with this very name may be there: left behind by a conversation that
 * is over, or given to another session by an announcement that knew less than
 * this one does. It would keep the announced packets on its own node.
 */
static void sara_announce_oust(struct sara_net *sn,
			       const struct sara_announcement *ann)
{
	struct sara_key key = ann->key;
	struct sara_flow *flow;

	if (key.form != SARA_FORM_EXACT)
		return;
	key.form = 0;
	flow = sara_flow_lookup(sn, &key);
	if (!flow || flow->identity != SARA_IDENTITY_SECONDARY)
		return;
	if (READ_ONCE(flow->status) == SARA_STATUS_CLOSING ||
	    (flow->session != ann->session &&
	     (flow->session->lingering || flow->form != SARA_FORM_EXACT)))
		sara_flow_del(flow);
}

/* Put @ann under @session. &sara_net.lock is held, RCU is read. */
static int sara_announce_insert(struct sara_net *sn,
				struct sara_session *session,
				struct sara_announcement *ann,
				struct netlink_ext_ack *extack)
{
	struct sara_announcement *old = sara_announce_find(sn, &ann->key);

	if (old && old->session == session) {
		old->tag = ann->tag;
		WRITE_ONCE(old->expires, ann->expires);
		WRITE_ONCE(old->told, ann->told);
		old->promotions = max(old->promotions, ann->promotions);
		sara_notify_announcement(old, SARA_EVENT_CHANGED);
		return -EALREADY;
	}
	if (old && !sara_announce_yields(old, session)) {
		sara_stats_inc(sn, SARA_A_STATS_ANNOUNCE_CONFLICTS);
		NL_SET_ERR_MSG(extack,
			       "a session on another node expects the same flow");
		return -EEXIST;
	}
	if (session->n_announcements >=
	    min_t(u32, U16_MAX, READ_ONCE(sn->config.max_announcements))) {
		sara_stats_inc(sn, SARA_A_STATS_ANNOUNCE_FULL);
		NL_SET_ERR_MSG(extack,
			       "the session has as many announcements as max-announcements allows");
		return -ENOSPC;
	}
	if (!old && !sara_flow_room(sn, session)) {
		sara_stats_inc(sn, SARA_A_STATS_ANNOUNCE_FULL);
		NL_SET_ERR_MSG(extack,
			       "there are as many flows and announcements as max-flows allows");
		return -ENOSPC;
	}
	ann->session = session;
	if (old) {
		sara_notify_announcement(old, SARA_EVENT_DELETED);
		rhashtable_replace_fast(&sn->announcements, &old->hash,
					&ann->hash, sara_announce_params);
		sara_announce_forget(old);
	} else if (rhashtable_insert_fast(&sn->announcements, &ann->hash,
					  sara_announce_params)) {
		return -ENOMEM;
	}
	list_add_tail_rcu(&ann->link, &session->announcements);
	session->n_announcements++;
	WRITE_ONCE(sn->n_announcements, sn->n_announcements + 1);
	WRITE_ONCE(sn->n_forms[ann->key.form], sn->n_forms[ann->key.form] + 1);
	/* The agent knows the session, so it is more than a stray packet. */
	list_del_init(&session->new_link);
	sara_announce_oust(sn, ann);
	sara_stats_inc(sn, SARA_A_STATS_ANNOUNCED);
	sara_notify_announcement(ann, SARA_EVENT_CREATED);
	return 0;
}

/* Could a packet match it at all, and only such as it should? */
static int sara_announce_check(struct sara_net *sn, const struct sara_key *key,
			       struct netlink_ext_ack *extack)
{
	struct sara_service *service;

	switch (sara_service_lookup(sn, key->family, &key->dst, key->proto,
				    key->dport, &service)) {
	case SARA_VIP_NONE:
		NL_SET_ERR_MSG(extack,
			       "no service has the destination as its virtual address");
		return -EINVAL;
	case SARA_VIP_ADDRESS:
		return 0;
	case SARA_VIP_SERVICE:
		/* It would swallow the sessions of other clients. */
		if (key->form == SARA_FORM_ANY_PORT ||
		    key->form == SARA_FORM_ANY_SOURCE) {
			NL_SET_ERR_MSG(extack,
				       "the destination is a service's own port: name the client's address and port");
			return -EINVAL;
		}
		return 0;
	}
	return 0;
}

/**
 * sara_announce_add() - a session expects a flow
 * @sn: the namespace
 * @session_id: whose
 * @key: what is known of it, with form
 * @args: what the agent says about it
 * @extack: where a refusal is explained
 *
 * Context: process, may sleep. Takes &sara_net.lock.
 * Return: 0; -ENOENT without such a session; -EINVAL if no packet could match;
 * -EEXIST if a session on another node expects the same; -ENOSPC at a bound;
 * -ENOMEM.
 */
int sara_announce_add(struct sara_net *sn, u64 session_id,
		      const struct sara_key *key,
		      const struct sara_announce_args *args,
		      struct netlink_ext_ack *extack)
{
	struct sara_announcement *ann;
	struct sara_session *session;
	int err;

	ann = kmem_cache_alloc(sara_announce_cache, GFP_KERNEL);
	if (!ann)
		return -ENOMEM;
	memset(ann, 0, sizeof(*ann));
	ann->key = *key;
	ann->tag = args->tag;
	ann->promotions = args->promotions;
	ann->told = jiffies;
	if (args->ttl)
		ann->expires = (jiffies + msecs_to_jiffies(args->ttl)) ?: 1;

	rcu_read_lock();
	spin_lock_bh(&sn->lock);
	session = sara_session_find(sn, session_id);
	if (!session) {
		NL_SET_ERR_MSG(extack,
			       "no session has this id: it may have ended");
		err = -ENOENT;
		goto out;
	}
	err = sara_announce_check(sn, key, extack);
	if (!err)
		err = sara_announce_insert(sn, session, ann, extack);
out:
	spin_unlock_bh(&sn->lock);
	rcu_read_unlock();
	if (err)
		kmem_cache_free(sara_announce_cache, ann);
	else
		sara_early_release(sn, key);
	return err == -EALREADY ? 0 : err;
}

/* Was this flow brought by an announcement of its session that is meant? */
static bool sara_announce_brought(const struct sara_flow *flow,
				  const struct sara_announcement *only,
				  const u64 *tag)
{
	const struct sara_session *session = flow->session;
	const struct sara_announcement *ann;
	struct sara_key key;

	if (!flow->form)
		return false;
	sara_key_match(flow->form, &flow->key, &key);
	if (only)
		return !memcmp(&key, &only->key, sizeof(key));
	ann = sara_announce_find(session->sn, &key);
	return ann && ann->session == session && (!tag || ann->tag == *tag);
}

/*
 * What is withdrawn is over, and so is what it brought: those flows close, and
 * stay a while for what is still on its way. Of @session's announcements it is
 * @only, or those with @tag, or all. &sara_net.lock is held, RCU is read.
 */
static void sara_announce_close(struct sara_session *session,
				const struct sara_announcement *only,
				const u64 *tag)
{
	struct sara_flow *flow;

	if (only && !only->promotions)
		return;
	list_for_each_entry(flow, &session->flows, link) {
		if (!sara_announce_brought(flow, only, tag) ||
		    READ_ONCE(flow->status) == SARA_STATUS_CLOSING)
			continue;
		WRITE_ONCE(flow->status, SARA_STATUS_CLOSING);
		sara_notify_flow(flow, SARA_EVENT_CHANGED);
	}
}

static int sara_announce_withdraw_key(struct sara_net *sn, u64 session_id,
				      const struct sara_key *key,
				      struct netlink_ext_ack *extack)
{
	struct sara_announcement *ann = sara_announce_find(sn, key);

	if (!ann || (session_id && ann->session->id != session_id)) {
		NL_SET_ERR_MSG(extack, "this is not announced");
		return -ENOENT;
	}
	sara_announce_close(ann->session, ann, NULL);
	sara_announce_del(ann);
	return 0;
}

static int sara_announce_withdraw_all(struct sara_net *sn, u64 session_id,
				      const u64 *tag,
				      struct netlink_ext_ack *extack)
{
	struct sara_session *session = sara_session_find(sn, session_id);
	struct sara_announcement *ann, *next;

	if (!session) {
		NL_SET_ERR_MSG(extack,
			       "no session has this id: it may have ended");
		return -ENOENT;
	}
	sara_announce_close(session, NULL, tag);
	list_for_each_entry_safe(ann, next, &session->announcements, link) {
		if (!tag || ann->tag == *tag)
			sara_announce_del(ann);
	}
	return 0;
}

/**
 * sara_announce_withdraw() - a session no longer expects flows
 * @sn: the namespace
 * @session_id: whose; may be 0 if @key is given
 * @key: only the announcement with this key, with form, or NULL
 * @tag: only those of the session with this tag, or NULL
 * @extack: where a refusal is explained
 *
 * Flows that they brought close: they go when nothing comes for a while.
 *
 * Context: process. Takes &sara_net.lock.
 * Return: 0, also if no announcement of the session was left; -ENOENT without
 * such a session or key.
 */
int sara_announce_withdraw(struct sara_net *sn, u64 session_id,
			   const struct sara_key *key, const u64 *tag,
			   struct netlink_ext_ack *extack)
{
	int err;

	rcu_read_lock();
	spin_lock_bh(&sn->lock);
	if (key)
		err = sara_announce_withdraw_key(sn, session_id, key, extack);
	else
		err = sara_announce_withdraw_all(sn, session_id, tag, extack);
	spin_unlock_bh(&sn->lock);
	rcu_read_unlock();
	return err;
}

/**
 * sara_announce_net_init() - make the table of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_announce_net_init(struct sara_net *sn)
{
	return rhashtable_init(&sn->announcements, &sara_announce_params);
}

/**
 * sara_announce_net_exit() - free the table of a namespace
 * @sn: the namespace, without sessions
 *
 * Context: process.
 */
void sara_announce_net_exit(struct sara_net *sn)
{
	WARN_ON_ONCE(sn->n_announcements);
	rhashtable_destroy(&sn->announcements);
}

/**
 * sara_announce_init() - make the cache
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_announce_init(void)
{
	sara_announce_cache = sara_cache_create("sara_announcement",
						sizeof(struct sara_announcement),
						0);
	return sara_announce_cache ? 0 : -ENOMEM;
}

/**
 * sara_announce_exit() - free the cache, after rcu_barrier()
 *
 * Context: process.
 */
void sara_announce_exit(void)
{
	kmem_cache_destroy(sara_announce_cache);
}
