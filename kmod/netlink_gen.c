// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	include/netlink/specs/sara.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/sara.h>

/* Common nested types */
const struct nla_policy sara_past_nl_policy[SARA_A_PAST_TCP_END + 1] = {
	[SARA_A_PAST_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_PAST_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
	[SARA_A_PAST_IDENTITY] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[SARA_A_PAST_FORM] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[SARA_A_PAST_STATUS] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[SARA_A_PAST_ESTABLISHED] = { .type = NLA_FLAG, },
	[SARA_A_PAST_IDLE] = { .type = NLA_U64, },
	[SARA_A_PAST_PACKETS] = { .type = NLA_U64, },
	[SARA_A_PAST_BYTES] = { .type = NLA_U64, },
	[SARA_A_PAST_TCP_END] = { .type = NLA_U32, },
};

const struct nla_policy sara_score_nl_policy[SARA_A_SCORE_PENDING + 1] = {
	[SARA_A_SCORE_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SCORE_SCORE] = { .type = NLA_U32, },
	[SARA_A_SCORE_COST] = { .type = NLA_U32, },
	[SARA_A_SCORE_PENDING] = { .type = NLA_S32, },
};

const struct nla_policy sara_tuple_nl_policy[SARA_A_TUPLE_PROTO + 1] = {
	[SARA_A_TUPLE_SRC] = { .type = NLA_BINARY, },
	[SARA_A_TUPLE_SPORT] = { .type = NLA_U16, },
	[SARA_A_TUPLE_DST] = { .type = NLA_BINARY, },
	[SARA_A_TUPLE_DPORT] = { .type = NLA_U16, },
	[SARA_A_TUPLE_PROTO] = { .type = NLA_U8, },
};

/* SARA_CMD_CONFIG_GET - do */
const struct nla_policy sara_config_get_nl_policy[SARA_A_CONFIG_ABI_VERSION + 1] = {
	[SARA_A_CONFIG_ABI_VERSION] = { .type = NLA_U32, },
};

/* SARA_CMD_CONFIG_SET - do */
const struct nla_policy sara_config_set_nl_policy[SARA_A_CONFIG_STANDBY_TIME + 1] = {
	[SARA_A_CONFIG_MAX_SESSIONS] = NLA_POLICY_MIN(NLA_U32, 1),
	[SARA_A_CONFIG_MAX_FLOWS] = NLA_POLICY_MIN(NLA_U32, 1),
	[SARA_A_CONFIG_MAX_ANNOUNCEMENTS] = NLA_POLICY_MIN(NLA_U32, 1),
	[SARA_A_CONFIG_TCP_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1000),
	[SARA_A_CONFIG_CLOSING_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 100),
	[SARA_A_CONFIG_PURGE_INTERVAL] = NLA_POLICY_MIN(NLA_U32, 100),
	[SARA_A_CONFIG_INSPECT_RATE] = { .type = NLA_U32, },
	[SARA_A_CONFIG_EARLY_TIME] = NLA_POLICY_MAX(NLA_U32, 10000),
	[SARA_A_CONFIG_EARLY_PACKETS] = { .type = NLA_U32, },
	[SARA_A_CONFIG_MAX_REFUSED] = { .type = NLA_U32, },
	[SARA_A_CONFIG_REFUSED_TIME] = NLA_POLICY_MIN(NLA_U32, 100),
	[SARA_A_CONFIG_REFUSE_RATE] = { .type = NLA_U32, },
	[SARA_A_CONFIG_STANDBY_TIME] = { .type = NLA_U32, },
};

/* SARA_CMD_DEV_NEW - do */
const struct nla_policy sara_dev_new_nl_policy[SARA_A_DEV_MODE + 1] = {
	[SARA_A_DEV_IFINDEX] = { .type = NLA_U32, },
	[SARA_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[SARA_A_DEV_MODE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
};

/* SARA_CMD_DEV_DEL - do */
const struct nla_policy sara_dev_del_nl_policy[SARA_A_DEV_NAME + 1] = {
	[SARA_A_DEV_IFINDEX] = { .type = NLA_U32, },
	[SARA_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* SARA_CMD_DEV_GET - do */
const struct nla_policy sara_dev_get_nl_policy[SARA_A_DEV_NAME + 1] = {
	[SARA_A_DEV_IFINDEX] = { .type = NLA_U32, },
	[SARA_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* SARA_CMD_SERVICE_NEW - do */
const struct nla_policy sara_service_new_nl_policy[SARA_A_SERVICE_REFUSE + 1] = {
	[SARA_A_SERVICE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SERVICE_ADDR] = { .type = NLA_BINARY, },
	[SARA_A_SERVICE_PROTO] = { .type = NLA_U8, },
	[SARA_A_SERVICE_PORT] = { .type = NLA_U16, },
	[SARA_A_SERVICE_PORT_LAST] = { .type = NLA_U16, },
	[SARA_A_SERVICE_APP] = NLA_POLICY_MAX(NLA_U32, 3),
	[SARA_A_SERVICE_KEY] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[SARA_A_SERVICE_SCHEDULER] = { .type = NLA_NUL_STRING, .len = 15, },
	[SARA_A_SERVICE_FLOW_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1000),
	[SARA_A_SERVICE_NODE] = { .type = NLA_STRING, .len = 31, },
	[SARA_A_SERVICE_NO_CALL_ID] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[SARA_A_SERVICE_ADMISSION] = NLA_POLICY_MAX(NLA_U32, 1),
	[SARA_A_SERVICE_REFUSE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
};

/* SARA_CMD_SERVICE_SET - do */
const struct nla_policy sara_service_set_nl_policy[SARA_A_SERVICE_REFUSE + 1] = {
	[SARA_A_SERVICE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SERVICE_SCHEDULER] = { .type = NLA_NUL_STRING, .len = 15, },
	[SARA_A_SERVICE_FLOW_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1000),
	[SARA_A_SERVICE_NODE] = { .type = NLA_STRING, .len = 31, },
	[SARA_A_SERVICE_ALL_NODES] = { .type = NLA_FLAG, },
	[SARA_A_SERVICE_NO_CALL_ID] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[SARA_A_SERVICE_ADMISSION] = NLA_POLICY_MAX(NLA_U32, 1),
	[SARA_A_SERVICE_REFUSE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
};

/* SARA_CMD_SERVICE_DEL - do */
const struct nla_policy sara_service_del_nl_policy[SARA_A_SERVICE_FORCE + 1] = {
	[SARA_A_SERVICE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SERVICE_FORCE] = { .type = NLA_FLAG, },
};

/* SARA_CMD_SERVICE_GET - do */
const struct nla_policy sara_service_get_nl_policy[SARA_A_SERVICE_NAME + 1] = {
	[SARA_A_SERVICE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* SARA_CMD_NODE_NEW - do */
const struct nla_policy sara_node_new_nl_policy[SARA_A_NODE_HEALTH + 1] = {
	[SARA_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_NODE_ADDR] = { .type = NLA_BINARY, },
	[SARA_A_NODE_IFINDEX] = { .type = NLA_U32, },
	[SARA_A_NODE_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[SARA_A_NODE_MAC] = NLA_POLICY_EXACT_LEN(6),
	[SARA_A_NODE_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[SARA_A_NODE_WEIGHT] = { .type = NLA_U32, },
	[SARA_A_NODE_MAX_SESSIONS] = { .type = NLA_U32, },
	[SARA_A_NODE_HEALTH] = NLA_POLICY_MAX(NLA_U32, 5),
};

/* SARA_CMD_NODE_SET - do */
const struct nla_policy sara_node_set_nl_policy[SARA_A_NODE_HEALTH + 1] = {
	[SARA_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_NODE_ADDR] = { .type = NLA_BINARY, },
	[SARA_A_NODE_IFINDEX] = { .type = NLA_U32, },
	[SARA_A_NODE_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[SARA_A_NODE_MAC] = NLA_POLICY_EXACT_LEN(6),
	[SARA_A_NODE_MAC_RESOLVED] = { .type = NLA_FLAG, },
	[SARA_A_NODE_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[SARA_A_NODE_WEIGHT] = { .type = NLA_U32, },
	[SARA_A_NODE_MAX_SESSIONS] = { .type = NLA_U32, },
	[SARA_A_NODE_HEALTH] = NLA_POLICY_MAX(NLA_U32, 5),
};

/* SARA_CMD_NODE_DEL - do */
const struct nla_policy sara_node_del_nl_policy[SARA_A_NODE_FORCE + 1] = {
	[SARA_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_NODE_FORCE] = { .type = NLA_FLAG, },
};

/* SARA_CMD_NODE_GET - do */
const struct nla_policy sara_node_get_nl_policy[SARA_A_NODE_NAME + 1] = {
	[SARA_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = 31, },
};

/* SARA_CMD_SESSION_SET - do */
const struct nla_policy sara_session_set_nl_policy[SARA_A_SESSION_STANDBY + 1] = {
	[SARA_A_SESSION_ID] = { .type = NLA_U64, },
	[SARA_A_SESSION_LABEL] = { .type = NLA_NUL_STRING, .len = 127, },
	[SARA_A_SESSION_LIFETIME] = { .type = NLA_U32, },
	[SARA_A_SESSION_LINGER] = { .type = NLA_U32, },
	[SARA_A_SESSION_OWN] = { .type = NLA_FLAG, },
	[SARA_A_SESSION_STANDBY] = { .type = NLA_FLAG, },
};

/* SARA_CMD_SESSION_DEL - do */
const struct nla_policy sara_session_del_nl_policy[SARA_A_SESSION_STANDBY + 1] = {
	[SARA_A_SESSION_ID] = { .type = NLA_U64, },
	[SARA_A_SESSION_SERVICE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_ALL] = { .type = NLA_FLAG, },
	[SARA_A_SESSION_STANDBY] = { .type = NLA_FLAG, },
};

/* SARA_CMD_SESSION_GET - do */
const struct nla_policy sara_session_get_nl_policy[SARA_A_SESSION_CALL_ID + 1] = {
	[SARA_A_SESSION_ID] = { .type = NLA_U64, },
	[SARA_A_SESSION_SERVICE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* SARA_CMD_FLOW_GET - do */
const struct nla_policy sara_flow_get_nl_policy[SARA_A_FLOW_CALL_ID + 1] = {
	[SARA_A_FLOW_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_FLOW_SESSION] = { .type = NLA_U64, },
	[SARA_A_FLOW_SERVICE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_FLOW_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_FLOW_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* SARA_CMD_ANNOUNCE_NEW - do */
const struct nla_policy sara_announce_new_nl_policy[SARA_A_ANNOUNCEMENT_PROMOTIONS + 1] = {
	[SARA_A_ANNOUNCEMENT_SESSION] = { .type = NLA_U64, },
	[SARA_A_ANNOUNCEMENT_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_ANNOUNCEMENT_TAG] = { .type = NLA_U64, },
	[SARA_A_ANNOUNCEMENT_TTL] = { .type = NLA_U32, },
	[SARA_A_ANNOUNCEMENT_PROMOTIONS] = { .type = NLA_U32, },
};

/* SARA_CMD_ANNOUNCE_DEL - do */
const struct nla_policy sara_announce_del_nl_policy[SARA_A_ANNOUNCEMENT_TAG + 1] = {
	[SARA_A_ANNOUNCEMENT_SESSION] = { .type = NLA_U64, },
	[SARA_A_ANNOUNCEMENT_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_ANNOUNCEMENT_TAG] = { .type = NLA_U64, },
};

/* SARA_CMD_ANNOUNCE_GET - do */
const struct nla_policy sara_announce_get_nl_policy[SARA_A_ANNOUNCEMENT_CALL_ID + 1] = {
	[SARA_A_ANNOUNCEMENT_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_ANNOUNCEMENT_SESSION] = { .type = NLA_U64, },
	[SARA_A_ANNOUNCEMENT_SERVICE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_ANNOUNCEMENT_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_ANNOUNCEMENT_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* SARA_CMD_STATS_GET - do */
const struct nla_policy sara_stats_get_nl_policy[SARA_A_STATS_PAD + 1] = {
};

/* SARA_CMD_INSPECT_BIND - do */
const struct nla_policy sara_inspect_bind_nl_policy[SARA_A_INSPECT_HOLD_PACKETS + 1] = {
	[SARA_A_INSPECT_HOLD_TIME] = NLA_POLICY_MAX(NLA_U32, 10000),
	[SARA_A_INSPECT_HOLD_PACKETS] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* SARA_CMD_INSPECT_RELEASE - do */
const struct nla_policy sara_inspect_release_nl_policy[SARA_A_INSPECT_HOLD + 1] = {
	[SARA_A_INSPECT_HOLD] = { .type = NLA_U64, },
};

/* SARA_CMD_POLICY_SET - do */
const struct nla_policy sara_policy_set_nl_policy[SARA_A_POLICY_C + 1] = {
	[SARA_A_POLICY_EPOCH] = { .type = NLA_U64, },
	[SARA_A_POLICY_VALID] = NLA_POLICY_MIN(NLA_U32, 100),
	[SARA_A_POLICY_SCORE] = NLA_POLICY_NESTED(sara_score_nl_policy),
	[SARA_A_POLICY_LOAD] = { .type = NLA_U32, },
	[SARA_A_POLICY_COST] = { .type = NLA_U32, },
	[SARA_A_POLICY_T1] = { .type = NLA_U32, },
	[SARA_A_POLICY_T2] = { .type = NLA_U32, },
	[SARA_A_POLICY_T3] = { .type = NLA_U32, },
	[SARA_A_POLICY_C] = { .type = NLA_U32, },
};

/* SARA_CMD_POLICY_DEL - do */
const struct nla_policy sara_policy_del_nl_policy[SARA_A_POLICY_PAD + 1] = {
};

/* SARA_CMD_POLICY_GET - do */
const struct nla_policy sara_policy_get_nl_policy[SARA_A_POLICY_PAD + 1] = {
};

/* SARA_CMD_REFUSED_GET - do */
const struct nla_policy sara_refused_get_nl_policy[SARA_A_REFUSAL_CALL_ID + 1] = {
	[SARA_A_REFUSAL_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_REFUSAL_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* SARA_CMD_SESSION_RESTORE - do */
const struct nla_policy sara_session_restore_nl_policy[SARA_A_SESSION_FLOW + 1] = {
	[SARA_A_SESSION_SERVICE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_NODE] = { .type = NLA_NUL_STRING, .len = 31, },
	[SARA_A_SESSION_LABEL] = { .type = NLA_NUL_STRING, .len = 127, },
	[SARA_A_SESSION_LIFETIME] = { .type = NLA_U32, },
	[SARA_A_SESSION_LINGER] = { .type = NLA_U32, },
	[SARA_A_SESSION_AGE] = { .type = NLA_U64, },
	[SARA_A_SESSION_PACKETS] = { .type = NLA_U64, },
	[SARA_A_SESSION_BYTES] = { .type = NLA_U64, },
	[SARA_A_SESSION_SOURCE] = { .type = NLA_BINARY, },
	[SARA_A_SESSION_FLOW] = NLA_POLICY_NESTED(sara_past_nl_policy),
};

/* SARA_CMD_FLOW_RESTORE - do */
const struct nla_policy sara_flow_restore_nl_policy[SARA_A_FLOW_PAST + 1] = {
	[SARA_A_FLOW_SESSION] = { .type = NLA_U64, },
	[SARA_A_FLOW_PAST] = NLA_POLICY_NESTED(sara_past_nl_policy),
};

/* SARA_CMD_FLOW_DEL - do */
const struct nla_policy sara_flow_del_nl_policy[SARA_A_FLOW_CALL_ID + 1] = {
	[SARA_A_FLOW_SESSION] = { .type = NLA_U64, },
	[SARA_A_FLOW_TUPLE] = NLA_POLICY_NESTED(sara_tuple_nl_policy),
	[SARA_A_FLOW_CALL_ID] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* SARA_CMD_SESSION_SYNC - do */
const struct nla_policy sara_session_sync_nl_policy[SARA_A_SESSION_SYNC_ORPHANS + 1] = {
	[SARA_A_SESSION_SYNC_TIME] = NLA_POLICY_MAX(NLA_U32, 10000),
	[SARA_A_SESSION_SYNC_PACKETS] = NLA_POLICY_MIN(NLA_U32, 1),
	[SARA_A_SESSION_SYNC_STRICT] = { .type = NLA_FLAG, },
	[SARA_A_SESSION_SYNC_ORPHANS] = { .type = NLA_FLAG, },
};

/* SARA_CMD_SESSION_RELEASE - do */
const struct nla_policy sara_session_release_nl_policy[SARA_A_SESSION_ID + 1] = {
	[SARA_A_SESSION_ID] = { .type = NLA_U64, },
};

/* SARA_CMD_SESSION_SEEN - do */
const struct nla_policy sara_session_seen_nl_policy[SARA_A_SESSION_MAC + 1] = {
	[SARA_A_SESSION_FLOW] = NLA_POLICY_NESTED(sara_past_nl_policy),
	[SARA_A_SESSION_MAC] = NLA_POLICY_EXACT_LEN(6),
};

/* Ops table for sara */
const struct genl_ops sara_nl_ops[33] = {
	{
		.cmd		= SARA_CMD_CONFIG_GET,
		.doit		= sara_nl_config_get_doit,
		.policy		= sara_config_get_nl_policy,
		.maxattr	= SARA_A_CONFIG_ABI_VERSION,
	},
	{
		.cmd		= SARA_CMD_CONFIG_SET,
		.doit		= sara_nl_config_set_doit,
		.policy		= sara_config_set_nl_policy,
		.maxattr	= SARA_A_CONFIG_STANDBY_TIME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_DEV_NEW,
		.doit		= sara_nl_dev_new_doit,
		.policy		= sara_dev_new_nl_policy,
		.maxattr	= SARA_A_DEV_MODE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_DEV_DEL,
		.doit		= sara_nl_dev_del_doit,
		.policy		= sara_dev_del_nl_policy,
		.maxattr	= SARA_A_DEV_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_DEV_GET,
		.doit		= sara_nl_dev_get_doit,
		.dumpit		= sara_nl_dev_get_dumpit,
		.policy		= sara_dev_get_nl_policy,
		.maxattr	= SARA_A_DEV_NAME,
	},
	{
		.cmd		= SARA_CMD_SERVICE_NEW,
		.doit		= sara_nl_service_new_doit,
		.policy		= sara_service_new_nl_policy,
		.maxattr	= SARA_A_SERVICE_REFUSE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SERVICE_SET,
		.doit		= sara_nl_service_set_doit,
		.policy		= sara_service_set_nl_policy,
		.maxattr	= SARA_A_SERVICE_REFUSE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SERVICE_DEL,
		.doit		= sara_nl_service_del_doit,
		.policy		= sara_service_del_nl_policy,
		.maxattr	= SARA_A_SERVICE_FORCE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SERVICE_GET,
		.doit		= sara_nl_service_get_doit,
		.dumpit		= sara_nl_service_get_dumpit,
		.policy		= sara_service_get_nl_policy,
		.maxattr	= SARA_A_SERVICE_NAME,
	},
	{
		.cmd		= SARA_CMD_NODE_NEW,
		.doit		= sara_nl_node_new_doit,
		.policy		= sara_node_new_nl_policy,
		.maxattr	= SARA_A_NODE_HEALTH,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_NODE_SET,
		.doit		= sara_nl_node_set_doit,
		.policy		= sara_node_set_nl_policy,
		.maxattr	= SARA_A_NODE_HEALTH,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_NODE_DEL,
		.doit		= sara_nl_node_del_doit,
		.policy		= sara_node_del_nl_policy,
		.maxattr	= SARA_A_NODE_FORCE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_NODE_GET,
		.doit		= sara_nl_node_get_doit,
		.dumpit		= sara_nl_node_get_dumpit,
		.policy		= sara_node_get_nl_policy,
		.maxattr	= SARA_A_NODE_NAME,
	},
	{
		.cmd		= SARA_CMD_SESSION_SET,
		.doit		= sara_nl_session_set_doit,
		.policy		= sara_session_set_nl_policy,
		.maxattr	= SARA_A_SESSION_STANDBY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_DEL,
		.doit		= sara_nl_session_del_doit,
		.policy		= sara_session_del_nl_policy,
		.maxattr	= SARA_A_SESSION_STANDBY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_GET,
		.doit		= sara_nl_session_get_doit,
		.dumpit		= sara_nl_session_get_dumpit,
		.policy		= sara_session_get_nl_policy,
		.maxattr	= SARA_A_SESSION_CALL_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_FLOW_GET,
		.doit		= sara_nl_flow_get_doit,
		.dumpit		= sara_nl_flow_get_dumpit,
		.policy		= sara_flow_get_nl_policy,
		.maxattr	= SARA_A_FLOW_CALL_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_ANNOUNCE_NEW,
		.doit		= sara_nl_announce_new_doit,
		.policy		= sara_announce_new_nl_policy,
		.maxattr	= SARA_A_ANNOUNCEMENT_PROMOTIONS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_ANNOUNCE_DEL,
		.doit		= sara_nl_announce_del_doit,
		.policy		= sara_announce_del_nl_policy,
		.maxattr	= SARA_A_ANNOUNCEMENT_TAG,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_ANNOUNCE_GET,
		.doit		= sara_nl_announce_get_doit,
		.dumpit		= sara_nl_announce_get_dumpit,
		.policy		= sara_announce_get_nl_policy,
		.maxattr	= SARA_A_ANNOUNCEMENT_CALL_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_STATS_GET,
		.doit		= sara_nl_stats_get_doit,
		.policy		= sara_stats_get_nl_policy,
		.maxattr	= SARA_A_STATS_PAD,
	},
	{
		.cmd		= SARA_CMD_INSPECT_BIND,
		.doit		= sara_nl_inspect_bind_doit,
		.policy		= sara_inspect_bind_nl_policy,
		.maxattr	= SARA_A_INSPECT_HOLD_PACKETS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_INSPECT_RELEASE,
		.doit		= sara_nl_inspect_release_doit,
		.policy		= sara_inspect_release_nl_policy,
		.maxattr	= SARA_A_INSPECT_HOLD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_POLICY_SET,
		.doit		= sara_nl_policy_set_doit,
		.policy		= sara_policy_set_nl_policy,
		.maxattr	= SARA_A_POLICY_C,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_POLICY_DEL,
		.doit		= sara_nl_policy_del_doit,
		.policy		= sara_policy_del_nl_policy,
		.maxattr	= SARA_A_POLICY_PAD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_POLICY_GET,
		.doit		= sara_nl_policy_get_doit,
		.dumpit		= sara_nl_policy_get_dumpit,
		.policy		= sara_policy_get_nl_policy,
		.maxattr	= SARA_A_POLICY_PAD,
	},
	{
		.cmd		= SARA_CMD_REFUSED_GET,
		.doit		= sara_nl_refused_get_doit,
		.policy		= sara_refused_get_nl_policy,
		.maxattr	= SARA_A_REFUSAL_CALL_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_RESTORE,
		.doit		= sara_nl_session_restore_doit,
		.policy		= sara_session_restore_nl_policy,
		.maxattr	= SARA_A_SESSION_FLOW,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_FLOW_RESTORE,
		.doit		= sara_nl_flow_restore_doit,
		.policy		= sara_flow_restore_nl_policy,
		.maxattr	= SARA_A_FLOW_PAST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_FLOW_DEL,
		.doit		= sara_nl_flow_del_doit,
		.policy		= sara_flow_del_nl_policy,
		.maxattr	= SARA_A_FLOW_CALL_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_SYNC,
		.doit		= sara_nl_session_sync_doit,
		.policy		= sara_session_sync_nl_policy,
		.maxattr	= SARA_A_SESSION_SYNC_ORPHANS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_RELEASE,
		.doit		= sara_nl_session_release_doit,
		.policy		= sara_session_release_nl_policy,
		.maxattr	= SARA_A_SESSION_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= SARA_CMD_SESSION_SEEN,
		.doit		= sara_nl_session_seen_doit,
		.policy		= sara_session_seen_nl_policy,
		.maxattr	= SARA_A_SESSION_MAC,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group sara_nl_mcgrps[] = {
	[SARA_NLGRP_EVENTS] = { "events", },
};
