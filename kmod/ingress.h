/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a packet.
 */
#ifndef _SARA_INGRESS_H
#define _SARA_INGRESS_H

#include <linux/netfilter.h>
#include <linux/types.h>

struct sara_net;

unsigned int sara_ingress_dispatch(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state);
unsigned int sara_ingress_observe(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);

/* Packets that were kept, see kept.h. */
void sara_ingress_announced(struct sara_net *sn, struct sk_buff *skb);
void sara_ingress_late(struct sara_net *sn, struct sk_buff *skb);
void sara_ingress_synced(struct sara_net *sn, struct sk_buff *skb);

#endif
