// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of the agent that the copies go to: binding, and letting go what
 * waits for it.
 */
#include "hold.h"
#include "inspect.h"
#include "netlink.h"
#include "sara.h"
#include "sync.h"

/**
 * sara_nl_inspect_bind_doit() - the sender gets the copies of signalling
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EBUSY if another socket gets them, EOPNOTSUPP where replies cannot
 * wait, ENOMEM.
 */
int sara_nl_inspect_bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *time = info->attrs[SARA_A_INSPECT_HOLD_TIME];
	const struct nlattr *packets = info->attrs[SARA_A_INSPECT_HOLD_PACKETS];
	struct sara_net *sn = sara_net(genl_info_net(info));
	unsigned int wait = time ? nla_get_u32(time) : 0;
	struct sk_buff *answer;
	void *hdr;
	int err;

	if (wait && !SARA_CAN_RESUME) {
		NL_SET_ERR_MSG_ATTR(info->extack, time,
				    "replies cannot wait: this kernel was built without CONFIG_NET_CLS_ACT");
		return -EOPNOTSUPP;
	}
	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	err = sara_inspect_bind(sn, info->snd_portid, msecs_to_jiffies(wait),
				packets ? nla_get_u32(packets) :
					  SARA_HOLD_PACKETS,
				info->extack) ?:
	      nla_put_u64_64bit(answer, SARA_A_INSPECT_LOST,
				sara_inspect_lost(sn), SARA_A_INSPECT_PAD);
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_inspect_release_doit() - a reply need not wait any longer
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT if it does not wait any more.
 */
int sara_nl_inspect_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *hold = info->attrs[SARA_A_INSPECT_HOLD];

	if (!hold) {
		NL_SET_ERR_MSG(info->extack, "the reply's number is missing");
		return -EINVAL;
	}
	if (sara_hold_release(sara_net(genl_info_net(info)), nla_get_u64(hold)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, hold,
			    "no reply of this number waits (any more)");
	return -ENOENT;
}

/**
 * sara_nl_session_sync_doit() - new sessions wait for the sender, or not
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, EPERM if the copies go to another socket, or to none.
 */
int sara_nl_session_sync_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *time = info->attrs[SARA_A_SESSION_SYNC_TIME];
	const struct nlattr *packets = info->attrs[SARA_A_SESSION_SYNC_PACKETS];

	if (!time) {
		NL_SET_ERR_MSG(info->extack,
			       "sync-time is missing; 0 ends the waiting");
		return -EINVAL;
	}
	return sara_inspect_sync(sara_net(genl_info_net(info)),
				 info->snd_portid,
				 msecs_to_jiffies(nla_get_u32(time)),
				 packets ? nla_get_u32(packets) :
					   SARA_SYNC_PACKETS,
				 info->attrs[SARA_A_SESSION_SYNC_STRICT],
				 info->attrs[SARA_A_SESSION_SYNC_ORPHANS],
				 info->extack);
}

/**
 * sara_nl_session_release_doit() - a new session need not wait any longer
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EINVAL, ENOENT if it does not wait any more.
 */
int sara_nl_session_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[SARA_A_SESSION_ID];

	if (!id) {
		NL_SET_ERR_MSG(info->extack, "the session's id is missing");
		return -EINVAL;
	}
	if (sara_sync_release(sara_net(genl_info_net(info)), nla_get_u64(id)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, id,
			    "no session of this id waits (any more)");
	return -ENOENT;
}
