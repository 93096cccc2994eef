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
			       const struct sara_call_name *call,
			       struct sara_key *key)
{
	if (call) {
		*key = call->key;
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

/**
 * sara_admission_admits() - the verdict about a new session
 * @service: of which
 * @flow: 5-tuple of its first packet
 * @call: with key call-id, the name of the call, else NULL
 *
 * Counts the session if it is refused now, for the first time.
 *
 * Context: softirq, &sara_net.lock held, RCU read side.
 * Return: true if it may be placed.
 */
bool sara_admission_admits(struct sara_service *service,
			   const struct sara_key *flow,
			   const struct sara_call_name *call)
{
	struct sara_net *sn = service->sn;
	const struct sara_policy *policy;
	struct sara_key key;

	lockdep_assert_held(&sn->lock);
	if (!READ_ONCE(service->admission))
		return true;
	policy = sara_policy_valid(sn);
	if (!policy || !policy->admits)
		return true;
	sara_admission_key(service, flow, call, &key);
	if (sara_refused_find(sn, &key))
		return false;
	if (sara_admission_coin(&key) >= sara_policy_p_new(policy))
		return true;
	sara_refused_add(sn, &key);
	sara_service_refuse(service, SARA_A_STATS_REFUSED_LOAD);
	return false;
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
