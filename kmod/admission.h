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
struct sara_refused;
struct sara_service;

/**
 * enum sara_verdict - what admission says of a new session
 * @SARA_VERDICT_NONE: it has no say: it is off, or no policy is good
 * @SARA_VERDICT_ADMITTED: it may be placed
 * @SARA_VERDICT_REFUSED: it may not
 */
enum sara_verdict {
	SARA_VERDICT_NONE,
	SARA_VERDICT_ADMITTED,
	SARA_VERDICT_REFUSED,
};

enum sara_verdict sara_admission_judge(struct sara_service *service,
				       const struct sara_key *flow,
				       const struct sara_call_name *call);
const struct sara_refused *
sara_admission_recall(const struct sara_service *service,
		      const struct sara_key *flow, const struct sara_key *call);
int sara_admission_thins(struct sara_flow *flow);
void sara_admission_init(void);

#endif
