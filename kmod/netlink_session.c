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
 * sara_nl_get_service() - the service that an attribute names
 * @sn: the namespace
 * @attr: its name; NULL: none is named
 * @service: where it is written, without a reference; NULL for none
 * @extack: where a refusal is explained
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, or -ENOENT.
 */
int sara_nl_get_service(struct sara_net *sn, const struct nlattr *attr,
			struct sara_service **service,
			struct netlink_ext_ack *extack)
{
	*service = attr ? sara_service_find(sn, nla_data(attr)) : NULL;
	if (!attr || *service)
		return 0;
	sara_refuse(extack, "there is no service of this name",
		    "there is no service %s", (char *)nla_data(attr));
	return -ENOENT;
}

/**
 * sara_nl_get_node() - the node that an attribute names
 * @sn: the namespace
 * @attr: its name; NULL: none is named
 * @node: where it is written, without a reference; NULL for none
 * @extack: where a refusal is explained
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, or -ENOENT.
 */
int sara_nl_get_node(struct sara_net *sn, const struct nlattr *attr,
		     struct sara_node **node, struct netlink_ext_ack *extack)
{
	*node = attr ? sara_node_find(sn, nla_data(attr)) : NULL;
	if (!attr || *node)
		return 0;
	sara_refuse(extack, "there is no node of this name",
		    "there is no node %s", (char *)nla_data(attr));
	return -ENOENT;
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
	struct sara_service *service;
	struct sara_node *node;
	int err;

	mutex_lock(&sn->mutex);
	err = sara_nl_get_service(sn, service_attr, &service, extack) ?:
	      sara_nl_get_node(sn, node_attr, &node, extack);
	if (!err)
		sara_session_end_matching(sn, node, service, SARA_END_DELETED);
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
