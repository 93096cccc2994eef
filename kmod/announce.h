/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Announcements: flows that a session expects.
 */
#ifndef _SARA_ANNOUNCE_H
#define _SARA_ANNOUNCE_H

#include "sara.h"

struct netlink_ext_ack;
struct sara_flow;
struct sara_session;

/**
 * struct sara_announcement - an expected flow
 * @hash: in &sara_net.announcements
 * @key: what is known of it; @key.form says which fields
 * @session: owner; valid while it can be found under RCU
 * @tag: by the agent
 * @expires: jiffies at which it goes unless confirmed; 0 for never
 * @told: jiffies when that was told, see sara_standby_delay()
 * @promotions: flows that it brought; confirmed if not 0
 * @link: in &sara_session.announcements
 * @rcu: of its memory
 */
struct sara_announcement {
	struct rhash_head	hash;
	struct sara_key		key;
	struct sara_session	*session;
	u64			tag;
	unsigned long		expires;
	unsigned long		told;
	u32			promotions;
	struct list_head	link;
	struct rcu_head		rcu;
};

/**
 * struct sara_announce_args - what the agent says about an announcement
 * @tag: by the agent
 * @ttl: ms until it goes unless a packet comes; 0 for as long as its session
 * @promotions: flows that it brought already
 */
struct sara_announce_args {
	u64	tag;
	u32	ttl;
	u32	promotions;
};

int sara_announce_add(struct sara_net *sn, u64 session_id,
		      const struct sara_key *key,
		      const struct sara_announce_args *args,
		      struct netlink_ext_ack *extack);
int sara_announce_withdraw(struct sara_net *sn, u64 session_id,
			   const struct sara_key *key, const u64 *tag,
			   struct netlink_ext_ack *extack);
void sara_announce_del(struct sara_announcement *ann);
struct sara_announcement *sara_announce_find(struct sara_net *sn,
					     const struct sara_key *key);
struct sara_announcement *sara_announce_match(struct sara_net *sn,
					      const struct sara_key *flow,
					      bool to_service,
					      enum sara_form last);
struct sara_flow *sara_announce_promote(struct sara_net *sn,
					const struct sara_key *flow,
					bool to_service, enum sara_form last,
					int *reason);

int sara_announce_net_init(struct sara_net *sn);
void sara_announce_net_exit(struct sara_net *sn);
int sara_announce_init(void);
void sara_announce_exit(void);

#endif
