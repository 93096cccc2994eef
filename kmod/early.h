/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Early media: datagrams that overtook the news of them.
 */
#ifndef _SARA_EARLY_H
#define _SARA_EARLY_H

#include <linux/skbuff.h>

struct sara_key;
struct sara_net;
struct sara_packet;

bool sara_early_hold(struct sara_net *sn, struct sk_buff *skb,
		     const struct sara_packet *pkt);
void sara_early_release(struct sara_net *sn, const struct sara_key *ann);

int sara_early_net_init(struct sara_net *sn);
void sara_early_net_exit(struct sara_net *sn);

#endif
