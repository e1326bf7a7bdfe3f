/* show_report: hand-made reports for the tests of src/show. */
#ifndef TESTS_UNIT_SHOW_REPORT_H
#define TESTS_UNIT_SHOW_REPORT_H

#include "explain/explain.h"
#include "facts.h"

static struct settings show_settings;
static struct report show_r;
static struct explanation show_e;

/* Bytes that do harm where they are not made harmless. */
#define SHOW_HOSTILE                                                                                                   \
	"\033[2J\033]0;x\a\r\nFAIL | \"quoted\" \\ \xe2\x80\xae\xff\xc3 \xc2\x9b"                                      \
	"31m<b>&amp;'`$(id)"

static struct row *show_row(enum step step, enum verdict v, int64_t began_ms, int64_t ms)
{
	struct row *row = &show_r.row[step];

	memset(row, 0, sizeof *row);
	row->step = step;
	row->verdict = v;
	row->began_ms = began_ms;
	row->ms = ms;
	return row;
}

static void show_fact(enum step step, enum fact key, const char *text)
{
	t_fact(&show_r.row[step], key, text);
}

T_UNUSED
static struct row *show_fail(enum step step, enum fault_code code, int64_t num, const char *evidence)
{
	struct row *row = show_row(step, VERDICT_FAIL, show_r.row[step].began_ms, 250);

	(void)fault_set(&row->fault, code, num, span_z(evidence));
	return row;
}

T_UNUSED
static void show_skip(enum step step, enum step because)
{
	show_row(step, VERDICT_SKIP, 0, 0)->because = because;
}

T_UNUSED
static void show_set(enum setting key, const char *value, const char *origin)
{
	struct fault f = { 0 };

	if (!settings_set(&show_settings, key, span_z(value), SETTING_FROM_FILE, span_z(origin), &f))
		t_stop("settings");
}

static void show_tls(enum step step, const char *days)
{
	show_fact(step, FACT_TLS_VERSION, "TLS 1.2");
	show_fact(step, FACT_TLS_SUITE, "ECDHE-RSA-AES256-GCM-SHA384");
	show_fact(step, FACT_ANCHOR, "DigiCert Global Root G2");
	show_fact(step, FACT_TRUST, "built-in roots");
	show_fact(step, FACT_CERT_DAYS, days);
}

/* Exchange Online, everything good. */
static void show_good(void)
{
	memset(&show_r, 0, sizeof show_r);
	settings_init(&show_settings);
	show_set(SETTING_TENANT_ID, "5f1c9b0e-7d2a-4c7e-9a55-0a1b2c3d4e5f", "o2pop.conf:1");
	show_set(SETTING_CLIENT_ID, "407a1111-2222-4b4a-8b0b-dc9c6b633333", "o2pop.conf:2");
	show_set(SETTING_CLIENT_SECRET_FILE, "/etc/o2pop.secret", "o2pop.conf:3");
	show_set(SETTING_DISPLAY_NAME, "my pop app", "o2pop.conf:4");
	show_r.settings = &show_settings;
	show_r.mailbox = SPAN("mobi24@contoso.ch");
	show_r.started_unix = 1795466626; /* 2026-11-23 20:43:46Z */
	show_r.ms = 412;
	show_row(STEP_CREDENTIAL, VERDICT_PASS, 0, 0);
	show_row(STEP_IDP_DNS, VERDICT_PASS, 0, 12);
	show_fact(STEP_IDP_DNS, FACT_HOST, "login.microsoftonline.com:443");
	show_fact(STEP_IDP_DNS, FACT_ADDRESSES, "40.126.31.67 40.126.31.69 2603:1027:1:8::4");
	show_row(STEP_IDP_TCP, VERDICT_PASS, 12, 23);
	show_fact(STEP_IDP_TCP, FACT_HOST, "login.microsoftonline.com:443");
	show_fact(STEP_IDP_TCP, FACT_ADDRESS, "40.126.31.67");
	show_row(STEP_IDP_TLS, VERDICT_PASS, 35, 48);
	show_tls(STEP_IDP_TLS, "182");
	show_row(STEP_TOKEN, VERDICT_PASS, 83, 103);
	show_fact(STEP_TOKEN, FACT_TOKEN_LENGTH, "1873");
	show_fact(STEP_TOKEN, FACT_EXPIRES_IN, "3599");
	show_fact(STEP_TOKEN, FACT_TOKEN_SOURCE, "requested");
	show_row(STEP_CLAIMS, VERDICT_PASS, 186, 0);
	show_fact(STEP_CLAIMS, FACT_AUD, "https://outlook.office365.com");
	show_fact(STEP_CLAIMS, FACT_ROLES, "POP.AccessAsApp");
	show_fact(STEP_CLAIMS, FACT_APP_NAME, "my pop app");
	show_fact(STEP_CLAIMS, FACT_OID, "a5d11111-15aa-4fbb-add4-b0fee4cc9dff");
	show_fact(STEP_CLAIMS, FACT_TOKEN_LIFE, "3598");
	show_row(STEP_POP_DNS, VERDICT_PASS, 0, 9);
	show_fact(STEP_POP_DNS, FACT_HOST, "outlook.office365.com:995");
	show_fact(STEP_POP_DNS, FACT_ADDRESSES, "52.97.1.2");
	show_row(STEP_POP_TCP, VERDICT_PASS, 9, 21);
	show_fact(STEP_POP_TCP, FACT_HOST, "outlook.office365.com:995");
	show_fact(STEP_POP_TCP, FACT_ADDRESS, "52.97.1.2");
	show_row(STEP_POP_TLS, VERDICT_PASS, 30, 44);
	show_tls(STEP_POP_TLS, "90");
	show_row(STEP_GREETING, VERDICT_PASS, 74, 22);
	show_fact(STEP_GREETING, FACT_FRONT_END, "PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM");
	show_row(STEP_CAPA, VERDICT_PASS, 96, 20);
	show_fact(STEP_CAPA, FACT_SASL, "PLAIN XOAUTH2");
	show_row(STEP_AUTH, VERDICT_PASS, 186, 140);
	show_fact(STEP_AUTH, FACT_REPLY, "+OK User successfully authenticated.");
	show_row(STEP_MAILBOX, VERDICT_PASS, 326, 68);
	show_fact(STEP_MAILBOX, FACT_MESSAGES, "7");
	show_fact(STEP_MAILBOX, FACT_OCTETS, "48213");
	show_row(STEP_QUIT, VERDICT_PASS, 394, 18);
	show_row(STEP_CLOCK, VERDICT_PASS, 0, 0);
	show_fact(STEP_CLOCK, FACT_CLOCK_SKEW, "-3");
	show_e.n = show_e.nots = 0;
	show_e.powershell = SPAN("");
	show_e.scratch = BUF(show_e.bytes);
}

/* The token endpoint refuses the secret. */
T_UNUSED
static void show_bad_secret(void)
{
	show_good();
	show_fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000215,
	          "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
	          "the request is the "
	          "client secret value, not the client secret ID, for a secret added to app "
	          "'407a1111-2222-4b4a-8b0b-dc9c6b633333'. Trace ID: "
	          "11111111-aaaa-4bbb-8ccc-123456789abc "
	          "Correlation ID: 22222222-aaaa-4bbb-8ccc-123456789abc Timestamp: 2026-11-23 "
	          "20:43:46Z");
	show_fact(STEP_TOKEN, FACT_HTTP_STATUS, "401");
	show_fact(STEP_TOKEN, FACT_ERROR, "invalid_client");
	show_fact(STEP_TOKEN, FACT_AADSTS, "7000215");
	show_fact(STEP_TOKEN, FACT_TRACE_ID, "11111111-aaaa-4bbb-8ccc-123456789abc");
	show_fact(STEP_TOKEN, FACT_CORRELATION_ID, "22222222-aaaa-4bbb-8ccc-123456789abc");
	show_fact(STEP_TOKEN, FACT_TIMESTAMP, "2026-11-23 20:43:46Z");
	show_skip(STEP_CLAIMS, STEP_TOKEN);
	show_skip(STEP_AUTH, STEP_TOKEN);
	show_skip(STEP_MAILBOX, STEP_TOKEN);
	show_e.n = 1;
	show_e.cause[0] = (struct explain_cause){ "secret-wrong",
		                                  EXPLAIN_YOU,
		                                  EXPLAIN_KNOWN,
		                                  SPAN("The secret is not one of this application's."),
		                                  SPAN("Copy the column Value of a new secret, then "
		                                       "type:\n\to2pop check mobi24@contoso.ch"),
		                                  SPAN("") };
	show_e.nots = 1;
	show_e.not_cause[0] = SPAN("the network: both servers were reached");
}

/* The mail server refuses the login; two causes and the PowerShell block. */
T_UNUSED
static void show_refused(void)
{
	show_good();
	show_fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR Authentication failure: unknown user name or bad password.");
	show_skip(STEP_MAILBOX, STEP_AUTH);
	show_e.n = 2;
	show_e.cause[0] =
		(struct explain_cause){ "secret-wrong",
		                        EXPLAIN_EXCHANGE,
		                        EXPLAIN_LIKELY,
		                        SPAN("Exchange Online does not know this application."),
		                        SPAN("1. Run the block below.\n2. Wait an hour."),
		                        SPAN("\tGet-ServicePrincipal -Identity 407a1111-2222-4b4a-8b0b-dc9c6b633333 | "
		                             "Format-List *\n"
		                             "ObjectId must be a5d11111-15aa-4fbb-add4-b0fee4cc9dff") };
	show_e.cause[1] = (struct explain_cause){ "secret-new",
		                                  EXPLAIN_EXCHANGE,
		                                  EXPLAIN_UNCONFIRMED,
		                                  SPAN("POP3 is off for this mailbox."),
		                                  SPAN("\tSet-CASMailbox mobi24@contoso.ch -PopEnabled $true"),
		                                  SPAN("") };
	show_e.powershell = SPAN("New-ServicePrincipal -AppId 407a1111-2222-4b4a-8b0b-dc9c6b633333 -ObjectId "
	                         "a5d11111-15aa-4fbb-add4-b0fee4cc9dff -DisplayName \"my pop app\"");
}

/* Every step with every verdict in turn, every fact and all evidence hostile and as long as can be. */
T_UNUSED
static void show_hostile(enum verdict v)
{
	static char text[FAULT_EVIDENCE_MAX];

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = SHOW_HOSTILE[i % (sizeof SHOW_HOSTILE - 1)];
	show_good();
	show_r.mailbox = SPAN("\"\033[31m|\r\n\"@\xff.example");
	for (int i = 0; i < STEP__COUNT; i++) {
		struct row *row = show_row((enum step)i, v, INT64_MAX / 4, INT64_MAX / 4);

		row->because = (enum step)(i / 3);
		if (v == VERDICT_FAIL || v == VERDICT_WARN)
			(void)fault_set(&row->fault, (enum fault_code)(1 + i % (FAULT__COUNT - 1)), INT64_MIN,
			                span_z(text));
		for (int k = 0; k < ROW_FACTS_MAX; k++) {
			enum fact key = (enum fact)((i * 7 + k * 3) % FACT__COUNT);

			if (row_fact_type(key) == ROW_TEXT || row_fact_type(key) == ROW_LIST)
				show_fact((enum step)i, key, text + k);
			else
				row_number(row, key, row_fact_type(key) == ROW_NUMBER ? INT64_MIN : 1);
		}
	}
	show_e.n = EXPLAIN_CAUSES_MAX;
	for (unsigned i = 0; i < EXPLAIN_CAUSES_MAX; i++)
		show_e.cause[i] = (struct explain_cause){ "secret-wrong", EXPLAIN_MAIL,     EXPLAIN_UNCONFIRMED,
			                                  span_z(text),   span_z(text + 1), span_z(text + 2) };
	show_e.nots = EXPLAIN_NOTS_MAX;
	for (unsigned i = 0; i < EXPLAIN_NOTS_MAX; i++)
		show_e.not_cause[i] = span_z(text + i);
	show_e.powershell = span_z(text);
}

#endif
