#include "preflight/scope.h"

#include "conf/cloud.h"
#include "conf/microsoft.h"
#include "preflight/ids.h"
#include "preflight/text_shape.h"
#include "text/near.h"
#include "text/url.h"

#define SUFFIX   "/.default"
#define EXCHANGE "https://outlook.office365.com"

enum { SLIPS = 2 }; /* edits that still are the same word, misspelt */

/* Resources for which tokens are issued that open no mailbox by POP3. */
static const struct {
	const char *resource, *why;
} other[] = {
	{ "https://graph.microsoft.com", "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ "https://graph.microsoft.us", "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ MICROSOFT_GRAPH, "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ "https://ps.outlook.com", "that is for the consent step, tokens for POP3 come from " EXCHANGE SUFFIX },
	{ "https://management.azure.com", "its tokens are for Azure, POP3 needs " EXCHANGE SUFFIX },
	{ "https://vault.azure.net", "its tokens are for Azure, POP3 needs " EXCHANGE SUFFIX },
};

/* What stands before "/.default". */
static struct span resource_of(struct span scope)
{
	return provider_resource(span_first(scope, scope.n - (sizeof SUFFIX - 1)));
}

static bool refuse(struct findings *l, const char *why)
{
	return findings_refuse(l, FAULT_SCOPE_SHAPE, SETTING_SCOPE, "%s", why);
}

/* The forms that no client credentials request can have. */
static bool check_form(struct findings *l, struct span scope)
{
	size_t at;
	enum text_shape odd = text_shape_find(scope, &at);

	if (odd == TEXT_SHAPE_SPACE || span_find_byte(scope, ',', &at))
		return refuse(l, "more than one scope; an application asks for one resource and /.default alone");
	if (odd != TEXT_SHAPE_CLEAN)
		return refuse(l, text_shape_text(odd, at).z);
	if (span_eq_nocase(scope, SPAN(".default")) || span_eq_nocase(scope, SPAN(SUFFIX)))
		return refuse(l, "no resource before /.default; POP3 needs " EXCHANGE SUFFIX);
	if (span_find_nocase(scope, SPAN("AccessAsUser"), &at) || span_find_nocase(scope, SPAN("AccessAsApp"), &at))
		return refuse(l, "the name of a permission; an application asks for " EXCHANGE SUFFIX);
	if (!span_ends(scope, SPAN(SUFFIX)) && span_ends(scope, SPAN(".default")))
		return refuse(l, "there must be a slash before .default");
	if (!span_ends_nocase(scope, SPAN(SUFFIX)))
		return refuse(l, "it must end in /.default, as " EXCHANGE SUFFIX);
	if (!span_ends(scope, SPAN(SUFFIX)))
		findings_warn(l, SETTING_SCOPE, "write /.default in small letters");
	return true;
}

/* The resource that belongs to a scope's first word: its whole, or what stands before the permission's name. */
static struct span resource_before(struct span word)
{
	while (word.n != 0 && word.p[word.n - 1] != '/')
		word.n--;
	return provider_resource(word);
}

/* What a person's scope asks for, word by word. */
struct asked {
	struct span resource; /* of the first permission */
	bool offline, pop, whole, named;
};

static bool known_resource(struct findings *l, struct asked *a, struct span resource)
{
	if (resource.n == 0)
		return refuse(l, "a permission without its resource means Microsoft Graph's, which opens no mailbox by "
		                 "POP3");
	if (span_starts_nocase(resource, SPAN("https://graph.microsoft.")) ||
	    span_starts_nocase(resource, SPAN("https://dod-graph.microsoft.us")) ||
	    span_eq_nocase(resource, SPAN(MICROSOFT_GRAPH)))
		return refuse(l, "Microsoft Graph's permission opens no mailbox by POP3; the mail server's does");
	if (a->resource.n != 0 && !span_eq_nocase(a->resource, resource))
		return refuse(l, "permissions of two resources; a token is for one");
	if (a->resource.n == 0 && !provider_is_exchange(resource))
		findings_warn(l, SETTING_SCOPE, "not a resource of Exchange Online");
	a->resource = resource;
	return true;
}

static bool take_word(struct findings *l, struct asked *a, struct span word)
{
	static const char *const plain[] = { "openid", "profile", "email" };
	size_t at;

	for (size_t i = 0; i < COUNT(plain); i++)
		if (span_eq_nocase(word, span_z(plain[i])))
			return true;
	if (span_eq_nocase(word, SPAN("offline_access"))) {
		a->offline = true;
		return true;
	}
	if (span_find_nocase(word, SPAN("AccessAsApp"), &at))
		return refuse(l, "an application's permission; a person is asked for POP.AccessAsUser.All");
	if (span_ends(word, SPAN(SUFFIX)))
		a->whole = true;
	else
		a->named = true;
	a->pop |= a->whole || span_find_nocase(word, SPAN("POP.AccessAsUser.All"), &at);
	return known_resource(l, a, resource_before(word));
}

/* A person's scope: permissions of one resource by name, or all that were agreed to by /.default. */
static bool check_person(struct findings *l, struct span scope)
{
	struct asked a = { .offline = false };
	struct span rest = scope;
	size_t at;
	enum text_shape odd;

	if (span_find_byte(scope, ',', &at))
		return refuse(l, "a comma; scopes are separated by spaces");
	while (rest.n != 0) {
		struct span word = span_cut(rest, ' ', &rest);

		odd = text_shape_find(word, &at);
		if (word.n != 0 && odd != TEXT_SHAPE_CLEAN)
			return refuse(l, text_shape_text(odd, at).z);
		if (word.n != 0 && !take_word(l, &a, word))
			return false;
	}
	if (a.whole && a.named)
		return refuse(l, "/.default stands for every permission that was agreed to; "
		                 "beside it no other is named");
	if (!a.pop)
		return refuse(l, "no POP.AccessAsUser.All: the token would open no mailbox by POP3");
	if (!a.offline)
		findings_warn(l, SETTING_SCOPE,
		              "without offline_access there will be no refresh token, and a person has to sign in "
		              "again when the token expires");
	return true;
}

static void warn_resource(struct findings *l, struct span resource)
{
	for (size_t i = 0; i < COUNT(other); i++) {
		if (span_eq_nocase(resource, span_z(other[i].resource))) {
			findings_warn(l, SETTING_SCOPE, "%s", other[i].why);
			return;
		}
	}
	if (near_distance(resource, SPAN(EXCHANGE)) <= SLIPS)
		findings_warn(l, SETTING_SCOPE, "is it a slip? Exchange Online is " EXCHANGE SUFFIX);
	else
		findings_warn(l, SETTING_SCOPE, "not a resource of Exchange Online, which is " EXCHANGE SUFFIX);
}

bool scope_check(struct findings *l)
{
	struct span scope = settings_get(l->settings, SETTING_SCOPE);

	if (!l->settings->provider->entra)
		return true;
	if (grant_row(l->settings->grant)->person)
		return check_person(l, scope);
	if (!check_form(l, scope))
		return false;
	if (!provider_is_exchange(resource_of(scope)))
		warn_resource(l, resource_of(scope));
	return true;
}

static bool check_token_url(struct findings *l)
{
	struct url u = { .port = 0 };
	struct span tenant, rest;
	size_t at;

	if (!settings_has(l->settings, SETTING_TOKEN_URL) || !url_parse(l->settings->token_url, &u))
		return true;
	tenant = span_cut(span_from(u.target, 1), '/', &rest); /* the first part of the path */
	if (ids_any_tenant(tenant) && !grant_row(l->settings->grant)->person)
		return findings_refuse(l, FAULT_TENANT_SHAPE, SETTING_TOKEN_URL,
		                       "its tenant stands for any; an application signs in at its own tenant");
	if (span_find_nocase(u.target, SPAN("/authorize"), &at))
		findings_warn(l, SETTING_TOKEN_URL,
		              "that is the page where people sign in; the token endpoint ends in "
		              "/token");
	else if (span_ends(u.target, SPAN("/oauth2/token")))
		findings_warn(l, SETTING_TOKEN_URL,
		              "the old endpoint, which takes resource and not scope; write "
		              "/oauth2/v2.0/token");
	if (settings_has(l->settings, SETTING_TENANT_ID) &&
	    !span_eq_nocase(tenant, settings_get(l->settings, SETTING_TENANT_ID)))
		findings_warn(l, SETTING_TOKEN_URL, "its tenant is not that of tenant_id");
	return true;
}

static void warn_cloud(struct findings *l, enum setting key, enum cloud is, enum cloud authority)
{
	if (is != CLOUD_UNKNOWN && authority != CLOUD_UNKNOWN && is != authority)
		findings_warn(l, key, "of %s, but the authority is of %s", cloud_name[is], cloud_name[authority]);
}

/* The secret goes to the identity provider, the token to the mail server: is the host the provider's own? */
static bool check_own(struct findings *l, enum setting key, struct span host, const char *own, const char *what)
{
	enum cloud cloud = key == SETTING_POP_HOST ? cloud_of_mail(host) : cloud_of_authority(host);
	unsigned slips;

	if (own == NULL || host.n == 0 || l->settings->source[key] <= SETTING_FROM_PROVIDER || cloud != CLOUD_UNKNOWN ||
	    span_eq_nocase(host, span_z(own)) || url_is_local(host))
		return true;
	slips = near_distance(host, span_z(own));
	if (slips <= SLIPS)
		return findings_refuse(l, FAULT_SETTING_BAD, key,
		                       "is it a slip? %s has %s; for another host write provider = custom",
		                       l->settings->provider->title, own);
	findings_warn(l, key, "not a host of %s, and it gets the %s; its own is %s", l->settings->provider->title, what,
	              own);
	return true;
}

bool scope_places(struct findings *l)
{
	const struct settings *s = l->settings;
	struct span scope = settings_get(s, SETTING_SCOPE);
	struct url u = { .port = 0 };
	enum cloud authority;

	if (!check_own(l, SETTING_AUTHORITY_HOST, settings_get(s, SETTING_AUTHORITY_HOST), s->provider->authority,
	               "credential") ||
	    !check_own(l, SETTING_POP_HOST, settings_get(s, SETTING_POP_HOST), s->provider->pop_host, "token"))
		return false;
	if (!s->provider->entra || !url_parse(s->token_url, &u))
		return true;
	authority = cloud_of_authority(u.host);
	if (authority == CLOUD_GERMANY)
		return findings_refuse(l, FAULT_SETTING_BAD,
		                       settings_has(s, SETTING_TOKEN_URL) ? SETTING_TOKEN_URL : SETTING_AUTHORITY_HOST,
		                       "the German cloud was closed in 2021");
	warn_cloud(l, SETTING_POP_HOST, cloud_of_mail(settings_get(s, SETTING_POP_HOST)), authority);
	while (scope.n != 0)
		if (url_parse(resource_before(span_cut(scope, ' ', &scope)), &u))
			warn_cloud(l, SETTING_SCOPE, cloud_of_mail(u.host), authority);
	return check_token_url(l);
}
