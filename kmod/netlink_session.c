// SPDX-License-Identifier: GPL-2.0
/*
 * Commands for what packets and the agent make: sessions, flows and
 * announcements.
 */
#include "admission.h"
#include "announce.h"
#include "call.h"
#include "flow.h"
#include "netlink.h"
#include "netlink_put.h"
#include "node.h"
#include "sara.h"
#include "service.h"
#include "session.h"
#include "standby.h"

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

static int sara_nl_filter_service(struct sara_net *sn,
				  struct sara_nl_filter *filter,
				  const struct nlattr *attr,
				  struct netlink_ext_ack *extack)
{
	const struct sara_service *service;

	if (!attr)
		return 0;
	service = sara_service_find(sn, nla_data(attr));
	if (!service) {
		sara_refuse(extack, "there is no service of this name",
			    "there is no service %s", (char *)nla_data(attr));
		return -ENOENT;
	}
	filter->service = service->id;
	return 0;
}

static int sara_nl_filter_node(struct sara_net *sn,
			       struct sara_nl_filter *filter,
			       const struct nlattr *attr,
			       struct netlink_ext_ack *extack)
{
	const struct sara_node *node;

	if (!attr)
		return 0;
	node = sara_node_find(sn, nla_data(attr));
	if (!node) {
		sara_refuse(extack, "there is no node of this name",
			    "there is no node %s", (char *)nla_data(attr));
		return -ENOENT;
	}
	filter->node = node->id;
	return 0;
}

/**
 * sara_nl_no_session() - tell that there is no such session
 * @id: the one that was asked for
 * @extack: where it is told
 *
 * Context: any.
 */
void sara_nl_no_session(u64 id, struct netlink_ext_ack *extack)
{
	sara_refuse(extack, "there is no session of this id, or no longer",
		    "there is no session %llu, or no longer", id);
}

/**
 * sara_nl_session_set_doit() - set lifetime, end, label or owner of a session
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_session_set().
 */
int sara_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_session_args args = {};
	struct nlattr **attrs = info->attrs;

	if (!attrs[SARA_A_SESSION_ID]) {
		NL_SET_ERR_MSG(info->extack, "the id of the session is missing");
		return -EINVAL;
	}
	if (sara_nl_wants(info, SARA_A_SESSION_LABEL, &args.has))
		args.label = nla_data(attrs[SARA_A_SESSION_LABEL]);
	if (sara_nl_wants(info, SARA_A_SESSION_LIFETIME, &args.has))
		args.lifetime = nla_get_u32(attrs[SARA_A_SESSION_LIFETIME]);
	if (sara_nl_wants(info, SARA_A_SESSION_LINGER, &args.has))
		args.linger = nla_get_u32(attrs[SARA_A_SESSION_LINGER]);
	args.own = nla_get_flag(attrs[SARA_A_SESSION_OWN]);
	args.standby = nla_get_flag(attrs[SARA_A_SESSION_STANDBY]);
	return sara_session_set(sn, nla_get_u64(attrs[SARA_A_SESSION_ID]),
				&args, info->extack);
}

static int sara_nl_session_del_one(struct sara_net *sn, u64 id, bool standby,
				   struct netlink_ext_ack *extack)
{
	struct sara_session *session;
	int err = 0;

	rcu_read_lock();
	spin_lock_bh(&sn->lock);
	session = sara_session_find(sn, id);
	if (!session || session->dead)
		err = -ENOENT;
	else if (standby && !sara_standby(session))
		err = -EBUSY;
	else
		sara_session_end(session, SARA_END_DELETED);
	spin_unlock_bh(&sn->lock);
	rcu_read_unlock();
	if (err == -ENOENT)
		sara_nl_no_session(id, extack);
	else if (err)
		NL_SET_ERR_MSG(extack,
			       "the session is no standby session, or no longer");
	return err;
}

static int sara_nl_session_del_many(struct sara_net *sn,
				    const struct nlattr *service_attr,
				    const struct nlattr *node_attr,
				    struct netlink_ext_ack *extack)
{
	const struct sara_service *service = NULL;
	const struct sara_node *node = NULL;
	struct sara_nl_filter filter;
	int err;

	mutex_lock(&sn->mutex);
	err = sara_nl_filter_service(sn, &filter, service_attr, extack) ?:
	      sara_nl_filter_node(sn, &filter, node_attr, extack);
	if (!err) {
		if (service_attr)
			service = sara_service_find(sn, nla_data(service_attr));
		if (node_attr)
			node = sara_node_find(sn, nla_data(node_attr));
		sara_session_end_matching(sn, node, service, SARA_END_DELETED);
	}
	mutex_unlock(&sn->mutex);
	return err;
}

/**
 * sara_nl_session_del_doit() - remove one session, those of a node or service,
 *	or all
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex for more than one.
 * Return: 0, EINVAL, ENOENT, or EBUSY if it should be standby and is not.
 */
int sara_nl_session_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *service = info->attrs[SARA_A_SESSION_SERVICE];
	const struct nlattr *node = info->attrs[SARA_A_SESSION_NODE];
	const struct nlattr *id = info->attrs[SARA_A_SESSION_ID];
	bool standby = nla_get_flag(info->attrs[SARA_A_SESSION_STANDBY]);
	bool all = nla_get_flag(info->attrs[SARA_A_SESSION_ALL]);
	struct sara_net *sn = sara_net(genl_info_net(info));

	if (!!id + (service || node) + all != 1) {
		NL_SET_ERR_MSG(info->extack,
			       "give either an id, or service and node, or all");
		return -EINVAL;
	}
	if (standby && !id) {
		NL_SET_ERR_MSG(info->extack, "with standby, give an id");
		return -EINVAL;
	}
	if (id)
		return sara_nl_session_del_one(sn, nla_get_u64(id), standby,
					       info->extack);
	return sara_nl_session_del_many(sn, service, node, info->extack);
}

/**
 * sara_nl_session_get_doit() - one session
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[SARA_A_SESSION_ID];
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_session *session;
	struct sk_buff *answer;
	void *hdr;
	int err;

	if (!id) {
		NL_SET_ERR_MSG(info->extack, "the id of the session is missing");
		return -EINVAL;
	}
	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rcu_read_lock();
	session = sara_session_find(sn, nla_get_u64(id));
	err = session ? sara_put_session(answer, session) : -ENOENT;
	rcu_read_unlock();
	if (err == -ENOENT)
		sara_nl_no_session(nla_get_u64(id), info->extack);
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_flow_find() - a flow by its tuple, or the call with this Call-ID, if
 *	that is what the service tells them by
 * @sn: the namespace
 * @tuple: its tuple
 * @call_id: the attribute, or NULL
 *
 * Context: RCU read side.
 * Return: the flow, valid until rcu_read_unlock(), or NULL.
 */
struct sara_flow *sara_nl_flow_find(struct sara_net *sn,
				    const struct sara_key *tuple,
				    const struct nlattr *call_id)
{
	struct sara_service *service;
	struct sara_flow *flow;
	struct sara_key key;

	key = *tuple;
	key.form = 0;
	flow = sara_flow_lookup(sn, &key);
	if (flow || !call_id ||
	    sara_service_lookup(sn, key.family, &key.dst, key.proto, key.dport,
				&service) != SARA_VIP_SERVICE ||
	    service->key != SARA_KEY_CALL_ID)
		return flow;
	sara_call_key(service, nla_data(call_id), strlen(nla_data(call_id)),
		      &key);
	return sara_flow_lookup(sn, &key);
}

/**
 * sara_nl_flow_get_doit() - one flow
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_flow *flow;
	struct sk_buff *answer;
	struct sara_key key;
	void *hdr;
	int err;

	err = sara_nl_get_flow_key(info->attrs[SARA_A_FLOW_TUPLE], &key,
				   info->extack);
	if (err)
		return err;
	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rcu_read_lock();
	flow = sara_nl_flow_find(sn, &key, info->attrs[SARA_A_FLOW_CALL_ID]);
	err = flow ? sara_put_flow(answer, flow) : -ENOENT;
	rcu_read_unlock();
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "there is no such flow");
	return sara_nl_send(info, answer, hdr, err);
}

/* The refused session of a flow, or of a call on it. RCU is read. */
static const struct sara_refused *
sara_nl_refused_flow(struct sara_net *sn, const struct sara_key *tuple,
		     const char *call_id, struct sara_service **service)
{
	struct sara_key call;
	bool calls;

	if (sara_service_lookup(sn, tuple->family, &tuple->dst, tuple->proto,
				tuple->dport, service) != SARA_VIP_SERVICE)
		return NULL;
	calls = call_id && (*service)->key == SARA_KEY_CALL_ID;
	if (calls)
		sara_call_key(*service, call_id, strlen(call_id), &call);
	return sara_admission_recall(*service, tuple, calls ? &call : NULL);
}

/* The refused call of any service. RCU is read. */
static const struct sara_refused *
sara_nl_refused_call(struct sara_net *sn, const char *call_id,
		     struct sara_service **service)
{
	const struct sara_refused *refused;
	struct sara_service *one;
	struct sara_key call;

	list_for_each_entry_rcu(one, &sn->services, link) {
		if (one->key != SARA_KEY_CALL_ID)
			continue;
		sara_call_key(one, call_id, strlen(call_id), &call);
		refused = sara_admission_recall(one, NULL, &call);
		if (refused) {
			*service = one;
			return refused;
		}
	}
	return NULL;
}

/**
 * sara_nl_refused_get_doit() - how a session was refused
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_refused_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *tuple = info->attrs[SARA_A_REFUSAL_TUPLE];
	const struct nlattr *call_id = info->attrs[SARA_A_REFUSAL_CALL_ID];
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_refused *refused;
	struct sara_service *service;
	struct sk_buff *answer;
	struct sara_key key;
	void *hdr;
	int err;

	if (!tuple && !call_id) {
		NL_SET_ERR_MSG(info->extack,
			       "give the tuple of a flow, or a Call-ID");
		return -EINVAL;
	}
	err = tuple ? sara_nl_get_flow_key(tuple, &key, info->extack) : 0;
	if (err)
		return err;
	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rcu_read_lock();
	if (tuple)
		refused = sara_nl_refused_flow(sn, &key,
					       call_id ? nla_data(call_id) : NULL,
					       &service);
	else
		refused = sara_nl_refused_call(sn, nla_data(call_id), &service);
	err = refused ? sara_put_refused(answer, service, refused) : -ENOENT;
	rcu_read_unlock();
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "no such session was refused by load, or that is forgotten");
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_announce_new_doit() - a session expects a flow
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_announce_add().
 */
int sara_nl_announce_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *session = info->attrs[SARA_A_ANNOUNCEMENT_SESSION];
	const struct nlattr *tag = info->attrs[SARA_A_ANNOUNCEMENT_TAG];
	const struct nlattr *ttl = info->attrs[SARA_A_ANNOUNCEMENT_TTL];
	const struct nlattr *promotions =
		info->attrs[SARA_A_ANNOUNCEMENT_PROMOTIONS];
	const struct sara_announce_args args = {
		.tag		= tag ? nla_get_u64(tag) : 0,
		.ttl		= ttl ? nla_get_u32(ttl) : 0,
		.promotions	= promotions ? nla_get_u32(promotions) : 0,
	};
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_key key;
	int err;

	if (!session) {
		NL_SET_ERR_MSG(info->extack, "the id of the session is missing");
		return -EINVAL;
	}
	err = sara_nl_get_tuple(info->attrs[SARA_A_ANNOUNCEMENT_TUPLE], &key,
				info->extack);
	if (err)
		return err;
	return sara_announce_add(sn, nla_get_u64(session), &key, &args,
				 info->extack);
}

/**
 * sara_nl_announce_del_doit() - a session no longer expects flows
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_announce_withdraw(), and EINVAL.
 */
int sara_nl_announce_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *session = info->attrs[SARA_A_ANNOUNCEMENT_SESSION];
	const struct nlattr *tuple = info->attrs[SARA_A_ANNOUNCEMENT_TUPLE];
	const struct nlattr *tag = info->attrs[SARA_A_ANNOUNCEMENT_TAG];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_key key;
	u64 mark = 0;
	int err;

	if (!session && !tuple) {
		NL_SET_ERR_MSG(info->extack, "give a session or a tuple");
		return -EINVAL;
	}
	if (tuple) {
		err = sara_nl_get_tuple(tuple, &key, info->extack);
		if (err)
			return err;
	}
	if (tag)
		mark = nla_get_u64(tag);
	return sara_announce_withdraw(sn, session ? nla_get_u64(session) : 0,
				      tuple ? &key : NULL, tag ? &mark : NULL,
				      info->extack);
}

/**
 * sara_nl_announce_get_doit() - one announcement
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_announce_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_announcement *ann;
	struct sk_buff *answer;
	struct sara_key key;
	void *hdr;
	int err;

	err = sara_nl_get_tuple(info->attrs[SARA_A_ANNOUNCEMENT_TUPLE], &key,
				info->extack);
	if (err)
		return err;
	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rcu_read_lock();
	ann = sara_announce_find(sn, &key);
	err = ann ? sara_put_announcement(answer, ann) : -ENOENT;
	rcu_read_unlock();
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "this is not announced");
	return sara_nl_send(info, answer, hdr, err);
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
	mutex_lock(&sn->mutex);
	err = sara_nl_filter_service(sn, &walk->filter, service, cb->extack) ?:
	      sara_nl_filter_node(sn, &walk->filter, node, cb->extack);
	mutex_unlock(&sn->mutex);
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
