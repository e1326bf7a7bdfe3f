#include "conf/route.h"

#include "text/pct.h"
#include "text/url.h"

/* The settings that name a proxy, in the order of route_logins. */
static const enum setting keys[] = { SETTING_PROXY, SETTING_TOKEN_PROXY, SETTING_MAIL_PROXY };
enum { OWN = COUNT(keys) };
_Static_assert(OWN + 1 == ROUTE_LOGINS, "a login for each, and proxy_user's");

static bool is_none(struct span value)
{
	return span_eq_nocase(value, SPAN("none")) || span_eq_nocase(value, SPAN("direct"));
}

/* The setting of this side, from the stronger source; of two equal ones the narrower. */
static enum setting key_of(const struct settings *s, enum route_side side)
{
	enum setting narrow = side == ROUTE_MAIL ? SETTING_MAIL_PROXY : SETTING_TOKEN_PROXY;

	if (settings_has(s, narrow) && s->source[narrow] >= s->source[SETTING_PROXY])
		return narrow;
	return settings_has(s, SETTING_PROXY) ? SETTING_PROXY : SETTING__COUNT;
}

struct route route_find(const struct settings *s, enum route_side side, struct span host, uint16_t port)
{
	struct route r = { .proxy = { .kind = PROXY_NONE }, .key = key_of(s, side) };
	struct span login;

	if (r.key == SETTING__COUNT || is_none(settings_get(s, r.key)) ||
	    proxy_skips(settings_get(s, SETTING_NO_PROXY), host, port) ||
	    !proxy_parse(settings_get(s, r.key), &r.proxy, &login))
		r.proxy.kind = PROXY_NONE;
	return r;
}

struct route route_of(const struct settings *s, enum route_side side)
{
	struct url u = { .tls = false };
	bool clear = s->pop_tls == POP_TLS_NONE;

	if (side == ROUTE_MAIL)
		return clear ? (struct route){ .key = SETTING__COUNT }
		             : route_find(s, side, settings_get(s, SETTING_POP_HOST), s->pop_port);
	if (!url_parse(s->token_url, &u) || !u.tls) /* clear text stays on this machine or link */
		return (struct route){ .key = SETTING__COUNT };
	return route_find(s, side, u.host, u.port);
}

struct span route_login(const struct route_logins *l, const struct route *r)
{
	if (l == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (keys[i] == r->key && l->of[i].n != 0)
			return (struct span){ l->of[i].login, l->of[i].n };
	return (struct span){ l->of[OWN].login, l->of[OWN].n };
}

/* The URL without its login. */
static void put_url(struct buf *url, const struct proxy *p)
{
	size_t at;
	bool literal6 = span_find_byte(p->host, ':', &at);

	buf_say(url, literal6 ? "%s://[%.*s]:%u" : "%s://%.*s:%u", proxy_scheme(p->kind), SPAN_ARG(p->host), p->port);
}

/* "user:password", each percent-encoded or not: curl decodes both, and takes a stray % for itself. */
static bool take_login(struct route_login *l, struct span login)
{
	struct buf b = { l->login, sizeof l->login, 0, false };

	if (!pct_get(&b, login))
		buf_put(&b, login);
	l->n = (uint32_t)b.n;
	return buf_ok(&b);
}

bool route_take_variable(struct settings *s, struct route_logins *l, enum setting key, struct span name,
                         struct span value, struct fault *f)
{
	struct route_login *of = NULL;
	struct span login;
	struct proxy p;
	struct buf url;

	if (value.n == 0 || settings_has(s, key))
		return true;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (keys[i] == key)
			of = &l->of[i];
	if (of == NULL) /* no_proxy */
		return settings_set(s, key, value, SETTING_FROM_ENVIRONMENT, name, f);
	if (!proxy_parse(value, &p, &login) || !take_login(of, login))
		return fault_say(f, FAULT_SETTING_BAD, key, "%.*s: not a proxy such as http://proxy.example:3128",
		                 SPAN_ARG(name));
	url = buf_field(of->url, sizeof of->url);
	put_url(&url, &p);
	return settings_set(s, key, buf_span(&url), SETTING_FROM_ENVIRONMENT, name, f);
}

bool route_take_password(const struct settings *s, struct route_logins *l, struct span password, struct fault *f)
{
	struct buf b = { l->of[OWN].login, sizeof l->of[OWN].login, 0, false };

	buf_say(&b, "%.*s:", SPAN_ARG(settings_get(s, SETTING_PROXY_USER)));
	buf_put(&b, password);
	l->of[OWN].n = (uint32_t)b.n;
	return buf_ok(&b) || fault_limit(f, FAULT_LIMIT, password.n, PROXY_LOGIN_MAX);
}

bool route_check(const struct settings *s, struct fault *f)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct span value = settings_get(s, keys[i]), login;
		struct proxy p;

		if (value.n == 0 || is_none(value))
			continue;
		if (!proxy_parse(value, &p, &login))
			return fault_say(f, FAULT_SETTING_BAD, keys[i],
			                 "%s (%.*s): not a proxy such as http://proxy.example:3128, https://, "
			                 "socks5h://, socks5://, socks4a:// or socks4://, or none",
			                 settings_key(keys[i]), SPAN_ARG(s->origin[keys[i]]));
		if (login.n != 0)
			return fault_say(f, FAULT_SETTING_BAD, keys[i],
			                 "%s (%.*s): a login does not stand in the address: write proxy_user and "
			                 "proxy_password_file",
			                 settings_key(keys[i]), SPAN_ARG(s->origin[keys[i]]));
	}
	return true;
}
