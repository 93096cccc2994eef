// SPDX-License-Identifier: GPL-2.0
/*
 * Synchronous replication: a new session's first packet waits until another
 * dispatcher has the session, so that no session that a node has heard of dies
 * with this dispatcher.
 *
 *   begin:   a session is made, and the agent is told; it gets an entry here
 *            before that, so that the agent, which is quick, finds it
 *   hold:    a packet of a session that has an entry waits in it
 *   release: the agent, the timer, or the end of either: the entry goes, and
 *            its packets go on to their node
 *
 * What another dispatcher does not have in time goes on all the same, so that
 * one that is alone serves; or (strict) it is dropped, and its entry stays for
 * a while as *closed*: what comes of the session is dropped until it is
 * released. Its client sends again, maybe to the dispatcher that has taken over
 * meanwhile. So it is with all that begins soon after the agent died; without
 * strict, if the agent asked for that (orphans), with what cannot do without an
 * agent, as nobody reads what it announces.
 *
 * A packet that comes while those before it are on their way may overtake
 * them. Of TCP only a SYN can wait, and what its client sends after that comes
 * later than the answer to it; of UDP no order is promised.
 */
#include "sync.h"

#include "flow.h"
#include "ingress.h"
#include "kept.h"
#include "parse.h"
#include "sara.h"
#include "service.h"
#include "session.h"

#define SARA_SYNC_BUCKETS	256U

/* Memory of all packets that wait, as the kernel counts it. */
#define SARA_SYNC_BYTES		(16U << 20)

/*
 * How long a session is closed, or new ones are without an agent: longer than
 * it takes to miss a peer (3 s), or a dispatcher (VRRP, with adverts of 1 s).
 */
#define SARA_SYNC_CLOSED	(4 * HZ)

/**
 * struct sara_awaited - a new session that another dispatcher is to have first
 * @hash: in its bucket
 * @order: in &sara_sync.awaited or, when it is closed, in &sara_sync.closed
 * @session: its id
 * @until: jiffies when its time is over
 * @closed: nothing of it waits, what comes is dropped
 * @packets: its packets, in the order in which they came
 */
struct sara_awaited {
	struct hlist_node	hash;
	struct list_head	order;
	u64			session;
	unsigned long		until;
	bool			closed;
	struct sk_buff_head	packets;
};

/**
 * struct sara_sync - the sessions of one namespace that wait
 * @sn: the namespace
 * @lock: guards all that follows but @time, @max, @strict and @orphans; nests
 *	inside &sara_net.lock
 * @buckets: &struct sara_awaited by session
 * @awaited: those of them that wait, oldest first
 * @closed: those that do not, likewise
 * @sessions: how many there are; read anywhere
 * @packets: of all of them
 * @bytes: their memory
 * @time: jiffies that a session waits, 0 for not at all; see
 *	sara_sync_configure()
 * @max: packets at most, and sessions, likewise
 * @strict: what was not released in time is dropped, likewise
 * @orphans: what begins without an agent, and has to be read, is dropped,
 *	likewise
 * @orphaned: the agent went, and what begins until @adopted is closed; without
 *	@strict what has to be read
 * @adopted: jiffies
 * @work: runs when the time of the oldest is over
 */
struct sara_sync {
	struct sara_net		*sn;
	spinlock_t		lock;		/* entries and counts */
	struct hlist_head	buckets[SARA_SYNC_BUCKETS];
	struct list_head	awaited;
	struct list_head	closed;
	u32			sessions;
	u32			packets;
	u32			bytes;
	unsigned long		time;
	u32			max;
	bool			strict;
	bool			orphans;
	bool			orphaned;
	unsigned long		adopted;
	struct delayed_work	work;
};

static struct hlist_head *sara_sync_bucket(struct sara_sync *sync, u64 session)
{
	return &sync->buckets[session % SARA_SYNC_BUCKETS];
}

static struct sara_awaited *sara_sync_find(struct sara_sync *sync, u64 session)
{
	struct sara_awaited *awaited;

	lockdep_assert_held(&sync->lock);
	hlist_for_each_entry(awaited, sara_sync_bucket(sync, session), hash)
		if (awaited->session == session)
			return awaited;
	return NULL;
}

/* Is there no agent any more that it could not do without? */
static bool sara_sync_is_orphan(const struct sara_sync *sync,
				const struct sara_session *session)
{
	return READ_ONCE(sync->orphaned) &&
	       (READ_ONCE(sync->strict) ||
		session->service->app != SARA_APP_NONE);
}

/**
 * sara_sync_begin() - a session was made, and listeners hear of it next
 * @session: the session
 *
 * Where memory or the bounds do not allow it (which is counted) it does not
 * wait.
 *
 * Context: &sara_net.lock held.
 */
void sara_sync_begin(const struct sara_session *session)
{
	struct sara_sync *sync = session->sn->sync;
	unsigned long time = READ_ONCE(sync->time);
	struct sara_awaited *awaited;
	bool closed, alone;

	closed = !time && sara_sync_is_orphan(sync, session);
	if (likely(!time && !closed))
		return;
	awaited = kmalloc(sizeof(*awaited), GFP_ATOMIC | __GFP_NOWARN);
	spin_lock(&sync->lock);
	if (!awaited || sync->sessions >= READ_ONCE(sync->max)) {
		spin_unlock(&sync->lock);
		sara_stats_inc(sync->sn, SARA_A_STATS_SYNC_FULL);
		kfree(awaited);
		return;
	}
	awaited->session = session->id;
	awaited->closed = closed;
	awaited->until = closed ? sync->adopted : jiffies + time;
	__skb_queue_head_init(&awaited->packets);
	hlist_add_head(&awaited->hash, sara_sync_bucket(sync, session->id));
	alone = !closed && list_empty(&sync->awaited);
	list_add_tail(&awaited->order,
		      closed ? &sync->closed : &sync->awaited);
	WRITE_ONCE(sync->sessions, sync->sessions + 1);
	spin_unlock(&sync->lock);

	sara_stats_inc(sync->sn, SARA_A_STATS_SYNC_HELD);
	/* Those before it have set the alarm, unless there are none. */
	if (alone)
		mod_delayed_work(system_highpri_wq, &sync->work, time);
}

/**
 * sara_sync_hold() - does a packet of a new session wait?
 * @sn: the namespace
 * @flow: its flow, of which it is one of the first packets
 * @skb: the packet, from the network header on; may be shared; consumed if it
 *	waits, or if memory is short
 * @pkt: as parsed
 *
 * Where the bounds do not allow it (which is counted) it does not wait.
 *
 * Context: softirq, RCU read side.
 * Return: true if it was consumed.
 */
bool sara_sync_hold(struct sara_net *sn, const struct sara_flow *flow,
		    struct sk_buff *skb, const struct sara_packet *pkt)
{
	struct sara_sync *sync = sn->sync;
	struct sara_awaited *awaited;

	if (likely(!READ_ONCE(sync->sessions)) || skb_pfmemalloc(skb))
		return false;
	spin_lock_bh(&sync->lock);
	awaited = sara_sync_find(sync, flow->session->id);
	if (!awaited) {
		spin_unlock_bh(&sync->lock);
		return false;
	}
	if (awaited->closed) {
		spin_unlock_bh(&sync->lock);
		sara_stats_inc(sn, SARA_A_STATS_SYNC_DROPPED);
		kfree_skb(skb);
		return true;
	}
	if (sync->packets >= READ_ONCE(sync->max) ||
	    sync->bytes + skb->truesize > SARA_SYNC_BYTES) {
		spin_unlock_bh(&sync->lock);
		sara_stats_inc(sn, SARA_A_STATS_SYNC_FULL);
		return false;
	}
	skb = sara_keep(skb, &flow->key, pkt, 0);
	if (skb) {
		__skb_queue_tail(&awaited->packets, skb);
		sync->packets++;
		sync->bytes += skb->truesize;
	}
	spin_unlock_bh(&sync->lock);
	if (!skb)
		sara_stats_inc(sn, SARA_A_STATS_DROP_NO_MEMORY);
	return true;
}

/* @awaited goes; it has no packets. */
static void sara_sync_forget(struct sara_sync *sync,
			     struct sara_awaited *awaited)
{
	lockdep_assert_held(&sync->lock);
	hlist_del(&awaited->hash);
	list_del(&awaited->order);
	WRITE_ONCE(sync->sessions, sync->sessions - 1);
	kfree(awaited);
}

/*
 * @awaited goes, which is counted as @reason; its packets are in @taken then.
 * &sara_sync.lock is held.
 */
static void sara_sync_take(struct sara_sync *sync, struct sara_awaited *awaited,
			   int reason, struct sk_buff_head *taken)
{
	struct sk_buff *skb;

	lockdep_assert_held(&sync->lock);
	while ((skb = __skb_dequeue(&awaited->packets))) {
		sync->packets--;
		sync->bytes -= skb->truesize;
		__skb_queue_tail(taken, skb);
	}
	sara_stats_inc(sync->sn, reason);
	sara_sync_forget(sync, awaited);
}

/*
 * @awaited is closed until then, which is counted as @reason; its packets are
 * dropped. &sara_sync.lock is held.
 */
static void sara_sync_close(struct sara_sync *sync,
			    struct sara_awaited *awaited, unsigned long until,
			    int reason)
{
	struct sk_buff *skb;

	lockdep_assert_held(&sync->lock);
	while ((skb = __skb_dequeue(&awaited->packets))) {
		sync->packets--;
		sync->bytes -= skb->truesize;
		sara_stats_inc(sync->sn, SARA_A_STATS_SYNC_DROPPED);
		kfree_skb(skb);
	}
	awaited->closed = true;
	awaited->until = until;
	list_move_tail(&awaited->order, &sync->closed);
	sara_stats_inc(sync->sn, reason);
}

/**
 * sara_sync_release() - another dispatcher has this session
 * @sn: the namespace
 * @session: its id
 *
 * Context: process, no lock held.
 * Return: false if it does not wait (any more).
 */
bool sara_sync_release(struct sara_net *sn, u64 session)
{
	struct sara_sync *sync = sn->sync;
	struct sara_awaited *awaited;
	struct sk_buff_head taken;

	__skb_queue_head_init(&taken);
	spin_lock_bh(&sync->lock);
	awaited = sara_sync_find(sync, session);
	if (awaited && awaited->closed)
		sara_sync_forget(sync, awaited);
	else if (awaited)
		sara_sync_take(sync, awaited, SARA_A_STATS_SYNC_RELEASED,
			       &taken);
	spin_unlock_bh(&sync->lock);
	if (!awaited)
		return false;
	sara_kept_forward(sn, &taken, sara_ingress_synced);
	return true;
}

/**
 * sara_sync_flush() - nobody will let these go
 * @sn: the namespace
 *
 * They go on at once.
 *
 * Context: process, no lock held.
 */
void sara_sync_flush(struct sara_net *sn)
{
	struct sara_sync *sync = sn->sync;
	struct sara_awaited *awaited;
	struct sk_buff_head taken;

	for (;;) {
		__skb_queue_head_init(&taken);
		spin_lock_bh(&sync->lock);
		awaited = list_first_entry_or_null(&sync->awaited,
						   struct sara_awaited, order);
		if (awaited)
			sara_sync_take(sync, awaited,
				       SARA_A_STATS_SYNC_FLUSHED, &taken);
		spin_unlock_bh(&sync->lock);
		if (!awaited)
			break;
		sara_kept_forward(sn, &taken, sara_ingress_synced);
	}
	spin_lock_bh(&sync->lock);
	while ((awaited = list_first_entry_or_null(&sync->closed,
						   struct sara_awaited, order)))
		sara_sync_forget(sync, awaited);
	spin_unlock_bh(&sync->lock);
}

/**
 * sara_sync_orphan() - the agent went
 * @sn: the namespace
 *
 * New sessions do not wait any more, and nobody will let go those that do. If
 * the agent wanted it so they are closed for a while, and so is what begins
 * meanwhile.
 *
 * Context: process; callers see to it that there is one at a time.
 * Return: false if what waits is to go on: by sara_sync_flush().
 */
bool sara_sync_orphan(struct sara_net *sn)
{
	struct sara_sync *sync = sn->sync;
	struct sara_awaited *awaited, *next;

	if (!READ_ONCE(sync->orphans) &&
	    (!READ_ONCE(sync->strict) || !READ_ONCE(sync->time))) {
		sara_sync_configure(sn, 0, 0, false, false);
		return false;
	}
	spin_lock_bh(&sync->lock);
	sync->adopted = jiffies + SARA_SYNC_CLOSED;
	WRITE_ONCE(sync->orphaned, true);
	WRITE_ONCE(sync->time, 0);
	list_for_each_entry_safe(awaited, next, &sync->awaited, order)
		sara_sync_close(sync, awaited, sync->adopted,
				SARA_A_STATS_SYNC_FLUSHED);
	spin_unlock_bh(&sync->lock);
	mod_delayed_work(system_highpri_wq, &sync->work, SARA_SYNC_CLOSED);
	return true;
}

/**
 * sara_sync_configure() - whether and how new sessions wait from now on
 * @sn: the namespace
 * @time: jiffies at most, 0 for not at all
 * @packets: how many packets at most, and sessions
 * @strict: what was not released in time is dropped
 * @orphans: so is what begins soon after the agent went, and has to be read
 *
 * Context: any; callers see to it that there is one at a time.
 */
void sara_sync_configure(struct sara_net *sn, unsigned long time, u32 packets,
			 bool strict, bool orphans)
{
	WRITE_ONCE(sn->sync->orphaned, false);
	WRITE_ONCE(sn->sync->max, packets);
	WRITE_ONCE(sn->sync->strict, strict);
	WRITE_ONCE(sn->sync->orphans, orphans);
	WRITE_ONCE(sn->sync->time, time);
}

static void sara_sync_expire(struct work_struct *work)
{
	struct sara_sync *sync = container_of(to_delayed_work(work),
					      struct sara_sync, work);
	struct sara_awaited *awaited, *closed;
	struct sk_buff_head taken;
	long wait = HZ;

	for (;;) {
		__skb_queue_head_init(&taken);
		spin_lock_bh(&sync->lock);
		awaited = list_first_entry_or_null(&sync->awaited,
						   struct sara_awaited, order);
		if (!awaited || time_before(jiffies, awaited->until))
			break;
		if (READ_ONCE(sync->strict)) {
			sara_sync_close(sync, awaited,
					jiffies + SARA_SYNC_CLOSED,
					SARA_A_STATS_SYNC_EXPIRED);
			spin_unlock_bh(&sync->lock);
			continue;
		}
		sara_sync_take(sync, awaited, SARA_A_STATS_SYNC_EXPIRED,
			       &taken);
		spin_unlock_bh(&sync->lock);
		sara_kept_forward(sync->sn, &taken, sara_ingress_synced);
	}
	while ((closed = list_first_entry_or_null(&sync->closed,
						  struct sara_awaited, order)) &&
	       !time_before(jiffies, closed->until))
		sara_sync_forget(sync, closed);
	if (sync->orphaned && !time_before(jiffies, sync->adopted))
		WRITE_ONCE(sync->orphaned, false);
	if (awaited)
		wait = min_t(long, wait, awaited->until - jiffies);
	if (closed)
		wait = min_t(long, wait, closed->until - jiffies);
	if (awaited || closed || sync->orphaned)
		queue_delayed_work(system_highpri_wq, &sync->work,
				   max(wait, 1L));
	spin_unlock_bh(&sync->lock);
}

/**
 * sara_sync_net_init() - no session waits yet
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int sara_sync_net_init(struct sara_net *sn)
{
	struct sara_sync *sync = kzalloc(sizeof(*sync), GFP_KERNEL_ACCOUNT);

	if (!sync)
		return -ENOMEM;
	sync->sn = sn;
	spin_lock_init(&sync->lock);
	INIT_LIST_HEAD(&sync->awaited);
	INIT_LIST_HEAD(&sync->closed);
	INIT_DELAYED_WORK(&sync->work, sara_sync_expire);
	sn->sync = sync;
	return 0;
}

/**
 * sara_sync_net_exit() - let go what waits
 * @sn: the namespace, without hooks and without an agent
 *
 * Context: process, may sleep.
 */
void sara_sync_net_exit(struct sara_net *sn)
{
	sara_sync_configure(sn, 0, 0, false, false);
	cancel_delayed_work_sync(&sn->sync->work);
	sara_sync_flush(sn);
	WARN_ON_ONCE(sn->sync->sessions || sn->sync->packets);
	kfree(sn->sync);
}
