#include "show/well_known.h"

#include <string.h>

#include "conf/microsoft.h"
#include "text/ip.h"

bool well_known_below(struct span name, struct span domain)
{
	struct span end;

	if (name.n < domain.n)
		return false;
	end = span_from(name, name.n - domain.n);
	return span_eq_nocase(end, domain) && (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

bool well_known_host(struct span name)
{
	static const struct span ours[] = {
		SPAN_INIT("protection.outlook.com"),
		SPAN_INIT("sharepoint.com"),
	};
	static const struct span known[] = {
		SPAN_INIT("microsoftonline.com"),
		SPAN_INIT("microsoftonline.us"),
		SPAN_INIT("microsoftonline.cn"),
		SPAN_INIT("microsoftonline.de"),
		SPAN_INIT("login.windows.net"),
		SPAN_INIT("office365.com"),
		SPAN_INIT("office365.us"),
		SPAN_INIT("office365.cn"),
		SPAN_INIT("outlook.com"),
		SPAN_INIT("outlook.cn"),
		SPAN_INIT("office.com"),
		SPAN_INIT("exchangelabs.com"),
		SPAN_INIT("microsoft.com"),
		SPAN_INIT("azure.com"),
		SPAN_INIT("live.com"),
		SPAN_INIT("hotmail.com"),
		SPAN_INIT("msn.com"),
		SPAN_INIT("aka.ms"),
		SPAN_INIT("google.com"),
		SPAN_INIT("googleapis.com"),
		SPAN_INIT("gmail.com"),
		SPAN_INIT("googlemail.com"),
		SPAN_INIT("digicert.com"),
	};

	for (size_t i = 0; i < COUNT(ours); i++)
		if (well_known_below(name, ours[i]))
			return false;
	for (size_t i = 0; i < COUNT(known); i++)
		if (well_known_below(name, known[i]))
			return true;
	return false;
}

bool well_known_guid(struct span guid)
{
	static const struct span known[] = {
		SPAN_INIT(MICROSOFT_NO_ID),     SPAN_INIT(MICROSOFT_EXCHANGE),  SPAN_INIT(MICROSOFT_SHAREPOINT),
		SPAN_INIT(MICROSOFT_GRAPH),     SPAN_INIT(MICROSOFT_AAD_GRAPH), SPAN_INIT(MICROSOFT_PERSONAL),
		SPAN_INIT(MICROSOFT_SERVICES),  SPAN_INIT(MICROSOFT_ROLE_POP),  SPAN_INIT(MICROSOFT_ROLE_IMAP),
		SPAN_INIT(MICROSOFT_ROLE_SMTP), SPAN_INIT(MICROSOFT_ROLE_FULL),
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (span_eq_nocase(guid, known[i]))
			return true;
	return false;
}

bool well_known_address(struct span text)
{
	static const unsigned char zero[IP_V6];
	static const unsigned char one[IP_V6] = { [IP_V6 - 1] = 1 };
	struct ip a;

	if (!ip_get(text, &a))
		return false;
	if (a.n == IP_V4)
		return a.p[0] == 127 || memcmp(a.p, zero, IP_V4) == 0;
	return memcmp(a.p, zero, IP_V6) == 0 || memcmp(a.p, one, IP_V6) == 0;
}
