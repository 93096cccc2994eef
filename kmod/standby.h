/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standby: sessions whose packets another dispatcher sees.
 */
#ifndef _SARA_STANDBY_H
#define _SARA_STANDBY_H

#include "flow.h"
#include "session.h"

/* ms for which clocks can be told to stand still, from now. */
#define SARA_STANDBY_MAX	3600000

unsigned long sara_standby_delay(const struct sara_session *session,
				 unsigned long told);
unsigned long sara_standby_seen(const struct sara_flow *flow);
bool sara_standby_held(const struct sara_session *session);
void sara_standby_hold(struct sara_net *sn, u32 ms);
unsigned long sara_standby_left(const struct sara_net *sn);
void sara_standby_begin(struct sara_session *session);
void sara_standby_end(struct sara_session *session, bool established);
void sara_standby_expire(struct sara_net *sn);

/**
 * sara_standby() - is a session forwarded elsewhere, as far as is known?
 * @session: the session, under RCU or &sara_net.lock
 *
 * Context: any.
 * Return: true if it was restored, or given up, and no packet came since.
 */
static inline bool sara_standby(const struct sara_session *session)
{
	return READ_ONCE(session->status) == SARA_STATUS_STANDBY;
}

#endif
