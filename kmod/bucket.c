// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets.
 */
#include "bucket.h"

#include <linux/minmax.h>

/**
 * sara_bucket_init() - a full bucket
 * @bucket: the bucket
 *
 * Context: any.
 */
void sara_bucket_init(struct sara_bucket *bucket)
{
	spin_lock_init(&bucket->lock);
	bucket->tokens = 0;
	bucket->filled = jiffies - HZ;
}

/**
 * sara_bucket_take() - may one more go?
 * @bucket: the bucket
 * @rate: how many may in a second, 0 for no limit
 *
 * Context: any, BH off or on. Takes &sara_bucket.lock.
 * Return: true if so.
 */
bool sara_bucket_take(struct sara_bucket *bucket, u32 rate)
{
	unsigned long now = jiffies;
	bool take;

	if (!rate)
		return true;
	spin_lock_bh(&bucket->lock);
	bucket->tokens += min_t(u64, now - bucket->filled, HZ) * rate;
	bucket->tokens = min_t(u64, bucket->tokens, (u64)rate * HZ);
	bucket->filled = now;
	take = bucket->tokens >= HZ;
	if (take)
		bucket->tokens -= HZ;
	spin_unlock_bh(&bucket->lock);
	return take;
}
