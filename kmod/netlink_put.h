/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects to netlink attributes: for answers, dumps, events and copies alike.
 */
#ifndef _SARA_NETLINK_PUT_H
#define _SARA_NETLINK_PUT_H

#include <net/netlink.h>

struct sara_announcement;
struct sara_dev;
struct sara_flow;
struct sara_key;
struct sara_node;
struct sara_policy;
struct sara_refused;
struct sara_service;
struct sara_session;

/* Longer than any object but a service with a long pool. */
#define SARA_PUT_SIZE	1024

size_t sara_put_tuple_size(void);
size_t sara_put_service_size(const struct sara_service *service);

int sara_put_tuple(struct sk_buff *skb, int attr, const struct sara_key *key);
int sara_put_dev(struct sk_buff *skb, const struct sara_dev *sdev);
int sara_put_service(struct sk_buff *skb, const struct sara_service *service);
int sara_put_node(struct sk_buff *skb, const struct sara_node *node);
int sara_put_session(struct sk_buff *skb, const struct sara_session *session);
int sara_put_flow(struct sk_buff *skb, const struct sara_flow *flow);
int sara_put_announcement(struct sk_buff *skb,
			  const struct sara_announcement *ann);
int sara_put_refused(struct sk_buff *skb, const struct sara_service *service,
		     const struct sara_refused *refused);
int sara_put_policy(struct sk_buff *skb, const struct sara_policy *policy);
int sara_put_score(struct sk_buff *skb, const struct sara_node *node);

#endif
