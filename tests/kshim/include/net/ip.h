/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KSHIM_NET_IP_H
#define _KSHIM_NET_IP_H

#include <linux/skbuff.h>

#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (ntohl(addr) & 0xf0000000) == 0xe0000000;
}

static inline bool ipv4_is_lbcast(__be32 addr)
{
	return addr == 0xffffffff;
}

#endif
