#include "ident/device.h"

#include <string.h>

#include "text/json.h"
#include "text/url.h"

/* A text of the answer, ended by NUL; false when it is absent, empty, too long or holds what a terminal does not show
 * as it is: a person has to trust their eyes. */
static bool take_text(const struct http_answer *a, const char *name, char *to, size_t size)
{
	unsigned char scratch[DEVICE_URI_MAX];
	struct buf raw = BUF(scratch), text = buf_field(to, size);
	bool found = json_string(a->body, name, &raw) == JSON_FOUND && buf_ok(&raw) && raw.n != 0;

	if (found)
		buf_printable(&text, buf_span(&raw));
	if (found && span_eq(buf_span(&text), buf_span(&raw)))
		return true;
	to[0] = '\0';
	return false;
}

static bool take_code(const struct http_answer *a, struct secret *code)
{
	struct buf b = BUF(code->p);

	if (json_string(a->body, "device_code", &b) != JSON_FOUND || !buf_ok(&b))
		return false;
	code->n = (uint32_t)b.n;
	return b.n != 0;
}

/* A number of seconds within bounds, else what is usual. */
static int64_t seconds(const struct http_answer *a, const char *name, int64_t usual, int64_t max)
{
	int64_t s;

	return json_int(a->body, name, &s) == JSON_FOUND && s > 0 && s <= max ? s : usual;
}

static bool is_https(const char *text)
{
	struct url u;

	return url_parse(span_z(text), &u) && u.tls;
}

/* Both are https:// at the same place. */
static bool same_place(const char *one, const char *other)
{
	struct url a, b;

	return url_parse(span_z(one), &a) && url_parse(span_z(other), &b) && a.tls && b.tls && a.port == b.port &&
	       span_eq_nocase(a.host, b.host);
}

static bool has_blank(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (span_is_blank(text.p[i]))
			return true;
	return false;
}

bool device_read(const struct http_answer *a, struct device *d, struct refusal *r, struct fault *f)
{
	const char *wrong = NULL;
	struct json_value v;

	memset(d, 0, sizeof *d);
	memset(r, 0, sizeof *r);
	if (a->status != 200 || !json_check(a->body, &(struct span){ 0 }) ||
	    json_at(a->body, "error", &v) == JSON_FOUND || json_at(a->body, "", &v) != JSON_FOUND ||
	    v.type != JSON_OBJECT)
		return token_refused(a, r, f);
	if (!take_code(a, &d->code))
		wrong = "there is no device_code in the answer";
	else if (!take_text(a, "user_code", d->user_code, sizeof d->user_code))
		wrong = "there is no user_code in the answer";
	else if (has_blank(span_z(d->user_code)))
		wrong = "user_code has blanks: a code has none";
	else if (!take_text(a, "verification_uri", d->uri, sizeof d->uri) &&
	         !take_text(a, "verification_url", d->uri, sizeof d->uri))
		wrong = "there is no verification_uri in the answer";
	else if (!is_https(d->uri))
		wrong = "the address to sign in at does not start with https://";
	if (wrong != NULL) {
		secret_wipe(&d->code);
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, span_z(wrong));
	}
	if (take_text(a, "verification_uri_complete", d->complete, sizeof d->complete) &&
	    !same_place(d->complete, d->uri))
		d->complete[0] = '\0';
	d->expires_in = seconds(a, "expires_in", DEVICE_EXPIRES_S, 24 * 3600);
	d->interval = seconds(a, "interval", DEVICE_INTERVAL_S, DEVICE_INTERVAL_MAX_S);
	return true;
}

enum device_poll device_poll(const struct refusal *r)
{
	struct span error = span_z(r->error);

	if (span_eq(error, SPAN("authorization_pending")))
		return DEVICE_POLL_PENDING;
	return span_eq(error, SPAN("slow_down")) ? DEVICE_POLL_SLOWER : DEVICE_POLL_OVER;
}
