#include "show/transcript.h"

#include <string.h>

#include "show/phrases.h"

static void put_head(const struct transcript *t, int64_t at_ms, struct buf *out)
{
	static const char side[][5] = {
		[WORKER_SIDE_SUPERVISOR] = "main", [WORKER_SIDE_IDP] = "idp",   [WORKER_SIDE_POP] = "pop",
		[WORKER_SIDE_IMAP] = "imap",       [WORKER_SIDE_SMTP] = "smtp", [WORKER_SIDE_TENANT] = "disc",
	};
	static const char mark[][2][3] = {
		[TRACE_SENT] = { "->", ">+" },
		[TRACE_GOT] = { "<-", "<+" },
		[TRACE_NOTE] = { "==", "=+" },
	};
	unsigned char digits[24];
	struct buf b = BUF(digits);

	phrases_exact(&b, at_ms);
	buf_fill(out, ' ', b.n < 8 ? 8 - b.n : 0);
	buf_say(out, "%.*s %s", SPAN_ARG(buf_span(&b)), side[t->side]);
	if (t->job != 0)
		buf_u64(out, t->job);
	buf_say(out, " %s ", mark[t->mark][t->cut[t->job][t->side]]);
}

/* Make printable without ever cutting: character by character, so that what does not fit shows in out->full. */
static void put_printable(struct buf *out, struct span s)
{
	while (s.n != 0) {
		unsigned char bytes[16];
		struct buf one = BUF(bytes);
		uint32_t c;
		size_t n = span_utf8(s, &c);

		if (n == 0)
			n = 1;
		if (span_starts(s, SPAN("\r\n")))
			n = 2;
		buf_printable(&one, span_first(s, n));
		buf_put(out, buf_span(&one));
		s = span_from(s, n);
	}
}

/* Bytes at the end that may be the beginning of a character or of CR LF. */
static size_t unfinished(struct span s)
{
	for (size_t n = 1; n <= 3 && n <= s.n; n++) {
		unsigned char c = s.p[s.n - n];

		if (c >= 0xc0 || (n == 1 && c == '\r'))
			return n;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

/* Show what is held, as far as it cannot be the beginning of something longer. */
static void show(struct transcript *t, bool last, struct buf *out)
{
	unsigned char bytes[10 * TRANSCRIPT_SCRATCH]; /* "a@b " grows to 30 bytes and a blank */
	struct buf b = BUF(bytes);
	struct span held = { t->bytes, t->n };
	size_t keep;

	if (t->pseudonym != NULL) {
		t->done = pseudonym_piece(t->pseudonym, held, t->done, last, &b);
	} else {
		size_t end = t->n - (last ? 0 : unfinished(held));

		if (end > t->done) {
			buf_put(&b, span_from(span_first(held, end), t->done));
			t->done = end;
		}
	}
	put_printable(out, buf_span(&b));
	if (!buf_ok(&b))
		out->full = true;
	keep = t->done > PSEUDONYM_BEFORE ? t->done - PSEUDONYM_BEFORE : 0;
	memmove(t->bytes, t->bytes + keep, t->n - keep);
	t->n -= keep;
	t->done -= keep;
}

/* The line ends here. */
static void end(struct transcript *t, struct buf *out)
{
	show(t, true, out);
	buf_byte(out, '\n');
	t->open = false;
}

void transcript_end(struct transcript *t, struct buf *out)
{
	if (t->open)
		end(t, out);
	memset(t->cut, 0, sizeof t->cut);
}

void transcript_put(struct transcript *t, const struct run_line *line, struct buf *out)
{
	struct span text = line->text;

	if (t->open && (t->side != line->side || t->job != line->job || t->mark != line->mark)) {
		t->cut[t->job][t->side] = true;
		end(t, out);
	}
	if (!t->open) {
		t->side = line->side;
		t->job = line->job < TRANSCRIPT_JOBS ? line->job : 0;
		t->mark = line->mark;
		t->n = t->done = 0;
		t->open = true;
		put_head(t, line->at_ms, out);
	}
	while (text.n != 0) {
		struct span piece = span_first(text, TRANSCRIPT_PIECE);

		if (piece.n > sizeof t->bytes - t->n)
			piece.n = sizeof t->bytes - t->n;
		memcpy(t->bytes + t->n, piece.p, piece.n);
		t->n += piece.n;
		text = span_from(text, piece.n);
		show(t, false, out);
	}
	if (!line->more) {
		end(t, out);
		t->cut[t->job][t->side] = false;
	}
}
