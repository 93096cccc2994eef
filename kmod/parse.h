/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes to flow key. Pure but for struct sk_buff.
 */
#ifndef _SARA_PARSE_H
#define _SARA_PARSE_H

#include <linux/skbuff.h>

#include "key.h"

/**
 * struct sara_packet - what was read of a packet
 * @key: its flow; form 0
 * @l4_offset: of the TCP or UDP header, from skb->data
 * @payload_offset: of the TCP or UDP payload, from skb->data; of an error's,
 *	that of the quoted datagram
 * @payload_len: its length; what follows the IP packet (padding) is not
 *	counted; of an error's, what is there of it
 * @ip_len: length of the IP packet
 * @frag_offset: place of a fragment's bytes in the whole packet, 0 for the
 *	first
 * @frag_max: of a packet that was put together from fragments, the length of
 *	the longest; 0 for all others. Not read, but told by who did it
 * @tcp_seq: sequence number, host order
 * @tcp_flags: byte 13 of the TCP header, 0 for UDP
 */
struct sara_packet {
	struct sara_key	key;
	unsigned int	l4_offset;
	unsigned int	payload_offset;
	unsigned int	payload_len;
	unsigned int	ip_len;
	unsigned int	frag_offset;
	u16		frag_max;
	u32		tcp_seq;
	u8		tcp_flags;
};

#define SARA_TCP_FIN	0x01
#define SARA_TCP_SYN	0x02
#define SARA_TCP_RST	0x04
#define SARA_TCP_ACK	0x10

/**
 * enum sara_parsed - what kind of packet it is
 * @SARA_PARSED_FLOW: TCP or UDP, &struct sara_packet is filled in
 * @SARA_PARSED_ERROR: an ICMP error; the key names the flow that it is about,
 *	in request direction: its destination is that of the error
 * @SARA_PARSED_OTHER: not IP, or neither TCP nor UDP nor about these
 * @SARA_PARSED_FRAGMENT: an IP fragment; addresses and protocol are filled in
 * @SARA_PARSED_MALFORMED: headers contradict themselves
 */
enum sara_parsed {
	SARA_PARSED_FLOW,
	SARA_PARSED_ERROR,
	SARA_PARSED_OTHER,
	SARA_PARSED_FRAGMENT,
	SARA_PARSED_MALFORMED,
};

enum sara_parsed sara_parse(const struct sk_buff *skb, struct sara_packet *pkt);
void sara_packet_reverse(struct sara_packet *pkt);

#endif
