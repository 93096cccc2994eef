/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family, and what its handlers share.
 */
#ifndef _SARA_NETLINK_H
#define _SARA_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink_gen.h"

struct in6_addr;
struct sara_flow;
struct sara_key;
struct sara_net;
struct sara_node;
struct sara_service;

extern struct genl_family sara_nl_family;

struct sk_buff *sara_nl_answer(struct genl_info *info, size_t size, void **hdr);
int sara_nl_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		 int err);
void *sara_nl_dump_begin(struct sk_buff *skb, struct netlink_callback *cb);

bool sara_nl_wants(struct genl_info *info, int attr, u32 *has);
int sara_nl_get_name(struct genl_info *info, int attr, const char **name);
int sara_nl_get_addr(const struct nlattr *attr, u8 *family,
		     struct in6_addr *addr, struct netlink_ext_ack *extack);
int sara_nl_get_tuple(const struct nlattr *attr, struct sara_key *key,
		      struct netlink_ext_ack *extack);
int sara_nl_get_flow_key(const struct nlattr *attr, struct sara_key *key,
			 struct netlink_ext_ack *extack);

struct sara_flow *sara_nl_flow_find(struct sara_net *sn,
				    const struct sara_key *tuple,
				    const struct nlattr *call_id);
void sara_nl_no_session(u64 id, struct netlink_ext_ack *extack);
int sara_nl_get_service(struct sara_net *sn, const struct nlattr *attr,
			struct sara_service **service,
			struct netlink_ext_ack *extack);
int sara_nl_get_node(struct sara_net *sn, const struct nlattr *attr,
		     struct sara_node **node, struct netlink_ext_ack *extack);

/* Dumps of tables, netlink_session.c */
int sara_nl_session_start(struct netlink_callback *cb);
int sara_nl_flow_start(struct netlink_callback *cb);
int sara_nl_announce_start(struct netlink_callback *cb);
int sara_nl_walk_done(struct netlink_callback *cb);

int sara_netlink_init(void);
void sara_netlink_exit(void);

#endif
