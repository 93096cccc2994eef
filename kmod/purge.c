// SPDX-License-Identifier: GPL-2.0
/*
 * The purge: what had its time is removed, in steps that stall nobody.
 */
#include "announce.h"
#include "flow.h"
#include "policy.h"
#include "refused.h"
#include "service.h"
#include "session.h"
#include "standby.h"

/* Sessions between two offers of the CPU to others. */
#define SARA_PURGE_BATCH	64

/* Does an agent's word keep the session, whatever its flows do? */
static bool sara_purge_held(const struct sara_session *session,
			    unsigned long now)
{
	unsigned long deadline = session->deadline;

	deadline += sara_standby_delay(session, session->told);
	return (session->has_lifetime || session->lingering) &&
	       time_before(now, deadline);
}

/*
 * How long a flow had no packet at least: what was written may be a second
 * older than the last packet, or newer than @now.
 */
static unsigned long sara_purge_idle(const struct sara_flow *flow,
				     unsigned long now)
{
	long idle = now - sara_standby_seen(flow);

	return max(idle - HZ, 0L);
}

/*
 * Remove flows that are over.
 * Return: true if one that remains is active.
 */
static bool sara_purge_flows(struct sara_session *session, bool held,
			     unsigned long now)
{
	struct sara_flow *flow, *next;
	bool active = false;

	list_for_each_entry_safe(flow, next, &session->flows, link) {
		unsigned long idle = sara_purge_idle(flow, now);
		u8 status = READ_ONCE(flow->status);
		bool keep = held && status != SARA_STATUS_CLOSING &&
			    flow == rcu_access_pointer(session->signalling);

		if (!keep && idle >= sara_flow_removal(flow)) {
			sara_flow_del(flow);
			continue;
		}
		if (status == SARA_STATUS_CLOSING ||
		    idle < sara_flow_timeout(flow))
			active = true;
		else if (status != SARA_STATUS_INACTIVE &&
			 status != SARA_STATUS_STANDBY)
			WRITE_ONCE(flow->status, SARA_STATUS_INACTIVE);
	}
	return active;
}

static void sara_purge_announcements(struct sara_session *session,
				     unsigned long now)
{
	struct sara_announcement *ann, *next;

	list_for_each_entry_safe(ann, next, &session->announcements, link) {
		if (ann->promotions || !ann->expires ||
		    time_before(now, ann->expires +
				sara_standby_delay(session, ann->told)))
			continue;
		sara_stats_inc(session->sn, SARA_A_STATS_ANNOUNCE_EXPIRED);
		sara_announce_del(ann);
	}
}

static void sara_purge_session(struct sara_session *session)
{
	unsigned long now = jiffies;
	bool held, active;

	if (sara_standby_held(session))
		return;
	held = sara_purge_held(session, now);
	active = sara_purge_flows(session, held, now);
	sara_purge_announcements(session, now);
	/* Once established it is none that may be given up for others. */
	if (READ_ONCE(session->status) == SARA_STATUS_ESTABLISHED)
		list_del_init(&session->new_link);
	if (!active && !sara_standby(session) &&
	    READ_ONCE(session->status) != SARA_STATUS_INACTIVE)
		WRITE_ONCE(session->status, SARA_STATUS_INACTIVE);
	if (held)
		return;
	if (session->lingering) {
		sara_session_end(session, SARA_END_FINISHED);
		return;
	}
	if (session->has_lifetime) {
		session->has_lifetime = false;
		if (!active) {
			sara_session_end(session, SARA_END_EXPIRED);
			return;
		}
	}
	if (!session->n_flows)
		sara_session_end(session, session->closed ? SARA_END_CLOSED :
							    SARA_END_IDLE);
}

static void sara_purge_all(struct sara_net *sn)
{
	struct rhashtable_iter iter;
	struct sara_session *session;
	unsigned int seen = 0;

	rhashtable_walk_enter(&sn->sessions, &iter);
	rhashtable_walk_start(&iter);
	while ((session = rhashtable_walk_next(&iter))) {
		if (!IS_ERR(session)) {
			spin_lock_bh(&sn->lock);
			if (!session->dead)
				sara_purge_session(session);
			spin_unlock_bh(&sn->lock);
		}
		if (++seen % SARA_PURGE_BATCH == 0) {
			rhashtable_walk_stop(&iter);
			cond_resched();
			rhashtable_walk_start(&iter);
		}
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

/**
 * sara_session_purge() - remove what is over, and come again
 * @work: &sara_net.purge
 *
 * A session that the walk misses, because the table was resized or a
 * neighbour went, is found by the next one. However many there are, it takes
 * a tenth of one CPU at most.
 *
 * Context: workqueue. Takes &sara_net.lock for one session at a time.
 */
void sara_session_purge(struct work_struct *work)
{
	struct sara_net *sn = container_of(to_delayed_work(work),
					   struct sara_net, purge);

	unsigned long begin = jiffies;

	sara_purge_all(sn);
	sara_policy_expire(sn);
	sara_standby_expire(sn);
	sara_refused_purge(sn);
	sara_service_tell_refused(sn);
	queue_delayed_work(system_unbound_wq, &sn->purge,
			   max(READ_ONCE(sn->config.purge_interval),
			       9 * (jiffies - begin)));
}
