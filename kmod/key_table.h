/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How tables that are asked by a &struct sara_key hash and compare it.
 *
 * DOC: Hash
 *
 * Clients choose what is hashed: who finds keys that collide makes every lookup
 * walk a long chain. The sum of a key's words, each times a secret of 64 bits,
 * taken mod 2^64, of which the upper half counts, is strongly universal: for
 * any two keys the chance that they collide is one in 2^32 over the secrets
 * (D. Lemire, O. Kaser: Strongly universal string hashing is fast, The
 * Computer Journal 57(11), 2014: Multilinear). Its multiplications do not wait
 * for each other.
 */
#ifndef _SARA_KEY_TABLE_H
#define _SARA_KEY_TABLE_H

#include <linux/socket.h>
#include <net/ipv6.h>

#include "key.h"

#define SARA_KEY_WORDS	(sizeof(struct sara_key) / sizeof(u32))

/* Drawn when the module is loaded; one for each word, and one. */
extern u64 sara_key_secrets[SARA_KEY_WORDS + 1];

void sara_key_table_init(void);

/**
 * sara_key_hash() - where a key stands in its table
 * @data: &struct sara_key
 * @len: its length
 * @seed: the table's own, another one when it is made anew since chains got
 *	long
 *
 * Of an IPv4 flow four words of ten say something.
 *
 * Context: any.
 * Return: the hash.
 */
static inline u32 sara_key_hash(const void *data, u32 len, u32 seed)
{
	const struct sara_key *key = data;
	const u64 *secret = sara_key_secrets;
	const u32 *word = data;
	u64 hash = secret[SARA_KEY_WORDS];

	BUILD_BUG_ON(SARA_KEY_WORDS != 10);
	hash += word[0] * secret[0] + word[4] * secret[4] +
		word[8] * secret[8] + word[9] * secret[9];
	if (key->family != AF_INET || key->form == SARA_KEY_FORM_CALL)
		hash += word[1] * secret[1] + word[2] * secret[2] +
			word[3] * secret[3] + word[5] * secret[5] +
			word[6] * secret[6] + word[7] * secret[7];
	return hash * (2 * (u64)seed + 1) >> 32;
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
