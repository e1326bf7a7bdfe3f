/* ident/token_form: every form, byte by byte, and what of it may be shown. */
#include "ident/token_form.h"
#include "t.h"

#define ID    "client_id=20000000-bbbb"
#define SCOPE "&scope=https%3A%2F%2Foutlook.office365.com%2F.default%20offline_access"
#define URN   "urn%3Aietf%3Aparams%3Aoauth%3A"

static struct secret client_secret, proof;

static const struct {
	enum token_form form;
	const char *client_secret, *proof, *body, *shown;
} rows[] = {
	{ TOKEN_FORM_SECRET, "not sent", "s~3+c&r=e%t",
	  "grant_type=client_credentials&" ID SCOPE "&client_secret=s~3%2Bc%26r%3De%25t",
	  "grant_type=client_credentials&" ID SCOPE "&client_secret=<client_secret 11 characters>" },
	{ TOKEN_FORM_ASSERTION, "not sent", "eyJ.a.b",
	  "grant_type=client_credentials&" ID SCOPE "&client_assertion_type=" URN
	  "client-assertion-type%3Ajwt-bearer&client_assertion=eyJ.a.b",
	  "grant_type=client_credentials&" ID SCOPE "&client_assertion_type=" URN
	  "client-assertion-type%3Ajwt-bearer&client_assertion=<client_assertion 7 characters>" },
	{ TOKEN_FORM_JWT_BEARER, "not sent", "eyJ.a.b", "grant_type=" URN "grant-type%3Ajwt-bearer&assertion=eyJ.a.b",
	  "grant_type=" URN "grant-type%3Ajwt-bearer&assertion=<assertion 7 characters>" },
	{ TOKEN_FORM_DEVICE_START, "", NULL, ID SCOPE, ID SCOPE },
	{ TOKEN_FORM_DEVICE_START, "a/b", NULL, ID SCOPE "&client_secret=a%2Fb",
	  ID SCOPE "&client_secret=<client_secret 3 characters>" },
	{ TOKEN_FORM_DEVICE_CODE, "", "BAQ A", "grant_type=" URN "grant-type%3Adevice_code&" ID "&device_code=BAQ%20A",
	  "grant_type=" URN "grant-type%3Adevice_code&" ID "&device_code=<device_code 5 characters>" },
	{ TOKEN_FORM_DEVICE_CODE, "a/b", "BAQA",
	  "grant_type=" URN "grant-type%3Adevice_code&" ID "&client_secret=a%2Fb&device_code=BAQA",
	  "grant_type=" URN "grant-type%3Adevice_code&" ID
	  "&client_secret=<client_secret 3 characters>&device_code=<device_code 4 characters>" },
	{ TOKEN_FORM_REFRESH_TOKEN, "", "1//0g+", "grant_type=refresh_token&" ID SCOPE "&refresh_token=1%2F%2F0g%2B",
	  "grant_type=refresh_token&" ID SCOPE "&refresh_token=<refresh_token 6 characters>" },
	{ TOKEN_FORM_REFRESH_TOKEN, "a/b", "1.AX",
	  "grant_type=refresh_token&" ID SCOPE "&client_secret=a%2Fb&refresh_token=1.AX",
	  "grant_type=refresh_token&" ID SCOPE
	  "&client_secret=<client_secret 3 characters>&refresh_token=<refresh_token 4 characters>" },
};

static struct token_request request(size_t i)
{
	secret_wipe(&client_secret);
	secret_wipe(&proof);
	OK(secret_set(&client_secret, span_z(rows[i].client_secret)));
	if (rows[i].proof != NULL)
		OK(secret_set(&proof, span_z(rows[i].proof)));
	return (struct token_request){
		.form = rows[i].form,
		.client_id = SPAN("20000000-bbbb"),
		.scope = SPAN("https://outlook.office365.com/.default offline_access"),
		.client_secret = &client_secret,
		.proof = rows[i].proof != NULL ? &proof : NULL,
	};
}

TEST(token_form_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct token_request q = request(i);
		char body[600], shown[600];
		struct buf b = BUF(body), s = BUF(shown);

		t_at("row %zu", i);
		token_form(&q, &b, &s);
		OK(buf_ok(&b) && buf_ok(&s));
		EQ(buf_span(&b), span_z(rows[i].body));
		EQ(buf_span(&s), span_z(rows[i].shown));
	}
}

/* A form that does not fit says so, and what does is its beginning. */
TEST(token_form_capacities)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].body), m = strlen(rows[i].shown);
		struct token_request q = request(i);

		t_at("row %zu", i);
		UPTO(cap, (n > m ? n : m) + 1)
		{
			struct buf b = { edge_out(cap), cap, 0, false }, s = { edge_out(cap), cap, 0, false };

			token_form(&q, &b, &s);
			EQ(buf_ok(&b), cap >= n);
			EQ(buf_ok(&s), cap >= m);
			if (cap >= n)
				EQ(buf_span(&b), span_z(rows[i].body));
			if (cap >= m)
				EQ(buf_span(&s), span_z(rows[i].shown));
		}
	}
}

/* No application's secret at all is the same as an empty one. */
TEST(token_form_without_a_secret)
{
	char body[600], shown[600];
	struct buf b = BUF(body), s = BUF(shown);
	struct token_request q = request(3);

	q.client_secret = NULL;
	token_form(&q, &b, &s);
	EQ(buf_span(&b), SPAN(ID SCOPE));
	EQ(buf_span(&s), SPAN(ID SCOPE));
	secret_wipe(&client_secret);
	secret_wipe(&proof);
}
