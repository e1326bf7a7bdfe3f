#include <unistd.h>

#include "base/clock.h"
#include "conf/provider.h"
#include "explain/decode.h"
#include "cli/files.h"
#include "cli/app.h"
#include "text/date.h"
#include "text/json.h"
#include "text/json_write.h"

enum {
	DECODE_EXIT_WRONG = 1,          /* something is wrong with it, or it is none of these */
	DECODE_VALUE = 18,              /* column of the values */
	DECODE_NAME_MAX = 120,          /* bytes of a file's name; what is longer and no file is the token itself */
	DECODE_SHOWN_MAX = 600,         /* bytes of one value */
	DECODE_SECONDS_MIN = 100000000, /* a number that is a moment: later than 1973 */
};

/* What a claim is good for. */
static const char *meaning(struct span key, struct span value)
{
	static const struct {
		const char *key, *value, *text;
	} known[] = {
		{ "tid", NULL, "the tenant" },
		{ "appid", NULL, "the Application (client) ID" },
		{ "azp", NULL, "the Application (client) ID" },
		{ "oid", NULL, "of an application: the -ObjectId of New-ServicePrincipal" },
		{ "roles", NULL, "application permissions" },
		{ "scp", NULL, "delegated permissions" },
		{ "app_displayname", NULL, "the application's name" },
		{ "appidacr", "0", "no credential: a public client" },
		{ "appidacr", "1", "asked with a secret" },
		{ "appidacr", "2", "asked with a certificate" },
		{ "azpacr", "1", "asked with a secret" },
		{ "azpacr", "2", "asked with a certificate" },
		{ "idtyp", "app", "an application, not a person" },
		{ "idtyp", "user", "a person" },
		{ "alg", "none", "not signed at all" },
		{ "status", "400", "the server could not read the token" },
		{ "status", "401", "the server did not accept the token" },
	};

	if (span_eq(key, SPAN("aud")) && provider_is_exchange(value))
		return "Exchange Online";
	for (size_t i = 0; i < COUNT(known); i++)
		if (span_eq(key, span_z(known[i].key)) &&
		    (known[i].value == NULL || span_eq(value, span_z(known[i].value))))
			return known[i].text;
	return "";
}

/* A value on one line: texts without quotes, a list with commas between, anything else as JSON. */
static void put_value(struct buf *b, struct json_value v)
{
	struct json_value element;
	struct span key;
	size_t at = 0, n = 0;

	if (v.type != JSON_ARRAY) {
		if (v.type != JSON_STRING || !json_unescape(b, v.raw))
			buf_put(b, v.raw);
		return;
	}
	while (json_next(v, &at, &key, &element)) {
		buf_z(b, n++ == 0 ? "" : ", ");
		if (element.type != JSON_STRING || !json_unescape(b, element.raw))
			buf_put(b, element.raw);
	}
}

static void put_row(struct page *p, struct span key, struct json_value v, int64_t now)
{
	unsigned char name_scratch[128], scratch[DECODE_INPUT_MAX / 4];
	struct buf name = BUF(name_scratch), value = BUF(scratch);
	static const char *const moment[] = { "exp", "nbf", "iat", "auth_time" };
	bool is_moment = false;
	struct span shown;
	int64_t seconds;
	const char *text;

	if (!json_unescape(&name, key) || name.full)
		return;
	for (size_t i = 0; i < COUNT(moment); i++)
		is_moment = is_moment || span_eq(buf_span(&name), span_z(moment[i]));
	if (is_moment && json_int(v.raw, "", &seconds) == JSON_FOUND && seconds > DECODE_SECONDS_MIN) {
		/* "2026-11-23 20:43:46Z (in 45 min)" */
		date_put(&value, seconds);
		buf_z(&value, seconds > now ? " (in " : " (");
		date_put_span(&value, seconds - now);
		buf_z(&value, seconds > now ? ")" : " ago)");
	} else {
		put_value(&value, v);
	}
	shown = span_first(buf_span(&value), DECODE_SHOWN_MAX);
	page_to(p, 2);
	page_put(p, buf_span(&name));
	page_z(p, " ");
	page_to(p, DECODE_VALUE);
	page_words(p, DECODE_VALUE, shown);
	if (shown.n != value.n || value.full)
		page_z(p, "...");
	text = meaning(buf_span(&name), buf_span(&value));
	if (text[0] != '\0') {
		page_z(p, " ");
		page_tone(p, PAGE_FAINT);
		page_words(p, DECODE_VALUE, SPAN("("));
		page_words(p, DECODE_VALUE, span_z(text));
		page_z(p, ")");
		page_tone(p, PAGE_PLAIN);
	}
	page_end(p);
}

static void put_object(struct page *p, const char *title, struct span json, int64_t now)
{
	struct json_value whole, element;
	struct span key;
	size_t at = 0;

	if (json.n == 0 || json_at(json, "", &whole) != JSON_FOUND)
		return;
	page_heading(p, title);
	while (json_next(whole, &at, &key, &element))
		put_row(p, key, element, now);
}

static void put_findings(struct page *p, const struct decoded *d)
{
	char texts[2][DECODE_FIX_MAX];

	for (size_t i = 0; i < d->n; i++) {
		struct buf fix = BUF(texts[0]), next = BUF(texts[1]);
		unsigned indent;

		page_end(p);
		page_mark(p, decode_finding_problem(d->found[i].what) ? VERDICT_FAIL : VERDICT_WARN);
		indent = p->column;
		page_row(p, indent, d->found[i].text, SPAN_NONE);
		decode_fix(d, i, &fix);
		if (i + 1 < d->n)
			decode_fix(d, i + 1, &next);
		/* What mends several is said once, behind the last of them. */
		if (!span_eq(buf_span(&fix), buf_span(&next)))
			page_lines(p, indent, buf_span(&fix));
	}
}

static void put_human(struct page *p, const struct decoded *d)
{
	bool sasl = d->kind == DECODE_SASL || d->kind == DECODE_BEARER;

	page_toned(p, PAGE_STRONG, span_z(d->kind == DECODE_OTHER ? shape_what(d->shape) : decode_kind_name(d->kind)));
	page_say(p, ", %zu characters%s", d->length,
	         d->claims.n != 0 || sasl ? "; decoded, signature not verified" : "");
	page_end(p);
	if (d->kind == DECODE_NOTHING)
		page_lines(p, 0,
		           SPAN("This is no access token, XOAUTH2 string, challenge or assertion that o2pop can "
		                "recognise."));
	if (sasl) {
		page_z(p, "  mailbox");
		page_to(p, DECODE_VALUE);
		page_put(p, d->user);
		page_end(p);
		page_z(p, "  token");
		page_to(p, DECODE_VALUE);
		page_say(p, "%zu characters", d->token.n);
		page_end(p);
	}
	if (d->host.n != 0) {
		page_z(p, "  server");
		page_to(p, DECODE_VALUE);
		page_say(p, "%.*s port %.*s", SPAN_ARG(d->host), SPAN_ARG(d->port));
		page_end(p);
	}
	put_object(p, "Header", d->header, d->now);
	put_object(p, "Claims", d->claims, d->now);
	put_object(p, "Challenge", d->challenge, d->now);
	put_findings(p, d);
}

static void put_json(struct buf *out, const struct decoded *d)
{
	struct json_write w = { .out = out };

	json_write_open(&w, NULL, '{');
	json_write_z(&w, "schema", "o2pop.decode/1");
	json_write_z(&w, "kind", decode_kind_id(d->kind));
	json_write_i64(&w, "length", (int64_t)d->length);
	json_write_bool(&w, "verified", false);
	if (d->shape != SHAPE_NONE)
		json_write_z(&w, "looks_like", shape_class_id(shape_class(d->shape)));
	json_write_some(&w, "mailbox", d->user);
	json_write_raw(&w, "header", d->header);
	json_write_raw(&w, "claims", d->claims);
	json_write_raw(&w, "challenge", d->challenge);
	json_write_open(&w, "findings", '[');
	for (size_t i = 0; i < d->n; i++) {
		enum decode_finding what = d->found[i].what;
		char text[DECODE_FIX_MAX];
		struct buf fix = BUF(text);

		decode_fix(d, i, &fix);
		json_write_open(&w, NULL, '{');
		json_write_z(&w, "id", decode_finding_id(what));
		json_write_bool(&w, "problem", decode_finding_problem(what));
		json_write_text(&w, "text", d->found[i].text);
		json_write_lines(&w, "fix", buf_span(&fix));
		json_write_close(&w, '}');
	}
	json_write_close(&w, ']');
	json_write_close(&w, '}');
	buf_byte(out, '\n');
}

/* The text from FILE or the standard input; pasted ones without the terminal's limit of a line. */
static bool read_text(struct app *app, struct buf *text, struct fault *f)
{
	struct span path = app->options.arguments != 0 ? app->options.argument[0] : SPAN("-");

	if (app->options.arguments == 0 && isatty(STDIN_FILENO) == 1)
		return fault_set(f, FAULT_USAGE, 0,
		                 SPAN("nothing to decode: name a file, or send it to the standard input (o2pop token | "
		                      "o2pop decode)"));
	if (files_read(path, FILES_PUBLIC, text, f))
		return true;
	if (f->code != FAULT_FILE_UNREADABLE || (shape_find(path) == SHAPE_NONE && path.n < DECODE_NAME_MAX) ||
	    shape_class(shape_find(path)) == SHAPE_IS_NAME)
		return false;
	*f = (struct fault){ .code = FAULT_NONE };
	return fault_set(
		f, FAULT_USAGE, 0,
		SPAN("decode takes the name of a file; a token goes through a file or the standard input (o2pop "
	             "decode <FILE), because other users of this machine can read the arguments"));
}

int cmd_decode(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS;
	struct buf text = { app->input, DECODE_INPUT_MAX, 0, false };
	struct buf scratch = { app->input + DECODE_INPUT_MAX, DECODE_SCRATCH, 0, false };
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	struct fault f = { 0 };
	struct decoded d;
	bool problem, json;

	if (!app_format_json(app, &json, &status) || !app_arguments(app, 1, &status))
		return status;
	if (!read_text(app, &text, &f))
		return app_refuse(app, &f);
	decode_text(&d, buf_span(&text), clock_unix(), scratch);
	if (json)
		put_json(&out, &d);
	else
		put_human(&page, &d);
	problem = d.kind == DECODE_NOTHING;
	for (size_t i = 0; i < d.n; i++)
		problem = problem || decode_finding_problem(d.found[i].what);
	status = app_print(&out, problem ? DECODE_EXIT_WRONG : EXIT_STATUS_OK);
	secret_wipe_bytes(app->input, text.n);
	secret_wipe_bytes(scratch.p, d.scratch.n);
	return status;
}
