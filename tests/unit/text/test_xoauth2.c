/* text/xoauth2: the frame, every way of getting it wrong, and the server's challenge. */
#include "t.h"

#include "text/base64.h"
#include "text/xoauth2.h"

#define A     "\001"
#define USER  "test@contoso.onmicrosoft.com"
#define TOKEN "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"
#define GOOD  "user=" USER A "auth=Bearer " TOKEN A A

/* Microsoft's documented example. */
TEST(vector)
{
	unsigned char frame[200], text[300];
	struct buf f = BUF(frame), b = BUF(text);

	xoauth2_put(&f, SPAN(USER), SPAN(TOKEN));
	EQ(buf_span(&f), SPAN(GOOD));
	base64_put(&b, buf_span(&f));
	EQ(buf_span(&b), SPAN("dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFv"
	                      "N0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="));
}

TEST(put_every_capacity)
{
	size_t whole = XOAUTH2_FRAME_SIZE(strlen(USER), strlen(TOKEN));

	EQ(whole, strlen(GOOD));
	UPTO(cap, whole + 1)
	{
		struct buf b = edge_buf(cap);

		t_at("cap %lu", (unsigned long)cap);
		xoauth2_put(&b, edge_span(SPAN(USER)), edge_span(SPAN(TOKEN)));
		EQ(buf_ok(&b), cap >= whole);
		if (buf_ok(&b))
			EQ(buf_span(&b), SPAN(GOOD));
	}
}

struct row {
	struct span frame;
	enum xoauth2_lint lint;
	const char *user, *token;
};

static const struct row rows[] = {
	{ SPAN_INIT(GOOD), XOAUTH2_GOOD, USER, TOKEN },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t" A A), XOAUTH2_GOOD, "a@b", "t" },
	/* ^ and \ may stand in a mailbox. */
	{ SPAN_INIT("user=x^Ay@b" A "auth=Bearer t" A A), XOAUTH2_GOOD, "x^Ay@b", "t" },
	{ SPAN_INIT("user=x\\x01y@b" A "auth=Bearer t" A A), XOAUTH2_GOOD, "x\\x01y@b", "t" },

	{ SPAN_INIT(""), XOAUTH2_NO_USER, "", "" },
	{ SPAN_INIT("u"), XOAUTH2_NO_USER, "", "" },
	{ SPAN_INIT("User=a@b" A "auth=Bearer t" A A), XOAUTH2_NO_USER, "a@b", "t" },
	{ SPAN_INIT(" user=a@b" A "auth=Bearer t" A A), XOAUTH2_NO_USER, "a@b", "t" },
	{ SPAN_INIT("\"user=a@b" A "auth=Bearer t" A A), XOAUTH2_NO_USER, "", "t" },
	{ SPAN_INIT("a@b" A "auth=Bearer t" A A), XOAUTH2_NO_USER, "", "t" },
	{ SPAN_INIT("user=" A "auth=Bearer t" A A), XOAUTH2_NO_USER, "", "t" },
	{ SPAN_INIT("n,a=a@b," A "auth=Bearer t" A A), XOAUTH2_NO_USER, "", "t" },
	{ SPAN_INIT("u\0s\0e\0r\0=\0a\0"), XOAUTH2_NO_USER, "", "" },

	{ SPAN_INIT("user= a@b" A "auth=Bearer t" A A), XOAUTH2_BLANK_IN_USER, "a@b", "t" },
	{ SPAN_INIT("user=a@b " A "auth=Bearer t" A A), XOAUTH2_BLANK_IN_USER, "a@b", "t" },
	{ SPAN_INIT("user=a b" A "auth=Bearer t" A A), XOAUTH2_BLANK_IN_USER, "a b", "t" },
	{ SPAN_INIT("user=a@b auth=Bearer t" A A), XOAUTH2_BLANK_IN_USER, "a@b", "t" },
	{ SPAN_INIT("user= " A "auth=Bearer t" A A), XOAUTH2_BLANK_IN_USER, "", "t" },

	{ SPAN_INIT("user=a@b^Aauth=Bearer t^A^A"), XOAUTH2_CARET_A, "a@b", "t" },
	{ SPAN_INIT("user=a@b^aauth=Bearer t^a^a"), XOAUTH2_CARET_A, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t^A^A"), XOAUTH2_CARET_A, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t" A "^A"), XOAUTH2_CARET_A, "a@b", "t" },
	{ SPAN_INIT("user=a@b^A auth=Bearer t^A^A\n"), XOAUTH2_CARET_A, "a@b", "t" },

	{ SPAN_INIT("user=a@b\\x01auth=Bearer t\\x01\\x01"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b\\001auth=Bearer t\\001\\001"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b\\u0001auth=Bearer t\\u0001\\u0001"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b%x01auth=Bearer t%x01%x01"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b<01>auth=Bearer t<01><01>"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b%01auth=Bearer t%01%01"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b\\1auth=Bearer t\\1\\1"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b<SOH>auth=Bearer t<SOH><SOH>"), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },
	{ SPAN_INIT("user=a@b\\x01auth=Bearer t" A A), XOAUTH2_ESCAPE_TEXT, "a@b", "t" },

	{ SPAN_INIT("user=a@b"), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@bauth=Bearer t" A A), XOAUTH2_NO_AUTH, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "t" A A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A A "auth=Bearer t" A A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A "auth=Basic t" A A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A "auth Bearer t" A A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer " A A), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer "), XOAUTH2_NO_AUTH, "a@b", "" },
	{ SPAN_INIT("user=a@b" A "host=x" A "port=995" A "auth=Bearer t" A A), XOAUTH2_NO_AUTH, "a@b", "" },

	{ SPAN_INIT("user=a@b" A "auth=bearer t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "Auth=Bearer t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer: t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer=t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer  t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearert" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth: Bearer t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A " auth = Bearer t" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer\tt" A A), XOAUTH2_BEARER_SPELLING, "a@b", "t" },

	{ SPAN_INIT("user=a@b\n" A "auth=Bearer t" A A), XOAUTH2_LINE_BREAK, "a@b", "t" },
	{ SPAN_INIT("user=a@b\r\nauth=Bearer t\r\n\r\n"), XOAUTH2_LINE_BREAK, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "\nauth=Bearer t" A A), XOAUTH2_LINE_BREAK, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer \nt" A A), XOAUTH2_LINE_BREAK, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t\r\nu" A A), XOAUTH2_LINE_BREAK, "a@b", "t\r\nu" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t\n" A A), XOAUTH2_LINE_BREAK, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t\n"), XOAUTH2_LINE_BREAK, "a@b", "t" },

	{ SPAN_INIT("user=a@b" A "auth=Bearer t"), XOAUTH2_NO_TRAILER, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t" A), XOAUTH2_NO_TRAILER, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t" A "\n"), XOAUTH2_NO_TRAILER, "a@b", "t" },
	{ SPAN_INIT("user=a@b" A "auth=Bearer t" A "x" A), XOAUTH2_NO_TRAILER, "a@b", "t" },

	{ SPAN_INIT(GOOD "\n"), XOAUTH2_TRAILING, USER, TOKEN },
	{ SPAN_INIT(GOOD A), XOAUTH2_TRAILING, USER, TOKEN },
	{ SPAN_INIT(GOOD "\0"), XOAUTH2_TRAILING, USER, TOKEN },

	/* Left to the check of the token's alphabet. */
	{ SPAN_INIT("user=a@b" A "auth=Bearer t " A A), XOAUTH2_GOOD, "a@b", "t " },
};

TEST(get_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span user, token;

		t_at("row %lu", (unsigned long)i);
		EQ(xoauth2_get(edge_span(rows[i].frame), &user, &token), rows[i].lint);
		EQ(user, span_z(rows[i].user));
		EQ(token, span_z(rows[i].token));
	}
}

TEST(spelt_out_rows)
{
	static const struct {
		struct span frame;
		enum xoauth2_lint lint;
	} row[] = {
		{ SPAN_INIT(GOOD), XOAUTH2_GOOD },
		{ SPAN_INIT(""), XOAUTH2_GOOD },
		{ SPAN_INIT("^A"), XOAUTH2_CARET_A },
		{ SPAN_INIT("user= a@b^Aauth=Bearer t^A^A"), XOAUTH2_CARET_A },
		{ SPAN_INIT("User=a@b\\x01auth=Bearer t\\x01\\x01"), XOAUTH2_ESCAPE_TEXT },
		{ SPAN_INIT("user=a@b^ABearer t^A^A"), XOAUTH2_CARET_A },
		{ SPAN_INIT("user=a@b\\1 auth=Bearer t"), XOAUTH2_ESCAPE_TEXT },
		{ SPAN_INIT("n,a=a@b,^Ahost=h^Aauth=Bearer t^A^A"), XOAUTH2_CARET_A },
		{ SPAN_INIT("user=a@b" A "auth=Bearer t%01\n"), XOAUTH2_ESCAPE_TEXT },
		/* ^ and \ may stand in a mailbox. */
		{ SPAN_INIT("user=x^ann@b" A "auth=Bearer t" A A), XOAUTH2_GOOD },
		{ SPAN_INIT("user=x\\1y@b" A "auth=Bearer t" A A), XOAUTH2_GOOD },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(xoauth2_spelt_out(edge_span(row[i].frame)), row[i].lint);
	}
}

/* No prefix of a good frame is good, and nothing is read beyond the end of any. */
TEST(get_every_prefix)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(n, rows[i].frame.n)
		{
			struct span user, token, s = edge_span(span_first(rows[i].frame, n));
			enum xoauth2_lint lint = xoauth2_get(s, &user, &token);

			t_at("row %lu first %lu", (unsigned long)i, (unsigned long)n);
			OK(i != 0 || n == rows[i].frame.n || lint != XOAUTH2_GOOD);
			OK(user.n + token.n <= n);
			OK(token.n == 0 || (token.p >= s.p && token.p + token.n <= s.p + n));
		}
	}
}

TEST(get_undoes_put)
{
	UPTO(n, 40)
	{
		unsigned char frame[200];
		struct buf b = BUF(frame);
		struct span user, token, u = span_first(SPAN(USER), n % 5 + 1), t = span_first(SPAN(TOKEN), n + 1);

		xoauth2_put(&b, u, t);
		EQ(xoauth2_get(edge_span(buf_span(&b)), &user, &token), XOAUTH2_GOOD);
		EQ(user, u);
		EQ(token, t);
	}
}

TEST(every_lint_has_a_row)
{
	for (enum xoauth2_lint lint = XOAUTH2_GOOD; lint <= XOAUTH2_TRAILING; lint++) {
		size_t found = 0;

		t_at("lint %d", (int)lint);
		for (size_t i = 0; i < COUNT(rows); i++)
			found += rows[i].lint == lint;
		OK(found != 0);
	}
}

#define DOVECOT                                                                                                        \
	"eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczov" \
	"L2xvY2FsaG9zdDoxMDQ0My8ud2VsbC1rbm93bi9vcGVuaWQtY29uZmlndXJhdGlvbiJ9"
#define DOVECOT_JSON                                                                                                   \
	"{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\",\"openid-configuration\":"                      \
	"\"https://localhost:10443/.well-known/openid-configuration\"}"

TEST(challenge_dovecot)
{
	size_t whole = strlen(DOVECOT_JSON) + 2;

	UPTO(cap, whole + 4)
	{
		struct xoauth2_challenge c = { .status = "before" };
		struct buf json = edge_buf(cap);
		bool fits = cap >= whole;

		t_at("cap %lu", (unsigned long)cap);
		buf_z(&json, "x:");
		EQ(xoauth2_challenge(edge_span(SPAN(DOVECOT)), &json, &c), fits);
		EQ(buf_ok(&json), fits);
		EQ(c.status, fits ? "401" : "before");
		if (!fits)
			continue;
		EQ(buf_span(&json), SPAN("x:" DOVECOT_JSON));
		EQ(c.schemes, "bearer");
		EQ(c.scope, "mail");
	}
}

TEST(challenge_rows)
{
	static const struct {
		struct span json;
		bool good;
		const char *status, *schemes, *scope;
	} row[] = {
		{ SPAN_INIT("{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":\"https://mail.google.com/\"}"), true,
		  "400", "Bearer", "https://mail.google.com/" },
		{ SPAN_INIT("{}"), true, "", "", "" },
		{ SPAN_INIT(" {\"status\":401}\r\n"), true, "401", "", "" },
		{ SPAN_INIT("{\"status\":null,\"schemes\":[\"a\"],\"scope\":{\"b\":1}}"), true, "", "", "" },
		{ SPAN_INIT("{\"status\":\"a\\r\\nb\\u001b[2J\"}"), true, "a b\\x1b[2J", "", "" },
		{ SPAN_INIT("{\"status\":\"a\\u0000b\"}"), true, "a\\x00b", "", "" },
		{ SPAN_INIT("{\"status\":\"0123456789012345678901234567890123456789\"}"), true,
		  "0123456789012345678901234567...", "", "" },
		{ SPAN_INIT("{\"status\":\"401\""), false, "", "", "" },
		{ SPAN_INIT("{\"status\":\"401\"}}"), false, "", "", "" },
		{ SPAN_INIT("{\"status\":\"4\0\"}"), false, "", "", "" },
		{ SPAN_INIT("[]"), false, "", "", "" },
		{ SPAN_INIT("401"), false, "", "", "" },
		{ SPAN_INIT("\"401\""), false, "", "", "" },
		{ SPAN_INIT("plain text"), false, "", "", "" },
		{ SPAN_INIT(""), false, "", "", "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		unsigned char text[300], bytes[300];
		struct buf b = BUF(text), json = BUF(bytes);
		struct xoauth2_challenge c = { "", "", "" };

		t_at("row %lu", (unsigned long)i);
		base64_put(&b, row[i].json);
		EQ(xoauth2_challenge(edge_span(buf_span(&b)), &json, &c), row[i].good);
		EQ(c.status, row[i].status);
		EQ(c.schemes, row[i].schemes);
		EQ(c.scope, row[i].scope);
		EQ(buf_span(&json), row[i].good ? row[i].json : SPAN(""));
	}
}

TEST(challenge_not_base64)
{
	static const struct span row[] = {
		SPAN_INIT(""),
		SPAN_INIT(" "),
		SPAN_INIT("="),
		SPAN_INIT("e30"),
		SPAN_INIT("e3 0="),
		SPAN_INIT("e30=\0"),
		SPAN_INIT("Authentication failed."),
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct xoauth2_challenge c;
		struct buf json = edge_buf(50);

		t_at("row %lu", (unsigned long)i);
		OK(!xoauth2_challenge(edge_span(row[i]), &json, &c));
		EQ(json.n, 0u);
		OK(buf_ok(&json));
	}
	UPTO(n, strlen(DOVECOT) - 1)
	{
		struct xoauth2_challenge c;
		struct buf json = edge_buf(400);

		t_at("first %lu", (unsigned long)n);
		OK(!xoauth2_challenge(edge_span(span_first(SPAN(DOVECOT), n)), &json, &c));
		EQ(json.n, 0u);
	}
}

/* A field longer than what is unescaped still shows how it begins, or nothing; never more than its scratch. */
TEST(challenge_huge_field)
{
	static unsigned char raw[9000], text[BASE64_SIZE(sizeof raw)], bytes[sizeof raw];
	struct buf j = BUF(raw), b = BUF(text), json = BUF(bytes);
	struct xoauth2_challenge c;

	buf_z(&j, "{\"scope\":\"");
	buf_fill(&j, 'a', 8000);
	buf_z(&j, "\",\"status\":\"1\"}");
	base64_put(&b, buf_span(&j));
	OK(xoauth2_challenge(buf_span(&b), &json, &c));
	EQ(c.status, "1");
	OK(strlen(c.scope) < sizeof c.scope);
	EQ(json.n, j.n);
}
