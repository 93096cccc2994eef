// SPDX-License-Identifier: GPL-2.0
/*
 * Admission. A new session gets one verdict: its coin is thrown once and is a
 * matter of its key, and who was refused stays so for a while (refused.c).
 * What was admitted is not touched until the load is far higher; then media
 * are thinned, and only at the very end signalling, since a BYE that is lost
 * keeps the load up.
 */
#include "admission.h"

#include <linux/random.h>
#include <linux/siphash.h>

#include "call.h"
#include "flow.h"
#include "load.h"
#include "policy.h"
#include "refused.h"
#include "service.h"
#include "session.h"

/*
 * A coin falls anew after so many jiffies: else a client that is told by its
 * address alone would be unlucky for ever. Long enough that it hardly does
 * so between two packets of a client whom there was no room to remember.
 */
#define SARA_COIN_LIFE	(300 * HZ)

/* Clients choose their keys; they must not know how their coin falls. */
static siphash_key_t sara_coin_secret __ro_after_init;

/* What the session is told by. */
static void sara_admission_key(const struct sara_service *service,
			       const struct sara_key *flow,
			       const struct sara_key *call,
			       struct sara_key *key)
{
	if (call) {
		*key = *call;
		return;
	}
	*key = *flow;
	if (service->key != SARA_KEY_SOURCE)
		return;
	key->sport = 0;
	key->dport = htons(service->port);
	key->form = SARA_KEY_FORM_SOURCE;
}

/* Between 0 and SARA_LOAD_ONE - 1. */
static u32 sara_admission_coin(const struct sara_key *key)
{
	const struct {
		struct sara_key	key;
		u32		life;
	} coin = {
		.key	= *key,
		.life	= jiffies / SARA_COIN_LIFE,
	};

	BUILD_BUG_ON(sizeof(coin) != sizeof(coin.key) + sizeof(coin.life));
	return siphash(&coin, sizeof(coin), &sara_coin_secret) % SARA_LOAD_ONE;
}

/* How it is while a session is refused. */
static void sara_admission_note(const struct sara_policy *policy, u32 p_new,
				struct sara_refusal *why)
{
	why->epoch = policy->epoch;
	why->placed = min_t(u32, policy->placed, U16_MAX);
	why->load = sara_policy_load(policy);
	why->p_new = p_new;
}

/**
 * sara_admission_judge() - the verdict about a new session
 * @service: of which
 * @flow: 5-tuple of its first packet
 * @call: with key call-id, the name of the call, else NULL
 *
 * Counts the session if it is refused now, for the first time.
 *
 * Context: softirq, &sara_net.lock held, RCU read side.
 * Return: the verdict.
 */
enum sara_verdict sara_admission_judge(struct sara_service *service,
				       const struct sara_key *flow,
				       const struct sara_call_name *call)
{
	struct sara_net *sn = service->sn;
	const struct sara_policy *policy;
	struct sara_refusal why;
	struct sara_key key;
	u32 p_new;

	lockdep_assert_held(&sn->lock);
	if (!READ_ONCE(service->admission))
		return SARA_VERDICT_NONE;
	policy = sara_policy_valid(sn);
	if (!policy || !policy->admits)
		return SARA_VERDICT_NONE;
	sara_admission_key(service, flow, call ? &call->key : NULL, &key);
	if (sara_refused_find(sn, &key))
		return SARA_VERDICT_REFUSED;
	p_new = sara_policy_p_new(policy);
	if (sara_admission_coin(&key) >= p_new)
		return SARA_VERDICT_ADMITTED;
	sara_admission_note(policy, p_new, &why);
	sara_refused_add(sn, &key, &why);
	sara_service_refuse(service, SARA_A_STATS_REFUSED_LOAD);
	return SARA_VERDICT_REFUSED;
}

/**
 * sara_admission_recall() - how a session was refused
 * @service: of which
 * @flow: 5-tuple that it would have; may be NULL if @call is not
 * @call: with key call-id, the key of the call, else NULL
 *
 * Context: RCU read side.
 * Return: what is remembered, valid until rcu_read_unlock(), or NULL.
 */
const struct sara_refused *
sara_admission_recall(const struct sara_service *service,
		      const struct sara_key *flow, const struct sara_key *call)
{
	struct sara_key key;

	sara_admission_key(service, flow, call, &key);
	return sara_refused_find(service->sn, &key);
}

/**
 * sara_admission_thins() - is a packet of a known flow dropped by load?
 * @flow: the flow
 *
 * Asked only while &sara_net.thinning is set. A packet that is dropped tells
 * all the same that its client is there.
 *
 * Context: softirq, RCU read side.
 * Return: 0, or the counter of why it is dropped.
 */
int sara_admission_thins(struct sara_flow *flow)
{
	const struct sara_session *session = flow->session;
	const struct sara_policy *policy;
	int reason;
	u32 p;

	if (!READ_ONCE(session->service->admission))
		return 0;
	policy = sara_policy_valid(session->sn);
	if (!policy)
		return 0;
	p = sara_policy_p_est(policy);
	if (flow->identity == SARA_IDENTITY_SIGNALLING) {
		if (p < SARA_LOAD_ONE)
			return 0;
		reason = SARA_A_STATS_DROP_OVERLOAD;
	} else {
		if (get_random_u32() % SARA_LOAD_ONE >= p)
			return 0;
		reason = SARA_A_STATS_DROP_THINNED;
	}
	sara_flow_touch(flow);
	return reason;
}

/**
 * sara_admission_init() - choose the secret
 *
 * Context: process.
 */
void sara_admission_init(void)
{
	get_random_bytes(&sara_coin_secret, sizeof(sara_coin_secret));
}
