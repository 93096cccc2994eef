/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How tables that are asked by a &struct sara_key hash and compare it.
 */
#ifndef _SARA_KEY_TABLE_H
#define _SARA_KEY_TABLE_H

#include <linux/jhash.h>
#include <linux/socket.h>
#include <net/ipv6.h>

#include "key.h"

/**
 * sara_key_hash() - where a key stands in its table
 * @data: &struct sara_key
 * @len: its length
 * @seed: the table's secret
 *
 * Of an IPv4 flow four words of ten say something.
 *
 * Context: any.
 * Return: the hash.
 */
static inline u32 sara_key_hash(const void *data, u32 len, u32 seed)
{
	const struct sara_key *key = data;

	if (likely(key->family == AF_INET && key->form != SARA_KEY_FORM_CALL))
		return jhash_3words((__force u32)key->src.s6_addr32[0],
				    (__force u32)key->dst.s6_addr32[0],
				    (__force u32)key->sport << 16 |
				    (__force u32)key->dport,
				    seed ^ (key->proto << 8 | key->form));
	return jhash2(data, sizeof(*key) / sizeof(u32), seed);
}

/**
 * sara_key_equal() - do two keys name the same?
 * @a: a key
 * @b: another one
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool sara_key_equal(const struct sara_key *a,
				  const struct sara_key *b)
{
	/* Ports, and all that stands behind them. */
	const u32 *a_rest = (const u32 *)&a->sport;
	const u32 *b_rest = (const u32 *)&b->sport;

	BUILD_BUG_ON(sizeof(*a) != offsetof(struct sara_key, sport) +
		     2 * sizeof(u32));
	return a_rest[0] == b_rest[0] && a_rest[1] == b_rest[1] &&
	       ipv6_addr_equal(&a->src, &b->src) &&
	       ipv6_addr_equal(&a->dst, &b->dst);
}

#endif
