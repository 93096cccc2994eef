/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Admission: which new sessions are refused by load, and which packets of
 * known ones are dropped by it.
 */
#ifndef _SARA_ADMISSION_H
#define _SARA_ADMISSION_H

#include "sara.h"

struct sara_call_name;
struct sara_flow;
struct sara_service;

bool sara_admission_admits(struct sara_service *service,
			   const struct sara_key *flow,
			   const struct sara_call_name *call);
int sara_admission_thins(struct sara_flow *flow);
void sara_admission_init(void);

#endif
