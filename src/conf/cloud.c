#include "conf/cloud.h"

#include "text/url.h"

struct row {
	const char *host;
	enum cloud cloud;
};

/* Facts 5.1; a host belongs to a row when it is this name or ends in a dot and this name. */
static const struct row authorities[] = {
	{ "microsoftonline.com", CLOUD_WORLDWIDE }, { "login.microsoft.com", CLOUD_WORLDWIDE },
	{ "login.windows.net", CLOUD_WORLDWIDE },   { "sts.windows.net", CLOUD_WORLDWIDE },
	{ "microsoftonline.us", CLOUD_US_GOV },     { "microsoftonline.cn", CLOUD_CHINA },
	{ "chinacloudapi.cn", CLOUD_CHINA },        { "microsoftonline.de", CLOUD_GERMANY },
};
static const struct row mail[] = {
	{ "office365.com", CLOUD_WORLDWIDE },
	{ "outlook.office.com", CLOUD_WORLDWIDE },
	{ "outlook.cloud.microsoft", CLOUD_WORLDWIDE },
	{ "ps.outlook.com", CLOUD_WORLDWIDE },
	{ "office365.us", CLOUD_US_GOV },
	{ "apps.mil", CLOUD_US_GOV },
	{ "outlook.cn", CLOUD_CHINA },
	{ "office.de", CLOUD_GERMANY },
};

static enum cloud find(const struct row *row, size_t n, struct span host)
{
	for (size_t i = 0; i < n; i++)
		if (url_is_below(host, span_z(row[i].host)))
			return row[i].cloud;
	return CLOUD_UNKNOWN;
}

enum cloud cloud_of_authority(struct span host)
{
	return find(authorities, COUNT(authorities), host);
}

enum cloud cloud_of_mail(struct span host)
{
	return find(mail, COUNT(mail), host);
}

const char *const cloud_name[] = {
	[CLOUD_UNKNOWN] = "an unknown cloud",
	[CLOUD_WORLDWIDE] = "Microsoft's worldwide cloud (also GCC)",
	[CLOUD_US_GOV] = "the US government cloud (GCC High, DoD)",
	[CLOUD_CHINA] = "the cloud in China (21Vianet)",
	[CLOUD_GERMANY] = "the German cloud, which was closed in 2021",
};
