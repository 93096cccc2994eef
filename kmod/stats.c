// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters.
 */
#include "stats.h"

#include "sara.h"

/**
 * sara_stats_alloc() - counters of one namespace
 *
 * Context: process, may sleep.
 * Return: the counters, all 0, to be freed by free_percpu(); NULL without
 * memory.
 */
struct sara_stats __percpu *sara_stats_alloc(void)
{
	struct sara_stats __percpu *stats = alloc_percpu(struct sara_stats);
	int cpu;

	if (!stats)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats, cpu)->sync);
	return stats;
}

/**
 * sara_stats_read() - one counter, over all CPUs
 * @sn: the namespace
 * @attr: which counter, SARA_A_STATS_HITS or after
 *
 * Context: any.
 * Return: the count.
 */
u64 sara_stats_read(const struct sara_net *sn, int attr)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct sara_stats *stats = per_cpu_ptr(sn->stats, cpu);
		unsigned int start;
		u64 n;

		do {
			start = u64_stats_fetch_begin(&stats->sync);
			n = u64_stats_read(&stats->count[attr - SARA_STATS_FIRST]);
		} while (u64_stats_fetch_retry(&stats->sync, start));
		sum += n;
	}
	return sum;
}

/**
 * sara_account_admitted() - sessions that were placed so far
 * @account: a copy of it
 * @sessions: how many there were when it was made
 *
 * Context: any.
 * Return: how many.
 */
u64 sara_account_admitted(const struct sara_account *account, u32 sessions)
{
	u64 sum = sessions - account->restored;
	int i;

	for (i = 0; i < SARA_ENDS; i++)
		sum += account->ended[i];
	return sum;
}

/**
 * sara_account_refused() - sessions that were refused so far
 * @account: a copy of it
 *
 * Context: any.
 * Return: how many.
 */
u64 sara_account_refused(const struct sara_account *account)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < SARA_REFUSALS; i++)
		sum += account->refused[i];
	return sum;
}

/**
 * sara_traffic_alloc() - counters of a node, service or device
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: the counters, all 0, to be freed by free_percpu(); NULL without
 * memory.
 */
struct sara_traffic __percpu *sara_traffic_alloc(gfp_t gfp)
{
	struct sara_traffic __percpu *traffic;
	int cpu;

	traffic = alloc_percpu_gfp(struct sara_traffic, gfp);
	if (!traffic)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(traffic, cpu)->sync);
	return traffic;
}

/**
 * sara_traffic_read() - packets and bytes, over all CPUs
 * @traffic: whose
 * @packets: where the packets are written
 * @bytes: where the bytes are written
 *
 * Context: any.
 */
void sara_traffic_read(const struct sara_traffic __percpu *traffic,
		       u64 *packets, u64 *bytes)
{
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		const struct sara_traffic *one = per_cpu_ptr(traffic, cpu);
		unsigned int start;
		u64 p, b;

		do {
			start = u64_stats_fetch_begin(&one->sync);
			p = u64_stats_read(&one->packets);
			b = u64_stats_read(&one->bytes);
		} while (u64_stats_fetch_retry(&one->sync, start));
		*packets += p;
		*bytes += b;
	}
}
