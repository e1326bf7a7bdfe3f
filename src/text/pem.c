#include "text/pem.h"

#include "text/base64.h"

/* One block while it is read: base64 is decoded four characters at a time, because lines may be of any length. */
struct block {
	unsigned char quad[4];
	size_t n;    /* characters in quad */
	bool padded; /* the end of the base64 has been seen */
};

/* The next line from *at on, without blanks at its ends. False at the end of the text. */
static bool next_line(struct span text, size_t *at, struct span *line)
{
	struct span from = span_from(text, *at), rest;

	if (from.n == 0)
		return false;
	if (*at == 0 && span_starts(from, SPAN("\xef\xbb\xbf")))
		from = span_from(from, 3);
	*line = span_trim(span_cut(from, '\n', &rest));
	*at = text.n - rest.n;
	return true;
}

/* "-----BEGIN CERTIFICATE-----", given "-----BEGIN ". */
static bool boundary(struct span line, struct span start, struct span *label)
{
	struct span end = SPAN("-----");
	size_t dashes;

	if (!span_starts(line, start) || !span_ends(line, end) || line.n <= start.n + end.n)
		return false;
	*label = span_first(span_from(line, start.n), line.n - start.n - end.n);
	return !span_find(*label, end, &dashes);
}

/* Decode one line of a block; false when it is no part of a base64 text. */
static bool decode(struct block *b, struct buf *out, struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (b->padded)
			return false;
		b->quad[b->n++] = line.p[i];
		if (b->n < sizeof b->quad)
			continue;
		if (!base64_get(out, (struct span){ b->quad, b->n }))
			return false;
		b->padded = b->quad[3] == '=';
		b->n = 0;
	}
	return true;
}

/* Read from behind a BEGIN line up to and with the END line. On false *at is where to look for the next block: at the
 * BEGIN that came too early, behind the END of another label, or at the end of the text. */
static bool read_block(struct span text, size_t *at, struct span label, struct buf *out)
{
	struct block b = { .n = 0 };
	struct span line, other;
	size_t here = *at, start = out->n;
	bool good = true;

	while (next_line(text, at, &line)) {
		if (boundary(line, SPAN("-----BEGIN "), &other)) {
			*at = here;
			return false;
		}
		if (boundary(line, SPAN("-----END "), &other))
			return good && b.n == 0 && (out->n != start || out->full) && span_eq(label, other);
		good = good && decode(&b, out, line);
		here = *at;
	}
	return false;
}

bool pem_next(struct span text, size_t *at, struct span *label, struct buf *out, bool *bad)
{
	struct span line, name;

	*bad = false;
	while (next_line(text, at, &line)) {
		struct buf before = *out;

		if (!boundary(line, SPAN("-----BEGIN "), &name))
			continue;
		if (read_block(text, at, name, out)) {
			if (out->full)
				out->n = before.n;
			*label = name;
			return true;
		}
		*out = before;
		*bad = true;
	}
	return false;
}
