/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sources: clients all whose flows to a service are one session.
 */
#ifndef _SARA_SOURCE_H
#define _SARA_SOURCE_H

#include "sara.h"

struct sara_service;
struct sara_session;

/**
 * struct sara_source_key - what names a source
 * @addr: client address; IPv4 in the first word
 * @service: id of the service, which tells the family
 */
struct sara_source_key {
	struct in6_addr	addr;
	u32		service;
};

/**
 * struct sara_source - a client that has a session
 * @hash: in &sara_net.sources
 * @key: its name
 * @session: its session, which owns it
 * @rcu: of its memory; the table may be walked while it goes
 */
struct sara_source {
	struct rhash_head	hash;
	struct sara_source_key	key;
	struct sara_session	*session;
	struct rcu_head		rcu;
};

int sara_source_add(struct sara_session *session, const struct sara_key *flow);
struct sara_session *sara_source_find(const struct sara_service *service,
				      const struct sara_key *flow);
void sara_source_del(struct sara_session *session);

int sara_source_net_init(struct sara_net *sn);
void sara_source_net_exit(struct sara_net *sn);

#endif
