// SPDX-License-Identifier: GPL-2.0
/*
 * TCP RST and ICMP port unreachable, in the name of the virtual address: made
 * as nf_tables makes them, and sent back by the device and to the MAC that the
 * packet came from. So no route is asked for, nor needed.
 */
#include "reject.h"

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "parse.h"

#if IS_ENABLED(CONFIG_IPV6)
static struct sk_buff *sara_reject_v6(struct net_device *dev,
				      struct sk_buff *old, bool tcp)
{
	if (tcp)
		return nf_reject_skb_v6_tcp_reset(dev_net(dev), old, dev,
						  NF_NETDEV_INGRESS);
	return nf_reject_skb_v6_unreach(dev_net(dev), old, dev,
					NF_NETDEV_INGRESS,
					ICMPV6_PORT_UNREACH);
}
#else
static struct sk_buff *sara_reject_v6(struct net_device *dev,
				      struct sk_buff *old, bool tcp)
{
	return NULL;
}
#endif

static struct sk_buff *sara_reject_v4(struct net_device *dev,
				      struct sk_buff *old, bool tcp)
{
	if (tcp)
		return nf_reject_skb_v4_tcp_reset(dev_net(dev), old, dev,
						  NF_NETDEV_INGRESS);
	return nf_reject_skb_v4_unreach(dev_net(dev), old, dev,
					NF_NETDEV_INGRESS, ICMP_PORT_UNREACH);
}

/* May the sender be answered at all? */
static bool sara_reject_can(const struct sk_buff *skb)
{
	return skb_mac_header_was_set(skb) &&
	       skb_mac_header_len(skb) >= ETH_HLEN &&
	       is_valid_ether_addr(eth_hdr(skb)->h_source);
}

/* Back where @old came from; @answer is consumed. */
static bool sara_reject_send(struct net_device *dev, struct sk_buff *answer,
			     const struct sk_buff *old)
{
	int err;

	answer->protocol = old->protocol;
	if (dev_hard_header(answer, dev, ntohs(old->protocol),
			    eth_hdr(old)->h_source, eth_hdr(old)->h_dest,
			    answer->len) < 0) {
		kfree_skb(answer);
		return false;
	}
	err = dev_queue_xmit(answer);
	return !net_xmit_eval(err);
}

/**
 * sara_reject() - answer a packet by RST or ICMP error
 * @dev: on which it came
 * @skb: the packet, from the network header on; may be shared; it is only read
 * @pkt: as parsed; a TCP packet is one that opens a connection
 *
 * Context: softirq, RCU read side.
 * Return: true if an answer was sent.
 */
bool sara_reject(struct net_device *dev, const struct sk_buff *skb,
		 const struct sara_packet *pkt)
{
	bool tcp = pkt->key.proto == IPPROTO_TCP;
	struct sk_buff *old, *answer;
	bool sent;

	if (!sara_reject_can(skb))
		return false;
	/* The kernel's functions pull headers, and cut what is behind. */
	old = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	if (!old)
		return false;
	if (old->protocol == htons(ETH_P_IPV6))
		answer = sara_reject_v6(dev, old, tcp);
	else
		answer = sara_reject_v4(dev, old, tcp);
	sent = answer && sara_reject_send(dev, answer, old);
	consume_skb(old);
	return sent;
}
