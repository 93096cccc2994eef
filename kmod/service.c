// SPDX-License-Identifier: GPL-2.0
/*
 * Services.
 */
#include "service.h"

#include <linux/jhash.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "node.h"
#include "notify.h"
#include "sched/sched.h"
#include "session.h"

#define SARA_FLOW_TIMEOUT_MIN		1000		/* ms */
#define SARA_FLOW_TIMEOUT_DEFAULT	30000
#define SARA_FLOW_TIMEOUT_MAX		3600000

/* IPv4 addresses differ in the first word, IPv6 ones of a site in the last. */
static unsigned int sara_vip_bucket(const struct in6_addr *addr)
{
	return jhash_2words((__force u32)addr->s6_addr32[0],
			    (__force u32)addr->s6_addr32[3], 0) %
	       ARRAY_SIZE(((struct sara_net *)NULL)->vips);
}

/**
 * sara_service_lookup() - what is a destination to the namespace?
 * @sn: the namespace
 * @family: of @addr
 * @addr: destination address
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @port: destination port
 * @service: where the service is written; NULL unless it is one
 *
 * Context: softirq or process, RCU read side.
 * Return: whether the address is virtual, and the port a service's. The
 * service is without a reference, valid under RCU; whoever takes a reference
 * does so under &sara_net.lock and looks at &sara_service.dead first.
 */
enum sara_vip_match sara_service_lookup(const struct sara_net *sn, u8 family,
					const struct in6_addr *addr, u8 proto,
					__be16 port,
					struct sara_service **service)
{
	enum sara_vip_match match = SARA_VIP_NONE;
	u16 number = ntohs(port);
	struct sara_service *s;

	*service = NULL;
	hlist_for_each_entry_rcu(s, &sn->vips[sara_vip_bucket(addr)],
				 vip_link) {
		if (s->family != family || !ipv6_addr_equal(&s->addr, addr))
			continue;
		if (s->proto == proto && s->port <= number &&
		    number <= s->port_last) {
			*service = s;
			return SARA_VIP_SERVICE;
		}
		match = SARA_VIP_ADDRESS;
	}
	return match;
}

/**
 * sara_service_inspects() - may replies from an address be signalling?
 * @sn: the namespace
 * @family: of @addr
 * @addr: their source
 *
 * Context: softirq, RCU read side.
 * Return: true if a service there has an application protocol.
 */
bool sara_service_inspects(const struct sara_net *sn, u8 family,
			   const struct in6_addr *addr)
{
	struct sara_service *s;

	hlist_for_each_entry_rcu(s, &sn->vips[sara_vip_bucket(addr)], vip_link)
		if (s->family == family && ipv6_addr_equal(&s->addr, addr) &&
		    s->app != SARA_APP_NONE)
			return true;
	return false;
}

/**
 * sara_pool_alloc() - an empty pool
 * @max: nodes that it will get at most; 0 makes it the pool of all nodes
 *
 * Context: process, may sleep.
 * Return: the pool, to be freed by sara_pool_free(), or NULL without memory.
 */
struct sara_pool *sara_pool_alloc(unsigned int max)
{
	struct sara_pool *pool;

	pool = kzalloc(struct_size(pool, node, max), GFP_KERNEL_ACCOUNT);
	if (pool)
		pool->all = !max;
	return pool;
}

/**
 * sara_pool_add() - one more node
 * @pool: has room for it
 * @sn: the namespace
 * @name: of the node
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, ENOENT, or EINVAL when it is there already.
 */
int sara_pool_add(struct sara_pool *pool, struct sara_net *sn,
		  const char *name, struct netlink_ext_ack *extack)
{
	struct sara_node *node = sara_node_find(sn, name);
	unsigned int i;

	if (!node) {
		sara_refuse(extack, "a node of this name does not exist",
			    "there is no node %s", name);
		return -ENOENT;
	}
	for (i = 0; i < pool->count; i++) {
		if (pool->node[i] != node)
			continue;
		sara_refuse(extack, "a node is named twice",
			    "node %s is named twice", name);
		return -EINVAL;
	}
	sara_node_hold(node);
	pool->node[pool->count++] = node;
	return 0;
}

/**
 * sara_pool_free() - free a pool that no packet can see
 * @pool: the pool and its references to nodes; NULL is nothing to do
 *
 * Context: any.
 */
void sara_pool_free(struct sara_pool *pool)
{
	unsigned int i;

	if (!pool)
		return;
	for (i = 0; i < pool->count; i++)
		sara_node_put(pool->node[i]);
	kfree(pool);
}

static void sara_pool_free_rcu(struct rcu_head *rcu)
{
	sara_pool_free(container_of(rcu, struct sara_pool, rcu));
}

static struct sara_pool *sara_service_pool(const struct sara_service *service)
{
	return rcu_dereference_protected(service->pool,
					 lockdep_is_held(&service->sn->mutex));
}

/* Nodes are picked under the lock: after it nobody uses the old pool to pick. */
static void sara_service_replace_pool(struct sara_service *service,
				      struct sara_pool *pool)
{
	struct sara_pool *old = sara_service_pool(service);

	spin_lock_bh(&service->sn->lock);
	rcu_assign_pointer(service->pool, pool);
	spin_unlock_bh(&service->sn->lock);
	call_rcu(&old->rcu, sara_pool_free_rcu);
}

/**
 * sara_service_find() - a configured service by name
 * @sn: the namespace
 * @name: its name
 *
 * Context: process, &sara_net.mutex held.
 * Return: the service, without a reference, or NULL.
 */
struct sara_service *sara_service_find(struct sara_net *sn, const char *name)
{
	struct sara_service *service;

	lockdep_assert_held(&sn->mutex);
	list_for_each_entry(service, &sn->services, link)
		if (!strcmp(service->name, name))
			return service;
	return NULL;
}

static bool sara_service_has(const struct sara_service_args *args, int attr)
{
	return args->has & BIT(attr);
}

static bool sara_vip_valid(u8 family, const struct in6_addr *addr)
{
	__be32 v4 = addr->s6_addr32[0];

	if (family == AF_INET)
		return !ipv4_is_zeronet(v4) && !ipv4_is_multicast(v4) &&
		       !ipv4_is_lbcast(v4) && !ipv4_is_loopback(v4);
	return !ipv6_addr_any(addr) && !ipv6_addr_is_multicast(addr) &&
	       !ipv6_addr_loopback(addr) && !ipv6_addr_v4mapped(addr);
}

static int sara_service_check(const struct sara_service_args *args,
			      struct netlink_ext_ack *extack)
{
	if (sara_service_has(args, SARA_A_SERVICE_FLOW_TIMEOUT) &&
	    (args->flow_timeout < SARA_FLOW_TIMEOUT_MIN ||
	     args->flow_timeout > SARA_FLOW_TIMEOUT_MAX)) {
		NL_SET_ERR_MSG(extack,
			       "the flow timeout must be from 1 s to 1 h");
		return -EINVAL;
	}
	if (args->scheduler && !sara_sched_find(args->scheduler)) {
		sara_refuse(extack,
			    "there is no such scheduler; try wlc, wrr, mh or shell",
			    "there is no scheduler %s; try wlc, wrr, mh or shell",
			    args->scheduler);
		return -ENOENT;
	}
	if (args->pool && args->all_nodes) {
		NL_SET_ERR_MSG(extack,
			       "either some nodes or all nodes, not both");
		return -EINVAL;
	}
	return 0;
}

/* What is answered by the agent must be something that the agent can answer. */
static int sara_service_check_refuse(const struct sara_service_args *args,
				     u8 app, u8 proto,
				     struct netlink_ext_ack *extack)
{
	if (!sara_service_has(args, SARA_A_SERVICE_REFUSE) ||
	    args->refuse != SARA_REFUSE_BUSY ||
	    (app == SARA_APP_SIP && proto == IPPROTO_UDP))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "refuse busy is for SIP over UDP: try reset or drop");
	return -EINVAL;
}

static int sara_service_check_new(struct sara_net *sn,
				  const struct sara_service_args *args,
				  struct netlink_ext_ack *extack)
{
	const struct sara_service *other;

	if (!sara_service_has(args, SARA_A_SERVICE_ADDR) ||
	    !sara_service_has(args, SARA_A_SERVICE_PROTO) ||
	    !sara_service_has(args, SARA_A_SERVICE_PORT)) {
		NL_SET_ERR_MSG(extack,
			       "a service needs an address, a protocol and a port");
		return -EINVAL;
	}
	if (!sara_vip_valid(args->family, &args->addr)) {
		NL_SET_ERR_MSG(extack,
			       "the virtual address must be one host's, reachable from outside");
		return -EINVAL;
	}
	if (args->proto != IPPROTO_TCP && args->proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG(extack, "the protocol must be TCP or UDP");
		return -EINVAL;
	}
	if (!args->port || args->port_last < args->port) {
		NL_SET_ERR_MSG(extack,
			       "ports are from 1 to 65535, the first not above the last");
		return -EINVAL;
	}
	if (args->app != SARA_APP_NONE && args->app != SARA_APP_SIP &&
	    args->proto != IPPROTO_TCP) {
		NL_SET_ERR_MSG(extack,
			       "of what is inspected only SIP runs over UDP");
		return -EINVAL;
	}
	if (args->key == SARA_KEY_CALL_ID &&
	    (args->app != SARA_APP_SIP || args->proto != IPPROTO_UDP)) {
		NL_SET_ERR_MSG(extack,
			       "key call-id is for SIP over UDP: give app sip and protocol UDP");
		return -EINVAL;
	}
	if (args->key != SARA_KEY_CALL_ID &&
	    sara_service_has(args, SARA_A_SERVICE_NO_CALL_ID)) {
		NL_SET_ERR_MSG(extack, "no-call-id is only for key call-id");
		return -EINVAL;
	}
	if (sara_service_check_refuse(args, args->app, args->proto, extack))
		return -EINVAL;
	list_for_each_entry(other, &sn->services, link) {
		if (other->family != args->family ||
		    !ipv6_addr_equal(&other->addr, &args->addr) ||
		    other->proto != args->proto ||
		    other->port > args->port_last ||
		    other->port_last < args->port)
			continue;
		sara_refuse(extack,
			    "another service has this address and port",
			    "service %s has this address and port",
			    other->name);
		return -EEXIST;
	}
	return 0;
}

static void sara_service_free_rcu(struct rcu_head *rcu)
{
	struct sara_service *service =
		container_of(rcu, struct sara_service, rcu);

	sara_pool_free(rcu_dereference_protected(service->pool, true));
	free_percpu(service->traffic);
	kfree(service);
}

/**
 * sara_service_put() - let go of a reference
 * @service: the service; gone an RCU grace period after the last reference
 *
 * Context: any.
 */
void sara_service_put(struct sara_service *service)
{
	if (refcount_dec_and_test(&service->ref))
		call_rcu(&service->rcu, sara_service_free_rcu);
}

/**
 * sara_service_add() - configure a service
 * @sn: the namespace
 * @args: name, address, protocol and port; the rest may be absent
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, EINVAL, EEXIST, ENOENT (no such scheduler) or ENOMEM.
 */
int sara_service_add(struct sara_net *sn, struct sara_service_args *args,
		     struct netlink_ext_ack *extack)
{
	const struct sara_scheduler *scheduler = &sara_sched_wlc;
	struct sara_service *service;
	int err;

	lockdep_assert_held(&sn->mutex);
	if (sara_service_find(sn, args->name)) {
		sara_refuse(extack, "there is a service of this name already",
			    "there is a service %s already", args->name);
		return -EEXIST;
	}
	err = sara_service_check(args, extack);
	if (err)
		return err;
	err = sara_service_check_new(sn, args, extack);
	if (err)
		return err;

	service = kzalloc(sizeof(*service), GFP_KERNEL_ACCOUNT);
	if (!service)
		return -ENOMEM;
	service->traffic = sara_traffic_alloc(GFP_KERNEL_ACCOUNT);
	if (!service->traffic)
		goto err_service;
	if (!args->pool)
		args->pool = sara_pool_alloc(0);
	if (!args->pool)
		goto err_traffic;

	if (args->scheduler)
		scheduler = sara_sched_find(args->scheduler);
	service->sn = sn;
	refcount_set(&service->ref, 1);
	service->id = ++sn->last_service;
	service->family = args->family;
	service->addr = args->addr;
	service->proto = args->proto;
	service->port = args->port;
	service->port_last = args->port_last;
	service->app = args->app;
	service->key = SARA_KEY_FLOW;
	if (sara_service_has(args, SARA_A_SERVICE_KEY))
		service->key = args->key;
	service->no_call_id = SARA_NO_CALL_ID_DROP;
	if (sara_service_has(args, SARA_A_SERVICE_NO_CALL_ID))
		service->no_call_id = args->no_call_id;
	service->admission = args->admission;
	service->refuse = SARA_REFUSE_DROP;
	if (sara_service_has(args, SARA_A_SERVICE_REFUSE))
		service->refuse = args->refuse;
	service->flow_timeout = msecs_to_jiffies(SARA_FLOW_TIMEOUT_DEFAULT);
	if (sara_service_has(args, SARA_A_SERVICE_FLOW_TIMEOUT))
		service->flow_timeout = msecs_to_jiffies(args->flow_timeout);
	strscpy(service->name, args->name, sizeof(service->name));
	RCU_INIT_POINTER(service->scheduler, scheduler);
	RCU_INIT_POINTER(service->pool, args->pool);
	args->pool = NULL;

	list_add_tail_rcu(&service->link, &sn->services);
	hlist_add_head_rcu(&service->vip_link,
			   &sn->vips[sara_vip_bucket(&service->addr)]);
	sara_net_changed(sn);
	sara_notify_service(service, SARA_EVENT_CREATED);
	return 0;

err_traffic:
	free_percpu(service->traffic);
err_service:
	kfree(service);
	return -ENOMEM;
}

/**
 * sara_service_set() - change a service; its sessions stay where they are
 * @sn: the namespace
 * @args: name, and what changes
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, EINVAL, ENOENT or ENOMEM; nothing changed then.
 */
int sara_service_set(struct sara_net *sn, struct sara_service_args *args,
		     struct netlink_ext_ack *extack)
{
	struct sara_service *service;
	int err;

	lockdep_assert_held(&sn->mutex);
	service = sara_service_find(sn, args->name);
	if (!service) {
		sara_refuse(extack, "there is no service of this name",
			    "there is no service %s", args->name);
		return -ENOENT;
	}
	err = sara_service_check(args, extack);
	if (err)
		return err;
	if (service->key != SARA_KEY_CALL_ID &&
	    sara_service_has(args, SARA_A_SERVICE_NO_CALL_ID)) {
		NL_SET_ERR_MSG(extack, "no-call-id is only for key call-id");
		return -EINVAL;
	}
	err = sara_service_check_refuse(args, service->app, service->proto,
					extack);
	if (err)
		return err;
	if (args->all_nodes) {
		args->pool = sara_pool_alloc(0);
		if (!args->pool)
			return -ENOMEM;
	}

	if (args->pool)
		sara_service_replace_pool(service, args->pool);
	args->pool = NULL;
	if (args->scheduler) {
		spin_lock_bh(&sn->lock);
		rcu_assign_pointer(service->scheduler,
				   sara_sched_find(args->scheduler));
		service->sched_data = 0;
		spin_unlock_bh(&sn->lock);
	}
	if (sara_service_has(args, SARA_A_SERVICE_FLOW_TIMEOUT))
		WRITE_ONCE(service->flow_timeout,
			   msecs_to_jiffies(args->flow_timeout));
	if (sara_service_has(args, SARA_A_SERVICE_NO_CALL_ID))
		WRITE_ONCE(service->no_call_id, args->no_call_id);
	if (sara_service_has(args, SARA_A_SERVICE_ADMISSION))
		WRITE_ONCE(service->admission, args->admission);
	if (sara_service_has(args, SARA_A_SERVICE_REFUSE))
		WRITE_ONCE(service->refuse, args->refuse);
	sara_net_changed(sn);
	sara_notify_service(service, SARA_EVENT_CHANGED);
	return 0;
}

static int sara_service_remove(struct sara_service *service, bool force,
			       struct netlink_ext_ack *extack)
{
	struct sara_net *sn = service->sn;
	u32 sessions;

	/* Sessions start under the lock: after it none starts for this one. */
	spin_lock_bh(&sn->lock);
	sessions = service->sessions;
	if (!sessions || force)
		service->dead = true;
	spin_unlock_bh(&sn->lock);
	if (sessions && !force) {
		sara_refuse(extack,
			    "the service has sessions: wait, or use force",
			    "%s has %u sessions: wait, or use force",
			    service->name, sessions);
		return -EBUSY;
	}
	hlist_del_rcu(&service->vip_link);
	list_del_rcu(&service->link);
	sara_session_end_matching(sn, NULL, service, SARA_END_SERVICE_DELETED);
	sara_net_changed(sn);
	sara_notify_service(service, SARA_EVENT_DELETED);
	sara_service_put(service);
	return 0;
}

/**
 * sara_service_del() - remove a service
 * @sn: the namespace
 * @name: its name
 * @force: also when it has sessions, which end
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, ENOENT or EBUSY.
 */
int sara_service_del(struct sara_net *sn, const char *name, bool force,
		     struct netlink_ext_ack *extack)
{
	struct sara_service *service;

	lockdep_assert_held(&sn->mutex);
	service = sara_service_find(sn, name);
	if (!service) {
		sara_refuse(extack, "there is no service of this name",
			    "there is no service %s", name);
		return -ENOENT;
	}
	return sara_service_remove(service, force, extack);
}

static bool sara_pool_names(const struct sara_pool *pool,
			    const struct sara_node *node)
{
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		if (pool->node[i] == node)
			return true;
	return false;
}

/* A pool that loses its last node is empty: it does not become all nodes. */
static int sara_service_drop_node(struct sara_service *service,
				  const struct sara_node *node)
{
	const struct sara_pool *old = sara_service_pool(service);
	struct sara_pool *pool = sara_pool_alloc(old->count);
	unsigned int i;

	if (!pool)
		return -ENOMEM;
	for (i = 0; i < old->count; i++) {
		if (old->node[i] == node)
			continue;
		sara_node_hold(old->node[i]);
		pool->node[pool->count++] = old->node[i];
	}
	sara_service_replace_pool(service, pool);
	sara_notify_service(service, SARA_EVENT_CHANGED);
	return 0;
}

/**
 * sara_service_forget_node() - take a node out of all pools that name it
 * @node: the node
 * @force: do it; else refuse if there is one
 * @extack: where a refusal is told
 *
 * Context: process, &sara_net.mutex held.
 * Return: 0, EBUSY or ENOMEM.
 */
int sara_service_forget_node(struct sara_node *node, bool force,
			     struct netlink_ext_ack *extack)
{
	struct sara_net *sn = node->sn;
	struct sara_service *service;
	int err;

	lockdep_assert_held(&sn->mutex);
	list_for_each_entry(service, &sn->services, link) {
		if (!sara_pool_names(sara_service_pool(service), node))
			continue;
		if (!force) {
			sara_refuse(extack,
				    "a service names it: change that, or use force",
				    "service %s names it: change that, or use force",
				    service->name);
			return -EBUSY;
		}
		err = sara_service_drop_node(service, node);
		if (err)
			return err;
	}
	return 0;
}

/**
 * sara_service_flush() - remove all services, and end their sessions
 * @sn: the namespace
 *
 * Context: process.
 */
void sara_service_flush(struct sara_net *sn)
{
	struct sara_service *service, *next;

	mutex_lock(&sn->mutex);
	list_for_each_entry_safe(service, next, &sn->services, link)
		sara_service_remove(service, true, NULL);
	mutex_unlock(&sn->mutex);
}

/**
 * sara_service_refuse() - count a new session that is refused
 * @service: of which
 * @reason: SARA_A_STATS_REFUSED_LOAD or one of those after it
 *
 * Context: softirq, &sara_net.lock held.
 */
void sara_service_refuse(struct sara_service *service, int reason)
{
	struct sara_net *sn = service->sn;
	int i = reason - SARA_A_STATS_REFUSED_LOAD;

	lockdep_assert_held(&sn->lock);
	service->account.refused[i]++;
	WRITE_ONCE(sn->account.refused[i], sn->account.refused[i] + 1);
}

/**
 * sara_service_account() - what became of the sessions of a service
 * @service: the service
 * @account: where it is written
 *
 * Context: process. Takes &sara_net.lock.
 * Return: how many there were at that moment.
 */
u32 sara_service_account(const struct sara_service *service,
			 struct sara_account *account)
{
	u32 sessions;

	spin_lock_bh(&service->sn->lock);
	*account = service->account;
	sessions = service->sessions;
	spin_unlock_bh(&service->sn->lock);
	return sessions;
}

static void sara_service_tell(struct sara_service *service)
{
	struct sara_account account;

	sara_service_account(service, &account);
	if (account.refused[0] == service->told_refused)
		return;
	service->told_refused = account.refused[0];
	sara_notify_service(service, SARA_EVENT_REFUSED);
}

/**
 * sara_service_tell_refused() - tell which services refused sessions by load
 *	since this was told last
 * @sn: the namespace
 *
 * Context: process, may sleep. Takes &sara_net.mutex if there is news.
 */
void sara_service_tell_refused(struct sara_net *sn)
{
	u64 refused = READ_ONCE(sn->account.refused[0]);
	struct sara_service *service;

	if (refused == sn->told_refused)
		return;
	mutex_lock(&sn->mutex);
	sn->told_refused = refused;
	list_for_each_entry(service, &sn->services, link)
		sara_service_tell(service);
	mutex_unlock(&sn->mutex);
}
