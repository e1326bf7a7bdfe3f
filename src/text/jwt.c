#include "text/jwt.h"

#include "text/base64.h"
#include "text/json.h"

/* A part that may be base64url, by its letters and length; jwt_json looks closer. */
static bool part_ok(struct span s)
{
	return s.n != 0 && s.n % 4 != 1 && span_run(s, "-_") == s.n;
}

bool jwt_split(struct span token, struct jwt *parts)
{
	struct jwt j;
	struct span rest;

	j.header = span_cut(token, '.', &rest);
	j.payload = span_cut(rest, '.', &j.signature);
	if (!part_ok(j.header) || !part_ok(j.payload) || !part_ok(j.signature))
		return false;
	*parts = j;
	return true;
}

bool jwt_json(struct span part, struct buf *json)
{
	size_t mark = json->n;
	struct json_value v;

	if (!base64_url_get(json, part))
		return false;
	if (json->full)
		return true;
	if (json_at(span_from(buf_span(json), mark), "", &v) == JSON_FOUND && v.type == JSON_OBJECT)
		return true;
	json->n = mark;
	return false;
}

bool jwt_is_b64token(struct span token, size_t *bad)
{
	size_t body = span_run(token, "-._~+/"), i = body;

	while (body != 0 && i < token.n && token.p[i] == '=')
		i++;
	if (body != 0 && i == token.n)
		return true;
	*bad = i;
	return false;
}
