// SPDX-License-Identifier: GPL-2.0
/*
 * Events to userspace.
 */
#include "notify.h"

#include <net/genetlink.h>

#include "announce.h"
#include "dev.h"
#include "flow.h"
#include "netlink.h"
#include "netlink_put.h"
#include "node.h"
#include "service.h"
#include "session.h"
#include "trace.h"

/**
 * struct sara_event_msg - an event that is being written
 * @skb: the message
 * @hdr: its generic netlink header
 */
struct sara_event_msg {
	struct sk_buff	*skb;
	void		*hdr;
};

static void sara_event_lost(struct sara_net *sn)
{
	local_bh_disable();
	sara_stats_inc(sn, SARA_A_STATS_EVENTS_LOST);
	local_bh_enable();
}

/* Returns false if nobody listens, or nobody can be told. */
static bool sara_event_begin(struct sara_net *sn, struct sara_event_msg *msg,
			     u8 cmd, size_t size)
{
	if (!genl_has_listeners(&sara_nl_family, sn->net, SARA_NLGRP_EVENTS))
		return false;
	msg->skb = genlmsg_new(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!msg->skb) {
		sara_event_lost(sn);
		return false;
	}
	msg->hdr = genlmsg_put(msg->skb, 0, 0, &sara_nl_family, 0, cmd);
	return true;
}

/* A listener whose buffer is full is told so by its own socket (ENOBUFS). */
static void sara_event_send(struct sara_net *sn, struct sara_event_msg *msg,
			    int err)
{
	if (!msg->hdr || err) {
		nlmsg_free(msg->skb);
		sara_event_lost(sn);
		return;
	}
	genlmsg_end(msg->skb, msg->hdr);
	err = genlmsg_multicast_netns(&sara_nl_family, sn->net, msg->skb, 0,
				      SARA_NLGRP_EVENTS, GFP_ATOMIC);
	if (err && err != -ESRCH)
		sara_event_lost(sn);
}

/**
 * sara_notify_dev() - something happened to an attached device
 * @sdev: the device
 * @event: what
 *
 * Context: process, &sara_net.mutex held.
 */
void sara_notify_dev(const struct sara_dev *sdev, enum sara_event event)
{
	struct sara_event_msg msg;
	int err;

	if (!sara_event_begin(sdev->sn, &msg, SARA_CMD_DEV_NTF, SARA_PUT_SIZE))
		return;
	err = nla_put_u32(msg.skb, SARA_A_DEV_EVENT, event) ?:
	      sara_put_dev(msg.skb, sdev);
	sara_event_send(sdev->sn, &msg, err);
}

/**
 * sara_notify_service() - something happened to a service
 * @service: the service
 * @event: what
 *
 * Context: process, &sara_net.mutex held.
 */
void sara_notify_service(const struct sara_service *service,
			 enum sara_event event)
{
	struct sara_event_msg msg;
	int err;

	if (!sara_event_begin(service->sn, &msg, SARA_CMD_SERVICE_NTF,
			      sara_put_service_size(service)))
		return;
	rcu_read_lock();
	err = nla_put_u32(msg.skb, SARA_A_SERVICE_EVENT, event) ?:
	      sara_put_service(msg.skb, service);
	rcu_read_unlock();
	sara_event_send(service->sn, &msg, err);
}

/**
 * sara_notify_node() - something happened to a node
 * @node: the node
 * @event: what
 *
 * Context: process, &sara_net.mutex held.
 */
void sara_notify_node(const struct sara_node *node, enum sara_event event)
{
	struct sara_event_msg msg;
	int err;

	if (!sara_event_begin(node->sn, &msg, SARA_CMD_NODE_NTF, SARA_PUT_SIZE))
		return;
	rcu_read_lock();
	err = nla_put_u32(msg.skb, SARA_A_NODE_EVENT, event) ?:
	      sara_put_node(msg.skb, node);
	rcu_read_unlock();
	sara_event_send(node->sn, &msg, err);
}

/**
 * sara_notify_session() - something happened to a session
 * @session: the session
 * @event: what
 * @end: why, when @event is SARA_EVENT_DELETED
 *
 * Context: any; RCU read side or &sara_net.lock held.
 */
void sara_notify_session(const struct sara_session *session,
			 enum sara_event event, enum sara_end end)
{
	struct sara_event_msg msg;
	int err;

	trace_sara_session(session, event, end);
	if (!sara_event_begin(session->sn, &msg, SARA_CMD_SESSION_NTF,
			      SARA_PUT_SIZE))
		return;
	rcu_read_lock();
	err = nla_put_u32(msg.skb, SARA_A_SESSION_EVENT, event);
	if (!err && event == SARA_EVENT_DELETED)
		err = nla_put_u32(msg.skb, SARA_A_SESSION_END, end);
	if (!err)
		err = sara_put_session(msg.skb, session);
	rcu_read_unlock();
	sara_event_send(session->sn, &msg, err);
}

/**
 * sara_notify_flow() - something happened to a flow
 * @flow: the flow
 * @event: what
 *
 * Context: any; RCU read side or &sara_net.lock held.
 */
void sara_notify_flow(const struct sara_flow *flow, enum sara_event event)
{
	struct sara_net *sn = flow->session->sn;
	struct sara_event_msg msg;
	int err;

	trace_sara_flow(flow, event);
	if (!sara_event_begin(sn, &msg, SARA_CMD_FLOW_NTF, SARA_PUT_SIZE))
		return;
	rcu_read_lock();
	err = nla_put_u32(msg.skb, SARA_A_FLOW_EVENT, event) ?:
	      sara_put_flow(msg.skb, flow);
	rcu_read_unlock();
	sara_event_send(sn, &msg, err);
}

/**
 * sara_notify_announcement() - something happened to an announcement
 * @ann: the announcement
 * @event: what
 *
 * Context: any; RCU read side or &sara_net.lock held.
 */
void sara_notify_announcement(const struct sara_announcement *ann,
			      enum sara_event event)
{
	struct sara_net *sn = ann->session->sn;
	struct sara_event_msg msg;
	int err;

	if (!sara_event_begin(sn, &msg, SARA_CMD_ANNOUNCE_NTF, SARA_PUT_SIZE))
		return;
	rcu_read_lock();
	err = nla_put_u32(msg.skb, SARA_A_ANNOUNCEMENT_EVENT, event) ?:
	      sara_put_announcement(msg.skb, ann);
	rcu_read_unlock();
	sara_event_send(sn, &msg, err);
}
