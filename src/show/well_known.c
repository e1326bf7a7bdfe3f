#include "show/well_known.h"

#include <string.h>

#include "conf/microsoft.h"
#include "text/ip.h"
#include "text/url.h"

static bool below_any(struct span name, struct span domains)
{
	while (domains.n != 0)
		if (url_is_below(name, span_cut(domains, ' ', &domains)))
			return true;
	return false;
}

bool well_known_host(struct span name)
{
	return !below_any(name, SPAN("protection.outlook.com sharepoint.com")) &&
	       below_any(name,
	                 SPAN("microsoftonline.com microsoftonline.us microsoftonline.cn microsoftonline.de "
	                      "windows.net office365.com office365.us office365.cn outlook.com outlook.cn "
	                      "office.com exchangelabs.com microsoft.com azure.com live.com hotmail.com msn.com "
	                      "aka.ms google.com googleapis.com gmail.com googlemail.com gstatic.com digicert.com "
	                      "example.com example.net example.org yahoo.com yahooapis.com aol.com w3.org "
	                      "rfc-editor.org ietf.org openid.net"));
}

/* One of the words of a list with blanks between. */
static bool among(struct span word, struct span words)
{
	while (words.n != 0)
		if (span_eq_nocase(word, span_cut(words, ' ', &words)))
			return true;
	return false;
}

bool well_known_ending(struct span name)
{
	struct span rest = name, last = name;
	unsigned parts = 0;

	for (; rest.n != 0; parts++)
		last = span_cut(rest, '.', &rest);
	if (parts < 2 || (parts == 2 && last.p[0] >= 'A' && last.p[0] <= 'Z')) /* ASP.NET */
		return false;
	return among(last,
	             SPAN("com net org edu gov mil int info biz cloud email online app dev local lan internal corp "
	                  "intranet home arpa example test invalid")) ||
	       (last.n == 2 && parts > 2) ||
	       (last.n == 2 &&
	        among(last, SPAN("de ch at fr it es nl be uk us ca au jp cn dk se no fi eu ie pt cz hu gr "
	                         "br mx in za nz ru ua tr il kr tw sg hk io co me li lu")));
}

bool well_known_segment(struct span segment)
{
	return among(segment, SPAN("oauth2 oauth token tokens auth v1.0 v2.0 realms protocol identity "
	                           "openid-connect common consumers organizations authorize connect api "
	                           "devicecode devicecodes device metadata msi application services"));
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
