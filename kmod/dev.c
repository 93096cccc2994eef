// SPDX-License-Identifier: GPL-2.0
/*
 * Attached devices. Commands and notifications change them under RTNL and
 * &sara_net.mutex, in this order: so no device can leave between being found
 * and being held.
 */
#include "dev.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include "hold.h"
#include "ingress.h"
#include "notify.h"

/**
 * sara_dev_find() - is a device attached?
 * @sn: the namespace
 * @dev: the device
 *
 * Context: process, &sara_net.mutex held.
 * Return: its object, valid while the mutex is held, or NULL.
 */
struct sara_dev *sara_dev_find(struct sara_net *sn,
			       const struct net_device *dev)
{
	struct sara_dev *sdev;

	lockdep_assert_held(&sn->mutex);
	list_for_each_entry(sdev, &sn->devs, link)
		if (sdev->dev == dev)
			return sdev;
	return NULL;
}

static void sara_dev_free(struct sara_dev *sdev)
{
	free_percpu(sdev->seen);
	free_percpu(sdev->forwarded);
	free_percpu(sdev->copied);
	kfree(sdev);
}

static void sara_dev_free_rcu(struct rcu_head *rcu)
{
	sara_dev_free(container_of(rcu, struct sara_dev, rcu));
}

/**
 * sara_dev_add() - attach the hook to a device
 * @sn: the namespace
 * @dev: the device
 * @mode: what the hook does
 * @extack: where a refusal is told
 *
 * Context: process, RTNL and &sara_net.mutex held.
 * Return: 0, EEXIST, EOPNOTSUPP (no Ethernet device), ENOMEM or an error of
 * netfilter.
 */
int sara_dev_add(struct sara_net *sn, struct net_device *dev,
		 enum sara_dev_mode mode, struct netlink_ext_ack *extack)
{
	struct sara_dev *sdev;
	int err;

	ASSERT_RTNL();
	if (sara_dev_find(sn, dev)) {
		sara_refuse(extack, "the device is attached already",
			    "%s is attached already", dev->name);
		return -EEXIST;
	}
	if (dev->type != ARPHRD_ETHER) {
		sara_refuse(extack, "the device is not an Ethernet device",
			    "%s is not an Ethernet device", dev->name);
		return -EOPNOTSUPP;
	}

	sdev = kzalloc(sizeof(*sdev), GFP_KERNEL_ACCOUNT);
	if (!sdev)
		return -ENOMEM;
	sdev->seen = sara_traffic_alloc(GFP_KERNEL_ACCOUNT);
	sdev->forwarded = sara_traffic_alloc(GFP_KERNEL_ACCOUNT);
	sdev->copied = sara_traffic_alloc(GFP_KERNEL_ACCOUNT);
	if (!sdev->seen || !sdev->forwarded || !sdev->copied) {
		err = -ENOMEM;
		goto err_free;
	}
	sdev->sn = sn;
	sdev->dev = dev;
	sdev->mode = mode;
	sdev->ops.pf = NFPROTO_NETDEV;
	sdev->ops.hooknum = NF_NETDEV_INGRESS;
	sdev->ops.hook = mode == SARA_DEV_MODE_OBSERVE ? sara_ingress_observe :
							 sara_ingress_dispatch;
	sdev->ops.dev = dev;
	sdev->ops.priv = sdev;
	/* A reply that was held goes on behind all hooks: so ours is the last. */
	if (mode == SARA_DEV_MODE_OBSERVE)
		sdev->ops.priority = INT_MAX;
	err = nf_register_net_hook(sn->net, &sdev->ops);
	if (err) {
		NL_SET_ERR_MSG(extack, "netfilter refuses the ingress hook");
		goto err_free;
	}
	netdev_hold(dev, &sdev->tracker, GFP_KERNEL);
	list_add_tail(&sdev->link, &sn->devs);
	sara_net_changed(sn);
	sara_notify_dev(sdev, SARA_EVENT_CREATED);
	return 0;

err_free:
	sara_dev_free(sdev);
	return err;
}

/*
 * Packets on other CPUs may still be in the hook until RCU says no; if they
 * are held, then until their time is over. When the device itself leaves, it
 * was closed before, and no packet is.
 */
static void sara_dev_remove(struct sara_dev *sdev)
{
	struct sara_net *sn = sdev->sn;

	nf_unregister_net_hook(sn->net, &sdev->ops);
	sara_hold_flush(sn, sdev->dev);
	list_del(&sdev->link);
	sara_net_changed(sn);
	sara_notify_dev(sdev, SARA_EVENT_DELETED);
	netdev_put(sdev->dev, &sdev->tracker);
	call_rcu(&sdev->rcu, sara_dev_free_rcu);
}

/**
 * sara_dev_del() - take the hook off a device; sessions stay
 * @sn: the namespace
 * @dev: the device
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, or ENOENT.
 */
int sara_dev_del(struct sara_net *sn, struct net_device *dev,
		 struct netlink_ext_ack *extack)
{
	struct sara_dev *sdev = sara_dev_find(sn, dev);

	if (!sdev) {
		sara_refuse(extack, "the device is not attached",
			    "%s is not attached", dev->name);
		return -ENOENT;
	}
	sara_dev_remove(sdev);
	return 0;
}

/**
 * sara_dev_flush() - take the hook off all devices
 * @sn: the namespace
 *
 * Context: process. Packets may be in the hook until an RCU grace period
 * later.
 */
void sara_dev_flush(struct sara_net *sn)
{
	struct sara_dev *sdev, *next;

	mutex_lock(&sn->mutex);
	list_for_each_entry_safe(sdev, next, &sn->devs, link)
		sara_dev_remove(sdev);
	mutex_unlock(&sn->mutex);
}

static int sara_dev_event(struct notifier_block *block, unsigned long event,
			  void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct sara_net *sn = sara_net(dev_net(dev));
	struct sara_dev *sdev;

	if (event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;

	mutex_lock(&sn->mutex);
	sdev = sara_dev_find(sn, dev);
	if (sdev && event == NETDEV_UNREGISTER) {
		sara_dev_remove(sdev);
	} else if (sdev) {
		sara_net_changed(sn);
		sara_notify_dev(sdev, SARA_EVENT_CHANGED);
	}
	mutex_unlock(&sn->mutex);
	return NOTIFY_DONE;
}

static struct notifier_block sara_dev_block = {
	.notifier_call = sara_dev_event,
};

/**
 * sara_dev_init() - notice devices that go away
 *
 * Context: process, module load.
 * Return: 0 or an error of the notifier chain.
 */
int sara_dev_init(void)
{
	return register_netdevice_notifier(&sara_dev_block);
}

/**
 * sara_dev_exit() - the opposite
 *
 * Every device is told to have gone here, so no hook remains.
 *
 * Context: process, module unload.
 */
void sara_dev_exit(void)
{
	unregister_netdevice_notifier(&sara_dev_block);
}
