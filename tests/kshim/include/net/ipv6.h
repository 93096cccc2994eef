/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KSHIM_NET_IPV6_H
#define _KSHIM_NET_IPV6_H

#include <linux/in6.h>
#include <linux/types.h>

#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_DEST		60
#define IP6_MF			0x0001
#define IP6_OFFSET		0xfff8

#define s6_addr32		in6_u.u6_addr32

static inline bool ipv6_addr_is_multicast(const struct in6_addr *addr)
{
	return addr->in6_u.u6_addr8[0] == 0xff;
}

#endif
