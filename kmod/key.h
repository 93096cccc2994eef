/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What names a flow, and what names an announcement. Pure: also built into a
 * userspace test.
 */
#ifndef _SARA_KEY_H
#define _SARA_KEY_H

#include <linux/in6.h>
#include <linux/string.h>
#include <linux/types.h>

/* The form of a key that names a call, see call.c. */
#define SARA_KEY_FORM_CALL	0xff

/**
 * struct sara_key - a flow's 5-tuple, in the request direction
 * @src: client address; an IPv4 address stands in the first word, the rest 0
 * @dst: virtual address, likewise
 * @sport: client port, network order
 * @dport: port of the virtual address, network order
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @family: AF_INET or AF_INET6
 * @form: 0 for a flow; enum sara_form for an announcement, in whose key every
 *	unknown field is 0; SARA_KEY_FORM_CALL for a call, in whose key a hash
 *	of the Call-ID stands for the client
 * @zero: keeps all bytes defined: keys are hashed and compared as memory
 */
struct sara_key {
	struct in6_addr	src;
	struct in6_addr	dst;
	__be16		sport;
	__be16		dport;
	u8		proto;
	u8		family;
	u8		form;
	u8		zero;
};

/**
 * sara_key_match() - the key under which an announcement of this form would
 *	match the flow
 * @form: enum sara_form
 * @flow: the flow's key
 * @out: where the announcement's key is written
 *
 * Context: any.
 */
static inline void sara_key_match(u8 form, const struct sara_key *flow,
				  struct sara_key *out)
{
	*out = *flow;
	out->form = form;
	switch (form) {
	case 2:		/* SARA_FORM_HALF */
		out->dport = 0;
		break;
	case 3:		/* SARA_FORM_ANY_PORT */
		out->sport = 0;
		break;
	case 4:		/* SARA_FORM_ANY_SOURCE */
		memset(&out->src, 0, sizeof(out->src));
		out->sport = 0;
		break;
	}
}

#endif
