/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Restoring: sessions that another kernel had, or this one before.
 */
#ifndef _SARA_RESTORE_H
#define _SARA_RESTORE_H

#include "flow.h"
#include "sara.h"

struct netlink_ext_ack;

/**
 * struct sara_restore_flow - a flow to restore
 * @key: its 5-tuple
 * @call_id: what its call is told by, or NULL
 * @past: what is known of it
 */
struct sara_restore_flow {
	struct sara_key		key;
	const char		*call_id;
	struct sara_flow_past	past;
};

/**
 * struct sara_restore_args - a session to restore
 * @service: name
 * @node: name
 * @label: text, or NULL
 * @has: which of the times were given, bits by attribute number
 * @lifetime: ms from now
 * @linger: ms from now
 * @age: ms
 * @packets: of its flows that are gone
 * @bytes: likewise
 * @family: of @source, 0 for none
 * @source: the client, with key source
 * @flow: its signalling flow, or another one, or NULL
 */
struct sara_restore_args {
	const char			*service;
	const char			*node;
	const char			*label;
	u32				has;
	u32				lifetime;
	u32				linger;
	u64				age;
	u64				packets;
	u64				bytes;
	u8				family;
	struct in6_addr			source;
	const struct sara_restore_flow	*flow;
};

unsigned long sara_restore_jiffies(u64 ms);
int sara_restore_session(struct sara_net *sn,
			 const struct sara_restore_args *args, u64 *id,
			 struct netlink_ext_ack *extack);
int sara_restore_seen(struct sara_net *sn, struct sara_restore_flow *want,
		      const u8 *mac, u64 *id, struct netlink_ext_ack *extack);
int sara_restore_flow(struct sara_net *sn, u64 id,
		      const struct sara_restore_flow *want,
		      struct netlink_ext_ack *extack);

#endif
