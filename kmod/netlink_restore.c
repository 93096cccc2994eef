// SPDX-License-Identifier: GPL-2.0
/*
 * Commands for sessions and flows that are restored.
 */
#include "flow.h"
#include "netlink.h"
#include "netlink_put.h"
#include "restore.h"
#include "sara.h"
#include "service.h"
#include "session.h"
#include "standby.h"

static u64 sara_nl_u64(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static u32 sara_nl_u32(const struct nlattr *attr, u32 missing)
{
	return attr ? nla_get_u32(attr) : missing;
}

/* What is known of a flow but its name. */
static void sara_nl_get_past(struct nlattr **t, struct sara_flow_past *past)
{
	const struct nlattr *tcp_end = t[SARA_A_PAST_TCP_END];
	u32 status = sara_nl_u32(t[SARA_A_PAST_STATUS], SARA_STATUS_NEW);

	*past = (struct sara_flow_past) {
		.identity	= sara_nl_u32(t[SARA_A_PAST_IDENTITY],
					      SARA_IDENTITY_SIGNALLING),
		.form		= sara_nl_u32(t[SARA_A_PAST_FORM], 0),
		.closing	= status == SARA_STATUS_CLOSING,
		.established	= status == SARA_STATUS_ESTABLISHED ||
				  nla_get_flag(t[SARA_A_PAST_ESTABLISHED]),
		.has_tcp_end	= tcp_end,
		.tcp_end	= sara_nl_u32(tcp_end, 0),
		.idle		= sara_restore_jiffies(sara_nl_u64(t[SARA_A_PAST_IDLE])),
		.packets	= sara_nl_u64(t[SARA_A_PAST_PACKETS]),
		.bytes		= sara_nl_u64(t[SARA_A_PAST_BYTES]),
	};
}

/* A flow to restore; it points into the message. */
static int sara_nl_get_flow(const struct nlattr *attr,
			    struct sara_restore_flow *flow,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *t[SARA_A_PAST_MAX + 1];
	int err;

	err = nla_parse_nested(t, SARA_A_PAST_MAX, attr, sara_past_nl_policy,
			       extack) ?:
	      sara_nl_get_flow_key(t[SARA_A_PAST_TUPLE], &flow->key, extack);
	if (err)
		return err;
	flow->call_id = NULL;
	if (t[SARA_A_PAST_CALL_ID] && *(char *)nla_data(t[SARA_A_PAST_CALL_ID]))
		flow->call_id = nla_data(t[SARA_A_PAST_CALL_ID]);
	sara_nl_get_past(t, &flow->past);
	if (flow->past.identity == SARA_IDENTITY_ANNOUNCED) {
		NL_SET_ERR_MSG_ATTR(extack, t[SARA_A_PAST_IDENTITY],
				    "an announced flow is restored as an announcement");
		return -EINVAL;
	}
	return 0;
}

static int sara_nl_get_restored(struct genl_info *info,
				struct sara_restore_args *args)
{
	struct nlattr **t = info->attrs;

	if (!t[SARA_A_SESSION_SERVICE] || !t[SARA_A_SESSION_NODE]) {
		NL_SET_ERR_MSG(info->extack,
			       "the session's service or node is missing");
		return -EINVAL;
	}
	args->service = nla_data(t[SARA_A_SESSION_SERVICE]);
	args->node = nla_data(t[SARA_A_SESSION_NODE]);
	if (t[SARA_A_SESSION_LABEL] && *(char *)nla_data(t[SARA_A_SESSION_LABEL]))
		args->label = nla_data(t[SARA_A_SESSION_LABEL]);
	/* As everywhere, a lifetime of 0 is none. */
	args->lifetime = sara_nl_u32(t[SARA_A_SESSION_LIFETIME], 0);
	if (args->lifetime)
		args->has |= BIT(SARA_A_SESSION_LIFETIME);
	if (sara_nl_wants(info, SARA_A_SESSION_LINGER, &args->has))
		args->linger = nla_get_u32(t[SARA_A_SESSION_LINGER]);
	if (hweight32(args->has) > 1) {
		NL_SET_ERR_MSG(info->extack,
			       "a session has either a lifetime or an end: give lifetime or linger, not both");
		return -EINVAL;
	}
	args->age = sara_nl_u64(t[SARA_A_SESSION_AGE]);
	args->packets = sara_nl_u64(t[SARA_A_SESSION_PACKETS]);
	args->bytes = sara_nl_u64(t[SARA_A_SESSION_BYTES]);
	if (!t[SARA_A_SESSION_SOURCE])
		return 0;
	return sara_nl_get_addr(t[SARA_A_SESSION_SOURCE], &args->family,
				&args->source, info->extack);
}

/**
 * sara_nl_session_restore_doit() - a session that was elsewhere, or before
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_restore_session(), and EINVAL.
 */
int sara_nl_session_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *flow_attr = info->attrs[SARA_A_SESSION_FLOW];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_restore_args args = {};
	struct sara_restore_flow flow;
	struct sk_buff *answer;
	void *hdr;
	u64 id;
	int err;

	err = sara_nl_get_restored(info, &args);
	if (!err && flow_attr) {
		err = sara_nl_get_flow(flow_attr, &flow, info->extack);
		args.flow = &flow;
	}
	if (err)
		return err;
	/* First what may fail: a session is not made to be forgotten. */
	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	err = sara_restore_session(sn, &args, &id, info->extack);
	if (!err)
		err = nla_put_u64_64bit(answer, SARA_A_SESSION_ID, id,
					SARA_A_SESSION_PAD);
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_session_seen_doit() - a node was seen to serve a signalling flow
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_restore_seen(), and EINVAL.
 */
int sara_nl_session_seen_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *past = info->attrs[SARA_A_SESSION_FLOW];
	const struct nlattr *mac = info->attrs[SARA_A_SESSION_MAC];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_restore_flow flow;
	struct sk_buff *answer;
	void *hdr;
	u64 id;
	int err;

	if (!past || !mac) {
		NL_SET_ERR_MSG(info->extack, "the flow or the MAC is missing");
		return -EINVAL;
	}
	err = sara_nl_get_flow(past, &flow, info->extack);
	if (err)
		return err;
	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	err = sara_restore_seen(sn, &flow, nla_data(mac), &id, info->extack);
	if (!err)
		err = nla_put_u64_64bit(answer, SARA_A_SESSION_ID, id,
					SARA_A_SESSION_PAD);
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_flow_restore_doit() - one more flow of a session
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: as sara_restore_flow(), and EINVAL.
 */
int sara_nl_flow_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *session = info->attrs[SARA_A_FLOW_SESSION];
	const struct nlattr *past = info->attrs[SARA_A_FLOW_PAST];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_restore_flow flow;
	int err;

	if (!session || !past) {
		NL_SET_ERR_MSG(info->extack,
			       "the id of the session or the flow's past is missing");
		return -EINVAL;
	}
	err = sara_nl_get_flow(past, &flow, info->extack);
	if (err)
		return err;
	return sara_restore_flow(sn, nla_get_u64(session), &flow, info->extack);
}

/* &sara_net.lock is held, RCU is read. */
static int sara_nl_flow_del(struct sara_net *sn, const struct sara_key *key,
			    const struct nlattr *call_id, u64 session,
			    struct netlink_ext_ack *extack)
{
	struct sara_flow *flow = sara_nl_flow_find(sn, key, call_id);

	if (!flow || (session && flow->session->id != session)) {
		NL_SET_ERR_MSG(extack, "there is no such flow");
		return -ENOENT;
	}
	if (!sara_standby(flow->session)) {
		NL_SET_ERR_MSG(extack,
			       "the flow's session is no standby session: its flows end by themselves");
		return -EBUSY;
	}
	sara_flow_del(flow);
	return 0;
}

/**
 * sara_nl_flow_del_doit() - a flow of a standby session is over
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.lock.
 * Return: 0, EINVAL, ENOENT, or EBUSY if packets of its session came here.
 */
int sara_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_key key;
	int err;

	err = sara_nl_get_flow_key(info->attrs[SARA_A_FLOW_TUPLE], &key,
				   info->extack);
	if (err)
		return err;
	rcu_read_lock();
	spin_lock_bh(&sn->lock);
	err = sara_nl_flow_del(sn, &key, info->attrs[SARA_A_FLOW_CALL_ID],
			       sara_nl_u64(info->attrs[SARA_A_FLOW_SESSION]),
			       info->extack);
	spin_unlock_bh(&sn->lock);
	rcu_read_unlock();
	return err;
}
