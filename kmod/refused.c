// SPDX-License-Identifier: GPL-2.0
/*
 * Refused sessions. A client repeats what it was not answered (an INVITE seven
 * times in 32 s); each time with another throw of the dice, most would get in.
 * So who was refused stays refused, for so long.
 */
#include "refused.h"

#include "key_table.h"

/* Entries that are removed under one hold of the lock. */
#define SARA_REFUSED_BATCH	64
/* Those whose time is over that make room for a new one. */
#define SARA_REFUSED_LOOKS	2

static const struct rhashtable_params sara_refused_params = {
	.head_offset		= offsetof(struct sara_refused, hash),
	.key_offset		= offsetof(struct sara_refused, key),
	.key_len		= sizeof(struct sara_key),
	.hashfn			= sara_key_hash,
	.automatic_shrinking	= true,
};

/**
 * sara_refused_find() - was this session refused, and still is?
 * @sn: the namespace
 * @key: what it is told by
 *
 * Context: RCU read side.
 * Return: what is remembered of it, valid until rcu_read_unlock(), or NULL.
 */
const struct sara_refused *sara_refused_find(struct sara_net *sn,
					     const struct sara_key *key)
{
	const struct sara_refused *refused;

	refused = rhashtable_lookup(&sn->refused, key, sara_refused_params);
	return refused && time_before(jiffies, refused->until) ? refused : NULL;
}

static void sara_refused_del(struct sara_net *sn, struct sara_refused *refused)
{
	rhashtable_remove_fast(&sn->refused, &refused->hash,
			       sara_refused_params);
	list_del(&refused->link);
	WRITE_ONCE(sn->n_refused, sn->n_refused - 1);
	kfree_rcu(refused, rcu);
}

/* Removes up to @max whose time is over; returns whether it were so many. */
static bool sara_refused_expire(struct sara_net *sn, int max)
{
	struct sara_refused *refused, *next;

	lockdep_assert_held(&sn->lock);
	list_for_each_entry_safe(refused, next, &sn->refused_list, link) {
		if (time_before(jiffies, refused->until))
			return false;
		sara_refused_del(sn, refused);
		if (!--max)
			return true;
	}
	return false;
}

static bool sara_refused_insert(struct sara_net *sn, const struct sara_key *key,
				const struct sara_refusal *why)
{
	struct sara_refused *refused;

	if (sn->n_refused >= READ_ONCE(sn->config.max_refused))
		return false;
	refused = kmalloc(sizeof(*refused), GFP_ATOMIC | __GFP_NOWARN);
	if (!refused)
		return false;
	refused->key = *key;
	refused->why = *why;
	refused->since = jiffies;
	refused->until = refused->since + READ_ONCE(sn->config.refused_time);
	if (rhashtable_insert_fast(&sn->refused, &refused->hash,
				   sara_refused_params)) {
		kfree(refused);
		return false;
	}
	list_add_tail(&refused->link, &sn->refused_list);
	WRITE_ONCE(sn->n_refused, sn->n_refused + 1);
	return true;
}

/**
 * sara_refused_add() - a session is refused from now on
 * @sn: the namespace
 * @key: what it is told by
 * @why: how it is now
 *
 * When there are too many it is not remembered, which is counted.
 *
 * Context: softirq, &sara_net.lock held, RCU read side.
 */
void sara_refused_add(struct sara_net *sn, const struct sara_key *key,
		      const struct sara_refusal *why)
{
	struct sara_refused *refused;

	lockdep_assert_held(&sn->lock);
	refused = rhashtable_lookup(&sn->refused, key, sara_refused_params);
	if (refused)	/* its time is over */
		sara_refused_del(sn, refused);
	sara_refused_expire(sn, SARA_REFUSED_LOOKS);
	if (!sara_refused_insert(sn, key, why))
		sara_stats_inc(sn, SARA_A_STATS_REFUSED_FORGOTTEN);
}

/**
 * sara_refused_purge() - forget those whose time is over
 * @sn: the namespace
 *
 * Context: process, may sleep. Takes &sara_net.lock.
 */
void sara_refused_purge(struct sara_net *sn)
{
	bool more;

	if (!READ_ONCE(sn->n_refused))
		return;
	do {
		spin_lock_bh(&sn->lock);
		more = sara_refused_expire(sn, SARA_REFUSED_BATCH);
		spin_unlock_bh(&sn->lock);
		cond_resched();
	} while (more);
}

/**
 * sara_refused_net_init() - make the table of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_refused_net_init(struct sara_net *sn)
{
	INIT_LIST_HEAD(&sn->refused_list);
	return rhashtable_init(&sn->refused, &sara_refused_params);
}

/**
 * sara_refused_net_exit() - free the table of a namespace
 * @sn: the namespace, without hooks
 *
 * Context: process.
 */
void sara_refused_net_exit(struct sara_net *sn)
{
	struct sara_refused *refused, *next;

	list_for_each_entry_safe(refused, next, &sn->refused_list, link)
		kfree(refused);
	rhashtable_destroy(&sn->refused);
}
