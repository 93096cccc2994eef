/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU counters: what became of each packet, and why.
 */
#ifndef _SARA_STATS_H
#define _SARA_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include <uapi/linux/sara.h>

struct sara_net;

/* Counters are named by their netlink attribute, so that there is one list. */
#define SARA_STATS_FIRST	SARA_A_STATS_HITS
#define SARA_STATS_COUNT	(SARA_A_STATS_MAX - SARA_STATS_FIRST + 1)

/**
 * struct sara_stats - the counters of one CPU
 * @count: by attribute number less SARA_STATS_FIRST
 * @sync: for 32-bit readers
 */
struct sara_stats {
	u64_stats_t		count[SARA_STATS_COUNT];
	struct u64_stats_sync	sync;
};

#define SARA_REFUSALS	(SARA_A_STATS_REFUSED_FULL - SARA_A_STATS_REFUSED_LOAD + 1)
#define SARA_ENDS	(SARA_A_STATS_ENDED_RECLAIMED - SARA_A_STATS_ENDED_IDLE + 1)

/**
 * struct sara_account - what became of the new sessions of a service, or of
 *	all; together with how many there are
 * @refused: by attribute number less SARA_A_STATS_REFUSED_LOAD
 * @ended: by attribute number less SARA_A_STATS_ENDED_IDLE
 * @restored: sessions that were not admitted here
 *
 * Changed under &sara_net.lock. A session is in a table or it has ended, so
 * that the admitted and the restored ones are the sum of both, at any moment.
 */
struct sara_account {
	u64	refused[SARA_REFUSALS];
	u64	ended[SARA_ENDS];
	u64	restored;
};

u64 sara_account_admitted(const struct sara_account *account, u32 sessions);
u64 sara_account_refused(const struct sara_account *account);

/**
 * struct sara_traffic - packets and bytes of a node, service or device, of one
 *	CPU
 * @packets: packets
 * @bytes: IP bytes
 * @sync: for 32-bit readers
 */
struct sara_traffic {
	u64_stats_t		packets;
	u64_stats_t		bytes;
	struct u64_stats_sync	sync;
};

u64 sara_stats_read(const struct sara_net *sn, int attr);
struct sara_stats __percpu *sara_stats_alloc(void);

struct sara_traffic __percpu *sara_traffic_alloc(gfp_t gfp);
void sara_traffic_read(const struct sara_traffic __percpu *traffic,
		       u64 *packets, u64 *bytes);

/**
 * sara_traffic_add() - count one packet
 * @traffic: whose
 * @bytes: its IP length
 *
 * Context: BH off.
 */
static inline void sara_traffic_add(struct sara_traffic __percpu *traffic,
				    unsigned int bytes)
{
	struct sara_traffic *mine = this_cpu_ptr(traffic);

	u64_stats_update_begin(&mine->sync);
	u64_stats_inc(&mine->packets);
	u64_stats_add(&mine->bytes, bytes);
	u64_stats_update_end(&mine->sync);
}

#endif
