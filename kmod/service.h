/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Services: a virtual address, a protocol, ports, and who serves them.
 */
#ifndef _SARA_SERVICE_H
#define _SARA_SERVICE_H

#include <linux/refcount.h>

#include "sara.h"

struct netlink_ext_ack;
struct sara_node;
struct sara_scheduler;

/**
 * struct sara_pool - the nodes that serve a service
 * @rcu: it is replaced, never changed
 * @all: every node of the namespace does; @node is empty
 * @count: entries of @node
 * @node: each holds a reference
 */
struct sara_pool {
	struct rcu_head		rcu;
	bool			all;
	unsigned int		count;
	struct sara_node	*node[];
};

/**
 * struct sara_service - a service
 * @link: in &sara_net.services
 * @vip_link: in its bucket of &sara_net.vips
 * @sn: the namespace
 * @addr: virtual address; IPv4 in the first word
 * @family: AF_INET or AF_INET6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @port: first port, host order
 * @port_last: last port
 * @app: enum sara_app
 * @key: enum sara_session_key
 * @no_call_id: enum sara_no_call_id; READ_ONCE()
 * @scheduler: how a node is chosen; RCU
 * @sched_data: the scheduler's own; written under &sara_net.lock
 * @pool: who serves it; RCU
 * @flow_timeout: jiffies until a UDP flow is inactive; READ_ONCE()
 * @admission: enum sara_admission; READ_ONCE()
 * @refuse: enum sara_refuse; READ_ONCE()
 * @sessions: sessions now; changed under &sara_net.lock
 * @account: what became of the others, likewise
 * @told_refused: refused by load when it was last told; under &sara_net.mutex
 * @traffic: forwarded packets and bytes
 * @ref: one for the configuration, one for each session
 * @id: never used again
 * @dead: no longer configured; under &sara_net.lock and @mutex
 * @name: unique in the namespace
 * @rcu: of the last reference
 */
struct sara_service {
	struct list_head	link;
	struct hlist_node	vip_link;
	struct sara_net		*sn;
	struct in6_addr		addr;
	u8			family;
	u8			proto;
	u16			port;
	u16			port_last;
	u8			app;
	u8			key;
	u8			no_call_id;
	u8			admission;
	u8			refuse;
	const struct sara_scheduler __rcu *scheduler;
	u64			sched_data;
	struct sara_pool __rcu	*pool;
	unsigned long		flow_timeout;
	u32			sessions;
	struct sara_account	account;
	u64			told_refused;
	struct sara_traffic __percpu *traffic;
	refcount_t		ref;

	u32			id;
	bool			dead;
	char			name[SARA_NAME_MAX + 1];
	struct rcu_head		rcu;
};

/**
 * enum sara_vip_match - what a destination is to the namespace
 * @SARA_VIP_NONE: no virtual address
 * @SARA_VIP_ADDRESS: a virtual address, but no service at this port
 * @SARA_VIP_SERVICE: a service
 */
enum sara_vip_match {
	SARA_VIP_NONE,
	SARA_VIP_ADDRESS,
	SARA_VIP_SERVICE,
};

enum sara_vip_match sara_service_lookup(const struct sara_net *sn, u8 family,
					const struct in6_addr *addr, u8 proto,
					__be16 port,
					struct sara_service **service);
bool sara_service_inspects(const struct sara_net *sn, u8 family,
			   const struct in6_addr *addr);

/**
 * struct sara_service_args - what a command says about a service
 * @name: its name, always given
 * @has: which of the others were given, bits by attribute number
 * @family: of @addr
 * @addr: virtual address
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @port: first port
 * @port_last: last port
 * @app: enum sara_app
 * @key: enum sara_session_key
 * @no_call_id: enum sara_no_call_id
 * @admission: enum sara_admission
 * @refuse: enum sara_refuse
 * @scheduler: name
 * @flow_timeout: ms
 * @all_nodes: back to all nodes
 * @pool: new pool, or NULL; the callee takes it and leaves NULL if it succeeds
 */
struct sara_service_args {
	const char		*name;
	u32			has;
	u8			family;
	struct in6_addr		addr;
	u8			proto;
	u16			port;
	u16			port_last;
	u8			app;
	u8			key;
	u8			no_call_id;
	u8			admission;
	u8			refuse;
	const char		*scheduler;
	u32			flow_timeout;
	bool			all_nodes;
	struct sara_pool	*pool;
};

struct sara_service *sara_service_find(struct sara_net *sn, const char *name);
int sara_service_add(struct sara_net *sn, struct sara_service_args *args,
		     struct netlink_ext_ack *extack);
int sara_service_set(struct sara_net *sn, struct sara_service_args *args,
		     struct netlink_ext_ack *extack);
int sara_service_del(struct sara_net *sn, const char *name, bool force,
		     struct netlink_ext_ack *extack);
int sara_service_forget_node(struct sara_node *node, bool force,
			     struct netlink_ext_ack *extack);
void sara_service_flush(struct sara_net *sn);
struct sara_pool *sara_pool_alloc(unsigned int max);
int sara_pool_add(struct sara_pool *pool, struct sara_net *sn,
		  const char *name, struct netlink_ext_ack *extack);
void sara_pool_free(struct sara_pool *pool);
void sara_service_put(struct sara_service *service);
void sara_service_refuse(struct sara_service *service, int reason);
u32 sara_service_account(const struct sara_service *service,
			 struct sara_account *account);
void sara_service_tell_refused(struct sara_net *sn);

static inline void sara_service_hold(struct sara_service *service)
{
	refcount_inc(&service->ref);
}

#endif
