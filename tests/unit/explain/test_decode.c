#include "explain/decode.h"
#include "text/base64.h"
#include "text/xoauth2.h"
#include "t.h"

static unsigned char scratch[DECODE_SCRATCH];
static struct decoded d;

enum { NOW = 1800000000 };

static void decode(struct span text)
{
	decode_text(&d, edge_span(text), NOW, BUF(scratch));
	OK(!d.scratch.full);
}

/* A token with these claims; lives until the next one. */
static struct span token(const char *claims)
{
	static char text[16 * 1024];
	struct buf b = BUF(text);

	base64_url_put(&b, SPAN("{\"typ\":\"JWT\",\"alg\":\"RS256\"}"));
	buf_byte(&b, '.');
	base64_url_put(&b, span_z(claims));
	buf_z(&b, ".c2ln");
	return buf_span(&b);
}

static const char good[] =
	"{\"aud\":\"https://outlook.office365.com\",\"roles\":[\"POP.AccessAsApp\"],\"exp\":1800003600}";

/* base64 of a frame */
static struct span sasl(const char *frame, size_t n)
{
	static char text[24 * 1024];
	struct buf b = BUF(text);

	base64_put(&b, (struct span){ (const unsigned char *)frame, n });
	return buf_span(&b);
}

static bool found(enum decode_finding what)
{
	for (size_t i = 0; i < d.n; i++)
		if (d.found[i].what == what)
			return true;
	return false;
}

/* Is there something to do about it? */
static bool fixed(enum decode_finding what)
{
	char text[DECODE_FIX_MAX];
	struct buf fix = BUF(text);

	for (size_t i = 0; i < d.n; i++)
		if (d.found[i].what == what)
			decode_fix(&d, i, &fix);
	return fix.n != 0;
}

/* Whatever stands in a token's place is named, with what to do about it. */
TEST(decode_other)
{
	static const struct {
		struct span text;
		enum shape shape;
	} rows[] = {
		{ SPAN_INIT("12345678-1234-1234-1234-123456789012"), SHAPE_GUID },
		{ SPAN_INIT("abc8Q~abcdefghijklmnopqrstuvwxyz012345678"), SHAPE_ENTRA_SECRET },
		{ SPAN_INIT("tokenfile1.txt"), SHAPE_FILE_NAME },
		{ SPAN_INIT("result.AccessToken"), SHAPE_EXPRESSION },
		{ SPAN_INIT("4/0AY0e-g7aaaaaaaaaaaaaaaaaaaaa"), SHAPE_GOOGLE_CODE },
		{ SPAN_INIT("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), SHAPE_PRIVATE_KEY },
		{ SPAN_INIT("eyJpdiI6ImFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhIn0="), SHAPE_LARAVEL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		decode(rows[i].text);
		EQ(d.kind, DECODE_OTHER);
		EQ(d.shape, rows[i].shape);
		OK(fixed(DECODE_FOUND_NOT_TOKEN));
	}
	decode(SPAN("user=a@b\001auth=Bearer tokenfile1\001\001"));
	OK(found(DECODE_FOUND_NOT_TOKEN) || found(DECODE_FOUND_NAME));
	decode(SPAN("user=a@b\001auth=Bearer result.AccessToken\001\001"));
	OK(found(DECODE_FOUND_NOT_TOKEN) && fixed(DECODE_FOUND_NOT_TOKEN));
}

TEST(decode_kinds)
{
	static const struct {
		struct span text;
		enum decode_kind kind;
	} rows[] = {
		{ SPAN_INIT(""), DECODE_NOTHING },
		{ SPAN_INIT("\n"), DECODE_NOTHING },
		{ SPAN_INIT("hello"), DECODE_NOTHING },
		{ SPAN_INIT("{}"), DECODE_PART },
		{ SPAN_INIT("{\"alg\":\"RS256\"}"), DECODE_PART },
		{ SPAN_INIT("{\"status\":\"400\"}"), DECODE_CHALLENGE },
		{ SPAN_INIT("eyJzdGF0dXMiOiI0MDAifQ=="), DECODE_CHALLENGE },
		{ SPAN_INIT("+ eyJzdGF0dXMiOiI0MDAifQ=="), DECODE_CHALLENGE },
		{ SPAN_INIT("{\"access_token\":\"ya29.aaaaaaaaaaaaaaaaaaaa\"}"), DECODE_OPAQUE },
		{ SPAN_INIT("{\"error\":\"invalid_client\"}"), DECODE_NOTHING },
		{ SPAN_INIT("ya29.aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), DECODE_OPAQUE },
		{ SPAN_INIT("user=a@b\001auth=Bearer t\001\001"), DECODE_SASL },
		{ SPAN_INIT("n,a=a@b,\001auth=Bearer t\001\001"), DECODE_BEARER },
		{ SPAN_INIT("bixhPWFAYiwBYXV0aD1CZWFyZXIgdAEB"), DECODE_BEARER },
		{ SPAN_INIT("AUTH OAUTHBEARER bixhPWFAYiwBYXV0aD1CZWFyZXIgdAEB"), DECODE_BEARER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		decode(rows[i].text);
		EQ(d.kind, rows[i].kind);
		OK(decode_kind_id(d.kind)[0] != '\0' && decode_kind_name(d.kind)[0] != '\0');
	}
}

TEST(decode_the_other_mechanism)
{
	decode(SPAN("n,a=a=2Cb@c,\001host=h\001port=995\001auth=Bearer ya29.aaaaaaaaaaaaaaaaaaaaaaa\001\001"));
	EQ(d.user, SPAN("a,b@c"));
	EQ(d.host, SPAN("h"));
	EQ(d.port, SPAN("995"));
	OK(found(DECODE_FOUND_OAUTHBEARER) && found(DECODE_FOUND_NOT_ENCODED) && !found(DECODE_FOUND_OAUTHBEARER_FORM));
	decode(SPAN("n,a=a@c,\001auth=Bearer ya29.aaaaaaaaaaaaaaaaaaaaaaa\001"));
	OK(found(DECODE_FOUND_OAUTHBEARER_FORM));
	OK(decode_finding_problem(DECODE_FOUND_OAUTHBEARER_FORM));
}

TEST(decode_token_parts)
{
	decode(token(good));
	EQ(d.kind, DECODE_TOKEN);
	EQ(d.n, 0);
	EQ(d.claims, span_z(good));
	EQ(d.header, SPAN("{\"typ\":\"JWT\",\"alg\":\"RS256\"}"));
	decode(token("{\"aud\":\"https://login.example/t/oauth2/v2.0/token\"}"));
	EQ(d.kind, DECODE_ASSERTION);
	decode(token("{\"iss\":\"x\",\"sub\":\"x\",\"jti\":\"1\"}"));
	EQ(d.kind, DECODE_ASSERTION);
}

TEST(decode_token_findings)
{
	static const struct {
		const char *claims;
		enum decode_finding what;
	} rows[] = {
		{ "{\"exp\":1799999999}", DECODE_FOUND_EXPIRED },
		{ "{\"exp\":1800000000}", DECODE_FOUND_EXPIRED },
		{ "{\"nbf\":1800000301}", DECODE_FOUND_NOT_YET },
		{ "{\"aud\":\"https://graph.microsoft.com\"}", DECODE_FOUND_GRAPH },
		{ "{\"aud\":\"00000003-0000-0000-c000-000000000000\"}", DECODE_FOUND_GRAPH },
		{ "{\"aud\":\"https://outlook.office.com/\"}", DECODE_FOUND_NO_ROLES },
		{ "{\"aud\":\"https://outlook.office.com\",\"roles\":[\"x\"]}", DECODE_FOUND_NO_POP_ROLE },
		{ "{\"aud\":\"https://outlook.office.com\",\"scp\":\"x\"}", DECODE_FOUND_NO_POP_SCOPE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].claims);
		decode(token(rows[i].claims));
		EQ(d.n, 1);
		OK(found(rows[i].what));
		OK(d.found[0].text.n > 10);
	}
	decode(token("{\"exp\":1800000001,\"nbf\":1800000300}"));
	EQ(d.n, 0);
}

#define T "ya29.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ROW(frame, what)                                                                                               \
	{                                                                                                              \
		frame, sizeof(frame) - 1, what                                                                         \
	}

TEST(decode_frames)
{
	static const struct {
		const char *frame;
		size_t n;
		enum decode_finding what;
	} rows[] = {
		ROW("user=a@b\001auth=Bearer " T "\001\001", DECODE_FOUND_OPAQUE),
		ROW("user= a@b\001auth=Bearer " T "\001\001", DECODE_FOUND_BLANK_IN_USER),
		ROW("user=a@b^Aauth=Bearer " T "^A^A", DECODE_FOUND_CARET_A),
		ROW("user=a@b\\001auth=Bearer " T "\\001\\001", DECODE_FOUND_ESCAPE_TEXT),
		ROW("user=a@b\001auth=Bearer " T "\001", DECODE_FOUND_NO_TRAILER),
		ROW("user=a@b\001auth=Bearer " T "\001\001\n", DECODE_FOUND_TRAILING),
		ROW("user=a@b\n\001auth=Bearer " T "\001\001", DECODE_FOUND_BREAK_INSIDE),
		ROW("user=a@b\001auth=bearer " T "\001\001", DECODE_FOUND_BEARER),
		ROW("user:a@b\001auth=Bearer " T "\001\001", DECODE_FOUND_NO_USER),
		ROW("user=a@b\001pass=x\001\001", DECODE_FOUND_NO_AUTH),
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		decode(sasl(rows[i].frame, rows[i].n));
		EQ(d.kind, DECODE_SASL);
		OK(found(rows[i].what));
	}
	EQ(d.user, SPAN("a@b"));
}

/* However much of the end is missing, it is recognised, and never taken for good. */
TEST(decode_every_cut)
{
	static const char frame[] = "user=a@b\001auth=Bearer " T "\001\001";
	struct span whole = sasl(frame, sizeof frame - 1);

	UPTO(n, whole.n)
	{
		t_at("%zu characters", n);
		decode(span_first(whole, n));
		OK(n < 12 || d.kind == DECODE_SASL);
		OK(n == whole.n || d.kind == DECODE_NOTHING || found(DECODE_FOUND_NO_TRAILER) ||
		   found(DECODE_FOUND_NO_PADDING) || found(DECODE_FOUND_NO_AUTH) || found(DECODE_FOUND_NO_USER));
	}
}

TEST(decode_every_prefix_of_a_token)
{
	static char text[4096];
	struct span whole = token(good);

	memcpy(text, whole.p, whole.n);
	UPTO(n, whole.n)
	{
		decode((struct span){ (unsigned char *)text, n });
		OK(n < 30 || d.kind == DECODE_TOKEN || d.kind == DECODE_PART || d.kind == DECODE_OPAQUE);
	}
}

TEST(decode_around_it)
{
	static const struct {
		struct span text;
		enum decode_finding what;
	} rows[] = {
		{ SPAN_INIT("\xef\xbb\xbf" T), DECODE_FOUND_BOM },
		{ SPAN_INIT(" " T), DECODE_FOUND_BLANKS },
		{ SPAN_INIT(T "\n\n"), DECODE_FOUND_BLANKS },
		{ SPAN_INIT("\"" T "\""), DECODE_FOUND_QUOTES },
		{ SPAN_INIT("'" T "'\n"), DECODE_FOUND_QUOTES },
		{ SPAN_INIT("ya29.aaaaaaaaaaaaaaaaaaaaaaaaa\naaaaaaaaaaaa"), DECODE_FOUND_LINE_BREAK },
		{ SPAN_INIT("\xff\xfey\0a\0"
		            "2\0"
		            "9\0.\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0\r\0\n\0"),
		  DECODE_FOUND_UTF16 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		decode(rows[i].text);
		EQ(d.kind, DECODE_OPAQUE);
		OK(found(rows[i].what));
		OK(decode_finding_problem(rows[i].what));
		OK(fixed(rows[i].what));
	}
	decode(SPAN(T "\r\n"));
	EQ(d.n, 1); /* that it is Google's */
}

TEST(decode_terminal_limit)
{
	static char text[5000];

	memset(text, 'a', sizeof text);
	memcpy(text, "ya29.", 5);
	decode((struct span){ (unsigned char *)text, DECODE_TTY_LINE });
	OK(found(DECODE_FOUND_TERMINAL));
	decode((struct span){ (unsigned char *)text, DECODE_TTY_LINE + 1 });
	OK(!found(DECODE_FOUND_TERMINAL));
}

/* Ids are unique and in kebab-case; every finding says something. */
TEST(decode_findings_are_complete)
{
	for (int i = 0; i < DECODE_FOUND__COUNT; i++) {
		const char *id = decode_finding_id((enum decode_finding)i);

		t_at("%s", id);
		for (const char *c = id; *c != '\0'; c++)
			OK((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-');
		for (int k = 0; k < i; k++)
			OK(strcmp(id, decode_finding_id((enum decode_finding)k)) != 0);
	}
}

/* Bytes of any kind end in an answer. */
TEST(decode_noise)
{
	static const char letters[] = "eyJ.=+/-_ user=\001auth=Bearer \n{}\":";
	static unsigned char text[700];
	uint32_t seed = 1;

	for (int round = 0; round < 3000; round++) {
		size_t n = (size_t)round % sizeof text;

		t_areas = 0;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (unsigned char)(seed >> 24);
			if (round % 3 != 0)
				text[i] = (unsigned char)letters[text[i] % (sizeof letters - 1)];
		}
		decode((struct span){ text, n });
	}
}
