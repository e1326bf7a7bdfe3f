/* ident/claims: what a token says about itself, whatever its form. */
#include "t.h"

#include "ident/claims.h"
#include "text/base64.h"

static struct secret token;
static struct claims claims;

/* header.payload.signature */
static void make(struct span payload)
{
	static char text[SECRET_MAX + 1];
	struct buf b = BUF(text);

	base64_url_put(&b, SPAN("{\"typ\":\"JWT\",\"nonce\":\"x\",\"alg\":\"RS256\"}"));
	buf_z(&b, ".");
	base64_url_put(&b, payload);
	buf_z(&b, ".c2ln");
	OK(buf_ok(&b) && secret_set(&token, buf_span(&b)));
}

static bool read_it(struct span payload)
{
	struct fault f = { .code = FAULT_NONE };
	bool good;

	make(payload);
	good = claims_read(&token, &claims, &f);
	EQ(f.code, good ? FAULT_NONE : FAULT_CLAIM_MALFORMED);
	return good;
}

TEST(an_application_of_exchange_online)
{
	OK(read_it(SPAN(
		"{\"aud\":\"https://outlook.office365.com\",\"iss\":\"https://sts.windows.net/t/\",\"iat\":1700000000,"
		"\"nbf\":1700000001,\"exp\":1700003900,\"aio\":\"E2\",\"app_displayname\":\"Reader\",\"appid\":\"a\","
		"\"appidacr\":\"1\",\"idtyp\":\"app\",\"oid\":\"o\",\"roles\":[\"POP.AccessAsApp\",\"IMAP."
		"AccessAsApp\"],"
		"\"sub\":\"o\",\"tid\":\"t\",\"ver\":\"1.0\"}")));
	OK(claims.jwt && claims.has_roles && !claims.has_groups && !claims.personal);
	EQ(claims.length, secret_length(&token));
	EQ((const char *)claims.aud, "https://outlook.office365.com");
	EQ((const char *)claims.iss, "https://sts.windows.net/t/");
	EQ((const char *)claims.roles, "POP.AccessAsApp IMAP.AccessAsApp");
	EQ((const char *)claims.appid, "a");
	EQ((const char *)claims.oid, "o");
	EQ((const char *)claims.tid, "t");
	EQ((const char *)claims.ver, "1.0");
	EQ((const char *)claims.app_name, "Reader");
	EQ((const char *)claims.appidacr, "1");
	EQ((const char *)claims.scp, "");
	EQ(claims.iat, 1700000000);
	EQ(claims.nbf, 1700000001);
	EQ(claims.exp, 1700003900);
	OK(claims_is_app(&claims));
}

TEST(other_names_for_the_same)
{
	OK(read_it(SPAN("{\"azp\":\"a\",\"azpacr\":\"2\",\"preferred_username\":\"p\",\"unique_name\":\"u\"}")));
	EQ((const char *)claims.appid, "a");
	EQ((const char *)claims.appidacr, "2");
	EQ((const char *)claims.upn, "p");
	OK(read_it(SPAN("{\"unique_name\":\"u\"}")));
	EQ((const char *)claims.upn, "u");
	OK(read_it(SPAN("{\"upn\":\"n\",\"preferred_username\":\"p\",\"appid\":\"v1\",\"azp\":\"v2\"}")));
	EQ((const char *)claims.upn, "n");
	EQ((const char *)claims.appid, "v1");
}

TEST(forms_of_lists)
{
	static const struct {
		struct span json;
		const char *roles;
		bool has;
	} row[] = {
		{ SPAN_INIT("{}"), "", false },
		{ SPAN_INIT("{\"roles\":[]}"), "", true },
		{ SPAN_INIT("{\"roles\":\"one\"}"), "one", true },
		{ SPAN_INIT("{\"roles\":[\"a\",1,null,\"b\",[\"c\"]]}"), "a b", true },
		{ SPAN_INIT("{\"roles\":null}"), "", false },
		{ SPAN_INIT("{\"roles\":{\"a\":\"b\"}}"), "", false },
		{ SPAN_INIT("{\"roles\":[\"\\u0041\\n\"]}"), "A ", true },
		{ SPAN_INIT("{\"roles\":[\"\\u001b[31m\"]}"), "\\x1b[31m", true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		OK(read_it(row[i].json));
		EQ((const char *)claims.roles, row[i].roles);
		EQ(claims.has_roles, row[i].has);
	}
}

TEST(times)
{
	static const struct {
		struct span json;
		int64_t exp;
	} row[] = {
		{ SPAN_INIT("{\"exp\":\"1700000000\"}"), 1700000000 },
		{ SPAN_INIT("{\"exp\":1.7e9}"), 1700000000 },
		{ SPAN_INIT("{\"exp\":-1}"), 0 },
		{ SPAN_INIT("{\"exp\":253402300799}"), 253402300799 },
		{ SPAN_INIT("{\"exp\":253402300800}"), 0 },
		{ SPAN_INIT("{\"exp\":-9223372036854775808}"), 0 },
		{ SPAN_INIT("{\"exp\":1.5}"), 0 },
		{ SPAN_INIT("{\"exp\":[1]}"), 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		OK(read_it(row[i].json));
		EQ(claims.exp, row[i].exp);
	}
}

TEST(groups_in_all_their_forms)
{
	OK(read_it(SPAN("{\"groups\":[\"x\"]}")) && claims.has_groups);
	OK(read_it(SPAN("{\"hasgroups\":true}")) && claims.has_groups);
	OK(read_it(SPAN("{\"_claim_names\":{\"groups\":\"src1\"}}")) && claims.has_groups);
	OK(read_it(SPAN("{\"_claim_names\":{}}")) && !claims.has_groups);
}

TEST(who_it_is_for)
{
	static const struct {
		struct span json;
		bool app;
	} row[] = {
		{ SPAN_INIT("{\"idtyp\":\"app\",\"scp\":\"x\"}"), true },
		{ SPAN_INIT("{\"idtyp\":\"user\",\"roles\":[\"x\"]}"), false },
		{ SPAN_INIT("{\"scp\":\"POP.AccessAsUser.All\",\"roles\":[\"x\"]}"), false },
		{ SPAN_INIT("{\"roles\":[\"x\"]}"), true },
		{ SPAN_INIT("{\"oid\":\"a\",\"sub\":\"a\"}"), true },
		{ SPAN_INIT("{\"oid\":\"a\",\"sub\":\"b\"}"), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		OK(read_it(row[i].json));
		EQ(claims_is_app(&claims), row[i].app);
	}
}

TEST(has_is_exact)
{
	OK(claims_has("a POP.AccessAsApp b", SPAN("POP.AccessAsApp")));
	OK(claims_has("POP.AccessAsApp", SPAN("POP.AccessAsApp")));
	OK(!claims_has("POP.AccessAsApp2 XPOP.AccessAsApp", SPAN("POP.AccessAsApp")));
	OK(!claims_has("pop.accessasapp", SPAN("POP.AccessAsApp")));
	OK(!claims_has("", SPAN("POP.AccessAsApp")));
}

TEST(opaque_tokens)
{
	static const struct {
		const char *token;
		bool personal;
	} row[] = {
		{ "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA", true },
		{ "EwAx", true },
		{ "EwCx", false },
		{ "ya29.a0AfH6SMB", false },
		{ "opaque", false },
		{ "a.b", false },
		{ "a.b.c.d", false },
		{ ".b.c", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = FAULT_NONE };

		t_at("row %lu", (unsigned long)i);
		OK(secret_set(&token, span_z(row[i].token)));
		OK(claims_read(&token, &claims, &f));
		OK(!claims.jwt);
		EQ(claims.personal, row[i].personal);
		EQ(claims.length, strlen(row[i].token));
	}
}

TEST(three_parts_that_are_no_jwt)
{
	static const char *const row[] = { "e30.ab.c2ln", "e30.bm90IGpzb24.c2ln", "e30.W10.c2ln", "e30.IiI.c2ln",
		                           "e30.e31.c2ln" };

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = FAULT_NONE };

		t_at("row %lu", (unsigned long)i);
		OK(secret_set(&token, span_z(row[i])));
		OK(!claims_read(&token, &claims, &f));
		EQ(f.code, FAULT_CLAIM_MALFORMED);
	}
}

TEST(long_texts_are_cut)
{
	static char json[8000];
	struct buf b = BUF(json);

	buf_z(&b, "{\"aud\":\"");
	buf_fill(&b, 'x', 1900);
	buf_z(&b, "\",\"roles\":[");
	for (int i = 0; i < 100; i++)
		buf_z(&b, "\"Some.Role.With.A.Long.Name.AccessAsApp\",");
	buf_z(&b, "\"last\"]}");
	OK(read_it(buf_span(&b)));
	EQ(strlen(claims.aud), sizeof claims.aud - 1);
	OK(strlen(claims.roles) < sizeof claims.roles);
	OK(claims_has(claims.roles, SPAN("Some.Role.With.A.Long.Name.AccessAsApp")));
}
