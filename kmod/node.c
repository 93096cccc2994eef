// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes. The MAC of a node is fixed, or follows the neighbour table. Commands
 * and notifications change a node under RTNL and &sara_net.mutex, in this
 * order: so no device can leave between being found and being held.
 */
#include "node.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/netevent.h>

#include "notify.h"
#include "sched/rank.h"
#include "sched/sched.h"
#include "service.h"
#include "session.h"

/* How often the neighbour table is asked: it probes what it has not heard of
 * for a while, and so finds out that a node moved or is gone.
 */
#define SARA_NODE_REFRESH	(5 * HZ)
#define SARA_NODE_RETRY		HZ
/* A MAC that was known stays in use for so long while it is asked for again. */
#define SARA_NODE_MAC_GRACE	(SARA_NODE_REFRESH + 3 * HZ)

static struct sara_nexthop *sara_node_nexthop(const struct sara_node *node)
{
	return rcu_dereference_protected(node->nexthop,
					 lockdep_is_held(&node->sn->mutex));
}

static struct neigh_table *sara_node_table(const struct sara_node *node)
{
	if (node->family == AF_INET)
		return &arp_tbl;
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_stub->nd_tbl;
#else
	return NULL;
#endif
}

/* Asks the neighbour table for the node's MAC and keeps it asking. */
static bool sara_node_resolve(struct sara_node *node, struct net_device *dev,
			      u8 *mac)
{
	struct neigh_table *table = sara_node_table(node);
	const struct sara_nexthop *old = sara_node_nexthop(node);
	struct neighbour *neigh;
	bool known = false;
	u8 state;

	if (!table)
		return false;
	neigh = neigh_lookup(table, &node->addr, dev);
	if (!neigh) {
		neigh = neigh_create(table, &node->addr, dev);
		if (IS_ERR(neigh))
			return false;
	}
	state = READ_ONCE(neigh->nud_state);
	if (state & NUD_VALID) {
		neigh_ha_snapshot(mac, neigh, dev);
		known = is_valid_ether_addr(mac);
		if (known)
			node->mac_seen = jiffies;
	} else if (!(state & NUD_FAILED) && old && old->dev == dev &&
		   time_before(jiffies, node->mac_seen + SARA_NODE_MAC_GRACE)) {
		ether_addr_copy(mac, old->eth.dst);
		known = true;
	}
	neigh_event_send(neigh, NULL);
	neigh_release(neigh);
	return known;
}

static void sara_nexthop_free(struct sara_nexthop *nexthop)
{
	netdev_put(nexthop->dev, &nexthop->tracker);
	kfree_rcu(nexthop, rcu);
}

static void sara_node_unbind(struct sara_node *node)
{
	struct sara_nexthop *old = sara_node_nexthop(node);

	RCU_INIT_POINTER(node->nexthop, NULL);
	if (old)
		sara_nexthop_free(old);
}

/*
 * Makes the next hop what device and MAC are now. Returns true if it changed.
 * Without memory the node has none until its device or MAC changes.
 */
static bool __sara_node_rebind(struct sara_node *node)
{
	struct sara_nexthop *old = sara_node_nexthop(node), *new;
	struct net_device *dev = NULL;
	u8 mac[ETH_ALEN];

	ASSERT_RTNL();
	if (node->ifindex)
		dev = __dev_get_by_index(node->sn->net, node->ifindex);
	if (dev && !(dev->flags & IFF_UP))
		dev = NULL;
	if (dev && node->mac_fixed)
		ether_addr_copy(mac, node->mac);
	else if (dev && !sara_node_resolve(node, dev, mac))
		dev = NULL;

	if (!dev) {
		sara_node_unbind(node);
		return old;
	}
	if (old && old->dev == dev && ether_addr_equal(old->eth.dst, mac) &&
	    ether_addr_equal(old->eth.src, dev->dev_addr))
		return false;

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new) {
		sara_node_unbind(node);
		return old;
	}
	new->dev = dev;
	netdev_hold(dev, &new->tracker, GFP_KERNEL);
	ether_addr_copy(new->eth.dst, mac);
	ether_addr_copy(new->eth.src, dev->dev_addr);
	rcu_assign_pointer(node->nexthop, new);
	if (old)
		sara_nexthop_free(old);
	return true;
}

/* Likewise; and the node is chosen by what it is now. */
static bool sara_node_rebind(struct sara_node *node)
{
	bool changed = __sara_node_rebind(node);

	spin_lock_bh(&node->sn->lock);
	sara_rank_update(node);
	spin_unlock_bh(&node->sn->lock);
	return changed;
}

static void sara_node_resolve_later(struct sara_net *sn, unsigned long delay)
{
	mod_delayed_work(system_power_efficient_wq, &sn->resolve, delay);
}

/* Follows the neighbour table: after its events, and now and then. */
static void sara_node_resolve_work(struct work_struct *work)
{
	struct sara_net *sn = container_of(to_delayed_work(work),
					   struct sara_net, resolve);
	unsigned long delay = SARA_NODE_REFRESH;
	struct sara_node *node;
	bool again = false;

	rtnl_lock();
	mutex_lock(&sn->mutex);
	list_for_each_entry(node, &sn->nodes, link) {
		if (!node->ifindex || node->mac_fixed)
			continue;
		if (sara_node_rebind(node))
			sara_notify_node(node, SARA_EVENT_CHANGED);
		again = true;
		if (!sara_node_nexthop(node) ||
		    time_after(jiffies, node->mac_seen + SARA_NODE_RETRY))
			delay = SARA_NODE_RETRY;
	}
	if (again)
		sara_node_resolve_later(sn, delay);
	mutex_unlock(&sn->mutex);
	rtnl_unlock();
}

/**
 * sara_node_find() - a configured node by name
 * @sn: the namespace
 * @name: its name
 *
 * Context: process, &sara_net.mutex held.
 * Return: the node, without a reference, or NULL.
 */
struct sara_node *sara_node_find(struct sara_net *sn, const char *name)
{
	struct sara_node *node;

	lockdep_assert_held(&sn->mutex);
	list_for_each_entry(node, &sn->nodes, link)
		if (!strcmp(node->name, name))
			return node;
	return NULL;
}

/**
 * sara_node_find_mac() - a configured node by the MAC that it has now
 * @sn: the namespace
 * @mac: its MAC
 *
 * Context: process, &sara_net.mutex held.
 * Return: the node, without a reference, or NULL.
 */
struct sara_node *sara_node_find_mac(struct sara_net *sn, const u8 *mac)
{
	const struct sara_nexthop *nexthop;
	struct sara_node *node;

	lockdep_assert_held(&sn->mutex);
	list_for_each_entry(node, &sn->nodes, link) {
		nexthop = sara_node_nexthop(node);
		if (nexthop && ether_addr_equal_unaligned(nexthop->eth.dst, mac))
			return node;
	}
	return NULL;
}

static bool sara_node_has(const struct sara_node_args *args, int attr)
{
	return args->has & BIT(attr);
}

static struct net_device *sara_node_device(struct sara_net *sn,
					   const struct sara_node_args *args,
					   struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (sara_node_has(args, SARA_A_NODE_IFINDEX))
		dev = __dev_get_by_index(sn->net, args->ifindex);
	else
		dev = __dev_get_by_name(sn->net, args->dev);
	if (!dev) {
		if (sara_node_has(args, SARA_A_NODE_DEV))
			sara_refuse(extack, "there is no such device here",
				    "there is no device %s here", args->dev);
		else
			NL_SET_ERR_MSG(extack, "there is no such device here");
		return ERR_PTR(-ENODEV);
	}
	if (sara_node_has(args, SARA_A_NODE_DEV) &&
	    strcmp(dev->name, args->dev)) {
		NL_SET_ERR_MSG(extack,
			       "dev and ifindex name different devices");
		return ERR_PTR(-EINVAL);
	}
	if (dev->type != ARPHRD_ETHER) {
		sara_refuse(extack, "the device is not an Ethernet device",
			    "%s is not an Ethernet device", dev->name);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return dev;
}

static int sara_node_check(const struct sara_node_args *args,
			   struct netlink_ext_ack *extack)
{
	if (sara_node_has(args, SARA_A_NODE_MAC) &&
	    !is_valid_ether_addr(args->mac)) {
		NL_SET_ERR_MSG(extack,
			       "the MAC must be one host's: not zero, not multicast");
		return -EINVAL;
	}
	if (args->weight > U16_MAX) {
		NL_SET_ERR_MSG(extack, "the weight is from 0 to 65535");
		return -EINVAL;
	}
	if (sara_node_has(args, SARA_A_NODE_MAC) &&
	    sara_node_has(args, SARA_A_NODE_MAC_RESOLVED)) {
		NL_SET_ERR_MSG(extack,
			       "the MAC is either given or resolved, not both");
		return -EINVAL;
	}
	return 0;
}

/* What was checked before; nothing here can fail. */
static void sara_node_apply(struct sara_node *node,
			    const struct sara_node_args *args,
			    const struct net_device *dev)
{
	bool moved = false;

	if (sara_node_has(args, SARA_A_NODE_ADDR)) {
		moved = node->family != args->family ||
			!ipv6_addr_equal(&node->addr, &args->addr);
		node->family = args->family;
		node->addr = args->addr;
	}
	if (dev) {
		WRITE_ONCE(node->ifindex, dev->ifindex);
		strscpy(node->dev_name, dev->name, sizeof(node->dev_name));
	}
	if (sara_node_has(args, SARA_A_NODE_MAC)) {
		ether_addr_copy(node->mac, args->mac);
		node->mac_fixed = true;
	}
	if (sara_node_has(args, SARA_A_NODE_MAC_RESOLVED)) {
		moved |= node->mac_fixed;
		node->mac_fixed = false;
	}
	if (sara_node_has(args, SARA_A_NODE_STATE))
		WRITE_ONCE(node->state, args->state);
	if (sara_node_has(args, SARA_A_NODE_HEALTH))
		WRITE_ONCE(node->health, args->health);
	if (sara_node_has(args, SARA_A_NODE_WEIGHT))
		WRITE_ONCE(node->weight, args->weight);
	if (sara_node_has(args, SARA_A_NODE_MAX_SESSIONS))
		WRITE_ONCE(node->max_sessions, args->max_sessions);

	/* The MAC of another address, or a fixed one, is no old MAC. */
	if (moved && !node->mac_fixed)
		node->mac_seen = jiffies - SARA_NODE_MAC_GRACE;
	sara_node_rebind(node);
	sara_node_resolve_later(node->sn, SARA_NODE_RETRY);
}

static void sara_node_free_rcu(struct rcu_head *rcu)
{
	struct sara_node *node = container_of(rcu, struct sara_node, rcu);

	free_percpu(node->traffic);
	kfree(node);
}

/**
 * sara_node_put() - let go of a reference
 * @node: the node; gone an RCU grace period after the last reference
 *
 * Context: any.
 */
void sara_node_put(struct sara_node *node)
{
	if (refcount_dec_and_test(&node->ref))
		call_rcu(&node->rcu, sara_node_free_rcu);
}

/**
 * sara_node_add() - configure a node
 * @sn: the namespace
 * @args: name, device, and an address or a MAC; the rest may be absent
 * @extack: where a refusal is told
 *
 * Context: process, RTNL and &sara_net.mutex held.
 * Return: 0, EINVAL, EEXIST, ENODEV, EOPNOTSUPP (no Ethernet device) or ENOMEM.
 */
int sara_node_add(struct sara_net *sn, const struct sara_node_args *args,
		  struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct sara_node *node;
	int err;

	lockdep_assert_held(&sn->mutex);
	if (sara_node_find(sn, args->name)) {
		sara_refuse(extack, "there is a node of this name already",
			    "there is a node %s already", args->name);
		return -EEXIST;
	}
	err = sara_node_check(args, extack);
	if (err)
		return err;
	if (!sara_node_has(args, SARA_A_NODE_ADDR) &&
	    !sara_node_has(args, SARA_A_NODE_MAC)) {
		NL_SET_ERR_MSG(extack, "a node needs its address or its MAC");
		return -EINVAL;
	}
	if (!sara_node_has(args, SARA_A_NODE_DEV) &&
	    !sara_node_has(args, SARA_A_NODE_IFINDEX)) {
		NL_SET_ERR_MSG(extack,
			       "a node needs the device by which it is reached");
		return -EINVAL;
	}
	dev = sara_node_device(sn, args, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return -ENOMEM;
	node->traffic = sara_traffic_alloc(GFP_KERNEL_ACCOUNT);
	if (!node->traffic) {
		kfree(node);
		return -ENOMEM;
	}
	node->sn = sn;
	refcount_set(&node->ref, 1);
	node->id = ++sn->last_node;
	node->rank = SARA_RANK_NONE;
	node->state = SARA_NODE_STATE_UP;
	node->weight = 1;
	node->mac_seen = jiffies - SARA_NODE_MAC_GRACE;
	strscpy(node->name, args->name, sizeof(node->name));
	node->lot = sara_mh_name(node->name);
	sara_node_apply(node, args, dev);
	err = sara_rank_add(node);
	if (err) {
		sara_node_unbind(node);
		sara_node_put(node);
		return err;
	}

	list_add_tail_rcu(&node->link, &sn->nodes);
	sara_net_changed(sn);
	sara_notify_node(node, SARA_EVENT_CREATED);
	return 0;
}

/**
 * sara_node_set() - change a node
 * @sn: the namespace
 * @args: name, and what changes
 * @extack: where a refusal is told
 *
 * Context: process, RTNL and &sara_net.mutex held.
 * Return: 0, or as sara_node_add(), and ENOENT; nothing changed then.
 */
int sara_node_set(struct sara_net *sn, const struct sara_node_args *args,
		  struct netlink_ext_ack *extack)
{
	struct net_device *dev = NULL;
	struct sara_node *node;
	int err;

	lockdep_assert_held(&sn->mutex);
	node = sara_node_find(sn, args->name);
	if (!node) {
		sara_refuse(extack, "there is no node of this name",
			    "there is no node %s", args->name);
		return -ENOENT;
	}
	err = sara_node_check(args, extack);
	if (err)
		return err;
	if (sara_node_has(args, SARA_A_NODE_MAC_RESOLVED) && !node->family &&
	    !sara_node_has(args, SARA_A_NODE_ADDR)) {
		NL_SET_ERR_MSG(extack,
			       "the MAC is resolved from the node's address, which it has not");
		return -EINVAL;
	}
	if (sara_node_has(args, SARA_A_NODE_DEV) ||
	    sara_node_has(args, SARA_A_NODE_IFINDEX)) {
		dev = sara_node_device(sn, args, extack);
		if (IS_ERR(dev))
			return PTR_ERR(dev);
	}
	sara_node_apply(node, args, dev);
	sara_net_changed(sn);
	sara_notify_node(node, SARA_EVENT_CHANGED);
	return 0;
}

static int sara_node_remove(struct sara_node *node, bool force,
			    struct netlink_ext_ack *extack)
{
	struct sara_net *sn = node->sn;
	u32 sessions;

	/* Nodes are picked under the lock: after it nobody picks this one. */
	spin_lock_bh(&sn->lock);
	sessions = node->sessions;
	if (!sessions || force) {
		list_del_rcu(&node->link);
		sara_rank_del(node);
	}
	spin_unlock_bh(&sn->lock);
	if (sessions && !force) {
		sara_refuse(extack,
			    "the node has sessions: drain it, or use force",
			    "%s has %u sessions: drain it, or use force",
			    node->name, sessions);
		return -EBUSY;
	}
	sara_session_end_matching(sn, node, NULL, SARA_END_NODE_DELETED);
	sara_net_changed(sn);
	sara_notify_node(node, SARA_EVENT_DELETED);
	sara_node_unbind(node);
	sara_node_put(node);
	return 0;
}

/**
 * sara_node_del() - remove a node
 * @sn: the namespace
 * @name: its name
 * @force: also when it has sessions, which end, or is named by services
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, ENOENT, EBUSY or ENOMEM.
 */
int sara_node_del(struct sara_net *sn, const char *name, bool force,
		  struct netlink_ext_ack *extack)
{
	struct sara_node *node;
	int err;

	lockdep_assert_held(&sn->mutex);
	node = sara_node_find(sn, name);
	if (!node) {
		sara_refuse(extack, "there is no node of this name",
			    "there is no node %s", name);
		return -ENOENT;
	}
	err = sara_service_forget_node(node, force, extack);
	if (err)
		return err;
	return sara_node_remove(node, force, extack);
}

/**
 * sara_node_flush() - remove all nodes
 * @sn: the namespace, in which no service is left
 *
 * Context: process.
 */
void sara_node_flush(struct sara_net *sn)
{
	struct sara_node *node, *next;

	mutex_lock(&sn->mutex);
	list_for_each_entry_safe(node, next, &sn->nodes, link)
		sara_node_remove(node, true, NULL);
	mutex_unlock(&sn->mutex);
}

/* Returns true if something about the node changed. */
static bool sara_node_follow(struct sara_node *node, unsigned long event,
			     const struct net_device *dev)
{
	bool changed = false;

	if (event == NETDEV_UNREGISTER) {
		if (node->ifindex != dev->ifindex)
			return false;
		WRITE_ONCE(node->ifindex, 0);
		changed = true;
	} else if (!node->ifindex && dev->type == ARPHRD_ETHER &&
		   !strcmp(node->dev_name, dev->name)) {
		WRITE_ONCE(node->ifindex, dev->ifindex);
		sara_node_resolve_later(node->sn, SARA_NODE_RETRY);
		changed = true;
	} else if (node->ifindex != dev->ifindex) {
		return false;
	} else if (strcmp(node->dev_name, dev->name)) {
		strscpy(node->dev_name, dev->name, sizeof(node->dev_name));
		changed = true;
	}
	return sara_node_rebind(node) || changed;
}

static int sara_node_netdev_event(struct notifier_block *block,
				  unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct sara_net *sn = sara_net(dev_net(dev));
	struct sara_node *node;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEADDR:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		break;
	default:
		return NOTIFY_DONE;
	}

	mutex_lock(&sn->mutex);
	list_for_each_entry(node, &sn->nodes, link) {
		if (!sara_node_follow(node, event, dev))
			continue;
		sara_net_changed(sn);
		sara_notify_node(node, SARA_EVENT_CHANGED);
	}
	mutex_unlock(&sn->mutex);
	return NOTIFY_DONE;
}

static struct notifier_block sara_node_netdev_block = {
	.notifier_call = sara_node_netdev_event,
};

/*
 * Runs in any context, with no lock of ours. What it reads of a node may just
 * be changed by a command, which asks the neighbour table itself.
 */
static int sara_node_netevent(struct notifier_block *block,
			      unsigned long event, void *ptr)
{
	const struct neighbour *neigh = ptr;
	const struct sara_node *node;
	struct sara_net *sn;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;
	sn = sara_net(dev_net(neigh->dev));
	rcu_read_lock();
	list_for_each_entry_rcu(node, &sn->nodes, link) {
		if (READ_ONCE(node->ifindex) != neigh->dev->ifindex ||
		    node->mac_fixed || node->family != neigh->tbl->family ||
		    memcmp(&node->addr, neigh->primary_key,
			   neigh->tbl->key_len))
			continue;
		sara_node_resolve_later(sn, 0);
		break;
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block sara_node_netevent_block = {
	.notifier_call = sara_node_netevent,
};

/**
 * sara_node_net_init() - prepare a namespace
 * @sn: the namespace
 *
 * Context: process.
 */
void sara_node_net_init(struct sara_net *sn)
{
	INIT_DELAYED_WORK(&sn->resolve, sara_node_resolve_work);
}

/**
 * sara_node_net_exit() - stop following the neighbour table
 * @sn: the namespace
 *
 * Context: process, neither RTNL nor &sara_net.mutex held, which the work
 * takes.
 */
void sara_node_net_exit(struct sara_net *sn)
{
	cancel_delayed_work_sync(&sn->resolve);
}

/**
 * sara_node_init() - notice what happens to devices and neighbours
 *
 * Context: process, module load.
 * Return: 0 or an error of the notifier chains.
 */
int sara_node_init(void)
{
	int err;

	err = register_netdevice_notifier(&sara_node_netdev_block);
	if (err)
		return err;
	err = register_netevent_notifier(&sara_node_netevent_block);
	if (err)
		unregister_netdevice_notifier(&sara_node_netdev_block);
	return err;
}

/**
 * sara_node_exit() - the opposite
 *
 * Every node loses its device here, as if it went away.
 *
 * Context: process, module unload.
 */
void sara_node_exit(void)
{
	unregister_netevent_notifier(&sara_node_netevent_block);
	unregister_netdevice_notifier(&sara_node_netdev_block);
}
