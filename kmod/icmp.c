// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about what a session's node has sent: only that node can heed
 * them (path MTU discovery, sending that must stop), but the network sends them
 * to the virtual address.
 */
#include "icmp.h"

#include "announce.h"
#include "call.h"
#include "flow.h"
#include "parse.h"
#include "service.h"
#include "session.h"

/**
 * sara_icmp_session() - whose packet did an error quote?
 * @sn: the namespace
 * @skb: the error
 * @pkt: as parsed: the quoted packet, in request direction
 * @service: whose port its destination is, or NULL
 *
 * A server may send media to a client that never sends any: an announcement
 * will do, and is not promoted by this. Anybody can send an error, so it does
 * not keep anything alive either.
 *
 * With key call-id the call is found if as much of its message is quoted.
 *
 * Context: softirq, RCU read side.
 * Return: the session, valid until rcu_read_unlock(), or NULL.
 */
struct sara_session *sara_icmp_session(struct sara_net *sn,
				       const struct sk_buff *skb,
				       const struct sara_packet *pkt,
				       const struct sara_service *service)
{
	struct sara_announcement *ann;
	struct sara_call_name call;
	struct sara_flow *flow;

	flow = sara_flow_lookup(sn, &pkt->key);
	if (flow)
		return flow->session;
	ann = sara_announce_match(sn, &pkt->key, service, SARA_FORM_ANY_SOURCE);
	if (ann)
		return ann->session;
	if (!service || service->key != SARA_KEY_CALL_ID ||
	    !sara_call_name(service, skb, pkt, &call))
		return NULL;
	flow = sara_flow_lookup(sn, &call.key);
	return flow ? flow->session : NULL;
}
