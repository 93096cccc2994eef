// SPDX-License-Identifier: GPL-2.0
/*
 * Restoring: a session that another kernel had, or this one before, goes on
 * here, on the node where it was. It is neither offered nor placed, and waits
 * for its first packet as a standby session (standby.c).
 */
#include "restore.h"

#include <linux/netlink.h>
#include <net/ipv6.h>

#include "call.h"
#include "node.h"
#include "notify.h"
#include "service.h"
#include "session.h"
#include "source.h"
#include "standby.h"

/**
 * sara_restore_jiffies() - how long something has been, there
 * @ms: how long
 *
 * Context: any.
 * Return: in jiffies; what is too long is cut.
 */
unsigned long sara_restore_jiffies(u64 ms)
{
	return min_t(u64, MAX_JIFFY_OFFSET,
		     div_u64(min_t(u64, ms, BIT_ULL(50)) * HZ, MSEC_PER_SEC));
}

/* What it would be looked up by. */
static void sara_restore_key(const struct sara_service *service,
			     const struct sara_restore_flow *want,
			     struct sara_key *key)
{
	if (want->call_id)
		sara_call_key(service, want->call_id, strlen(want->call_id),
			      key);
	else
		*key = want->key;
}

/* Could it be a signalling flow of the service? RCU is read. */
static int sara_restore_check_signalling(const struct sara_service *service,
					 const struct sara_restore_flow *want,
					 struct netlink_ext_ack *extack)
{
	bool calls = service->key == SARA_KEY_CALL_ID;
	const struct sara_key *key = &want->key;
	struct sara_service *found;

	if (sara_service_lookup(service->sn, key->family, &key->dst, key->proto,
				key->dport, &found) != SARA_VIP_SERVICE ||
	    found != service) {
		sara_refuse(extack,
			    "the destination of a signalling flow is its service's",
			    "the flow's destination is not that of service %s",
			    service->name);
		return -EINVAL;
	}
	if (calls != !!want->call_id) {
		NL_SET_ERR_MSG(extack,
			       "a flow has a Call-ID if its service has key call-id, and only then");
		return -EINVAL;
	}
	if (want->past.form) {
		NL_SET_ERR_MSG(extack,
			       "no announcement brings a signalling flow: leave out its form");
		return -EINVAL;
	}
	return 0;
}

/* Could it be a flow of the service's sessions? RCU is read. */
static int sara_restore_check_flow(const struct sara_service *service,
				   const struct sara_restore_flow *want,
				   struct netlink_ext_ack *extack)
{
	const struct sara_key *key = &want->key;
	struct sara_service *found;

	if (want->past.identity == SARA_IDENTITY_SIGNALLING)
		return sara_restore_check_signalling(service, want, extack);
	if (want->call_id) {
		NL_SET_ERR_MSG(extack, "only a signalling flow has a Call-ID");
		return -EINVAL;
	}
	if (sara_service_lookup(service->sn, key->family, &key->dst, key->proto,
				key->dport, &found) == SARA_VIP_NONE) {
		NL_SET_ERR_MSG(extack,
			       "no service has the destination as its virtual address");
		return -EINVAL;
	}
	return 0;
}

/* The client's address, with key source; NULL if it is not told. */
static const struct in6_addr *
sara_restore_client(const struct sara_restore_args *args)
{
	if (args->flow &&
	    args->flow->past.identity == SARA_IDENTITY_SIGNALLING)
		return &args->flow->key.src;
	return args->family ? &args->source : NULL;
}

static int sara_restore_check(const struct sara_service *service,
			      const struct sara_restore_args *args,
			      struct netlink_ext_ack *extack)
{
	const struct in6_addr *client = sara_restore_client(args);
	bool sources = service->key == SARA_KEY_SOURCE;

	if (args->family &&
	    (!sources || args->family != service->family ||
	     !ipv6_addr_equal(client, &args->source))) {
		NL_SET_ERR_MSG(extack,
			       "the source is the client of a service with key source, as in its flow");
		return -EINVAL;
	}
	if (sources && !client) {
		NL_SET_ERR_MSG(extack,
			       "a session of a service with key source needs its signalling flow or source");
		return -EINVAL;
	}
	if (args->flow)
		return sara_restore_check_flow(service, args->flow, extack);
	if (!args->has) {
		NL_SET_ERR_MSG(extack,
			       "a session without a flow needs a lifetime or linger");
		return -EINVAL;
	}
	return 0;
}

static int sara_restore_conflict(const struct sara_session *session,
				 struct netlink_ext_ack *extack)
{
	sara_stats_inc(session->sn, SARA_A_STATS_RESTORE_CONFLICTS);
	sara_refuse(extack,
		    "the flow or client has another session, on another node or service",
		    "it has session %llu on node %s", session->id,
		    session->node->name);
	return -EEXIST;
}

/* Why there is no room for it. */
static int sara_restore_full(struct sara_net *sn, int reason,
			     struct netlink_ext_ack *extack)
{
	if (reason == SARA_A_STATS_DROP_NO_MEMORY)
		return -ENOMEM;
	sara_stats_inc(sn, SARA_A_STATS_RESTORE_FULL);
	if (reason == SARA_A_STATS_DROP_SESSIONS_FULL)
		NL_SET_ERR_MSG(extack,
			       "there are as many sessions as max-sessions allows");
	else
		NL_SET_ERR_MSG(extack,
			       "there are as many flows as max-flows or max-announcements allows");
	return -ENOSPC;
}

/* A new flow in a session. &sara_net.lock is held, RCU is read. */
static int sara_restore_add_flow(struct sara_session *session,
				 const struct sara_restore_flow *want,
				 struct netlink_ext_ack *extack)
{
	struct sara_call_name call;
	struct sara_flow *flow;
	int reason = 0;

	if (want->call_id) {
		call.id.len = strscpy(call.id.text, want->call_id,
				      sizeof(call.id.text));
		sara_restore_key(session->service, want, &call.key);
	}
	flow = sara_flow_restore(session, &want->key,
				 want->call_id ? &call : NULL, &want->past,
				 &reason);
	if (!flow)
		return sara_restore_full(session->sn, reason, extack);
	if (want->past.identity == SARA_IDENTITY_SIGNALLING &&
	    !rcu_access_pointer(session->signalling))
		rcu_assign_pointer(session->signalling, flow);
	if (want->past.established)
		list_del_init(&session->new_link);
	return 0;
}

/* Is it more than a stray packet, that may be given up for others? */
static bool sara_restore_worth(const struct sara_restore_args *args)
{
	return args->has || args->label ||
	       (args->flow && args->flow->past.established);
}

/* As sara_session_room(), but what is worth nothing takes nobody's room. */
static bool sara_restore_room(struct sara_net *sn,
			      const struct sara_restore_args *args, int *reason)
{
	bool worth = sara_restore_worth(args);

	*reason = SARA_A_STATS_DROP_SESSIONS_FULL;
	if (worth)
		return sara_session_room(sn);
	if (sn->n_sessions >= READ_ONCE(sn->config.max_sessions))
		return false;
	*reason = SARA_A_STATS_DROP_FLOWS_FULL;
	return sn->n_flows + sn->n_announcements <
	       READ_ONCE(sn->config.max_flows);
}

static void sara_restore_times(struct sara_session *session,
			       const struct sara_restore_args *args)
{
	const struct sara_session_args times = {
		.has		= args->has,
		.lifetime	= args->lifetime,
		.linger		= args->linger,
	};

	session->has_lifetime = false;
	sara_session_set_lingering(session, false);
	sara_session_set_times(session, &times);
	session->created = jiffies - sara_restore_jiffies(args->age);
	session->gone_packets = args->packets;
	session->gone_bytes = args->bytes;
}

/* A session that is not here. &sara_net.lock is held, RCU is read. */
static int sara_restore_new(struct sara_service *service,
			    struct sara_node *node,
			    const struct sara_restore_args *args,
			    struct sara_session **made,
			    struct netlink_ext_ack *extack)
{
	struct sara_key client = {};
	struct sara_net *sn = service->sn;
	struct sara_session *session;
	int reason, err = 0;

	if (!sara_restore_room(sn, args, &reason))
		return sara_restore_full(sn, reason, extack);
	session = sara_session_new(sn, service, node);
	if (!session)
		return -ENOMEM;
	session->status = SARA_STATUS_STANDBY;
	session->placement = SARA_PLACEMENT_RESTORED;
	sara_restore_times(session, args);
	if (!sara_restore_worth(args))
		list_add_tail(&session->new_link, &sn->new_sessions);
	if (service->key == SARA_KEY_SOURCE) {
		client.src = *sara_restore_client(args);
		err = sara_source_add(session, &client);
	}
	if (!err && args->flow)
		err = sara_restore_add_flow(session, args->flow, extack);
	if (err) {
		sara_session_unlink(session);
		return err;
	}
	sn->account.restored++;
	service->account.restored++;
	*made = session;
	return 0;
}

/* The session that it is already. &sara_net.lock is held, RCU is read. */
static struct sara_session *
sara_restore_find(struct sara_service *service,
		  const struct sara_restore_args *args, struct sara_flow **flow)
{
	struct sara_key key;

	*flow = NULL;
	if (args->flow) {
		sara_restore_key(service, args->flow, &key);
		*flow = sara_flow_lookup(service->sn, &key);
		if (*flow)
			return (*flow)->session;
	}
	if (service->key != SARA_KEY_SOURCE)
		return NULL;
	key = (struct sara_key) { .src = *sara_restore_client(args) };
	return sara_source_find(service, &key);
}

/*
 * What is told of a session that is here already. Of one that packets came of
 * here more is known here; it only gets what it lacks: it began when the client
 * was faster than whoever restores. &sara_net.lock is held, RCU is read.
 */
static int sara_restore_again(struct sara_session *session,
			      struct sara_flow *flow,
			      const struct sara_restore_args *args,
			      struct netlink_ext_ack *extack)
{
	unsigned long created = jiffies - sara_restore_jiffies(args->age);
	int err;

	if (args->flow && flow) {
		sara_flow_recall(flow, &args->flow->past);
	} else if (args->flow) {
		err = sara_restore_add_flow(session, args->flow, extack);
		if (err)
			return err;
	}
	if (sara_restore_worth(args))
		list_del_init(&session->new_link);
	if (sara_standby(session)) {
		sara_restore_times(session, args);
		return 0;
	}
	if (time_before(created, session->created)) {
		session->created = created;
		session->gone_packets += args->packets;
		session->gone_bytes += args->bytes;
	}
	if (args->has & BIT(SARA_A_SESSION_LIFETIME) &&
	    !session->has_lifetime && !session->lingering) {
		const struct sara_session_args times = {
			.has		= BIT(SARA_A_SESSION_LIFETIME),
			.lifetime	= args->lifetime,
		};

		sara_session_set_times(session, &times);
	}
	return 0;
}

/*
 * The label is the session's if it takes one, else it stays the caller's.
 * &sara_net.lock is held, RCU is read.
 */
static int sara_restore(struct sara_service *service, struct sara_node *node,
			const struct sara_restore_args *args,
			struct sara_label **label, u64 *id,
			struct netlink_ext_ack *extack)
{
	struct sara_session *session;
	struct sara_flow *flow;
	bool known;
	int err;

	session = sara_restore_find(service, args, &flow);
	known = session;
	if (known && (session->service != service || session->node != node))
		return sara_restore_conflict(session, extack);
	err = known ? sara_restore_again(session, flow, args, extack) :
		      sara_restore_new(service, node, args, &session, extack);
	if (err)
		return err;
	/* Of a session that is another's, its own word counts: none, too. */
	if (sara_standby(session) ||
	    (*label && !rcu_access_pointer(session->label)))
		*label = rcu_replace_pointer(session->label, *label,
					     lockdep_is_held(&service->sn->lock));
	if (!known)
		sara_notify_session(session, SARA_EVENT_CREATED, 0);
	*id = session->id;
	return 0;
}

/**
 * sara_restore_session() - a session that was elsewhere, or before
 * @sn: the namespace
 * @args: what is known of it
 * @id: where its id is written
 * @extack: where a refusal is explained
 *
 * Context: process, may sleep. Takes &sara_net.mutex and &sara_net.lock.
 * Return: 0, also if it is here already; -ENOENT without its service or node;
 * -EEXIST if its flow or client has another session; -EINVAL if no packet could
 * come of it; -ENOSPC at a bound; -ENOMEM.
 */
int sara_restore_session(struct sara_net *sn,
			 const struct sara_restore_args *args, u64 *id,
			 struct netlink_ext_ack *extack)
{
	struct sara_label *label = NULL;
	struct sara_service *service;
	struct sara_node *node;
	int err;

	err = sara_label_new(args->label, &label);
	if (err)
		return err;
	mutex_lock(&sn->mutex);
	service = sara_service_find(sn, args->service);
	node = sara_node_find(sn, args->node);
	if (!service) {
		sara_refuse(extack, "there is no service of this name",
			    "there is no service %s", args->service);
		err = -ENOENT;
	} else if (!node) {
		sara_refuse(extack, "there is no node of this name",
			    "there is no node %s", args->node);
		err = -ENOENT;
	} else {
		rcu_read_lock();
		spin_lock_bh(&sn->lock);
		err = sara_restore_check(service, args, extack) ?:
		      sara_restore(service, node, args, &label, id, extack);
		spin_unlock_bh(&sn->lock);
		rcu_read_unlock();
	}
	mutex_unlock(&sn->mutex);
	if (label)
		kfree_rcu(label, rcu);
	return err;
}

/* The session of a flow that a node serves. &sara_net.lock is held, RCU is read. */
static int sara_restore_served(struct sara_service *service,
			       struct sara_node *node,
			       const struct sara_restore_flow *want, u64 *id,
			       struct netlink_ext_ack *extack)
{
	const struct sara_restore_args args = { .flow = want };
	struct sara_session *session;
	struct sara_flow *flow;
	int err = 0;

	session = sara_restore_find(service, &args, &flow);
	if (session && (session->service != service || session->node != node))
		return sara_restore_conflict(session, extack);
	if (session && !flow)
		err = sara_restore_add_flow(session, want, extack);
	if (!session) {
		err = sara_restore_new(service, node, &args, &session, extack);
		if (err)
			return err;
		sara_stats_inc(service->sn, SARA_A_STATS_SEEN);
		sara_notify_session(session, SARA_EVENT_CREATED, 0);
	}
	*id = session->id;
	return err;
}

/**
 * sara_restore_seen() - a node was seen to serve a signalling flow
 * @sn: the namespace
 * @want: the flow; its Call-ID counts only if its service has key call-id
 * @mac: the node's
 * @id: where the session's id is written
 * @extack: where a refusal is explained
 *
 * If no session has the flow, it is one of this node's from now on. A standby
 * session: another dispatcher may be about to tell of it.
 *
 * Context: process, may sleep. Takes &sara_net.mutex and &sara_net.lock.
 * Return: 0, also if the node's session has it already; -ENOENT without such a
 * service or node; -EEXIST if it is a session's on another node; -EINVAL if it
 * is no signalling flow; -ENOSPC at a bound; -ENOMEM.
 */
int sara_restore_seen(struct sara_net *sn, struct sara_restore_flow *want,
		      const u8 *mac, u64 *id, struct netlink_ext_ack *extack)
{
	const struct sara_key *key = &want->key;
	struct sara_service *service;
	struct sara_node *node;
	int err;

	if (want->past.identity != SARA_IDENTITY_SIGNALLING) {
		NL_SET_ERR_MSG(extack,
			       "only a signalling flow makes a session");
		return -EINVAL;
	}
	mutex_lock(&sn->mutex);
	rcu_read_lock();
	node = sara_node_find_mac(sn, mac);
	if (sara_service_lookup(sn, key->family, &key->dst, key->proto,
				key->dport, &service) != SARA_VIP_SERVICE) {
		NL_SET_ERR_MSG(extack,
			       "no service has the flow's destination");
		err = -ENOENT;
	} else if (!node) {
		NL_SET_ERR_MSG(extack, "no node has this MAC");
		err = -ENOENT;
	} else {
		if (service->key != SARA_KEY_CALL_ID)
			want->call_id = NULL;
		spin_lock_bh(&sn->lock);
		err = sara_restore_check_signalling(service, want, extack) ?:
		      sara_restore_served(service, node, want, id, extack);
		spin_unlock_bh(&sn->lock);
	}
	rcu_read_unlock();
	mutex_unlock(&sn->mutex);
	return err;
}

/* &sara_net.lock is held, RCU is read. */
static int sara_restore_one_flow(struct sara_session *session,
				 const struct sara_restore_flow *want,
				 struct netlink_ext_ack *extack)
{
	const struct sara_source *source = rcu_dereference(session->source);
	struct sara_flow *flow;
	struct sara_key key;
	int err;

	err = sara_restore_check_flow(session->service, want, extack);
	if (err)
		return err;
	if (source && want->past.identity == SARA_IDENTITY_SIGNALLING &&
	    !ipv6_addr_equal(&source->key.addr, &want->key.src)) {
		NL_SET_ERR_MSG(extack, "the session is another client's");
		return -EINVAL;
	}
	sara_restore_key(session->service, want, &key);
	flow = sara_flow_lookup(session->sn, &key);
	if (!flow)
		return sara_restore_add_flow(session, want, extack);
	if (flow->session != session)
		return sara_restore_conflict(flow->session, extack);
	sara_flow_recall(flow, &want->past);
	if (want->past.established)
		list_del_init(&session->new_link);
	return 0;
}

/**
 * sara_restore_flow() - one more flow of a session that was restored
 * @sn: the namespace
 * @id: the session's
 * @want: what is known of the flow
 * @extack: where a refusal is explained
 *
 * Context: process. Takes &sara_net.lock.
 * Return: 0, also if it is there already; -ENOENT without such a session;
 * -EEXIST if it is another session's; -EINVAL if no packet could come of it;
 * -ENOSPC at a bound; -ENOMEM.
 */
int sara_restore_flow(struct sara_net *sn, u64 id,
		      const struct sara_restore_flow *want,
		      struct netlink_ext_ack *extack)
{
	struct sara_session *session;
	int err;

	rcu_read_lock();
	spin_lock_bh(&sn->lock);
	session = sara_session_find(sn, id);
	if (session) {
		err = sara_restore_one_flow(session, want, extack);
	} else {
		NL_SET_ERR_MSG(extack,
			       "no session has this id: it may have ended");
		err = -ENOENT;
	}
	spin_unlock_bh(&sn->lock);
	rcu_read_unlock();
	return err;
}
