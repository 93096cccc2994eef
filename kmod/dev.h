/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that the hook is attached to.
 */
#ifndef _SARA_DEV_H
#define _SARA_DEV_H

#include <linux/netfilter.h>

#include "sara.h"

struct netlink_ext_ack;

/**
 * struct sara_dev - an attached device
 * @link: in &sara_net.devs
 * @sn: the namespace
 * @dev: the device; netfilter's hook list hangs off it, a reference is held
 * @tracker: of that reference
 * @ops: the hook, whose priv is this object
 * @mode: enum sara_dev_mode
 * @seen: packets that the hook saw
 * @forwarded: of them, sent on to a node
 * @copied: of them, copied to the agent
 * @rcu: of its memory, after the hook is gone
 */
struct sara_dev {
	struct list_head	link;
	struct sara_net		*sn;
	struct net_device	*dev;
	netdevice_tracker	tracker;
	struct nf_hook_ops	ops;
	u8			mode;
	struct sara_traffic __percpu *seen;
	struct sara_traffic __percpu *forwarded;
	struct sara_traffic __percpu *copied;
	struct rcu_head		rcu;
};

struct sara_dev *sara_dev_find(struct sara_net *sn,
			       const struct net_device *dev);
int sara_dev_add(struct sara_net *sn, struct net_device *dev,
		 enum sara_dev_mode mode, struct netlink_ext_ack *extack);
int sara_dev_del(struct sara_net *sn, struct net_device *dev,
		 struct netlink_ext_ack *extack);
void sara_dev_flush(struct sara_net *sn);

int sara_dev_init(void);	/* notices devices that go away */
void sara_dev_exit(void);

#endif
