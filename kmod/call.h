/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls: what sessions are made of where many share a flow.
 */
#ifndef _SARA_CALL_H
#define _SARA_CALL_H

#include "call_id.h"
#include "flow.h"

struct sara_packet;
struct sara_service;
struct sk_buff;

/**
 * struct sara_call - a signalling flow that is told by its Call-ID
 * @flow: as such it is looked up, counted, purged; its key tells &sara_key.form
 *	SARA_KEY_FORM_CALL
 * @tuple: of its first packet; later ones may come from elsewhere
 * @len: bytes of @id, without the NUL
 * @id: the Call-ID, NUL-terminated
 */
struct sara_call {
	struct sara_flow	flow;
	struct sara_key		tuple;
	u8			len;
	char			id[];
};

/**
 * struct sara_call_name - how a call is looked up
 * @key: of its flow
 * @id: its Call-ID
 */
struct sara_call_name {
	struct sara_key		key;
	struct sara_call_id	id;
};

/**
 * sara_call() - the call that a flow is
 * @flow: the flow, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: the call, or NULL if a flow is told by its 5-tuple.
 */
static inline const struct sara_call *sara_call(const struct sara_flow *flow)
{
	if (flow->key.form != SARA_KEY_FORM_CALL)
		return NULL;
	return container_of(flow, struct sara_call, flow);
}

/**
 * sara_flow_tuple() - the 5-tuple of a flow
 * @flow: the flow, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: its key, or what its first packet had, if it is told otherwise.
 */
static inline const struct sara_key *
sara_flow_tuple(const struct sara_flow *flow)
{
	const struct sara_call *call = sara_call(flow);

	return call ? &call->tuple : &flow->key;
}

bool sara_call_name(const struct sara_service *service,
		    const struct sk_buff *skb, const struct sara_packet *pkt,
		    struct sara_call_name *name);
void sara_call_key(const struct sara_service *service, const char *id,
		   size_t len, struct sara_key *key);
struct sara_flow *sara_call_alloc(const struct sara_call_name *name,
				  const struct sara_key *tuple);
void sara_call_free(struct sara_flow *flow);
void sara_call_init(void);

#endif
