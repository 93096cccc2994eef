/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments made whole, by the kernel's own reassembly.
 */
#ifndef _SARA_DEFRAG_H
#define _SARA_DEFRAG_H

#include <linux/skbuff.h>

struct sara_net;
struct sara_packet;

bool sara_defrag_wants(const struct sara_packet *pkt);
u16 sara_defrag(struct sara_net *sn, struct sk_buff *skb,
		const struct sara_packet *pkt);

#endif
