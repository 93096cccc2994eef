// SPDX-License-Identifier: GPL-2.0
/*
 * The inspection channel: signalling is copied to the one agent that asked
 * for it. The packets themselves never wait; what cannot be copied is counted,
 * and the agent is told by the next copy how much it has missed.
 */
#include "inspect.h"

#include <linux/if_ether.h>
#include <linux/notifier.h>
#include <net/genetlink.h>

#include "call.h"
#include "hold.h"
#include "netlink.h"
#include "netlink_put.h"
#include "parse.h"
#include "sara.h"
#include "service.h"
#include "session.h"
#include "sync.h"

/* TCP payload in one message; aggregated packets hold up to 64 kB and more. */
#define SARA_INSPECT_PIECE	16384U
/* What a netlink attribute can hold. */
#define SARA_INSPECT_MAX	(U16_MAX - NLA_HDRLEN)

/**
 * struct sara_inspect - the kernel's end of the channel, of one namespace
 * @portid: the agent's socket, 0 for none; written under @lock
 * @lost: packets that were not copied so far
 * @lock: guards binding
 * @bucket: packets that may be copied
 */
struct sara_inspect {
	u32		portid;
	atomic64_t	lost;
	spinlock_t	lock;		/* binding */
	struct sara_bucket bucket;
};

/**
 * struct sara_inspect_piece - what one message tells
 * @flow: the client's, or NULL where it is not known
 * @call_id: what the call is told by, or NULL
 * @call_id_len: its length, without the NUL
 * @refused: it is the first of a session that is refused
 * @service: whose signalling it is
 * @sender: who sent the packet
 * @key: its flow, in request direction
 * @offset: of the payload, from skb->data
 * @len: of the payload
 * @seq: TCP sequence number of the first byte
 * @flags: TCP flags
 * @hold: number under which the packet waits, of its last piece; else 0
 * @mac: source address of the server's frame, or NULL
 */
struct sara_inspect_piece {
	const struct sara_flow		*flow;
	const char			*call_id;
	u8				call_id_len;
	bool				refused;
	const struct sara_service	*service;
	enum sara_sender		sender;
	const struct sara_key		*key;
	unsigned int			offset;
	unsigned int			len;
	u32				seq;
	u8				flags;
	u64				hold;
	const u8			*mac;
};

static int sara_inspect_put(struct sk_buff *msg, const struct sk_buff *skb,
			    const struct sara_inspect_piece *piece, u64 lost)
{
	const struct sara_service *service = piece->service;
	const struct sara_flow *flow = piece->flow;
	struct nlattr *payload;

	if (nla_put_u64_64bit(msg, SARA_A_INSPECT_SESSION,
			      flow ? flow->session->id : 0,
			      SARA_A_INSPECT_PAD) ||
	    (piece->call_id && nla_put_string(msg, SARA_A_INSPECT_CALL_ID,
					      piece->call_id)) ||
	    (piece->refused && nla_put_flag(msg, SARA_A_INSPECT_REFUSED)) ||
	    nla_put_string(msg, SARA_A_INSPECT_SERVICE, service->name) ||
	    nla_put_u32(msg, SARA_A_INSPECT_APP, service->app) ||
	    nla_put_u32(msg, SARA_A_INSPECT_SENDER, piece->sender) ||
	    sara_put_tuple(msg, SARA_A_INSPECT_TUPLE, piece->key) ||
	    nla_put_u64_64bit(msg, SARA_A_INSPECT_LOST, lost,
			      SARA_A_INSPECT_PAD))
		return -EMSGSIZE;
	if (piece->key->proto == IPPROTO_TCP &&
	    (nla_put_u32(msg, SARA_A_INSPECT_TCP_SEQ, piece->seq) ||
	     nla_put_u8(msg, SARA_A_INSPECT_TCP_FLAGS, piece->flags)))
		return -EMSGSIZE;
	if (piece->hold &&
	    nla_put_u64_64bit(msg, SARA_A_INSPECT_HOLD, piece->hold,
			      SARA_A_INSPECT_PAD))
		return -EMSGSIZE;
	if (piece->mac &&
	    nla_put(msg, SARA_A_INSPECT_MAC, ETH_ALEN, piece->mac))
		return -EMSGSIZE;
	if (!piece->len)
		return 0;
	payload = nla_reserve(msg, SARA_A_INSPECT_PAYLOAD, piece->len);
	if (!payload)
		return -EMSGSIZE;
	return skb_copy_bits(skb, piece->offset, nla_data(payload), piece->len);
}

static size_t sara_inspect_size(const struct sara_inspect_piece *piece)
{
	return nla_total_size_64bit(sizeof(u64)) * 3 +	/* session, lost, hold */
	       nla_total_size(SARA_NAME_MAX + 1) +	/* service */
	       nla_total_size(sizeof(u32)) * 3 +	/* app, sender, seq */
	       nla_total_size(sizeof(u8)) +		/* flags */
	       (piece->call_id ? nla_total_size(piece->call_id_len + 1) : 0) +
	       nla_total_size(0) +			/* refused */
	       nla_total_size(ETH_ALEN) +		/* mac */
	       sara_put_tuple_size() +
	       nla_total_size(piece->len);
}

static bool sara_inspect_send(struct sara_net *sn, u32 portid,
			      const struct sk_buff *skb,
			      const struct sara_inspect_piece *piece)
{
	u64 lost = atomic64_read(&sn->inspect->lost);
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(sara_inspect_size(piece),
			  GFP_ATOMIC | __GFP_NOWARN);
	if (!msg)
		return false;
	hdr = genlmsg_put(msg, 0, 0, &sara_nl_family, 0, SARA_CMD_INSPECT_NTF);
	if (!hdr || sara_inspect_put(msg, skb, piece, lost)) {
		nlmsg_free(msg);
		return false;
	}
	genlmsg_end(msg, hdr);
	return !genlmsg_unicast(sn->net, msg, portid);
}

/* A TCP segment: its payload in pieces, or the bare fact of SYN, FIN, RST. */
static bool sara_inspect_send_tcp(struct sara_net *sn, u32 portid,
				  const struct sk_buff *skb,
				  struct sara_inspect_piece *piece,
				  const struct sara_packet *pkt, u64 hold)
{
	unsigned int left = pkt->payload_len;

	piece->seq = pkt->tcp_seq;
	piece->flags = pkt->tcp_flags;
	if (!left)
		return sara_inspect_send(sn, portid, skb, piece);

	if (piece->flags & SARA_TCP_SYN) {
		/* Data with the SYN begins at the next sequence number. */
		if (!sara_inspect_send(sn, portid, skb, piece))
			return false;
		piece->flags &= ~SARA_TCP_SYN;
		piece->seq++;
	}
	while (left) {
		piece->len = min(left, SARA_INSPECT_PIECE);
		left -= piece->len;
		piece->flags = pkt->tcp_flags & ~SARA_TCP_SYN;
		if (left)	/* the end comes with the last byte */
			piece->flags &= ~(SARA_TCP_FIN | SARA_TCP_RST);
		else
			piece->hold = hold;
		if (!sara_inspect_send(sn, portid, skb, piece))
			return false;
		piece->offset += piece->len;
		piece->seq += piece->len;
	}
	return true;
}

/* Aggregated datagrams are told one by one, as they were sent. */
static bool sara_inspect_send_udp(struct sara_net *sn, u32 portid,
				  const struct sk_buff *skb,
				  struct sara_inspect_piece *piece,
				  const struct sara_packet *pkt, u64 hold)
{
	unsigned int size = pkt->payload_len, left = size;

	if (skb_is_gso(skb) && skb_shinfo(skb)->gso_size)
		size = skb_shinfo(skb)->gso_size;
	while (left) {
		unsigned int one = min(left, size);

		piece->len = min_t(unsigned int, one, SARA_INSPECT_MAX);
		if (one == left)
			piece->hold = hold;
		if (!sara_inspect_send(sn, portid, skb, piece))
			return false;
		piece->offset += one;
		left -= one;
	}
	return true;
}

static bool sara_inspect_lose(struct sara_net *sn, int reason)
{
	atomic64_inc(&sn->inspect->lost);
	sara_stats_inc(sn, reason);
	return false;
}

/* Tell a packet in as many pieces as it takes; what cannot be told is counted. */
static bool sara_inspect_tell(struct sara_net *sn, const struct sk_buff *skb,
			      struct sara_inspect_piece *piece,
			      const struct sara_packet *pkt, u64 hold)
{
	struct sara_inspect *inspect = sn->inspect;
	u32 portid = READ_ONCE(inspect->portid);
	bool sent;

	if (!portid)
		return sara_inspect_lose(sn, SARA_A_STATS_INSPECT_LOST_UNBOUND);
	if (!sara_bucket_take(&inspect->bucket,
			      READ_ONCE(sn->config.inspect_rate)))
		return sara_inspect_lose(sn, SARA_A_STATS_INSPECT_LOST_RATE);

	if (pkt->key.proto == IPPROTO_TCP)
		sent = sara_inspect_send_tcp(sn, portid, skb, piece, pkt, hold);
	else
		sent = sara_inspect_send_udp(sn, portid, skb, piece, pkt, hold);
	if (!sent)
		return sara_inspect_lose(sn, SARA_A_STATS_INSPECT_LOST_BUFFER);
	sara_stats_inc(sn, SARA_A_STATS_INSPECT_COPIED);
	return true;
}

/* Without payload, SYN, FIN or RST a packet has nothing to tell. */
static bool sara_inspect_says(const struct sara_packet *pkt)
{
	return pkt->payload_len ||
	       pkt->tcp_flags & (SARA_TCP_SYN | SARA_TCP_FIN | SARA_TCP_RST);
}

/**
 * sara_inspect_request() - copy a client's signalling packet to the agent
 * @flow: the client's
 * @skb: the packet, from the network header on; it is only read
 * @pkt: as parsed
 *
 * Context: softirq, RCU read side.
 * Return: true if the agent has it.
 */
bool sara_inspect_request(const struct sara_flow *flow,
			  const struct sk_buff *skb,
			  const struct sara_packet *pkt)
{
	const struct sara_call *call = sara_call(flow);
	struct sara_inspect_piece piece = {
		.flow		= flow,
		.call_id	= call ? call->id : NULL,
		.call_id_len	= call ? call->len : 0,
		.service	= flow->session->service,
		.sender		= SARA_SENDER_CLIENT,
		.key		= &pkt->key,
		.offset		= pkt->payload_offset,
	};

	return sara_inspect_says(pkt) &&
	       sara_inspect_tell(flow->session->sn, skb, &piece, pkt, 0);
}

/**
 * sara_inspect_reply() - copy a server's signalling packet to the agent
 * @sn: the namespace
 * @service: whose signalling it is
 * @hold: number under which it waits for sara_hold_release(), or 0
 * @mac: source address of its frame, or NULL
 * @skb: the packet, from the network header on; it is only read
 * @pkt: as parsed, its key in request direction
 *
 * Context: softirq, RCU read side.
 * Return: true if the agent has it.
 */
bool sara_inspect_reply(struct sara_net *sn, const struct sara_service *service,
			u64 hold, const u8 *mac, const struct sk_buff *skb,
			const struct sara_packet *pkt)
{
	struct sara_inspect_piece piece = {
		.service	= service,
		.sender		= SARA_SENDER_SERVER,
		.key		= &pkt->key,
		.offset		= pkt->payload_offset,
		.mac		= mac,
	};

	return sara_inspect_says(pkt) &&
	       sara_inspect_tell(sn, skb, &piece, pkt, hold);
}

/**
 * sara_inspect_refused() - copy a message that would have begun a session
 * @sn: the namespace
 * @service: that refuses it
 * @call: with key call-id, the name of the call, else NULL
 * @skb: the packet, from the network header on; it is only read
 * @pkt: as parsed
 *
 * Context: softirq, RCU read side.
 * Return: true if the agent has it.
 */
bool sara_inspect_refused(struct sara_net *sn,
			  const struct sara_service *service,
			  const struct sara_call_name *call,
			  const struct sk_buff *skb,
			  const struct sara_packet *pkt)
{
	struct sara_inspect_piece piece = {
		.call_id	= call ? call->id.text : NULL,
		.call_id_len	= call ? call->id.len : 0,
		.refused	= true,
		.service	= service,
		.sender		= SARA_SENDER_CLIENT,
		.key		= &pkt->key,
		.offset		= pkt->payload_offset,
	};

	return pkt->payload_len && sara_inspect_tell(sn, skb, &piece, pkt, 0);
}

/**
 * sara_inspect_bind() - a socket becomes the receiver of the copies
 * @sn: the namespace
 * @portid: the socket's
 * @hold_time: jiffies that replies wait for it, 0 for not at all
 * @hold_packets: how many at most
 * @extack: where a refusal is explained
 *
 * Context: process.
 * Return: 0, also if it was already; -EBUSY if another one is.
 */
int sara_inspect_bind(struct sara_net *sn, u32 portid, unsigned long hold_time,
		      u32 hold_packets, struct netlink_ext_ack *extack)
{
	struct sara_inspect *inspect = sn->inspect;
	int err = 0;

	spin_lock_bh(&inspect->lock);
	if (inspect->portid && inspect->portid != portid) {
		NL_SET_ERR_MSG(extack,
			       "another agent receives the copies: stop it first");
		err = -EBUSY;
	} else {
		WRITE_ONCE(inspect->portid, portid);
		sara_hold_configure(sn, hold_time, hold_packets);
	}
	spin_unlock_bh(&inspect->lock);
	return err;
}

/**
 * sara_inspect_release() - a socket is gone
 * @sn: the namespace
 * @portid: the socket's
 *
 * Context: process.
 */
void sara_inspect_release(struct sara_net *sn, u32 portid)
{
	struct sara_inspect *inspect = sn->inspect;
	bool bound, closed = false;

	spin_lock_bh(&inspect->lock);
	bound = inspect->portid == portid;
	if (bound) {
		WRITE_ONCE(inspect->portid, 0);
		sara_hold_configure(sn, 0, 0);
		closed = sara_sync_orphan(sn);
	}
	spin_unlock_bh(&inspect->lock);
	if (!bound)
		return;
	sara_hold_flush(sn, NULL);
	if (!closed)
		sara_sync_flush(sn);
}

/**
 * sara_inspect_sync() - the receiver of the copies has new sessions wait
 * @sn: the namespace
 * @portid: of the socket that asks
 * @time: jiffies at most, 0 for not at all any more
 * @packets: how many at most
 * @strict: what was not let go in time is dropped
 * @orphans: what cannot do without the receiver is dropped when it went
 * @extack: where a refusal is explained
 *
 * Context: process.
 * Return: 0, -EPERM if another socket is the receiver, or none.
 */
int sara_inspect_sync(struct sara_net *sn, u32 portid, unsigned long time,
		      u32 packets, bool strict, bool orphans,
		      struct netlink_ext_ack *extack)
{
	struct sara_inspect *inspect = sn->inspect;
	int err = 0;

	spin_lock_bh(&inspect->lock);
	if (inspect->portid == portid) {
		sara_sync_configure(sn, time, packets, strict, orphans);
	} else {
		NL_SET_ERR_MSG(extack,
			       "only the agent that receives the copies lets packets go: bind first");
		err = -EPERM;
	}
	spin_unlock_bh(&inspect->lock);
	if (!err && !time)
		sara_sync_flush(sn);
	return err;
}

/**
 * sara_inspect_lost() - packets that were not copied so far
 * @sn: the namespace
 *
 * Context: any.
 * Return: the count.
 */
u64 sara_inspect_lost(const struct sara_net *sn)
{
	return atomic64_read(&sn->inspect->lost);
}

/**
 * sara_inspect_net_init() - make the channel of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int sara_inspect_net_init(struct sara_net *sn)
{
	sn->inspect = kzalloc(sizeof(*sn->inspect), GFP_KERNEL);
	if (!sn->inspect)
		return -ENOMEM;
	spin_lock_init(&sn->inspect->lock);
	atomic64_set(&sn->inspect->lost, 0);
	sara_bucket_init(&sn->inspect->bucket);
	return 0;
}

/**
 * sara_inspect_net_exit() - free the channel of a namespace
 * @sn: the namespace, without hooks
 *
 * Context: process.
 */
void sara_inspect_net_exit(struct sara_net *sn)
{
	kfree(sn->inspect);
}

static int sara_inspect_event(struct notifier_block *nb, unsigned long event,
			      void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		sara_inspect_release(sara_net(notify->net), notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block sara_inspect_notifier = {
	.notifier_call	= sara_inspect_event,
};

/**
 * sara_inspect_init() - notice the end of agents' sockets
 *
 * Context: process, after the namespaces were set up.
 * Return: 0 or an error number.
 */
int sara_inspect_init(void)
{
	return netlink_register_notifier(&sara_inspect_notifier);
}

/**
 * sara_inspect_exit() - undo sara_inspect_init()
 *
 * Context: process, before the namespaces are taken down.
 */
void sara_inspect_exit(void)
{
	netlink_unregister_notifier(&sara_inspect_notifier);
}
