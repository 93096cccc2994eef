// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a packet: parse, look up, place or promote, forward.
 *
 * Until a packet is forwarded nothing of it is written, and all that was not
 * for a virtual address passes as if nobody had looked.
 */
#include "ingress.h"

#include <linux/if_vlan.h>
#ifdef SARA_HAVE_NET_GSO_H
#include <net/gso.h>
#endif

#include "admission.h"
#include "announce.h"
#include "call.h"
#include "defrag.h"
#include "dev.h"
#include "early.h"
#include "flow.h"
#include "flow_hit.h"
#include "hold.h"
#include "icmp.h"
#include "inspect.h"
#include "kept.h"
#include "node.h"
#include "parse.h"
#include "reject.h"
#include "service.h"
#include "session.h"
#include "sync.h"
#include "trace.h"
#include "xmit.h"

/*
 * What has a VLAN tag belongs to the VLAN's device, to which it comes without.
 * A tag that is a mere priority belongs to this one.
 */
static bool sara_of_vlan(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb);
}

static unsigned int sara_pass(struct sara_net *sn, int reason)
{
	sara_stats_inc(sn, reason);
	return NF_ACCEPT;
}

static unsigned int sara_drop(struct sara_net *sn,
			      const struct sara_packet *pkt, int reason)
{
	sara_stats_inc(sn, reason);
	trace_sara_drop(&pkt->key, reason);
	return NF_DROP;
}

/* Does a TCP packet with these flags begin a conversation? */
static bool sara_tcp_opens(const struct sara_packet *pkt)
{
	return (pkt->tcp_flags & (SARA_TCP_SYN | SARA_TCP_ACK | SARA_TCP_FIN |
				  SARA_TCP_RST)) == SARA_TCP_SYN;
}

/* Was the packet sent? If not, it is counted why; it is consumed either way. */
static __always_inline bool sara_send(struct sara_net *sn,
				      const struct sara_nexthop *nexthop,
				      struct sk_buff *skb,
				      const struct sara_packet *pkt)
{
	int reason;

	if (unlikely(skb_shared(skb) || skb_header_cloned(skb)))
		sara_stats_inc(sn, SARA_A_STATS_UNSHARED);
	reason = sara_xmit(nexthop, skb, pkt);
	if (unlikely(reason))
		sara_stats_inc(sn, reason);
	return !reason;
}

/*
 * A packet of a flow goes to the session's node. @dev is NULL for one that was
 * held: its device may be gone. In line on the way of nearly all packets, for
 * all others a function: sara_forward().
 */
static __always_inline unsigned int
sara_forward_inline(struct sara_net *sn, struct sara_dev *dev,
		    struct sara_flow *flow, struct sk_buff *skb,
		    const struct sara_packet *pkt)
{
	struct sara_session *session = flow->session;
	struct sara_service *service = session->service;
	const struct sara_nexthop *nexthop;
	int reason, disbelief;

	/* What cannot be sent does not keep the session alive either. */
	nexthop = rcu_dereference(session->node->nexthop);
	reason = sara_xmit_refuses(session->node, nexthop, skb, pkt);
	if (unlikely(reason))
		return sara_drop(sn, pkt, reason);
	if (unlikely(READ_ONCE(sn->thinning))) {
		reason = sara_admission_thins(flow);
		if (reason)
			return sara_drop(sn, pkt, reason);
	}

	disbelief = sara_flow_seen(flow, pkt);
	if (unlikely(disbelief))
		sara_stats_inc(sn, disbelief);
	else if (flow->identity == SARA_IDENTITY_SIGNALLING &&
		 service->app != SARA_APP_NONE &&
		 sara_inspect_request(flow, skb, pkt) && dev)
		sara_traffic_add(dev->copied, pkt->ip_len);

	if (!sara_send(sn, nexthop, skb, pkt))
		return NF_STOLEN;
	sara_stats_inc(sn, SARA_A_STATS_FORWARDED);
	sara_stats_add(sn, SARA_A_STATS_FORWARDED_BYTES, pkt->ip_len);
	sara_traffic_add(session->node->traffic, pkt->ip_len);
	sara_traffic_add(service->traffic, pkt->ip_len);
	if (dev)
		sara_traffic_add(dev->forwarded, pkt->ip_len);
	return NF_STOLEN;
}

static noinline unsigned int sara_forward(struct sara_net *sn,
					  struct sara_dev *dev,
					  struct sara_flow *flow,
					  struct sk_buff *skb,
					  const struct sara_packet *pkt)
{
	return sara_forward_inline(sn, dev, flow, skb, pkt);
}

/* Of a session that is new its first packets may have to wait (sync.c). */
static noinline unsigned int sara_hit(struct sara_dev *dev,
				      struct sara_flow *flow,
				      struct sk_buff *skb,
				      const struct sara_packet *pkt)
{
	if (READ_ONCE(flow->status) == SARA_STATUS_NEW &&
	    sara_sync_hold(dev->sn, flow, skb, pkt))
		return NF_STOLEN;
	return sara_forward(dev->sn, dev, flow, skb, pkt);
}

/* Tell a client that was refused, as its service wants it. Which counter? */
static int sara_answer_refused(struct sara_dev *dev,
			       const struct sara_service *service,
			       const struct sk_buff *skb,
			       const struct sara_packet *pkt,
			       const struct sara_call_name *call)
{
	u8 refuse = READ_ONCE(service->refuse);
	struct sara_net *sn = dev->sn;

	if (!sara_bucket_take(&sn->refuse, READ_ONCE(sn->config.refuse_rate)))
		return SARA_A_STATS_REFUSE_LIMITED;
	if (refuse == SARA_REFUSE_BUSY) {
		if (sara_inspect_refused(sn, service, call, skb, pkt)) {
			sara_traffic_add(dev->copied, pkt->ip_len);
			return SARA_A_STATS_REFUSE_BUSY;
		}
	} else if (sara_reject(dev->dev, skb, pkt)) {
		return SARA_A_STATS_REFUSE_RESET;
	}
	return SARA_A_STATS_REFUSE_FAILED;
}

/* The first packet of a session, if that one may be. */
static unsigned int sara_open(struct sara_dev *dev,
			      struct sara_service *service,
			      struct sk_buff *skb,
			      const struct sara_packet *pkt,
			      const struct sara_call_name *call)
{
	struct sara_net *sn = dev->sn;
	struct sara_flow *flow;
	int reason = 0;

	flow = sara_session_start(sn, service, &pkt->key, call, &reason);
	if (flow)
		return sara_hit(dev, flow, skb, pkt);
	if (reason == SARA_A_STATS_DROP_REFUSED &&
	    READ_ONCE(service->refuse) != SARA_REFUSE_DROP)
		sara_stats_inc(sn, sara_answer_refused(dev, service, skb, pkt,
						       call));
	return sara_drop(sn, pkt, reason);
}

/*
 * UDP to a virtual address, but to no service and not announced by a client's
 * endpoint: the news of it may be on its way.
 */
static unsigned int sara_miss_early(struct sara_dev *dev, struct sk_buff *skb,
				    const struct sara_packet *pkt)
{
	int reason = SARA_A_STATS_DROP_UNANNOUNCED;
	struct sara_net *sn = dev->sn;
	struct sara_announcement *ann;
	struct sara_flow *flow;

	if (sara_early_hold(sn, skb, pkt)) {
		/* Or has it come between the first look and the queue? */
		smp_mb();	/* pairs with the one in sara_early_release() */
		ann = sara_announce_match(sn, &pkt->key, false, SARA_FORM_HALF);
		if (ann)
			sara_early_release(sn, &ann->key);
		return NF_STOLEN;
	}
	flow = sara_announce_promote(sn, &pkt->key, false,
				     SARA_FORM_ANY_SOURCE, &reason);
	if (!flow)
		return sara_drop(sn, pkt, reason);
	return sara_forward(sn, dev, flow, skb, pkt);
}

/*
 * Aggregated datagrams may be of several calls: each comes in again by itself.
 * The packet is consumed.
 */
static unsigned int sara_dispatch_apart(struct sara_net *sn,
					struct sk_buff *skb)
{
	struct sk_buff *segments = NULL, *segment, *next;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (skb) {
		skb_push(skb, skb->mac_len);
		segments = skb_gso_segment(skb, 0);
		if (IS_ERR_OR_NULL(segments)) {
			kfree_skb(skb);
			segments = NULL;
		} else {
			consume_skb(skb);
		}
	}
	if (!segments)
		sara_stats_inc(sn, SARA_A_STATS_DROP_NO_MEMORY);
	skb_list_walk_safe(segments, segment, next) {
		skb_mark_not_on_list(segment);
		__skb_pull(segment, segment->mac_len);
		netif_rx(segment);
	}
	return NF_STOLEN;
}

/* Of a service that tells sessions by Call-ID: any of the calls in a flow. */
static unsigned int sara_dispatch_call(struct sara_dev *dev,
				       struct sara_service *service,
				       struct sk_buff *skb,
				       const struct sara_packet *pkt)
{
	struct sara_net *sn = dev->sn;
	struct sara_call_name call;
	struct sara_flow *flow;

	if (skb_is_gso(skb))
		return sara_dispatch_apart(sn, skb);
	if (!sara_call_name(service, skb, pkt, &call)) {
		if (READ_ONCE(service->no_call_id) == SARA_NO_CALL_ID_PASS)
			return sara_pass(sn, SARA_A_STATS_PASS_NO_CALL_ID);
		return sara_drop(sn, pkt, SARA_A_STATS_DROP_NO_CALL_ID);
	}
	flow = sara_flow_lookup(sn, &call.key);
	if (!flow)
		return sara_open(dev, service, skb, pkt, &call);
	sara_stats_inc(sn, SARA_A_STATS_HITS);
	return sara_hit(dev, flow, skb, pkt);
}

/* To a virtual address, but of no flow that is known. */
static noinline unsigned int sara_miss(struct sara_dev *dev,
				       struct sk_buff *skb,
				       const struct sara_packet *pkt)
{
	bool tcp = pkt->key.proto == IPPROTO_TCP;
	struct sara_net *sn = dev->sn;
	struct sara_service *service;
	enum sara_vip_match match;
	struct sara_flow *flow;
	int reason = 0;

	match = sara_service_lookup(sn, pkt->key.family, &pkt->key.dst,
				    pkt->key.proto, pkt->key.dport, &service);
	if (match == SARA_VIP_NONE)
		return sara_pass(sn, SARA_A_STATS_PASS_OTHER);

	/* TCP that only a wildcard expects would answer a delay by a second. */
	flow = sara_announce_promote(sn, &pkt->key, match == SARA_VIP_SERVICE,
				     tcp ? SARA_FORM_ANY_SOURCE :
					   SARA_FORM_HALF, &reason);
	if (flow)
		return sara_forward(sn, dev, flow, skb, pkt);
	if (reason)
		return sara_drop(sn, pkt, reason);

	if (match == SARA_VIP_ADDRESS)
		return tcp ? sara_pass(sn, SARA_A_STATS_PASS_NO_SERVICE) :
			     sara_miss_early(dev, skb, pkt);
	if (tcp && !sara_tcp_opens(pkt))
		return sara_pass(sn, SARA_A_STATS_PASS_NO_SESSION);
	if (service->key == SARA_KEY_CALL_ID)
		return sara_dispatch_call(dev, service, skb, pkt);
	return sara_open(dev, service, skb, pkt, NULL);
}

/* A SYN to a conversation that was closed: the client uses its port again. */
static bool sara_reopens(const struct sara_flow *flow,
			 const struct sara_packet *pkt)
{
	return READ_ONCE(flow->status) == SARA_STATUS_CLOSING &&
	       flow->identity == SARA_IDENTITY_SIGNALLING &&
	       sara_tcp_opens(pkt);
}

/* The way of nearly all packets: no call is on it that can be spared. */
static __always_inline unsigned int
sara_dispatch_flow(struct sara_dev *dev, struct sk_buff *skb,
		   const struct sara_packet *pkt)
{
	struct sara_net *sn = dev->sn;
	struct sara_flow *flow = sara_flow_lookup_inline(sn, &pkt->key);

	if (unlikely(!flow))
		return sara_miss(dev, skb, pkt);
	if (unlikely(READ_ONCE(flow->status) != SARA_STATUS_ESTABLISHED)) {
		if (sara_reopens(flow, pkt))
			return sara_miss(dev, skb, pkt);
		sara_stats_inc(sn, SARA_A_STATS_HITS);
		return sara_hit(dev, flow, skb, pkt);
	}
	sara_stats_inc(sn, SARA_A_STATS_HITS);
	return sara_forward_inline(sn, dev, flow, skb, pkt);
}

/* An ICMP error goes to the node whose packet it quotes. */
static noinline unsigned int
sara_dispatch_error(struct sara_dev *dev, struct sk_buff *skb,
		    const struct sara_packet *pkt)
{
	const struct sara_nexthop *nexthop;
	struct sara_net *sn = dev->sn;
	struct sara_service *service;
	struct sara_session *session;
	enum sara_vip_match match;
	int reason;

	match = sara_service_lookup(sn, pkt->key.family, &pkt->key.dst,
				    pkt->key.proto, pkt->key.dport, &service);
	if (match == SARA_VIP_NONE)
		return sara_pass(sn, SARA_A_STATS_PASS_OTHER);
	session = sara_icmp_session(sn, skb, pkt,
				    match == SARA_VIP_SERVICE ? service : NULL);
	if (!session)
		return sara_pass(sn, SARA_A_STATS_PASS_ICMP);
	nexthop = rcu_dereference(session->node->nexthop);
	reason = sara_xmit_refuses(session->node, nexthop, skb, pkt);
	if (reason)
		return sara_drop(sn, pkt, reason);
	if (sara_send(sn, nexthop, skb, pkt)) {
		sara_stats_inc(sn, SARA_A_STATS_ICMP_FORWARDED);
		sara_traffic_add(dev->forwarded, pkt->ip_len);
	}
	return NF_STOLEN;
}

static noinline unsigned int sara_dispatch(struct sara_dev *dev,
					   struct sk_buff *skb,
					   enum sara_parsed parsed,
					   const struct sara_packet *pkt)
{
	struct sara_net *sn = dev->sn;

	switch (parsed) {
	case SARA_PARSED_FLOW:
		return sara_dispatch_flow(dev, skb, pkt);
	case SARA_PARSED_ERROR:
		return sara_dispatch_error(dev, skb, pkt);
	case SARA_PARSED_FRAGMENT:
		return sara_pass(sn, SARA_A_STATS_PASS_FRAGMENT);
	case SARA_PARSED_MALFORMED:
		return sara_pass(sn, SARA_A_STATS_PASS_MALFORMED);
	case SARA_PARSED_OTHER:
		return sara_pass(sn, SARA_A_STATS_PASS_OTHER);
	}
	return NF_ACCEPT;
}

/*
 * A fragment to a virtual address waits for the others of its packet. What is
 * whole takes the way of any packet, and is cut again when it is sent on.
 */
static noinline unsigned int
sara_dispatch_fragment(struct sara_dev *dev, struct sk_buff *skb,
		       struct sara_packet *pkt)
{
	const struct sk_buff *came = skb;
	struct sara_net *sn = dev->sn;
	struct sara_service *service;
	enum sara_parsed parsed;
	unsigned int verdict;
	u16 frag_max;

	if (sara_service_lookup(sn, pkt->key.family, &pkt->key.dst,
				pkt->key.proto, 0, &service) == SARA_VIP_NONE)
		return sara_pass(sn, SARA_A_STATS_PASS_OTHER);
	if (!sara_defrag_wants(pkt))
		return sara_pass(sn, SARA_A_STATS_PASS_FRAGMENT);

	if (skb_shared(skb) || skb_cloned(skb))
		sara_stats_inc(sn, SARA_A_STATS_UNSHARED);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb) {
		sara_stats_inc(sn, SARA_A_STATS_DROP_NO_MEMORY);
		return NF_STOLEN;
	}
	frag_max = sara_defrag(sn, skb, pkt);
	if (!frag_max)
		return NF_STOLEN;
	*pkt = (struct sara_packet){};
	parsed = sara_parse(skb, pkt);
	pkt->frag_max = frag_max;
	verdict = sara_dispatch(dev, skb, parsed, pkt);
	if (skb == came)
		return verdict;

	/* The caller had it shared. What is not ours comes again, in one piece. */
	if (verdict == NF_ACCEPT)
		netif_rx(skb);
	else if (verdict == NF_DROP)
		kfree_skb(skb);
	return NF_STOLEN;
}

/**
 * sara_ingress_dispatch() - a packet comes to a dispatcher's device
 * @priv: &struct sara_dev
 * @skb: the packet, from the network header on; may be shared
 * @state: of the hook
 *
 * Context: softirq, RCU read side.
 * Return: NF_ACCEPT for what is none of ours, NF_DROP, or NF_STOLEN for what
 * was sent on.
 */
unsigned int sara_ingress_dispatch(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct sara_dev *dev = priv;
	struct sara_net *sn = dev->sn;
	enum sara_parsed parsed;
	struct sara_packet pkt = {};

	sara_traffic_add(dev->seen, skb->len);
	/* What a promiscuous device overhears is on its way to another. */
	if (skb->pkt_type != PACKET_HOST || sara_of_vlan(skb))
		return sara_pass(sn, SARA_A_STATS_PASS_OTHER);
	parsed = sara_parse(skb, &pkt);
	if (likely(parsed == SARA_PARSED_FLOW))
		return sara_dispatch_flow(dev, skb, &pkt);
	if (parsed == SARA_PARSED_FRAGMENT)
		return sara_dispatch_fragment(dev, skb, &pkt);
	return sara_dispatch(dev, skb, parsed, &pkt);
}

/*
 * A packet that was kept goes on, or is dropped for @reason without a flow. Was
 * it sent, or dropped by its device?
 */
static bool sara_ingress_kept(struct sara_net *sn, struct sara_flow *flow,
			      struct sk_buff *skb,
			      const struct sara_packet *pkt, int reason)
{
	if (!flow)
		sara_stats_inc(sn, reason);
	else if (sara_forward(sn, NULL, flow, skb, pkt) != NF_DROP)
		return true;
	kfree_skb(skb);
	return false;
}

/* A datagram that was early; which announcements may have it? */
static void sara_ingress_early(struct sara_net *sn, struct sk_buff *skb,
			       enum sara_form last_form)
{
	int reason = SARA_A_STATS_DROP_UNANNOUNCED;
	struct sara_flow *flow = NULL;
	struct sara_packet pkt = {};

	if (sara_parse(skb, &pkt) == SARA_PARSED_FLOW) {
		pkt.frag_max = sara_kept(skb)->frag_max;
		flow = sara_flow_lookup(sn, &pkt.key);
		if (!flow)
			flow = sara_announce_promote(sn, &pkt.key, false,
						     last_form, &reason);
	}
	if (sara_ingress_kept(sn, flow, skb, &pkt, reason))
		sara_stats_inc(sn, SARA_A_STATS_EARLY_FORWARDED);
}

/**
 * sara_ingress_announced() - what a datagram that was early waited for is there
 * @sn: the namespace
 * @skb: the packet, kept; consumed
 *
 * Context: BH off, RCU read side.
 */
void sara_ingress_announced(struct sara_net *sn, struct sk_buff *skb)
{
	sara_ingress_early(sn, skb, SARA_FORM_HALF);
}

/**
 * sara_ingress_late() - the time of a datagram that was early is over
 * @sn: the namespace
 * @skb: the packet, kept; consumed
 *
 * Wildcards may have it, else it is dropped.
 *
 * Context: BH off, RCU read side.
 */
void sara_ingress_late(struct sara_net *sn, struct sk_buff *skb)
{
	sara_ingress_early(sn, skb, SARA_FORM_ANY_SOURCE);
}

/**
 * sara_ingress_synced() - the session of a packet need not wait any longer
 * @sn: the namespace
 * @skb: the packet, kept; consumed
 *
 * Context: BH off, RCU read side.
 */
void sara_ingress_synced(struct sara_net *sn, struct sk_buff *skb)
{
	struct sara_flow *flow = NULL;
	struct sara_packet pkt = {};

	if (sara_parse(skb, &pkt) == SARA_PARSED_FLOW) {
		pkt.frag_max = sara_kept(skb)->frag_max;
		flow = sara_flow_lookup(sn, &sara_kept(skb)->flow);
	}
	sara_ingress_kept(sn, flow, skb, &pkt, SARA_A_STATS_SYNC_DROPPED);
}

/*
 * A packet of a reply; @pkt is named in its direction. @came is what is on its
 * way: @skb itself, or the fragment that made it whole. Its client has nothing
 * of a packet without its last fragment, so that one may wait for all.
 */
static unsigned int sara_observe_flow(struct sara_dev *dev,
				      const struct sk_buff *skb,
				      struct sk_buff *came,
				      struct sara_packet *pkt)
{
	struct sara_net *sn = dev->sn;
	struct sara_service *service;
	struct sara_held *held;
	const u8 *mac = NULL;
	bool copied;
	u64 id;

	sara_packet_reverse(pkt);
	if (sara_service_lookup(sn, pkt->key.family, &pkt->key.dst,
				pkt->key.proto, pkt->key.dport,
				&service) != SARA_VIP_SERVICE ||
	    service->app == SARA_APP_NONE)
		return NF_ACCEPT;
	held = sara_hold_begin(sn, came, pkt, &id);
	if (skb_mac_header_was_set(came))
		mac = eth_hdr(came)->h_source;
	copied = sara_inspect_reply(sn, service, id, mac, skb, pkt);
	if (copied)
		sara_traffic_add(dev->copied, pkt->ip_len);
	return held && sara_hold_end(sn, held, came, copied) ? NF_STOLEN :
							       NF_ACCEPT;
}

/*
 * A clone of a fragment waits for the others, where a whole packet might be one
 * to inspect. The fragment passes, unless the packet is whole now and must wait.
 */
static unsigned int sara_observe_fragment(struct sara_dev *dev,
					  struct sk_buff *skb,
					  struct sara_packet *pkt)
{
	unsigned int verdict = NF_ACCEPT;
	struct sara_net *sn = dev->sn;
	struct sk_buff *clone;

	if (!sara_defrag_wants(pkt) ||
	    !sara_service_inspects(sn, pkt->key.family, &pkt->key.src))
		return NF_ACCEPT;
	clone = skb_clone(skb, GFP_ATOMIC);
	if (!clone) {
		sara_stats_inc(sn, SARA_A_STATS_REASSEMBLY_FULL);
		return NF_ACCEPT;
	}
	if (!sara_defrag(sn, clone, pkt))
		return NF_ACCEPT;
	*pkt = (struct sara_packet){};
	if (sara_parse(clone, pkt) == SARA_PARSED_FLOW)
		verdict = sara_observe_flow(dev, clone, skb, pkt);
	consume_skb(clone);
	return verdict;
}

/**
 * sara_ingress_observe() - a packet comes to a gateway's device
 * @priv: &struct sara_dev
 * @skb: the packet, from the network header on; may be shared, is not written
 * @state: of the hook
 *
 * Replies of inspected services are copied to the agent, and may wait for it.
 *
 * Context: softirq, RCU read side.
 * Return: NF_ACCEPT, or NF_STOLEN for what waits.
 */
unsigned int sara_ingress_observe(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct sara_dev *dev = priv;
	enum sara_parsed parsed;
	struct sara_packet pkt = {};

	sara_traffic_add(dev->seen, skb->len);
	if (skb->pkt_type != PACKET_HOST || sara_of_vlan(skb))
		return NF_ACCEPT;
	parsed = sara_parse(skb, &pkt);
	if (parsed == SARA_PARSED_FLOW)
		return sara_observe_flow(dev, skb, skb, &pkt);
	if (parsed == SARA_PARSED_FRAGMENT)
		return sara_observe_fragment(dev, skb, &pkt);
	return NF_ACCEPT;
}
