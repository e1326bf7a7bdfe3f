/* ident/service_account: Google's key file, and what is taken for one. */
#include "t.h"

#include "ident/service_account.h"
#include "text/json.h"

#include "rsa_keys.h"

static struct assertion_key key;
static struct service_account account;
static struct secret text;

enum { TYPE, PROJECT, KEY_ID, KEY, EMAIL, TOKEN_URI, MEMBERS };

static const char *const names[MEMBERS] = { "type",        "project_id",   "private_key_id",
	                                    "private_key", "client_email", "token_uri" };
static const char *const good[MEMBERS] = { "service_account",
	                                   "mail",
	                                   "0123456789abcdef",
	                                   rsa2048_key,
	                                   "reader@mail.iam.gserviceaccount.com",
	                                   "https://oauth2.googleapis.com/token" };

/* The file, with one member changed; without it when value is NULL, raw when value begins with a
 * blank. */
static struct span file(int member, const char *value)
{
	static unsigned char scratch[8192];
	struct buf b = BUF(scratch);

	buf_z(&b, "{\n  \"universe_domain\": \"googleapis.com\"");
	for (int i = 0; i < MEMBERS; i++) {
		const char *v = i == member ? value : good[i];

		if (v == NULL)
			continue;
		buf_z(&b, ",\n  \"");
		buf_z(&b, names[i]);
		buf_z(&b, "\": ");
		if (v[0] == ' ')
			buf_z(&b, v + 1);
		else
			json_put_string(&b, span_z(v));
	}
	buf_z(&b, "\n}\n");
	OK(buf_ok(&b));
	return buf_span(&b);
}

static bool load(struct span json, struct fault *f)
{
	*f = (struct fault){ .code = FAULT_NONE };
	OK(secret_set(&text, json));
	return service_account_read(&text, &key, &account, f);
}

static bool wiped(void)
{
	const unsigned char *k = (const unsigned char *)&key, *a = (const unsigned char *)&account;
	unsigned char all = 0;

	for (size_t i = 0; i < sizeof key; i++)
		all |= k[i];
	for (size_t i = 0; i < sizeof account; i++)
		all |= a[i];
	return all == 0;
}

TEST(a_good_file)
{
	struct fault f;

	OK(load(file(-1, NULL), &f));
	EQ((const char *)account.email, good[EMAIL]);
	EQ((const char *)account.token_uri, good[TOKEN_URI]);
	EQ((const char *)key.key_id, good[KEY_ID]);
	EQ(key.rsa.bits, 2048);
	OK(!key.has_certificate);
	OK(load(file(KEY_ID, NULL), &f));
	EQ((const char *)key.key_id, "");
	OK(load(file(TOKEN_URI, "http://127.0.0.1:8080/token"), &f));
}

TEST(files_that_are_something_else)
{
	static const struct {
		int member;
		const char *value, *words;
	} row[] = {
		{ TYPE, NULL, "type is missing" },
		{ TYPE, " 5", "type is not a text" },
		{ TYPE, "authorized_user", "type is not service_account: authorized_user" },
		{ TYPE, "external_account", "type is not service_account: external_account" },
		{ PROJECT, " }", "the file is not a JSON object" },
		{ PROJECT, " 1, \"installed\": {}", "the file is the secret of an OAuth client" },
		{ PROJECT, " 1, \"web\": {}", "the file is the secret of an OAuth client" },
		{ KEY, NULL, "private_key is missing" },
		{ KEY, " null", "private_key is not a text" },
		{ KEY, "", "private_key is empty" },
		{ KEY, ec_key, "private_key: it holds an EC key" },
		{ KEY, rsa1024_key, "private_key: 1024 bits; 2048 to 4096 can be used" },
		{ KEY, rsa2048_public, "private_key: it holds a public key" },
		{ EMAIL, NULL, "client_email is missing" },
		{ EMAIL, "reader", "client_email is not an address: reader" },
		{ EMAIL, "", "client_email is empty" },
		{ TOKEN_URI, NULL, "token_uri is missing" },
		{ TOKEN_URI, "oauth2.googleapis.com", "token_uri is not an https URL: oauth2.googleapis.com" },
		{ TOKEN_URI, "http://oauth2.googleapis.com/token", "token_uri is not an https URL: http://" },
		{ KEY_ID, " []", "private_key_id is not a text" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;

		t_at("row %d", (int)i);
		OK(!load(file(row[i].member, row[i].value), &f));
		EQ(f.code, FAULT_SERVICE_ACCOUNT);
		EQ(span_first(fault_evidence(&f), strlen(row[i].words)), span_z(row[i].words));
		OK(wiped());
	}
}

TEST(files_that_are_no_json)
{
	static const char *const row[] = { "", "null", "[]", "\"x\"", "-----BEGIN PRIVATE KEY-----\n", "{\"type\":" };

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;

		t_at("%s", row[i]);
		OK(!load(span_z(row[i]), &f));
		EQ(fault_evidence(&f), SPAN("the file is not a JSON object"));
	}
}

/* Longer than the fields: refused, not cut. */
TEST(texts_that_are_too_long)
{
	static const struct {
		int member;
		size_t most;
	} row[] = {
		{ EMAIL, SERVICE_ACCOUNT_EMAIL_MAX },
		{ TOKEN_URI, SERVICE_ACCOUNT_URL_MAX },
		{ KEY_ID, ASSERTION_TEXT_MAX - 1 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		for (size_t n = row[i].most - 1; n <= row[i].most + 1; n++) {
			char value[400];
			struct fault f;

			t_at("%s of %lu", names[row[i].member], (unsigned long)n);
			memset(value, 'x', sizeof value);
			memcpy(value, row[i].member == EMAIL ? "a@b.test........" : "https://b.test/x", 16);
			value[n] = '\0';
			EQ(load(file(row[i].member, value), &f), n <= row[i].most);
		}
	}
}

TEST(every_prefix)
{
	struct span whole = file(-1, NULL);

	for (size_t n = 0; n < whole.n - 2; n += 13) {
		struct fault f;

		OK(!load(span_first(whole, n), &f));
		EQ(f.code, FAULT_SERVICE_ACCOUNT);
	}
}
