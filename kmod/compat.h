/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels. Where a feature is a macro, it is asked for by
 * its name, since distributions move features between versions.
 */
#ifndef _SARA_COMPAT_H
#define _SARA_COMPAT_H

#include <linux/netlink.h>
#include <linux/slab.h>

/*
 * sara_refuse() - tell userspace why: with names and numbers where the kernel
 * has room for a formatted sentence (6.3), else by the plain sentence.
 */
#ifdef NL_SET_ERR_MSG_FMT
#define sara_refuse(extack, plain, fmt, ...) \
	NL_SET_ERR_MSG_FMT((extack), fmt, ##__VA_ARGS__)
#else
#define sara_refuse(extack, plain, fmt, ...) do {			\
	NL_SET_ERR_MSG((extack), plain);				\
	if (0)								\
		no_printk(fmt, ##__VA_ARGS__);				\
} while (0)
#endif

/* Before 6.4 only a constructor keeps a cache from being merged. */
#ifndef SLAB_NO_MERGE
#define SLAB_NO_MERGE	0
#endif

#endif
