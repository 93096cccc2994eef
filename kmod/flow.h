/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows: exact 5-tuples on their way to a node.
 */
#ifndef _SARA_FLOW_H
#define _SARA_FLOW_H

#include <linux/atomic.h>

#include "sara.h"

struct sara_announcement;
struct sara_call_name;
struct sara_packet;
struct sara_session;

/**
 * struct sara_flow - a flow that was seen
 * @hash: in &sara_net.flows
 * @key: its name; that of a call is told by sara_call()
 * @session: owner; valid while the flow can be found under RCU
 * @last_seen: jiffies of the last packet, written only when it moved by a
 *	second
 * @identity: enum sara_identity, signalling or secondary
 * @form: enum sara_form of the announcement that brought it, 0 if signalling
 * @status: enum sara_status, written only when it changes
 * @established: it was once; tells how long an inactive TCP flow stays
 * @tcp_end: the sequence number after the highest that was seen and believed
 * @packets: on their way to the node
 * @bytes: IP bytes of them
 * @link: in &sara_session.flows
 * @rcu: of its memory
 */
struct sara_flow {
	struct rhash_head	hash;
	struct sara_key		key;
	struct sara_session	*session;
	unsigned long		last_seen;
	u8			identity;
	u8			form;
	u8			status;
	bool			established;
	u32			tcp_end;
	atomic64_t		packets;
	atomic64_t		bytes;
	struct list_head	link;
	struct rcu_head		rcu;
};

/**
 * struct sara_flow_past - what is known of a flow from elsewhere
 * @identity: enum sara_identity, signalling or secondary
 * @form: enum sara_form of the announcement that brought it, or 0
 * @closing: it is
 * @established: it was once
 * @has_tcp_end: the next is known
 * @tcp_end: as in &struct sara_flow
 * @idle: jiffies since its last packet
 * @packets: so far
 * @bytes: likewise
 */
struct sara_flow_past {
	u8		identity;
	u8		form;
	bool		closing;
	bool		established;
	bool		has_tcp_end;
	u32		tcp_end;
	unsigned long	idle;
	u64		packets;
	u64		bytes;
};

struct sara_flow *sara_flow_lookup(struct sara_net *sn,
				   const struct sara_key *key);
bool sara_flow_room(struct sara_net *sn, const struct sara_session *except);
struct sara_flow *sara_flow_add(struct sara_session *session,
				const struct sara_key *key,
				enum sara_identity identity, int *reason);
struct sara_flow *sara_flow_add_call(struct sara_session *session,
				     const struct sara_call_name *call,
				     const struct sara_key *tuple, int *reason);
struct sara_flow *sara_flow_restore(struct sara_session *session,
				    const struct sara_key *key,
				    const struct sara_call_name *call,
				    const struct sara_flow_past *past,
				    int *reason);
void sara_flow_recall(struct sara_flow *flow,
		      const struct sara_flow_past *past);
void sara_flow_del(struct sara_flow *flow);
int sara_flow_judge(struct sara_flow *flow, const struct sara_packet *pkt,
		    enum sara_status was, bool first);
unsigned long sara_flow_timeout(const struct sara_flow *flow);
unsigned long sara_flow_removal(const struct sara_flow *flow);

/**
 * sara_flow_touch() - a packet of the flow came, and is dropped
 * @flow: the flow
 *
 * Context: softirq, RCU read side.
 */
static inline void sara_flow_touch(struct sara_flow *flow)
{
	unsigned long now = jiffies;

	if (now - READ_ONCE(flow->last_seen) >= HZ)
		WRITE_ONCE(flow->last_seen, now);
}

int sara_flow_net_init(struct sara_net *sn);
void sara_flow_net_exit(struct sara_net *sn);
int sara_flow_init(void);
void sara_flow_exit(void);

#endif
