// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait outside the packet path: what early.c and sync.c share.
 *
 * Such a packet belongs to nobody else, refers to no device, as it outlives
 * that on which it came, and is parsed anew when it goes on.
 */
#include "kept.h"

#include "parse.h"

/**
 * sara_keep() - make a packet one that can be kept
 * @skb: from the network header on; may be shared; consumed
 * @flow: its flow
 * @pkt: as parsed
 * @until: jiffies when its time is over
 *
 * Fragments are joined into one buffer: each brings memory of its own, of which
 * the bounds know nothing.
 *
 * Context: softirq.
 * Return: the packet, or NULL without memory.
 */
struct sk_buff *sara_keep(struct sk_buff *skb, const struct sara_key *flow,
			  const struct sara_packet *pkt, unsigned long until)
{
	struct sara_kept *kept;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NULL;
	if (pkt->frag_max && skb_linearize(skb)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->dev = NULL;
	kept = sara_kept(skb);
	kept->flow = *flow;
	kept->until = until;
	kept->frag_max = pkt->frag_max;
	return skb;
}

/**
 * sara_kept_forward() - packets that were kept go on
 * @sn: the namespace
 * @taken: the packets, all consumed
 * @forward: called for each, with BH off and on the RCU read side
 *
 * Context: process or softirq, no lock held.
 */
void sara_kept_forward(struct sara_net *sn, struct sk_buff_head *taken,
		       sara_kept_fn forward)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(taken)))
		forward(sn, skb);
	rcu_read_unlock();
	local_bh_enable();
}
