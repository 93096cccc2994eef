/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that wait outside the packet path, and then go to their node.
 */
#ifndef _SARA_KEPT_H
#define _SARA_KEPT_H

#include <linux/skbuff.h>

#include "key.h"

struct sara_net;
struct sara_packet;

/**
 * struct sara_kept - what is known beside a packet that is kept
 * @flow: its flow
 * @until: low half of the jiffies when its time is over
 * @frag_max: see &struct sara_packet
 */
struct sara_kept {
	struct sara_key	flow;
	u32		until;
	u16		frag_max;
};

/**
 * sara_kept() - what is known of a packet that is kept
 * @skb: from sara_keep()
 *
 * Context: any.
 * Return: it, in the packet.
 */
static inline struct sara_kept *sara_kept(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct sara_kept) >
		     sizeof_field(struct sk_buff, cb));
	return (struct sara_kept *)skb->cb;
}

struct sk_buff *sara_keep(struct sk_buff *skb, const struct sara_key *flow,
			  const struct sara_packet *pkt, unsigned long until);

/* What becomes of one packet that was kept; it is consumed. */
typedef void (*sara_kept_fn)(struct sara_net *sn, struct sk_buff *skb);

void sara_kept_forward(struct sara_net *sn, struct sk_buff_head *taken,
		       sara_kept_fn forward);

#endif
