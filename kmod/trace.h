/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints (sara:*): what is told to userspace by events, and what is
 * dropped. None is on the way of a packet that is forwarded.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sara

#if !defined(_SARA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SARA_TRACE_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/tracepoint.h>

#include "call.h"
#include "node.h"
#include "sara.h"
#include "service.h"
#include "session.h"

#ifndef SARA_TRACE_ONCE
#define SARA_TRACE_ONCE

/* An endpoint as %pISpc prints it. */
static inline void sara_trace_endpoint(u8 *to, u8 family,
				       const struct in6_addr *addr, __be16 port)
{
	struct sockaddr_in6 six = {
		.sin6_family	= AF_INET6,
		.sin6_port	= port,
		.sin6_addr	= *addr,
	};
	struct sockaddr_in four = {
		.sin_family	= AF_INET,
		.sin_port	= port,
		.sin_addr	= { addr->s6_addr32[0] },
	};

	memset(to, 0, sizeof(six));
	if (family == AF_INET)
		memcpy(to, &four, sizeof(four));
	else
		memcpy(to, &six, sizeof(six));
}

static inline void sara_trace_source(u8 *to, const struct sara_key *key)
{
	sara_trace_endpoint(to, key->family, &key->src, key->sport);
}

static inline void sara_trace_destination(u8 *to, const struct sara_key *key)
{
	sara_trace_endpoint(to, key->family, &key->dst, key->dport);
}

static inline void sara_trace_name(char to[SARA_NAME_MAX + 1], const char *name)
{
	strscpy(to, name, SARA_NAME_MAX + 1);
}

#define sara_show_event(event)				\
	__print_symbolic(event,				\
			 { SARA_EVENT_CREATED, "created" },	\
			 { SARA_EVENT_CHANGED, "changed" },	\
			 { SARA_EVENT_DELETED, "deleted" },	\
			 { SARA_EVENT_PROMOTED, "promoted" },	\
			 { SARA_EVENT_REFUSED, "refused" })

#define sara_show_end(end)					\
	__print_symbolic(end,					\
			 { 0, "-" },				\
			 { SARA_END_IDLE, "idle" },		\
			 { SARA_END_CLOSED, "closed" },		\
			 { SARA_END_FINISHED, "finished" },	\
			 { SARA_END_EXPIRED, "expired" },	\
			 { SARA_END_DELETED, "deleted" },	\
			 { SARA_END_NODE_DELETED, "node-deleted" }, \
			 { SARA_END_SERVICE_DELETED, "service-deleted" }, \
			 { SARA_END_RECLAIMED, "reclaimed" })

#define sara_show_identity(identity)				\
	__print_symbolic(identity,				\
			 { SARA_IDENTITY_SIGNALLING, "signalling" }, \
			 { SARA_IDENTITY_ANNOUNCED, "announced" },	\
			 { SARA_IDENTITY_SECONDARY, "secondary" })

#define sara_show_proto(proto)					\
	__print_symbolic(proto, { IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" })

/* As the counters are called. */
#define sara_show_drop(reason)						\
	__print_symbolic(reason,					\
			 { SARA_A_STATS_DROP_UNANNOUNCED, "unannounced" }, \
			 { SARA_A_STATS_DROP_NO_NODE, "no-node" },	\
			 { SARA_A_STATS_DROP_NODE_DOWN, "node-down" },	\
			 { SARA_A_STATS_DROP_SESSIONS_FULL, "sessions-full" }, \
			 { SARA_A_STATS_DROP_FLOWS_FULL, "flows-full" }, \
			 { SARA_A_STATS_DROP_NO_MEMORY, "no-memory" },	\
			 { SARA_A_STATS_DROP_TOO_BIG, "too-big" },	\
			 { SARA_A_STATS_DROP_NO_CALL_ID, "no-call-id" }, \
			 { SARA_A_STATS_DROP_REFUSED, "refused" },	\
			 { SARA_A_STATS_DROP_THINNED, "thinned" },	\
			 { SARA_A_STATS_DROP_OVERLOAD, "overload" },	\
			 { SARA_A_STATS_SYNC_DROPPED, "sync" })

#endif /* SARA_TRACE_ONCE */

TRACE_EVENT(sara_drop,
	    TP_PROTO(const struct sara_key *key, int reason),

	    TP_ARGS(key, reason),

	    TP_STRUCT__entry(__field(int, reason)
			     __field(u8, proto)
			     __array(u8, src, sizeof(struct sockaddr_in6))
			     __array(u8, dst, sizeof(struct sockaddr_in6))),

	    TP_fast_assign(__entry->reason = reason;
			   __entry->proto = key->proto;
			   sara_trace_source(__entry->src, key);
			   sara_trace_destination(__entry->dst, key);),

	    TP_printk("%s %s %pISpc > %pISpc", sara_show_drop(__entry->reason),
		      sara_show_proto(__entry->proto), __entry->src, __entry->dst)
);

TRACE_EVENT(sara_session,
	    TP_PROTO(const struct sara_session *session, int event, int end),

	    TP_ARGS(session, event, end),

	    TP_STRUCT__entry(__field(u64, id)
			     __field(int, event)
			     __field(int, end)
			     __array(char, service, SARA_NAME_MAX + 1)
			     __array(char, node, SARA_NAME_MAX + 1)),

	    TP_fast_assign(__entry->id = session->id;
			   __entry->event = event;
			   __entry->end = event == SARA_EVENT_DELETED ? end : 0;
			   sara_trace_name(__entry->service, session->service->name);
			   sara_trace_name(__entry->node, session->node->name);),

	    TP_printk("%s session %llu service %s node %s end %s",
		      sara_show_event(__entry->event), __entry->id,
		      __entry->service, __entry->node, sara_show_end(__entry->end))
);

TRACE_EVENT(sara_flow,
	    TP_PROTO(const struct sara_flow *flow, int event),

	    TP_ARGS(flow, event),

	    TP_STRUCT__entry(__field(u64, session)
			     __field(int, event)
			     __field(u8, identity)
			     __field(u8, proto)
			     __array(u8, src, sizeof(struct sockaddr_in6))
			     __array(u8, dst, sizeof(struct sockaddr_in6))),

	    TP_fast_assign(const struct sara_key *key = sara_flow_tuple(flow);

			   __entry->session = flow->session->id;
			   __entry->event = event;
			   __entry->identity = flow->identity;
			   __entry->proto = key->proto;
			   sara_trace_source(__entry->src, key);
			   sara_trace_destination(__entry->dst, key);),

	    TP_printk("%s session %llu %s %s %pISpc > %pISpc",
		      sara_show_event(__entry->event), __entry->session,
		      sara_show_identity(__entry->identity),
		      sara_show_proto(__entry->proto), __entry->src, __entry->dst)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
