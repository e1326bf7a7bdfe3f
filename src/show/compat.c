#include "show/compat.h"

enum {
	VALUE = 22, /* column of the values */
	TEXT_MAX = 1024
};

static const char *const words[COMPAT_QUESTION__COUNT] = {
	[COMPAT_PLAIN_PORT] = "POP3 at port 110", [COMPAT_STLS] = "STLS there",
	[COMPAT_XOAUTH2] = "XOAUTH2 offered",     [COMPAT_OAUTHBEARER] = "OAUTHBEARER offered",
	[COMPAT_TWO_LINES] = "AUTH in two lines", [COMPAT_ONE_LINE] = "AUTH in one line",
	[COMPAT_PIPELINING] = "Pipelining",
};

static const char *const answers[COMPAT_ANSWER__COUNT] = {
	[COMPAT_NOT_ASKED] = "not asked",
	[COMPAT_NO] = "no",
	[COMPAT_YES] = "yes",
	[COMPAT_UNCLEAR] = "not clear",
};

static void put_row(struct page *p, const char *key, struct span value)
{
	page_to(p, 2);
	page_z(p, key);
	page_to(p, VALUE);
	page_row(p, VALUE, value, SPAN_NONE);
}

static void put_version(struct page *p, const struct compat *c, enum tls_version v)
{
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	buf_z(&b, answers[c->version[v]]);
	for (int i = 0, n = 0; i < TLS_SUITE__COUNT; i++)
		if ((c->suites[v] >> i & 1) != 0)
			buf_say(&b, "%s%s", n++ == 0 ? ": " : ", ", tlshello_suites[i].name);
	put_row(p, tlshello_version[v], buf_span(&b));
}

static void put_lines(struct page *p, const struct compat *c)
{
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	if (c->line_taken != 0)
		buf_say(&b, "%u bytes taken", c->line_taken);
	if (c->line_refused != 0)
		buf_say(&b, "%s%u refused", b.n != 0 ? ", " : "", c->line_refused);
	if (b.n != 0)
		put_row(p, "Longest command", buf_span(&b));
}

static void put_clients(struct page *p, const struct compat *c)
{
	unsigned failing = 0;

	page_heading(p, "Clients that will fail");
	for (unsigned i = 0; i < client_count; i++) {
		enum client_verdict v = client_judge(&client_table[i], c);
		char text[TEXT_MAX];
		struct buf b = BUF(text);

		if (v == CLIENT_FITS)
			continue;
		failing++;
		buf_say(&b, "- %s, %s: %s", client_table[i].name, client_table[i].versions, client_sentences[v]);
		page_lines(p, 2, buf_span(&b));
	}
	if (failing == 0)
		page_lines(p, 2, SPAN("none of those that o2pop knows"));
}

void compat_put(struct page *p, const struct compat *c)
{
	page_heading(p, "Compatibility, measured without an account");
	for (int v = TLS_VERSION__COUNT - 1; v >= 0; v--)
		put_version(p, c, (enum tls_version)v);
	for (int i = 0; i < COMPAT_QUESTION__COUNT; i++)
		put_row(p, words[i], span_z(answers[c->answer[i]]));
	if (c->before[0] != '\0')
		put_row(p, "CAPA before TLS", span_z(c->before));
	if (c->capa[0] != '\0')
		put_row(p, "CAPA in TLS", span_z(c->capa));
	put_lines(p, c);
	if (c->unfinished != 0)
		put_row(p, "Not finished", SPAN("the time was used up, or the server stopped answering"));
	put_clients(p, c);
}

void compat_put_json(struct json_write *w, const struct compat *c)
{
	json_write_open(w, NULL, '{');
	json_write_z(w, "schema", "o2pop.compat/1");
	json_write_open(w, "tls", '[');
	for (int v = 0; v < TLS_VERSION__COUNT; v++) {
		json_write_open(w, NULL, '{');
		json_write_z(w, "version", tlshello_version[v]);
		json_write_z(w, "accepted", compat_answers[c->version[v]]);
		json_write_open(w, "suites", '[');
		for (int i = 0; i < TLS_SUITE__COUNT; i++)
			if ((c->suites[v] >> i & 1) != 0)
				json_write_z(w, NULL, tlshello_suites[i].name);
		json_write_close(w, ']');
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
	for (int i = 0; i < COMPAT_QUESTION__COUNT; i++)
		json_write_z(w, compat_questions[i], compat_answers[c->answer[i]]);
	json_write_some(w, "capa_before_tls", span_z(c->before));
	json_write_some(w, "capa", span_z(c->capa));
	json_write_i64(w, "line_taken", c->line_taken);
	json_write_i64(w, "line_refused", c->line_refused);
	json_write_i64(w, "connections", c->connections);
	json_write_bool(w, "finished", c->unfinished == 0);
	json_write_open(w, "failing", '[');
	for (unsigned i = 0; i < client_count; i++) {
		enum client_verdict v = client_judge(&client_table[i], c);

		if (v == CLIENT_FITS)
			continue;
		json_write_open(w, NULL, '{');
		json_write_z(w, "client", client_table[i].name);
		json_write_z(w, "versions", client_table[i].versions);
		json_write_z(w, "why", client_ids[v]);
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
	json_write_close(w, '}');
	buf_byte(w->out, '\n');
}
