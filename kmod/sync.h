/* SPDX-License-Identifier: GPL-2.0 */
/*
 * New sessions whose first packets wait until another dispatcher has them.
 */
#ifndef _SARA_SYNC_H
#define _SARA_SYNC_H

#include <linux/skbuff.h>

/* Packets that wait at most, unless the agent says another number. */
#define SARA_SYNC_PACKETS	4096

struct sara_flow;
struct sara_net;
struct sara_packet;
struct sara_session;

void sara_sync_begin(const struct sara_session *session);
bool sara_sync_hold(struct sara_net *sn, const struct sara_flow *flow,
		    struct sk_buff *skb, const struct sara_packet *pkt);

bool sara_sync_release(struct sara_net *sn, u64 session);
void sara_sync_flush(struct sara_net *sn);
bool sara_sync_orphan(struct sara_net *sn);
void sara_sync_configure(struct sara_net *sn, unsigned long time, u32 packets,
			 bool strict, bool orphans);

int sara_sync_net_init(struct sara_net *sn);
void sara_sync_net_exit(struct sara_net *sn);

#endif
