// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about what a session's node has sent: only that node can heed
 * them (path MTU discovery, sending that must stop), but the network sends them
 * to the virtual address.
 */
#include "icmp.h"

#include "announce.h"
#include "flow.h"
#include "session.h"

/**
 * sara_icmp_session() - whose packet did an error quote?
 * @sn: the namespace
 * @flow: the flow of the quoted packet, in request direction
 * @to_service: its destination is a service's own port
 *
 * A server may send media to a client that never sends any: an announcement
 * will do, and is not promoted by this. Anybody can send an error, so it does
 * not keep anything alive either.
 *
 * A session that is not named by its 5-tuple, of which several can share one,
 * is to be found here by what else is quoted.
 *
 * Context: softirq, RCU read side.
 * Return: the session, valid until rcu_read_unlock(), or NULL.
 */
struct sara_session *sara_icmp_session(struct sara_net *sn,
				       const struct sara_key *flow,
				       bool to_service)
{
	struct sara_announcement *ann;
	struct sara_flow *found;

	found = sara_flow_lookup(sn, flow);
	if (found)
		return found->session;
	ann = sara_announce_match(sn, flow, to_service, SARA_FORM_ANY_SOURCE);
	return ann ? ann->session : NULL;
}
