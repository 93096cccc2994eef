/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replies that wait at the gateway until what they announce is known.
 */
#ifndef _SARA_HOLD_H
#define _SARA_HOLD_H

#include <linux/skbuff.h>

/* Packets that wait at most, unless the agent says another number. */
#define SARA_HOLD_PACKETS	1024

struct sara_held;
struct sara_net;
struct sara_packet;

struct sara_held *sara_hold_begin(struct sara_net *sn,
				  const struct sk_buff *skb,
				  const struct sara_packet *pkt, u64 *id);
bool sara_hold_end(struct sara_net *sn, struct sara_held *held,
		   struct sk_buff *skb, bool copied);

bool sara_hold_release(struct sara_net *sn, u64 id);
void sara_hold_flush(struct sara_net *sn, const struct net_device *dev);
void sara_hold_configure(struct sara_net *sn, unsigned long time, u32 packets);

int sara_hold_net_init(struct sara_net *sn);
void sara_hold_net_exit(struct sara_net *sn);

#endif
