#include "t.h"

#include "check/redact.h"
#include "text/base64.h"

/* What would be said of `text` when these two secrets are known. */
static struct span sent(const char *text, unsigned char scratch[static 512])
{
	struct secret secret = { 0 }, token = { 0 };
	struct redact h = { 0 };
	struct buf out = { scratch, 512, 0, false };

	OK(secret_set(&secret, SPAN("Zq8~abcdef/ghij+klmn=opqrstuv")));
	OK(secret_set(&token, SPAN("eyJ0eXAiOiJKV1QiLCJub25jZSI.e30.c2ln")));
	redact_secret(&h, &secret, "client_secret");
	redact_secret(&h, &token, "access_token");
	redact_sasl(&h, SPAN("alice@contoso.example"));
	redact_put(&h, span_z(text), &out);
	OK(buf_ok(&out));
	return buf_span(&out);
}

TEST(what_a_peer_echoes_is_taken_out)
{
	static const struct {
		const char *said;
		struct span sent;
	} row[] = {
		{ "", SPAN_INIT("") },
		{ "nothing of ours", SPAN_INIT("nothing of ours") },
		{ "secret=Zq8~abcdef/ghij+klmn=opqrstuv, sorry", SPAN_INIT("secret=<client_secret>, sorry") },
		{ "secret=Zq8~abcdef%2Fghij%2Bklmn%3Dopqrstuv&x", SPAN_INIT("secret=<client_secret>&x") },
		{ "cut: Zq8~abcdef/ghij+", SPAN_INIT("cut: <client_secret>") },
		{ "twice eyJ0eXAiOiJKV1QiLCJ eyJ0eXAiOiJKV1QiXYZ!", SPAN_INIT("twice <access_token> <access_token>!") },
		{ "-ERR unknown command: dXNlcj1hbGljZUBjb250b3Nv", SPAN_INIT("-ERR unknown command: <sasl>") },
		{ "-ERR unknown command: bixhPWFsaWNlQGNvbnRvc28=", SPAN_INIT("-ERR unknown command: <sasl>") },
		{ "Zq8~abcdef", SPAN_INIT("Zq8~abcdef") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		unsigned char scratch[512];

		t_at("row %zu", i);
		EQ(sent(row[i].said, scratch), row[i].sent);
	}
}

/* A mailbox shorter than what is looked for: what follows it in the frame is known, too. */
TEST(short_mailboxes_are_hidden_all_the_same)
{
	struct redact h = { 0 };
	char scratch[200];
	struct buf out = BUF(scratch);

	redact_sasl(&h, SPAN("a@b"));
	EQ(h.n, 2u);
	redact_put(&h, SPAN("dXNlcj1hQGIBYXV0aD1CZWFyZXIgdAEB, bixhPWFAYiwBaG9zdD1o, dXNlcj1hQGIB"), &out);
	EQ(buf_span(&out), SPAN("<sasl>, <sasl>, dXNlcj1hQGIB"));
}

TEST(short_secrets_are_not_looked_for)
{
	struct secret s = { 0 };
	struct redact h = { 0 };

	OK(secret_set(&s, SPAN("abcde")));
	redact_secret(&h, &s, "client_secret");
	EQ(h.n, 0u);
	secret_wipe(&s);
	redact_secret(&h, &s, "client_secret");
	EQ(h.n, 0u);
}

TEST(a_row_loses_only_what_is_secret)
{
	struct secret s = { 0 };
	struct redact h = { 0 };
	struct row row = { .step = STEP_TOKEN, .verdict = VERDICT_FAIL, .began_ms = 3, .ms = 4 };

	OK(secret_set(&s, SPAN("0123456789abcdefXYZ")));
	redact_secret(&h, &s, "client_secret");
	row_fact(&row, FACT_ERROR, SPAN("invalid_client"));
	row_fact(&row, FACT_NOTE, SPAN("you sent 0123456789abcdefXYZ to us"));
	OK(!fault_set(&row.fault, FAULT_TOKEN_REFUSED, 7000215, SPAN("bad: 0123456789abcdefXYZ")));
	redact_row(&h, &row);
	OK(row_valid(&row));
	EQ(row_get(&row, FACT_ERROR), SPAN("invalid_client"));
	EQ(row_get(&row, FACT_NOTE), SPAN("you sent <client_secret> to us"));
	EQ(fault_evidence(&row.fault), SPAN("bad: <client_secret>"));
	EQ(row.fault.num, (int64_t)7000215);
	EQ(row.ms, (int64_t)4);
}

TEST(a_secret_that_is_told_again_takes_no_room)
{
	unsigned char bytes[100];
	struct secret again = { 0 }, last = { 0 };
	struct redact h = { 0 };
	struct buf out = BUF(bytes);

	OK(secret_set(&again, SPAN("eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln")));
	OK(secret_set(&last, SPAN("the-last-one/comes-late")));
	for (int i = 0; i < 2 * REDACT_MAX; i++)
		redact_secret(&h, &again, "assertion");
	redact_secret(&h, &last, "refresh_token");
	redact_put(&h, SPAN("the-last-one/comes-late"), &out);
	EQ(buf_span(&out), SPAN("<refresh_token>"));
}

/* Any window of a secret, however it comes back: nothing of it that is longer than a piece stays. */
TEST(pieces_from_anywhere)
{
	static const char text[] = "qN8Q~Wm3.tB7xK_Yr2-LpZ0vHdUeSg5JcAfTi6oR+k/w";
	struct secret s = { 0 };
	static struct redact h;
	enum { N = sizeof text - 1, WINDOW = 15 };

	OK(secret_set(&s, SPAN(text)));
	redact_secret(&h, &s, "client_secret");
	for (size_t from = 0; from + WINDOW <= N; from++) {
		struct span window = { (const unsigned char *)text + from, WINDOW };
		char forms[6][120], scratch[200];
		struct buf b[6], out;
		size_t at, seen;

		for (size_t k = 0; k < 6; k++)
			b[k] = BUF(forms[k]);
		buf_put(&b[0], window);
		for (size_t i = 0; i < WINDOW; i++) {
			unsigned char c = window.p[i], lower = span_lower(c);

			buf_byte(&b[1], c != lower ? lower : c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c);
			buf_byte(&b[2], '%');
			buf_hex(&b[2], (struct span){ &c, 1 });
		}
		buf_hex(&b[3], window);
		base64_put(&b[4], window);
		base64_url_put(&b[5], window);
		for (size_t k = 0; k < 6; k++) {
			t_at("from %zu, form %zu", from, k);
			out = BUF(scratch);
			redact_put(&h, buf_span(&b[k]), &out);
			OK(span_find(buf_span(&out), SPAN("<client_secret>"), &at));
			seen = at + (out.n - at - 15);
			OK(seen < 24);
		}
	}
}

/* What has nothing to do with it stays as it is. */
TEST(other_texts_stay)
{
	static const char *const rows[] = {
		"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the "
		"client "
		"secret value, not the client secret ID, for a secret added to app "
		"'11111111-2222-3333-4444-555555555555'.",
		"%",
		"%4",
		"\\u00",
		"\\",
		"-ERR Authentication failure: unknown user name or bad password.",
	};
	struct secret s = { 0 };
	static struct redact h;

	OK(secret_set(&s, SPAN("qN8Q~Wm3.tB7xK_Yr2-LpZ0vHdUeSg5JcAfTi6oR")));
	redact_secret(&h, &s, "client_secret");
	for (size_t i = 0; i < COUNT(rows); i++) {
		char scratch[400];
		struct buf out = BUF(scratch);

		t_at("row %zu", i);
		redact_put(&h, edge_span(span_z(rows[i])), &out);
		EQ(buf_span(&out), span_z(rows[i]));
	}
}
