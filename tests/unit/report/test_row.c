/* report/row: facts that fit and facts that do not, and a row from somebody who lies. */
#include "t.h"

#include "conf/settings.h"
#include "facts.h"

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
	int64_t number = 0;

	row_fact(r, FACT_HOST, SPAN("mail.example:995"));
	row_number(r, FACT_MESSAGES, -42);
	row_fact(r, FACT_NOTE, SPAN(""));
	EQ(r->facts, 2u);
	EQ(row_get(r, FACT_HOST), SPAN("mail.example:995"));
	OK(row_i64(r, FACT_MESSAGES, &number));
	EQ(number, -42);
	EQ(row_get(r, FACT_MESSAGES).n, 0u);
	OK(!row_i64(r, FACT_HOST, &number) && !row_i64(r, FACT_OCTETS, &number));
	OK(row_has(r, FACT_MESSAGES) && !row_has(r, FACT_OCTETS));
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

		row_fact(r, FACT_REPLY, (struct span){ (unsigned char *)text, n });
		EQ(row_get(r, FACT_REPLY).n, n <= FACT_TEXT_MAX ? n : FACT_TEXT_MAX);
		EQ(span_ends(row_get(r, FACT_REPLY), SPAN("...")), n > FACT_TEXT_MAX);
		OK(row_valid(r));
	}
}

TEST(too_many_facts_are_dropped)
{
	struct row *r = fresh();

	for (int i = 0; i < ROW_FACTS_MAX + 3; i++)
		row_number(r, FACT_MESSAGES, i);
	EQ(r->facts, ROW_FACTS_MAX);
	OK(row_valid(r));
	r = fresh();
	for (int i = 0; i < ROW_FACTS_MAX; i++) {
		char text[FACT_TEXT_MAX];

		memset(text, 'a' + i, sizeof text);
		row_fact(r, i == 0 ? FACT_HOST : FACT_REPLY, (struct span){ (unsigned char *)text, sizeof text });
	}
	OK(r->facts < ROW_FACTS_MAX); /* all of them together are too long */
	OK(row_valid(r));
	EQ(row_get(r, FACT_HOST).n, (unsigned long)FACT_TEXT_MAX);
}

TEST(facts_by_type)
{
	static const struct {
		enum fact key;
		const char *given, *shown;
	} want[] = {
		{ FACT_HOST, "a b", "a b" },
		{ FACT_CLOCK_SKEW, "-9223372036854775808", "-9223372036854775808" },
		{ FACT_MESSAGES, "0", "0" },
		{ FACT_EXPIRES, "2026-11-23 20:43:46Z", "2026-11-23 20:43:46Z" },
		{ FACT_IMAP_STATE, "closed", "closed" },
		{ FACT_TOKEN_KIND, "opaque", "opaque" },
		{ FACT_NAMES, " a  b c ", "a b c" },
		{ FACT_NAMES, "  ", "" },
		{ FACT_NAMES, "a\x1b b\n", "a\\x1b b" },
	};

	for (size_t i = 0; i < COUNT(want); i++) {
		t_at("row %zu", i);
		t_fact(fresh(), want[i].key, want[i].given);
		EQ(t_shown(&row, want[i].key), span_z(want[i].shown));
		OK(row_valid(&row));
	}
}

TEST(moments_that_cannot_be)
{
	static const int64_t no[] = { INT64_MIN, -1, 0, 253402300800, INT64_MAX };

	for (size_t i = 0; i < COUNT(no); i++) {
		row_number(fresh(), FACT_EXPIRES, no[i]);
		EQ(row.facts, 0u);
	}
	row_number(&row, FACT_EXPIRES, 253402300799);
	EQ(t_shown(&row, FACT_EXPIRES), SPAN("9999-12-31 23:59:59Z"));
}

/* A list of any length and any elements: what is kept is whole, and says that it was cut. */
TEST(lists_are_cut)
{
	for (size_t n = 1; n < 400; n++) {
		char text[2 * FACT_TEXT_MAX];
		struct row *r = fresh();

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = i % (n + 1) == n ? ' ' : 'x';
		row_list(r, FACT_NAMES, (struct span){ (unsigned char *)text, sizeof text }, ' ');
		EQ(r->facts, 1u);
		OK(span_ends(row_get(r, FACT_NAMES), SPAN("...")));
		OK(row_valid(r));
		for (size_t i = 0; i < 7; i++) /* also where the row is full */
			row_list(r, FACT_NAMES, (struct span){ (unsigned char *)text, sizeof text }, ' ');
		OK(row_valid(r));
	}
}

TEST(every_fact_has_its_words)
{
	for (int i = 0; i < FACT__COUNT; i++)
		EQ(row_word((enum fact)i, 0).n != 0, row_fact_type((enum fact)i) == ROW_WORD);
	EQ(row_word(FACT_TOKEN_KIND, ROW_TOKEN_JWT), SPAN("jwt"));
	EQ(row_word(FACT_SERVER, ROW_SERVER_GMAIL), SPAN("gmail"));
	EQ(row_word(FACT_SERVER, ROW_SERVER_GMAIL + 1).n, 0u);
	EQ(row_word(FACT_FORM, POP_FORM_ONE_LINE), SPAN("one-line"));
	EQ(row_word(FACT_FORM, INT64_MAX).n, 0u);
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
	LIE(r->fact[0].number = 1);
	LIE(r->fact[0].key = FACT_MESSAGES);
	LIE(r->fact[0].key = FACT_EXPIRES);
	LIE(r->fact[0].key = FACT_FORM);
	LIE(r->fact[1].n = 0);
	LIE(r->text[1] = ROW_SEPARATOR);
	LIE(row_number(r, FACT_FORM, 2));
	LIE(row_number(r, FACT_FORM, -1));
	LIE((row_number(r, FACT_EXPIRES, 1), r->fact[2].number = 0));
	LIE((row_number(r, FACT_MESSAGES, 1), r->fact[2].at = 0));
	LIE((row_list(r, FACT_NAMES, SPAN("a b"), ' '), r->text[6] = ROW_SEPARATOR));
	LIE((row_list(r, FACT_NAMES, SPAN("a b"), ' '), r->text[8] = ROW_SEPARATOR));
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
