/* ident/managed: what IMDS and App Service are asked. */
#include "ident/managed.h"
#include "t.h"

#define IMDS "http://169.254.169.254/metadata/identity/oauth2/token"
#define MAIL "https://outlook.office365.com"
#define OLD  "?api-version=2018-02-01&resource=https%3A%2F%2Foutlook.office365.com"
#define NEW  "api-version=2019-08-01&resource=https%3A%2F%2Foutlook.office365.com"

static struct secret header;

static struct managed_request request(const char *url, const char *scope, const char *client_id, const char *shown)
{
	struct managed_request q = { .scope = span_z(scope), .client_id = span_z(client_id), .header = &header };

	OK(url_parse(span_z(url), &q.url));
	secret_wipe(&header);
	if (shown[0] != '\0')
		OK(secret_set(&header, span_z(shown)));
	return q;
}

TEST(managed_target_rows)
{
	static const struct {
		const char *url, *scope, *client_id, *header, *want;
	} rows[] = {
		{ IMDS, MAIL "/.default", "", "", "/metadata/identity/oauth2/token" OLD },
		{ IMDS, MAIL, "", "", "/metadata/identity/oauth2/token" OLD },
		{ IMDS, MAIL "/.default", "20000000-bbbb", "",
		  "/metadata/identity/oauth2/token" OLD "&client_id=20000000-bbbb" },
		{ "http://127.0.0.1:41000/msi/token/", MAIL "/.default", "", "h", "/msi/token/?" NEW },
		{ "http://127.0.0.1:41000/msi/token/", MAIL "/.default", "a b&c", "h",
		  "/msi/token/?" NEW "&client_id=a%20b%26c" },
		{ "http://127.0.0.1:41000/token?slot=1", MAIL "/.default", "", "h", "/token?slot=1&" NEW },
		{ "http://127.0.0.1:41000", MAIL "/.default", "", "h", "/?" NEW },
		{ IMDS, "https://a.example//.default", "", "",
		  "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fa.example%2F" },
		{ IMDS, "https://a.example/.DEFAULT", "", "",
		  "/metadata/identity/oauth2/token?api-version=2018-02-01"
		  "&resource=https%3A%2F%2Fa.example%2F.DEFAULT" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].want);
		struct managed_request q;

		t_at("row %zu", i);
		q = request(rows[i].url, rows[i].scope, rows[i].client_id, rows[i].header);
		UPTO(cap, n + 1)
		{
			struct buf b = { edge_out(cap), cap, 0, false };

			managed_target(&q, &b);
			EQ(buf_ok(&b), cap >= n);
			if (cap >= n)
				EQ(buf_span(&b), span_z(rows[i].want));
		}
	}
}

TEST(managed_fields_rows)
{
	static const struct {
		const char *header, *fields, *shown;
	} rows[] = {
		{ "", "Metadata: true\r\n", "Metadata: true\r\n" },
		{ "853B9A84", "X-IDENTITY-HEADER: 853B9A84\r\n", "X-IDENTITY-HEADER: <8 characters>\r\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct managed_request q = request(IMDS, MAIL, "", rows[i].header);
		size_t n = strlen(rows[i].fields), m = strlen(rows[i].shown);

		t_at("row %zu", i);
		UPTO(cap, (n > m ? n : m) + 1)
		{
			struct buf fields = { edge_out(cap), cap, 0, false }, shown = { edge_out(cap), cap, 0, false };

			managed_fields(&q, &fields, &shown);
			EQ(buf_ok(&fields), cap >= n);
			EQ(buf_ok(&shown), cap >= m);
			if (cap >= n)
				EQ(buf_span(&fields), span_z(rows[i].fields));
			if (cap >= m)
				EQ(buf_span(&shown), span_z(rows[i].shown));
		}
	}
	secret_wipe(&header);
}
