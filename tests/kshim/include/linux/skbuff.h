/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a packet as the parser sees: a linear part, and the rest
 * elsewhere, as with packets of real drivers.
 */
#ifndef _KSHIM_SKBUFF_H
#define _KSHIM_SKBUFF_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <sys/socket.h>

#include <string.h>

#define htons(x)	((__be16)__builtin_bswap16((u16)(x)))
#define ntohs(x)	__builtin_bswap16((u16)(x))
#define htonl(x)	((__be32)__builtin_bswap32((u32)(x)))
#define ntohl(x)	__builtin_bswap32((u32)(x))
#define swap(a, b)	do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)

/**
 * struct sk_buff - a packet
 * @data: its linear part, in memory of exactly @headlen bytes
 * @rest: what follows, in memory of exactly @len - @headlen bytes
 * @headlen: length of the linear part
 * @len: length of all
 * @protocol: as the Ethernet header says
 * @gso: it stands for several
 */
struct sk_buff {
	const u8	*data;
	const u8	*rest;
	unsigned int	headlen;
	unsigned int	len;
	__be16		protocol;
	bool		gso;
};

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	int i;

	if (offset < 0 || offset + len > (int)skb->len)
		return NULL;
	if (offset + len <= (int)skb->headlen)
		return (void *)(skb->data + offset);
	for (i = 0; i < len; i++) {
		unsigned int at = (unsigned int)(offset + i);

		((u8 *)buffer)[i] = at < skb->headlen ?
			skb->data[at] : skb->rest[at - skb->headlen];
	}
	return buffer;
}

#endif
