/* openmetrics: which samples a run has, each family together, and names that cannot end their label. */
#include "t.h"

#include "show/openmetrics.h"
#include "show_report.h"

static struct openmetrics_mailbox mailbox[4];
static unsigned char bytes[64 * 1024];
static struct pseudonym pseudonym;

static struct span text_of(const struct openmetrics *m)
{
	struct openmetrics_place at = { 0 };
	struct buf b = BUF(bytes);
	size_t before = 0;

	while (openmetrics_next(m, &at, &b)) {
		OK(b.n - before <= OPENMETRICS_PIECE);
		before = b.n;
	}
	OK(buf_ok(&b));
	OK(span_ends(buf_span(&b), SPAN("\n# EOF\n")));
	return buf_span(&b);
}

/* How often a line of the text begins so. */
static unsigned lines(struct span text, const char *start)
{
	unsigned n = 0;

	while (text.n != 0)
		n += span_starts(span_cut(text, '\n', &text), span_z(start));
	return n;
}

static struct openmetrics empty(void)
{
	return (struct openmetrics){ .mailbox = mailbox, .room = COUNT(mailbox) };
}

static void three(struct openmetrics *m)
{
	show_good();
	show_r.started_unix = 1795466626;
	row_number(&show_r.row[STEP_CREDENTIAL], FACT_SECRET_ENDS, 1800000000);
	row_number(&show_r.row[STEP_MAILBOX], FACT_OLDEST, 1795000000);
	openmetrics_add(m, &show_r, NULL);
	show_r.mailbox = SPAN("b@contoso.ch");
	openmetrics_add(m, &show_r, NULL);
	show_refused();
	show_r.mailbox = SPAN("bad@contoso.ch");
	openmetrics_add(m, &show_r, "no-permission");
}

TEST(openmetrics_samples)
{
	static const struct {
		const char *start;
		unsigned n;
	} row[] = {
		{ "o2pop_start_timestamp_seconds 1795466626", 1 },
		{ "o2pop_credential_expiry_timestamp_seconds 1800000000", 1 },
		{ "o2pop_mailboxes 3", 1 },
		{ "o2pop_mailboxes_failed 1", 1 },
		{ "o2pop_messages 14", 1 },
		{ "o2pop_size_bytes 96426", 1 },
		{ "o2pop_mailbox_success{mailbox=\"mobi24@contoso.ch\"} 1", 1 },
		{ "o2pop_mailbox_success{mailbox=\"bad@contoso.ch\"} 0", 1 },
		{ "o2pop_mailbox_exit_status{mailbox=\"bad@contoso.ch\"} 8", 1 },
		{ "o2pop_mailbox_check_seconds{mailbox=\"b@contoso.ch\"} 0.412", 1 },
		{ "o2pop_mailbox_messages{", 2 },
		{ "o2pop_mailbox_oldest_message_timestamp_seconds{mailbox=\"b@contoso.ch\"} 1795000000", 1 },
		{ "o2pop_mailbox_failure{mailbox=\"bad@contoso.ch\",step=\"auth\",fault=\"auth-refused\","
		  "cause=\"no-permission\"} 1",
		  1 },
		{ "o2pop_mailbox_failure{", 1 },
		{ "o2pop_step_success{step=\"token\"} 1", 1 },
		{ "o2pop_step_success{step=\"token\"", 1 },
		{ "o2pop_step_success{step=\"auth\",mailbox=\"bad@contoso.ch\"} 0", 1 },
		{ "o2pop_step_success{step=\"auth\",", 3 },
		{ "o2pop_step_seconds{step=\"mailbox\",", 2 },
		{ "o2pop_step_seconds{step=\"idp-tls\"} 0.", 1 },
	};
	struct openmetrics m = empty();
	struct span text;

	three(&m);
	text = text_of(&m);
	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(lines(text, row[i].start), row[i].n);
	}
}

/* OpenMetrics 1.0: TYPE, UNIT and HELP once, before the samples; a unit is the end of the name. */
TEST(openmetrics_families_stand_together)
{
	struct openmetrics m = empty();
	struct span text, family = SPAN("?"), rest, word;
	unsigned families = 0;

	three(&m);
	for (text = text_of(&m); text.n != 0;) {
		struct span line = span_cut(text, '\n', &text);

		if (span_starts(line, SPAN("# TYPE "))) {
			family = span_cut(span_from(line, 7), ' ', &rest);
			EQ(rest, SPAN("gauge"));
			families++;
		} else if (span_starts(line, SPAN("# UNIT "))) {
			EQ(span_cut(span_from(line, 7), ' ', &rest), family);
			OK(span_ends(family, rest));
		} else if (span_starts(line, SPAN("# HELP "))) {
			EQ(span_cut(span_from(line, 7), ' ', &rest), family);
		} else if (!span_eq(line, SPAN("# EOF"))) {
			word = span_first(line, family.n);
			EQ(word, family);
			OK(line.n > family.n && (line.p[family.n] == '{' || line.p[family.n] == ' '));
		}
	}
	EQ(families, 20u);
}

TEST(openmetrics_hostile_names)
{
	struct openmetrics m = empty();
	struct span text;

	show_good();
	show_r.mailbox = SPAN(SHOW_HOSTILE "\"} 1\\");
	openmetrics_add(&m, &show_r, NULL);
	text = text_of(&m);
	EQ(lines(text, "o2pop_mailbox_success"), 1u);
	EQ(lines(text, "o2pop_mailbox_success{mailbox=\"\\\\x1b[2J\\\\x1b]0;x\\\\x07 FAIL | \\\"quoted\\\" \\\\ "), 1u);
	for (size_t i = 0; i < text.n; i++)
		OK(text.p[i] == '\n' || text.p[i] >= ' ');
}

TEST(openmetrics_share)
{
	struct openmetrics m = empty();
	struct span text;
	size_t at;

	show_good();
	pseudonym_init(&pseudonym);
	m.pseudonym = &pseudonym;
	openmetrics_add(&m, &show_r, NULL);
	text = text_of(&m);
	OK(!span_find(text, SPAN("mobi24"), &at));
	EQ(lines(text, "o2pop_mailbox_success{mailbox=\""), 1u);
}

/* Nothing, more than there is room for, and no mailbox's name. */
TEST(openmetrics_edges)
{
	struct openmetrics m = empty();

	EQ(lines(text_of(&m), "o2pop_mailboxes 0"), 1u);
	EQ(lines(text_of(&m), "o2pop_step_"), 0u);
	show_good();
	show_r.mailbox = SPAN_NONE;
	for (int i = 0; i < 6; i++)
		openmetrics_add(&m, &show_r, NULL);
	EQ(m.n, COUNT(mailbox));
	EQ(lines(text_of(&m), "o2pop_mailbox_success 1"), 4u);
}
