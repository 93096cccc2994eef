/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only writer of packets.
 */
#ifndef _SARA_XMIT_H
#define _SARA_XMIT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "node.h"
#include "parse.h"

bool sara_xmit_fits(const struct sk_buff *skb, const struct sara_packet *pkt,
		    unsigned int mtu);
int sara_xmit(const struct sara_nexthop *nexthop, struct sk_buff *skb,
	      const struct sara_packet *pkt);

/**
 * sara_xmit_refuses() - can a packet not be sent to a node?
 * @node: the node
 * @nexthop: of @node, read under RCU; may be NULL
 * @skb: the packet, from the network header on
 * @pkt: as parsed
 *
 * Context: softirq, RCU read side.
 * Return: 0 if it can, or the counter of why not.
 */
static inline int sara_xmit_refuses(const struct sara_node *node,
				    const struct sara_nexthop *nexthop,
				    const struct sk_buff *skb,
				    const struct sara_packet *pkt)
{
	unsigned int mtu;

	if (!nexthop || READ_ONCE(node->state) == SARA_NODE_STATE_DOWN ||
	    !(READ_ONCE(nexthop->dev->flags) & IFF_UP))
		return SARA_A_STATS_DROP_NODE_DOWN;
	mtu = READ_ONCE(nexthop->dev->mtu);
	if (unlikely(skb->len > mtu || pkt->frag_max) &&
	    !sara_xmit_fits(skb, pkt, mtu))
		return SARA_A_STATS_DROP_TOO_BIG;
	return 0;
}

#endif
