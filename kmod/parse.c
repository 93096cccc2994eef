// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes to flow key. Nothing is written, so a shared packet may be read.
 * Whatever is odd is told as such; it is never guessed at.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "parse.h"

/* Extension headers that are walked at most; more is taken for an attack. */
#define SARA_EXTHDRS_MAX	8

static enum sara_parsed sara_parse_udp(const struct sk_buff *skb,
				       struct sara_packet *pkt,
				       unsigned int l4_len)
{
	const struct udphdr *uh;
	struct udphdr buf;
	unsigned int len;

	uh = skb_header_pointer(skb, pkt->l4_offset, sizeof(buf), &buf);
	if (!uh || l4_len < sizeof(*uh))
		return SARA_PARSED_MALFORMED;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > l4_len)
		return SARA_PARSED_MALFORMED;
	pkt->key.sport = uh->source;
	pkt->key.dport = uh->dest;
	pkt->payload_offset = pkt->l4_offset + sizeof(*uh);
	pkt->payload_len = len - sizeof(*uh);
	return SARA_PARSED_FLOW;
}

static enum sara_parsed sara_parse_tcp(const struct sk_buff *skb,
				       struct sara_packet *pkt,
				       unsigned int l4_len)
{
	const struct tcphdr *th;
	struct tcphdr buf;
	unsigned int len;

	th = skb_header_pointer(skb, pkt->l4_offset, sizeof(buf), &buf);
	if (!th || l4_len < sizeof(*th))
		return SARA_PARSED_MALFORMED;
	len = th->doff * 4;
	if (len < sizeof(*th) || len > l4_len)
		return SARA_PARSED_MALFORMED;
	pkt->key.sport = th->source;
	pkt->key.dport = th->dest;
	pkt->payload_offset = pkt->l4_offset + len;
	pkt->payload_len = l4_len - len;
	pkt->tcp_seq = ntohl(th->seq);
	pkt->tcp_flags = ((const u8 *)th)[13];
	return SARA_PARSED_FLOW;
}

/*
 * Walk the extension headers up to the first that is none: pkt->key.proto, at
 * pkt->l4_offset. What this hook must not decide about (a source route not at
 * its end, encryption) is left to the stack.
 */
static enum sara_parsed sara_parse_exthdrs(const struct sk_buff *skb,
					   struct sara_packet *pkt,
					   unsigned int offset, u8 next)
{
	int i;

	for (i = 0; i <= SARA_EXTHDRS_MAX; i++) {
		/* All of them begin alike: next header, length. */
		const u8 *hdr;
		u8 buf[8];

		pkt->key.proto = next;
		pkt->l4_offset = offset;
		switch (next) {
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
		case NEXTHDR_ROUTING:
		case NEXTHDR_FRAGMENT:
			break;
		default:
			return SARA_PARSED_FLOW;
		}

		hdr = skb_header_pointer(skb, offset, sizeof(buf), buf);
		if (!hdr || offset + sizeof(buf) > pkt->ip_len)
			return SARA_PARSED_MALFORMED;
		if (next == NEXTHDR_ROUTING && hdr[3])
			return SARA_PARSED_OTHER;
		if (next == NEXTHDR_FRAGMENT) {
			unsigned int frag = hdr[2] << 8 | hdr[3];

			offset += 8;
			/* A fragment that is the whole packet is none. */
			if (frag & (IP6_OFFSET | IP6_MF)) {
				pkt->key.proto = hdr[0];
				pkt->l4_offset = offset;
				pkt->frag_offset = frag & IP6_OFFSET;
				return SARA_PARSED_FRAGMENT;
			}
		} else {
			offset += 8 * (hdr[1] + 1);
		}
		if (offset > pkt->ip_len)
			return SARA_PARSED_MALFORMED;
		next = hdr[0];
	}
	return SARA_PARSED_MALFORMED;
}

/* The IP header of the packet that an error quotes, at @quoted->l4_offset. */
static enum sara_parsed sara_parse_quoted_ipv4(const struct sk_buff *skb,
					       struct sara_packet *quoted)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, quoted->l4_offset, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return SARA_PARSED_OTHER;
	quoted->l4_offset += iph->ihl * 4;
	quoted->key.proto = iph->protocol;
	quoted->key.src.s6_addr32[0] = iph->saddr;
	quoted->key.dst.s6_addr32[0] = iph->daddr;
	quoted->frag_offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
	return SARA_PARSED_FLOW;
}

static enum sara_parsed sara_parse_quoted_ipv6(const struct sk_buff *skb,
					       struct sara_packet *quoted)
{
	const struct ipv6hdr *iph;
	struct ipv6hdr buf;

	iph = skb_header_pointer(skb, quoted->l4_offset, sizeof(buf), &buf);
	if (!iph || iph->version != 6)
		return SARA_PARSED_OTHER;
	quoted->key.src = iph->saddr;
	quoted->key.dst = iph->daddr;
	return sara_parse_exthdrs(skb, quoted,
				  quoted->l4_offset + sizeof(*iph),
				  iph->nexthdr);
}

/*
 * An ICMP error quotes the packet that it is about, which the virtual address
 * sent: addresses, protocol and ports are there, the rest may be cut. Ports are
 * only in the first of several fragments.
 */
static enum sara_parsed sara_parse_quoted(const struct sk_buff *skb,
					  struct sara_packet *pkt)
{
	bool v4 = pkt->key.family == AF_INET;
	struct sara_packet quoted = {
		.key.family	= pkt->key.family,
		.l4_offset	= pkt->l4_offset + sizeof(struct icmphdr),
		.ip_len		= pkt->ip_len,
	};
	enum sara_parsed parsed;
	const __be16 *ports;
	__be16 buf[2];

	parsed = v4 ? sara_parse_quoted_ipv4(skb, &quoted) :
		      sara_parse_quoted_ipv6(skb, &quoted);
	if (parsed != SARA_PARSED_FLOW && parsed != SARA_PARSED_FRAGMENT)
		return SARA_PARSED_OTHER;
	if (quoted.frag_offset ||
	    (quoted.key.proto != IPPROTO_UDP &&
	     quoted.key.proto != IPPROTO_TCP))
		return SARA_PARSED_OTHER;
	/* Nobody else's packets are told to the virtual address. */
	if (memcmp(&quoted.key.src, &pkt->key.dst, sizeof(pkt->key.dst)))
		return SARA_PARSED_OTHER;
	ports = skb_header_pointer(skb, quoted.l4_offset, sizeof(buf), buf);
	if (!ports || quoted.l4_offset + sizeof(buf) > pkt->ip_len)
		return SARA_PARSED_OTHER;
	quoted.key.sport = ports[0];
	quoted.key.dport = ports[1];
	pkt->key = quoted.key;
	/* What is left of a datagram may tell whose it was. */
	pkt->payload_offset = quoted.l4_offset + sizeof(struct udphdr);
	if (pkt->key.proto == IPPROTO_UDP &&
	    pkt->payload_offset < pkt->ip_len)
		pkt->payload_len = pkt->ip_len - pkt->payload_offset;
	sara_packet_reverse(pkt);
	return SARA_PARSED_ERROR;
}

/* The ICMP messages that quote a packet; a redirect is for the sender's host. */
static bool sara_icmp_quotes(u8 family, u8 type)
{
	if (family == AF_INET)
		return type == ICMP_DEST_UNREACH ||	/* or: too big */
		       type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETERPROB;
	return type == ICMPV6_DEST_UNREACH || type == ICMPV6_PKT_TOOBIG ||
	       type == ICMPV6_TIME_EXCEED || type == ICMPV6_PARAMPROB;
}

static noinline enum sara_parsed sara_parse_icmp(const struct sk_buff *skb,
						 struct sara_packet *pkt)
{
	const u8 *type;
	u8 buf;

	type = skb_header_pointer(skb, pkt->l4_offset, sizeof(buf), &buf);
	if (!type || !sara_icmp_quotes(pkt->key.family, *type))
		return SARA_PARSED_OTHER;
	return sara_parse_quoted(skb, pkt);
}

/* The rest of the packet, once the IP headers end at pkt->l4_offset. */
static enum sara_parsed sara_parse_l4(const struct sk_buff *skb,
				      struct sara_packet *pkt)
{
	unsigned int l4_len = pkt->ip_len - pkt->l4_offset;

	switch (pkt->key.proto) {
	case IPPROTO_UDP:
		return sara_parse_udp(skb, pkt, l4_len);
	case IPPROTO_TCP:
		return sara_parse_tcp(skb, pkt, l4_len);
	case IPPROTO_ICMP:
		if (pkt->key.family == AF_INET)
			return sara_parse_icmp(skb, pkt);
		break;
	case IPPROTO_ICMPV6:
		if (pkt->key.family == AF_INET6)
			return sara_parse_icmp(skb, pkt);
		break;
	}
	return SARA_PARSED_OTHER;
}

static enum sara_parsed sara_parse_ipv4(const struct sk_buff *skb,
					struct sara_packet *pkt)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return SARA_PARSED_MALFORMED;
	pkt->l4_offset = iph->ihl * 4;
	pkt->ip_len = ntohs(iph->tot_len);
	/* Aggregated beyond 64 kB the header has no room for the length. */
	if (!pkt->ip_len && skb_is_gso(skb))
		pkt->ip_len = skb->len;
	if (pkt->ip_len < pkt->l4_offset || pkt->ip_len > skb->len)
		return SARA_PARSED_MALFORMED;
	if (ipv4_is_multicast(iph->saddr) || ipv4_is_lbcast(iph->saddr))
		return SARA_PARSED_MALFORMED;

	pkt->key.family = AF_INET;
	pkt->key.proto = iph->protocol;
	pkt->key.src.s6_addr32[0] = iph->saddr;
	pkt->key.dst.s6_addr32[0] = iph->daddr;
	if (iph->frag_off & htons(IP_MF | IP_OFFSET)) {
		pkt->frag_offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
		return SARA_PARSED_FRAGMENT;
	}
	return SARA_PARSED_FLOW;
}

static enum sara_parsed sara_parse_ipv6(const struct sk_buff *skb,
					struct sara_packet *pkt)
{
	const struct ipv6hdr *iph;
	struct ipv6hdr buf;

	iph = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!iph || iph->version != 6)
		return SARA_PARSED_MALFORMED;
	pkt->ip_len = sizeof(*iph) + ntohs(iph->payload_len);
	if (!iph->payload_len && skb_is_gso(skb))
		pkt->ip_len = skb->len;
	if (pkt->ip_len > skb->len)
		return SARA_PARSED_MALFORMED;
	if (ipv6_addr_is_multicast(&iph->saddr))
		return SARA_PARSED_MALFORMED;

	pkt->key.family = AF_INET6;
	pkt->key.src = iph->saddr;
	pkt->key.dst = iph->daddr;
	return sara_parse_exthdrs(skb, pkt, sizeof(*iph), iph->nexthdr);
}

/**
 * sara_parse() - read what a packet is
 * @skb: a packet whose data begins at the network header; may be shared
 * @pkt: where it is written, all 0 before; so all bytes of the key are defined
 *
 * Context: any.
 * Return: what kind of packet it is.
 */
enum sara_parsed sara_parse(const struct sk_buff *skb, struct sara_packet *pkt)
{
	enum sara_parsed parsed = SARA_PARSED_OTHER;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		parsed = sara_parse_ipv4(skb, pkt);
		break;
	case htons(ETH_P_IPV6):
		parsed = sara_parse_ipv6(skb, pkt);
		break;
	}
	if (likely(parsed == SARA_PARSED_FLOW))
		parsed = sara_parse_l4(skb, pkt);
	return parsed;
}

/**
 * sara_packet_reverse() - the same packet, named in the other direction
 * @pkt: as parsed from a reply: its source is the virtual address
 *
 * Context: any.
 */
void sara_packet_reverse(struct sara_packet *pkt)
{
	swap(pkt->key.src, pkt->key.dst);
	swap(pkt->key.sport, pkt->key.dport);
}
