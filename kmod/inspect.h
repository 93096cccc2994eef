/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inspection channel: signalling copied to the agent.
 */
#ifndef _SARA_INSPECT_H
#define _SARA_INSPECT_H

#include <linux/skbuff.h>

#include <uapi/linux/sara.h>

struct netlink_ext_ack;
struct sara_net;
struct sara_call_name;
struct sara_flow;
struct sara_packet;
struct sara_service;

bool sara_inspect_request(const struct sara_flow *flow,
			  const struct sk_buff *skb,
			  const struct sara_packet *pkt);
bool sara_inspect_reply(struct sara_net *sn, const struct sara_service *service,
			u64 hold, const u8 *mac, const struct sk_buff *skb,
			const struct sara_packet *pkt);
bool sara_inspect_refused(struct sara_net *sn,
			  const struct sara_service *service,
			  const struct sara_call_name *call,
			  const struct sk_buff *skb,
			  const struct sara_packet *pkt);
int sara_inspect_bind(struct sara_net *sn, u32 portid, unsigned long hold_time,
		      u32 hold_packets, struct netlink_ext_ack *extack);
int sara_inspect_sync(struct sara_net *sn, u32 portid, unsigned long time,
		      u32 packets, bool strict, bool orphans,
		      struct netlink_ext_ack *extack);
void sara_inspect_release(struct sara_net *sn, u32 portid);
u64 sara_inspect_lost(const struct sara_net *sn);

int sara_inspect_net_init(struct sara_net *sn);
void sara_inspect_net_exit(struct sara_net *sn);
int sara_inspect_init(void);	/* notices the end of the agent's socket */
void sara_inspect_exit(void);

#endif
