/* report/row: facts that fit and facts that do not, and a row from somebody who lies. */
#include "t.h"

#include "report/row.h"

static struct row row;

static struct row *fresh(void)
{
	memset(&row, 0, sizeof row);
	row.step = STEP_AUTH;
	row.verdict = VERDICT_PASS;
	return &row;
}

TEST(facts_are_found)
{
	struct row *r = fresh();

	row_fact(r, FACT_HOST, SPAN("mail.example:995"));
	row_number(r, FACT_MESSAGES, -42);
	row_fact(r, FACT_NOTE, SPAN(""));
	EQ(r->facts, 2u);
	EQ(row_get(r, FACT_HOST), SPAN("mail.example:995"));
	EQ(row_get(r, FACT_MESSAGES), SPAN("-42"));
	EQ(row_get(r, FACT_NOTE), SPAN(""));
	EQ(row_get(r, FACT_AUD).n, 0u);
	row_fact(r, FACT_HOST, SPAN("second"));
	EQ(row_get(r, FACT_HOST), SPAN("mail.example:995"));
	OK(row_valid(r));
}

TEST(facts_are_printable)
{
	struct row *r = fresh();

	row_fact(r, FACT_REPLY, SPAN("a\x1b[2J\r\nb\0c"));
	EQ(row_get(r, FACT_REPLY), SPAN("a\\x1b[2J b\\x00c"));
	OK(row_valid(r));
}

TEST(long_facts_are_cut)
{
	char text[FACT_TEXT_MAX + 2];

	memset(text, 'x', sizeof text);
	for (size_t n = FACT_TEXT_MAX - 1; n <= FACT_TEXT_MAX + 2; n++) {
		struct row *r = fresh();

		row_fact(r, FACT_ROLES, (struct span){ (unsigned char *)text, n });
		EQ(row_get(r, FACT_ROLES).n, n <= FACT_TEXT_MAX ? n : FACT_TEXT_MAX);
		EQ(span_ends(row_get(r, FACT_ROLES), SPAN("...")), n > FACT_TEXT_MAX);
		OK(row_valid(r));
	}
}

TEST(too_many_facts_are_dropped)
{
	struct row *r = fresh();

	for (int i = 0; i < ROW_FACTS_MAX + 3; i++)
		row_number(r, (enum fact)(i % FACT__COUNT), i);
	EQ(r->facts, ROW_FACTS_MAX);
	OK(row_valid(r));
	r = fresh();
	for (int i = 0; i < ROW_FACTS_MAX; i++) {
		char text[FACT_TEXT_MAX];

		memset(text, 'a' + i, sizeof text);
		row_fact(r, (enum fact)i, (struct span){ (unsigned char *)text, sizeof text });
	}
	OK(r->facts < ROW_FACTS_MAX); /* all of them together are too long */
	OK(row_valid(r));
	EQ(row_get(r, (enum fact)0).n, (unsigned long)FACT_TEXT_MAX);
}

TEST(ids_are_unique)
{
	for (int i = 0; i < FACT__COUNT; i++) {
		OK(row_fact_id((enum fact)i)[0] != '\0');
		for (int j = i + 1; j < FACT__COUNT; j++)
			OK(strcmp(row_fact_id((enum fact)i), row_fact_id((enum fact)j)) != 0);
	}
}

/* A good row with two facts. */
static struct row *honest(void)
{
	struct row *r = fresh();

	row_fact(r, FACT_HOST, SPAN("one"));
	row_fact(r, FACT_NOTE, SPAN("two"));
	OK(fault_set(&r->fault, FAULT_AUTH_REFUSED, 7, SPAN("no")) == false);
	return r;
}

#define LIE(what)                                                                                                      \
	do {                                                                                                           \
		struct row *r = honest();                                                                              \
		OK(row_valid(r));                                                                                      \
		what;                                                                                                  \
		OK(!row_valid(r));                                                                                     \
	} while (0)

TEST(what_came_over_a_pipe_is_not_believed)
{
	LIE(r->step = STEP__COUNT);
	LIE(r->step = (enum step) - 1);
	LIE(r->because = STEP__COUNT);
	LIE(r->verdict = (enum verdict)5);
	LIE(r->verdict = (enum verdict) - 1);
	LIE(r->facts = ROW_FACTS_MAX + 1);
	LIE(r->facts = UINT32_MAX);
	LIE(r->fact[0].key = FACT__COUNT);
	LIE(r->fact[1].key = (enum fact) - 1);
	LIE(r->fact[0].n = FACT_TEXT_MAX + 1);
	LIE(r->fact[1].at = ROW_TEXT_MAX);
	LIE(r->fact[1].at = UINT16_MAX);
	LIE((r->fact[1].at = ROW_TEXT_MAX - 2, r->fact[1].n = 3));
	LIE(r->fault.code = FAULT__COUNT);
	LIE(r->fault.n = FAULT_EVIDENCE_MAX + 1);
	LIE(r->fault.evidence[0] = '\x1b');
}

/* Any bytes at all: never a crash, and whoever is believed can be read. */
TEST(noise)
{
	uint32_t state = 1;

	for (int round = 0; round < 2000; round++) {
		struct row *r = honest();
		unsigned char *p = (unsigned char *)r;

		for (int i = 0; i < 1 + round % 5; i++) {
			state = state * 1664525 + 1013904223;
			p[(state >> 8) % (round % 2 != 0 ? sizeof *r : offsetof(struct row, text))] =
				(unsigned char)state;
		}
		if (!row_valid(r))
			continue;
		for (int k = 0; k < FACT__COUNT; k++) {
			struct span s = row_get(r, (enum fact)k);

			OK(s.n == 0 ||
			   (s.p >= (unsigned char *)r->text && s.p + s.n <= (unsigned char *)r->text + sizeof r->text));
		}
	}
	OK(true);
}
