// SPDX-License-Identifier: GPL-2.0
/*
 * Early media: datagrams that overtook the news of them.
 *
 * A client may send its first media packet within a millisecond of the reply
 * that named the port, and the news of that reply takes another way. So a
 * datagram to a virtual address that nobody announced is held for a short
 * time, and goes on as soon as an announcement names its client's endpoint.
 * So is one that only a wildcard expects: several sessions of one client
 * address, on different nodes, may have the same port there, and only the
 * client's own port tells them apart. When its time is over, the wildcard
 * gets it; without one it is dropped.
 */
#include "early.h"

#include <linux/jhash.h>

#include "ingress.h"
#include "kept.h"
#include "parse.h"
#include "sara.h"

/* Buckets that share the bound of packets held for one source address. */
#define SARA_EARLY_SOURCES	256
#define SARA_EARLY_PER_SOURCE	64

/* A datagram that is longer is no media of which a few may be early. */
#define SARA_EARLY_LEN_MAX	2048

/**
 * struct sara_early - the held packets of one namespace
 * @sn: the namespace
 * @lock: guards all of this; nests inside nothing
 * @packets: oldest first
 * @sources: how many of them, by hash of the source address
 * @seed: of that hash
 * @work: runs when the time of the oldest is over
 */
struct sara_early {
	struct sara_net		*sn;
	spinlock_t		lock;		/* packets, sources */
	struct sk_buff_head	packets;
	u8			sources[SARA_EARLY_SOURCES];
	u32			seed;
	struct delayed_work	work;
};

static u8 *sara_early_source(struct sara_early *early,
			     const struct sara_key *flow)
{
	u32 hash = jhash2((const u32 *)&flow->src, sizeof(flow->src) / 4,
			  early->seed);

	return &early->sources[hash % SARA_EARLY_SOURCES];
}

/**
 * sara_early_hold() - keep a datagram for a moment
 * @sn: the namespace
 * @skb: from the network header on; consumed if it is held, or if memory is
 *	short
 * @pkt: as parsed
 *
 * Context: softirq, RCU read side.
 * Return: true if it was consumed; false if it is not to be held (switched
 * off, too long, or a bound was reached, which is counted).
 */
bool sara_early_hold(struct sara_net *sn, struct sk_buff *skb,
		     const struct sara_packet *pkt)
{
	unsigned long time = READ_ONCE(sn->config.early_time);
	struct sara_early *early = sn->early;
	bool alone;
	u8 *source;

	if (!time || skb->len > SARA_EARLY_LEN_MAX || skb_is_gso(skb))
		return false;

	spin_lock_bh(&early->lock);
	source = sara_early_source(early, &pkt->key);
	if (*source >= SARA_EARLY_PER_SOURCE ||
	    skb_queue_len(&early->packets) >=
	    READ_ONCE(sn->config.early_packets)) {
		spin_unlock_bh(&early->lock);
		sara_stats_inc(sn, SARA_A_STATS_EARLY_FULL);
		return false;
	}
	skb = sara_keep(skb, &pkt->key, pkt, jiffies + time);
	if (!skb) {
		spin_unlock_bh(&early->lock);
		sara_stats_inc(sn, SARA_A_STATS_DROP_NO_MEMORY);
		return true;
	}
	alone = skb_queue_empty(&early->packets);
	__skb_queue_tail(&early->packets, skb);
	++*source;
	spin_unlock_bh(&early->lock);

	sara_stats_inc(sn, SARA_A_STATS_EARLY_HELD);
	/* Those before it have set the alarm, unless there are none. */
	if (alone)
		mod_delayed_work(system_highpri_wq, &early->work, time);
	return true;
}

/* @early->lock is held. */
static void sara_early_take(struct sara_early *early, struct sk_buff *skb,
			    struct sk_buff_head *to)
{
	--*sara_early_source(early, &sara_kept(skb)->flow);
	__skb_unlink(skb, &early->packets);
	__skb_queue_tail(to, skb);
}

/**
 * sara_early_release() - something was announced: who has been waiting for it?
 * @sn: the namespace
 * @ann: key of the announcement, with form
 *
 * Wildcards do not release anything before its time.
 *
 * Context: process or softirq, no lock held.
 */
void sara_early_release(struct sara_net *sn, const struct sara_key *ann)
{
	struct sara_early *early = sn->early;
	struct sk_buff *skb, *next;
	struct sk_buff_head taken;
	struct sara_key key;

	if (ann->form > SARA_FORM_HALF)
		return;
	/*
	 * First announced, then looked who waits; the packet path first queues,
	 * then looks what is announced: one of them finds the other.
	 */
	smp_mb();
	if (skb_queue_empty_lockless(&early->packets))
		return;
	__skb_queue_head_init(&taken);
	spin_lock_bh(&early->lock);
	skb_queue_walk_safe(&early->packets, skb, next) {
		sara_key_match(ann->form, &sara_kept(skb)->flow, &key);
		if (!memcmp(&key, ann, sizeof(key)))
			sara_early_take(early, skb, &taken);
	}
	spin_unlock_bh(&early->lock);
	sara_kept_forward(sn, &taken, sara_ingress_announced);
}

static void sara_early_expire(struct work_struct *work)
{
	struct sara_early *early = container_of(to_delayed_work(work),
						struct sara_early, work);
	struct sk_buff_head taken;
	struct sk_buff *skb;
	s32 wait = 0;
	u32 now;

	__skb_queue_head_init(&taken);
	spin_lock_bh(&early->lock);
	now = jiffies;
	while ((skb = skb_peek(&early->packets))) {
		wait = sara_kept(skb)->until - now;
		if (wait > 0)
			break;
		sara_early_take(early, skb, &taken);
	}
	spin_unlock_bh(&early->lock);
	if (skb)
		queue_delayed_work(system_highpri_wq, &early->work, wait);
	sara_kept_forward(early->sn, &taken, sara_ingress_late);
}

/**
 * sara_early_net_init() - nothing is held yet
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int sara_early_net_init(struct sara_net *sn)
{
	struct sara_early *early = kzalloc(sizeof(*early), GFP_KERNEL_ACCOUNT);

	if (!early)
		return -ENOMEM;
	early->sn = sn;
	spin_lock_init(&early->lock);
	__skb_queue_head_init(&early->packets);
	early->seed = get_random_u32();
	INIT_DELAYED_WORK(&early->work, sara_early_expire);
	sn->early = early;
	return 0;
}

/**
 * sara_early_net_exit() - drop what is held
 * @sn: the namespace, without hooks
 *
 * Context: process, may sleep.
 */
void sara_early_net_exit(struct sara_net *sn)
{
	cancel_delayed_work_sync(&sn->early->work);
	__skb_queue_purge(&sn->early->packets);
	kfree(sn->early);
}
