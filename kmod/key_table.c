// SPDX-License-Identifier: GPL-2.0
/*
 * The secrets by which keys are hashed.
 */
#include "key_table.h"

#include <linux/cache.h>
#include <linux/random.h>

u64 sara_key_secrets[SARA_KEY_WORDS + 1] __ro_after_init;

/**
 * sara_key_table_init() - draw the secrets
 *
 * Context: process, before any table is made.
 */
void sara_key_table_init(void)
{
	get_random_bytes(sara_key_secrets, sizeof(sara_key_secrets));
}
