/* preflight/certificate_check: the application's certificate and a service account, in the credential
 * step. */
#include "t.h"

#include "preflight/certificate.h"
#include "conf/resolve.h"
#include "text/json.h"

#include "rsa_keys.h"
#include "facts.h"

#define DAY   INT64_C(86400)
#define BEGIN INT64_C(1767225600) /* 2026-01-01, of rsa2048_cert */
#define END   INT64_C(1830297600) /* 2028-01-01 */

static struct settings settings;
static struct credential credential;
static struct assertion_key key;
static struct service_account account;
static struct row row;
static struct findings findings;

static void set(enum setting which, const char *value)
{
	struct fault f = { .code = FAULT_NONE };

	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN("o2pop.conf:7"), &f));
}

static void fresh(void)
{
	settings_init(&settings);
	memset(&credential, 0, sizeof credential);
	row = (struct row){ .step = STEP_CREDENTIAL };
	findings =
		(struct findings){ .settings = &settings, .credential = &credential, .row = &row, .fault = &row.fault };
	findings.note = BUF(findings.text);
}

static bool check(const char *certificate, const char *private_key, int64_t now)
{
	bool good;

	fresh();
	set(SETTING_CERTIFICATE_FILE, "/etc/o2pop/o2pop.crt");
	if (private_key[0] != '\0')
		set(SETTING_PRIVATE_KEY_FILE, "/etc/o2pop/o2pop.key");
	OK(secret_set(&credential.certificate, span_z(certificate)));
	OK(secret_set(&credential.private_key, span_z(private_key)));
	good = certificate_check(&findings, &key, now);
	findings_end(&findings);
	return good;
}

static bool key_wiped(void)
{
	static const struct assertion_key zero;

	return memcmp(&key, &zero, sizeof key) == 0;
}

TEST(a_good_pair)
{
	OK(check(rsa2048_cert, rsa2048_key, BEGIN));
	EQ(row.verdict, VERDICT_NONE);
	EQ(key.rsa.bits, 2048);
	EQ(row_get(&row, FACT_APP_CERT_SUBJECT), SPAN("CN=o2pop at Contoso, O=\"Contoso, Inc.\""));
	OK(span_eq_nocase(row_get(&row, FACT_APP_CERT_SHA1), span_z(rsa2048_cert_sha1)));
	OK(!span_eq(row_get(&row, FACT_APP_CERT_SHA1), span_z(rsa2048_cert_sha1))); /* the portal's are upper case */
	OK(span_eq_nocase(row_get(&row, FACT_APP_CERT_SHA256), span_z(rsa2048_cert_sha256)));
	EQ(t_shown(&row, FACT_APP_CERT_ENDS), SPAN("2028-01-01 00:00:00Z"));
	EQ(t_shown(&row, FACT_APP_CERT_DAYS), SPAN("730"));
	EQ(t_shown(&row, FACT_KEY_BITS), SPAN("2048"));
	EQ(row_get(&row, FACT_NOTE), SPAN(""));
	row.verdict = VERDICT_PASS;
	OK(row_valid(&row));
	OK(check(rsa4096_cert, rsa4096_key, BEGIN));
	EQ(t_shown(&row, FACT_KEY_BITS), SPAN("4096"));
}

/* Which file is blamed, with its path and where that was set; nothing of a key is shown. */
TEST(what_is_blamed)
{
	OK(!check(rsa2048_cert, "", BEGIN));
	EQ(row.fault.code, FAULT_KEY_MISSING);
	EQ(fault_evidence(&row.fault),
	   SPAN("certificate_file = /etc/o2pop/o2pop.crt (o2pop.conf:7): it holds a certificate"));
	EQ(row_get(&row, FACT_SETTING), SPAN("certificate_file"));
	OK(!check(rsa2048_cert, rsa2048_locked, BEGIN));
	EQ(row.fault.code, FAULT_KEY_ENCRYPTED);
	EQ(row.fault.num, SETTING_PRIVATE_KEY_FILE);
	EQ(fault_evidence(&row.fault),
	   SPAN("private_key_file = /etc/o2pop/o2pop.key (o2pop.conf:7): it holds an encrypted private key"));
	OK(!check(rsa4096_cert, rsa2048_key, BEGIN));
	EQ(row.fault.code, FAULT_KEY_MISMATCH);
	EQ(row.fault.num, SETTING_CERTIFICATE_FILE);
	OK(key_wiped());
}

TEST(the_certificate_s_time)
{
	static const struct {
		int64_t now;
		enum fault_code code;
		const char *words;
	} rows[] = {
		{ BEGIN - 3 * DAY, FAULT_APP_CERT_NOT_YET, "it begins in 3 days, at 2026-01-01 00:00:00Z" },
		{ BEGIN - 301, FAULT_APP_CERT_NOT_YET, "it begins in " },
		{ BEGIN - 300, FAULT_NONE, "" },
		{ END - 31 * DAY, FAULT_NONE, "" },
		{ END - 30 * DAY - 1, FAULT_NONE, "" },
		{ END - 30 * DAY, FAULT_NONE,
		  "certificate_file: the certificate ends in 30 days, at 2028-01-01 00:00:00Z: make" },
		{ END - 1, FAULT_NONE, "certificate_file: the certificate ends in 1 s" },
		{ END + 300, FAULT_NONE, "certificate_file: the certificate ends in 0 s" },
		{ END + 301, FAULT_APP_CERT_EXPIRED, "it ended " },
		{ END + 5 * DAY, FAULT_APP_CERT_EXPIRED, "it ended 5 days ago, at 2028-01-01 00:00:00Z" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span said;
		size_t at;

		t_at("row %d", (int)i);
		EQ(check(rsa2048_cert, rsa2048_key, rows[i].now), rows[i].code == FAULT_NONE);
		EQ(row.fault.code, rows[i].code);
		EQ(row.verdict == VERDICT_WARN, rows[i].code == FAULT_NONE && rows[i].words[0] != '\0');
		said = rows[i].code == FAULT_NONE ? row_get(&row, FACT_NOTE) : fault_evidence(&row.fault);
		OK(span_find(said, span_z(rows[i].words), &at));
		EQ(key_wiped(), rows[i].code != FAULT_NONE);
		EQ(t_shown(&row, FACT_APP_CERT_ENDS), SPAN("2028-01-01 00:00:00Z"));
	}
	OK(check(rsa2048_cert, rsa2048_key, END - DAY));
	OK(span_ends(row_get(&row, FACT_NOTE), SPAN("at Certificates & secrets > Certificates")));
}

static bool check_account(const char *type)
{
	static unsigned char scratch[8192];
	struct buf b = BUF(scratch);

	fresh();
	set(SETTING_SERVICE_ACCOUNT_FILE, "key.json");
	buf_z(&b, "{\"client_email\":\"reader@mail.iam.gserviceaccount.com\",\"private_key_id\":\"0af1\","
	          "\"token_uri\":\"https://oauth2.googleapis.com/token\",\"type\":\"");
	buf_z(&b, type);
	buf_z(&b, "\",\"private_key\":");
	json_put_string(&b, span_z(rsa2048_key));
	buf_z(&b, "}");
	OK(buf_ok(&b) && secret_set(&credential.service_account, buf_span(&b)));
	return certificate_account(&findings, &key, &account);
}

TEST(a_service_account)
{
	OK(check_account("service_account"));
	EQ(row_get(&row, FACT_SERVICE_ACCOUNT), SPAN("reader@mail.iam.gserviceaccount.com"));
	EQ(row_get(&row, FACT_KEY_ID), SPAN("0af1"));
	EQ(t_shown(&row, FACT_KEY_BITS), SPAN("2048"));
	EQ((const char *)account.token_uri, "https://oauth2.googleapis.com/token");
	OK(!check_account("authorized_user"));
	EQ(row.fault.code, FAULT_SERVICE_ACCOUNT);
	EQ(fault_evidence(&row.fault), SPAN("service_account_file = key.json (o2pop.conf:7): "
	                                    "type is not service_account: authorized_user"));
	OK(key_wiped());
}
