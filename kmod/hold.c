// SPDX-License-Identifier: GPL-2.0
/*
 * Announce hold: replies wait at the gateway until what they announce is known.
 *
 * A client may answer a reply with media at once, and the news of the reply
 * takes another way to the dispatcher. So a reply that was copied to the agent
 * waits until the agent lets it go, which it does when the dispatcher has what
 * the reply announces; or until its time is over.
 *
 * Packets of one flow leave in the order in which they came: what follows one
 * that waits queues up behind it, also what by itself has nothing to wait for.
 *
 *                   .- begin: a place in the queue, so that the agent, which is
 *                   |         quick, finds it
 *   ingress hook ---+- the copy to the agent
 *                   '- end:   the packet takes its place, or goes on at once
 *
 *   the agent, the timer, or the end of either: the packet may go
 *   drain: whatever is first in its flow and may go, goes
 */
#include "hold.h"

#include <linux/jhash.h>
#include <net/dst.h>

#include "parse.h"
#include "sara.h"

/* A number names its bucket by its lowest bits. */
#define SARA_HOLD_BUCKETS	256U

/* Memory of all packets that wait, as the kernel counts it. */
#define SARA_HOLD_BYTES		(16U << 20)

/**
 * struct sara_held - a packet's place in the queue of its flow
 * @queue: in its bucket, in the order of arrival
 * @waiting: in &sara_hold.waiting, while the agent or the timer is awaited
 * @skb: the packet, which holds a reference to its device; NULL until
 *	sara_hold_end()
 * @tracker: of that reference
 * @flow: its flow
 * @id: its number
 * @until: jiffies when its time is over
 * @truesize: its memory
 * @free: it may go when it is the first of its flow
 * @leaving: it is on its way, outside the lock; it keeps its place until it is
 *	gone, so that nothing overtakes it
 */
struct sara_held {
	struct list_head	queue;
	struct list_head	waiting;
	struct sk_buff		*skb;
	netdevice_tracker	tracker;
	struct sara_key		flow;
	u64			id;
	unsigned long		until;
	unsigned int		truesize;
	bool			free;
	bool			leaving;
};

/**
 * struct sara_hold - the packets of one namespace that wait
 * @sn: the namespace
 * @lock: guards all that follows but @time and @max; nests inside nothing
 * @buckets: &struct sara_held by flow
 * @waiting: those that the agent or the timer lets go, oldest first
 * @packets: how many have a place; read anywhere
 * @bytes: their memory
 * @last_id: last number given, without the bits of its bucket
 * @seed: of the flows' hash
 * @time: jiffies that a reply waits, 0 for not at all; see
 *	sara_hold_configure()
 * @max: packets at most, likewise
 * @work: runs when the time of the oldest is over
 */
struct sara_hold {
	struct sara_net		*sn;
	spinlock_t		lock;		/* queues and counts */
	struct list_head	buckets[SARA_HOLD_BUCKETS];
	struct list_head	waiting;
	u32			packets;
	u32			bytes;
	u64			last_id;
	u32			seed;
	unsigned long		time;
	u32			max;
	struct delayed_work	work;
};

static struct list_head *sara_hold_bucket(struct sara_hold *hold, u64 id)
{
	return &hold->buckets[id % SARA_HOLD_BUCKETS];
}

static u32 sara_hold_hash(const struct sara_hold *hold,
			  const struct sara_key *flow)
{
	return jhash2((const u32 *)flow, sizeof(*flow) / 4, hold->seed) %
	       SARA_HOLD_BUCKETS;
}

static struct sara_held *sara_hold_first(struct sara_hold *hold, u32 hash,
					 const struct sara_key *flow)
{
	struct sara_held *held;

	list_for_each_entry(held, sara_hold_bucket(hold, hash), queue)
		if (!memcmp(&held->flow, flow, sizeof(*flow)))
			return held;
	return NULL;
}

static void sara_hold_forget(struct sara_hold *hold, struct sara_held *held)
{
	lockdep_assert_held(&hold->lock);
	list_del(&held->queue);
	list_del(&held->waiting);
	WRITE_ONCE(hold->packets, hold->packets - 1);
	hold->bytes -= held->truesize;
	kfree(held);
}

/* It may go; @reason is counted unless 0. */
static void sara_hold_free(struct sara_hold *hold, struct sara_held *held,
			   int reason)
{
	lockdep_assert_held(&hold->lock);
	if (held->free)
		return;
	held->free = true;
	list_del_init(&held->waiting);
	if (reason)
		sara_stats_inc(hold->sn, reason);
}

/*
 * The packet goes on behind the hook from which it was taken: the taps have
 * seen it, the classifier and the other hooks (ours is the last, see dev.c)
 * have agreed to it. A generic XDP program alone sees it once more.
 *
 * A device that was closed has seen a grace period before it changes its
 * namespace or goes, so what is found running here stays so until the end of
 * this read side.
 */
static void sara_hold_pass(struct sara_net *sn, struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;

	local_bh_disable();
	rcu_read_lock();
	if (netif_running(dev) && net_eq(dev_net(dev), sn->net)) {
		sara_skb_resume(skb);
		netif_receive_skb_core(skb);
	} else {
		sara_stats_inc(sn, SARA_A_STATS_HOLD_DROPPED);
		kfree_skb(skb);
	}
	rcu_read_unlock();
	local_bh_enable();
}

/*
 * What is first in its flow and may go, goes, and so does what then is first.
 * Whoever lets one go calls this; one of them at a time works on a flow.
 */
static void sara_hold_drain(struct sara_hold *hold, u32 hash,
			    const struct sara_key *flow)
{
	struct sara_held *held;
	struct net_device *dev;

	spin_lock_bh(&hold->lock);
	while ((held = sara_hold_first(hold, hash, flow)) && held->skb &&
	       held->free && !held->leaving) {
		held->leaving = true;
		dev = held->skb->dev;
		spin_unlock_bh(&hold->lock);

		sara_hold_pass(hold->sn, held->skb);
		netdev_put(dev, &held->tracker);

		spin_lock_bh(&hold->lock);
		sara_hold_forget(hold, held);
	}
	spin_unlock_bh(&hold->lock);
}

static struct sara_held *sara_hold_place(struct sara_hold *hold,
					 const struct sara_key *flow, u32 hash,
					 unsigned int truesize)
{
	struct sara_held *held;

	lockdep_assert_held(&hold->lock);
	if (hold->packets >= READ_ONCE(hold->max) ||
	    hold->bytes + truesize > SARA_HOLD_BYTES) {
		sara_stats_inc(hold->sn, SARA_A_STATS_HOLD_FULL);
		return NULL;
	}
	held = kzalloc(sizeof(*held), GFP_ATOMIC | __GFP_NOWARN);
	if (!held)
		return NULL;
	held->flow = *flow;
	held->id = ++hold->last_id * SARA_HOLD_BUCKETS + hash;
	held->truesize = truesize;
	INIT_LIST_HEAD(&held->waiting);
	list_add_tail(&held->queue, sara_hold_bucket(hold, hash));
	WRITE_ONCE(hold->packets, hold->packets + 1);
	hold->bytes += truesize;
	return held;
}

/**
 * sara_hold_begin() - a packet of a reply's flow, before it is copied
 * @sn: the namespace
 * @skb: the packet, or of a fragmented one the fragment that came last
 * @pkt: as parsed when whole, its key in request direction
 * @id: where its number is written, 0 if it has nothing to wait for
 *
 * Where memory or the bounds do not allow it (the latter is counted) the packet
 * does not wait, and may overtake others of its flow that do.
 *
 * Context: softirq, RCU read side.
 * Return: its place, for sara_hold_end(), or NULL if it goes on at once.
 */
struct sara_held *sara_hold_begin(struct sara_net *sn,
				  const struct sk_buff *skb,
				  const struct sara_packet *pkt, u64 *id)
{
	struct sara_hold *hold = sn->hold;
	bool waits = READ_ONCE(hold->time) && pkt->payload_len;
	struct sara_held *held = NULL;
	u32 hash;

	*id = 0;
	if ((!waits && !READ_ONCE(hold->packets)) || skb_pfmemalloc(skb))
		return NULL;

	hash = sara_hold_hash(hold, &pkt->key);
	spin_lock_bh(&hold->lock);
	if (waits || sara_hold_first(hold, hash, &pkt->key))
		held = sara_hold_place(hold, &pkt->key, hash, skb->truesize);
	if (held && waits)
		*id = held->id;
	else if (held)
		sara_hold_free(hold, held, 0);
	spin_unlock_bh(&hold->lock);
	return held;
}

/* The packet takes its place, unless nothing keeps it; @hold->lock is held. */
static bool sara_hold_take(struct sara_hold *hold, struct sara_held *held,
			   struct sk_buff *skb)
{
	u32 hash = held->id % SARA_HOLD_BUCKETS;

	lockdep_assert_held(&hold->lock);
	if (held->free && sara_hold_first(hold, hash, &held->flow) == held)
		return false;
	if (skb_shared(skb)) {
		struct sk_buff *own = skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);

		if (!own)
			return false;
		consume_skb(skb);
		skb = own;
	}
	skb_dst_force(skb);
	netdev_hold(skb->dev, &held->tracker, GFP_ATOMIC);
	held->skb = skb;
	return true;
}

/**
 * sara_hold_end() - the packet was copied, or could not be
 * @sn: the namespace
 * @held: its place, of sara_hold_begin(); not valid any more
 * @skb: the packet; consumed if it waits
 * @copied: the agent has it, and will let it go
 *
 * Context: softirq, RCU read side.
 * Return: true if it waits; false if it goes on at once.
 */
bool sara_hold_end(struct sara_net *sn, struct sara_held *held,
		   struct sk_buff *skb, bool copied)
{
	struct sara_hold *hold = sn->hold;
	struct sara_key flow = held->flow;
	u32 hash = held->id % SARA_HOLD_BUCKETS;
	bool alone = false, taken;
	unsigned long time;

	spin_lock_bh(&hold->lock);
	time = READ_ONCE(hold->time);
	if (!copied || !time)
		sara_hold_free(hold, held, 0);
	taken = sara_hold_take(hold, held, skb);
	if (!taken) {
		sara_hold_forget(hold, held);
	} else if (!held->free) {
		held->until = jiffies + time;
		alone = list_empty(&hold->waiting);
		list_add_tail(&held->waiting, &hold->waiting);
		sara_stats_inc(sn, SARA_A_STATS_HOLD_HELD);
	}
	spin_unlock_bh(&hold->lock);

	/* Those before it have set the alarm, unless there are none. */
	if (alone)
		mod_delayed_work(system_highpri_wq, &hold->work, time);
	/* Another CPU may have queued up behind what did not stay. */
	if (!taken)
		sara_hold_drain(hold, hash, &flow);
	return taken;
}

/**
 * sara_hold_release() - the agent lets a reply go
 * @sn: the namespace
 * @id: its number
 *
 * Context: process, no lock held.
 * Return: false if there is none (any more).
 */
bool sara_hold_release(struct sara_net *sn, u64 id)
{
	struct sara_hold *hold = sn->hold;
	struct sara_held *held;
	struct sara_key flow;
	bool found = false;

	spin_lock_bh(&hold->lock);
	list_for_each_entry(held, sara_hold_bucket(hold, id), queue) {
		if (held->id != id || held->free)
			continue;
		found = true;
		flow = held->flow;
		/* The hook may still be at it; then it never waited. */
		sara_hold_free(hold, held, held->skb ?
			       SARA_A_STATS_HOLD_RELEASED : 0);
		break;
	}
	spin_unlock_bh(&hold->lock);
	if (found)
		sara_hold_drain(hold, id % SARA_HOLD_BUCKETS, &flow);
	return found;
}

/* Lets go the oldest that waits for @dev, or for any if NULL. */
static bool sara_hold_flush_one(struct sara_hold *hold,
				const struct net_device *dev)
{
	struct sara_held *held;
	struct sara_key flow;
	u32 hash;

	spin_lock_bh(&hold->lock);
	list_for_each_entry(held, &hold->waiting, waiting) {
		if (dev && held->skb->dev != dev)
			continue;
		hash = held->id % SARA_HOLD_BUCKETS;
		flow = held->flow;
		sara_hold_free(hold, held, SARA_A_STATS_HOLD_FLUSHED);
		spin_unlock_bh(&hold->lock);
		sara_hold_drain(hold, hash, &flow);
		return true;
	}
	spin_unlock_bh(&hold->lock);
	return false;
}

/**
 * sara_hold_flush() - nobody will let these go, or their device leaves
 * @sn: the namespace
 * @dev: on which they came, or NULL for all
 *
 * They go on at once, or are dropped if their device is down.
 *
 * Context: process, no spinlock held.
 */
void sara_hold_flush(struct sara_net *sn, const struct net_device *dev)
{
	while (sara_hold_flush_one(sn->hold, dev))
		;
}

/**
 * sara_hold_configure() - whether and how replies wait from now on
 * @sn: the namespace
 * @time: jiffies at most, 0 for not at all
 * @packets: how many at most
 *
 * Context: any; callers see to it that there is one at a time.
 */
void sara_hold_configure(struct sara_net *sn, unsigned long time, u32 packets)
{
	WRITE_ONCE(sn->hold->max, packets);
	WRITE_ONCE(sn->hold->time, time);
}

static void sara_hold_expire(struct work_struct *work)
{
	struct sara_hold *hold = container_of(to_delayed_work(work),
					      struct sara_hold, work);
	struct sara_held *held;
	struct sara_key flow;
	unsigned long wait;
	u32 hash;

	for (;;) {
		spin_lock_bh(&hold->lock);
		held = list_first_entry_or_null(&hold->waiting,
						struct sara_held, waiting);
		if (!held || time_before(jiffies, held->until))
			break;
		hash = held->id % SARA_HOLD_BUCKETS;
		flow = held->flow;
		sara_hold_free(hold, held, SARA_A_STATS_HOLD_EXPIRED);
		spin_unlock_bh(&hold->lock);
		sara_hold_drain(hold, hash, &flow);
	}
	wait = held ? held->until - jiffies : 0;
	spin_unlock_bh(&hold->lock);
	if (held)
		queue_delayed_work(system_highpri_wq, &hold->work,
				   clamp_t(long, wait, 1, HZ));
}

/**
 * sara_hold_net_init() - nothing waits yet
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int sara_hold_net_init(struct sara_net *sn)
{
	struct sara_hold *hold = kzalloc(sizeof(*hold), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!hold)
		return -ENOMEM;
	hold->sn = sn;
	spin_lock_init(&hold->lock);
	for (i = 0; i < SARA_HOLD_BUCKETS; i++)
		INIT_LIST_HEAD(&hold->buckets[i]);
	INIT_LIST_HEAD(&hold->waiting);
	hold->seed = get_random_u32();
	INIT_DELAYED_WORK(&hold->work, sara_hold_expire);
	sn->hold = hold;
	return 0;
}

/**
 * sara_hold_net_exit() - let go what waits
 * @sn: the namespace, without hooks and without an agent
 *
 * Context: process, may sleep.
 */
void sara_hold_net_exit(struct sara_net *sn)
{
	sara_hold_configure(sn, 0, 0);
	cancel_delayed_work_sync(&sn->hold->work);
	sara_hold_flush(sn, NULL);
	WARN_ON_ONCE(sn->hold->packets);
	kfree(sn->hold);
}
