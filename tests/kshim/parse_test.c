// SPDX-License-Identifier: GPL-2.0
/*
 * The parser by a table: packet bytes in, kind of packet and key out. Each
 * packet is tried cut between linear and other memory at every place, which
 * must not matter. Then all packets are mutated, with a fixed seed: whatever
 * they say, the parser stays within them.
 *
 *   build/default/bin/kshim_parse
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/in.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "parse.h"

#define MUTATIONS	20000
#define BYTES_MAX	512

struct packet {
	__be16		protocol;
	bool		gso;
	unsigned int	len;
	u8		bytes[BYTES_MAX];
};

struct expect {
	enum sara_parsed	parsed;
	u8			family;
	u8			proto;
	u16			sport;
	u16			dport;
	unsigned int		l4;
	unsigned int		payload;
	unsigned int		payload_len;
	unsigned int		ip_len;
	u32			seq;
	u8			flags;
};

struct test {
	const char	*name;
	void		(*build)(struct packet *p);
	struct expect	expect;
};

/* --- building bytes ----------------------------------------------------- */

static void put(struct packet *p, const void *bytes, unsigned int len)
{
	if (p->len + len > BYTES_MAX)
		abort();
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

static void put8(struct packet *p, unsigned int v)
{
	u8 b = (u8)v;

	put(p, &b, 1);
}

static void put16(struct packet *p, unsigned int v)
{
	put8(p, v >> 8);
	put8(p, v & 0xff);
}

static void put32(struct packet *p, u32 v)
{
	put16(p, v >> 16);
	put16(p, v & 0xffff);
}

static void zeros(struct packet *p, unsigned int n)
{
	while (n--)
		put8(p, 0);
}

/* 198.18.1.11 -> 198.18.0.100; @options in 4-byte words, @l4 what follows. */
static void ipv4(struct packet *p, unsigned int options, u8 proto, u16 frag,
		 unsigned int l4)
{
	p->protocol = htons(ETH_P_IP);
	put8(p, 0x45 + options);
	put8(p, 0);
	put16(p, 20 + 4 * options + l4);
	put16(p, 0x1234);
	put16(p, frag);
	put8(p, 64);
	put8(p, proto);
	put16(p, 0);
	put32(p, 0xc612010b);
	put32(p, 0xc6120064);
	zeros(p, 4 * options);
}

/* fd00:1::11 -> fd00::100; @rest is what follows the fixed header. */
static void ipv6(struct packet *p, u8 next, unsigned int rest)
{
	p->protocol = htons(ETH_P_IPV6);
	put32(p, 0x60000000);
	put16(p, rest);
	put8(p, next);
	put8(p, 64);
	put32(p, 0xfd000001);
	zeros(p, 8);
	put32(p, 0x11);
	put32(p, 0xfd000000);
	zeros(p, 8);
	put32(p, 0x100);
}

static void udp(struct packet *p, unsigned int payload)
{
	put16(p, 5062);
	put16(p, 5060);
	put16(p, 8 + payload);
	put16(p, 0);
	zeros(p, payload);
}

static void tcp(struct packet *p, u8 flags, unsigned int options,
		unsigned int payload)
{
	put16(p, 40000);
	put16(p, 554);
	put32(p, 0x01020304);
	put32(p, 0);
	put8(p, (5 + options) << 4);
	put8(p, flags);
	put16(p, 1000);
	put32(p, 0);
	zeros(p, 4 * options + payload);
}

/* --- the packets --------------------------------------------------------- */

static void v4_udp(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0, 8 + 10);
	udp(p, 10);
}

static void v4_udp_options(struct packet *p)
{
	ipv4(p, 10, IPPROTO_UDP, 0, 8 + 10);
	udp(p, 10);
}

static void v4_udp_empty(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0, 8);
	udp(p, 0);
}

/* Ethernet pads short frames: what follows the IP packet is not payload. */
static void v4_udp_padded(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0, 8 + 2);
	udp(p, 2);
	zeros(p, 16);
}

/* UDP may be shorter than IP says: the rest is no payload either. */
static void v4_udp_short(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0, 8 + 6);
	udp(p, 4);
	zeros(p, 2);
}

static void v4_tcp_syn(struct packet *p)
{
	ipv4(p, 0, IPPROTO_TCP, 0, 40);
	tcp(p, SARA_TCP_SYN, 5, 0);
}

static void v4_tcp_data(struct packet *p)
{
	ipv4(p, 0, IPPROTO_TCP, 0, 20 + 100);
	tcp(p, SARA_TCP_ACK, 0, 100);
}

static void v4_tcp_big(struct packet *p)
{
	ipv4(p, 0, IPPROTO_TCP, 0, 20 + 100);
	tcp(p, SARA_TCP_ACK, 0, 100);
	p->bytes[2] = 0;	/* longer than the header could say */
	p->bytes[3] = 0;
	p->gso = true;
}

static void v4_zero_length(struct packet *p)
{
	v4_tcp_big(p);
	p->gso = false;
}

static void v4_first_fragment(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0x2000, 8 + 16);
	udp(p, 16);
}

static void v4_last_fragment(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0x00b9, 16);
	zeros(p, 16);
}

static void v4_dont_fragment(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0x4000, 8 + 10);
	udp(p, 10);
}

static void v4_icmp(struct packet *p)
{
	ipv4(p, 0, IPPROTO_ICMP, 0, 8);
	zeros(p, 8);
}

static void v4_wrong_version(struct packet *p)
{
	v4_udp(p);
	p->bytes[0] = 0x65;
}

static void v4_short_ihl(struct packet *p)
{
	v4_udp(p);
	p->bytes[0] = 0x44;
}

static void v4_longer_than_packet(struct packet *p)
{
	v4_udp(p);
	p->bytes[3]++;
}

static void v4_shorter_than_header(struct packet *p)
{
	v4_udp(p);
	p->bytes[3] = 19;
}

static void v4_udp_longer_than_ip(struct packet *p)
{
	v4_udp(p);
	p->bytes[20 + 5]++;
}

static void v4_udp_length_7(struct packet *p)
{
	v4_udp(p);
	p->bytes[20 + 5] = 7;
}

/* The header would be there, but it is padding: IP ends before. */
static void v4_udp_in_padding(struct packet *p)
{
	ipv4(p, 0, IPPROTO_UDP, 0, 4);
	udp(p, 0);
}

static void v4_tcp_doff_4(struct packet *p)
{
	v4_tcp_data(p);
	p->bytes[20 + 12] = 0x40;
}

static void v4_tcp_doff_beyond(struct packet *p)
{
	ipv4(p, 0, IPPROTO_TCP, 0, 20);
	tcp(p, SARA_TCP_SYN, 0, 0);
	p->bytes[20 + 12] = 0x60;
}

static void v4_from_multicast(struct packet *p)
{
	v4_udp(p);
	p->bytes[12] = 224;
}

static void v4_from_broadcast(struct packet *p)
{
	v4_udp(p);
	memset(p->bytes + 12, 0xff, 4);
}

static void v4_cut(struct packet *p)
{
	v4_udp(p);
	p->len = 19;
}

static void nothing(struct packet *p)
{
	p->protocol = htons(ETH_P_IP);
}

static void arp(struct packet *p)
{
	p->protocol = htons(ETH_P_ARP);
	zeros(p, 28);
}

static void v6_udp(struct packet *p)
{
	ipv6(p, IPPROTO_UDP, 8 + 10);
	udp(p, 10);
}

static void v6_tcp_fin(struct packet *p)
{
	ipv6(p, IPPROTO_TCP, 20);
	tcp(p, SARA_TCP_FIN | SARA_TCP_ACK, 0, 0);
}

/* Hop-by-hop of 16 bytes, destination options of 8, a used-up source route. */
static void v6_extensions(struct packet *p)
{
	ipv6(p, NEXTHDR_HOP, 16 + 8 + 24 + 8 + 10);
	put8(p, NEXTHDR_DEST);
	put8(p, 1);
	zeros(p, 14);
	put8(p, NEXTHDR_ROUTING);
	zeros(p, 7);
	put8(p, IPPROTO_UDP);
	put8(p, 2);
	zeros(p, 22);
	udp(p, 10);
}

static void v6_source_route(struct packet *p)
{
	ipv6(p, NEXTHDR_ROUTING, 24 + 8);
	put8(p, IPPROTO_UDP);
	put8(p, 2);
	put8(p, 2);
	put8(p, 1);	/* one more to visit: not at its end */
	zeros(p, 20);
	udp(p, 0);
}

static void v6_fragment_header(struct packet *p, u16 offset_flags)
{
	ipv6(p, NEXTHDR_FRAGMENT, 8 + 8 + 10);
	put8(p, IPPROTO_UDP);
	put8(p, 0);
	put16(p, offset_flags);
	put32(p, 7);
	udp(p, 10);
}

static void v6_first_fragment(struct packet *p)
{
	v6_fragment_header(p, 1);
}

static void v6_later_fragment(struct packet *p)
{
	v6_fragment_header(p, 1480);
}

static void v6_atomic_fragment(struct packet *p)
{
	v6_fragment_header(p, 0);
}

static void v6_encrypted(struct packet *p)
{
	ipv6(p, IPPROTO_ESP, 16);
	zeros(p, 16);
}

static void v6_chain(struct packet *p, unsigned int n)
{
	unsigned int i;

	ipv6(p, NEXTHDR_DEST, 8 * n + 8);
	for (i = 0; i < n; i++) {
		put8(p, i + 1 < n ? NEXTHDR_DEST : IPPROTO_UDP);
		zeros(p, 7);
	}
	udp(p, 0);
}

static void v6_chain_8(struct packet *p)
{
	v6_chain(p, 8);
}

static void v6_chain_9(struct packet *p)
{
	v6_chain(p, 9);
}

static void v6_extension_beyond(struct packet *p)
{
	ipv6(p, NEXTHDR_DEST, 8);
	put8(p, IPPROTO_UDP);
	put8(p, 1);	/* 16 bytes, of which 8 are there */
	zeros(p, 6);
}

static void v6_extension_in_padding(struct packet *p)
{
	ipv6(p, NEXTHDR_DEST, 4);
	put8(p, IPPROTO_UDP);
	zeros(p, 7);
	udp(p, 0);
}

static void v6_longer_than_packet(struct packet *p)
{
	v6_udp(p);
	p->bytes[5]++;
}

static void v6_wrong_version(struct packet *p)
{
	v6_udp(p);
	p->bytes[0] = 0x40;
}

static void v6_from_multicast(struct packet *p)
{
	v6_udp(p);
	p->bytes[8] = 0xff;
}

static void v6_big(struct packet *p)
{
	v6_tcp_fin(p);
	p->bytes[5] = 0;
	p->gso = true;
}

static void v6_no_payload(struct packet *p)
{
	v6_tcp_fin(p);
	p->bytes[5] = 0;
}

/* An ICMP error of @type, of which @quote bytes quote what the VIP sent. */
static void v4_error(struct packet *p, u8 type, u8 proto, u16 frag,
		     unsigned int quote)
{
	unsigned int begin;

	ipv4(p, 0, IPPROTO_ICMP, 0, 8 + quote);
	put8(p, type);
	zeros(p, 7);
	begin = p->len;
	put32(p, 0x45000100);
	put16(p, 1);
	put16(p, frag);
	put16(p, 64 << 8 | proto);
	put16(p, 0);
	put32(p, 0xc6120064);
	put32(p, 0xc612010b);
	put16(p, 5060);
	put16(p, 5062);
	zeros(p, 4);
	p->len = begin + quote;
}

static void v4_unreachable(struct packet *p)
{
	v4_error(p, 3, IPPROTO_UDP, 0, 28);
}

static void v4_unreachable_ports(struct packet *p)
{
	v4_error(p, 3, IPPROTO_UDP, 0x2000, 24);
}

static void v4_unreachable_cut(struct packet *p)
{
	v4_error(p, 3, IPPROTO_UDP, 0, 23);
}

static void v4_unreachable_later_fragment(struct packet *p)
{
	v4_error(p, 3, IPPROTO_UDP, 0x0001, 28);
}

static void v4_unreachable_gre(struct packet *p)
{
	v4_error(p, 3, 47, 0, 28);
}

static void v4_redirect(struct packet *p)
{
	v4_error(p, 5, IPPROTO_UDP, 0, 28);
}

/* The quoted packet was sent by somebody else than who gets the error. */
static void v4_unreachable_foreign(struct packet *p)
{
	v4_unreachable(p);
	p->bytes[28 + 12 + 3]++;
}

/* Packet too big, quoting TCP behind a destination options header. */
static void v6_too_big(struct packet *p)
{
	ipv6(p, IPPROTO_ICMPV6, 8 + 40 + 8 + 4);
	put8(p, 2);
	zeros(p, 7);
	put32(p, 0x60000000);
	put16(p, 1400);
	put8(p, NEXTHDR_DEST);
	put8(p, 64);
	put32(p, 0xfd000000);
	zeros(p, 8);
	put32(p, 0x100);
	put32(p, 0xfd000001);
	zeros(p, 8);
	put32(p, 0x11);
	put8(p, IPPROTO_TCP);
	zeros(p, 7);
	put16(p, 554);
	put16(p, 40000);
}

static void v6_echo(struct packet *p)
{
	v6_too_big(p);
	p->bytes[40] = 128;
}

#define OTHER		{ .parsed = SARA_PARSED_OTHER }
#define MALFORMED	{ .parsed = SARA_PARSED_MALFORMED }

static const struct test tests[] = {
	{ "IPv4 UDP", v4_udp,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 20, 28, 10, 38, 0, 0 } },
	{ "IPv4 with 40 bytes of options", v4_udp_options,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 60, 68, 10, 78, 0, 0 } },
	{ "IPv4 UDP without payload", v4_udp_empty,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 20, 28, 0, 28, 0, 0 } },
	{ "IPv4 UDP with Ethernet padding", v4_udp_padded,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 20, 28, 2, 30, 0, 0 } },
	{ "IPv4 UDP shorter than IP", v4_udp_short,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 20, 28, 4, 34, 0, 0 } },
	{ "IPv4 TCP SYN with options", v4_tcp_syn,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_TCP, 40000, 554, 20, 60, 0, 60, 0x01020304, 0x02 } },
	{ "IPv4 TCP data", v4_tcp_data,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_TCP, 40000, 554, 20, 40, 100, 140, 0x01020304, 0x10 } },
	{ "IPv4 TCP aggregated beyond 64 kB", v4_tcp_big,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_TCP, 40000, 554, 20, 40, 100, 140, 0x01020304, 0x10 } },
	{ "IPv4 of length 0", v4_zero_length, MALFORMED },
	{ "IPv4 first fragment", v4_first_fragment,
	  { SARA_PARSED_FRAGMENT, AF_INET, IPPROTO_UDP, 0, 0, 20, 0, 0, 44, 0, 0 } },
	{ "IPv4 last fragment", v4_last_fragment,
	  { SARA_PARSED_FRAGMENT, AF_INET, IPPROTO_UDP, 0, 0, 20, 0, 0, 36, 0, 0 } },
	{ "IPv4 with don't fragment", v4_dont_fragment,
	  { SARA_PARSED_FLOW, AF_INET, IPPROTO_UDP, 5062, 5060, 20, 28, 10, 38, 0, 0 } },
	{ "ICMP", v4_icmp, OTHER },
	{ "ICMP unreachable", v4_unreachable,
	  { SARA_PARSED_ERROR, AF_INET, IPPROTO_UDP, 5062, 5060, .ip_len = 56 } },
	{ "ICMP unreachable quoting ports alone, of a first fragment", v4_unreachable_ports,
	  { SARA_PARSED_ERROR, AF_INET, IPPROTO_UDP, 5062, 5060, .ip_len = 52 } },
	{ "ICMP unreachable cut in the ports", v4_unreachable_cut, OTHER },
	{ "ICMP unreachable about a later fragment", v4_unreachable_later_fragment, OTHER },
	{ "ICMP unreachable about GRE", v4_unreachable_gre, OTHER },
	{ "ICMP unreachable about another sender's packet", v4_unreachable_foreign, OTHER },
	{ "ICMP redirect", v4_redirect, OTHER },
	{ "IPv4 with version 6", v4_wrong_version, MALFORMED },
	{ "IPv4 header of 16 bytes", v4_short_ihl, MALFORMED },
	{ "IPv4 longer than the packet", v4_longer_than_packet, MALFORMED },
	{ "IPv4 shorter than its header", v4_shorter_than_header, MALFORMED },
	{ "UDP longer than IP", v4_udp_longer_than_ip, MALFORMED },
	{ "UDP of length 7", v4_udp_length_7, MALFORMED },
	{ "UDP header in the padding", v4_udp_in_padding, MALFORMED },
	{ "TCP header of 16 bytes", v4_tcp_doff_4, MALFORMED },
	{ "TCP options beyond the packet", v4_tcp_doff_beyond, MALFORMED },
	{ "from a multicast address", v4_from_multicast, MALFORMED },
	{ "from the broadcast address", v4_from_broadcast, MALFORMED },
	{ "IPv4 cut in its header", v4_cut, MALFORMED },
	{ "IPv4 without a byte", nothing, MALFORMED },
	{ "ARP", arp, OTHER },
	{ "IPv6 UDP", v6_udp,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_UDP, 5062, 5060, 40, 48, 10, 58, 0, 0 } },
	{ "IPv6 TCP FIN", v6_tcp_fin,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_TCP, 40000, 554, 40, 60, 0, 60, 0x01020304, 0x11 } },
	{ "IPv6 extension headers", v6_extensions,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_UDP, 5062, 5060, 88, 96, 10, 106, 0, 0 } },
	{ "IPv6 source route not at its end", v6_source_route, OTHER },
	{ "IPv6 first fragment", v6_first_fragment,
	  { SARA_PARSED_FRAGMENT, AF_INET6, IPPROTO_UDP, 0, 0, 40, 0, 0, 66, 0, 0 } },
	{ "IPv6 later fragment", v6_later_fragment,
	  { SARA_PARSED_FRAGMENT, AF_INET6, IPPROTO_UDP, 0, 0, 40, 0, 0, 66, 0, 0 } },
	{ "IPv6 fragment that is the whole packet", v6_atomic_fragment,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_UDP, 5062, 5060, 48, 56, 10, 66, 0, 0 } },
	{ "IPv6 encrypted", v6_encrypted, OTHER },
	{ "IPv6 with 8 extension headers", v6_chain_8,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_UDP, 5062, 5060, 104, 112, 0, 112, 0, 0 } },
	{ "IPv6 with 9 extension headers", v6_chain_9, MALFORMED },
	{ "IPv6 extension header beyond the packet", v6_extension_beyond, MALFORMED },
	{ "IPv6 extension header in the padding", v6_extension_in_padding, MALFORMED },
	{ "IPv6 longer than the packet", v6_longer_than_packet, MALFORMED },
	{ "IPv6 with version 4", v6_wrong_version, MALFORMED },
	{ "IPv6 from a multicast address", v6_from_multicast, MALFORMED },
	{ "IPv6 TCP aggregated beyond 64 kB", v6_big,
	  { SARA_PARSED_FLOW, AF_INET6, IPPROTO_TCP, 40000, 554, 40, 60, 0, 60, 0x01020304, 0x11 } },
	{ "IPv6 TCP without payload length", v6_no_payload, MALFORMED },
	{ "ICMPv6 packet too big", v6_too_big,
	  { SARA_PARSED_ERROR, AF_INET6, IPPROTO_TCP, 40000, 554, .ip_len = 100 } },
	{ "ICMPv6 echo", v6_echo, OTHER },
};

/* --- running -------------------------------------------------------------- */

/* Parse @p with its first @headlen bytes linear, each part in its own memory. */
static enum sara_parsed parse_cut(const struct packet *p, unsigned int headlen,
				  struct sara_packet *out)
{
	u8 *head = malloc(headlen ? headlen : 1);
	u8 *rest = malloc(p->len > headlen ? p->len - headlen : 1);
	struct sk_buff skb = {
		.data = head, .rest = rest, .headlen = headlen, .len = p->len,
		.protocol = p->protocol, .gso = p->gso,
	};
	enum sara_parsed parsed;

	if (!head || !rest)
		abort();
	memcpy(head, p->bytes, headlen);
	memcpy(rest, p->bytes + headlen, p->len - headlen);
	memset(out, 0, sizeof(*out));
	parsed = sara_parse(&skb, out);
	free(head);
	free(rest);
	return parsed;
}

/* What must hold whatever the packet says. */
static const char *impossible(const struct packet *p, enum sara_parsed parsed,
			      const struct sara_packet *out)
{
	if (parsed != SARA_PARSED_FLOW)
		return NULL;
	if (out->ip_len > p->len)
		return "longer than the packet";
	if (out->payload_offset < out->l4_offset + 8)
		return "payload before the end of the header";
	if (out->payload_offset + out->payload_len > out->ip_len)
		return "payload beyond the IP packet";
	if (out->key.form || out->key.zero)
		return "undefined bytes in the key";
	return NULL;
}

static bool same_key(const struct expect *e, const struct sara_packet *out)
{
	static const u8 src4[16] = { 198, 18, 1, 11 }, dst4[16] = { 198, 18, 0, 100 };
	static const u8 src6[16] = { 0xfd, 0, 0, 1, [15] = 0x11 };
	static const u8 dst6[16] = { 0xfd, 0, [14] = 1 };
	bool v4 = e->family == AF_INET;

	return out->key.family == e->family && out->key.proto == e->proto &&
	       out->key.sport == htons(e->sport) &&
	       out->key.dport == htons(e->dport) &&
	       !memcmp(&out->key.src, v4 ? src4 : src6, 16) &&
	       !memcmp(&out->key.dst, v4 ? dst4 : dst6, 16);
}

static const char *differs(const struct expect *e, enum sara_parsed parsed,
			   const struct sara_packet *out)
{
	if (parsed != e->parsed)
		return "another kind of packet";
	if (parsed == SARA_PARSED_OTHER || parsed == SARA_PARSED_MALFORMED)
		return NULL;
	if (!same_key(e, out))
		return "another key";
	if (out->ip_len != e->ip_len)
		return "another length";
	if (parsed == SARA_PARSED_FRAGMENT || parsed == SARA_PARSED_ERROR)
		return NULL;
	if (out->l4_offset != e->l4 || out->payload_offset != e->payload ||
	    out->payload_len != e->payload_len)
		return "another payload";
	if (out->tcp_seq != e->seq || out->tcp_flags != e->flags)
		return "another sequence number or other flags";
	return NULL;
}

static bool run(const struct test *t)
{
	struct packet p = { 0 };
	unsigned int cut;

	t->build(&p);
	for (cut = 0; cut <= p.len; cut++) {
		struct sara_packet out;
		enum sara_parsed parsed = parse_cut(&p, cut, &out);
		const char *why = differs(&t->expect, parsed, &out);

		if (!why)
			why = impossible(&p, parsed, &out);
		if (why) {
			printf("not ok: %s, %u of %u bytes linear: %s (kind %d, expected %d)\n",
			       t->name, cut, p.len, why, parsed,
			       t->expect.parsed);
			return false;
		}
	}
	printf("ok: %s\n", t->name);
	return true;
}

/* xorshift32: the same mutations in every run. */
static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static bool mutate(const struct test *t, u32 *state)
{
	unsigned int i, n;

	for (i = 0; i < MUTATIONS; i++) {
		struct packet p = { 0 };
		struct sara_packet out;
		const char *why;

		t->build(&p);
		for (n = next_random(state) % 4 + 1; n && p.len; n--)
			p.bytes[next_random(state) % p.len] =
				(u8)next_random(state);
		if (next_random(state) % 3 == 0)
			p.len = next_random(state) % (p.len + 1);
		n = next_random(state) % (p.len + 1);
		why = impossible(&p, parse_cut(&p, n, &out), &out);
		if (why) {
			printf("not ok: %s, mutation %u: %s\n", t->name, i, why);
			return false;
		}
	}
	return true;
}

/* Which packets an announcement of each form matches. */
static bool forms(void)
{
	static const struct {
		u8 form;
		bool src, sport, dport;
	} table[] = {
		{ 1, true, true, true },	/* exact */
		{ 2, true, true, false },	/* half */
		{ 3, true, false, true },	/* any port */
		{ 4, false, false, true },	/* any source */
	};
	struct sara_packet pkt;
	struct packet p = { 0 };
	struct sara_key key, zero = { 0 };
	unsigned int i;

	v6_udp(&p);
	parse_cut(&p, p.len, &pkt);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sara_key_match(table[i].form, &pkt.key, &key);
		if (key.form != table[i].form ||
		    memcmp(&key.src, table[i].src ? &pkt.key.src : &zero.src, 16) ||
		    key.sport != (table[i].sport ? pkt.key.sport : 0) ||
		    key.dport != (table[i].dport ? pkt.key.dport : 0) ||
		    memcmp(&key.dst, &pkt.key.dst, 16) ||
		    key.proto != pkt.key.proto || key.family != pkt.key.family) {
			printf("not ok: key of form %u\n", table[i].form);
			return false;
		}
	}
	printf("ok: keys of the four forms\n");
	return true;
}

static bool reverse(void)
{
	struct sara_packet there, back;
	struct packet p = { 0 };

	v4_udp(&p);
	parse_cut(&p, p.len, &there);
	back = there;
	sara_packet_reverse(&back);
	if (back.key.sport != there.key.dport || back.key.dport != there.key.sport ||
	    memcmp(&back.key.src, &there.key.dst, 16) ||
	    memcmp(&back.key.dst, &there.key.src, 16) ||
	    back.payload_len != there.payload_len) {
		printf("not ok: a reply named in request direction\n");
		return false;
	}
	printf("ok: a reply named in request direction\n");
	return true;
}

int main(void)
{
	unsigned int i, failed = 0;
	u32 state = 0x5a4a;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		failed += !run(&tests[i]);
		failed += !mutate(&tests[i], &state);
	}
	failed += !forms();
	failed += !reverse();
	printf("%u failed\n", failed);
	return failed ? 1 : 0;
}
