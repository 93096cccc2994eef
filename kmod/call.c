// SPDX-License-Identifier: GPL-2.0
/*
 * Calls: a SIP proxy sends all its calls on one flow, and each is a session of
 * its own. A service with key call-id tells them by the Call-ID, which all
 * messages of a call bear, wherever they come from. A call is a flow with
 * another name; so whatever is known of flows holds for it.
 */
#include "call.h"

#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>

#include "parse.h"
#include "service.h"

/*
 * A call's key has the hash of its Call-ID in place of the client's address.
 * Clients choose it, so that nobody must be able to find two that are alike:
 * 128 bits by a secret that differs each time the module is loaded.
 */
static siphash_key_t sara_call_secrets[2] __ro_after_init;

/**
 * sara_call_key() - the key of a call's flow
 * @service: with key call-id
 * @id: the Call-ID
 * @len: its length
 * @key: where it is written
 *
 * Context: any.
 */
void sara_call_key(const struct sara_service *service, const char *id,
		   size_t len, struct sara_key *key)
{
	u64 hash[] = {
		siphash(id, len, &sara_call_secrets[0]),
		siphash(id, len, &sara_call_secrets[1]),
	};

	BUILD_BUG_ON(sizeof(hash) != sizeof(key->src));
	*key = (struct sara_key) {
		.dst	= service->addr,
		.dport	= htons(service->port),
		.proto	= service->proto,
		.family	= service->family,
		.form	= SARA_KEY_FORM_CALL,
	};
	memcpy(&key->src, hash, sizeof(hash));
}

/**
 * sara_call_name() - which call is this message of?
 * @service: with key call-id
 * @skb: a packet; it is only read
 * @pkt: tells where the message is in it; may be one that is quoted
 * @name: where it is written
 *
 * Context: softirq, RCU read side.
 * Return: false if the message has no Call-ID that can be used.
 */
bool sara_call_name(const struct sara_service *service,
		    const struct sk_buff *skb, const struct sara_packet *pkt,
		    struct sara_call_name *name)
{
	unsigned int read = 0, len, within;
	struct skb_seq_state seq;
	const u8 *data;

	within = min_t(unsigned int, pkt->payload_len, SARA_CALL_ID_WITHIN);
	sara_call_id_begin(&name->id);
	/* Reading takes nothing but const, though it does not say so. */
	skb_prepare_seq_read((struct sk_buff *)skb, pkt->payload_offset,
			     pkt->payload_offset + within, &seq);
	while ((len = skb_seq_read(read, &data, &seq))) {
		/* The buffer may hold more than was asked for. */
		len = min(len, within - read);
		if (sara_call_id_read(&name->id, data, len)) {
			skb_abort_seq_read(&seq);
			break;
		}
		read += len;
	}
	if (!sara_call_id_end(&name->id))
		return false;
	sara_call_key(service, name->id.text, name->id.len, &name->key);
	return true;
}

/**
 * sara_call_alloc() - memory of a call
 * @name: its name
 * @tuple: of its first packet
 *
 * Context: &sara_net.lock held.
 * Return: its flow, not yet begun, or NULL. The caller owns it until it gives
 * it to sara_call_free(), at once or after a grace period.
 */
struct sara_flow *sara_call_alloc(const struct sara_call_name *name,
				  const struct sara_key *tuple)
{
	struct sara_call *call;

	call = kmalloc(struct_size(call, id, name->id.len + 1),
		       GFP_ATOMIC | __GFP_NOWARN);
	if (!call)
		return NULL;
	call->tuple = *tuple;
	call->len = name->id.len;
	memcpy(call->id, name->id.text, name->id.len + 1);
	return &call->flow;
}

/**
 * sara_call_free() - free a call
 * @flow: from sara_call_alloc()
 *
 * Context: any.
 */
void sara_call_free(struct sara_flow *flow)
{
	kfree(container_of(flow, struct sara_call, flow));
}

/**
 * sara_call_init() - choose the secret
 *
 * Context: process.
 */
void sara_call_init(void)
{
	get_random_bytes(sara_call_secrets, sizeof(sara_call_secrets));
}
