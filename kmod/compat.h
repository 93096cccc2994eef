/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels. Where a feature is a macro, it is asked for by
 * its name, since distributions move features between versions.
 */
#ifndef _SARA_COMPAT_H
#define _SARA_COMPAT_H

#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

/* Before 6.3 a refusal has no room for a formatted sentence. */
#ifdef NL_SET_ERR_MSG_FMT
#define sara_refuse_fmt NL_SET_ERR_MSG_FMT
#else
#define sara_refuse_fmt(extack, fmt, ...) do {				\
	(void)(extack);							\
	no_printk(fmt, ##__VA_ARGS__);					\
} while (0)
#endif

/*
 * sara_refuse() - tell userspace why: with names and numbers where the kernel
 * can (they are cut at 79 bytes), else by the plain sentence.
 */
#define sara_refuse(extack, plain, fmt, ...) do {			\
	struct netlink_ext_ack *__refused = (extack);			\
									\
	NL_SET_ERR_MSG(__refused, plain);				\
	sara_refuse_fmt(__refused, fmt, ##__VA_ARGS__);			\
} while (0)

/* sara_dst_init() - a dst of the caller's, who has the only reference to it. */
static inline void sara_dst_init(struct dst_entry *dst, struct dst_ops *ops)
{
#ifdef SARA_HAVE_DST_INITIAL_REF
	dst_init(dst, ops, NULL, 1, DST_OBSOLETE_NONE, DST_NOCOUNT);
#else
	dst_init(dst, ops, NULL, DST_OBSOLETE_NONE, DST_NOCOUNT);
#endif
}

/*
 * sara_skb_resume() - a packet that was taken by an ingress hook is to be
 * received behind the hooks. A kernel without packet actions cannot be told.
 */
#ifdef CONFIG_NET_CLS_ACT
#define SARA_CAN_RESUME true
#define sara_skb_resume(skb) ((skb)->tc_skip_classify = 1)
#else
#define SARA_CAN_RESUME false
#define sara_skb_resume(skb) no_printk("%p", skb)
#endif

/*
 * sara_cache_create() - a cache that slabinfo shows by its name; before 6.4
 * only one with a constructor is not merged with others (and must not be asked
 * for zeroed memory).
 */
#ifdef SLAB_NO_MERGE
static inline struct kmem_cache *
sara_cache_create(const char *name, unsigned int size, slab_flags_t flags)
{
	return kmem_cache_create(name, size, 0, flags | SLAB_NO_MERGE, NULL);
}
#else
static inline void sara_cache_ctor(void *object)
{
}

static inline struct kmem_cache *
sara_cache_create(const char *name, unsigned int size, slab_flags_t flags)
{
	return kmem_cache_create(name, size, 0, flags, sara_cache_ctor);
}
#endif

#endif
