// SPDX-License-Identifier: GPL-2.0
/*
 * To a node: new Ethernet addresses, nothing else changes.
 */
#include "xmit.h"

#include <linux/if_vlan.h>
#ifdef SARA_HAVE_NET_GSO_H
#include <net/gso.h>
#endif

#include "node.h"

/* Does the packet, or each segment that it will be cut into, fit? */
static bool sara_xmit_fits(const struct sk_buff *skb,
			   const struct net_device *dev)
{
	unsigned int mtu = READ_ONCE(dev->mtu);

	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/**
 * sara_xmit_route() - can a packet be sent to a node, and how?
 * @node: the node
 * @skb: the packet, from the network header on
 * @reason: if it cannot, the counter of the reason
 *
 * Context: softirq, RCU read side.
 * Return: its next hop, valid until rcu_read_unlock(), or NULL.
 */
const struct sara_nexthop *sara_xmit_route(const struct sara_node *node,
					   const struct sk_buff *skb,
					   int *reason)
{
	const struct sara_nexthop *nexthop = rcu_dereference(node->nexthop);

	if (!nexthop || READ_ONCE(node->state) == SARA_NODE_STATE_DOWN ||
	    !(READ_ONCE(nexthop->dev->flags) & IFF_UP)) {
		*reason = SARA_A_STATS_DROP_NODE_DOWN;
		return NULL;
	}
	if (!sara_xmit_fits(skb, nexthop->dev)) {
		*reason = SARA_A_STATS_DROP_TOO_BIG;
		return NULL;
	}
	return nexthop;
}

/* Nothing of the way that the packet came may decide about the way it goes. */
static void sara_xmit_scrub(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);	/* mark, tstamp, conntrack, dst, ext */
	skb->priority = 0;
	skb_set_queue_mapping(skb, 0);
	__vlan_hwaccel_clear_tag(skb);
	skb_forward_csum(skb);
}

/**
 * sara_xmit() - send a packet to a node
 * @nexthop: from sara_xmit_route()
 * @skb: the packet, from the network header on; may be shared or cloned; it
 *	is consumed in any case
 * @unshared: true is written if it had to be copied first
 *
 * Context: softirq, RCU read side.
 * Return: 0, or the counter of the reason why it was not sent.
 */
int sara_xmit(const struct sara_nexthop *nexthop, struct sk_buff *skb,
	      bool *unshared)
{
	struct net_device *dev = nexthop->dev;
	struct ethhdr *eth;
	int err;

	*unshared = skb_shared(skb) || skb_header_cloned(skb);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return SARA_A_STATS_DROP_NO_MEMORY;
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		kfree_skb(skb);
		return SARA_A_STATS_DROP_NO_MEMORY;
	}

	sara_xmit_scrub(skb);
	eth = skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	BUILD_BUG_ON(sizeof(nexthop->eth) != 2 * ETH_ALEN);
	memcpy(eth, &nexthop->eth, sizeof(nexthop->eth));
	eth->h_proto = skb->protocol;
	skb->dev = dev;
	err = dev_queue_xmit(skb);
	return net_xmit_eval(err) ? SARA_A_STATS_DROP_XMIT : 0;
}
