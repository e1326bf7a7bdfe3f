#include "show/phrases.h"

#include "report/service.h"
#include "text/date.h"

/* before + text + after, as one item of a list; nothing when there is no text. */
static void item(struct buf *b, const char *before, struct span text, const char *after)
{
	if (text.n != 0)
		buf_say(b, "%s%s%.*s%s", b->n != 0 ? ", " : "", before, SPAN_ARG(text), after);
}

/* The same with a fact. */
static void fact(struct buf *b, const char *before, const struct row *row, enum fact key, const char *after)
{
	unsigned char bytes[FACT_TEXT_MAX];
	struct buf text = BUF(bytes);

	(void)row_put(&text, row, key);
	item(b, before, buf_span(&text), after);
}

void phrases_count(struct buf *out, int64_t number, const char *one)
{
	buf_say(out, "%lld %s%s", (long long)number, one, number == 1 ? "" : "s");
}

static void counted(struct buf *b, const struct row *row, enum fact key, const char *one)
{
	int64_t number;

	if (!row_i64(row, key, &number))
		return;
	if (b->n != 0)
		buf_z(b, ", ");
	phrases_count(b, number, one);
}

void phrases_seconds(struct buf *out, int64_t ms)
{
	uint64_t tenths = ms < 0 ? 0 : ((uint64_t)ms + 50) / 100;

	buf_say(out, "%llu.%u s", (unsigned long long)tenths / 10, (unsigned)(tenths % 10));
}

void phrases_exact(struct buf *out, int64_t ms)
{
	uint64_t v = ms < 0 ? 0 : (uint64_t)ms;

	buf_say(out, "%llu.", (unsigned long long)v / 1000);
	buf_digits(out, v % 1000, 3);
}

void phrases_time(struct buf *out, int64_t ms)
{
	if (ms >= 10 * 1000)
		phrases_seconds(out, ms);
	else
		buf_say(out, "%u ms", (unsigned)(ms < 0 ? 0 : ms));
}

bool phrases_quoted(const struct fault *f)
{
	enum fault_kind kind = fault_kind(f->code);

	if (f->code == FAULT_TENANT_OTHER || f->code == FAULT_TENANT_CLOUD || f->code == FAULT_STORE_BUSY)
		return false; /* our own finding, out of what was said */
	return kind == FAULT_KIND_HTTP || kind == FAULT_KIND_IDP || kind == FAULT_KIND_MAIL || kind == FAULT_KIND_WAIT;
}

/* The setting that the grant's credential came from; the first of the strongest. SETTING__COUNT: there is none. */
static enum setting credential_source(const struct settings *s)
{
	enum setting found = SETTING__COUNT;

	for (const signed char *key = grant_row(s->grant)->sources; *key != GRANT_END; key++)
		if (s->source[*key] != SETTING_UNSET && (found == SETTING__COUNT || s->source[*key] > s->source[found]))
			found = (enum setting) * key;
	return found;
}

/* "client secret from o2pop.secret"; a value that may be a secret or a command is not shown, only where it stands. */
static void credential(struct buf *b, const struct settings *s, const struct row *row)
{
	enum setting source = s->grant == GRANT_DEVICE_CODE ? SETTING_TOKEN_CACHE : credential_source(s);
	struct span from = SPAN_NONE;

	if (source != SETTING__COUNT)
		from = settings_kind(source) == SETTING_KIND_PATH ? settings_get(s, source) : s->origin[source];
	if (span_eq(from, SPAN("-")))
		from = SPAN("the standard input");
	if (source != SETTING__COUNT || s->grant == GRANT_MANAGED_IDENTITY)
		buf_z(b, grant_row(s->grant)->noun);
	if (from.n != 0)
		buf_say(b, " from %.*s", SPAN_ARG(from));
	item(b, "app \"", settings_get(s, SETTING_DISPLAY_NAME), "\"");
	fact(b, "thumbprint ", row, FACT_APP_CERT_SHA1, "");
	counted(b, row, FACT_APP_CERT_DAYS, "day");
	if (row->verdict == VERDICT_PASS) /* a warning says it in words */
		counted(b, row, FACT_SECRET_DAYS, "day");
	fact(b, "", row, FACT_SERVICE_ACCOUNT, "");
	if (b->n == 0)
		buf_z(b, "complete");
}

/* "outlook.office365.com is 40.99.1.2 and 7 more" */
static void addresses(struct buf *b, const struct row *row)
{
	struct span rest, host = span_cut(row_get(row, FACT_HOST), ':', &rest);
	struct span list = row_get(row, FACT_ADDRESSES);
	struct span first = span_cut(list, ROW_SEPARATOR, &list);
	unsigned more = 0;

	buf_put(b, host);
	if (first.n != 0 && !span_eq(first, host))
		buf_say(b, "%s%.*s", b->n != 0 ? " is " : "", SPAN_ARG(first));
	while (list.n != 0) {
		(void)span_cut(list, ROW_SEPARATOR, &list);
		more++;
	}
	if (more != 0)
		buf_say(b, " and %u more", more);
	fact(b, "from ", row, FACT_VIA, "");
}

static void connected(struct buf *b, const struct row *row)
{
	struct span address = row_get(row, FACT_ADDRESS), host = row_get(row, FACT_HOST);
	struct span rest = host, via = row_get(row, FACT_VIA);
	size_t at;

	buf_put(b, address.n != 0 ? address : host);
	if (address.n != 0 && via.n == 0 && span_find_byte(host, ':', &at)) {
		while (span_find_byte(rest, ':', &at))
			rest = span_from(rest, at + 1);
		buf_say(b, " port %.*s", SPAN_ARG(rest));
	}
	if (via.n != 0)
		buf_say(b, " %.*s", SPAN_ARG(via));
}

static void session(struct buf *b, const struct row *row)
{
	struct span trust = row_get(row, FACT_TRUST);

	buf_put(b, row_get(row, FACT_TLS_VERSION));
	if (b->n != 0 && row_get(row, FACT_TLS_SUITE).n != 0)
		buf_byte(b, ' ');
	buf_put(b, row_get(row, FACT_TLS_SUITE));
	fact(b, "", row, FACT_ANCHOR, "");
	if (trust.n != 0 && !span_eq(trust, SPAN("built-in roots")))
		item(b, "trusted by ", trust, "");
	counted(b, row, FACT_CERT_DAYS, "day");
}

static void issued(struct buf *b, const struct row *row)
{
	struct span source = row_get(row, FACT_TOKEN_SOURCE);
	int64_t seconds;

	if (source.n != 0 && !span_eq(source, SPAN("requested")))
		item(b, "taken from ", source, "");
	else
		buf_z(b, "issued");
	counted(b, row, FACT_TOKEN_LENGTH, "character");
	if (row_i64(row, FACT_EXPIRES_IN, &seconds)) {
		buf_z(b, ", valid ");
		date_put_span(b, seconds);
	}
}

static void claims(struct buf *b, const struct row *row)
{
	struct span aud = row_get(row, FACT_AUD);
	int64_t kind;

	if (span_starts(aud, SPAN("https://")))
		aud = span_from(aud, 8);
	if (span_ends(aud, SPAN("/")))
		aud.n--;
	if (row_i64(row, FACT_TOKEN_KIND, &kind) && kind == ROW_TOKEN_OPAQUE)
		buf_z(b, "an opaque token: nothing in it can be read");
	if (!row_put(b, row, FACT_ROLES))
		(void)row_put(b, row, FACT_SCP);
	if (aud.n != 0)
		buf_say(b, "%sfor %.*s", b->n != 0 ? " " : "", SPAN_ARG(aud));
	if (row_get(row, FACT_APP_NAME).n != 0)
		fact(b, "app \"", row, FACT_APP_NAME, "\"");
	else
		fact(b, "app ", row, FACT_APPID, "");
	fact(b, "user ", row, FACT_UPN, "");
}

static void greeting(struct buf *b, const struct row *row)
{
	if (row_get(row, FACT_FRONT_END).n != 0)
		fact(b, "Exchange, ", row, FACT_FRONT_END, "");
	else
		buf_put(b, row_get(row, FACT_GREETING));
}

static void mailbox(struct buf *b, const struct row *row)
{
	counted(b, row, FACT_MESSAGES, "message");
	counted(b, row, FACT_OCTETS, "byte");
}

static void skew(struct buf *b, const struct row *row)
{
	int64_t seconds;

	if (!row_i64(row, FACT_CLOCK_SKEW, &seconds))
		return;
	if (seconds >= -1 && seconds <= 1) {
		buf_z(b, "agrees with the server's clock");
		return;
	}
	date_put_span(b, seconds);
	buf_z(b, seconds < 0 ? " behind the server's clock" : " ahead of the server's clock");
}

/* A sentence of its own, with a full stop unless it has one. */
static void sentence(struct buf *b, const char *before, struct span text)
{
	if (text.n != 0)
		buf_say(b, "%s%s%.*s%s", b->n != 0 ? " " : "", before, SPAN_ARG(text),
		        span_ends(text, SPAN(".")) ? "" : ".");
}

/* What the services mean, what they said, and why one was not tried. */
static void triage(struct buf *b, const struct row *row)
{
	int64_t finding;

	if (row_i64(row, FACT_FINDING, &finding))
		sentence(b, "", span_z(service_sentence[finding]));
	sentence(b, "IMAP said: ", row_get(row, FACT_IMAP));
	sentence(b, "SMTP said: ", row_get(row, FACT_SMTP));
	sentence(b, "", row_get(row, FACT_NOTE));
}

static void found(struct buf *b, const struct report *r, const struct row *row)
{
	switch (row->step) {
	case STEP_CREDENTIAL:
		if (r->settings != NULL)
			credential(b, r->settings, row);
		return;
	case STEP_TENANT:
		fact(b, "", row, FACT_TENANT_FOUND, "");
		fact(b, "cloud ", row, FACT_CLOUD, "");
		fact(b, "region ", row, FACT_REGION, "");
		return;
	case STEP_IDP_DNS:
	case STEP_POP_DNS:
		addresses(b, row);
		return;
	case STEP_IDP_TCP:
	case STEP_POP_TCP:
		connected(b, row);
		return;
	case STEP_TOKEN_PROXY:
	case STEP_MAIL_PROXY:
		buf_put(b, row_get(row, FACT_PROXY_URL));
		fact(b, "", row, FACT_PROXY_FROM, "");
		buf_say(b, ", tunnel to %.*s", SPAN_ARG(row_get(row, FACT_HOST)));
		return;
	case STEP_IDP_TLS:
	case STEP_POP_TLS:
		session(b, row);
		return;
	case STEP_TOKEN:
		issued(b, row);
		return;
	case STEP_CLAIMS:
		claims(b, row);
		return;
	case STEP_GREETING:
		greeting(b, row);
		return;
	case STEP_CAPA:
		fact(b, "SASL ", row, FACT_SASL, "");
		return;
	case STEP_AUTH:
		buf_z(b, "accepted");
		if (row_get(row, FACT_REPLY).n != 0)
			buf_say(b, ": %.*s", SPAN_ARG(row_get(row, FACT_REPLY)));
		return;
	case STEP_MAILBOX:
		mailbox(b, row);
		return;
	case STEP_QUIT:
		buf_z(b, row->verdict == VERDICT_PASS ? "closed cleanly" : "not closed cleanly");
		return;
	case STEP_TRIAGE:
		triage(b, row);
		return;
	case STEP_CLOCK:
		skew(b, row);
		return;
	case STEP__COUNT:
		return;
	}
}

void phrases_found(struct buf *out, const struct report *r, const struct row *row)
{
	found(out, r, row);
	if ((row->verdict != VERDICT_WARN && row->step != STEP_TRIAGE) || out->n == 0)
		fact(out, "", row, FACT_NOTE, "");
	if (row->verdict == VERDICT_WARN && out->n == 0 && row->fault.code != FAULT_NONE)
		buf_z(out, fault_text(row->fault.code));
}

void phrases_failed(struct buf *out, const struct row *row, bool evidence)
{
	struct span said = fault_evidence(&row->fault), text = span_z(fault_text(row->fault.code));
	enum fault_kind kind = fault_kind(row->fault.code);
	unsigned char bytes[2 * FACT_TEXT_MAX + 40];
	struct buf more = BUF(bytes);

	buf_put(out, text);
	if (span_ends(said, text)) /* "host: the name does not exist" says it again */
		said = span_trim(span_first(said, said.n - text.n));
	if (span_ends(said, SPAN(":")))
		said.n--;
	if (kind == FAULT_KIND_WAIT || kind == FAULT_KIND_HTTP)
		fact(&more, "HTTP ", row, FACT_HTTP_STATUS, "");
	if (kind == FAULT_KIND_WAIT && row->fault.num > 0)
		item(&more, "try again in ", span_z(date_span_text(row->fault.num).z), "");
	if (kind == FAULT_KIND_IDP) {
		fact(&more, "", row, FACT_ERROR, "");
		fact(&more, "AADSTS", row, FACT_AADSTS, "");
	}
	if (kind == FAULT_KIND_NET || kind == FAULT_KIND_DNS || kind == FAULT_KIND_PROXY)
		fact(&more, "", row, FACT_HOST, "");
	if (!evidence || said.n == 0)
		said = buf_span(&more);
	if (said.n != 0)
		buf_say(out, ": %.*s", SPAN_ARG(said));
}

/* Two steps that were skipped for the same reason. */
static bool alike(const struct row *a, const struct row *b)
{
	return b->verdict == VERDICT_SKIP && b->because == a->because && b->because != b->step;
}

bool phrases_skipped(struct buf *out, const struct report *r, const struct row *row)
{
	unsigned others = 0, named = 0;

	if (row->because == row->step) {
		fact(out, "skipped: ", row, FACT_NOTE, "");
		buf_z(out, out->n == 0 ? "skipped" : "");
		return true;
	}
	for (const struct row *o = r->row; o < r->row + STEP__COUNT; o++) {
		if (o < row && alike(row, o))
			return false;
		others += o > row && alike(row, o);
	}
	buf_z(out, others != 0 ? "skipped with " : "skipped");
	for (const struct row *o = row + 1; o < r->row + STEP__COUNT; o++) {
		if (!alike(row, o))
			continue;
		if (named++ != 0)
			buf_z(out, named == others ? " and " : ", ");
		buf_z(out, step_table[o->step].id);
	}
	buf_say(out, ": %s must pass first", step_table[row->because].id);
	return true;
}
