/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only writer of packets.
 */
#ifndef _SARA_XMIT_H
#define _SARA_XMIT_H

#include <linux/skbuff.h>

struct sara_net;
struct sara_nexthop;
struct sara_node;
struct sara_packet;

const struct sara_nexthop *sara_xmit_route(const struct sara_node *node,
					   const struct sk_buff *skb,
					   const struct sara_packet *pkt,
					   int *reason);
int sara_xmit(const struct sara_nexthop *nexthop, struct sk_buff *skb,
	      const struct sara_packet *pkt, bool *unshared);

#endif
