#include "t.h"

#include "show/json_report.h"
#include "show_report.h"
#include "text/json.h"

static unsigned char bytes[JSON_REPORT_SIZE];
static struct pseudonym pseudonym;

static struct span render(struct pseudonym *s)
{
	struct buf out = BUF(bytes);
	struct span duplicate = { NULL, 0 }, text;
	size_t at;

	show_e.scratch = BUF(show_e.bytes);
	json_report_one(&out, &show_r, &show_e, s);
	OK(buf_ok(&out));
	text = buf_span(&out);
	OK(span_ends(text, SPAN("\n")));
	text.n--;
	OK(!span_find_byte(text, '\n', &at));
	OK(json_check(text, &duplicate));
	EQ(duplicate.n, 0);
	for (size_t i = 0; i < text.n; i++)
		OK(text.p[i] >= 0x20 && text.p[i] != 0x7f);
	return text;
}

static struct span string_at(struct span text, const char *path)
{
	static unsigned char scratch[2][4096];
	static unsigned turn;
	struct buf out = BUF(scratch[turn++ % 2]);

	if (json_string(text, path, &out) != JSON_FOUND)
		return SPAN("(not found)");
	return buf_span(&out);
}

static int64_t int_at(struct span text, const char *path)
{
	int64_t v = INT64_MIN;

	return json_int(text, path, &v) == JSON_FOUND ? v : INT64_MIN;
}

static bool null_at(struct span text, const char *path)
{
	struct json_value v;

	return json_at(text, path, &v) == JSON_FOUND && v.type == JSON_NULL;
}

TEST(json_report_good)
{
	struct span s;

	show_good();
	s = render(NULL);
	EQ(string_at(s, "schema"), SPAN("o2pop.check/1"));
	EQ(string_at(s, "version"), SPAN(O2POP_VERSION));
	EQ(string_at(s, "started"), SPAN("2026-11-23T20:43:46Z"));
	EQ(string_at(s, "verdict"), SPAN("pass"));
	EQ(int_at(s, "exit"), 0);
	EQ(int_at(s, "ms"), 412);
	EQ(string_at(s, "mailbox"), SPAN("mobi24@contoso.ch"));
	EQ(string_at(s, "steps.0.id"), SPAN("credential"));
	EQ(string_at(s, "steps.0.verdict"), SPAN("pass"));
	OK(null_at(s, "steps.0.fault"));
	OK(null_at(s, "steps.0.num"));
	OK(null_at(s, "steps.0.evidence"));
	OK(null_at(s, "steps.0.because"));
	EQ(string_at(s, "steps.1.id"), SPAN("idp-dns")); /* tenant was not asked for */
	EQ(int_at(s, "steps.3.facts.cert_days"), 182);
	EQ(int_at(s, "steps.14.facts.clock_skew"), -3);
	OK(null_at(s, "support.trace_id"));
	EQ(string_at(s, "support.greeting_host"), SPAN("PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM"));
}

TEST(json_report_failure)
{
	struct span s;

	show_bad_secret();
	s = render(NULL);
	EQ(string_at(s, "verdict"), SPAN("fail"));
	EQ(int_at(s, "exit"), 5);
	EQ(int_at(s, "exit"), 5);
	EQ(string_at(s, "steps.4.fault"), SPAN("token-refused"));
	EQ(int_at(s, "steps.4.num"), 7000215);
	EQ(string_at(s, "steps.4.evidence"), fault_evidence(&show_r.row[STEP_TOKEN].fault));
	EQ(int_at(s, "steps.4.facts.aadsts"), 7000215);
	EQ(string_at(s, "steps.5.verdict"), SPAN("skip"));
	EQ(string_at(s, "steps.5.because"), SPAN("token"));
	EQ(string_at(s, "causes.0.id"), SPAN("secret-wrong"));
	EQ(string_at(s, "causes.0.who"), SPAN("you"));
	EQ(string_at(s, "causes.0.certainty"), SPAN("known"));
	EQ(string_at(s, "causes.0.fix.0.kind"), SPAN("text"));
	EQ(string_at(s, "causes.0.fix.0.text"), SPAN("Copy the column Value of a new secret, then type:"));
	EQ(string_at(s, "causes.0.fix.1.kind"), SPAN("command"));
	EQ(string_at(s, "causes.0.fix.1.text"), SPAN("o2pop check mobi24@contoso.ch"));
	EQ(string_at(s, "not_causes.0"), SPAN("the network: both servers were reached"));
	EQ(string_at(s, "support.trace_id"), SPAN("11111111-aaaa-4bbb-8ccc-123456789abc"));
	EQ(string_at(s, "support.timestamp"), SPAN("2026-11-23T20:43:46Z"));
}

TEST(json_report_without_a_mailbox)
{
	show_good();
	show_r.mailbox = SPAN("");
	OK(null_at(render(NULL), "mailbox"));
}

TEST(json_report_warning)
{
	struct span s;

	show_good();
	show_row(STEP_QUIT, VERDICT_WARN, 0, 5);
	show_fact(STEP_QUIT, FACT_NOTE, "the server went without a word");
	s = render(NULL);
	EQ(string_at(s, "verdict"), SPAN("warn"));
	EQ(int_at(s, "exit"), 0);
	EQ(string_at(s, "warnings.0.step"), SPAN("quit"));
	OK(string_at(s, "warnings.0.text").n != 0);
}

TEST(json_report_hostile)
{
	for (int v = VERDICT_PASS; v <= VERDICT_SKIP; v++) {
		struct span s;

		t_at("verdict %d", v);
		show_hostile((enum verdict)v);
		s = render(NULL);
		EQ(string_at(s, "verdict"), v == VERDICT_SKIP ? SPAN("pass") : span_z(step_verdict[v]));
		if (v == VERDICT_FAIL) {
			EQ(int_at(s, "steps.0.num"), INT64_MIN);
			EQ(string_at(s, "steps.3.evidence"), fault_evidence(&show_r.row[3].fault));
		}
		show_hostile((enum verdict)v);
		pseudonym_init(&pseudonym);
		(void)render(&pseudonym);
	}
}

/* Every fact has a printer that fits its type. */
TEST(json_report_facts_by_type)
{
	static const char *const value[] = {
		[ROW_TEXT] = "a b", [ROW_NUMBER] = "-75", [ROW_MOMENT] = "2026-11-23 20:43:46Z", [ROW_LIST] = "a b"
	};

	for (enum fact key = 0; key < FACT__COUNT; key++) {
		char path[60], first[70];
		struct span s;

		t_at("%s", row_fact_id(key));
		show_good();
		show_row(STEP_CREDENTIAL, VERDICT_PASS, 0, 0);
		if (row_fact_type(key) == ROW_WORD)
			row_number(&show_r.row[STEP_CREDENTIAL], key, 0);
		else
			show_fact(STEP_CREDENTIAL, key, key == FACT_CHAIN ? "a\nb" : value[row_fact_type(key)]);
		snprintf(path, sizeof path, "steps.0.facts.%s", row_fact_id(key));
		snprintf(first, sizeof first, "%s.1", path);
		s = render(NULL);
		switch (row_fact_type(key)) {
		case ROW_TEXT:
			EQ(string_at(s, path), SPAN("a b"));
			break;
		case ROW_NUMBER:
			EQ(int_at(s, path), -75);
			break;
		case ROW_MOMENT:
			EQ(string_at(s, path), SPAN("2026-11-23T20:43:46Z"));
			break;
		case ROW_WORD:
			EQ(string_at(s, path), row_word(key, 0));
			break;
		case ROW_LIST:
			EQ(string_at(s, first), SPAN("b"));
			break;
		}
	}
}

TEST(json_report_many)
{
	static struct json_report_many many;
	struct buf out = BUF(bytes);
	struct span s;

	json_report_many_start(&many);
	show_good();
	json_report_many_report(&many, &show_r, &show_e);
	show_bad_secret();
	json_report_many_report(&many, &show_r, &show_e);
	show_r.mailbox = SPAN("other@contoso.ch");
	json_report_many_report(&many, &show_r, &show_e);
	pseudonym_init(&pseudonym);
	pseudonym_add(&pseudonym, PSEUDONYM_MAILBOX, SPAN("other@contoso.ch"));
	json_report_many_end(&out, &many, EXIT_STATUS_TOKEN, &pseudonym);
	s = buf_span(&out);
	EQ(string_at(s, "schema"), SPAN("o2pop.check/1"));
	EQ(int_at(s, "summary.mailboxes"), 3);
	EQ(int_at(s, "summary.pass"), 1);
	EQ(int_at(s, "summary.warn"), 0);
	EQ(int_at(s, "summary.fail"), 2);
	EQ(int_at(s, "summary.exit"), 5);
	EQ(string_at(s, "summary.causes.0.id"), SPAN("secret-wrong"));
	EQ(string_at(s, "summary.causes.0.who"), SPAN("you"));
	EQ(string_at(s, "summary.causes.0.mailboxes.1"), SPAN("mailbox-1@domain-1.example"));
	EQ(string_at(s, "summary.causes.1.id"), SPAN("(not found)"));
}

/* Names that do not fit are left out, and counted all the same. */
TEST(json_report_very_many)
{
	static struct json_report_many many;
	static unsigned char scratch[2 * JSON_REPORT_NAMES_MAX];
	struct buf out = BUF(scratch);

	json_report_many_start(&many);
	show_bad_secret();
	for (int i = 0; i < JSON_REPORT_NAMES_MAX / 10; i++)
		json_report_many_report(&many, &show_r, &show_e);
	json_report_many_end(&out, &many, EXIT_STATUS_TOKEN, NULL);
	OK(buf_ok(&out));
	EQ(int_at(buf_span(&out), "summary.fail"), JSON_REPORT_NAMES_MAX / 10);
	EQ(string_at(buf_span(&out), "summary.causes.0.mailboxes.6552"), SPAN("mobi24@contoso.ch"));
}

TEST(json_report_errors)
{
	struct buf out = BUF(bytes);
	struct fault f = { 0 };

	(void)fault_set(&f, FAULT_USAGE, 0, SPAN("unknown option --\"x\""));
	json_report_error(&out, "token", &f, 2);
	EQ(buf_span(&out),
	   SPAN("{\"schema\":\"o2pop.token/1\",\"error\":{\"fault\":\"usage\",\"text\":\"the command line "
	        "cannot be understood\",\"evidence\":\"unknown option --\\\"x\\\"\",\"exit\":2}}\n"));
}

/* The first fact of a kind counts; an object never holds a key twice. */
TEST(json_report_facts_once)
{
	show_good();
	show_fact(STEP_CREDENTIAL, FACT_NOTE, "first");
	show_fact(STEP_CREDENTIAL, FACT_NOTE, "second");
	EQ(string_at(render(NULL), "steps.0.facts.note"), SPAN("first"));
}

TEST(json_report_shared_names_nobody)
{
	static const char *const secret[] = {
		"mobi24", "contoso", "407a1111", "5f1c9b0e", "a5d11111", "my pop app", "40.126", "52.97", "/etc/",
	};
	struct span s;
	size_t at;

	show_bad_secret();
	show_e.powershell = SPAN("New-ServicePrincipal -DisplayName \"my pop app\"");
	show_fact(STEP_CREDENTIAL, FACT_APP_NAME, "my pop app");
	pseudonym_init(&pseudonym);
	s = render(&pseudonym);
	for (size_t i = 0; i < COUNT(secret); i++) {
		t_at("%s", secret[i]);
		OK(!span_find(s, span_z(secret[i]), &at));
	}
	EQ(string_at(s, "mailbox"), SPAN("mailbox-1@domain-1.example"));
	EQ(string_at(s, "support.trace_id"), SPAN("11111111-aaaa-4bbb-8ccc-123456789abc"));
	EQ(string_at(s, "powershell.0"), SPAN("New-ServicePrincipal -DisplayName \"app-1\""));
}

TEST(json_report_every_capacity)
{
	size_t need;

	show_bad_secret();
	need = render(NULL).n + 1;
	UPTO(cap, need + 1)
	{
		struct buf out = edge_buf(cap);

		show_e.scratch = BUF(show_e.bytes);
		json_report_one(&out, &show_r, &show_e, NULL);
		OK(buf_ok(&out) == (cap >= need));
	}
}

TEST(json_report_enums_have_words)
{
	for (int i = EXPLAIN_YOU; i <= EXPLAIN_MAIL; i++)
		for (int k = 0; k < i; k++)
			OK(strcmp(json_report_who[i], json_report_who[k]) != 0);
	EQ(json_report_certainty[EXPLAIN_KNOWN], "known");
	EQ(json_report_certainty[EXPLAIN_LIKELY], "likely");
	EQ(json_report_certainty[EXPLAIN_UNCONFIRMED], "unconfirmed");
}
