/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP errors about what a session's node has sent.
 */
#ifndef _SARA_ICMP_H
#define _SARA_ICMP_H

#include <linux/types.h>

struct sara_net;
struct sara_packet;
struct sara_service;
struct sara_session;
struct sk_buff;

struct sara_session *sara_icmp_session(struct sara_net *sn,
				       const struct sk_buff *skb,
				       const struct sara_packet *pkt,
				       const struct sara_service *service);

#endif
