#include "check/lint_scope.h"

#include "check/cloud.h"
#include "check/judge.h"
#include "check/lint_text.h"
#include "text/conf.h"
#include "text/url.h"

#define SUFFIX "/.default"
#define EXCHANGE "https://outlook.office365.com"

enum { SLIPS = 2 }; /* edits that still are the same word, misspelt */

/* Resources for which tokens are issued that open no mailbox by POP3. */
static const struct {
	const char *resource, *why;
} other[] = {
	{ "https://graph.microsoft.com", "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ "https://graph.microsoft.us", "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ "00000003-0000-0000-c000-000000000000", "its tokens are for Microsoft Graph, POP3 needs " EXCHANGE SUFFIX },
	{ "https://ps.outlook.com", "that is for the consent step, tokens for POP3 come from " EXCHANGE SUFFIX },
	{ "https://management.azure.com", "its tokens are for Azure, POP3 needs " EXCHANGE SUFFIX },
	{ "https://vault.azure.net", "its tokens are for Azure, POP3 needs " EXCHANGE SUFFIX },
};

/* With or without the final slash it is the same resource. */
static struct span without_slash(struct span s)
{
	return span_ends(s, SPAN("/")) ? span_first(s, s.n - 1) : s;
}

/* What stands before "/.default". */
static struct span resource_of(struct span scope)
{
	return without_slash(span_first(scope, scope.n - (sizeof SUFFIX - 1)));
}

static bool refuse(struct lint *l, const char *why)
{
	return lint_refuse(l, FAULT_SCOPE_SHAPE, SETTING_SCOPE, span_z(why));
}

/* The forms that no client credentials request can have. */
static bool check_form(struct lint *l, struct span scope)
{
	char text[120];
	struct buf why = BUF(text);
	size_t at;
	enum lint_text odd = lint_text_find(scope, &at);

	if (odd == LINT_TEXT_BLANK || span_find_byte(scope, ',', &at))
		return refuse(l, "more than one scope; an application asks for one resource and /.default alone");
	if (odd != LINT_TEXT_CLEAN) {
		lint_text_put(&why, odd, at);
		return lint_refuse(l, FAULT_SCOPE_SHAPE, SETTING_SCOPE, buf_span(&why));
	}
	if (span_eq_nocase(scope, SPAN(".default")) || span_eq_nocase(scope, SPAN(SUFFIX)))
		return refuse(l, "no resource before /.default; POP3 needs " EXCHANGE SUFFIX);
	if (span_find_nocase(scope, SPAN("AccessAsUser"), &at) || span_find_nocase(scope, SPAN("AccessAsApp"), &at))
		return refuse(l, "the name of a permission; an application asks for " EXCHANGE SUFFIX);
	if (!span_ends(scope, SPAN(SUFFIX)) && span_ends(scope, SPAN(".default")))
		return refuse(l, "there must be a slash before .default");
	if (scope.n < sizeof SUFFIX - 1 ||
	    !span_eq_nocase(span_from(scope, scope.n - (sizeof SUFFIX - 1)), SPAN(SUFFIX)))
		return refuse(l, "it must end in /.default, as " EXCHANGE SUFFIX);
	if (!span_ends(scope, SPAN(SUFFIX)))
		lint_warn(l, SETTING_SCOPE, SPAN("write /.default in small letters"));
	return true;
}

static void warn_resource(struct lint *l, struct span resource)
{
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		if (span_eq_nocase(resource, span_z(other[i].resource))) {
			lint_warn(l, SETTING_SCOPE, span_z(other[i].why));
			return;
		}
	}
	if (conf_distance(resource, SPAN(EXCHANGE)) <= SLIPS)
		lint_warn(l, SETTING_SCOPE, SPAN("is it a slip? Exchange Online is " EXCHANGE SUFFIX));
	else
		lint_warn(l, SETTING_SCOPE, SPAN("not a resource of Exchange Online, which is " EXCHANGE SUFFIX));
}

bool lint_scope_check(struct lint *l)
{
	struct span scope = settings_get(l->settings, SETTING_SCOPE);

	if (!l->settings->provider->entra)
		return true;
	if (!check_form(l, scope))
		return false;
	if (!judge_is_exchange(resource_of(scope)))
		warn_resource(l, resource_of(scope));
	return true;
}

/* The first part of the path of the token URL: the tenant. */
static struct span url_tenant(struct span target)
{
	struct span rest;

	return span_cut(span_from(target, 1), '/', &rest);
}

static bool check_token_url(struct lint *l)
{
	struct url u = { .port = 0 };
	struct span tenant;
	size_t at;

	if (!settings_has(l->settings, SETTING_TOKEN_URL) || !url_parse(l->settings->token_url, &u))
		return true;
	tenant = url_tenant(u.target);
	if (span_eq_nocase(tenant, SPAN("common")) || span_eq_nocase(tenant, SPAN("organizations")) ||
	    span_eq_nocase(tenant, SPAN("consumers")))
		return lint_refuse(l, FAULT_TENANT_SHAPE, SETTING_TOKEN_URL,
		                   SPAN("its tenant stands for any; an application signs in at its own tenant"));
	if (span_find_nocase(u.target, SPAN("/authorize"), &at))
		lint_warn(l, SETTING_TOKEN_URL,
		          SPAN("that is the page where people sign in; the token endpoint ends in "
		               "/token"));
	else if (span_ends(u.target, SPAN("/oauth2/token")))
		lint_warn(l, SETTING_TOKEN_URL,
		          SPAN("the old endpoint, which takes resource and not scope; write "
		               "/oauth2/v2.0/token"));
	if (settings_has(l->settings, SETTING_TENANT_ID) &&
	    !span_eq_nocase(tenant, settings_get(l->settings, SETTING_TENANT_ID)))
		lint_warn(l, SETTING_TOKEN_URL, SPAN("its tenant is not that of tenant_id"));
	return true;
}

static void warn_cloud(struct lint *l, enum setting key, enum cloud is, enum cloud authority)
{
	char text[160];
	struct buf why = BUF(text);

	if (is == CLOUD_UNKNOWN || authority == CLOUD_UNKNOWN || is == authority)
		return;
	buf_z(&why, "of ");
	buf_z(&why, cloud_name(is));
	buf_z(&why, ", but the authority is of ");
	buf_z(&why, cloud_name(authority));
	lint_warn(l, key, buf_span(&why));
}

bool lint_scope_places(struct lint *l)
{
	const struct settings *s = l->settings;
	struct span scope = settings_get(s, SETTING_SCOPE);
	struct url u = { .port = 0 };
	enum cloud authority;

	if (!s->provider->entra || !url_parse(s->token_url, &u))
		return true;
	authority = cloud_of_authority(u.host);
	if (authority == CLOUD_GERMANY)
		return lint_refuse(l, FAULT_SETTING_BAD,
		                   settings_has(s, SETTING_TOKEN_URL) ? SETTING_TOKEN_URL : SETTING_AUTHORITY_HOST,
		                   SPAN("the German cloud was closed in 2021"));
	warn_cloud(l, SETTING_POP_HOST, cloud_of_mail(settings_get(s, SETTING_POP_HOST)), authority);
	if (scope.n > sizeof SUFFIX - 1 && url_parse(resource_of(scope), &u))
		warn_cloud(l, SETTING_SCOPE, cloud_of_mail(u.host), authority);
	return check_token_url(l);
}
