#include "macro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jwt.h"

static int hex(int c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_time(struct text *to, const char *form, time_t t)
{
	char shown[64];
	struct tm tm;

	gmtime_r(&t, &tm);
	text_put(to, shown, strftime(shown, sizeof shown, form, &tm));
}

static void json_text(struct text *to, const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			text_byte(to, '\\');
		if (*p == '\n')
			text_z(to, "\\n");
		else
			text_byte(to, *p);
	}
}

/* ---- the placeholders that take words; `rest` is what follows the name, itself already expanded ---- */

static void do_date(struct scene *s, struct text *to, const char *rest)
{
	put_time(to, "%a, %d %b %Y %H:%M:%S GMT", s->now + atol(rest));
}

static void do_timestamp(struct scene *s, struct text *to, const char *rest)
{
	put_time(to, "%Y-%m-%d %H:%M:%SZ", s->now + atol(rest));
}

/* {day 10}: the date in ten days */
static void do_day(struct scene *s, struct text *to, const char *rest)
{
	put_time(to, "%Y-%m-%d", s->now + atol(rest) * 86400);
}

/* {moment 60}: as .NET has it, with ten-millionths of a second */
static void do_moment(struct scene *s, struct text *to, const char *rest)
{
	put_time(to, "%Y-%m-%dT%H:%M:%S.1234567Z", s->now + atol(rest));
}

static void do_length(struct scene *s, struct text *to, const char *rest)
{
	(void)s;
	(void)rest;
	text_z(to, MACRO_LENGTH);
}

/* {repeat 70000 x} */
static void do_repeat(struct scene *s, struct text *to, const char *rest)
{
	char *text;
	long n = strtol(rest, &text, 10);

	(void)s;
	if (*text == ' ')
		text++;
	for (long i = 0; i < n; i++)
		text_z(to, text);
}

/* {chunk TEXT}; {chunk} alone is the last one, with no trailer */
static void do_chunk(struct scene *s, struct text *to, const char *rest)
{
	(void)s;
	text_f(to, "%zx\r\n%s\r\n", strlen(rest), rest);
}

/* {seconds 2}: longer where the machine is busy or programs are emulated */
static void do_seconds(struct scene *s, struct text *to, const char *rest)
{
	const char *scale = getenv("SIM_SCALE");

	(void)s;
	text_f(to, "%ld", atol(rest) * (scale != NULL ? atol(scale) : 1));
}

/* {front-end NAME}: the bracket of Exchange's greeting, base64 of UTF-16LE */
static void do_front_end(struct scene *s, struct text *to, const char *rest)
{
	struct text wide = { 0 };

	(void)s;
	for (const char *p = rest; *p != '\0'; p++) {
		text_byte(&wide, *p);
		text_byte(&wide, '\0');
	}
	text_base64(to, wide.p, wide.n, false);
}

static void do_base64(struct scene *s, struct text *to, const char *rest)
{
	(void)s;
	text_base64(to, rest, strlen(rest), false);
}

static void do_percent(struct scene *s, struct text *to, const char *rest)
{
	(void)s;
	text_percent(to, rest, strlen(rest));
}

/* {hide TEXT}: it is a secret */
static void do_redact(struct scene *s, struct text *to, const char *rest)
{
	lines_add(&s->secrets, rest, strlen(rest), 0);
	text_z(to, rest);
}

static void do_json(struct scene *s, struct text *to, const char *rest)
{
	(void)s;
	json_text(to, rest);
}

/* {pki idp-good.pem}: a file of build/pki; the whole lines of the private key in it are secrets */
static void do_pki(struct scene *s, struct text *to, const char *rest)
{
	struct text path = { 0 }, all = { 0 };
	bool key = false;

	text_f(&path, "%s/%s", scene_get(s, "pki"), rest);
	text_file(&all, path.p);
	for (const char *p = all.p; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		if (strncmp(p, "-----", 5) == 0)
			key = strncmp(p, "-----BEGIN PRIVATE", 18) == 0;
		else if (key && strcspn(p, "\n") == 64)
			lines_add(&s->secrets, p, 64, 0);
	}
	text_put(to, all.p, all.n);
}

/* {sasl} or {sasl MAILBOX}: the XOAUTH2 line for the last token of the case */
static void do_sasl(struct scene *s, struct text *to, const char *rest)
{
	const char *token = scene_get(s, "token");
	struct text plain = { 0 }, line = { 0 };

	if (token == NULL)
		die("%s: there is no token yet for {sasl}", s->path);
	text_f(&plain, "user=%s\001auth=Bearer %s\001\001", *rest != '\0' ? rest : scene_get(s, "mailbox"), token);
	text_base64(&line, plain.p, plain.n, false);
	lines_add(&s->secrets, line.p, line.n, 0);
	text_put(to, line.p, line.n);
}

/* {oauthbearer} or {oauthbearer imap.example 993}: the OAUTHBEARER line for the last token of the case */
static void do_oauthbearer(struct scene *s, struct text *to, const char *rest)
{
	const char *token = scene_get(s, "token");
	struct text plain = { 0 }, line = { 0 };
	char host[256] = "outlook.office365.com", port[8] = "995";

	if (token == NULL || (*rest != '\0' && sscanf(rest, "%255s %7s", host, port) != 2))
		die("%s: there is no token yet for {oauthbearer}, or it is not {oauthbearer HOST PORT}", s->path);
	text_z(&plain, "n,a=");
	for (const char *p = scene_get(s, "mailbox"); *p != '\0'; p++) {
		if (*p == '=' || *p == ',')
			text_z(&plain, *p == '=' ? "=3D" : "=2C");
		else
			text_byte(&plain, *p);
	}
	text_f(&plain, ",\001host=%s\001port=%s\001auth=Bearer %s\001\001", host, port, token);
	text_base64(&line, plain.p, plain.n, false);
	lines_add(&s->secrets, line.p, line.n, 0);
	text_put(to, line.p, line.n);
}

/* {aadsts 7000215 invalid_client Invalid client secret provided. ...}: the body of Entra's refusal */
static void do_aadsts(struct scene *s, struct text *to, const char *rest)
{
	struct text stamp = { 0 }, text = { 0 };
	char error[64];
	long code;
	int at = 0;

	if (sscanf(rest, "%ld %63s %n", &code, error, &at) < 2 || at == 0)
		die("%s: {aadsts NUMBER ERROR TEXT}, not %s", s->path, rest);
	do_timestamp(s, &stamp, "");
	json_text(&text, rest + at);
	text_f(to,
	       "{\"error\":\"%s\",\"error_description\":\"AADSTS%ld: %s Trace ID: %s Correlation ID: %s "
	       "Timestamp: %s\",\"error_codes\":[%ld],\"timestamp\":\"%s\",\"trace_id\":\"%s\","
	       "\"correlation_id\":\"%s\",\"error_uri\":\"https://login.microsoftonline.com/error?code=%ld\"}",
	       error, code, text.p, scene_get(s, "trace"), scene_get(s, "correlation"), stamp.p, code, stamp.p,
	       scene_get(s, "trace"), scene_get(s, "correlation"), code);
}

/* The value of name=VALUE among the words, else what stands for it. */
static void option(struct text *to, const char *words, const char *name, const char *otherwise)
{
	size_t n = strlen(name);

	for (const char *p = words; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " ")) {
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			text_put(to, p + n + 1, strcspn(p + n + 1, " "));
			return;
		}
	}
	text_z(to, otherwise);
}

/* {openid tenant=GUID region=EU sub=GCC cloud=microsoftonline.us}: an OpenID configuration as Entra has it */
static void do_openid(struct scene *s, struct text *to, const char *rest)
{
	struct text tenant = { 0 }, region = { 0 }, sub = { 0 }, cloud = { 0 };

	option(&tenant, rest, "tenant", scene_get(s, "tenant"));
	option(&region, rest, "region", "EU");
	option(&sub, rest, "sub", "");
	option(&cloud, rest, "cloud", "microsoftonline.com");
	text_f(to,
	       "{\"token_endpoint\":\"https://login.%s/%s/oauth2/v2.0/token\","
	       "\"token_endpoint_auth_methods_supported\":[\"client_secret_post\",\"private_key_jwt\"],"
	       "\"jwks_uri\":\"https://login.%s/%s/discovery/v2.0/keys\","
	       "\"response_modes_supported\":[\"query\",\"fragment\",\"form_post\"],"
	       "\"issuer\":\"https://login.%s/%s/v2.0\",\"tenant_region_scope\":\"%s\"%s%s%s,"
	       "\"cloud_instance_name\":\"%s\"}",
	       cloud.p, tenant.p, cloud.p, tenant.p, cloud.p, tenant.p, region.p,
	       sub.n != 0 ? ",\"tenant_region_sub_scope\":\"" : "", sub.p, sub.n != 0 ? "\"" : "", cloud.p);
}

static const struct {
	const char *name;
	void (*put)(struct scene *s, struct text *to, const char *rest);
} functions[] = {
	{ "aadsts", do_aadsts },
	{ "base64", do_base64 },
	{ "chunk", do_chunk },
	{ "date", do_date },
	{ "day", do_day },
	{ "front-end", do_front_end },
	{ "hide", do_redact },
	{ "json", do_json },
	{ "jwt", jwt_make },
	{ "length", do_length },
	{ "moment", do_moment },
	{ "opaque", jwt_opaque },
	{ "openid", do_openid },
	{ "percent", do_percent },
	{ "pki", do_pki },
	{ "repeat", do_repeat },
	{ "oauthbearer", do_oauthbearer },
	{ "sasl", do_sasl },
	{ "seconds", do_seconds },
	{ "timestamp", do_timestamp },
};

/* The } that belongs to the { at p. */
static const char *closing(const char *p, const char *where)
{
	int depth = 0;

	for (const char *at = p; *at != '\0'; at++) {
		depth += *at == '{';
		depth -= *at == '}';
		if (depth == 0)
			return at;
	}
	die("%s: a { without its }: %s", where, p);
}

static const char *braces(struct scene *s, struct text *to, const char *p, const char *where)
{
	const char *end = closing(p, where);
	size_t name_n = strcspn(p + 1, " }");
	struct text name = { 0 }, inside = { 0 }, rest = { 0 };
	const char *value;

	text_put(&name, p + 1, name_n);
	if (p[1 + name_n] == ' ')
		text_put(&inside, p + 2 + name_n, (size_t)(end - (p + 2 + name_n)));
	else
		text_put(&inside, "", 0);
	text_put(&rest, "", 0);
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		if (strcmp(functions[i].name, name.p) == 0) {
			macro_expand(s, &rest, inside.p, where);
			functions[i].put(s, to, rest.p);
			return end + 1;
		}
	}
	value = inside.n == 0 ? scene_get(s, name.p) : NULL;
	if (value == NULL)
		die("%s: unknown placeholder {%s}", where, name.p);
	text_z(to, value);
	return end + 1;
}

/* The stand-ins of o2pop's transcripts: <token 2184 characters sha256:9f3a1c>, <client_secret 40 characters>,
 * <sasl 2916 characters>. */
static const char *stand_in(struct scene *s, struct text *to, const char *p, const char *where)
{
	char word[32], length[32];
	size_t n;
	int at = 0;

	if (sscanf(p, "<%31[a-z_] %zu characters%n", word, &n, &at) < 2 || at == 0 || strchr(p + at, '>') == NULL)
		return NULL;
	if (strcmp(word, "token") == 0 && scene_get(s, "token") != NULL && strlen(scene_get(s, "token")) == n) {
		text_z(to, scene_get(s, "token"));
	} else if (strcmp(word, "token") == 0) {
		snprintf(length, sizeof length, "length=%zu", n);
		jwt_make(s, to, length);
	} else if (strcmp(word, "sasl") == 0) {
		do_sasl(s, to, "");
	} else if (strcmp(word, "client_secret") == 0) {
		if (strlen(scene_get(s, "secret")) != n)
			die("%s: the case's secret has %zu characters, not %zu", where, strlen(scene_get(s, "secret")),
			    n);
		do_percent(s, to, scene_get(s, "secret"));
	} else {
		die("%s: unknown stand-in <%s ...>", where, word);
	}
	return strchr(p + at, '>') + 1;
}

const char *macro_one(struct scene *s, struct text *to, const char *p, const char *where)
{
	if (*p == '<')
		return stand_in(s, to, p, where);
	if (*p == '{' && p[1] >= 'a' && p[1] <= 'z')
		return braces(s, to, p, where);
	return NULL;
}

const char *macro_byte(struct text *to, const char *p)
{
	if (p[0] == '\\' && p[1] == 'x' && hex(p[2]) >= 0 && hex(p[3]) >= 0) {
		text_byte(to, hex(p[2]) * 16 + hex(p[3]));
		return p + 4;
	}
	text_byte(to, *p);
	return p + 1;
}

void macro_expand(struct scene *s, struct text *to, const char *text, const char *where)
{
	for (const char *p = text, *next; *p != '\0'; p = next) {
		next = *p == '{' || *p == '<' ? macro_one(s, to, p, where) : NULL;
		if (next == NULL)
			next = macro_byte(to, p);
	}
	text_put(to, "", 0);
}
