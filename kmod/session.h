/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions: what is placed, counted and ended as one.
 */
#ifndef _SARA_SESSION_H
#define _SARA_SESSION_H

#include "sara.h"

struct netlink_ext_ack;
struct sara_call_name;
struct sara_flow;
struct sara_node;
struct sara_service;
struct sara_source;

/**
 * struct sara_session - a set of flows and the node that serves them
 * @hash: in &sara_net.sessions
 * @id: never used again, never 0
 * @sn: the namespace
 * @service: holds a reference
 * @node: holds a reference
 * @n_flows: entries of @flows
 * @n_announcements: entries of @announcements
 * @status: new, established or inactive, as its flows are, or standby; written
 *	without a lock when packets move it, but from and to standby under
 *	&sara_net.lock; read by sara_session_status()
 * @has_lifetime: the agent set how long it stays at least
 * @lingering: the agent saw its end
 * @closed: its signalling flow ended by FIN or RST; in one byte with the next
 *	three, which are changed under &sara_net.lock
 * @dead: it was taken out of the tables
 * @judged: admission had a say in it
 * @placement: enum sara_placement, how its node was chosen
 * @placed: sessions that its policy had placed before it, at most U16_MAX
 * @pending: by how many sessions more, or fewer, the load was known to have
 *	changed since that policy, S16_MIN to S16_MAX
 * @epoch: of the policy that held when it was placed, its lower 32 bits; 0 if
 *	none did
 * @flows: its signalling and secondary flows; RCU, changed under &sara_net.lock
 *	by RCU list operations, since dumps walk it under RCU
 * @announcements: what it expects; likewise
 * @new_link: in &sara_net.new_sessions, or empty
 * @signalling: the flow that made it; NULL once that was purged, until another
 *	one of its client joins; RCU
 * @source: the client all whose flows it has, or NULL; RCU, changed under
 *	&sara_net.lock
 * @created: jiffies
 * @deadline: jiffies until which it stays (@has_lifetime) or at which it goes
 *	(@lingering); under &sara_net.lock
 * @told: jiffies when @deadline was told; what a standby session's clocks have
 *	stood still since moves it, see sara_standby_delay()
 * @gone_packets: of its flows that were purged; under &sara_net.lock
 * @gone_bytes: likewise
 * @label: by the agent, NULL or NUL-terminated; replaced under RCU
 * @rcu: of its memory and its references
 */
struct sara_session {
	struct rhash_head	hash;
	u64			id;
	struct sara_net		*sn;
	struct sara_service	*service;
	struct sara_node	*node;
	u16			n_flows;
	u16			n_announcements;
	u8			status;
	bool			has_lifetime;
	bool			lingering;
	u8			closed : 1;
	u8			dead : 1;
	u8			judged : 1;
	u8			placement : 5;
	u16			placed;
	s16			pending;
	u32			epoch;
	struct list_head	flows;
	struct list_head	announcements;
	struct list_head	new_link;
	struct sara_flow __rcu	*signalling;
	struct sara_source __rcu *source;
	unsigned long		created;
	unsigned long		deadline;
	unsigned long		told;
	u64			gone_packets;
	u64			gone_bytes;
	struct sara_label __rcu	*label;
	struct rcu_head		rcu;
};

/**
 * struct sara_label - the agent's name for a session
 * @rcu: it is replaced, never changed
 * @text: NUL-terminated
 */
struct sara_label {
	struct rcu_head	rcu;
	char		text[];
};

/**
 * struct sara_session_args - what the agent says about a session
 * @has: bits by attribute number
 * @lifetime: ms from now, 0 takes it back
 * @linger: ms from now
 * @label: text
 * @own: it is this dispatcher's own now
 * @standby: it is another one's now
 */
struct sara_session_args {
	u32		has;
	u32		lifetime;
	u32		linger;
	const char	*label;
	bool		own;
	bool		standby;
};

/**
 * sara_session_status() - where a session is in its life
 * @session: the session, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: its status, closing while it lingers.
 */
static inline enum sara_status
sara_session_status(const struct sara_session *session)
{
	if (READ_ONCE(session->lingering))
		return SARA_STATUS_CLOSING;
	return READ_ONCE(session->status);
}

void sara_session_settle(struct sara_session *session);

/**
 * sara_session_seen() - a flow of a session is established, or is no longer
 *	standby
 * @session: the session
 *
 * Context: softirq, RCU read side. Takes &sara_net.lock of a standby session.
 */
static inline void sara_session_seen(struct sara_session *session)
{
	if (unlikely(READ_ONCE(session->status) != SARA_STATUS_ESTABLISHED))
		sara_session_settle(session);
}

struct sara_session *sara_session_find(struct sara_net *sn, u64 id);
bool sara_session_room(struct sara_net *sn);
struct sara_session *sara_session_new(struct sara_net *sn,
				      struct sara_service *service,
				      struct sara_node *node);
void sara_session_unlink(struct sara_session *session);
int sara_label_new(const char *text, struct sara_label **label);
void sara_session_set_lingering(struct sara_session *session, bool lingering);
void sara_session_set_times(struct sara_session *session,
			    const struct sara_session_args *args);
struct sara_flow *sara_session_start(struct sara_net *sn,
				     struct sara_service *service,
				     const struct sara_key *key,
				     const struct sara_call_name *call,
				     int *reason);
bool sara_session_reclaim(struct sara_net *sn,
			  const struct sara_session *except);
int sara_session_set(struct sara_net *sn, u64 id,
		     const struct sara_session_args *args,
		     struct netlink_ext_ack *extack);
void sara_session_end(struct sara_session *session, enum sara_end why);
unsigned int sara_session_end_matching(struct sara_net *sn,
				       const struct sara_node *node,
				       const struct sara_service *service,
				       enum sara_end why);
void sara_session_purge(struct work_struct *work);

int sara_session_net_init(struct sara_net *sn);
void sara_session_net_exit(struct sara_net *sn);
int sara_session_init(void);
void sara_session_exit(void);

#endif
