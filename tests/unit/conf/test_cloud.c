/* conf/cloud: hosts of Microsoft's clouds, and what only looks like one. */
#include "t.h"

#include "conf/cloud.h"
#include "conf/provider.h"

TEST(authorities)
{
	static const struct {
		const char *host;
		enum cloud cloud;
	} row[] = {
		{ "login.microsoftonline.com", CLOUD_WORLDWIDE },
		{ "microsoftonline.com", CLOUD_WORLDWIDE },
		{ "LOGIN.MICROSOFTONLINE.COM", CLOUD_WORLDWIDE },
		{ "login.windows.net", CLOUD_WORLDWIDE },
		{ "login.microsoftonline.us", CLOUD_US_GOV },
		{ "microsoftonline.us", CLOUD_US_GOV },
		{ "login.partner.microsoftonline.cn", CLOUD_CHINA },
		{ "partner.microsoftonline.cn", CLOUD_CHINA },
		{ "login.chinacloudapi.cn", CLOUD_CHINA },
		{ "login.microsoftonline.de", CLOUD_GERMANY },
		{ "notmicrosoftonline.com", CLOUD_UNKNOWN },
		{ "microsoftonline.com.evil.example", CLOUD_UNKNOWN },
		{ "outlook.office365.com", CLOUD_UNKNOWN },
		{ "", CLOUD_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(cloud_of_authority(edge_span(span_z(row[i].host))), row[i].cloud);
	}
}

TEST(mail)
{
	static const struct {
		const char *host;
		enum cloud cloud;
	} row[] = {
		{ "outlook.office365.com", CLOUD_WORLDWIDE },
		{ "outlook.office.com", CLOUD_WORLDWIDE },
		{ "outlook.cloud.microsoft", CLOUD_WORLDWIDE },
		{ "outlook.office365.us", CLOUD_US_GOV },
		{ "outlook-dod.office365.us", CLOUD_US_GOV },
		{ "webmail.apps.mil", CLOUD_US_GOV },
		{ "partner.outlook.cn", CLOUD_CHINA },
		{ "outlook.office.de", CLOUD_GERMANY },
		{ "pop.gmail.com", CLOUD_UNKNOWN },
		{ "localhost", CLOUD_UNKNOWN },
		{ "com", CLOUD_UNKNOWN },
		{ "", CLOUD_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(cloud_of_mail(edge_span(span_z(row[i].host))), row[i].cloud);
	}
}

TEST(names)
{
	for (int c = CLOUD_UNKNOWN; c <= CLOUD_GERMANY; c++)
		OK(strlen(cloud_name[c]) > 10);
}

TEST(the_profile_of_each_cloud)
{
	static const struct {
		enum cloud cloud;
		const char *sub, *id;
	} row[] = {
		{ CLOUD_WORLDWIDE, "", "microsoft" },
		{ CLOUD_WORLDWIDE, "GCC", "microsoft" },
		{ CLOUD_US_GOV, "", "microsoft-gcchigh" },
		{ CLOUD_US_GOV, "DODCON", "microsoft-gcchigh" },
		{ CLOUD_US_GOV, "DOD", "microsoft-dod" },
		{ CLOUD_US_GOV, "dod", "microsoft-dod" },
		{ CLOUD_CHINA, "", "microsoft-china" },
		{ CLOUD_GERMANY, "", NULL },
		{ CLOUD_UNKNOWN, "", NULL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct provider *found = provider_of_cloud(row[i].cloud, span_z(row[i].sub));
		const char *id = found != NULL ? found->id : NULL;

		t_at("row %lu", (unsigned long)i);
		EQ(span_z(id != NULL ? id : ""), span_z(row[i].id != NULL ? row[i].id : ""));
		OK(id == NULL || provider_find(span_z(id)) != NULL);
	}
}
