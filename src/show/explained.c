#include "show/explained.h"

static void label(struct page *p, const char *name)
{
	page_toned(p, PAGE_STRONG, span_z(name));
	page_to(p, EXPLAINED_TEXT);
}

static void field(struct page *p, const char *name, struct span text)
{
	if (text.n == 0)
		return;
	label(p, name);
	page_lines(p, EXPLAINED_TEXT, text);
}

static void cause(struct page *p, const struct explain_cause *c, unsigned number)
{
	page_tone(p, PAGE_STRONG);
	page_z(p, "Cause");
	if (number != 0) {
		char digits[12];
		struct buf b = BUF(digits);

		buf_byte(&b, ' ');
		buf_u64(&b, number);
		page_put(p, buf_span(&b));
	}
	page_tone(p, PAGE_PLAIN);
	page_to(p, EXPLAINED_TEXT);
	page_lines(p, EXPLAINED_TEXT, c->text);
	if (c->certainty == EXPLAIN_UNCONFIRMED) {
		page_to(p, EXPLAINED_TEXT);
		page_words(p, EXPLAINED_TEXT,
		           SPAN("(not confirmed: believed, but neither documented nor seen)"));
		page_end(p);
	}
	field(p, "Who", span_z(explain_who(c->who)));
	field(p, "Fix", c->fix);
	field(p, "Verify", c->verify);
}

void explained_causes(struct page *p, const struct explanation *e)
{
	for (unsigned i = 0; i < e->n && i < EXPLAIN_CAUSES_MAX; i++) {
		page_end(p);
		cause(p, &e->cause[i], e->n > 1 ? i + 1 : 0);
	}
	if (e->nots == 0)
		return;
	page_end(p);
	page_toned(p, PAGE_STRONG, SPAN("Not the cause"));
	page_end(p);
	for (unsigned i = 0; i < e->nots && i < EXPLAIN_NOTS_MAX; i++) {
		page_z(p, "  - ");
		page_words(p, 4, e->not_cause[i]);
		page_end(p);
	}
}

void explained_found(struct page *p, const struct explain_found *found, const struct explanation *e)
{
	page_tone(p, PAGE_STRONG);
	page_words(p, 0, found->what);
	page_tone(p, PAGE_PLAIN);
	page_end(p);
	if (found->meaning[0] != '\0')
		page_lines(p, 2, span_z(found->meaning));
	else
		page_lines(p, 2,
		           SPAN("This code is not known to o2pop; the page below is Microsoft's "
		                "own text."));
	explained_causes(p, e);
	if (found->aadsts != 0) {
		char text[64];
		struct buf b = BUF(text);

		buf_z(&b, "https://login.microsoftonline.com/error?code=");
		buf_u64(&b, found->aadsts);
		page_end(p);
		label(p, "Official");
		page_put(p, buf_span(&b));
		page_end(p);
	}
}

void explained_nothing(struct page *p, struct span text)
{
	page_z(p, "Nothing known was found");
	if (text.n != 0) {
		page_z(p, " in:");
		page_end(p);
		page_to(p, 2);
		page_words(p, 2, text);
	} else {
		page_z(p, ": the text is empty.");
	}
	page_end(p);
	page_end(p);
	page_lines(p, 0,
	           SPAN("o2pop knows AADSTS codes, OAuth errors, replies of mail servers, fault "
	                "ids of its own reports, "
	                "TLS alerts and errors of the network. Any AADSTS code can be looked up at "
	                "https://login.microsoftonline.com/error"));
}
