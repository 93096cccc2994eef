// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of sessions, flows and announcements: of all, of one session, or of
 * those that a filter lets through.
 */
#include "announce.h"
#include "call.h"
#include "flow.h"
#include "netlink.h"
#include "netlink_put.h"
#include "node.h"
#include "sara.h"
#include "service.h"
#include "session.h"

/**
 * struct sara_nl_filter - which sessions, or whose flows
 * @session: id, 0 for any
 * @service: id, 0 for any
 * @node: id, 0 for any
 * @call_id: of its signalling flow; empty for any
 */
struct sara_nl_filter {
	u64	session;
	u32	service;
	u32	node;
	char	call_id[SARA_CALL_ID_MAX + 1];
};

static bool sara_nl_calls(const struct sara_session *session, const char *id)
{
	const struct sara_flow *flow = rcu_dereference(session->signalling);
	const struct sara_call *call = flow ? sara_call(flow) : NULL;

	return call && !strcmp(call->id, id);
}

static bool sara_nl_matches(const struct sara_nl_filter *filter,
			    const struct sara_session *session)
{
	return (!filter->session || filter->session == session->id) &&
	       (!filter->service || filter->service == session->service->id) &&
	       (!filter->node || filter->node == session->node->id) &&
	       (!*filter->call_id || sara_nl_calls(session, filter->call_id));
}

/**
 * struct sara_nl_kind - what is dumped
 * @table: where all of them are, in &struct sara_net
 * @list: where those of a session are, in &struct sara_session; 0: it is one
 *	of them itself
 * @link: of that list, in the object
 * @owner: the session of one of them
 * @put: writes one
 */
struct sara_nl_kind {
	size_t				table;
	size_t				list;
	size_t				link;
	const struct sara_session	*(*owner)(const void *object);
	int				(*put)(struct sk_buff *skb,
					       const void *object);
};

/**
 * struct sara_nl_walk - a dump of one kind
 * @kind: which
 * @iter: position in its table, unless the filter names a session
 * @position: else how many of the session were passed already
 * @stopped_at: the object that did not fit into the last message; never
 *	followed, only compared
 * @filter: what is dumped
 *
 * What lives during the whole dump is dumped. If the table was resized, or the
 * object at the position went away between two messages, objects may come
 * twice: the dump is marked as interrupted (NLM_F_DUMP_INTR), and whoever
 * wants each once asks again.
 */
struct sara_nl_walk {
	const struct sara_nl_kind	*kind;
	struct rhashtable_iter		iter;
	u32				position;
	const void			*stopped_at;
	struct sara_nl_filter		filter;
};

static int sara_nl_filter_names(struct sara_net *sn,
				struct sara_nl_filter *filter,
				const struct nlattr *service_attr,
				const struct nlattr *node_attr,
				struct netlink_ext_ack *extack)
{
	struct sara_service *service;
	struct sara_node *node;
	int err;

	mutex_lock(&sn->mutex);
	err = sara_nl_get_service(sn, service_attr, &service, extack) ?:
	      sara_nl_get_node(sn, node_attr, &node, extack);
	if (!err) {
		filter->service = service ? service->id : 0;
		filter->node = node ? node->id : 0;
	}
	mutex_unlock(&sn->mutex);
	return err;
}

static struct sara_nl_walk *sara_nl_walk(const struct netlink_callback *cb)
{
	return (struct sara_nl_walk *)cb->args[0];
}

static int sara_nl_walk_start(struct netlink_callback *cb,
			      const struct sara_nl_kind *kind,
			      const struct nlattr *session,
			      const struct nlattr *service,
			      const struct nlattr *node,
			      const struct nlattr *call_id)
{
	struct sara_net *sn = sara_net(sock_net(cb->skb->sk));
	struct sara_nl_walk *walk;
	int err;

	walk = kzalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return -ENOMEM;
	walk->kind = kind;
	if (session)
		walk->filter.session = nla_get_u64(session);
	if (call_id)
		nla_strscpy(walk->filter.call_id, call_id,
			    sizeof(walk->filter.call_id));
	err = sara_nl_filter_names(sn, &walk->filter, service, node,
				   cb->extack);
	if (err) {
		kfree(walk);
		return err;
	}
	if (!walk->filter.session)
		rhashtable_walk_enter((void *)sn + kind->table, &walk->iter);
	cb->args[0] = (long)walk;
	cb->seq = 1;
	return 0;
}

/**
 * sara_nl_walk_done() - a dump is over, or its socket was closed
 * @cb: the dump
 *
 * Context: process.
 * Return: 0.
 */
int sara_nl_walk_done(struct netlink_callback *cb)
{
	struct sara_nl_walk *walk = sara_nl_walk(cb);

	if (!walk->filter.session)
		rhashtable_walk_exit(&walk->iter);
	kfree(walk);
	return 0;
}

/* Writes one object if it is asked for; false: the message is full. */
static bool sara_nl_walk_put(struct sk_buff *skb, struct netlink_callback *cb,
			     const void *object)
{
	const struct sara_nl_walk *walk = sara_nl_walk(cb);
	void *hdr;

	if (!sara_nl_matches(&walk->filter, walk->kind->owner(object)))
		return true;
	hdr = sara_nl_dump_begin(skb, cb);
	if (!hdr)
		return false;
	if (walk->kind->put(skb, object)) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/* The next object; may be an old one again if the table was resized. */
static void *sara_nl_walk_next(struct netlink_callback *cb, void *object)
{
	struct sara_nl_walk *walk = sara_nl_walk(cb);

	do {
		object = object ? rhashtable_walk_next(&walk->iter) :
				  rhashtable_walk_peek(&walk->iter);
		if (!IS_ERR(object))
			return object;
		cb->seq++;
	} while (true);
}

/* More of the table. Return: the object that did not fit. */
static const void *sara_nl_walk_table(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	struct sara_nl_walk *walk = sara_nl_walk(cb);
	void *object;

	if (rhashtable_walk_start_check(&walk->iter))
		cb->seq++;
	object = sara_nl_walk_next(cb, NULL);
	if (walk->stopped_at && walk->stopped_at != object)
		cb->seq++;
	while (object && sara_nl_walk_put(skb, cb, object))
		object = sara_nl_walk_next(cb, object);
	rhashtable_walk_stop(&walk->iter);
	return object;
}

/* What a session has behind this one, or first; NULL: no more. RCU is read. */
static const void *sara_nl_walk_after(const struct sara_nl_kind *kind,
				      const struct sara_session *session,
				      const void *object)
{
	const struct list_head *head = (void *)session + kind->list;
	const struct list_head *link = object ? object + kind->link : head;

	if (!kind->list)
		return object ? NULL : session;
	link = rcu_dereference(list_next_rcu(link));
	return link == head ? NULL : (void *)link - kind->link;
}

/*
 * More of what one session has, however many there are of others. Return: the
 * object that did not fit.
 */
static const void *sara_nl_walk_session(struct sk_buff *skb,
					struct netlink_callback *cb)
{
	struct sara_nl_walk *walk = sara_nl_walk(cb);
	const struct sara_session *session;
	const void *object = NULL;
	u32 i;

	rcu_read_lock();
	session = sara_session_find(sara_net(sock_net(cb->skb->sk)),
				    walk->filter.session);
	if (session)
		object = sara_nl_walk_after(walk->kind, session, NULL);
	for (i = 0; object && i < walk->position; i++)
		object = sara_nl_walk_after(walk->kind, session, object);
	if (walk->stopped_at && walk->stopped_at != object)
		cb->seq++;
	while (object && sara_nl_walk_put(skb, cb, object)) {
		object = sara_nl_walk_after(walk->kind, session, object);
		walk->position++;
	}
	rcu_read_unlock();
	return object;
}

static int sara_nl_walk_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sara_nl_walk *walk = sara_nl_walk(cb);

	walk->stopped_at = walk->filter.session ?
				   sara_nl_walk_session(skb, cb) :
				   sara_nl_walk_table(skb, cb);
	return skb->len;
}

static const struct sara_session *sara_nl_session_owner(const void *object)
{
	return object;
}

static int sara_nl_session_put(struct sk_buff *skb, const void *object)
{
	return sara_put_session(skb, object);
}

static const struct sara_nl_kind sara_nl_session_kind = {
	.table	= offsetof(struct sara_net, sessions),
	.owner	= sara_nl_session_owner,
	.put	= sara_nl_session_put,
};

/**
 * sara_nl_session_start() - begin to dump sessions
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_session_start(struct netlink_callback *cb)
{
	struct nlattr *attrs[SARA_A_SESSION_CALL_ID + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &sara_nl_family, attrs,
			    SARA_A_SESSION_CALL_ID, sara_session_get_nl_policy,
			    cb->extack);
	if (err)
		return err;
	return sara_nl_walk_start(cb, &sara_nl_session_kind,
				  attrs[SARA_A_SESSION_ID],
				  attrs[SARA_A_SESSION_SERVICE],
				  attrs[SARA_A_SESSION_NODE],
				  attrs[SARA_A_SESSION_CALL_ID]);
}

/**
 * sara_nl_session_get_dumpit() - sessions
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes, 0 at the end.
 */
int sara_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return sara_nl_walk_dump(skb, cb);
}

static const struct sara_session *sara_nl_flow_owner(const void *object)
{
	return ((const struct sara_flow *)object)->session;
}

static int sara_nl_flow_put(struct sk_buff *skb, const void *object)
{
	return sara_put_flow(skb, object);
}

static const struct sara_nl_kind sara_nl_flow_kind = {
	.table	= offsetof(struct sara_net, flows),
	.list	= offsetof(struct sara_session, flows),
	.link	= offsetof(struct sara_flow, link),
	.owner	= sara_nl_flow_owner,
	.put	= sara_nl_flow_put,
};

/**
 * sara_nl_flow_start() - begin to dump flows
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_flow_start(struct netlink_callback *cb)
{
	struct nlattr *attrs[SARA_A_FLOW_CALL_ID + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &sara_nl_family, attrs, SARA_A_FLOW_CALL_ID,
			    sara_flow_get_nl_policy, cb->extack);
	if (err)
		return err;
	return sara_nl_walk_start(cb, &sara_nl_flow_kind,
				  attrs[SARA_A_FLOW_SESSION],
				  attrs[SARA_A_FLOW_SERVICE],
				  attrs[SARA_A_FLOW_NODE],
				  attrs[SARA_A_FLOW_CALL_ID]);
}

/**
 * sara_nl_flow_get_dumpit() - flows
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes, 0 at the end.
 */
int sara_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return sara_nl_walk_dump(skb, cb);
}

static const struct sara_session *sara_nl_announce_owner(const void *object)
{
	return ((const struct sara_announcement *)object)->session;
}

static int sara_nl_announce_put(struct sk_buff *skb, const void *object)
{
	return sara_put_announcement(skb, object);
}

static const struct sara_nl_kind sara_nl_announce_kind = {
	.table	= offsetof(struct sara_net, announcements),
	.list	= offsetof(struct sara_session, announcements),
	.link	= offsetof(struct sara_announcement, link),
	.owner	= sara_nl_announce_owner,
	.put	= sara_nl_announce_put,
};

/**
 * sara_nl_announce_start() - begin to dump announcements
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_announce_start(struct netlink_callback *cb)
{
	struct nlattr *attrs[SARA_A_ANNOUNCEMENT_CALL_ID + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &sara_nl_family, attrs,
			    SARA_A_ANNOUNCEMENT_CALL_ID,
			    sara_announce_get_nl_policy, cb->extack);
	if (err)
		return err;
	return sara_nl_walk_start(cb, &sara_nl_announce_kind,
				  attrs[SARA_A_ANNOUNCEMENT_SESSION],
				  attrs[SARA_A_ANNOUNCEMENT_SERVICE],
				  attrs[SARA_A_ANNOUNCEMENT_NODE],
				  attrs[SARA_A_ANNOUNCEMENT_CALL_ID]);
}

/**
 * sara_nl_announce_get_dumpit() - announcements
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes, 0 at the end.
 */
int sara_nl_announce_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return sara_nl_walk_dump(skb, cb);
}
