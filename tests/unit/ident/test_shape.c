/* ident/shape: every row of the table has examples, is found by them, and takes none of another's. */
#include "t.h"

#include "ident/shape.h"

#define A10  "aaaaaaaaaa"
#define A50  A10 A10 A10 A10 A10
#define A200 A50 A50 A50 A50

static const struct {
	enum shape shape;
	const char *text;
} examples[] = {
	{ SHAPE_PRIVATE_KEY, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" },
	{ SHAPE_PRIVATE_KEY, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n" },
	{ SHAPE_CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
	{ SHAPE_PGP, "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----" },
	{ SHAPE_KEY_FILE, "{ \"type\": \"service_account\", \"project_id\": \"a\" }" },
	{ SHAPE_ANSWER, "{\"token_type\":\"Bearer\",\"access_token\":\"" A50 "\"}" },
	{ SHAPE_MSAL_CACHE, "{\"Account\": {}, \"RefreshToken\": {}}" },
	{ SHAPE_OBJECT, "{\"a\":1}" },
	{ SHAPE_PAGE, "<!DOCTYPE html><html></html>" },
	{ SHAPE_PAGE, "<?xml version=\"1.0\"?>" },
	{ SHAPE_REDIRECT, "http://localhost/?code=" A50 "&state=1" },
	{ SHAPE_URL, "https://login.example/token" },
	{ SHAPE_SASL_LINE, "dXNlcj1hQGIBYXV0aD1CZWFyZXIg" A10 },
	{ SHAPE_SASL_CLEAR, "user=a@b\001auth=Bearer " A50 "\001\001" },
	{ SHAPE_HEADER, "Authorization: Bearer " A50 },
	{ SHAPE_HEADER, "Bearer " A50 },
	{ SHAPE_LARAVEL, "eyJpdiI6" A50 },
	{ SHAPE_FERNET, "gAAAAA" A200 },
	{ SHAPE_DPAPI, "AQAAANCMnd8BFdERjHoAwE" A50 },
	{ SHAPE_DPAPI, "01000000d08c9ddf0115d1118c7a00c04fc297eb" A50 },
	{ SHAPE_OPENSSL, "U2FsdGVkX1" A50 },
	{ SHAPE_VAULT, "ENC[AES256_GCM,data:aaaa,iv:aaaa]" },
	{ SHAPE_VAULT, "$ANSIBLE_VAULT;1.1;AES256\n6162" },
	{ SHAPE_JWT, "eyJ0eXAi" A50 ".eyJhdWQi" A50 "." A50 },
	{ SHAPE_JWE, "eyJ0eXAi" A50 "." A50 "." A10 "." A50 "." A10 },
	{ SHAPE_COMPACT, "EwAYA" A200 "==" },
	{ SHAPE_GOOGLE_ACCESS, "ya29.a0" A50 },
	{ SHAPE_ENTRA_CODE, "1.A" A50 ".AgABBAIAAA" A200 },
	{ SHAPE_ENTRA_CODE, "0.A" A50 ".AgABAAIAAA" A200 },
	{ SHAPE_ENTRA_REFRESH, "1.A" A50 ".AgABAwEAAA" A200 },
	{ SHAPE_ENTRA_REFRESH, "0.A" A200 },
	{ SHAPE_PERSONAL_REFRESH, "M.C507_BAY.-C" A200 "*a!a$$" },
	{ SHAPE_PERSONAL_REFRESH, "M.C550_BL2.0.U.-C" A200 },
	{ SHAPE_PERSONAL_CODE, "M.C507_BAY.2.U.12345678-1234-1234-1234-123456789012" },
	{ SHAPE_PERSONAL_CODE, "M.R3_BAY.12345678-1234-1234-1234-123456789012" },
	{ SHAPE_GOOGLE_REFRESH, "1//0g" A50 "-_" },
	{ SHAPE_GOOGLE_CODE, "4/0A" A50 },
	{ SHAPE_GUID, "12345678-90ab-cdef-1234-1234567890AB" },
	{ SHAPE_GOOGLE_CLIENT, "123456789012-" A10 ".apps.googleusercontent.com" },
	{ SHAPE_ENTRA_SECRET, "abc8Q~" A10 A10 A10 "a.-_" },
	{ SHAPE_GOOGLE_SECRET, "GOCSPX-" A10 A10 "aaaaaaa" },
	{ SHAPE_GOOGLE_API_KEY, "AIza" A10 A10 A10 "aaaaa" },
	{ SHAPE_OTHER_SERVICE, "ghp_" A10 A10 A10 },
	{ SHAPE_APP_PASSWORD, A10 "aaaaaa" },
	{ SHAPE_APPLE_PASSWORD, "abcd-efgh-ijkl-mnop" },
	{ SHAPE_SPACED_PASSWORD, "abcd efgh ijkl mnop" },
	{ SHAPE_HASH, "0123456789abcdef0123456789ABCDEF" },
	{ SHAPE_HASH_LONG, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
	{ SHAPE_PLACEHOLDER, "<your token>" },
	{ SHAPE_PLACEHOLDER, "{{ token }}" },
	{ SHAPE_PLACEHOLDER, "%TOKEN%" },
	{ SHAPE_VARIABLE, "$ACCESS_TOKEN" },
	{ SHAPE_VARIABLE, "@Microsoft.KeyVault(SecretUri=https://a.vault.azure.net/secrets/b)" },
	{ SHAPE_EXPRESSION, "result.AccessToken" },
	{ SHAPE_EXPRESSION, "token['access_token']" },
	{ SHAPE_NOTHING, "null" },
	{ SHAPE_NOTHING, "[object Object]" },
	{ SHAPE_PATH_UNIX, "/etc/o2pop/token" },
	{ SHAPE_PATH_UNIX, "./tokenfile" },
	{ SHAPE_PATH_WINDOWS, "C:\\mail\\token" },
	{ SHAPE_FILE_NAME, "tokenfile1.txt" },
	{ SHAPE_SAMPLE, "your-client-secret" },
	{ SHAPE_SAMPLE, "tokenfile1" },
	{ SHAPE_SAMPLE, "********" },
};

/* What is of no known form: passwords of one's own, other providers' tokens, words. */
static const char *const none[] = {
	"", "a", "Tr0ub4dor&3", "b3JkaW5hcnk", A50, A200, "Zm9vYmFy.YmF6", "cafebabe", "12345678",
};

TEST(shape_examples)
{
	bool seen[SHAPE__COUNT] = { [SHAPE_NONE] = true };

	for (size_t i = 0; i < COUNT(examples); i++) {
		char text[1000];
		struct buf b = BUF(text);

		t_at("%s", examples[i].text);
		EQ(shape_find(span_z(examples[i].text)), examples[i].shape);
		buf_say(&b, " %s\r\n", examples[i].text);
		EQ(shape_find(buf_span(&b)), examples[i].shape);
		seen[examples[i].shape] = true;
	}
	for (int i = 0; i < SHAPE__COUNT; i++) {
		t_at("%s", shape_what((enum shape)i));
		OK(seen[i]);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		t_at("%s", none[i]);
		EQ(shape_find(span_z(none[i])), SHAPE_NONE);
	}
}

TEST(shape_classes)
{
	EQ(shape_class(SHAPE_NONE), 0);
	OK(shape_class_id((enum shape_class)0) == NULL);
	for (int i = SHAPE_NONE + 1; i < SHAPE__COUNT; i++) {
		t_at("%s", shape_what((enum shape)i));
		OK(shape_class_id(shape_class((enum shape)i)) != NULL);
		OK(span_starts(span_z(shape_class_noun(shape_class((enum shape)i))), SPAN("a")));
		OK(span_starts(span_z(shape_what((enum shape)i)), SPAN("a")) ||
		   span_starts(span_z(shape_what((enum shape)i)), SPAN("the ")));
	}
}

/* No piece of an example makes it read beyond its end. */
TEST(shape_cut)
{
	for (size_t i = 0; i < COUNT(examples); i++) {
		struct span whole = span_z(examples[i].text);

		for (size_t n = 0; n < whole.n; n++)
			EQ(shape_find(edge_span(span_first(whole, n))), shape_find(span_first(whole, n)));
	}
}
