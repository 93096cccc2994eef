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
 * struct sara_refused - a session that does not get in
 * @hash: in &sara_net.refused
 * @key: what it is told by: a flow, a call or a source
 * @link: in &sara_net.refused_list, the oldest first
 * @until: jiffies when it may ask again; WRITE_ONCE() under &sara_net.lock
 * @rcu: of its memory
 */
struct sara_refused {
	struct rhash_head	hash;
	struct sara_key		key;
	struct list_head	link;
	unsigned long		until;
	struct rcu_head		rcu;
};

bool sara_refused_find(struct sara_net *sn, const struct sara_key *key);
void sara_refused_add(struct sara_net *sn, const struct sara_key *key);
void sara_refused_purge(struct sara_net *sn);

int sara_refused_net_init(struct sara_net *sn);
void sara_refused_net_exit(struct sara_net *sn);

#endif
