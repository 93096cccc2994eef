/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events to userspace: the one way by which nouns reach netlink.
 */
#ifndef _SARA_NOTIFY_H
#define _SARA_NOTIFY_H

#include <uapi/linux/sara.h>

struct sara_announcement;
struct sara_dev;
struct sara_flow;
struct sara_node;
struct sara_service;
struct sara_session;

/* All may be called with &sara_net.lock held or from softirq; none sleeps.
 * What cannot be sent is counted as events-lost; without a listener nothing
 * is built.
 */
void sara_notify_dev(const struct sara_dev *dev, enum sara_event event);
void sara_notify_service(const struct sara_service *service,
			 enum sara_event event);
void sara_notify_node(const struct sara_node *node, enum sara_event event);
void sara_notify_session(const struct sara_session *session,
			 enum sara_event event, enum sara_end end);
void sara_notify_flow(const struct sara_flow *flow, enum sara_event event);
void sara_notify_announcement(const struct sara_announcement *ann,
			      enum sara_event event);

#endif
