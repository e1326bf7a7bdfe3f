#include "ident/service_account.h"

#include "text/json.h"
#include "text/url.h"

enum { VALUE_MAX = 100 /* of a value that is quoted */ };

static bool refuse(const char *member, const char *why, struct span value, struct fault *f)
{
	return fault_say(f, FAULT_SERVICE_ACCOUNT, 0, "%s%s%s%.*s", member, why, value.n != 0 ? ": " : "",
	                 SPAN_ARG(span_first(value, VALUE_MAX)));
}

/* A string that is not empty. */
static bool get(struct span json, const char *member, struct buf *out, struct fault *f)
{
	switch (json_string(json, member, out)) {
	case JSON_FOUND:
		break;
	case JSON_ABSENT:
		return refuse(member, " is missing", SPAN(""), f);
	case JSON_WRONG_TYPE:
		return refuse(member, " is not a text", SPAN(""), f);
	case JSON_MALFORMED:
		return refuse("the file", " is not well-formed JSON", SPAN(""), f);
	}
	if (!buf_ok(out))
		return refuse(member, " is too long", SPAN(""), f);
	return out->n != 0 || refuse(member, " is empty", SPAN(""), f);
}

/* The same into a field that ends with NUL. */
static bool get_field(struct span json, const char *member, char *field, size_t size, struct fault *f)
{
	struct buf b = buf_field(field, size);

	return get(json, member, &b, f);
}

/* What Google calls its files: service_account, authorized_user, external_account; an OAuth
 * client's has no type, and all of it stands in "installed" or "web". */
static bool check_type(struct span json, struct fault *f)
{
	char text[VALUE_MAX];
	struct buf type = BUF(text);
	struct json_value v;

	if (json_at(json, "", &v) != JSON_FOUND || v.type != JSON_OBJECT)
		return refuse("the file", " is not a JSON object", SPAN(""), f);
	if (json_at(json, "installed", &v) == JSON_FOUND || json_at(json, "web", &v) == JSON_FOUND)
		return refuse("the file", " is the secret of an OAuth client", SPAN(""), f);
	if (!get(json, "type", &type, f))
		return false;
	return span_eq(buf_span(&type), SPAN("service_account")) ||
	       refuse("type", " is not service_account", buf_span(&type), f);
}

static bool read_names(struct span json, struct assertion_key *k, struct service_account *a, struct fault *f)
{
	struct json_value v;
	struct url url;
	size_t at;

	if (!get_field(json, "client_email", a->email, sizeof a->email, f) ||
	    !get_field(json, "token_uri", a->token_uri, sizeof a->token_uri, f))
		return false;
	if (!span_find_byte(span_z(a->email), '@', &at))
		return refuse("client_email", " is not an address", span_z(a->email), f);
	if (!url_parse(span_z(a->token_uri), &url) || (!url.tls && !url_is_local(url.host)))
		return refuse("token_uri", " is not an https URL", span_z(a->token_uri), f);
	if (json_at(json, "private_key_id", &v) != JSON_FOUND)
		return true;
	return get_field(json, "private_key_id", k->key_id, sizeof k->key_id, f);
}

bool service_account_read(const struct secret *json, struct assertion_key *k, struct service_account *a,
                          struct fault *f)
{
	unsigned char scratch[SECRET_MAX];
	struct buf pem = BUF(scratch);
	struct span text = secret_reveal(json);
	struct fault why = { .code = FAULT_NONE };
	bool good =
		check_type(text, f) && get(text, "private_key", &pem, f) &&
		(assertion_load_key(k, buf_span(&pem), &why) || refuse("private_key", "", fault_evidence(&why), f)) &&
		read_names(text, k, a, f);

	secret_wipe_bytes(scratch, sizeof scratch);
	if (good)
		return true;
	assertion_wipe(k);
	secret_wipe_bytes(a, sizeof *a);
	return false;
}
