// SPDX-License-Identifier: GPL-2.0
/*
 * To a node: new Ethernet addresses, nothing else changes.
 */
#include "xmit.h"

#include <linux/if_vlan.h>
#ifdef SARA_HAVE_NET_GSO_H
#include <net/gso.h>
#endif
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>

#include "compat.h"
#include "node.h"
#include "parse.h"

/*
 * A packet that came in fragments leaves in fragments no longer than those
 * (IPv6: than its minimum MTU). Only IPv4 may cut them smaller on the way.
 */
static bool sara_xmit_cuts(const struct sk_buff *skb,
			   const struct sara_packet *pkt, unsigned int mtu)
{
	unsigned int max = pkt->frag_max;

	if (skb->protocol == htons(ETH_P_IPV6)) {
		max = max_t(unsigned int, max, IPV6_MIN_MTU);
		return max <= mtu &&
		       pkt->l4_offset + sizeof(struct frag_hdr) + 8 <= max;
	}
	if (max > mtu && ip_hdr(skb)->frag_off & htons(IP_DF))
		return false;
	return pkt->l4_offset + 8 <= min(max, mtu);
}

/**
 * sara_xmit_fits() - does each piece that a packet will be cut into fit?
 * @skb: the packet, from the network header on
 * @pkt: as parsed; or else @skb is longer than @mtu
 * @mtu: of the device that it leaves by
 *
 * Context: softirq.
 * Return: true if so.
 */
bool sara_xmit_fits(const struct sk_buff *skb, const struct sara_packet *pkt,
		    unsigned int mtu)
{
	if (pkt->frag_max)
		return sara_xmit_cuts(skb, pkt, mtu);
	return skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu);
}

/* Nothing of the way that the packet came may decide about the way it goes. */
static __always_inline void sara_xmit_scrub(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);	/* mark, tstamp, conntrack, dst, ext */
	skb->priority = 0;
	skb_set_queue_mapping(skb, 0);
	__vlan_hwaccel_clear_tag(skb);
	skb_forward_csum(skb);
}

/* One frame; @skb is consumed. 0, or the counter of the reason. */
static __always_inline int sara_xmit_frame(const struct sara_nexthop *nexthop,
					   struct sk_buff *skb)
{
	struct net_device *dev = nexthop->dev;
	struct ethhdr *eth;
	int err;

	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		kfree_skb(skb);
		return SARA_A_STATS_DROP_NO_MEMORY;
	}
	sara_xmit_scrub(skb);
	eth = __skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	BUILD_BUG_ON(sizeof(nexthop->eth) != 2 * ETH_ALEN);
	memcpy(eth, &nexthop->eth, sizeof(nexthop->eth));
	eth->h_proto = skb->protocol;
	skb->dev = dev;
	err = dev_queue_xmit(skb);
	return net_xmit_eval(err) ? SARA_A_STATS_DROP_XMIT : 0;
}

/**
 * struct sara_cut - a packet on its way through the kernel's fragmentation
 * @dst: the route that fragmentation asks for the device and its MTU; all
 *	pieces have it, which leads them back to here
 * @rt4: around it, for IPv4
 * @rt6: around it, for IPv6
 * @nexthop: where the pieces go
 * @reason: the counter of the reason why the first of them that failed did
 */
struct sara_cut {
	union {
		struct dst_entry	dst;
		struct rtable		rt4;
		struct rt6_info		rt6;
	};
	const struct sara_nexthop	*nexthop;
	int				reason;
};

static unsigned int sara_cut_mtu(const struct dst_entry *dst)
{
	return READ_ONCE(dst->dev->mtu);
}

static struct dst_ops sara_cut_ops = {
	.family	= AF_UNSPEC,
	.mtu	= sara_cut_mtu,
};

static int sara_cut_piece(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct sara_cut *cut = container_of(skb_dst(skb), struct sara_cut, dst);

	cut->reason = sara_xmit_frame(cut->nexthop, skb);
	return cut->reason ? -ENOBUFS : 0;	/* which ends it */
}

/*
 * Cut a packet into fragments as it came in, and send them; it is consumed. The
 * kernel uses the fragments themselves again where it can. The route is no more
 * than fragmentation needs; all references to it are gone when it returns.
 */
static noinline int sara_xmit_cut(const struct sara_nexthop *nexthop,
				  struct sk_buff *skb,
				  const struct sara_packet *pkt)
{
	struct net *net = dev_net(nexthop->dev);
	struct sara_cut cut;
	int err;

	if (!pskb_may_pull(skb, pkt->l4_offset)) {
		kfree_skb(skb);
		return SARA_A_STATS_DROP_NO_MEMORY;
	}
	memset(&cut, 0, sizeof(cut));
	cut.nexthop = nexthop;
	sara_dst_init(&cut.dst, &sara_cut_ops);
	cut.dst.dev = nexthop->dev;

	sara_xmit_scrub(skb);
	skb_dst_set_noref(skb, &cut.dst);
	skb->ignore_df = 1;
	memset(skb->cb, 0, sizeof(skb->cb));
	if (skb->protocol == htons(ETH_P_IPV6)) {
		IP6CB(skb)->frag_max_size = pkt->frag_max;
		err = ipv6_stub->ipv6_fragment(net, NULL, skb, sara_cut_piece);
	} else {
		IPCB(skb)->frag_max_size = pkt->frag_max;
		/* Of its options some are for the first fragment only. */
		IPCB(skb)->opt.optlen = pkt->l4_offset - sizeof(struct iphdr);
		if (ip_hdr(skb)->frag_off & htons(IP_DF))
			IPCB(skb)->flags |= IPSKB_FRAG_PMTU;
		err = ip_do_fragment(net, NULL, skb, sara_cut_piece);
	}
	if (!err)
		return 0;
	if (cut.reason)
		return cut.reason;
	return err == -ENOMEM ? SARA_A_STATS_DROP_NO_MEMORY :
				SARA_A_STATS_DROP_XMIT;
}

/**
 * sara_xmit() - send a packet to a node
 * @nexthop: of the node; sara_xmit_refuses() does not
 * @skb: the packet, from the network header on; may be shared or cloned; it
 *	is consumed in any case
 * @pkt: as parsed
 *
 * Context: softirq, RCU read side.
 * Return: 0, or the counter of the reason why it was not sent.
 */
int sara_xmit(const struct sara_nexthop *nexthop, struct sk_buff *skb,
	      const struct sara_packet *pkt)
{
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return SARA_A_STATS_DROP_NO_MEMORY;
	if (unlikely(pkt->frag_max))
		return sara_xmit_cut(nexthop, skb, pkt);
	return sara_xmit_frame(nexthop, skb);
}
