/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only writer of packets.
 */
#ifndef _SARA_XMIT_H
#define _SARA_XMIT_H

#include <linux/skbuff.h>

struct sara_net;
struct sara_node;

unsigned int sara_xmit(struct sara_net *sn, struct sara_node *node,
		       struct sk_buff *skb, unsigned int ip_len);

#endif
