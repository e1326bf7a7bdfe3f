#include "show/causes.h"

static void label(struct page *p, const char *name)
{
	page_toned(p, PAGE_STRONG, span_z(name));
	page_to(p, CAUSES_TEXT);
}

static void field(struct page *p, const char *name, struct span text)
{
	if (text.n == 0)
		return;
	label(p, name);
	page_lines(p, CAUSES_TEXT, text);
}

static void cause(struct page *p, const struct explain_cause *c, unsigned number)
{
	page_tone(p, PAGE_STRONG);
	page_z(p, "Cause");
	if (number != 0)
		page_say(p, " %u", number);
	page_tone(p, PAGE_PLAIN);
	page_lines(p, CAUSES_TEXT, c->text);
	if (c->certainty == EXPLAIN_UNCONFIRMED)
		page_lines(p, CAUSES_TEXT, SPAN("(not confirmed: believed, but neither documented nor seen)"));
	field(p, "Who", span_z(explain_who(c->who)));
	field(p, "Fix", c->fix);
	field(p, "Verify", c->verify);
}

void causes_causes(struct page *p, const struct explanation *e)
{
	for (unsigned i = 0; i < e->n && i < EXPLAIN_CAUSES_MAX; i++) {
		page_end(p);
		cause(p, &e->cause[i], e->n > 1 ? i + 1 : 0);
	}
	if (e->nots == 0)
		return;
	page_heading(p, "Not the cause");
	for (unsigned i = 0; i < e->nots && i < EXPLAIN_NOTS_MAX; i++) {
		page_z(p, "  - ");
		page_row(p, 4, e->not_cause[i], SPAN_NONE);
	}
}

/* What to do first: the first line, and the one to be typed that it announces. */
static struct span first_step(struct span fix)
{
	struct span rest = fix, line = span_cut(rest, '\n', &rest), next;

	if (span_starts(line, SPAN("\t")) || !span_starts(rest, SPAN("\t")))
		return line;
	next = span_cut(rest, '\n', &rest);
	return (struct span){ line.p, (size_t)(next.p + next.n - line.p) };
}

void causes_again(struct page *p, const struct explanation *e, size_t begin)
{
	unsigned lines = 0;

	for (size_t i = begin; i < p->out->n; i++)
		lines += p->out->p[i] == '\n';
	if (e->n == 0 || lines <= CAUSES_SCREEN)
		return;
	page_heading(p, e->n > 1 ? "Most likely (cause 1 above)" : "The cause (above)");
	page_lines(p, 2, e->cause[0].text);
	page_lines(p, 2, first_step(e->cause[0].fix));
}

void causes_found(struct page *p, const struct explain_found *found, const struct explanation *e, bool again)
{
	page_tone(p, PAGE_STRONG);
	page_words(p, 0, found->what);
	page_tone(p, PAGE_PLAIN);
	if (found->line > 1)
		page_say(p, " (line %llu)", (unsigned long long)found->line);
	page_end(p);
	if (found->meaning[0] != '\0')
		page_lines(p, 2, span_z(found->meaning));
	else
		page_lines(p, 2, SPAN("This code is not known to o2pop; the page below is Microsoft's own text."));
	if (again) {
		page_end(p);
		field(p, "Cause", SPAN("as above"));
	} else {
		causes_causes(p, e);
	}
	if (found->aadsts != 0) {
		page_end(p);
		label(p, "Official");
		page_say(p, "https://login.microsoftonline.com/error?code=%llu", (unsigned long long)found->aadsts);
		page_end(p);
	}
}

void causes_cause(struct page *p, const struct explanation *e)
{
	page_toned(p, PAGE_STRONG, span_z(e->cause[0].id));
	page_end(p);
	page_lines(p, 2, SPAN("A cause that o2pop's reports name."));
	causes_causes(p, e);
}

/* Can this step end a check? */
static bool can_fail(enum step r)
{
	return r != STEP_QUIT && r != STEP_TRIAGE && r != STEP_CLOCK;
}

static void put_steps(struct page *p, const char *label, uint32_t set)
{
	const char *before = label;

	for (int i = 0; i < STEP__COUNT; i++) {
		if ((set >> i & 1) == 0)
			continue;
		page_to(p, 2);
		page_z(p, before);
		page_words(p, 2, span_z(step_table[i].id));
		before = ", ";
	}
	if (before != label)
		page_end(p);
}

void causes_step(struct page *p, enum step step)
{
	char text[120];
	struct buf b = BUF(text);

	page_toned(p, PAGE_STRONG, span_z(step_table[step].id));
	page_end(p);
	page_lines(p, 2, SPAN("A step of o2pop check. It proves:"));
	page_lines(p, 2, span_z(step_table[step].proves));
	put_steps(p, "It needs: ", step_table[step].needs);
	if (!can_fail(step))
		return;
	buf_say(&b, "When it fails, the exit status is %d (a deadline: 3; throttled or busy: 10).",
	        step_exit_status(step, &(struct fault){ 0 }));
	page_lines(p, 2, buf_span(&b));
}

void causes_exit(struct page *p, unsigned status, struct span meaning)
{
	char text[200];
	struct buf b = BUF(text);
	uint32_t set = 0;

	for (enum step r = STEP_CREDENTIAL; r < STEP__COUNT; r++)
		if (can_fail(r) && step_exit_status(r, &(struct fault){ 0 }) == status)
			set |= 1u << r;
	page_tone(p, PAGE_STRONG);
	page_say(p, "exit status %u", status);
	page_tone(p, PAGE_PLAIN);
	page_end(p);
	buf_say(&b, "Of o2pop check, token and probe: %.*s.", SPAN_ARG(meaning));
	page_lines(p, 2, buf_span(&b));
	put_steps(p, "Steps that end with it: ", set);
	if (status <= 3)
		page_lines(p, 2, SPAN("With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."));
}

void causes_reading(struct page *p, const struct reading *r)
{
	char text[200];
	struct buf b = BUF(text);
	bool any = false;

	reading_context(r, &b);
	if (b.n != 0 && r->lines > 1) {
		page_z(p, "Read as: ");
		page_words(p, CAUSES_TEXT, buf_span(&b));
		page_end(p);
		any = true;
	}
	for (int i = 0; i < READING_VALUES; i++) {
		const char *value = (const char *)r->value[i];

		if (value[0] == '\0' || (i != READING_CHALLENGE && r->lines == 1))
			continue;
		page_say(p, "  %s: ", reading_value_id((enum reading_value)i));
		page_words(p, 4, span_z(value));
		page_end(p);
		any = true;
	}
	if (any)
		page_end(p);
}

void causes_lost(struct page *p, const struct reading *r)
{
	if (r->losts == 0 || r->lines == 1)
		return;
	page_heading(p, "Not understood");
	for (unsigned i = 0; i < r->losts; i++) {
		page_say(p, "  line %llu: ", (unsigned long long)r->lost[i].line);
		page_words(p, 4, span_z((const char *)r->lost[i].text));
		page_end(p);
	}
	page_say(p, "  (%llu of %llu lines were understood)", (unsigned long long)r->understood,
	         (unsigned long long)r->lines);
	page_end(p);
}

void causes_nothing(struct page *p, const char *nearest)
{
	if (nearest != NULL) {
		page_say(p, "Did you mean %s?", nearest);
		page_end(p);
	}
	page_lines(p, 0,
	           SPAN("Nothing was found that explains a failure. Paste the answer itself: the line that begins with "
	                "-ERR, NO or a number like 535, the JSON with \"error\" and \"error_description\", or the "
	                "innermost message of a stack trace, with the lines before it.\n"
	                "o2pop knows AADSTS codes, OAuth errors, replies of mail servers, what common programs print "
	                "of TLS and the network, and of its own reports the fault ids, cause ids, steps and exit "
	                "statuses. Any AADSTS code can be looked up at https://login.microsoftonline.com/error"));
}
