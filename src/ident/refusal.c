#include "ident/refusal.h"

#include "text/json.h"

/* A text into a fixed field, printable, cut if need be. */
static void put_field(char *field, size_t size, struct span text)
{
	struct buf out = buf_field(field, size);

	buf_printable(&out, text);
}

/* A text of the answer; empty when absent. */
static void get_text(struct span json, const char *path, char field[static REFUSAL_TEXT_MAX])
{
	unsigned char scratch[512];
	struct buf raw = BUF(scratch);

	field[0] = '\0';
	if (json_string(json, path, &raw) == JSON_FOUND && buf_ok(&raw))
		put_field(field, REFUSAL_TEXT_MAX, buf_span(&raw));
}

/* The last AADSTS number in the text: wrappers name the inner code behind their own. */
static uint64_t inner_code(struct span text)
{
	uint64_t code = 0, found;
	size_t at;

	while (span_find(text, SPAN("AADSTS"), &at)) {
		size_t n = 0;

		text = span_from(text, at + 6);
		while (n < text.n && span_is_digit(text.p[n]))
			n++;
		if (span_u64(span_first(text, n), UINT32_MAX, &found))
			code = found;
	}
	return code;
}

/* The last number of error_codes. */
static uint64_t listed_code(struct span json)
{
	struct json_value list, element;
	struct span key;
	uint64_t code = 0, found;
	size_t at = 0;

	if (json_at(json, "error_codes", &list) != JSON_FOUND || list.type != JSON_ARRAY)
		return 0;
	while (json_next(list, &at, &key, &element))
		if (element.type == JSON_NUMBER && span_u64(element.raw, UINT32_MAX, &found))
			code = found;
	return code;
}

/* What stands between `mark` and `end`. */
static void between(struct span text, struct span mark, unsigned char end, char *field, size_t size)
{
	size_t at;

	if (field[0] != '\0' || !span_find_nocase(text, mark, &at))
		return;
	text = span_from(text, at + mark.n);
	if (span_find_byte(text, end, &at))
		put_field(field, size, span_first(text, at));
}

/* What Entra tells about an assertion that it did not like. */
static void take_assertion(struct span text, struct refusal *r)
{
	between(text, SPAN("Current time: "), ',', r->server_time, sizeof r->server_time);
	between(text, SPAN("Thumbprint of key used by client: '"), '\'', r->thumbprint, sizeof r->thumbprint);
	between(text, SPAN("assertion issuer: '"), '\'', r->issuer, sizeof r->issuer);
	between(text, SPAN("assertion issuer '"), '\'', r->issuer, sizeof r->issuer);
	between(text, SPAN("assertion subject: '"), '\'', r->subject, sizeof r->subject);
	between(text, SPAN("assertion subject '"), '\'', r->subject, sizeof r->subject);
	between(text, SPAN("assertion audience: '"), '\'', r->audience, sizeof r->audience);
	between(text, SPAN("assertion audience '"), '\'', r->audience, sizeof r->audience);
}

struct span refusal_read(struct span json, struct refusal *r, struct buf *text)
{
	size_t at;

	get_text(json, "error", r->error);
	if (r->error[0] == '\0')
		get_text(json, "error.code", r->error); /* as Graph and gateways write it */
	get_text(json, "suberror", r->suberror);
	get_text(json, "trace_id", r->trace_id);
	get_text(json, "correlation_id", r->correlation_id);
	get_text(json, "timestamp", r->timestamp);
	if ((json_string(json, "error_description", text) != JSON_FOUND &&
	     json_string(json, "error.message", text) != JSON_FOUND) ||
	    !buf_ok(text)) {
		text->n = 0;
		text->full = false;
		buf_z(text, r->error);
	}
	r->aadsts = inner_code(buf_span(text));
	if (r->aadsts == 0)
		r->aadsts = listed_code(json);
	take_assertion(buf_span(text), r);
	/* Without the ids: older answers separate them by CR LF, newer ones by a space. */
	return span_trim(span_find(buf_span(text), SPAN("Trace ID:"), &at) ? span_first(buf_span(text), at)
	                                                                   : buf_span(text));
}
