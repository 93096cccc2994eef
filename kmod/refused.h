/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions that were refused by load: their verdict is kept.
 */
#ifndef _SARA_REFUSED_H
#define _SARA_REFUSED_H

#include "sara.h"

/* The form of a key that names a source, see admission.c. */
#define SARA_KEY_FORM_SOURCE	0xfe

/**
 * struct sara_refusal - how it was when a session was refused
 * @epoch: of the policy, its lower 32 bits
 * @placed: sessions that this policy had placed, at most U16_MAX
 * @load: of the whole, with what came and went since it was measured
 * @p_new: probability with which a new session was refused
 */
struct sara_refusal {
	u32	epoch;
	u16	placed;
	u32	load;
	u32	p_new;
};

/**
 * struct sara_refused - a session that does not get in
 * @hash: in &sara_net.refused
 * @key: what it is told by: a flow, a call or a source
 * @link: in &sara_net.refused_list, the oldest first
 * @since: jiffies when it was refused
 * @until: jiffies when it may ask again
 * @why: how it was then
 * @rcu: of its memory
 */
struct sara_refused {
	struct rhash_head	hash;
	struct sara_key		key;
	struct list_head	link;
	unsigned long		since;
	unsigned long		until;
	struct sara_refusal	why;
	struct rcu_head		rcu;
};

const struct sara_refused *sara_refused_find(struct sara_net *sn,
					     const struct sara_key *key);
void sara_refused_add(struct sara_net *sn, const struct sara_key *key,
		      const struct sara_refusal *why);
void sara_refused_purge(struct sara_net *sn);

int sara_refused_net_init(struct sara_net *sn);
void sara_refused_net_exit(struct sara_net *sn);

#endif
