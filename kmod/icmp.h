/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP errors about what a session's node has sent.
 */
#ifndef _SARA_ICMP_H
#define _SARA_ICMP_H

#include <linux/types.h>

struct sara_key;
struct sara_net;
struct sara_session;

struct sara_session *sara_icmp_session(struct sara_net *sn,
				       const struct sara_key *flow,
				       bool to_service);

#endif
