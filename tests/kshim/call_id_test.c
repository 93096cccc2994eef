// SPDX-License-Identifier: GPL-2.0
/*
 * The Call-ID reader by a table: a message in, its Call-ID out, or none. Each
 * message is read in two pieces, cut at every place, and byte by byte, which
 * must not matter. Then all are mutated, with a fixed seed: whatever they say,
 * the reader stays within them.
 *
 *   build/default/bin/kshim_call_id
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_id.h"

#define MUTATIONS	20000

#define START		"INVITE sip:bob@x SIP/2.0\r\n"
#define VIA		"Via: SIP/2.0/UDP h;branch=z9\r\n"
#define LONG50		"12345678901234567890123456789012345678901234567890"
#define LONG255		LONG50 LONG50 LONG50 LONG50 LONG50 "12345"

struct test {
	const char	*name;
	const char	*message;
	const char	*call_id;	/* NULL: none */
};

static const struct test tests[] = {
	{ "as usual", START VIA "Call-ID: a@b\r\nCSeq: 1 INVITE\r\n\r\n", "a@b" },
	{ "a reply", "SIP/2.0 200 OK\r\nCall-ID: a@b\r\n\r\n", "a@b" },
	{ "compact", START "i: a@b\r\n\r\n", "a@b" },
	{ "compact, upper case", START "I:a@b\r\n\r\n", "a@b" },
	{ "any case", START "cAlL-Id: A@b\r\n\r\n", "A@b" },
	{ "blanks around", START "Call-ID \t:\t a@b \t\r\n\r\n", "a@b" },
	{ "value on the next line", START "Call-ID:\r\n a@b\r\n\r\n", "a@b" },
	{ "value two lines on", START "Call-ID:\r\n \r\n\ta@b\r\n\r\n", "a@b" },
	{ "folded after the value", START "Call-ID: a@b\r\n \r\n\r\n", "a@b" },
	{ "LF only", "INVITE x\nVia: y\nCall-ID: a@b\n\n", "a@b" },
	{ "line ends before the start line", "\r\n\n" START "i:a@b\r\n\r\n", "a@b" },
	{ "the last line, without an empty one", START "i:a@b\r\n", "a@b" },
	{ "the first of two", START "i:a@b\r\nCall-ID: c@d\r\n\r\n", "a@b" },
	{ "after names that begin alike",
	  START "id: x\r\nCall-IDs: x\r\nCall-I: x\r\nCall_ID: x\r\ni:a@b\r\n\r\n", "a@b" },
	{ "after a folded line that looks alike",
	  START "Subject: x\r\n i: no\r\n\tCall-ID: no\r\ni:a@b\r\n\r\n", "a@b" },
	{ "after a line that is no header", START "nonsense\r\n: x\r\ni:a@b\r\n\r\n", "a@b" },
	{ "colons within", START "i:a:b@[::1]\r\n\r\n", "a:b@[::1]" },
	{ "all the odd characters that are legal",
	  START "i:w-.!%*_+`'~()<>:\\\"/[]?{}@x\r\n\r\n", "w-.!%*_+`'~()<>:\\\"/[]?{}@x" },
	{ "255 bytes", START "i:" LONG255 "\r\n\r\n", LONG255 },

	{ "256 bytes", START "i:" LONG255 "6\r\n\r\n", NULL },
	{ "nothing", "", NULL },
	{ "a keep-alive", "\r\n\r\n", NULL },
	{ "no such header", START VIA "\r\n", NULL },
	{ "in the start line only", "Call-ID: a@b\r\n\r\n", NULL },
	{ "in the body only", START VIA "\r\nCall-ID: a@b\r\n", NULL },
	{ "without a value", START "Call-ID:\r\nVia: x\r\n\r\n", NULL },
	{ "without a value, the end", START "Call-ID:\r\n", NULL },
	{ "two words", START "Call-ID: a b\r\n\r\n", NULL },
	{ "two words, folded", START "Call-ID: a\r\n b\r\n\r\n", NULL },
	{ "cut within the value", START "Call-ID: a@b", NULL },
	{ "cut before the value", START "Call-ID: ", NULL },
	{ "cut within the name", START "Call-I", NULL },
	{ "a byte that no word has", START "i:a\x01@b\r\n\r\n", NULL },
	{ "a byte beyond ASCII", START "i:a\xc3\xa4@b\r\n\r\n", NULL },
};

/* A copy of exactly its size, so that a byte read too far is seen. */
static u8 *copy(const void *from, size_t len)
{
	u8 *to = malloc(len ? len : 1);

	if (!to)
		abort();
	memcpy(to, from, len);
	return to;
}

/* Read a message in pieces: @step bytes each, or the first one of @cut. */
static bool read_pieces(struct sara_call_id *id, const u8 *message, size_t len,
			size_t cut, size_t step)
{
	size_t at = 0;

	sara_call_id_begin(id);
	while (at < len) {
		size_t piece = at < cut ? cut - at : step;
		bool done;
		u8 *bytes;

		if (piece > len - at)
			piece = len - at;
		bytes = copy(message + at, piece);
		done = sara_call_id_read(id, bytes, (unsigned int)piece);
		free(bytes);
		if (done)
			break;
		at += piece;
	}
	return sara_call_id_end(id);
}

static bool as_expected(const struct test *t, size_t cut, size_t step)
{
	size_t len = strlen(t->message);
	struct sara_call_id id;
	bool found;

	found = read_pieces(&id, (const u8 *)t->message, len, cut, step);
	if (found == !!t->call_id && (!found || (!strcmp(id.text, t->call_id) &&
						 id.len == strlen(id.text))))
		return true;
	printf("not ok: %s, cut at %zu: expected '%s', came '%s'\n", t->name,
	       cut, t->call_id ? t->call_id : "none",
	       found ? id.text : "none");
	return false;
}

static bool run(const struct test *t)
{
	size_t len = strlen(t->message), cut;

	for (cut = 0; cut <= len; cut++)
		if (!as_expected(t, cut, len + 1))
			return false;
	if (!as_expected(t, 0, 1))
		return false;
	printf("ok: %s\n", t->name);
	return true;
}

static u32 random_next(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static bool mutate(const struct test *t, u32 *state)
{
	static const char likely[] = "\r\n\t :iICall-ID@\0\xff";
	size_t len = strlen(t->message);
	int i;

	for (i = 0; len && i < MUTATIONS; i++) {
		u8 *bytes = copy(t->message, len);
		struct sara_call_id id;
		size_t n;

		for (n = random_next(state) % 4 + 1; n; n--)
			bytes[random_next(state) % len] =
				(u8)likely[random_next(state) % sizeof(likely)];
		if (read_pieces(&id, bytes, len, random_next(state) % len,
				random_next(state) % 9 + 1) &&
		    (!id.len || strlen(id.text) != id.len)) {
			printf("not ok: %s, mutated: '%s'\n", t->name, id.text);
			free(bytes);
			return false;
		}
		free(bytes);
	}
	return true;
}

int main(void)
{
	unsigned int i, failed = 0;
	u32 state = 0x5a4a;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		failed += !run(&tests[i]);
		failed += !mutate(&tests[i], &state);
	}
	printf("%u failed\n", failed);
	return failed ? 1 : 0;
}
