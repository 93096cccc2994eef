/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of one network namespace, and what holds for all of it.
 */
#ifndef _SARA_H
#define _SARA_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <uapi/linux/sara.h>

#include "bucket.h"
#include "compat.h"
#include "key.h"
#include "stats.h"

/**
 * DOC: Locking
 *
 * A packet of a known flow takes no lock: flow -> session -> node -> next hop
 * is walked under RCU (the netdev hook runs inside rcu_read_lock() with BH
 * off). On that path only the flow's own counters and times, per-CPU counters,
 * and nothing shared by all CPUs, are written.
 *
 * &sara_net.lock (spinlock, BH off)
 *	guards the session graph: membership in the five tables (sessions,
 *	flows, announcements, sources, refused sessions), the lists of a
 *	session, the counts of sessions of nodes and services, the list of new
 *	sessions, and the scores and ranks of nodes. Taken for the first packet
 *	of a session or announced flow, by the agent's commands and by the
 *	purge, which lets go of it between sessions.
 *
 * &sara_net.policy
 *	is replaced as a whole, under &sara_net.mutex and &sara_net.lock:
 *	whoever places a session sees the numbers and the scores of one push.
 *	Packets of known flows read it under RCU alone, and only while
 *	&sara_net.thinning says that there is something to read.
 *
 * &sara_net.mutex
 *	serializes configuration: devices, services, nodes, bounds. Taken
 *	before &sara_net.lock. Readers of those lists on the packet path use
 *	RCU.
 *
 * RTNL
 *	is taken before &sara_net.mutex by what looks up a network device and
 *	then holds it: so the device cannot leave in between, and its
 *	NETDEV_UNREGISTER, which comes under RTNL, finds whoever holds it.
 *
 * The locks of &struct sara_early (held datagrams), &struct sara_hold (held
 * replies), &struct sara_sync (new sessions that wait), &struct sara_inspect
 * (binding) and &struct sara_bucket (copies, answers to refused sessions) are
 * leaves: nothing is taken under them.
 *
 * The rhashtables' own bucket locks nest inside &sara_net.lock. Dumps walk
 * the tables, or the lists of one session, under RCU alone.
 *
 * DOC: Lifetimes
 *
 * A session is born with its signalling flow and owns its flows, its
 * announcements and, with key source, its source: these hold a plain pointer
 * to it. It owns one reference to its node and one to its service. Its end
 * (sara_session_end()) takes it and all it owns out of the tables in one
 * critical section; memory, and the two references, go after an RCU grace
 * period. So whoever found a flow under RCU may follow it to the session, node
 * and service without a reference, until rcu_read_unlock().
 *
 * A session may also be restored: then it is born without a packet, a standby
 * session. Its first packet makes it this dispatcher's own, and may have to
 * take &sara_net.lock for that, once. While the agent says that another
 * dispatcher forwards them, standby sessions do not age (standby.c).
 *
 * Nodes and services are counted by reference: one for the configuration, one
 * for each session. Removed from configuration, they are gone for new packets
 * and live on until their last session's grace period is over.
 *
 * A refused session is a bare name, which nobody owns: it goes when its time is
 * over. A policy refers to nothing; a node's score is of the policy whose
 * serial it bears, and ends with that one or with the node.
 *
 * A node's next hop (device and Ethernet header) is one RCU-replaced object
 * that holds the device's reference; a device that goes away takes the next
 * hop with it, in its NETDEV_UNREGISTER notification.
 *
 * Unload takes things down in this order: the netlink family (nobody
 * configures), hooks (no new packets), then every namespace, rcu_barrier(),
 * caches. A namespace ends in this order: hooks, a grace period, what is held,
 * work items, sessions, services, nodes, rcu_barrier(), tables.
 *
 * A reply that is held has a reference to its device. It goes on, or is
 * dropped, when the device leaves, at its time's end at the latest.
 */

struct sara_early;
struct sara_hold;
struct sara_sync;
struct sara_inspect;
struct sara_policy;

/**
 * struct sara_config - bounds and times of one namespace
 * @max_sessions: sessions at most
 * @max_flows: flows and announcements at most, together
 * @max_announcements: announcements of one session at most; it may have four
 *	times as many flows
 * @tcp_timeout: jiffies until an established TCP flow is inactive
 * @closing_timeout: jiffies that a flow stays after FIN, RST or the end of what
 *	announced it
 * @purge_interval: jiffies between two purges
 * @inspect_rate: packets copied per second at most, 0 for no limit
 * @early_time: jiffies for which unannounced datagrams are held, 0 for none
 * @early_packets: datagrams held at most
 * @max_refused: refused sessions that are remembered at most
 * @refused_time: jiffies for which they are
 * @refuse_rate: answers to them per second at most, 0 for no limit
 *
 * Written under &sara_net.mutex with WRITE_ONCE(), read anywhere with
 * READ_ONCE().
 */
struct sara_config {
	u32		max_sessions;
	u32		max_flows;
	u32		max_announcements;
	unsigned long	tcp_timeout;
	unsigned long	closing_timeout;
	unsigned long	purge_interval;
	u32		inspect_rate;
	unsigned long	early_time;
	u32		early_packets;
	u32		max_refused;
	unsigned long	refused_time;
	u32		refuse_rate;
};

/**
 * struct sara_net - state of one network namespace
 * @net: the namespace
 * @lock: guards the session graph, see DOC: Locking
 * @mutex: serializes configuration
 * @sessions: by id, &struct sara_session
 * @flows: by key, &struct sara_flow
 * @announcements: by key, &struct sara_announcement
 * @sources: clients that have one session for all their flows, &struct
 *	sara_source; looked up under @lock
 * @refused: sessions that stay refused, &struct sara_refused
 * @refused_list: all of them, the oldest first; under @lock
 * @n_refused: entries of @refused; under @lock, read anywhere
 * @account: what became of new sessions; under @lock
 * @told_refused: refused by load when it was last told; by the purge alone
 * @new_sessions: sessions not yet known to be established, oldest first;
 *	established ones are taken off when somebody looks; under @lock
 * @n_sessions: entries of @sessions; under @lock, read anywhere
 * @n_flows: entries of @flows, likewise
 * @n_announcements: entries of @announcements, likewise
 * @n_forms: announcements by form, so that a miss skips forms nobody uses
 * @last_id: last session id given; under @lock
 * @devs: attached devices, &struct sara_dev; under @mutex, read by RCU
 * @services: &struct sara_service; under @mutex, read by RCU
 * @nodes: &struct sara_node; under @mutex, read by RCU
 * @ranks: what @nodes are compared by; replaced under @mutex and @lock
 * @n_ranks: entries of @ranks
 * @vips: services by virtual address, for the packet path; RCU
 * @last_service: last service id given; under @mutex
 * @last_node: last node id given; under @mutex
 * @policy: what the agent concluded last, or NULL; RCU, replaced under @mutex
 *	and @lock
 * @policy_serial: last serial of a policy given; under @mutex
 * @policy_mark: last check of a policy's scores; under @mutex
 * @config: bounds and times
 * @standby_until: jiffies until which the clocks of standby sessions stand
 *	still, see standby.c; written under @mutex
 * @thinning: packets of known flows have to look at @policy; read by each of
 *	them, hence next to @stats; written under @lock
 * @stats: per-CPU counters
 * @purge: removes what is over
 * @resolve: keeps the MACs of nodes resolved, see node.c
 * @early: datagrams that overtook the news of them
 * @hold: replies that wait for the news of them
 * @sync: new sessions that wait until another dispatcher has them
 * @inspect: the agent's end of the inspection channel
 * @refuse: how many refused sessions may be answered
 * @generation: of the configured objects, for consistent dumps
 */
struct sara_net {
	struct net		*net;

	spinlock_t		lock;		/* the session graph */
	struct mutex		mutex;		/* configuration */

	struct rhashtable	sessions;
	struct rhashtable	flows;
	struct rhashtable	announcements;
	struct rhashtable	sources;
	struct rhashtable	refused;
	struct list_head	refused_list;
	u32			n_refused;
	struct sara_account	account;
	u64			told_refused;
	struct list_head	new_sessions;
	u32			n_sessions;
	u32			n_flows;
	u32			n_announcements;
	u32			n_forms[SARA_FORM_ANY_SOURCE + 1];
	u64			last_id;

	struct list_head	devs;
	struct list_head	services;
	struct list_head	nodes;
	struct sara_rank	*ranks;
	u32			n_ranks;
	struct hlist_head	vips[64];
	u32			last_service;
	u32			last_node;

	struct sara_policy __rcu *policy;
	u64			policy_serial;
	u32			policy_mark;

	struct sara_config	config;
	unsigned long		standby_until;
	bool			thinning;
	struct sara_stats __percpu *stats;
	struct delayed_work	purge;
	struct delayed_work	resolve;
	struct sara_early	*early;
	struct sara_hold	*hold;
	struct sara_sync	*sync;
	struct sara_inspect	*inspect;
	struct sara_bucket	refuse;
	unsigned int		generation;
};

extern unsigned int sara_net_id;

/**
 * sara_net() - SARA's state in a network namespace
 * @net: the namespace
 *
 * Context: any.
 * Return: the state; it lives as long as the namespace while the module is
 * loaded.
 */
static inline struct sara_net *sara_net(const struct net *net)
{
	return net_generic(net, sara_net_id);
}

/**
 * sara_stats_add() - count
 * @sn: the namespace
 * @attr: which counter, SARA_A_STATS_HITS or after
 * @n: how many
 *
 * Context: BH off.
 */
static inline void sara_stats_add(struct sara_net *sn, int attr, u64 n)
{
	struct sara_stats *stats = this_cpu_ptr(sn->stats);

	u64_stats_update_begin(&stats->sync);
	u64_stats_add(&stats->count[attr - SARA_STATS_FIRST], n);
	u64_stats_update_end(&stats->sync);
}

static inline void sara_stats_inc(struct sara_net *sn, int attr)
{
	sara_stats_add(sn, attr, 1);
}

/**
 * sara_net_changed() - the configuration is another one now
 * @sn: the namespace
 *
 * Context: process, &sara_net.mutex held.
 */
static inline void sara_net_changed(struct sara_net *sn)
{
	lockdep_assert_held(&sn->mutex);
	sn->generation = (sn->generation + 1) ?: 1;
}

#endif
