#include "ident/claims.h"

#include <string.h>

#include "text/json.h"
#include "text/jwt.h"

#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

/* Append to a NUL-terminated field, a blank between. What does not fit is cut. */
static void put_printable(char *field, size_t size, struct span text)
{
	struct buf b = { (unsigned char *)field, size - 1, span_z(field).n, false };

	if (b.n != 0)
		buf_byte(&b, ' ');
	buf_printable(&b, text);
	field[b.n] = '\0';
}

/* A text claim; a list of texts becomes one, separated by spaces. False when it is absent or neither. */
static bool get(struct span json, const char *name, char *field, size_t size)
{
	unsigned char scratch[2048];
	struct buf text = BUF(scratch);
	struct json_value v, element;
	struct span key;
	size_t at = 0;

	if (json_at(json, name, &v) != JSON_FOUND)
		return false;
	if (v.type == JSON_STRING) {
		if (!json_unescape(&text, v.raw))
			return false;
		put_printable(field, size, buf_span(&text));
		return true;
	}
	if (v.type != JSON_ARRAY)
		return false;
	while (json_next(v, &at, &key, &element)) {
		text = BUF(scratch);
		if (element.type == JSON_STRING && json_unescape(&text, element.raw))
			put_printable(field, size, buf_span(&text));
	}
	return true;
}

/* A moment that a calendar has; whatever else is as good as absent. */
static int64_t get_time(struct span json, const char *name)
{
	int64_t v;

	return json_int(json, name, &v) == JSON_FOUND && v >= 0 && v <= TIME_MAX ? v : 0;
}

/* The claims under their first known name each: v1 and v2 tokens call some of them differently. */
static void get_all(struct span json, struct claims *c)
{
	struct json_value groups;

	get(json, "aud", c->aud, sizeof c->aud);
	get(json, "iss", c->iss, sizeof c->iss);
	get(json, "tid", c->tid, sizeof c->tid);
	if (!get(json, "appid", c->appid, sizeof c->appid))
		get(json, "azp", c->appid, sizeof c->appid);
	get(json, "oid", c->oid, sizeof c->oid);
	get(json, "sub", c->sub, sizeof c->sub);
	get(json, "idtyp", c->idtyp, sizeof c->idtyp);
	get(json, "ver", c->ver, sizeof c->ver);
	if (!get(json, "upn", c->upn, sizeof c->upn) && !get(json, "preferred_username", c->upn, sizeof c->upn))
		get(json, "unique_name", c->upn, sizeof c->upn);
	get(json, "app_displayname", c->app_name, sizeof c->app_name);
	if (!get(json, "appidacr", c->appidacr, sizeof c->appidacr))
		get(json, "azpacr", c->appidacr, sizeof c->appidacr);
	c->has_roles = get(json, "roles", c->roles, sizeof c->roles);
	get(json, "scp", c->scp, sizeof c->scp);
	c->iat = get_time(json, "iat");
	c->nbf = get_time(json, "nbf");
	c->exp = get_time(json, "exp");
	c->has_groups = json_at(json, "groups", &groups) == JSON_FOUND ||
	                json_at(json, "hasgroups", &groups) == JSON_FOUND ||
	                json_at(json, "_claim_names.groups", &groups) == JSON_FOUND;
}

bool claims_read(const struct secret *token, struct claims *c, struct fault *f)
{
	struct span bytes = secret_reveal(token);
	unsigned char scratch[CLAIMS_JSON_MAX];
	struct buf payload = BUF(scratch);
	struct jwt parts;

	memset(c, 0, sizeof *c);
	c->length = secret_length(token);
	if (!jwt_split(bytes, &parts)) {
		c->personal = span_starts(bytes, SPAN("EwA")) || span_starts(bytes, SPAN("EwB"));
		return true;
	}
	if (!jwt_json(parts.payload, &payload))
		return fault_set(f, FAULT_CLAIM_MALFORMED, 0,
		                 SPAN("the second part is not base64url of a JSON object"));
	c->jwt = true;
	get_all(buf_span(&payload), c);
	secret_wipe_bytes(scratch, payload.n);
	return true;
}

bool claims_has(const char *list, struct span word)
{
	struct span rest = span_z(list);

	while (rest.n != 0)
		if (span_eq(span_cut(rest, ' ', &rest), word))
			return true;
	return false;
}

bool claims_is_app(const struct claims *c)
{
	if (c->idtyp[0] != '\0')
		return span_eq(span_z(c->idtyp), SPAN("app"));
	if (c->scp[0] != '\0')
		return false;
	return c->has_roles || span_eq(span_z(c->oid), span_z(c->sub));
}
