/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Call-ID of a SIP message. Pure: also built into a userspace test.
 */
#ifndef _SARA_CALL_ID_H
#define _SARA_CALL_ID_H

#include <linux/types.h>

#include <uapi/linux/sara.h>

/* Bytes of a message in which it is looked for: more headers are no message. */
#define SARA_CALL_ID_WITHIN	8192

/**
 * enum sara_call_id_state - where in a message the reader is
 * @SARA_CALL_ID_LEADING: before the start line, where line ends do not count
 * @SARA_CALL_ID_LINE: in a line that does not matter
 * @SARA_CALL_ID_BEGIN: at the begin of a line after the start line
 * @SARA_CALL_ID_NAME: in a header's name
 * @SARA_CALL_ID_COLON: after a name, before the colon
 * @SARA_CALL_ID_BLANK: after the colon, before the value
 * @SARA_CALL_ID_FOLDED: at the begin of a line, before the value
 * @SARA_CALL_ID_VALUE: in the value
 * @SARA_CALL_ID_AFTER: in the blanks after the value
 * @SARA_CALL_ID_NEXT: at the begin of the line after the value
 * @SARA_CALL_ID_FOUND: the value is known
 * @SARA_CALL_ID_NONE: there is none, or none that can be used
 */
enum sara_call_id_state {
	SARA_CALL_ID_LEADING,
	SARA_CALL_ID_LINE,
	SARA_CALL_ID_BEGIN,
	SARA_CALL_ID_NAME,
	SARA_CALL_ID_COLON,
	SARA_CALL_ID_BLANK,
	SARA_CALL_ID_FOLDED,
	SARA_CALL_ID_VALUE,
	SARA_CALL_ID_AFTER,
	SARA_CALL_ID_NEXT,
	SARA_CALL_ID_FOUND,
	SARA_CALL_ID_NONE,
};

/**
 * struct sara_call_id - a message that is read for its Call-ID
 * @state: enum sara_call_id_state
 * @name_len: bytes of the header's name so far, or more than any that counts
 * @name: these, in lower case
 * @len: bytes of the Call-ID so far
 * @text: these; NUL-terminated once it was found
 */
struct sara_call_id {
	u8	state;
	u8	name_len;
	char	name[7];
	u16	len;
	char	text[SARA_CALL_ID_MAX + 1];
};

void sara_call_id_begin(struct sara_call_id *id);
bool sara_call_id_read(struct sara_call_id *id, const u8 *data,
		       unsigned int len);
bool sara_call_id_end(struct sara_call_id *id);

#endif
