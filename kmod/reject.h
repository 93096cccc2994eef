/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client is told by its own protocol that it does not get in.
 */
#ifndef _SARA_REJECT_H
#define _SARA_REJECT_H

#include <linux/skbuff.h>

struct net_device;
struct sara_packet;

bool sara_reject(struct net_device *dev, const struct sk_buff *skb,
		 const struct sara_packet *pkt);

#endif
