/* fault: the first setting wins, the evidence is printable, the table is complete. */
#include "t.h"

#include "base/fault.h"

TEST(fault_first_wins)
{
	struct fault f = { 0 };

	OK(!fault_set(&f, FAULT_POP_REFUSED, 7, edge_span(SPAN("-ERR one"))));
	OK(!fault_set(&f, FAULT_LIMIT, 8, SPAN("two")));
	OK(!fault_limit(&f, FAULT_LIMIT, 2, 1));
	EQ(f.code, FAULT_POP_REFUSED);
	EQ(f.num, 7);
	EQ(fault_evidence(&f), SPAN("-ERR one"));
	OK(fault_valid(&f));
}

TEST(fault_become_overwrites)
{
	struct fault f = { 0 };

	OK(!fault_become(&f, FAULT_POP_REFUSED, 7, SPAN("-ERR one")));
	OK(!fault_become(&f, FAULT_LIMIT, 8, fault_evidence(&f)));
	EQ(f.code, FAULT_LIMIT);
	EQ(f.num, 8);
	EQ(fault_evidence(&f), SPAN("-ERR one"));
	OK(fault_valid(&f));
}

TEST(fault_say_sentence)
{
	static char long_text[3 * FAULT_EVIDENCE_MAX + 1];
	struct fault f = { 0 }, g = { 0 };

	OK(!fault_say(&f, FAULT_LIMIT, 3, "%s has %u\n%.*s", "it", 3U, SPAN_ARG(SPAN("\x1b"))));
	OK(!fault_say(&f, FAULT_SYSTEM, 4, "%s", "later"));
	EQ(f.code, FAULT_LIMIT);
	EQ(f.num, 3);
	EQ(fault_evidence(&f), SPAN("it has 3 \\x1b"));
	OK(fault_valid(&f));

	memset(long_text, 'x', sizeof long_text - 1);
	fault_say(&g, FAULT_LIMIT, 0, "it begins: %s", long_text);
	EQ(fault_evidence(&g), SPAN("it begins: "));
	memset(&g, 0, sizeof g);
	fault_say(&g, FAULT_LIMIT, 0, "it begins: %s", long_text + FAULT_EVIDENCE_MAX + 20);
	EQ(fault_evidence(&g).n, FAULT_EVIDENCE_MAX);
	OK(span_ends(fault_evidence(&g), SPAN("x...")));
}

TEST(fault_evidence_is_printable)
{
	struct fault f = { 0 };

	fault_set(&f, FAULT_POP_REFUSED, 0, SPAN("\x1b[2Ja\xff\r\n"));
	EQ(fault_evidence(&f), SPAN("\\x1b[2Ja\\xff "));
	OK(fault_valid(&f));
}

TEST(fault_evidence_of_every_length)
{
	static unsigned char long_text[FAULT_EVIDENCE_MAX + 10];

	memset(long_text, 'x', sizeof long_text);
	UPTO(n, sizeof long_text)
	{
		struct fault f = { 0 };

		fault_set(&f, FAULT_SYSTEM, 0, (struct span){ edge(long_text, n), n });
		EQ(f.n, n <= FAULT_EVIDENCE_MAX ? n : FAULT_EVIDENCE_MAX);
		EQ(span_ends(fault_evidence(&f), SPAN("...")), n > FAULT_EVIDENCE_MAX);
		OK(fault_valid(&f));
	}
}

TEST(fault_without_evidence)
{
	struct fault f = { 0 };

	EQ(fault_evidence(&f), SPAN(""));
	OK(fault_valid(&f));
	fault_set(&f, FAULT_DEADLINE, INT64_MIN, (struct span){ NULL, 0 });
	EQ(fault_evidence(&f), SPAN(""));
	EQ(f.num, INT64_MIN);
	OK(fault_valid(&f));
}

TEST(fault_limit_text)
{
	struct fault f = { 0 }, g = { 0 };

	OK(!fault_limit(&f, FAULT_TOKEN_TOO_LONG, 16400, 16384));
	EQ(f.num, 16384);
	EQ(fault_evidence(&f), SPAN("16400 bytes, the limit is 16384"));
	OK(!fault_limit(&g, FAULT_LIMIT, UINT64_MAX, UINT64_MAX));
	EQ(fault_evidence(&g), SPAN("18446744073709551615 bytes, the limit is 18446744073709551615"));
}

/* Every line of fault.def has an id of its own in the documented form, a text and a kind. */
TEST(fault_table_complete)
{
	for (int i = 0; i < FAULT__COUNT; i++) {
		enum fault_code code = (enum fault_code)i, found = FAULT_NONE;
		const char *id = fault_id(code);

		t_at("code %d", i);
		if (!OK(id != NULL && id[0] != '\0' && fault_text(code) != NULL))
			continue;
		OK(fault_text(code)[0] != '\0');
		EQ(fault_kind(code) == FAULT_KIND_NONE, i == 0);
		OK(fault_kind(code) <= FAULT_KIND_WAIT);
		OK(fault_find(span_z(id), &found));
		EQ(found, code); /* so no two are equal */
		EQ(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(id));
	}
}

TEST(fault_find_unknown)
{
	enum fault_code code = FAULT_SYSTEM;

	OK(!fault_find(edge_span(SPAN("")), &code));
	OK(!fault_find(edge_span(SPAN("token-refuse")), &code));
	OK(!fault_find(edge_span(SPAN("TOKEN-REFUSED")), &code));
	EQ(code, FAULT_SYSTEM);
	OK(fault_find(edge_span(SPAN("token-refused")), &code));
	EQ(code, FAULT_TOKEN_REFUSED);
}

TEST(fault_from_a_pipe)
{
	struct fault f = { 0 };

	f.code = FAULT__COUNT;
	OK(!fault_valid(&f));
	memset(&f.code, 0xff, sizeof f.code);
	OK(!fault_valid(&f));
	f.code = FAULT_SYSTEM;
	f.n = FAULT_EVIDENCE_MAX;
	memset(f.evidence, 'x', sizeof f.evidence);
	OK(fault_valid(&f));
	f.n++;
	OK(!fault_valid(&f));
	f.n = UINT32_MAX;
	OK(!fault_valid(&f));

	/* a worker that was taken over may not write to the terminal */
	f.n = 4;
	memcpy(f.evidence, "\x1b[2J", 4);
	OK(!fault_valid(&f));
	memcpy(f.evidence, "ab\xc3\xa4", 4);
	OK(fault_valid(&f));
	f.n = 3;
	OK(!fault_valid(&f));
}
