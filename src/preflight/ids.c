#include "preflight/ids.h"

#include "conf/microsoft.h"
#include "ident/shape.h"
#include "preflight/text_shape.h"
#include "text/guid.h"
#include "text/url.h"

/* The first two take part in the login, the others help to recognise what stands in a wrong place. */
static const enum setting ids[] = {
	SETTING_CLIENT_ID,        SETTING_TENANT_ID, SETTING_ENTERPRISE_OBJECT_ID, SETTING_REGISTRATION_OBJECT_ID,
	SETTING_CLIENT_SECRET_ID,
};
enum { IDS = COUNT(ids), IDS_IN_USE = 2 };

/* Microsoft's own, which documentation shows beside the place where one's own belongs. */
static const struct {
	const char *id, *what;
} foreign[] = {
	{ MICROSOFT_EXCHANGE, "that is Office 365 Exchange Online itself, not your application" },
	{ MICROSOFT_GRAPH, "that is Microsoft Graph itself, not your application" },
	{ MICROSOFT_NO_ID, "an ID of zeros stands for none" },
};

/* Nothing but hexadecimal digits, and dashes; how many digits. */
static bool hexadecimal(struct span s, size_t *digits)
{
	unsigned v;

	*digits = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (span_hex_digit(s.p[i], &v))
			++*digits;
		else if (s.p[i] != '-')
			return false;
	}
	return *digits != 0;
}

/* What stands there instead of an id, as far as it can be recognised. */
static void put_instead(const struct findings *l, struct span value, struct buf *why)
{
	struct span guid;
	size_t at, digits;
	enum text_shape odd = text_shape_find(value, &at);
	bool hex = hexadecimal(value, &digits);

	if (value.n != 0 && span_eq_nocase(value, settings_get(l->settings, SETTING_DISPLAY_NAME)))
		buf_z(why, "that is the display name");
	else if (guid_find(value, &guid))
		buf_z(why, "an ID with something around it");
	else if (hex && digits == 32)
		buf_z(why, "an ID without dashes at their places");
	else if (hex && value.n > 8 && value.n < 64)
		buf_say(why, "%zu characters of an ID, which has 36", value.n);
	else if (span_find(value, SPAN("://"), &at))
		buf_z(why, "a URL");
	else if (span_find_byte(value, '@', &at))
		buf_z(why, "a mail address");
	else if (findings_shows_secret(l, value))
		buf_z(why, "it looks like the client secret's value");
	else if (shape_find(value) != SHAPE_NONE)
		buf_say(why, "it looks like %s", shape_what(shape_find(value)));
	else if (odd != TEXT_SHAPE_CLEAN)
		buf_z(why, text_shape_text(odd, at).z);
	else
		buf_z(why, "not an ID");
}

static bool refuse(struct findings *l, enum fault_code code, enum setting key, const char *more)
{
	char text[160];
	struct buf why = BUF(text);

	put_instead(l, settings_get(l->settings, key), &why);
	return findings_refuse(l, code, key, "%.*s%s", SPAN_ARG(buf_span(&why)), more);
}

static bool check_client(struct findings *l)
{
	struct span id = settings_get(l->settings, SETTING_CLIENT_ID);

	if (!guid_ok(id))
		return refuse(l, FAULT_CLIENT_ID_SHAPE, SETTING_CLIENT_ID,
		              "; expected the Application (client) ID, 36 characters");
	for (size_t i = 0; i < COUNT(foreign); i++)
		if (span_eq_nocase(id, span_z(foreign[i].id)))
			return findings_refuse(l, FAULT_IDS_MIXED, SETTING_CLIENT_ID, "%s", foreign[i].what);
	return true;
}

bool ids_tenant(struct span tenant)
{
	size_t at;

	return guid_ok(tenant) || (url_is_name(tenant) && span_find_byte(tenant, '.', &at) &&
	                           (shape_class(shape_find(tenant)) & ~(unsigned)SHAPE_IS_NAME) == 0);
}

bool ids_any_tenant(struct span tenant)
{
	static const char *const any[] = { "common", "organizations", "consumers" };

	for (size_t i = 0; i < COUNT(any); i++)
		if (span_eq_nocase(tenant, span_z(any[i])))
			return true;
	return false;
}

/* A person's sign-in: with an application for several tenants, at an address for all of them. */
static bool check_persons_tenant(struct findings *l, struct span id)
{
	bool people = span_eq_nocase(id, SPAN("consumers")) || span_eq_nocase(id, SPAN(MICROSOFT_PERSONAL));

	if (l->settings->provider->personal && span_eq_nocase(id, SPAN("organizations")))
		return findings_refuse(l, FAULT_TENANT_SHAPE, SETTING_TENANT_ID,
		                       "that is for work accounts only; personal ones sign in at consumers");
	if (l->settings->provider->personal && !people && !ids_any_tenant(id))
		findings_warn(l, SETTING_TENANT_ID,
		              "personal accounts are in no organisation's tenant; write consumers");
	if (!l->settings->provider->personal && people)
		findings_warn(l, SETTING_TENANT_ID, "that is for personal accounts: provider = outlook-personal");
	return true;
}

static bool check_tenant(struct findings *l)
{
	struct span id = settings_get(l->settings, SETTING_TENANT_ID);
	bool person = grant_row(l->settings->grant)->person;
	const char *why;

	if (person && (ids_any_tenant(id) || span_eq_nocase(id, SPAN(MICROSOFT_PERSONAL))))
		return check_persons_tenant(l, id);
	why = ids_any_tenant(id) ? "that is for people of any tenant; an application signs in at its own tenant"
	      : span_eq_nocase(id, SPAN(MICROSOFT_PERSONAL))
	              ? "that is the tenant of personal accounts, where no application signs in by itself"
	      : span_eq(id, SPAN(MICROSOFT_NO_ID)) ? "an ID of zeros stands for none"
	                                           : NULL;
	if (why != NULL)
		return findings_refuse(l, FAULT_TENANT_SHAPE, SETTING_TENANT_ID, "%s", why);
	if (ids_tenant(id))
		return !person || check_persons_tenant(l, id);
	return refuse(l, FAULT_TENANT_SHAPE, SETTING_TENANT_ID,
	              "; expected the Directory (tenant) ID, 36 characters, or a domain of the tenant");
}

/* Another provider's ids may be anything, but hardly with a line break in them. */
static bool check_other(struct findings *l)
{
	struct span tenant = settings_get(l->settings, SETTING_TENANT_ID);
	size_t at;
	enum text_shape odd = text_shape_find(settings_get(l->settings, SETTING_CLIENT_ID), &at);

	if (tenant.n != 0 && !guid_ok(tenant) && !url_is_name(tenant))
		return refuse(l, FAULT_TENANT_SHAPE, SETTING_TENANT_ID, "");
	if (odd == TEXT_SHAPE_CLEAN || odd == TEXT_SHAPE_NOT_ASCII || odd == TEXT_SHAPE_ENCODED)
		return true;
	findings_warn(l, SETTING_CLIENT_ID, "%s", text_shape_text(odd, at).z);
	return true;
}

bool ids_shapes(struct findings *l)
{
	if (!l->settings->provider->entra)
		return check_other(l);
	if (l->settings->grant == GRANT_MANAGED_IDENTITY && !settings_has(l->settings, SETTING_CLIENT_ID))
		return true; /* the machine's own: an id is only needed to choose among several */
	if (!check_client(l) || (settings_has(l->settings, SETTING_TENANT_ID) && !check_tenant(l)))
		return false;
	for (size_t i = IDS_IN_USE; i < IDS; i++)
		if (settings_has(l->settings, ids[i]) && !guid_ok(settings_get(l->settings, ids[i])))
			findings_warn(l, ids[i], "not an ID of 36 characters");
	return true;
}

bool ids_mixed(struct findings *l)
{
	for (size_t i = 0; i < IDS; i++) {
		for (size_t j = i + 1; j < IDS; j++) {
			if (!settings_has(l->settings, ids[i]) ||
			    !span_eq_nocase(settings_get(l->settings, ids[i]), settings_get(l->settings, ids[j])))
				continue;
			if (i < IDS_IN_USE)
				return findings_refuse(l, FAULT_IDS_MIXED, ids[i], "the same as %s",
				                       settings_key(ids[j]));
			findings_warn(l, ids[i], "the same as %s", settings_key(ids[j]));
		}
	}
	return true;
}

bool ids_find(const struct settings *s, struct span value, enum setting *key)
{
	for (size_t i = 0; i < IDS; i++) {
		if (settings_has(s, ids[i]) && span_eq_nocase(value, settings_get(s, ids[i]))) {
			*key = ids[i];
			return true;
		}
	}
	return false;
}
