// SPDX-License-Identifier: GPL-2.0
/*
 * Standby: a session that was restored is as its last owner knew it. While
 * another dispatcher forwards it no packet of it comes here, and its clocks
 * would run out. So they stand still, for as long as the agent says that the
 * other one lives: one time for all of them (&sara_net.standby_until), which is
 * looked at where a clock is read. No session is written when it moves, and
 * when nobody moves it any more they age as any other.
 */
#include "standby.h"

#include "announce.h"
#include "notify.h"

/* Until when the clocks of standby sessions have stood still, now at most. */
static unsigned long sara_standby_until(const struct sara_net *sn)
{
	unsigned long until = READ_ONCE(sn->standby_until);
	unsigned long now = jiffies;

	return time_before(now, until) ? now : until;
}

/**
 * sara_standby_delay() - by how much a time that was told has moved
 * @session: the session that it is of, under RCU or &sara_net.lock
 * @told: jiffies when it was told
 *
 * Context: any.
 * Return: jiffies to be added to it, 0 unless it is a standby session.
 */
unsigned long sara_standby_delay(const struct sara_session *session,
				 unsigned long told)
{
	unsigned long until;

	if (!sara_standby(session))
		return 0;
	until = sara_standby_until(session->sn);
	return time_after(until, told) ? until - told : 0;
}

/**
 * sara_standby_seen() - from when on a flow is idle
 * @flow: the flow, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: jiffies of its last packet, or when its clock last stood still.
 */
unsigned long sara_standby_seen(const struct sara_flow *flow)
{
	unsigned long seen = READ_ONCE(flow->last_seen);

	return seen + sara_standby_delay(flow->session, seen);
}

/**
 * sara_standby_held() - do the clocks of a session stand still?
 * @session: the session, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: true if so.
 */
bool sara_standby_held(const struct sara_session *session)
{
	return sara_standby(session) &&
	       time_before(jiffies, READ_ONCE(session->sn->standby_until));
}

/**
 * sara_standby_hold() - the clocks of standby sessions are to stand still
 * @sn: the namespace
 * @ms: from now; 0 lets them run
 *
 * Context: process, &sara_net.mutex held.
 */
void sara_standby_hold(struct sara_net *sn, u32 ms)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&sn->mutex);
	/* To let run what runs already is no reason to begin anew. */
	if (ms || time_before(now, sn->standby_until))
		WRITE_ONCE(sn->standby_until, now + msecs_to_jiffies(ms));
}

/**
 * sara_standby_left() - for how long they will
 * @sn: the namespace
 *
 * Context: any.
 * Return: jiffies.
 */
unsigned long sara_standby_left(const struct sara_net *sn)
{
	unsigned long until = READ_ONCE(sn->standby_until);
	unsigned long now = jiffies;

	return time_before(now, until) ? until - now : 0;
}

/**
 * sara_standby_expire() - keep the time when they stood still comparable
 * @sn: the namespace
 *
 * Jiffies wrap where they have 32 bits.
 *
 * Context: process, may sleep. Takes &sara_net.mutex if it must be moved.
 */
void sara_standby_expire(struct sara_net *sn)
{
	unsigned long now = jiffies;

	if (!time_after(now, READ_ONCE(sn->standby_until) + MAX_JIFFY_OFFSET))
		return;
	mutex_lock(&sn->mutex);
	if (time_after(now, sn->standby_until + MAX_JIFFY_OFFSET))
		WRITE_ONCE(sn->standby_until, now - MAX_JIFFY_OFFSET);
	mutex_unlock(&sn->mutex);
}

/* All its times as they are now. &sara_net.lock is held. */
static void sara_standby_settle(struct sara_session *session)
{
	struct sara_announcement *ann;
	struct sara_flow *flow;

	list_for_each_entry(flow, &session->flows, link)
		WRITE_ONCE(flow->last_seen, sara_standby_seen(flow));
	list_for_each_entry(ann, &session->announcements, link) {
		if (ann->expires)
			WRITE_ONCE(ann->expires, (ann->expires +
				   sara_standby_delay(session, ann->told)) ?: 1);
		WRITE_ONCE(ann->told, jiffies);
	}
	WRITE_ONCE(session->deadline, session->deadline +
		   sara_standby_delay(session, session->told));
	WRITE_ONCE(session->told, jiffies);
}

/**
 * sara_standby_begin() - another dispatcher has a session now
 * @session: a session that is not dead
 *
 * Its flows wait for a first packet, which would bring it back.
 *
 * Context: &sara_net.lock held.
 */
void sara_standby_begin(struct sara_session *session)
{
	struct sara_flow *flow;

	lockdep_assert_held(&session->sn->lock);
	if (sara_standby(session))
		return;
	sara_standby_settle(session);
	WRITE_ONCE(session->status, SARA_STATUS_STANDBY);
	list_for_each_entry(flow, &session->flows, link)
		if (READ_ONCE(flow->status) != SARA_STATUS_CLOSING)
			WRITE_ONCE(flow->status, SARA_STATUS_STANDBY);
}

/**
 * sara_standby_end() - a standby session is this dispatcher's own now
 * @session: a session; nothing happens if it was already, or is dead
 * @established: more is known of it than one packet
 *
 * Those of its flows that had no packet yet wait for theirs, but age.
 *
 * Context: &sara_net.lock held.
 */
void sara_standby_end(struct sara_session *session, bool established)
{
	struct sara_flow *flow;

	lockdep_assert_held(&session->sn->lock);
	if (session->dead || !sara_standby(session))
		return;
	sara_standby_settle(session);
	/* Who may be given up for others was never established. */
	established |= list_empty(&session->new_link);
	list_for_each_entry(flow, &session->flows, link)
		established |= READ_ONCE(flow->established);
	WRITE_ONCE(session->status, established ? SARA_STATUS_ESTABLISHED :
						  SARA_STATUS_NEW);
	sara_notify_session(session, SARA_EVENT_CHANGED, 0);
}
