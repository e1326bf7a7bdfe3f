#include "conf/provider.h"

#include "conf/microsoft.h"

#define APP_GRANTS                                                                                                     \
	(1u << GRANT_CLIENT_SECRET | 1u << GRANT_CERTIFICATE | 1u << GRANT_FEDERATED | 1u << GRANT_MANAGED_IDENTITY)
#define PERSON_GRANTS (1u << GRANT_DEVICE_CODE | 1u << GRANT_REFRESH_TOKEN)
#define ANY_GRANT     ((1u << GRANT__COUNT) - 1)
#define READY         (1u << GRANT_ACCESS_TOKEN)
#define ENTRA         (APP_GRANTS | PERSON_GRANTS | READY)

static const struct provider table[] = {
	{
		.id = "microsoft",
		.title = "Microsoft 365 worldwide and GCC",
		.authority = "login.microsoftonline.com",
		.pop_host = "outlook.office365.com",
		.imap_host = "outlook.office365.com",
		.smtp_host = "smtp.office365.com",
		.scope_app = "https://outlook.office365.com/.default",
		.scope_user = "https://outlook.office.com/POP.AccessAsUser.All offline_access",
		.grants = ENTRA,
		.entra = true,
		.cloud = CLOUD_WORLDWIDE,
		.portal = "entra.microsoft.com",
		.admin = "admin.microsoft.com",
		.status = "status.cloud.microsoft",
		.audience = "api://AzureADTokenExchange",
	},
	{
		.id = "microsoft-gcchigh",
		.title = "Microsoft 365 GCC High",
		.authority = "login.microsoftonline.us",
		.pop_host = "outlook.office365.us",
		.imap_host = "outlook.office365.us",
		.smtp_host = "smtp.office365.us",
		.scope_app = "https://outlook.office365.us/.default",
		.scope_user = "https://outlook.office365.us/POP.AccessAsUser.All offline_access",
		.grants = ENTRA,
		.entra = true,
		.cloud = CLOUD_US_GOV,
		.portal = "entra.microsoft.us",
		.admin = "portal.office365.us",
		.environment = "O365USGovGCCHigh",
		.audience = "api://AzureADTokenExchangeUSGov",
	},
	{
		.id = "microsoft-dod",
		.title = "Microsoft 365 DoD",
		.authority = "login.microsoftonline.us",
		.pop_host = "outlook-dod.office365.us",
		.imap_host = "outlook-dod.office365.us",
		.smtp_host = "outlook-dod.office365.us",
		.scope_app = "https://outlook-dod.office365.us/.default",
		.scope_user = "https://outlook-dod.office365.us/POP.AccessAsUser.All offline_access",
		.grants = ENTRA,
		.entra = true,
		.cloud = CLOUD_US_GOV,
		.portal = "entra.microsoft.us",
		.admin = "portal.apps.mil",
		.region = "DOD",
		.environment = "O365USGovDoD",
		.audience = "api://AzureADTokenExchangeUSGov",
	},
	{
		.id = "microsoft-china",
		.title = "Microsoft 365 operated by 21Vianet",
		.authority = "login.partner.microsoftonline.cn",
		.pop_host = "partner.outlook.cn",
		.imap_host = "partner.outlook.cn",
		.smtp_host = "smtp.partner.outlook.cn",
		.scope_app = "https://partner.outlook.cn/.default",
		.scope_user = "https://partner.outlook.cn/POP.AccessAsUser.All offline_access",
		.grants = ENTRA,
		.entra = true,
		.cloud = CLOUD_CHINA,
		.portal = "portal.azure.cn",
		.admin = "portal.partner.microsoftonline.cn",
		.environment = "O365China",
		.audience = "api://AzureADTokenExchangeChina",
	},
	{
		.id = "outlook-personal",
		.title = "Outlook.com, Hotmail and Live accounts",
		.authority = "login.microsoftonline.com",
		.tenant = "consumers",
		.pop_host = "outlook.office365.com",
		.imap_host = "outlook.office365.com",
		.smtp_host = "smtp-mail.outlook.com",
		.scope_user = "https://outlook.office.com/POP.AccessAsUser.All offline_access",
		.grants = PERSON_GRANTS | READY,
		.entra = true,
		.personal = true,
		.portal = "entra.microsoft.com",
		.status = "portal.office.com/servicestatus",
	},
	{
		.id = "google",
		.title = "Gmail",
		.token_url = "https://oauth2.googleapis.com/token",
		.pop_host = "pop.gmail.com",
		.imap_host = "imap.gmail.com",
		.smtp_host = "smtp.gmail.com",
		.scope_app = "https://mail.google.com/",
		.scope_user = "https://mail.google.com/",
		.grants = 1u << GRANT_REFRESH_TOKEN | 1u << GRANT_SERVICE_ACCOUNT | READY,
		.google = true,
		.status = "www.google.com/appsstatus",
	},
	{
		.id = "custom",
		.title = "another provider",
		.grants = ANY_GRANT,
	},
};

/* The resource as tokens name it: URLs of all clouds, and the application id of Office 365 Exchange Online. */
static const char *const exchange[] = {
	"https://outlook.office365.com",
	"https://outlook.office.com",
	"https://outlook.office365.us",
	"https://outlook-dod.office365.us",
	"https://partner.outlook.cn",
	"https://outlook.cloud.microsoft",
	MICROSOFT_EXCHANGE,
};

const struct provider *provider_at(size_t n)
{
	return n < COUNT(table) ? &table[n] : NULL;
}

const struct provider *provider_find(struct span id)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (span_eq(id, span_z(table[i].id)))
			return &table[i];
	return NULL;
}

const struct provider *provider_of_cloud(enum cloud c, struct span region)
{
	const struct provider *found = NULL;

	for (const struct provider *p = table; c != CLOUD_UNKNOWN && p < table + COUNT(table); p++)
		if (p->cloud == c && (p->region == NULL || span_eq_nocase(region, span_z(p->region))))
			found = p;
	return found;
}

/* "com", "de", "co.uk", "com.br": what stands behind a name that its owner has in every country. */
static bool country(struct span s)
{
	if (span_starts_nocase(s, SPAN("com.")) || span_starts_nocase(s, SPAN("co.")))
		s = span_from(s, s.p[2] == '.' ? 3 : 4);
	return span_eq_nocase(s, SPAN("com")) || s.n == 2;
}

const struct provider *provider_of_people(struct span domain)
{
	static const struct {
		const char *name, *provider;
	} names[] = {
		{ "outlook", "outlook-personal" },
		{ "hotmail", "outlook-personal" },
		{ "live", "outlook-personal" },
		{ "msn", "outlook-personal" },
		{ "windowslive", "outlook-personal" },
		{ "gmail", "google" },
		{ "googlemail", "google" },
	};
	struct span behind, name = span_cut(domain, '.', &behind);

	for (size_t i = 0; i < COUNT(names); i++)
		if (span_eq_nocase(name, span_z(names[i].name)) && country(behind))
			return provider_find(span_z(names[i].provider));
	return NULL;
}

bool provider_allows(const struct provider *p, enum grant g)
{
	return (p->grants >> g & 1) != 0;
}

struct span provider_resource(struct span s)
{
	return span_ends(s, SPAN("/")) ? span_first(s, s.n - 1) : s;
}

bool provider_is_exchange(struct span aud)
{
	for (size_t i = 0; i < COUNT(exchange); i++)
		if (span_eq_nocase(provider_resource(aud), span_z(exchange[i])))
			return true;
	return false;
}
