/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	include/netlink/specs/sara.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_SARA_GEN_H
#define _LINUX_SARA_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/sara.h>

/* Common nested types */
extern const struct nla_policy sara_past_nl_policy[SARA_A_PAST_TCP_END + 1];
extern const struct nla_policy sara_score_nl_policy[SARA_A_SCORE_PENDING + 1];
extern const struct nla_policy sara_tuple_nl_policy[SARA_A_TUPLE_PROTO + 1];

extern const struct nla_policy sara_config_get_nl_policy[SARA_A_CONFIG_ABI_VERSION + 1];

extern const struct nla_policy sara_config_set_nl_policy[SARA_A_CONFIG_STANDBY_TIME + 1];

extern const struct nla_policy sara_dev_new_nl_policy[SARA_A_DEV_MODE + 1];

extern const struct nla_policy sara_dev_del_nl_policy[SARA_A_DEV_NAME + 1];

extern const struct nla_policy sara_dev_get_nl_policy[SARA_A_DEV_NAME + 1];

extern const struct nla_policy sara_service_new_nl_policy[SARA_A_SERVICE_REFUSE + 1];

extern const struct nla_policy sara_service_set_nl_policy[SARA_A_SERVICE_REFUSE + 1];

extern const struct nla_policy sara_service_del_nl_policy[SARA_A_SERVICE_FORCE + 1];

extern const struct nla_policy sara_service_get_nl_policy[SARA_A_SERVICE_NAME + 1];

extern const struct nla_policy sara_node_new_nl_policy[SARA_A_NODE_HEALTH + 1];

extern const struct nla_policy sara_node_set_nl_policy[SARA_A_NODE_HEALTH + 1];

extern const struct nla_policy sara_node_del_nl_policy[SARA_A_NODE_FORCE + 1];

extern const struct nla_policy sara_node_get_nl_policy[SARA_A_NODE_NAME + 1];

extern const struct nla_policy sara_session_set_nl_policy[SARA_A_SESSION_STANDBY + 1];

extern const struct nla_policy sara_session_del_nl_policy[SARA_A_SESSION_STANDBY + 1];

extern const struct nla_policy sara_session_get_nl_policy[SARA_A_SESSION_CALL_ID + 1];

extern const struct nla_policy sara_flow_get_nl_policy[SARA_A_FLOW_CALL_ID + 1];

extern const struct nla_policy sara_announce_new_nl_policy[SARA_A_ANNOUNCEMENT_PROMOTIONS + 1];

extern const struct nla_policy sara_announce_del_nl_policy[SARA_A_ANNOUNCEMENT_TAG + 1];

extern const struct nla_policy sara_announce_get_nl_policy[SARA_A_ANNOUNCEMENT_CALL_ID + 1];

extern const struct nla_policy sara_stats_get_nl_policy[SARA_A_STATS_PAD + 1];

extern const struct nla_policy sara_inspect_bind_nl_policy[SARA_A_INSPECT_HOLD_PACKETS + 1];

extern const struct nla_policy sara_inspect_release_nl_policy[SARA_A_INSPECT_HOLD + 1];

extern const struct nla_policy sara_policy_set_nl_policy[SARA_A_POLICY_C + 1];

extern const struct nla_policy sara_policy_del_nl_policy[SARA_A_POLICY_PAD + 1];

extern const struct nla_policy sara_policy_get_nl_policy[SARA_A_POLICY_PAD + 1];

extern const struct nla_policy sara_refused_get_nl_policy[SARA_A_REFUSAL_CALL_ID + 1];

extern const struct nla_policy sara_session_restore_nl_policy[SARA_A_SESSION_FLOW + 1];

extern const struct nla_policy sara_flow_restore_nl_policy[SARA_A_FLOW_PAST + 1];

extern const struct nla_policy sara_flow_del_nl_policy[SARA_A_FLOW_CALL_ID + 1];

extern const struct nla_policy sara_session_sync_nl_policy[SARA_A_SESSION_SYNC_ORPHANS + 1];

extern const struct nla_policy sara_session_release_nl_policy[SARA_A_SESSION_ID + 1];

extern const struct nla_policy sara_session_seen_nl_policy[SARA_A_SESSION_MAC + 1];

/* Ops table for sara */
extern const struct genl_ops sara_nl_ops[33];

int sara_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_dev_new_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_dev_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sara_nl_service_new_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_service_set_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_service_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_service_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int sara_nl_node_new_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_node_set_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_node_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_node_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sara_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int sara_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sara_nl_announce_new_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_announce_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_announce_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_announce_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int sara_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_inspect_bind_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_inspect_release_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_policy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sara_nl_refused_get_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_restore_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_flow_restore_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_sync_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_release_doit(struct sk_buff *skb, struct genl_info *info);
int sara_nl_session_seen_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	SARA_NLGRP_EVENTS,
};

#endif /* _LINUX_SARA_GEN_H */
