// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments made whole: only the first of them names the ports, and the agent
 * must see all of a message. The kernel's own reassembly does it, in queues
 * that are neither the local stack's nor conntrack's. What it does, in 6.1 and
 * 6.12 alike:
 *
 *  - a fragment that overlaps another one drops the whole packet (RFC 5722, in
 *    IPv4 too), so nobody can have two different packets seen here and at the
 *    node; one that is contained in what is there already is ignored;
 *  - memory is bounded per namespace, by ipfrag_high_thresh of net.ipv4 and
 *    nf_conntrack_frag6_high_thresh of net.netfilter (4 MB each). Beyond, all
 *    fragments are refused;
 *  - what stays incomplete goes after ipfrag_time (30 s) or
 *    nf_conntrack_frag6_timeout (60 s).
 *
 * Queued fragments hold no reference to a device or to anything of this
 * module, which may go before them.
 */
#include "defrag.h"

#include <linux/in.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "parse.h"
#include "sara.h"

/*
 * Whose queues. IPv4's timeout is told to the sender by an ICMP error, for some
 * users only where the destination is an address of this host, as it should be:
 * a gateway merely looks on. So this is one of those, under the number of a
 * bridge's conntrack zone that nobody is likely to have.
 */
#define SARA_DEFRAG_USER4	(IP_DEFRAG_CONNTRACK_BRIDGE_IN + 0x5341)
#define SARA_DEFRAG_USER6	0x53415241

/**
 * sara_defrag_wants() - may a fragment be part of a flow?
 * @pkt: as parsed, SARA_PARSED_FRAGMENT
 *
 * Context: any.
 * Return: true for TCP, UDP and what may be in front of them in IPv6.
 */
bool sara_defrag_wants(const struct sara_packet *pkt)
{
	switch (pkt->key.proto) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		return true;
	case NEXTHDR_DEST:
	case NEXTHDR_ROUTING:
		return pkt->key.family == AF_INET6;
	}
	return false;
}

/* As the stack would have it: a sound header, no padding, memory of its own. */
static int sara_defrag_prepare(struct sk_buff *skb,
			       const struct sara_packet *pkt)
{
	bool v4 = pkt->key.family == AF_INET;
	unsigned int len = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (!pskb_may_pull(skb, len))
		return -ENOMEM;
	if (v4) {
		len = ip_hdrlen(skb);
		if (!pskb_may_pull(skb, len))
			return -ENOMEM;
		if (ip_fast_csum(ip_hdr(skb), ip_hdr(skb)->ihl))
			return -EINVAL;
	}
	if (skb_is_gso(skb))
		return -EINVAL;
	/* When it is cut again a header is written, which listeners share. */
	if (pskb_trim_rcsum(skb, pkt->ip_len) ||
	    skb_orphan_frags_rx(skb, GFP_ATOMIC) ||
	    skb_unclone(skb, GFP_ATOMIC))
		return -ENOMEM;
	memset(skb->cb, 0, sizeof(skb->cb));
	return 0;
}

/* 0 when it is whole; otherwise an error number, and @skb is consumed. */
static int sara_defrag_ipv4(struct net *net, struct sk_buff *skb)
{
	return ip_defrag(net, skb, SARA_DEFRAG_USER4);
}

#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
static int sara_defrag_ipv6(struct net *net, struct sk_buff *skb)
{
	int err = nf_ct_frag6_gather(net, skb, SARA_DEFRAG_USER6);

	/* Fragments that are malformed are not judged, and come back as such. */
	if (!err && !(IP6CB(skb)->flags & IP6SKB_FRAGMENTED))
		err = -EINVAL;
	if (err && err != -EINPROGRESS)
		kfree_skb(skb);
	return err;
}
#else
static int sara_defrag_ipv6(struct net *net, struct sk_buff *skb)
{
	kfree_skb(skb);
	return -ENOMEM;
}
#endif

/**
 * sara_defrag() - one more fragment
 * @sn: the namespace
 * @skb: the fragment, from the network header on; not shared. It becomes the
 *	whole packet, otherwise it is consumed
 * @pkt: as parsed, SARA_PARSED_FRAGMENT
 *
 * Context: softirq.
 * Return: the length of the longest fragment, IP header included, if the
 * packet is whole now; 0 if @skb was consumed: it waits for others, or was
 * refused, which is counted.
 */
u16 sara_defrag(struct sara_net *sn, struct sk_buff *skb,
		const struct sara_packet *pkt)
{
	bool v4 = pkt->key.family == AF_INET;
	int err;

	sara_stats_inc(sn, SARA_A_STATS_FRAGMENTS);
	err = sara_defrag_prepare(skb, pkt);
	if (err)
		kfree_skb(skb);
	else if (v4)
		err = sara_defrag_ipv4(sn->net, skb);
	else
		err = sara_defrag_ipv6(sn->net, skb);

	switch (err) {
	case 0:
		sara_stats_inc(sn, SARA_A_STATS_REASSEMBLED);
		return (v4 ? IPCB(skb)->frag_max_size :
			     IP6CB(skb)->frag_max_size) ?: IPV6_MIN_MTU;
	case -EINPROGRESS:
		break;
	case -ENOMEM:
		sara_stats_inc(sn, SARA_A_STATS_REASSEMBLY_FULL);
		break;
	default:
		sara_stats_inc(sn, SARA_A_STATS_REASSEMBLY_REFUSED);
	}
	return 0;
}
