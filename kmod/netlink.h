/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family.
 */
#ifndef _SARA_NETLINK_H
#define _SARA_NETLINK_H

#include <net/genetlink.h>

extern struct genl_family sara_nl_family;

int sara_netlink_init(void);
void sara_netlink_exit(void);

#endif
