// SPDX-License-Identifier: GPL-2.0
/*
 * Commands for what is configured: devices, services and nodes.
 */
#include <linux/rtnetlink.h>

#include "dev.h"
#include "netlink.h"
#include "netlink_put.h"
#include "node.h"
#include "sara.h"
#include "service.h"

/* A service with its pool has to fit into one message of a dump. */
#define SARA_POOL_MAX	64

/*
 * The device that a request names. RTNL is held, so that it stays.
 */
static struct net_device *sara_nl_device(struct genl_info *info)
{
	const struct nlattr *index = info->attrs[SARA_A_DEV_IFINDEX];
	const struct nlattr *name = info->attrs[SARA_A_DEV_NAME];
	struct net *net = genl_info_net(info);
	struct net_device *dev;

	ASSERT_RTNL();
	if (index) {
		dev = __dev_get_by_index(net, nla_get_u32(index));
	} else if (name) {
		dev = __dev_get_by_name(net, nla_data(name));
	} else {
		NL_SET_ERR_MSG(info->extack, "name the device");
		return ERR_PTR(-EINVAL);
	}
	if (dev)
		return dev;
	if (name)
		sara_refuse(info->extack, "there is no such device here",
			    "there is no device %s here",
			    (char *)nla_data(name));
	else
		NL_SET_ERR_MSG(info->extack, "there is no such device here");
	return ERR_PTR(-ENODEV);
}

/**
 * sara_nl_dev_new_doit() - attach the hook to a device
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes RTNL and &sara_net.mutex.
 * Return: as sara_dev_add().
 */
int sara_nl_dev_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *mode = info->attrs[SARA_A_DEV_MODE];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct net_device *dev;
	int err;

	if (!mode) {
		NL_SET_ERR_MSG(info->extack,
			       "the mode is missing: dispatch or observe");
		return -EINVAL;
	}
	rtnl_lock();
	dev = sara_nl_device(info);
	err = PTR_ERR_OR_ZERO(dev);
	if (!err) {
		mutex_lock(&sn->mutex);
		err = sara_dev_add(sn, dev, nla_get_u32(mode), info->extack);
		mutex_unlock(&sn->mutex);
	}
	rtnl_unlock();
	return err;
}

/**
 * sara_nl_dev_del_doit() - take the hook off a device
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes RTNL and &sara_net.mutex.
 * Return: as sara_dev_del(), and ENODEV.
 */
int sara_nl_dev_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct net_device *dev;
	int err;

	rtnl_lock();
	dev = sara_nl_device(info);
	err = PTR_ERR_OR_ZERO(dev);
	if (!err) {
		mutex_lock(&sn->mutex);
		err = sara_dev_del(sn, dev, info->extack);
		mutex_unlock(&sn->mutex);
	}
	rtnl_unlock();
	return err;
}

/**
 * sara_nl_dev_get_doit() - one attached device
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes RTNL and &sara_net.mutex.
 * Return: 0, EINVAL, ENODEV, ENOENT if it is not attached, ENOMEM.
 */
int sara_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct net_device *dev;
	struct sk_buff *answer;
	struct sara_dev *sdev;
	void *hdr;
	int err;

	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	rtnl_lock();
	dev = sara_nl_device(info);
	err = PTR_ERR_OR_ZERO(dev);
	if (!err) {
		mutex_lock(&sn->mutex);
		sdev = sara_dev_find(sn, dev);
		if (sdev) {
			err = sara_put_dev(answer, sdev);
		} else {
			sara_refuse(info->extack, "the device is not attached",
				    "%s is not attached", dev->name);
			err = -ENOENT;
		}
		mutex_unlock(&sn->mutex);
	}
	rtnl_unlock();
	return sara_nl_send(info, answer, hdr, err);
}

/* One object of a dump; returns false when the message is full. */
static bool sara_nl_dump_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/**
 * sara_nl_dev_get_dumpit() - all attached devices
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: bytes, 0 at the end.
 */
int sara_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sara_net *sn = sara_net(sock_net(cb->skb->sk));
	const struct sara_dev *sdev;
	long at = 0;
	void *hdr;

	mutex_lock(&sn->mutex);
	cb->seq = sn->generation;
	list_for_each_entry(sdev, &sn->devs, link) {
		if (at++ < cb->args[0])
			continue;
		hdr = sara_nl_dump_begin(skb, cb);
		if (!hdr || !sara_nl_dump_end(skb, hdr,
					      sara_put_dev(skb, sdev)))
			break;
		cb->args[0] = at;
	}
	mutex_unlock(&sn->mutex);
	return skb->len;
}

/* The pool that a request names, NULL if it names none. */
static struct sara_pool *sara_nl_pool(struct genl_info *info,
				      struct sara_net *sn)
{
	struct nlattr *attr, *attrs = genlmsg_data(info->genlhdr);
	int rem, len = genlmsg_len(info->genlhdr);
	char name[SARA_NAME_MAX + 1];
	struct sara_pool *pool;
	unsigned int n = 0;
	int err;

	nla_for_each_attr(attr, attrs, len, rem)
		n += nla_type(attr) == SARA_A_SERVICE_NODE;
	if (!n)
		return NULL;
	if (n > SARA_POOL_MAX) {
		NL_SET_ERR_MSG(info->extack,
			       "a service names at most 64 nodes; without names all serve it");
		return ERR_PTR(-ENOSPC);
	}
	pool = sara_pool_alloc(n);
	if (!pool)
		return ERR_PTR(-ENOMEM);
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) != SARA_A_SERVICE_NODE)
			continue;
		nla_strscpy(name, attr, sizeof(name));
		err = sara_pool_add(pool, sn, name, info->extack);
		if (err) {
			sara_pool_free(pool);
			return ERR_PTR(err);
		}
	}
	return pool;
}

static void sara_nl_service_admission(struct genl_info *info,
				      struct sara_service_args *args)
{
	struct nlattr **attrs = info->attrs;

	if (sara_nl_wants(info, SARA_A_SERVICE_ADMISSION, &args->has))
		args->admission = nla_get_u32(attrs[SARA_A_SERVICE_ADMISSION]);
	if (sara_nl_wants(info, SARA_A_SERVICE_REFUSE, &args->has))
		args->refuse = nla_get_u32(attrs[SARA_A_SERVICE_REFUSE]);
}

static int sara_nl_service_args(struct genl_info *info,
				struct sara_service_args *args)
{
	struct nlattr **attrs = info->attrs;
	int err;

	memset(args, 0, sizeof(*args));
	err = sara_nl_get_name(info, SARA_A_SERVICE_NAME, &args->name);
	if (err)
		return err;
	if (sara_nl_wants(info, SARA_A_SERVICE_ADDR, &args->has)) {
		err = sara_nl_get_addr(attrs[SARA_A_SERVICE_ADDR],
				       &args->family, &args->addr,
				       info->extack);
		if (err)
			return err;
	}
	if (sara_nl_wants(info, SARA_A_SERVICE_PROTO, &args->has))
		args->proto = nla_get_u8(attrs[SARA_A_SERVICE_PROTO]);
	if (sara_nl_wants(info, SARA_A_SERVICE_PORT, &args->has))
		args->port = nla_get_u16(attrs[SARA_A_SERVICE_PORT]);
	args->port_last = args->port;
	if (sara_nl_wants(info, SARA_A_SERVICE_PORT_LAST, &args->has))
		args->port_last = nla_get_u16(attrs[SARA_A_SERVICE_PORT_LAST]);
	if (sara_nl_wants(info, SARA_A_SERVICE_APP, &args->has))
		args->app = nla_get_u32(attrs[SARA_A_SERVICE_APP]);
	if (sara_nl_wants(info, SARA_A_SERVICE_KEY, &args->has))
		args->key = nla_get_u32(attrs[SARA_A_SERVICE_KEY]);
	if (sara_nl_wants(info, SARA_A_SERVICE_NO_CALL_ID, &args->has))
		args->no_call_id =
			nla_get_u32(attrs[SARA_A_SERVICE_NO_CALL_ID]);
	sara_nl_service_admission(info, args);
	if (sara_nl_wants(info, SARA_A_SERVICE_SCHEDULER, &args->has))
		args->scheduler = nla_data(attrs[SARA_A_SERVICE_SCHEDULER]);
	if (sara_nl_wants(info, SARA_A_SERVICE_FLOW_TIMEOUT, &args->has))
		args->flow_timeout =
			nla_get_u32(attrs[SARA_A_SERVICE_FLOW_TIMEOUT]);
	return 0;
}

/**
 * sara_nl_service_new_doit() - add a service
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: as sara_service_add().
 */
int sara_nl_service_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_service_args args;
	int err;

	err = sara_nl_service_args(info, &args);
	if (err)
		return err;
	mutex_lock(&sn->mutex);
	args.pool = sara_nl_pool(info, sn);
	err = PTR_ERR_OR_ZERO(args.pool);
	if (!err) {
		err = sara_service_add(sn, &args, info->extack);
		sara_pool_free(args.pool);
	}
	mutex_unlock(&sn->mutex);
	return err;
}

/**
 * sara_nl_service_set_doit() - change a service
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: as sara_service_set().
 */
int sara_nl_service_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct nlattr *timeout =
		info->attrs[SARA_A_SERVICE_FLOW_TIMEOUT];
	struct sara_service_args args = {};
	int err;

	err = sara_nl_get_name(info, SARA_A_SERVICE_NAME, &args.name);
	if (err)
		return err;
	if (sara_nl_wants(info, SARA_A_SERVICE_SCHEDULER, &args.has))
		args.scheduler =
			nla_data(info->attrs[SARA_A_SERVICE_SCHEDULER]);
	if (sara_nl_wants(info, SARA_A_SERVICE_FLOW_TIMEOUT, &args.has))
		args.flow_timeout = nla_get_u32(timeout);
	if (sara_nl_wants(info, SARA_A_SERVICE_NO_CALL_ID, &args.has))
		args.no_call_id =
			nla_get_u32(info->attrs[SARA_A_SERVICE_NO_CALL_ID]);
	sara_nl_service_admission(info, &args);
	args.all_nodes = nla_get_flag(info->attrs[SARA_A_SERVICE_ALL_NODES]);

	mutex_lock(&sn->mutex);
	args.pool = sara_nl_pool(info, sn);
	err = PTR_ERR_OR_ZERO(args.pool);
	if (!err) {
		err = sara_service_set(sn, &args, info->extack);
		sara_pool_free(args.pool);
	}
	mutex_unlock(&sn->mutex);
	return err;
}

/**
 * sara_nl_service_del_doit() - remove a service
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: as sara_service_del().
 */
int sara_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const char *name;
	int err;

	err = sara_nl_get_name(info, SARA_A_SERVICE_NAME, &name);
	if (err)
		return err;
	mutex_lock(&sn->mutex);
	err = sara_service_del(sn, name,
			       nla_get_flag(info->attrs[SARA_A_SERVICE_FORCE]),
			       info->extack);
	mutex_unlock(&sn->mutex);
	return err;
}

/**
 * sara_nl_service_get_doit() - one service
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_service_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_service *service;
	struct sk_buff *answer = NULL;
	const char *name;
	void *hdr;
	int err;

	err = sara_nl_get_name(info, SARA_A_SERVICE_NAME, &name);
	if (err)
		return err;
	mutex_lock(&sn->mutex);
	service = sara_service_find(sn, name);
	if (service) {
		answer = sara_nl_answer(info, sara_put_service_size(service),
					&hdr);
		err = -ENOMEM;
	} else {
		sara_refuse(info->extack, "there is no service of this name",
			    "there is no service %s", name);
		err = -ENOENT;
	}
	if (answer) {
		rcu_read_lock();
		err = sara_put_service(answer, service);
		rcu_read_unlock();
	}
	mutex_unlock(&sn->mutex);
	return answer ? sara_nl_send(info, answer, hdr, err) : err;
}

/**
 * sara_nl_service_get_dumpit() - all services
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: bytes, 0 at the end.
 */
int sara_nl_service_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sara_net *sn = sara_net(sock_net(cb->skb->sk));
	const struct sara_service *service;
	long at = 0;
	void *hdr;

	mutex_lock(&sn->mutex);
	rcu_read_lock();
	cb->seq = sn->generation;
	list_for_each_entry(service, &sn->services, link) {
		if (at++ < cb->args[0])
			continue;
		hdr = sara_nl_dump_begin(skb, cb);
		if (!hdr || !sara_nl_dump_end(skb, hdr,
					      sara_put_service(skb, service)))
			break;
		cb->args[0] = at;
	}
	rcu_read_unlock();
	mutex_unlock(&sn->mutex);
	return skb->len;
}

static int sara_nl_node_args(struct genl_info *info,
			     struct sara_node_args *args)
{
	struct nlattr **attrs = info->attrs;
	int err;

	/* Both commands' tables have all that is asked for here. */
	BUILD_BUG_ON(ARRAY_SIZE(sara_node_new_nl_policy) !=
		     ARRAY_SIZE(sara_node_set_nl_policy));
	memset(args, 0, sizeof(*args));
	err = sara_nl_get_name(info, SARA_A_NODE_NAME, &args->name);
	if (err)
		return err;
	if (sara_nl_wants(info, SARA_A_NODE_ADDR, &args->has)) {
		err = sara_nl_get_addr(attrs[SARA_A_NODE_ADDR], &args->family,
				       &args->addr, info->extack);
		if (err)
			return err;
	}
	if (sara_nl_wants(info, SARA_A_NODE_IFINDEX, &args->has))
		args->ifindex = nla_get_u32(attrs[SARA_A_NODE_IFINDEX]);
	if (sara_nl_wants(info, SARA_A_NODE_DEV, &args->has))
		args->dev = nla_data(attrs[SARA_A_NODE_DEV]);
	if (sara_nl_wants(info, SARA_A_NODE_MAC, &args->has))
		nla_memcpy(args->mac, attrs[SARA_A_NODE_MAC], ETH_ALEN);
	if (sara_nl_wants(info, SARA_A_NODE_STATE, &args->has))
		args->state = nla_get_u32(attrs[SARA_A_NODE_STATE]);
	if (sara_nl_wants(info, SARA_A_NODE_HEALTH, &args->has))
		args->health = nla_get_u32(attrs[SARA_A_NODE_HEALTH]);
	if (sara_nl_wants(info, SARA_A_NODE_WEIGHT, &args->has))
		args->weight = nla_get_u32(attrs[SARA_A_NODE_WEIGHT]);
	if (sara_nl_wants(info, SARA_A_NODE_MAX_SESSIONS, &args->has))
		args->max_sessions =
			nla_get_u32(attrs[SARA_A_NODE_MAX_SESSIONS]);
	sara_nl_wants(info, SARA_A_NODE_MAC_RESOLVED, &args->has);
	return 0;
}

static int sara_nl_node_change(struct genl_info *info,
			       int (*change)(struct sara_net *sn,
					     const struct sara_node_args *args,
					     struct netlink_ext_ack *extack))
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_node_args args;
	int err;

	err = sara_nl_node_args(info, &args);
	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&sn->mutex);
	err = change(sn, &args, info->extack);
	mutex_unlock(&sn->mutex);
	rtnl_unlock();
	return err;
}

/**
 * sara_nl_node_new_doit() - add a node
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes RTNL and &sara_net.mutex.
 * Return: as sara_node_add().
 */
int sara_nl_node_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return sara_nl_node_change(info, sara_node_add);
}

/**
 * sara_nl_node_set_doit() - change a node
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes RTNL and &sara_net.mutex.
 * Return: as sara_node_set().
 */
int sara_nl_node_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return sara_nl_node_change(info, sara_node_set);
}

/**
 * sara_nl_node_del_doit() - remove a node
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: as sara_node_del().
 */
int sara_nl_node_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const char *name;
	int err;

	err = sara_nl_get_name(info, SARA_A_NODE_NAME, &name);
	if (err)
		return err;
	mutex_lock(&sn->mutex);
	err = sara_node_del(sn, name,
			    nla_get_flag(info->attrs[SARA_A_NODE_FORCE]),
			    info->extack);
	mutex_unlock(&sn->mutex);
	return err;
}

/**
 * sara_nl_node_get_doit() - one node
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0, EINVAL, ENOENT or ENOMEM.
 */
int sara_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sara_net *sn = sara_net(genl_info_net(info));
	const struct sara_node *node;
	struct sk_buff *answer;
	const char *name;
	void *hdr;
	int err;

	err = sara_nl_get_name(info, SARA_A_NODE_NAME, &name);
	if (err)
		return err;
	answer = sara_nl_answer(info, SARA_PUT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	mutex_lock(&sn->mutex);
	node = sara_node_find(sn, name);
	if (node) {
		rcu_read_lock();
		err = sara_put_node(answer, node);
		rcu_read_unlock();
	} else {
		sara_refuse(info->extack, "there is no node of this name",
			    "there is no node %s", name);
		err = -ENOENT;
	}
	mutex_unlock(&sn->mutex);
	return sara_nl_send(info, answer, hdr, err);
}

/**
 * sara_nl_node_get_dumpit() - all nodes
 * @skb: the next part
 * @cb: the dump
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: bytes, 0 at the end.
 */
int sara_nl_node_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sara_net *sn = sara_net(sock_net(cb->skb->sk));
	const struct sara_node *node;
	long at = 0;
	void *hdr;

	mutex_lock(&sn->mutex);
	rcu_read_lock();
	cb->seq = sn->generation;
	list_for_each_entry(node, &sn->nodes, link) {
		if (at++ < cb->args[0])
			continue;
		hdr = sara_nl_dump_begin(skb, cb);
		if (!hdr || !sara_nl_dump_end(skb, hdr,
					      sara_put_node(skb, node)))
			break;
		cb->args[0] = at;
	}
	rcu_read_unlock();
	mutex_unlock(&sn->mutex);
	return skb->len;
}
