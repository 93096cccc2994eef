/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets: how much may be sent in a second.
 */
#ifndef _SARA_BUCKET_H
#define _SARA_BUCKET_H

#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct sara_bucket - a token bucket; a second's worth may go at once
 * @lock: guards the others; nests inside nothing
 * @tokens: what may go now, times HZ
 * @filled: jiffies when @tokens was brought up to date
 */
struct sara_bucket {
	spinlock_t	lock;		/* tokens, filled */
	u64		tokens;
	unsigned long	filled;
};

void sara_bucket_init(struct sara_bucket *bucket);
bool sara_bucket_take(struct sara_bucket *bucket, u32 rate);

#endif
