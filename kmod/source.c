// SPDX-License-Identifier: GPL-2.0
/*
 * Sources: of a service with key source, the session of each client. Only the
 * first packet of a flow asks here. There are as many as sessions at most.
 */
#include "source.h"

#include "service.h"
#include "session.h"

static const struct rhashtable_params sara_source_params = {
	.head_offset		= offsetof(struct sara_source, hash),
	.key_offset		= offsetof(struct sara_source, key),
	.key_len		= sizeof(struct sara_source_key),
	.automatic_shrinking	= true,
};

static struct sara_source_key sara_source_key(const struct sara_service *service,
					      const struct sara_key *flow)
{
	return (struct sara_source_key) {
		.addr		= flow->src,
		.service	= service->id,
	};
}

/**
 * sara_source_add() - a client has a session now
 * @session: new, of a service with key source
 * @flow: the key of the client's first flow
 *
 * Context: &sara_net.lock held.
 * Return: 0 or -ENOMEM.
 */
int sara_source_add(struct sara_session *session, const struct sara_key *flow)
{
	struct sara_net *sn = session->sn;
	struct sara_source *source;

	lockdep_assert_held(&sn->lock);
	source = kzalloc(sizeof(*source), GFP_ATOMIC | __GFP_NOWARN);
	if (!source)
		return -ENOMEM;
	source->key = sara_source_key(session->service, flow);
	source->session = session;
	if (rhashtable_insert_fast(&sn->sources, &source->hash,
				   sara_source_params)) {
		kfree(source);
		return -ENOMEM;
	}
	rcu_assign_pointer(session->source, source);
	return 0;
}

/**
 * sara_source_find() - the session that a client has
 * @service: with key source
 * @flow: the key of a flow of the client
 *
 * Context: &sara_net.lock held, RCU read side.
 * Return: the session, not dead, or NULL.
 */
struct sara_session *sara_source_find(const struct sara_service *service,
				      const struct sara_key *flow)
{
	const struct sara_source_key key = sara_source_key(service, flow);
	struct sara_net *sn = service->sn;
	const struct sara_source *source;

	lockdep_assert_held(&sn->lock);
	source = rhashtable_lookup(&sn->sources, &key, sara_source_params);
	return source ? source->session : NULL;
}

/**
 * sara_source_del() - a session ends: its client has none now
 * @session: the session; nothing happens if it has no source
 *
 * Context: &sara_net.lock held.
 */
void sara_source_del(struct sara_session *session)
{
	struct sara_net *sn = session->sn;
	struct sara_source *source;

	source = rcu_dereference_protected(session->source,
					   lockdep_is_held(&sn->lock));
	if (!source)
		return;
	rhashtable_remove_fast(&sn->sources, &source->hash, sara_source_params);
	RCU_INIT_POINTER(session->source, NULL);
	kfree_rcu(source, rcu);
}

/**
 * sara_source_net_init() - make the table of a namespace
 * @sn: the namespace
 *
 * Context: process.
 * Return: 0 or an error number.
 */
int sara_source_net_init(struct sara_net *sn)
{
	return rhashtable_init(&sn->sources, &sara_source_params);
}

/**
 * sara_source_net_exit() - free the table of a namespace
 * @sn: the namespace, without sessions
 *
 * Context: process.
 */
void sara_source_net_exit(struct sara_net *sn)
{
	rhashtable_destroy(&sn->sources);
}
