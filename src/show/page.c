#include "show/page.h"

static unsigned width(const struct page *p)
{
	if (p->width == 0)
		return PAGE_WIDTH;
	if (p->width < PAGE_WIDTH_MIN)
		return PAGE_WIDTH_MIN;
	return p->width > PAGE_WIDTH_MAX ? PAGE_WIDTH_MAX : p->width;
}

/* One character of s as it is shown: the bytes in *one, its columns in *columns. Returns how much of s it took. */
enum { SHOWN_MAX = 16 }; /* four bytes as \xNN */

static size_t character(const struct page *p, struct span s, struct buf *one, unsigned *columns)
{
	uint32_t c = 0;
	size_t n = span_utf8(s, &c);

	if (n == 0)
		n = 1;
	if (n > 1 && !p->utf8) {
		for (size_t i = 0; i < n; i++)
			buf_printable(one, (struct span){ s.p + i, 1 });
	} else {
		buf_printable(one, span_first(s, n));
	}
	*columns = n > 1 && p->utf8 && one->n == n ? 1 : (unsigned)one->n;
	return n;
}

/* Print without stand-ins. */
static void put(struct page *p, struct span s)
{
	while (s.n != 0) {
		unsigned char bytes[SHOWN_MAX];
		struct buf one = BUF(bytes);
		unsigned columns;
		size_t n = character(p, s, &one, &columns);

		if (one.n == 1 && bytes[0] == ' ') {
			p->blanks++;
		} else {
			buf_fill(p->out, ' ', p->blanks);
			p->blanks = 0;
			buf_put(p->out, buf_span(&one));
		}
		p->column += columns;
		s = span_from(s, n);
	}
}

/* The text with stand-ins for names, when that was asked for; lives as long as `scratch`. */
static struct span shared(struct page *p, struct span s, struct buf *scratch)
{
	if (p->pseudonym == NULL)
		return s;
	pseudonym_apply(p->pseudonym, s, scratch);
	if (!buf_ok(scratch))
		p->out->full = true;
	return buf_span(scratch);
}

void page_tone(struct page *p, enum page_tone tone)
{
	static const char code[][6] = {
		[PAGE_PLAIN] = "\033[0m", [PAGE_STRONG] = "\033[1m", [PAGE_FAINT] = "\033[2m", [PAGE_BAD] = "\033[31m",
		[PAGE_GOOD] = "\033[32m", [PAGE_WARN] = "\033[33m",  [PAGE_TYPE] = "\033[1m",
	};

	if (!p->colour)
		return;
	if (tone != PAGE_PLAIN) {
		buf_fill(p->out, ' ', p->blanks);
		p->blanks = 0;
	}
	buf_z(p->out, code[tone]);
}

void page_put(struct page *p, struct span s)
{
	unsigned char bytes[PAGE_LINE_MAX];
	struct buf scratch = BUF(bytes);

	put(p, shared(p, s, &scratch));
}

void page_z(struct page *p, const char *z)
{
	put(p, span_z(z));
}

void page_toned(struct page *p, enum page_tone tone, struct span s)
{
	page_tone(p, tone);
	page_put(p, s);
	page_tone(p, PAGE_PLAIN);
}

void page_say(struct page *p, const char *format, ...)
{
	char text[PAGE_LINE_MAX];
	struct buf b = BUF(text);
	va_list arguments;

	va_start(arguments, format);
	buf_vsay(&b, format, arguments);
	va_end(arguments);
	page_put(p, buf_span(&b));
}

void page_to(struct page *p, unsigned column)
{
	if (column <= p->column)
		return;
	p->blanks += column - p->column;
	p->column = column;
}

void page_end(struct page *p)
{
	buf_byte(p->out, '\n');
	p->column = 0;
	p->blanks = 0;
}

void page_heading(struct page *p, const char *text)
{
	page_end(p);
	page_toned(p, PAGE_STRONG, span_z(text));
	page_end(p);
}

static unsigned columns_of(const struct page *p, struct span s)
{
	unsigned columns = 0;

	while (s.n != 0) {
		unsigned char bytes[SHOWN_MAX];
		struct buf one = BUF(bytes);
		unsigned c;

		s = span_from(s, character(p, s, &one, &c));
		columns += c;
	}
	return columns;
}

/* The word at the start of s. */
static struct span word(struct span s)
{
	size_t n = 0;

	while (n < s.n && !span_is_space(s.p[n]))
		n++;
	return span_first(s, n);
}

/* As many bytes of s as fill `scratch` columns, at least one character. */
static size_t piece(const struct page *p, struct span s, unsigned scratch)
{
	size_t n = 0;
	unsigned used = 0;

	while (n < s.n) {
		unsigned char bytes[SHOWN_MAX];
		struct buf one = BUF(bytes);
		unsigned c;
		size_t took = character(p, span_from(s, n), &one, &c);

		if (n != 0 && used + c > scratch)
			break;
		n += took;
		used += c;
	}
	return n;
}

static size_t blanks_of(struct span s)
{
	size_t n = 0;

	while (n < s.n && span_is_space(s.p[n]))
		n++;
	return n;
}

/* How much of s goes on this line, of which `scratch` columns are left. `fresh` says that nothing
 * stands on it yet: then at least one character goes. 0 sends the first word to the next line. */
static size_t fit(const struct page *p, struct span s, unsigned scratch, bool fresh)
{
	size_t taken = 0;
	unsigned used = 0;

	for (;;) {
		size_t gap = blanks_of(span_from(s, taken)), at;
		struct span next = word(span_from(s, taken + gap));
		unsigned columns = (unsigned)gap + columns_of(p, next);

		if (next.n == 0)
			return taken;
		if (used + columns > scratch) {
			if (taken != 0 || !fresh)
				return taken;
			return gap + (span_find(next, SPAN("://"), &at) ? next.n : piece(p, next, scratch));
		}
		used += columns;
		taken += gap + next.n;
	}
}

/* Words between the cursor and column `right`, with the aside flush right behind the first line. */
static void set(struct page *p, unsigned hang, unsigned right, struct span text, struct span aside)
{
	for (;;) {
		unsigned at = p->column;
		size_t n = fit(p, text, at < right ? right - at : 0, at <= hang);

		put(p, span_first(text, n));
		text = span_from(text, n);
		text = span_from(text, blanks_of(text));
		if (aside.n != 0) {
			page_to(p, right + 1);
			page_tone(p, PAGE_FAINT);
			put(p, aside);
			page_tone(p, PAGE_PLAIN);
			aside.n = 0;
		}
		if (text.n == 0)
			return;
		page_end(p);
		page_to(p, hang);
	}
}

void page_words(struct page *p, unsigned hang, struct span text)
{
	unsigned char bytes[PAGE_LINE_MAX];
	struct buf scratch = BUF(bytes);

	set(p, hang, width(p), shared(p, span_trim(text), &scratch), SPAN_NONE);
}

void page_row(struct page *p, unsigned hang, struct span text, struct span aside)
{
	unsigned char bytes[PAGE_LINE_MAX], right[PAGE_ASIDE];
	struct buf scratch = BUF(bytes), flush = BUF(right);

	if (aside.n != 0 && aside.n <= sizeof right) {
		buf_fill(&flush, ' ', sizeof right - aside.n);
		buf_put(&flush, aside);
	}
	set(p, hang, width(p) - (aside.n != 0 ? PAGE_ASIDE + 1 : 0), shared(p, span_trim(text), &scratch),
	    buf_span(&flush));
	page_end(p);
}

/* The columns of the indent and the bullet of a line: "  - ", "12. ". */
static unsigned bullet(struct span s)
{
	size_t lead = blanks_of(s), n = lead;

	while (n < s.n && span_is_digit(s.p[n]))
		n++;
	if (n > lead && n + 1 < s.n && (s.p[n] == '.' || s.p[n] == ')') && s.p[n + 1] == ' ')
		return (unsigned)n + 2;
	s = span_from(s, lead);
	if (span_starts(s, SPAN("- ")) || span_starts(s, SPAN("* ")))
		return (unsigned)lead + 2;
	return (unsigned)lead;
}

/* A comment to paste, over as many lines as it needs, each a comment. */
static void comment(struct page *p, unsigned at, struct span text)
{
	do {
		size_t n;

		page_to(p, at);
		page_z(p, "# ");
		n = fit(p, text, width(p) - at - 2, true);
		put(p, span_first(text, n));
		page_end(p);
		text = span_from(text, n);
		text = span_from(text, blanks_of(text));
	} while (text.n != 0);
}

/* A line to type; a long one further left, so that the terminal folds less of it. */
static void typed(struct page *p, unsigned indent, struct span line)
{
	unsigned char bytes[PAGE_LINE_MAX];
	struct buf scratch = BUF(bytes);
	unsigned at = indent + PAGE_TYPED;

	line = shared(p, line, &scratch);
	if (at + columns_of(p, line) > width(p))
		at = PAGE_TYPED;
	if (p->column > p->blanks)
		page_end(p);
	p->column = p->blanks = 0;
	if (span_starts(line, SPAN("# "))) {
		comment(p, at, span_from(line, 2));
		return;
	}
	page_to(p, at);
	page_tone(p, PAGE_TYPE);
	put(p, line);
	page_tone(p, PAGE_PLAIN);
	page_end(p);
}

static void prose(struct page *p, unsigned indent, struct span line)
{
	unsigned deep = bullet(line);

	if (deep > 16) /* somebody's own layout */
		deep = 16;
	page_to(p, indent);
	put(p, span_first(line, deep));
	page_row(p, indent + deep, span_from(line, deep), SPAN_NONE);
}

static void lines(struct page *p, unsigned indent, struct span text, bool all_typed)
{
	while (text.n != 0) {
		struct span line = span_cut(text, '\n', &text);

		while (line.n != 0 && span_is_space(line.p[line.n - 1]))
			line.n--;
		if (line.n == 0)
			page_end(p);
		else if (all_typed || line.p[0] == '\t')
			typed(p, indent, span_from(line, line.p[0] == '\t'));
		else
			prose(p, indent, line);
	}
}

void page_lines(struct page *p, unsigned indent, struct span text)
{
	lines(p, indent, text, false);
}

void page_typed(struct page *p, unsigned indent, struct span text)
{
	lines(p, indent, text, true);
}

void page_mark(struct page *p, enum verdict v)
{
	static const struct {
		enum page_tone tone;
		char ascii[3], utf8[4];
	} mark[] = {
		[VERDICT_NONE] = { PAGE_FAINT, "  ", " " }, [VERDICT_PASS] = { PAGE_GOOD, "ok", "\xe2\x9c\x93" },
		[VERDICT_WARN] = { PAGE_WARN, "!!", "!" },  [VERDICT_FAIL] = { PAGE_BAD, "XX", "\xe2\x9c\x97" },
		[VERDICT_SKIP] = { PAGE_FAINT, "--", "-" },
	};

	page_tone(p, mark[v].tone);
	page_z(p, p->utf8 ? mark[v].utf8 : mark[v].ascii);
	page_tone(p, PAGE_PLAIN);
	page_z(p, " ");
}
