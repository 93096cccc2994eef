// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: registration, what all handlers share, and the
 * commands for the namespace as a whole.
 */
#include "netlink.h"

#include <linux/ctype.h>
#include <linux/module.h>

#include "sara.h"
#include "standby.h"

/* Tables of policies and operations; generated, and of use here alone. */
#include "netlink_gen.c"

/* The generator knows no start and done of dumps, nor who may join groups. */
static struct genl_ops sara_ops[ARRAY_SIZE(sara_nl_ops)] __ro_after_init;
static struct genl_multicast_group
	sara_groups[ARRAY_SIZE(sara_nl_mcgrps)] __ro_after_init;

struct genl_family sara_nl_family __ro_after_init = {
	.name		= SARA_GENL_NAME,
	.version	= SARA_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= sara_ops,
	.n_ops		= ARRAY_SIZE(sara_ops),
	.mcgrps		= sara_groups,
	.n_mcgrps	= ARRAY_SIZE(sara_groups),
};

/**
 * sara_nl_answer() - begin an answer
 * @info: the request
 * @size: room that it needs
 * @hdr: where its header is written
 *
 * Context: process, may sleep.
 * Return: the message, for sara_nl_send(), or NULL without memory.
 */
struct sk_buff *sara_nl_answer(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &sara_nl_family, 0,
				 info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/**
 * sara_nl_send() - send an answer, or give it up
 * @info: the request
 * @skb: the message; gone afterwards
 * @hdr: its header
 * @err: of writing the message; it is not sent unless 0
 *
 * Context: process.
 * Return: @err, or the error of sending.
 */
int sara_nl_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		 int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/**
 * sara_nl_dump_begin() - begin the next object of a dump
 * @skb: the message
 * @cb: the dump
 *
 * Context: process.
 * Return: the header, for genlmsg_end() or genlmsg_cancel(), or NULL if there
 * is no room.
 */
void *sara_nl_dump_begin(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &sara_nl_family,
				NLM_F_MULTI, request->cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/**
 * sara_nl_wants() - does the request have this attribute?
 * @info: the request
 * @attr: the attribute, below 32
 * @has: where its bit is set if so
 *
 * Context: any.
 * Return: true if so.
 */
bool sara_nl_wants(struct genl_info *info, int attr, u32 *has)
{
	if (!info->attrs[attr])
		return false;
	*has |= BIT(attr);
	return true;
}

/**
 * sara_nl_get_name() - the name of an object
 * @info: the request
 * @attr: the attribute
 * @name: where it is written
 *
 * Context: any.
 * Return: 0, or EINVAL if it is missing or no good name: people and shells
 * have to be able to write it.
 */
int sara_nl_get_name(struct genl_info *info, int attr, const char **name)
{
	const char *c;

	if (!info->attrs[attr]) {
		NL_SET_ERR_MSG(info->extack, "the name is missing");
		return -EINVAL;
	}
	*name = nla_data(info->attrs[attr]);
	for (c = *name; *c; c++) {
		if (!isascii(*c) || !isgraph(*c)) {
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
					    "a name has no spaces, control or non-ASCII characters");
			return -EINVAL;
		}
	}
	if (c == *name) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "the name is empty");
		return -EINVAL;
	}
	return 0;
}

/**
 * sara_nl_get_addr() - an address
 * @attr: the attribute
 * @family: where its family is written
 * @addr: where it is written, as in struct sara_key
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0 or EINVAL.
 */
int sara_nl_get_addr(const struct nlattr *attr, u8 *family,
		     struct in6_addr *addr, struct netlink_ext_ack *extack)
{
	memset(addr, 0, sizeof(*addr));
	if (nla_len(attr) == sizeof(struct in_addr)) {
		*family = AF_INET;
	} else if (nla_len(attr) == sizeof(struct in6_addr)) {
		*family = AF_INET6;
	} else {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	nla_memcpy(addr, attr, sizeof(*addr));
	return 0;
}

/* Which of source address, source port and destination port are known. */
static u8 sara_nl_form(struct nlattr **t)
{
	if (t[SARA_A_TUPLE_SRC] && t[SARA_A_TUPLE_SPORT])
		return t[SARA_A_TUPLE_DPORT] ? SARA_FORM_EXACT : SARA_FORM_HALF;
	if (t[SARA_A_TUPLE_SPORT] || !t[SARA_A_TUPLE_DPORT])
		return 0;
	return t[SARA_A_TUPLE_SRC] ? SARA_FORM_ANY_PORT : SARA_FORM_ANY_SOURCE;
}

static int sara_nl_get_port(const struct nlattr *attr, __be16 *port,
			    struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	*port = htons(nla_get_u16(attr));
	if (*port)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a port is not 0");
	return -EINVAL;
}

static int sara_nl_get_source(const struct nlattr *attr, struct sara_key *key,
			      struct netlink_ext_ack *extack)
{
	u8 family;
	int err;

	if (!attr)
		return 0;
	err = sara_nl_get_addr(attr, &family, &key->src, extack);
	if (err)
		return err;
	if (family == key->family)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "source and destination are of different families");
	return -EINVAL;
}

/**
 * sara_nl_get_tuple() - a tuple
 * @attr: the nest; NULL is refused
 * @key: where it is written; its form says what is known
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0 or EINVAL.
 */
int sara_nl_get_tuple(const struct nlattr *attr, struct sara_key *key,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *t[SARA_A_TUPLE_MAX + 1];
	int err;

	memset(key, 0, sizeof(*key));
	if (!attr) {
		NL_SET_ERR_MSG(extack, "the tuple is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(t, SARA_A_TUPLE_MAX, attr, sara_tuple_nl_policy,
			       extack);
	if (err)
		return err;
	if (!t[SARA_A_TUPLE_DST] || !t[SARA_A_TUPLE_PROTO]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a tuple needs destination and protocol");
		return -EINVAL;
	}
	key->form = sara_nl_form(t);
	if (!key->form) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a tuple needs the destination port, or source and source port");
		return -EINVAL;
	}
	key->proto = nla_get_u8(t[SARA_A_TUPLE_PROTO]);
	if (key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG_ATTR(extack, t[SARA_A_TUPLE_PROTO],
				    "the protocol must be TCP or UDP");
		return -EINVAL;
	}
	err = sara_nl_get_addr(t[SARA_A_TUPLE_DST], &key->family, &key->dst,
			       extack);
	if (err)
		return err;
	return sara_nl_get_source(t[SARA_A_TUPLE_SRC], key, extack) ?:
	       sara_nl_get_port(t[SARA_A_TUPLE_SPORT], &key->sport, extack) ?:
	       sara_nl_get_port(t[SARA_A_TUPLE_DPORT], &key->dport, extack);
}

/**
 * sara_nl_get_flow_key() - the tuple of a flow
 * @attr: the nest; NULL is refused
 * @key: where it is written, as flows are looked up
 * @extack: where a refusal is told
 *
 * Context: any.
 * Return: 0 or EINVAL.
 */
int sara_nl_get_flow_key(const struct nlattr *attr, struct sara_key *key,
			 struct netlink_ext_ack *extack)
{
	int err = sara_nl_get_tuple(attr, key, extack);

	if (err)
		return err;
	if (key->form != SARA_FORM_EXACT) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a flow has all of source, source port, destination and port");
		return -EINVAL;
	}
	key->form = 0;
	return 0;
}

static int sara_nl_put_config(struct sk_buff *skb, const struct sara_net *sn)
{
	const struct sara_config *config = &sn->config;

	if (nla_put_u32(skb, SARA_A_CONFIG_ABI_VERSION, SARA_ABI_VERSION) ||
	    nla_put_string(skb, SARA_A_CONFIG_MODULE_VERSION,
			   THIS_MODULE->version) ||
	    nla_put_u32(skb, SARA_A_CONFIG_MAX_SESSIONS,
			READ_ONCE(config->max_sessions)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_MAX_FLOWS,
			READ_ONCE(config->max_flows)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_MAX_ANNOUNCEMENTS,
			READ_ONCE(config->max_announcements)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_TCP_TIMEOUT,
			jiffies_to_msecs(READ_ONCE(config->tcp_timeout))) ||
	    nla_put_u32(skb, SARA_A_CONFIG_CLOSING_TIMEOUT,
			jiffies_to_msecs(READ_ONCE(config->closing_timeout))) ||
	    nla_put_u32(skb, SARA_A_CONFIG_PURGE_INTERVAL,
			jiffies_to_msecs(READ_ONCE(config->purge_interval))) ||
	    nla_put_u32(skb, SARA_A_CONFIG_INSPECT_RATE,
			READ_ONCE(config->inspect_rate)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_EARLY_TIME,
			jiffies_to_msecs(READ_ONCE(config->early_time))) ||
	    nla_put_u32(skb, SARA_A_CONFIG_EARLY_PACKETS,
			READ_ONCE(config->early_packets)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_MAX_REFUSED,
			READ_ONCE(config->max_refused)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_REFUSED_TIME,
			jiffies_to_msecs(READ_ONCE(config->refused_time))) ||
	    nla_put_u32(skb, SARA_A_CONFIG_REFUSE_RATE,
			READ_ONCE(config->refuse_rate)) ||
	    nla_put_u32(skb, SARA_A_CONFIG_STANDBY_TIME,
			jiffies_to_msecs(sara_standby_left(sn))))
		return -EMSGSIZE;
	return 0;
}

/**
 * sara_nl_config_get_doit() - version, bounds and times
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0, EOPNOTSUPP for an asker that was built for another ABI, ENOMEM.
 */
int sara_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *abi = info->attrs[SARA_A_CONFIG_ABI_VERSION];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sk_buff *answer;
	void *hdr;

	if (abi && nla_get_u32(abi) != SARA_ABI_VERSION) {
		sara_refuse(info->extack,
			    "module and program were built for different ABI versions",
			    "the module has ABI version %u, the program %u",
			    SARA_ABI_VERSION, nla_get_u32(abi));
		return -EOPNOTSUPP;
	}
	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	return sara_nl_send(info, answer, hdr,
			    sara_nl_put_config(answer, sn));
}

static void sara_nl_set_u32(struct genl_info *info, int attr, u32 *value)
{
	if (info->attrs[attr])
		WRITE_ONCE(*value, nla_get_u32(info->attrs[attr]));
}

static void sara_nl_set_ms(struct genl_info *info, int attr,
			   unsigned long *value)
{
	if (info->attrs[attr])
		WRITE_ONCE(*value,
			   msecs_to_jiffies(nla_get_u32(info->attrs[attr])));
}

/**
 * sara_nl_config_set_doit() - change bounds and times
 * @skb: the request
 * @info: its attributes
 *
 * Context: process. Takes &sara_net.mutex.
 * Return: 0 or EINVAL.
 */
int sara_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *early = info->attrs[SARA_A_CONFIG_EARLY_PACKETS];
	const struct nlattr *per_session =
		info->attrs[SARA_A_CONFIG_MAX_ANNOUNCEMENTS];
	const struct nlattr *standby = info->attrs[SARA_A_CONFIG_STANDBY_TIME];
	struct sara_net *sn = sara_net(genl_info_net(info));
	struct sara_config *config = &sn->config;

	/* A session counts its flows and announcements in 16 bits. */
	if (per_session && nla_get_u32(per_session) > S16_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, per_session,
				    "a session has at most 32767 announcements");
		return -EINVAL;
	}
	if (early && nla_get_u32(early) > U16_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, early,
				    "at most 65535 early packets are held");
		return -EINVAL;
	}
	if (standby && nla_get_u32(standby) > SARA_STANDBY_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, standby,
				    "standby-time is an hour at most: renew it");
		return -EINVAL;
	}
	mutex_lock(&sn->mutex);
	sara_nl_set_u32(info, SARA_A_CONFIG_MAX_SESSIONS,
			&config->max_sessions);
	sara_nl_set_u32(info, SARA_A_CONFIG_MAX_FLOWS, &config->max_flows);
	sara_nl_set_u32(info, SARA_A_CONFIG_MAX_ANNOUNCEMENTS,
			&config->max_announcements);
	sara_nl_set_ms(info, SARA_A_CONFIG_TCP_TIMEOUT, &config->tcp_timeout);
	sara_nl_set_ms(info, SARA_A_CONFIG_CLOSING_TIMEOUT,
		       &config->closing_timeout);
	sara_nl_set_ms(info, SARA_A_CONFIG_PURGE_INTERVAL,
		       &config->purge_interval);
	sara_nl_set_u32(info, SARA_A_CONFIG_INSPECT_RATE,
			&config->inspect_rate);
	sara_nl_set_ms(info, SARA_A_CONFIG_EARLY_TIME, &config->early_time);
	sara_nl_set_u32(info, SARA_A_CONFIG_EARLY_PACKETS,
			&config->early_packets);
	sara_nl_set_u32(info, SARA_A_CONFIG_MAX_REFUSED, &config->max_refused);
	sara_nl_set_ms(info, SARA_A_CONFIG_REFUSED_TIME, &config->refused_time);
	sara_nl_set_u32(info, SARA_A_CONFIG_REFUSE_RATE, &config->refuse_rate);
	if (standby)
		sara_standby_hold(sn, nla_get_u32(standby));
	if (info->attrs[SARA_A_CONFIG_PURGE_INTERVAL])
		mod_delayed_work(system_power_efficient_wq, &sn->purge,
				 config->purge_interval);
	mutex_unlock(&sn->mutex);
	return 0;
}

/* A counter: of packets, from all CPUs; of sessions, from their account. */
static u64 sara_nl_counter(const struct sara_net *sn,
			   const struct sara_account *account, u32 sessions,
			   int attr)
{
	switch (attr) {
	case SARA_A_STATS_PLACED:
		return sara_account_admitted(account, sessions);
	case SARA_A_STATS_OFFERED:
		return sara_account_admitted(account, sessions) +
		       sara_account_refused(account);
	case SARA_A_STATS_REFUSED_LOAD ... SARA_A_STATS_REFUSED_FULL:
		return account->refused[attr - SARA_A_STATS_REFUSED_LOAD];
	case SARA_A_STATS_ENDED_IDLE ... SARA_A_STATS_ENDED_RECLAIMED:
		return account->ended[attr - SARA_A_STATS_ENDED_IDLE];
	case SARA_A_STATS_RESTORED:
		return account->restored;
	default:
		return sara_stats_read(sn, attr);
	}
}

static int sara_nl_put_stats(struct sk_buff *skb, struct sara_net *sn)
{
	struct sara_account account;
	u32 sessions;
	int attr;

	spin_lock_bh(&sn->lock);
	account = sn->account;
	sessions = sn->n_sessions;
	spin_unlock_bh(&sn->lock);
	if (nla_put_u32(skb, SARA_A_STATS_SESSIONS, sessions) ||
	    nla_put_u32(skb, SARA_A_STATS_FLOWS, READ_ONCE(sn->n_flows)) ||
	    nla_put_u32(skb, SARA_A_STATS_ANNOUNCEMENTS,
			READ_ONCE(sn->n_announcements)) ||
	    nla_put_u32(skb, SARA_A_STATS_REFUSED_NOW,
			READ_ONCE(sn->n_refused)))
		return -EMSGSIZE;
	for (attr = SARA_STATS_FIRST; attr <= SARA_A_STATS_MAX; attr++) {
		if (attr == SARA_A_STATS_REFUSED_NOW)
			continue;
		if (nla_put_u64_64bit(skb, attr,
				      sara_nl_counter(sn, &account, sessions,
						      attr),
				      SARA_A_STATS_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * sara_nl_stats_get_doit() - the counters of the namespace
 * @skb: the request
 * @info: its attributes
 *
 * Context: process.
 * Return: 0 or ENOMEM.
 */
int sara_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *answer;
	void *hdr;

	answer = sara_nl_answer(info, NLMSG_DEFAULT_SIZE, &hdr);
	if (!answer)
		return -ENOMEM;
	return sara_nl_send(info, answer, hdr,
			    sara_nl_put_stats(answer,
					      sara_net(genl_info_net(info))));
}

static void __init sara_nl_complete_ops(struct genl_ops *ops)
{
	switch (ops->cmd) {
	case SARA_CMD_SESSION_GET:
		ops->start = sara_nl_session_start;
		break;
	case SARA_CMD_FLOW_GET:
		ops->start = sara_nl_flow_start;
		break;
	case SARA_CMD_ANNOUNCE_GET:
		ops->start = sara_nl_announce_start;
		break;
	default:
		return;
	}
	ops->done = sara_nl_walk_done;
}

/**
 * sara_netlink_init() - open for commands
 *
 * Context: process, module load.
 * Return: 0 or an error of generic netlink.
 */
int __init sara_netlink_init(void)
{
	unsigned int i;

	memcpy(sara_ops, sara_nl_ops, sizeof(sara_ops));
	for (i = 0; i < ARRAY_SIZE(sara_ops); i++)
		sara_nl_complete_ops(&sara_ops[i]);
	memcpy(sara_groups, sara_nl_mcgrps, sizeof(sara_groups));
	/* Events tell who talks to whom, as sessions do. */
	for (i = 0; i < ARRAY_SIZE(sara_groups); i++)
		sara_groups[i].flags = GENL_MCAST_CAP_NET_ADMIN;
	return genl_register_family(&sara_nl_family);
}

/**
 * sara_netlink_exit() - the opposite; no command runs when it returns
 *
 * Context: process, module unload.
 */
void sara_netlink_exit(void)
{
	genl_unregister_family(&sara_nl_family);
}
