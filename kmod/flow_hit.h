/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done for each packet of a flow that is known: in line, as this is the
 * way of nearly all of them.
 */
#ifndef _SARA_FLOW_HIT_H
#define _SARA_FLOW_HIT_H

#include <linux/rhashtable.h>
#include <net/tcp.h>

#include "flow.h"
#include "key_table.h"
#include "parse.h"
#include "session.h"

/*
 * How far from a flow's highest sequence number a TCP segment is believed. The
 * receiver's window is told in the replies, which do not come this way, so it
 * is a constant: several times what a conversation without window scaling can
 * have in flight (64 kB), whether lost before it came here (ahead) or repeated
 * (behind). A blind guess hits it once in 8192. Beyond it the node may still
 * believe a FIN that is not believed here: then its session stays until its
 * flows are silent for long, which costs memory, but breaks nothing.
 */
#define SARA_TCP_WINDOW		(256 * 1024)

static __always_inline int
sara_flow_differs(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct sara_flow *flow = object;

	return !sara_key_equal(arg->key, &flow->key);
}

static const struct rhashtable_params sara_flow_params = {
	.head_offset		= offsetof(struct sara_flow, hash),
	.key_offset		= offsetof(struct sara_flow, key),
	.key_len		= sizeof(struct sara_key),
	.hashfn			= sara_key_hash,
	.obj_cmpfn		= sara_flow_differs,
	.automatic_shrinking	= true,
};

/* sara_flow_lookup() for the packet path. */
static __always_inline struct sara_flow *
sara_flow_lookup_inline(struct sara_net *sn, const struct sara_key *key)
{
	return rhashtable_lookup(&sn->flows, key, sara_flow_params);
}

/* What a segment ends at, in sequence numbers. */
static inline u32 sara_tcp_end(const struct sara_packet *pkt)
{
	return pkt->tcp_seq + pkt->payload_len +
	       !!(pkt->tcp_flags & SARA_TCP_SYN) +
	       !!(pkt->tcp_flags & SARA_TCP_FIN);
}

/* Is a segment near what was seen of its flow? */
static inline bool sara_tcp_near(const struct sara_packet *pkt, u32 highest)
{
	return between(pkt->tcp_seq, highest - SARA_TCP_WINDOW,
		       highest + SARA_TCP_WINDOW);
}

/**
 * sara_flow_seen() - a packet of a flow goes to its node
 * @flow: the flow
 * @pkt: the packet
 *
 * Writes nothing but the flow's counts and its highest sequence number unless
 * time or status moved. A segment that is not believed only counts as packet;
 * the node judges it by what it knows itself.
 *
 * Context: softirq, RCU read side.
 * Return: 0, or the counter of why it was not believed.
 */
static __always_inline int sara_flow_seen(struct sara_flow *flow,
					  const struct sara_packet *pkt)
{
	bool first = atomic64_inc_return(&flow->packets) == 1;
	u8 status = READ_ONCE(flow->status);

	atomic64_add(pkt->ip_len, &flow->bytes);
	if (unlikely(status != SARA_STATUS_ESTABLISHED ||
		     pkt->tcp_flags & (SARA_TCP_SYN | SARA_TCP_FIN |
				       SARA_TCP_RST)))
		return sara_flow_judge(flow, pkt, status, first);
	if (flow->key.proto == IPPROTO_TCP) {
		u32 highest = READ_ONCE(flow->tcp_end);

		if (sara_tcp_near(pkt, highest) &&
		    after(sara_tcp_end(pkt), highest))
			WRITE_ONCE(flow->tcp_end, sara_tcp_end(pkt));
	}
	sara_flow_touch(flow);
	sara_session_seen(flow->session);
	return 0;
}

#endif
