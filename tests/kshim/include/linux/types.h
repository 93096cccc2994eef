/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's short type names, and what it tells the compiler, on top of what its userspace headers define. */
#ifndef _KSHIM_TYPES_H
#define _KSHIM_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

#define likely(condition)	__builtin_expect(!!(condition), 1)
#define noinline		__attribute__((noinline))

#endif
