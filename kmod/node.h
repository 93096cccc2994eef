/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes: the processing servers, and how a frame reaches them.
 */
#ifndef _SARA_NODE_H
#define _SARA_NODE_H

#include <linux/etherdevice.h>
#include <linux/refcount.h>

#include "sara.h"

/**
 * struct sara_nexthop - how a frame reaches a node
 * @dev: output device; this object holds a reference to it
 * @tracker: of that reference
 * @eth: destination and source MAC, ready to be copied
 * @rcu: it is replaced, never changed
 */
struct sara_nexthop {
	struct net_device	*dev;
	netdevice_tracker	tracker;
	struct {
		u8	dst[ETH_ALEN];
		u8	src[ETH_ALEN];
	} eth;
	struct rcu_head		rcu;
};

/**
 * struct sara_node - a processing server
 * @link: in &sara_net.nodes
 * @sn: the namespace
 * @nexthop: NULL while packets cannot reach it (no device, no MAC); RCU,
 *	replaced under &sara_net.mutex
 * @state: enum sara_node_state, WRITE_ONCE() under &sara_net.mutex
 * @health: enum sara_health, WRITE_ONCE() under &sara_net.mutex
 * @weight: share of new sessions; 0 gets none
 * @max_sessions: 0 for no limit
 * @sessions: sessions now; changed under &sara_net.lock
 * @sessions_closing: of these, sessions whose end the agent saw, likewise
 * @sessions_total: sessions placed so far, likewise
 * @scored: serial of the policy that @score, @cost and @pending are of; these
 *	are changed under &sara_net.lock
 * @score: load, as the policy tells it
 * @cost: load that a session brings
 * @pending: sessions that came since the policy did, less those that went
 * @rank: its place in &sara_net.ranks, or SARA_RANK_NONE; likewise
 * @lot: hash of @name, see mh.c
 * @policy_mark: the last check of a policy that saw a score of it; under
 *	&sara_net.mutex
 * @traffic: forwarded packets and bytes
 * @ref: one for the configuration, one for each session
 * @id: never used again
 * @family: of @addr: AF_INET or AF_INET6; 0 when it has none
 * @addr: the node's own address, from which the MAC is resolved
 * @ifindex: output device; 0 when it went away; WRITE_ONCE()
 * @mac: fixed MAC, valid if @mac_fixed
 * @mac_fixed: do not resolve
 * @mac_seen: jiffies when the neighbour table last knew the MAC
 * @dev_name: name of the output device, so that it is found again
 * @name: unique in the namespace
 * @rcu: for kfree_rcu() of the last reference
 */
struct sara_node {
	struct list_head	link;
	struct sara_net		*sn;
	struct sara_nexthop __rcu *nexthop;
	u8			state;
	u8			health;
	u32			weight;
	u32			max_sessions;
	u32			sessions;
	u32			sessions_closing;
	u64			sessions_total;
	u64			scored;
	u32			score;
	u32			cost;
	s32			pending;
	u32			rank;
	u64			lot;
	u32			policy_mark;
	struct sara_traffic __percpu *traffic;
	refcount_t		ref;

	u32			id;
	u8			family;
	bool			mac_fixed;
	struct in6_addr		addr;
	unsigned long		mac_seen;
	int			ifindex;
	u8			mac[ETH_ALEN];
	char			dev_name[IFNAMSIZ];
	char			name[SARA_NAME_MAX + 1];
	struct rcu_head		rcu;
};

/**
 * struct sara_node_args - what a command says about a node
 * @name: its name, always given
 * @has: which of the others were given, bits by attribute number
 * @family: of @addr
 * @addr: own address
 * @ifindex: output device
 * @dev: name of the output device
 * @mac: fixed MAC
 * @state: enum sara_node_state
 * @health: enum sara_health
 * @weight: share of new sessions
 * @max_sessions: 0 for no limit
 */
struct sara_node_args {
	const char	*name;
	u32		has;
	u8		family;
	struct in6_addr	addr;
	int		ifindex;
	const char	*dev;
	u8		mac[ETH_ALEN];
	u8		state;
	u8		health;
	u32		weight;
	u32		max_sessions;
};

struct netlink_ext_ack;

struct sara_node *sara_node_find(struct sara_net *sn, const char *name);
struct sara_node *sara_node_find_mac(struct sara_net *sn, const u8 *mac);
int sara_node_add(struct sara_net *sn, const struct sara_node_args *args,
		  struct netlink_ext_ack *extack);
int sara_node_set(struct sara_net *sn, const struct sara_node_args *args,
		  struct netlink_ext_ack *extack);
int sara_node_del(struct sara_net *sn, const char *name, bool force,
		  struct netlink_ext_ack *extack);
void sara_node_flush(struct sara_net *sn);
void sara_node_put(struct sara_node *node);

/**
 * sara_node_hold() - take a reference
 * @node: a node that is known to live (under RCU: not yet freed, and found in
 *	the configuration under &sara_net.lock or @mutex)
 *
 * Context: any.
 */
static inline void sara_node_hold(struct sara_node *node)
{
	refcount_inc(&node->ref);
}

/**
 * sara_node_eligible() - may a new session be placed on this node?
 * @node: the node, under RCU
 *
 * Context: softirq, RCU read side.
 * Return: true if it is up, not known to fail, reachable, weighted and below its
 *	bound.
 */
static inline bool sara_node_eligible(const struct sara_node *node)
{
	u32 max = READ_ONCE(node->max_sessions);

	return READ_ONCE(node->state) == SARA_NODE_STATE_UP &&
	       READ_ONCE(node->health) <= SARA_HEALTH_UP &&
	       READ_ONCE(node->weight) && rcu_access_pointer(node->nexthop) &&
	       (!max || READ_ONCE(node->sessions) < max);
}

void sara_node_net_init(struct sara_net *sn);
void sara_node_net_exit(struct sara_net *sn);
int sara_node_init(void);	/* notifiers: devices, neighbours */
void sara_node_exit(void);

#endif
