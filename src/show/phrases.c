#include "show/phrases.h"

#include "report/service.h"
#include "text/date.h"

/* Behind what stands there already. */
static void comma(struct buf *b)
{
	if (b->n != 0)
		buf_z(b, ", ");
}

/* before + fact + after, as one item of a list; nothing when there is no such fact. */
static void item(struct buf *b, const char *before, struct span fact, const char *after)
{
	if (fact.n == 0)
		return;
	comma(b);
	buf_z(b, before);
	buf_put(b, fact);
	buf_z(b, after);
}

void phrases_count(struct buf *out, struct span number, const char *one)
{
	if (number.n == 0)
		return;
	buf_put(out, number);
	buf_byte(out, ' ');
	buf_z(out, one);
	if (!span_eq(number, SPAN("1")))
		buf_byte(out, 's');
}

static void counted(struct buf *b, struct span number, const char *one)
{
	if (number.n == 0)
		return;
	comma(b);
	phrases_count(b, number, one);
}

void phrases_seconds(struct buf *out, int64_t ms)
{
	uint64_t tenths = ms < 0 ? 0 : ((uint64_t)ms + 50) / 100;

	buf_u64(out, tenths / 10);
	buf_byte(out, '.');
	buf_u64(out, tenths % 10);
	buf_z(out, " s");
}

void phrases_time(struct buf *out, int64_t ms)
{
	if (ms >= 10 * 1000) {
		phrases_seconds(out, ms);
		return;
	}
	buf_i64(out, ms < 0 ? 0 : ms);
	buf_z(out, " ms");
}

bool phrases_quoted(const struct fault *f)
{
	if (f->code == FAULT_TENANT_OTHER || f->code == FAULT_TENANT_CLOUD || f->code == FAULT_STORE_BUSY)
		return false; /* our own finding, out of what was said */
	switch (fault_kind(f->code)) {
	case FAULT_KIND_HTTP:
	case FAULT_KIND_IDP:
	case FAULT_KIND_MAIL:
	case FAULT_KIND_WAIT:
		return true;
	case FAULT_KIND_NONE:
	case FAULT_KIND_INTERNAL:
	case FAULT_KIND_INPUT:
	case FAULT_KIND_DNS:
	case FAULT_KIND_NET:
	case FAULT_KIND_TLS:
	case FAULT_KIND_TOKEN:
		return false;
	}
	return false;
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
	struct span from = { NULL, 0 };

	if (source != SETTING__COUNT)
		from = settings_kind(source) == SETTING_KIND_PATH ? settings_get(s, source) : s->origin[source];
	if (span_eq(from, SPAN("-")))
		from = SPAN("the standard input");
	if (source != SETTING__COUNT || s->grant == GRANT_MANAGED_IDENTITY)
		buf_z(b, grant_row(s->grant)->noun);
	if (from.n != 0) {
		buf_z(b, " from ");
		buf_put(b, from);
	}
	item(b, "app \"", settings_get(s, SETTING_DISPLAY_NAME), "\"");
	item(b, "thumbprint ", row_get(row, FACT_APP_CERT_SHA1), "");
	counted(b, row_get(row, FACT_APP_CERT_DAYS), "day");
	item(b, "", row_get(row, FACT_SERVICE_ACCOUNT), "");
	if (b->n == 0)
		buf_z(b, "complete");
}

/* "outlook.office365.com is 40.99.1.2 and 7 more" */
static void addresses(struct buf *b, const struct row *row)
{
	struct span rest, host = span_cut(row_get(row, FACT_HOST), ':', &rest);
	struct span list = row_get(row, FACT_ADDRESSES);
	struct span first = span_cut(list, ' ', &list);
	uint64_t more = 0;

	buf_put(b, host);
	if (first.n != 0 && !span_eq(first, host)) {
		buf_z(b, b->n != 0 ? " is " : "");
		buf_put(b, first);
	}
	while (list.n != 0) {
		(void)span_cut(list, ' ', &list);
		more++;
	}
	if (more != 0) {
		buf_z(b, " and ");
		buf_u64(b, more);
		buf_z(b, " more");
	}
	item(b, "from ", row_get(row, FACT_VIA), "");
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
		buf_z(b, " port ");
		buf_put(b, rest);
	}
	if (via.n != 0) {
		buf_byte(b, ' ');
		buf_put(b, via);
	}
}

static void session(struct buf *b, const struct row *row)
{
	struct span trust = row_get(row, FACT_TRUST);

	buf_put(b, row_get(row, FACT_TLS_VERSION));
	if (b->n != 0 && row_get(row, FACT_TLS_SUITE).n != 0)
		buf_byte(b, ' ');
	buf_put(b, row_get(row, FACT_TLS_SUITE));
	item(b, "", row_get(row, FACT_ANCHOR), "");
	if (trust.n != 0 && !span_eq(trust, SPAN("embedded roots")))
		item(b, "trusted by ", trust, "");
	counted(b, row_get(row, FACT_CERT_DAYS), "day");
}

static void issued(struct buf *b, const struct row *row)
{
	struct span source = row_get(row, FACT_TOKEN_SOURCE), life = row_get(row, FACT_EXPIRES_IN);
	uint64_t seconds;

	if (source.n != 0 && !span_eq(source, SPAN("requested")))
		item(b, "taken from ", source, "");
	else
		buf_z(b, "issued");
	counted(b, row_get(row, FACT_TOKEN_LENGTH), "character");
	if (span_u64(life, INT64_MAX, &seconds)) {
		buf_z(b, ", valid ");
		date_put_span(b, (int64_t)seconds);
	}
}

static struct span bare_audience(struct span aud)
{
	if (span_starts(aud, SPAN("https://")))
		aud = span_from(aud, 8);
	if (span_ends(aud, SPAN("/")))
		aud.n--;
	return aud;
}

static void claims(struct buf *b, const struct row *row)
{
	struct span right = row_get(row, FACT_ROLES), aud = bare_audience(row_get(row, FACT_AUD));

	if (right.n == 0)
		right = row_get(row, FACT_SCP);
	if (span_eq(row_get(row, FACT_TOKEN_KIND), SPAN("opaque")))
		buf_z(b, "an opaque token: nothing in it can be read");
	buf_put(b, right);
	if (aud.n != 0) {
		buf_z(b, b->n != 0 ? " for " : "for ");
		buf_put(b, aud);
	}
	if (row_get(row, FACT_APP_NAME).n != 0)
		item(b, "app \"", row_get(row, FACT_APP_NAME), "\"");
	else
		item(b, "app ", row_get(row, FACT_APPID), "");
	item(b, "user ", row_get(row, FACT_UPN), "");
}

static void greeting(struct buf *b, const struct row *row)
{
	if (row_get(row, FACT_FRONT_END).n != 0)
		item(b, "Exchange, ", row_get(row, FACT_FRONT_END), "");
	else
		buf_put(b, row_get(row, FACT_GREETING));
}

static void mailbox(struct buf *b, const struct row *row)
{
	counted(b, row_get(row, FACT_MESSAGES), "message");
	counted(b, row_get(row, FACT_OCTETS), "byte");
}

static void skew(struct buf *b, const struct row *row)
{
	struct span text = row_get(row, FACT_CLOCK_SKEW);
	bool behind = text.n != 0 && text.p[0] == '-';
	uint64_t seconds;

	if (!span_u64(span_from(text, behind ? 1 : 0), INT64_MAX, &seconds))
		return;
	if (seconds <= 1) {
		buf_z(b, "in step with the server's clock");
		return;
	}
	date_put_span(b, (int64_t)seconds);
	buf_z(b, behind ? " behind the server's clock" : " ahead of the server's clock");
}

/* A sentence of its own, with a full stop unless it has one. */
static void sentence(struct buf *b, const char *before, struct span text)
{
	if (text.n == 0)
		return;
	buf_z(b, b->n != 0 ? " " : "");
	buf_z(b, before);
	buf_put(b, text);
	buf_z(b, span_ends(text, SPAN(".")) ? "" : ".");
}

/* What the services mean, what they said, and why one was not tried. */
static void triage(struct buf *b, const struct row *row)
{
	struct span note = row_get(row, FACT_NOTE), why = note;
	const char *meaning = service_sentence(note);

	if (meaning[0] != '\0')
		(void)span_cut(note, ';', &why);
	sentence(b, "", span_z(meaning));
	sentence(b, "IMAP said: ", row_get(row, FACT_IMAP));
	sentence(b, "SMTP said: ", row_get(row, FACT_SMTP));
	sentence(b, "", span_trim(why));
}

static void found(struct buf *b, const struct report *r, const struct row *row)
{
	switch (row->step) {
	case STEP_CREDENTIAL:
		if (r->settings != NULL)
			credential(b, r->settings, row);
		return;
	case STEP_TENANT:
		item(b, "", row_get(row, FACT_TENANT_FOUND), "");
		item(b, "cloud ", row_get(row, FACT_CLOUD), "");
		item(b, "region ", row_get(row, FACT_REGION), "");
		return;
	case STEP_IDP_DNS:
	case STEP_POP_DNS:
		addresses(b, row);
		return;
	case STEP_IDP_TCP:
	case STEP_POP_TCP:
		connected(b, row);
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
		item(b, "SASL ", row_get(row, FACT_SASL), "");
		return;
	case STEP_AUTH:
		buf_z(b, "accepted");
		if (row_get(row, FACT_REPLY).n != 0) {
			buf_z(b, ": ");
			buf_put(b, row_get(row, FACT_REPLY));
		}
		return;
	case STEP_MAILBOX:
		mailbox(b, row);
		return;
	case STEP_QUIT:
		buf_z(b, row->verdict == VERDICT_PASS ? "closed in good order" : "not closed in good order");
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
		item(out, "", row_get(row, FACT_NOTE), "");
	if (row->verdict == VERDICT_WARN && out->n == 0 && row->fault.code != FAULT_NONE)
		buf_z(out, fault_text(row->fault.code));
}

/* "HTTP 429, try again in 30 seconds" */
static void wait(struct buf *b, const struct row *row)
{
	item(b, "HTTP ", row_get(row, FACT_HTTP_STATUS), "");
	if (row->fault.num <= 0)
		return;
	item(b, "", SPAN("try again in "), "");
	date_put_span(b, row->fault.num);
}

void phrases_failed(struct buf *out, const struct row *row, bool evidence)
{
	struct span said = fault_evidence(&row->fault);
	unsigned char bytes[2 * FACT_TEXT_MAX + 40];
	struct buf more = BUF(bytes);

	buf_z(out, fault_text(row->fault.code));
	if (fault_kind(row->fault.code) == FAULT_KIND_WAIT)
		wait(&more, row);
	if (span_ends(said, span_z(fault_text(row->fault.code)))) /* "host: the name does not exist" says it again */
		said = span_trim(span_first(said, said.n - span_z(fault_text(row->fault.code)).n));
	if (span_ends(said, SPAN(":")))
		said.n--;
	if (fault_kind(row->fault.code) == FAULT_KIND_IDP) {
		item(&more, "", row_get(row, FACT_ERROR), "");
		item(&more, "AADSTS", row_get(row, FACT_AADSTS), "");
	}
	if (fault_kind(row->fault.code) == FAULT_KIND_HTTP)
		item(&more, "HTTP ", row_get(row, FACT_HTTP_STATUS), "");
	if (fault_kind(row->fault.code) == FAULT_KIND_NET || fault_kind(row->fault.code) == FAULT_KIND_DNS)
		item(&more, "", row_get(row, FACT_HOST), "");
	if (evidence && said.n != 0) {
		buf_z(out, ": ");
		buf_put(out, said);
	} else if (more.n != 0) {
		buf_z(out, ": ");
		buf_put(out, buf_span(&more));
	}
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
		item(out, "skipped: ", row_get(row, FACT_NOTE), "");
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
		named++;
		buf_z(out, named == 1 ? "" : named == others ? " and " : ", ");
		buf_z(out, step_id(o->step));
	}
	buf_z(out, ": ");
	buf_z(out, step_id(row->because));
	buf_z(out, " must pass first");
	return true;
}
