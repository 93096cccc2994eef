/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	include/netlink/specs/sara.yaml */
/* YNL-GEN uapi header */

/*
 * SARA places sessions: a signalling flow and the media flows it announces.
 *
 * All objects live in one network namespace. Reading dev, service, node,
 * policy, stats and config is free to all; everything else needs CAP_NET_ADMIN
 * in the user namespace that owns the network namespace, because sessions tell
 * who talks to whom.
 *
 * Units and orders: addresses are 4 (IPv4) or 16 (IPv6) bytes in network
 * order; ports are u16 in host order; times are u32 or u64 milliseconds, and
 * always durations, never points in time. Counters are u64 and start at 0 when
 * the object is made. Loads and probabilities are u32 in parts of
 * SARA_LOAD_ONE.
 *
 * Flows are written in the request direction everywhere: src is the client,
 * dst is the virtual address, also where a reply is described.
 *
 * Every refusal carries an extended acknowledgment with a sentence. The error
 * numbers: EINVAL malformed, ENOENT no such object, EEXIST it is there
 * already, EBUSY in use, ENOSPC a bound was reached, ENODEV no such device,
 * EOPNOTSUPP not possible for this object, EPERM not for this sender.
 *
 * Additions are compatible: unknown attributes of a newer module must be
 * skipped by userspace. What is incompatible raises SARA_ABI_VERSION, which
 * SARA_CMD_CONFIG_GET tells and which userspace must check first.
 */

#ifndef _UAPI_LINUX_SARA_H
#define _UAPI_LINUX_SARA_H

#define SARA_GENL_NAME		"sara"
#define SARA_GENL_VERSION	1

#define SARA_ABI_VERSION	1
#define SARA_NAME_MAX		31
#define SARA_LABEL_MAX		127
#define SARA_CALL_ID_MAX	255
#define SARA_LOAD_ONE		16777216
#define SARA_SCORE_MAX		268435456
#define SARA_POLICY_NODES_MAX	1024

/**
 * enum sara_dev_mode - What the hook does with the packets that a device
 *   receives.
 * @SARA_DEV_MODE_DISPATCH: place sessions, forward their flows to nodes
 *   (dispatcher)
 * @SARA_DEV_MODE_OBSERVE: copy signalling replies to the agent, pass
 *   everything (gateway)
 */
enum sara_dev_mode {
	SARA_DEV_MODE_DISPATCH = 1,
	SARA_DEV_MODE_OBSERVE,
};

/**
 * enum sara_app - The application protocol of a service's signalling flows.
 * @SARA_APP_NONE: not inspected; each flow is a session
 * @SARA_APP_SIP: RFC 3261, over UDP or TCP
 * @SARA_APP_RTSP: RFC 2326 and RFC 7826, over TCP
 * @SARA_APP_FTP: RFC 959 and RFC 2428, over TCP
 */
enum sara_app {
	SARA_APP_NONE,
	SARA_APP_SIP,
	SARA_APP_RTSP,
	SARA_APP_FTP,
};

/**
 * enum sara_session_key - What makes packets of a service one session.
 * @SARA_KEY_FLOW: the 5-tuple of the signalling flow
 * @SARA_KEY_SOURCE: the client's address, so that all its flows to the service
 *   are one
 * @SARA_KEY_CALL_ID: the Call-ID of SIP over UDP, so that each call is one, of
 *   however many there are in a flow
 */
enum sara_session_key {
	SARA_KEY_FLOW = 1,
	SARA_KEY_SOURCE,
	SARA_KEY_CALL_ID,
};

/**
 * enum sara_no_call_id - What becomes of a datagram without a Call-ID (a
 *   keep-alive, say) to a service with key call-id.
 * @SARA_NO_CALL_ID_DROP: it is dropped
 * @SARA_NO_CALL_ID_PASS: it goes to the local stack
 */
enum sara_no_call_id {
	SARA_NO_CALL_ID_DROP = 1,
	SARA_NO_CALL_ID_PASS,
};

/**
 * enum sara_admission - Whether new sessions of a service may be refused by
 *   load.
 * @SARA_ADMISSION_OFF: only for want of a node or of room
 * @SARA_ADMISSION_ON: by the policy's numbers; and its media may be thinned by
 *   them
 */
enum sara_admission {
	SARA_ADMISSION_OFF,
	SARA_ADMISSION_ON,
};

/**
 * enum sara_refuse - What a client gets whose new session is refused by load.
 * @SARA_REFUSE_DROP: nothing
 * @SARA_REFUSE_RESET: a TCP RST, or the ICMP error port unreachable
 * @SARA_REFUSE_BUSY: the answer that the agent makes of the request's copy;
 *   only SIP over UDP
 */
enum sara_refuse {
	SARA_REFUSE_DROP = 1,
	SARA_REFUSE_RESET,
	SARA_REFUSE_BUSY,
};

/**
 * enum sara_node_state - What the operator wants of a node.
 * @SARA_NODE_STATE_UP: gets new sessions
 * @SARA_NODE_STATE_DRAIN: keeps its sessions, gets no new ones; done when they
 *   are 0
 * @SARA_NODE_STATE_DOWN: gets no packets at all
 */
enum sara_node_state {
	SARA_NODE_STATE_UP = 1,
	SARA_NODE_STATE_DRAIN,
	SARA_NODE_STATE_DOWN,
};

/**
 * enum sara_health - What the agent knows of a node (paper, section III E).
 *   All but up keeps new sessions away; packets of the old ones go on.
 * @SARA_HEALTH_UNWATCHED: nobody looks
 * @SARA_HEALTH_UP: it and its application live
 * @SARA_HEALTH_APPLICATION_DOWN: it lives, its application does not answer
 * @SARA_HEALTH_PLANNED: it is going to fail
 * @SARA_HEALTH_DOWN: it is silent, or its planned failure is over
 * @SARA_HEALTH_VIP_BROKEN: it lives, but nothing answers there at the virtual
 *   address
 */
enum sara_health {
	SARA_HEALTH_UNWATCHED,
	SARA_HEALTH_UP,
	SARA_HEALTH_APPLICATION_DOWN,
	SARA_HEALTH_PLANNED,
	SARA_HEALTH_DOWN,
	SARA_HEALTH_VIP_BROKEN,
};

/**
 * enum sara_identity - What a flow is to its session (paper, section III A).
 * @SARA_IDENTITY_SIGNALLING: carries the messages that announce the others
 * @SARA_IDENTITY_ANNOUNCED: expected, not seen yet
 * @SARA_IDENTITY_SECONDARY: was announced, and was seen
 */
enum sara_identity {
	SARA_IDENTITY_SIGNALLING = 1,
	SARA_IDENTITY_ANNOUNCED,
	SARA_IDENTITY_SECONDARY,
};

/**
 * enum sara_status - Where a flow or session is in its life (paper, section
 *   III A).
 * @SARA_STATUS_NEW: one packet was seen
 * @SARA_STATUS_ESTABLISHED: more than one packet was seen
 * @SARA_STATUS_INACTIVE: no packet for the timeout of its kind
 * @SARA_STATUS_CLOSING: FIN, RST or an end by the agent was seen; lingers for
 *   stragglers
 * @SARA_STATUS_STANDBY: restored, and no packet of it was seen here; another
 *   dispatcher may forward it
 */
enum sara_status {
	SARA_STATUS_NEW = 1,
	SARA_STATUS_ESTABLISHED,
	SARA_STATUS_INACTIVE,
	SARA_STATUS_CLOSING,
	SARA_STATUS_STANDBY,
};

/**
 * enum sara_form - Which fields an announcement knows, in the order in which
 *   announcements are looked up. The virtual address and the protocol are
 *   always known.
 * @SARA_FORM_EXACT: client address and port, and port of the virtual address
 * @SARA_FORM_HALF: client address and port; never matches a service's own port
 * @SARA_FORM_ANY_PORT: client address, and port of the virtual address
 * @SARA_FORM_ANY_SOURCE: port of the virtual address
 */
enum sara_form {
	SARA_FORM_EXACT = 1,
	SARA_FORM_HALF,
	SARA_FORM_ANY_PORT,
	SARA_FORM_ANY_SOURCE,
};

/**
 * enum sara_event - What happened to the object that a notification describes.
 * @SARA_EVENT_PROMOTED: an announced flow was seen and is secondary now
 * @SARA_EVENT_REFUSED: new sessions of the service were refused by load; told
 *   once in a purge-interval, however many
 */
enum sara_event {
	SARA_EVENT_CREATED = 1,
	SARA_EVENT_CHANGED,
	SARA_EVENT_DELETED,
	SARA_EVENT_PROMOTED,
	SARA_EVENT_REFUSED,
};

/**
 * enum sara_end - Why a session ended.
 * @SARA_END_IDLE: no flow had a packet for twice its timeout
 * @SARA_END_CLOSED: its TCP signalling flow was closed
 * @SARA_END_FINISHED: the agent saw its end (BYE, TEARDOWN) and the linger
 *   time is over
 * @SARA_END_EXPIRED: the lifetime that the agent had set is over
 * @SARA_END_DELETED: by command
 * @SARA_END_RECLAIMED: it was still new when the table was full
 */
enum sara_end {
	SARA_END_IDLE = 1,
	SARA_END_CLOSED,
	SARA_END_FINISHED,
	SARA_END_EXPIRED,
	SARA_END_DELETED,
	SARA_END_NODE_DELETED,
	SARA_END_SERVICE_DELETED,
	SARA_END_RECLAIMED,
};

/**
 * enum sara_placement - How the node of a session was chosen.
 * @SARA_PLACEMENT_SHELL: it had the least load, by the scores of a policy
 * @SARA_PLACEMENT_SHELL_STALE: by scheduler shell, but no policy was good; as
 *   wlc
 * @SARA_PLACEMENT_WLC: it had the fewest sessions for its weight
 * @SARA_PLACEMENT_WRR: it was its turn
 * @SARA_PLACEMENT_RESTORED: not here; it was restored with its node
 * @SARA_PLACEMENT_MH: by the hash of what it is told by
 */
enum sara_placement {
	SARA_PLACEMENT_SHELL = 1,
	SARA_PLACEMENT_SHELL_STALE,
	SARA_PLACEMENT_WLC,
	SARA_PLACEMENT_WRR,
	SARA_PLACEMENT_RESTORED,
	SARA_PLACEMENT_MH,
};

/**
 * enum sara_sender - Which end of the conversation sent an inspected packet.
 */
enum sara_sender {
	SARA_SENDER_CLIENT,
	SARA_SENDER_SERVER,
};

enum {
	SARA_A_TUPLE_SRC = 1,
	SARA_A_TUPLE_SPORT,
	SARA_A_TUPLE_DST,
	SARA_A_TUPLE_DPORT,
	SARA_A_TUPLE_PROTO,

	__SARA_A_TUPLE_MAX
};
#define SARA_A_TUPLE_MAX (__SARA_A_TUPLE_MAX - 1)

enum {
	SARA_A_CONFIG_ABI_VERSION = 1,
	SARA_A_CONFIG_MODULE_VERSION,
	SARA_A_CONFIG_MAX_SESSIONS,
	SARA_A_CONFIG_MAX_FLOWS,
	SARA_A_CONFIG_MAX_ANNOUNCEMENTS,
	SARA_A_CONFIG_TCP_TIMEOUT,
	SARA_A_CONFIG_CLOSING_TIMEOUT,
	SARA_A_CONFIG_PURGE_INTERVAL,
	SARA_A_CONFIG_INSPECT_RATE,
	SARA_A_CONFIG_EARLY_TIME,
	SARA_A_CONFIG_EARLY_PACKETS,
	SARA_A_CONFIG_MAX_REFUSED,
	SARA_A_CONFIG_REFUSED_TIME,
	SARA_A_CONFIG_REFUSE_RATE,
	SARA_A_CONFIG_STANDBY_TIME,

	__SARA_A_CONFIG_MAX
};
#define SARA_A_CONFIG_MAX (__SARA_A_CONFIG_MAX - 1)

enum {
	SARA_A_DEV_IFINDEX = 1,
	SARA_A_DEV_NAME,
	SARA_A_DEV_MODE,
	SARA_A_DEV_EVENT,
	SARA_A_DEV_PAD,
	SARA_A_DEV_PACKETS,
	SARA_A_DEV_FORWARDED,
	SARA_A_DEV_COPIED,

	__SARA_A_DEV_MAX
};
#define SARA_A_DEV_MAX (__SARA_A_DEV_MAX - 1)

enum {
	SARA_A_SERVICE_NAME = 1,
	SARA_A_SERVICE_ID,
	SARA_A_SERVICE_ADDR,
	SARA_A_SERVICE_PROTO,
	SARA_A_SERVICE_PORT,
	SARA_A_SERVICE_PORT_LAST,
	SARA_A_SERVICE_APP,
	SARA_A_SERVICE_KEY,
	SARA_A_SERVICE_SCHEDULER,
	SARA_A_SERVICE_FLOW_TIMEOUT,
	SARA_A_SERVICE_NODE,
	SARA_A_SERVICE_ALL_NODES,
	SARA_A_SERVICE_FORCE,
	SARA_A_SERVICE_EVENT,
	SARA_A_SERVICE_PAD,
	SARA_A_SERVICE_SESSIONS,
	SARA_A_SERVICE_SESSIONS_TOTAL,
	SARA_A_SERVICE_PACKETS,
	SARA_A_SERVICE_BYTES,
	SARA_A_SERVICE_REFUSED,
	SARA_A_SERVICE_NO_CALL_ID,
	SARA_A_SERVICE_ADMISSION,
	SARA_A_SERVICE_REFUSE,
	SARA_A_SERVICE_OFFERED,
	SARA_A_SERVICE_REFUSED_LOAD,
	SARA_A_SERVICE_REFUSED_NO_NODE,
	SARA_A_SERVICE_REFUSED_FULL,
	SARA_A_SERVICE_ENDED_IDLE,
	SARA_A_SERVICE_ENDED_CLOSED,
	SARA_A_SERVICE_ENDED_FINISHED,
	SARA_A_SERVICE_ENDED_EXPIRED,
	SARA_A_SERVICE_ENDED_DELETED,
	SARA_A_SERVICE_ENDED_RECLAIMED,
	SARA_A_SERVICE_RESTORED,

	__SARA_A_SERVICE_MAX
};
#define SARA_A_SERVICE_MAX (__SARA_A_SERVICE_MAX - 1)

enum {
	SARA_A_NODE_NAME = 1,
	SARA_A_NODE_ID,
	SARA_A_NODE_ADDR,
	SARA_A_NODE_IFINDEX,
	SARA_A_NODE_DEV,
	SARA_A_NODE_MAC,
	SARA_A_NODE_MAC_RESOLVED,
	SARA_A_NODE_STATE,
	SARA_A_NODE_WEIGHT,
	SARA_A_NODE_MAX_SESSIONS,
	SARA_A_NODE_USABLE,
	SARA_A_NODE_FORCE,
	SARA_A_NODE_EVENT,
	SARA_A_NODE_PAD,
	SARA_A_NODE_SESSIONS,
	SARA_A_NODE_SESSIONS_TOTAL,
	SARA_A_NODE_PACKETS,
	SARA_A_NODE_BYTES,
	SARA_A_NODE_HEALTH,
	SARA_A_NODE_SESSIONS_CLOSING,

	__SARA_A_NODE_MAX
};
#define SARA_A_NODE_MAX (__SARA_A_NODE_MAX - 1)

enum {
	SARA_A_SESSION_PAD = 1,
	SARA_A_SESSION_ID,
	SARA_A_SESSION_SERVICE,
	SARA_A_SESSION_NODE,
	SARA_A_SESSION_TUPLE,
	SARA_A_SESSION_STATUS,
	SARA_A_SESSION_LABEL,
	SARA_A_SESSION_LIFETIME,
	SARA_A_SESSION_LINGER,
	SARA_A_SESSION_AGE,
	SARA_A_SESSION_IDLE,
	SARA_A_SESSION_FLOWS,
	SARA_A_SESSION_ANNOUNCEMENTS,
	SARA_A_SESSION_PACKETS,
	SARA_A_SESSION_BYTES,
	SARA_A_SESSION_END,
	SARA_A_SESSION_EVENT,
	SARA_A_SESSION_ALL,
	SARA_A_SESSION_CALL_ID,
	SARA_A_SESSION_PLACEMENT,
	SARA_A_SESSION_EPOCH,
	SARA_A_SESSION_PLACED,
	SARA_A_SESSION_JUDGED,
	SARA_A_SESSION_SOURCE,
	SARA_A_SESSION_FLOW,
	SARA_A_SESSION_OWN,
	SARA_A_SESSION_STANDBY,
	SARA_A_SESSION_SYNC_TIME,
	SARA_A_SESSION_SYNC_PACKETS,
	SARA_A_SESSION_PENDING,
	SARA_A_SESSION_SYNC_STRICT,
	SARA_A_SESSION_SYNC_ORPHANS,
	SARA_A_SESSION_MAC,

	__SARA_A_SESSION_MAX
};
#define SARA_A_SESSION_MAX (__SARA_A_SESSION_MAX - 1)

enum {
	SARA_A_FLOW_PAD = 1,
	SARA_A_FLOW_SESSION,
	SARA_A_FLOW_SERVICE,
	SARA_A_FLOW_NODE,
	SARA_A_FLOW_TUPLE,
	SARA_A_FLOW_IDENTITY,
	SARA_A_FLOW_STATUS,
	SARA_A_FLOW_TIMEOUT,
	SARA_A_FLOW_IDLE,
	SARA_A_FLOW_PACKETS,
	SARA_A_FLOW_BYTES,
	SARA_A_FLOW_EVENT,
	SARA_A_FLOW_CALL_ID,
	SARA_A_FLOW_FORM,
	SARA_A_FLOW_ESTABLISHED,
	SARA_A_FLOW_TCP_END,
	SARA_A_FLOW_PAST,

	__SARA_A_FLOW_MAX
};
#define SARA_A_FLOW_MAX (__SARA_A_FLOW_MAX - 1)

enum {
	SARA_A_PAST_PAD = 1,
	SARA_A_PAST_TUPLE,
	SARA_A_PAST_CALL_ID,
	SARA_A_PAST_IDENTITY,
	SARA_A_PAST_FORM,
	SARA_A_PAST_STATUS,
	SARA_A_PAST_ESTABLISHED,
	SARA_A_PAST_IDLE,
	SARA_A_PAST_PACKETS,
	SARA_A_PAST_BYTES,
	SARA_A_PAST_TCP_END,

	__SARA_A_PAST_MAX
};
#define SARA_A_PAST_MAX (__SARA_A_PAST_MAX - 1)

enum {
	SARA_A_ANNOUNCEMENT_PAD = 1,
	SARA_A_ANNOUNCEMENT_SESSION,
	SARA_A_ANNOUNCEMENT_SERVICE,
	SARA_A_ANNOUNCEMENT_NODE,
	SARA_A_ANNOUNCEMENT_TUPLE,
	SARA_A_ANNOUNCEMENT_FORM,
	SARA_A_ANNOUNCEMENT_TAG,
	SARA_A_ANNOUNCEMENT_TTL,
	SARA_A_ANNOUNCEMENT_CONFIRMED,
	SARA_A_ANNOUNCEMENT_PROMOTIONS,
	SARA_A_ANNOUNCEMENT_CALL_ID,
	SARA_A_ANNOUNCEMENT_EVENT,

	__SARA_A_ANNOUNCEMENT_MAX
};
#define SARA_A_ANNOUNCEMENT_MAX (__SARA_A_ANNOUNCEMENT_MAX - 1)

enum {
	SARA_A_STATS_PAD = 1,
	SARA_A_STATS_SESSIONS,
	SARA_A_STATS_FLOWS,
	SARA_A_STATS_ANNOUNCEMENTS,
	SARA_A_STATS_HITS,
	SARA_A_STATS_PROMOTED,
	SARA_A_STATS_PLACED,
	SARA_A_STATS_FORWARDED,
	SARA_A_STATS_FORWARDED_BYTES,
	SARA_A_STATS_UNSHARED,
	SARA_A_STATS_PASS_OTHER,
	SARA_A_STATS_PASS_MALFORMED,
	SARA_A_STATS_PASS_FRAGMENT,
	SARA_A_STATS_PASS_NO_SESSION,
	SARA_A_STATS_PASS_NO_SERVICE,
	SARA_A_STATS_DROP_UNANNOUNCED,
	SARA_A_STATS_DROP_NO_NODE,
	SARA_A_STATS_DROP_NODE_DOWN,
	SARA_A_STATS_DROP_SESSIONS_FULL,
	SARA_A_STATS_DROP_FLOWS_FULL,
	SARA_A_STATS_DROP_NO_MEMORY,
	SARA_A_STATS_DROP_TOO_BIG,
	SARA_A_STATS_DROP_XMIT,
	SARA_A_STATS_ANNOUNCED,
	SARA_A_STATS_ANNOUNCE_CONFLICTS,
	SARA_A_STATS_ANNOUNCE_FULL,
	SARA_A_STATS_ANNOUNCE_EXPIRED,
	SARA_A_STATS_ENDED_IDLE,
	SARA_A_STATS_ENDED_CLOSED,
	SARA_A_STATS_ENDED_FINISHED,
	SARA_A_STATS_ENDED_EXPIRED,
	SARA_A_STATS_ENDED_DELETED,
	SARA_A_STATS_ENDED_RECLAIMED,
	SARA_A_STATS_INSPECT_COPIED,
	SARA_A_STATS_INSPECT_LOST_UNBOUND,
	SARA_A_STATS_INSPECT_LOST_RATE,
	SARA_A_STATS_INSPECT_LOST_BUFFER,
	SARA_A_STATS_EVENTS_LOST,
	SARA_A_STATS_EARLY_HELD,
	SARA_A_STATS_EARLY_FORWARDED,
	SARA_A_STATS_EARLY_FULL,
	SARA_A_STATS_JOINED,
	SARA_A_STATS_TCP_IMPLAUSIBLE,
	SARA_A_STATS_TCP_SYN_LIVE,
	SARA_A_STATS_ICMP_FORWARDED,
	SARA_A_STATS_PASS_ICMP,
	SARA_A_STATS_DROP_NO_CALL_ID,
	SARA_A_STATS_PASS_NO_CALL_ID,
	SARA_A_STATS_FRAGMENTS,
	SARA_A_STATS_REASSEMBLED,
	SARA_A_STATS_REASSEMBLY_REFUSED,
	SARA_A_STATS_REASSEMBLY_FULL,
	SARA_A_STATS_HOLD_HELD,
	SARA_A_STATS_HOLD_RELEASED,
	SARA_A_STATS_HOLD_EXPIRED,
	SARA_A_STATS_HOLD_FLUSHED,
	SARA_A_STATS_HOLD_DROPPED,
	SARA_A_STATS_HOLD_FULL,
	SARA_A_STATS_OFFERED,
	SARA_A_STATS_REFUSED_LOAD,
	SARA_A_STATS_REFUSED_NO_NODE,
	SARA_A_STATS_REFUSED_FULL,
	SARA_A_STATS_REFUSED_NOW,
	SARA_A_STATS_REFUSED_FORGOTTEN,
	SARA_A_STATS_DROP_REFUSED,
	SARA_A_STATS_REFUSE_RESET,
	SARA_A_STATS_REFUSE_BUSY,
	SARA_A_STATS_REFUSE_LIMITED,
	SARA_A_STATS_REFUSE_FAILED,
	SARA_A_STATS_DROP_THINNED,
	SARA_A_STATS_DROP_OVERLOAD,
	SARA_A_STATS_PLACED_STALE,
	SARA_A_STATS_RESTORED,
	SARA_A_STATS_RESTORE_CONFLICTS,
	SARA_A_STATS_RESTORE_FULL,
	SARA_A_STATS_SYNC_HELD,
	SARA_A_STATS_SYNC_RELEASED,
	SARA_A_STATS_SYNC_EXPIRED,
	SARA_A_STATS_SYNC_FLUSHED,
	SARA_A_STATS_SYNC_FULL,
	SARA_A_STATS_SYNC_DROPPED,
	SARA_A_STATS_SEEN,

	__SARA_A_STATS_MAX
};
#define SARA_A_STATS_MAX (__SARA_A_STATS_MAX - 1)

enum {
	SARA_A_SCORE_NODE = 1,
	SARA_A_SCORE_SCORE,
	SARA_A_SCORE_COST,
	SARA_A_SCORE_PENDING,

	__SARA_A_SCORE_MAX
};
#define SARA_A_SCORE_MAX (__SARA_A_SCORE_MAX - 1)

enum {
	SARA_A_POLICY_PAD = 1,
	SARA_A_POLICY_EPOCH,
	SARA_A_POLICY_VALID,
	SARA_A_POLICY_SCORE,
	SARA_A_POLICY_LOAD,
	SARA_A_POLICY_COST,
	SARA_A_POLICY_T1,
	SARA_A_POLICY_T2,
	SARA_A_POLICY_T3,
	SARA_A_POLICY_C,
	SARA_A_POLICY_AGE,
	SARA_A_POLICY_STALE,
	SARA_A_POLICY_NODES,
	SARA_A_POLICY_PLACED,
	SARA_A_POLICY_LOAD_NOW,
	SARA_A_POLICY_P_NEW,
	SARA_A_POLICY_P_EST,
	SARA_A_POLICY_PENDING,

	__SARA_A_POLICY_MAX
};
#define SARA_A_POLICY_MAX (__SARA_A_POLICY_MAX - 1)

enum {
	SARA_A_INSPECT_PAD = 1,
	SARA_A_INSPECT_SESSION,
	SARA_A_INSPECT_SERVICE,
	SARA_A_INSPECT_APP,
	SARA_A_INSPECT_SENDER,
	SARA_A_INSPECT_TUPLE,
	SARA_A_INSPECT_TCP_SEQ,
	SARA_A_INSPECT_TCP_FLAGS,
	SARA_A_INSPECT_LOST,
	SARA_A_INSPECT_PAYLOAD,
	SARA_A_INSPECT_CALL_ID,
	SARA_A_INSPECT_HOLD,
	SARA_A_INSPECT_HOLD_TIME,
	SARA_A_INSPECT_HOLD_PACKETS,
	SARA_A_INSPECT_REFUSED,
	SARA_A_INSPECT_MAC,

	__SARA_A_INSPECT_MAX
};
#define SARA_A_INSPECT_MAX (__SARA_A_INSPECT_MAX - 1)

enum {
	SARA_A_REFUSAL_PAD = 1,
	SARA_A_REFUSAL_TUPLE,
	SARA_A_REFUSAL_CALL_ID,
	SARA_A_REFUSAL_SERVICE,
	SARA_A_REFUSAL_AGE,
	SARA_A_REFUSAL_LEFT,
	SARA_A_REFUSAL_EPOCH,
	SARA_A_REFUSAL_PLACED,
	SARA_A_REFUSAL_LOAD,
	SARA_A_REFUSAL_P_NEW,

	__SARA_A_REFUSAL_MAX
};
#define SARA_A_REFUSAL_MAX (__SARA_A_REFUSAL_MAX - 1)

enum sara_cmd {
	SARA_CMD_CONFIG_GET = 1,
	SARA_CMD_CONFIG_SET,
	SARA_CMD_DEV_NEW,
	SARA_CMD_DEV_DEL,
	SARA_CMD_DEV_GET,
	SARA_CMD_SERVICE_NEW,
	SARA_CMD_SERVICE_SET,
	SARA_CMD_SERVICE_DEL,
	SARA_CMD_SERVICE_GET,
	SARA_CMD_NODE_NEW,
	SARA_CMD_NODE_SET,
	SARA_CMD_NODE_DEL,
	SARA_CMD_NODE_GET,
	SARA_CMD_SESSION_SET,
	SARA_CMD_SESSION_DEL,
	SARA_CMD_SESSION_GET,
	SARA_CMD_FLOW_GET,
	SARA_CMD_ANNOUNCE_NEW,
	SARA_CMD_ANNOUNCE_DEL,
	SARA_CMD_ANNOUNCE_GET,
	SARA_CMD_STATS_GET,
	SARA_CMD_INSPECT_BIND,
	SARA_CMD_INSPECT_NTF,
	SARA_CMD_DEV_NTF,
	SARA_CMD_SERVICE_NTF,
	SARA_CMD_NODE_NTF,
	SARA_CMD_SESSION_NTF,
	SARA_CMD_FLOW_NTF,
	SARA_CMD_INSPECT_RELEASE,
	SARA_CMD_POLICY_SET,
	SARA_CMD_POLICY_DEL,
	SARA_CMD_POLICY_GET,
	SARA_CMD_REFUSED_GET,
	SARA_CMD_SESSION_RESTORE,
	SARA_CMD_FLOW_RESTORE,
	SARA_CMD_FLOW_DEL,
	SARA_CMD_ANNOUNCE_NTF,
	SARA_CMD_SESSION_SYNC,
	SARA_CMD_SESSION_RELEASE,
	SARA_CMD_SESSION_SEEN,

	__SARA_CMD_MAX
};
#define SARA_CMD_MAX (__SARA_CMD_MAX - 1)

#define SARA_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_SARA_H */
