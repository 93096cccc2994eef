// SPDX-License-Identifier: GPL-2.0
/*
 * The Call-ID of a SIP message (RFC 3261, sections 7.3.1 and 20.8): the first
 * header named Call-ID or i, in any case, folded or not, lines ended by CRLF or
 * LF. The message may come in pieces, as it lies in a packet's buffers; it is
 * read once, from its begin to the end of that header.
 */
#include "call_id.h"

#include <linux/string.h>

static bool sara_is_blank(u8 c)
{
	return c == ' ' || c == '\t';
}

static u8 sara_lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static void sara_call_id_name(struct sara_call_id *id, u8 c)
{
	if (id->name_len < sizeof(id->name))
		id->name[id->name_len++] = sara_lower(c);
	else
		id->name_len = sizeof(id->name) + 1;
}

/* At the colon: is it the header that counts? */
static u8 sara_call_id_named(const struct sara_call_id *id)
{
	if ((id->name_len == 7 && !memcmp(id->name, "call-id", 7)) ||
	    (id->name_len == 1 && *id->name == 'i'))
		return SARA_CALL_ID_BLANK;
	return SARA_CALL_ID_LINE;
}

/* At the first byte of a line: a header's name, more of the last one, the end. */
static u8 sara_call_id_line(struct sara_call_id *id, u8 c)
{
	if (sara_is_blank(c))
		return SARA_CALL_ID_LINE;
	if (c == '\r' || c == '\n')
		return SARA_CALL_ID_NONE;
	/* Most headers are told apart by their first letter. */
	if (sara_lower(c) != 'c' && sara_lower(c) != 'i')
		return SARA_CALL_ID_LINE;
	id->name_len = 0;
	sara_call_id_name(id, c);
	return SARA_CALL_ID_NAME;
}

/* A Call-ID has neither blanks nor control characters within. */
static bool sara_call_id_fits(u8 c)
{
	return c > ' ' && c <= '~';
}

static u8 sara_call_id_value(struct sara_call_id *id, u8 c)
{
	if (!sara_call_id_fits(c) || id->len == SARA_CALL_ID_MAX)
		return SARA_CALL_ID_NONE;
	id->text[id->len++] = c;
	return SARA_CALL_ID_VALUE;
}

static u8 sara_call_id_next(struct sara_call_id *id, u8 c)
{
	switch (id->state) {
	case SARA_CALL_ID_LEADING:
		return c == '\r' || c == '\n' ? SARA_CALL_ID_LEADING :
						SARA_CALL_ID_LINE;
	case SARA_CALL_ID_LINE:
		return c == '\n' ? SARA_CALL_ID_BEGIN : SARA_CALL_ID_LINE;
	case SARA_CALL_ID_BEGIN:
		return sara_call_id_line(id, c);
	case SARA_CALL_ID_NAME:
		if (c == ':')
			return sara_call_id_named(id);
		if (sara_is_blank(c))
			return SARA_CALL_ID_COLON;
		if (c == '\n')
			return SARA_CALL_ID_BEGIN;
		sara_call_id_name(id, c);
		return SARA_CALL_ID_NAME;
	case SARA_CALL_ID_COLON:
		if (c == ':')
			return sara_call_id_named(id);
		if (c == '\n')
			return SARA_CALL_ID_BEGIN;
		return sara_is_blank(c) ? SARA_CALL_ID_COLON :
					  SARA_CALL_ID_LINE;
	case SARA_CALL_ID_BLANK:
		if (sara_is_blank(c) || c == '\r')
			return SARA_CALL_ID_BLANK;
		return c == '\n' ? SARA_CALL_ID_FOLDED :
				   sara_call_id_value(id, c);
	case SARA_CALL_ID_FOLDED:
		return sara_is_blank(c) ? SARA_CALL_ID_BLANK :
					  SARA_CALL_ID_NONE;
	case SARA_CALL_ID_VALUE:
		if (c == '\n')
			return SARA_CALL_ID_NEXT;
		if (sara_is_blank(c) || c == '\r')
			return SARA_CALL_ID_AFTER;
		return sara_call_id_value(id, c);
	case SARA_CALL_ID_AFTER:
		if (c == '\n')
			return SARA_CALL_ID_NEXT;
		return sara_is_blank(c) || c == '\r' ? SARA_CALL_ID_AFTER :
						       SARA_CALL_ID_NONE;
	case SARA_CALL_ID_NEXT:
		return sara_is_blank(c) ? SARA_CALL_ID_AFTER :
					  SARA_CALL_ID_FOUND;
	}
	return id->state;
}

/*
 * How many bytes there are before the end of the line. Of a message most are
 * passed over here, so that is done eight at a time: is one of them an end?
 */
static unsigned int sara_call_id_skip(const u8 *data, unsigned int len)
{
	const u64 ones = 0x0101010101010101ULL;
	unsigned int at = 0;
	u64 bytes;

	for (; len - at >= sizeof(bytes); at += sizeof(bytes)) {
		memcpy(&bytes, data + at, sizeof(bytes));
		bytes ^= ones * '\n';
		if ((bytes - ones) & ~bytes & (ones << 7))
			break;
	}
	while (at < len && data[at] != '\n')
		at++;
	return at;
}

/* Takes of the value what is there at once; what is behind it is not judged. */
static unsigned int sara_call_id_take(struct sara_call_id *id, const u8 *data,
				      unsigned int len)
{
	unsigned int at = 0;

	while (at < len && id->len < SARA_CALL_ID_MAX &&
	       sara_call_id_fits(data[at]))
		id->text[id->len++] = data[at++];
	return at;
}

static bool sara_call_id_known(const struct sara_call_id *id)
{
	return id->state == SARA_CALL_ID_FOUND ||
	       id->state == SARA_CALL_ID_NONE;
}

/**
 * sara_call_id_begin() - a message is to be read
 * @id: its reader
 *
 * Context: any.
 */
void sara_call_id_begin(struct sara_call_id *id)
{
	id->state = SARA_CALL_ID_LEADING;
	id->name_len = 0;
	id->len = 0;
}

/**
 * sara_call_id_read() - read the next piece of a message
 * @id: its reader
 * @data: the piece
 * @len: its length
 *
 * Context: any.
 * Return: true if more of the message would change nothing.
 */
bool sara_call_id_read(struct sara_call_id *id, const u8 *data,
		       unsigned int len)
{
	unsigned int i = 0;

	while (i < len && !sara_call_id_known(id)) {
		if (id->state == SARA_CALL_ID_LINE)
			i += sara_call_id_skip(data + i, len - i);
		else if (id->state == SARA_CALL_ID_VALUE)
			i += sara_call_id_take(id, data + i, len - i);
		if (i < len)
			id->state = sara_call_id_next(id, data[i++]);
	}
	return sara_call_id_known(id);
}

/**
 * sara_call_id_end() - the message, or what is read of it, ends here
 * @id: its reader
 *
 * Context: any.
 * Return: true if it has a Call-ID, which is NUL-terminated now.
 */
bool sara_call_id_end(struct sara_call_id *id)
{
	if (id->state == SARA_CALL_ID_NEXT)
		id->state = SARA_CALL_ID_FOUND;
	id->text[id->len] = '\0';
	return id->state == SARA_CALL_ID_FOUND;
}
