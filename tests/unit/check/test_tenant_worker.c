/* check/tenant worker: what an OpenID configuration tells, against the settings. The way to the server is a script
 * here. */
#include "worker_pipe.h"
#include "script.h"

#include "check/tenant_worker.h"
#include "conf/resolve.h"

#define TENANT "11111111-2222-3333-4444-555555555555"
#define OTHER  "99999999-2222-3333-4444-555555555555"

static struct tenant_worker tenant_worker;
static struct settings settings;
static struct script answers[2];
static size_t asked, closed_way; /* connections that were made; the first that is refused, from 1 */

/* In the place of check/connect.c. */
bool connect_open(struct connection *to, struct row *row, struct fault *f)
{
	(void)row;
	EQ(to->host, SPAN("login.microsoftonline.com"));
	EQ(to->port, 443);
	EQ(to->side, ROUTE_TOKEN);
	OK(!to->clear);
	if (++asked == closed_way)
		return fault_set(f, FAULT_TCP_REFUSED, 111, SPAN("192.0.2.1 ECONNREFUSED"));
	OK(asked <= COUNT(answers));
	return true;
}

bool connect_tls(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;

	(void)row;
	(void)f;
	to->stream = answers[asked - 1].stream;
	return true;
}

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
}

static void given(const char *provider, const char *tenant)
{
	struct fault f = { .code = FAULT_NONE };

	settings_init(&settings);
	set("provider", provider);
	set("authority_host", "login.microsoftonline.com");
	if (tenant[0] != '\0')
		set("tenant_id", tenant);
	OK(resolve_settings(&settings, &f));
}

/* One connection: a request that begins like this, and its answer. */
static void answer(size_t i, const char *path, const char *bytes)
{
	static struct script_line line[COUNT(answers)][2];
	static char request[COUNT(answers)][400];
	struct buf b = BUF(request[i]);

	buf_z(&b, "GET ");
	buf_z(&b, path);
	buf_z(&b, "/v2.0/.well-known/openid-configuration HTTP/1.1\r\nHost: "
	          "login.microsoftonline.com\r\nUser-Agent: o2pop/" O2POP_VERSION
	          "\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
	OK(buf_ok(&b));
	line[i][0] = (struct script_line){ true, buf_span(&b) };
	line[i][1] = (struct script_line){ false, span_z(bytes) };
	script_start(&answers[i], line[i], 2);
}

/* Run it, and get its row. */
static struct row take(const char *mailbox)
{
	struct worker_pipe p = worker_pipe_start(&tenant_worker.worker);
	struct worker_begin begin;
	struct worker_done done;
	struct row row = { .verdict = VERDICT_NONE };

	tenant_worker.settings = &settings;
	tenant_worker.mailbox = span_z(mailbox);
	asked = 0;
	tenant_worker_run(&tenant_worker);
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin));
	OK(worker_pipe_next(&p, WORKER_ROW, &row));
	OK(worker_pipe_next(&p, WORKER_DONE, &done));
	OK(row_valid(&row));
	EQ(row.step, STEP_TENANT);
	worker_pipe_end(&p);
	return row;
}

#define HTTP_200 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define CONFIGURATION(id, cloud, more)                                                                                 \
	HTTP_200 "{\"token_endpoint\":\"https://login.microsoftonline.com/" id "/oauth2/v2.0/token\",\"issuer\":"      \
		 "\"https://login.microsoftonline.com/" id                                                             \
		 "/v2.0\",\"tenant_region_scope\":\"EU\",\"cloud_instance_name\":\"" cloud "\"" more "}"

TEST(the_same_tenant)
{
	struct row row;

	given("microsoft", TENANT);
	answer(0, "/contoso.example", CONFIGURATION("11111111-2222-3333-4444-555555555555", "microsoftonline.com", ""));
	row = take("alice@contoso.example");
	EQ(row.verdict, VERDICT_PASS);
	EQ(row_get(&row, FACT_TENANT_FOUND), SPAN(TENANT));
	EQ(row_get(&row, FACT_CLOUD), SPAN("worldwide"));
	EQ(row_get(&row, FACT_REGION), SPAN("EU"));
	EQ(row_get(&row, FACT_HOST), SPAN("login.microsoftonline.com"));
	OK(script_done(&answers[0]));
	EQ(answers[0].closes, 1);
	given("microsoft", "contoso.EXAMPLE"); /* the domain itself is compared by name, without another question */
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	EQ(take("alice@contoso.example").verdict, VERDICT_PASS);
	EQ(asked, 1);
	given("microsoft", "");
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	EQ(take("alice@contoso.example").verdict, VERDICT_PASS);
}

TEST(another_tenant)
{
	struct row row;

	given("microsoft", OTHER);
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	row = take("alice@contoso.example");
	EQ(row.verdict, VERDICT_FAIL);
	EQ(row.fault.code, FAULT_TENANT_OTHER);
	EQ(fault_evidence(&row.fault), SPAN(TENANT));
	EQ(row_get(&row, FACT_TENANT_FOUND), SPAN(TENANT));
}

TEST(a_tenant_given_by_another_domain)
{
	struct row row;

	given("microsoft", "contoso.onmicrosoft.com");
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	answer(1, "/contoso.onmicrosoft.com", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	EQ(take("alice@contoso.example").verdict, VERDICT_PASS);
	EQ(asked, 2);
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	answer(1, "/contoso.onmicrosoft.com", CONFIGURATION(OTHER, "microsoftonline.com", ""));
	row = take("alice@contoso.example");
	EQ(row.fault.code, FAULT_TENANT_OTHER);
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	answer(1, "/contoso.onmicrosoft.com",
	       "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"invalid_tenant\","
	       "\"error_description\":\"AADSTS90002: Tenant 'x' not found. "
	       "Trace ID: 1\"}");
	row = take("alice@contoso.example");
	EQ(row.fault.code, FAULT_TENANT_OTHER);
	answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
	answer(1, "/contoso.onmicrosoft.com", "");
	row = take("alice@contoso.example");
	EQ(row.verdict, VERDICT_WARN);
	OK(row_get(&row, FACT_NOTE).n != 0);
}

TEST(another_cloud)
{
	struct row row;

	given("microsoft", TENANT);
	answer(0, "/contoso.example",
	       CONFIGURATION(TENANT, "microsoftonline.us", ",\"tenant_region_sub_scope\":\"DODCON\""));
	row = take("alice@contoso.example");
	EQ(row.fault.code, FAULT_TENANT_CLOUD);
	EQ(row_get(&row, FACT_CLOUD), SPAN("US government (GCC High)"));
	EQ(fault_evidence(&row.fault), SPAN("cloud_instance_name microsoftonline.us, tenant_region_sub_scope DODCON"));
	EQ(row_get(&row, FACT_PROVIDER_FOUND), SPAN("microsoft-gcchigh"));
	answer(0, "/contoso.example",
	       CONFIGURATION(TENANT, "microsoftonline.com", ",\"tenant_region_sub_scope\":\"GCC\""));
	row = take("alice@contoso.example");
	EQ(row.verdict, VERDICT_PASS); /* GCC lives in the worldwide cloud */
	EQ(row_get(&row, FACT_CLOUD), SPAN("worldwide (GCC)"));
	EQ(row_get(&row, FACT_PROVIDER_FOUND), SPAN("microsoft"));
}

/* A person's sign-in at an address for all tenants: there is none to compare with. */
TEST(a_tenant_that_stands_for_any)
{
	static const char *const any[] = { "organizations", "Common" };

	for (size_t i = 0; i < COUNT(any); i++) {
		given("microsoft", any[i]);
		answer(0, "/contoso.example", CONFIGURATION(TENANT, "microsoftonline.com", ""));
		EQ(take("alice@contoso.example").verdict, VERDICT_PASS);
		EQ(asked, 1);
	}
}

TEST(the_wrong_house_of_the_right_cloud)
{
	struct tenant_worker_found t = { .instance = "microsoftonline.us", .sub_region = "DOD" };
	char text[80];
	struct buf b = BUF(text);
	size_t at;
	struct row row;

	tenant_worker_put_cloud(&b, &t);
	EQ(buf_span(&b), SPAN("US government (DoD)"));
	given("microsoft-gcchigh", TENANT);
	answer(0, "/contoso.example",
	       CONFIGURATION(TENANT, "microsoftonline.com", ",\"tenant_region_sub_scope\":\"DOD\""));
	row = take("alice@contoso.example");
	EQ(row.verdict, VERDICT_WARN);
	OK(span_find(row_get(&row, FACT_NOTE), SPAN("provider = microsoft-dod"), &at));
}

TEST(a_domain_without_a_tenant)
{
	struct row row;

	given("microsoft", TENANT);
	answer(0, "/nowhere.example",
	       "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"invalid_tenant\","
	       "\"error_description\":\"AADSTS90002: Tenant 'nowhere.example' not "
	       "found. Trace ID: abc\"}");
	row = take("alice@nowhere.example");
	EQ(row.verdict, VERDICT_FAIL);
	EQ(row.fault.code, FAULT_TENANT_NOT_FOUND);
	EQ(row.fault.num, 90002);
	EQ(fault_evidence(&row.fault), SPAN("AADSTS90002: Tenant 'nowhere.example' not found."));
}

/* Whatever goes wrong on the way, the check can do without. */
TEST(trouble_is_a_skip)
{
	static const char *const bytes[] = {
		"",
		"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>",
		"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n",
		"HTTP/1.1 503 Busy\r\n\r\n",
		HTTP_200 "<html>Welcome",
		HTTP_200 "{}",
		HTTP_200 "{\"issuer\":7}",
		"+OK POP3\r\n",
		"HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"other\"}",
		HTTP_200 "{\"issuer\":\"https://idp.example/x\"}",
		"HTTP/1.1 500 x\r\n\r\n{\"error\":\"invalid_tenant\"}",
	};
	struct row row;

	given("microsoft", TENANT);
	for (size_t i = 0; i < COUNT(bytes); i++) {
		t_at("row %lu", (unsigned long)i);
		answer(0, "/contoso.example", bytes[i]);
		row = take("alice@contoso.example");
		EQ(row.verdict, VERDICT_SKIP);
		EQ(row.because, STEP_TENANT);
		EQ(row.fault.code, FAULT_NONE);
		OK(row_get(&row, FACT_NOTE).n != 0);
	}
	closed_way = 1;
	answer(0, "/contoso.example", "");
	row = take("alice@contoso.example");
	closed_way = 0;
	EQ(row.verdict, VERDICT_SKIP);
	EQ(row_get(&row, FACT_NOTE), SPAN("the connection was refused: 192.0.2.1 ECONNREFUSED"));
}

TEST(configurations)
{
	static const struct {
		const char *json, *id, *cloud;
	} row[] = {
		{ "{\"issuer\":\"https://sts.windows.net/" TENANT
		  "/\",\"cloud_instance_name\":\"microsoftonline.com\"}",
		  TENANT, "worldwide" },
		{ "{\"token_endpoint\":\"https://x/" TENANT
		  "/t\",\"cloud_instance_name\":\"partner.microsoftonline.cn\"}",
		  TENANT, "China (21Vianet)" },
		{ "{\"issuer\":\"https://x/{tenantid}/v2.0\",\"token_endpoint\":\"https://x/" TENANT "/t\"}", TENANT,
		  "" },
		{ "{\"issuer\":\"https://x/" TENANT "\",\"cloud_instance_name\":\"new.example\"}", TENANT,
		  "new.example" },
		{ "{\"issuer\":\"https://x/" TENANT "\",\"cloud_instance_name\":\"\\u001b[31m\"}", TENANT,
		  "\\x1b[31m" },
		{ "{\"issuer\":\"https://x/" TENANT "\",\"cloud_instance_name\":[1]}", TENANT, "" },
		{ "{\"issuer\":\"https://x/common\"}", NULL, "" },
		{ "{\"issuer\":null}", NULL, "" },
		{ "[]", NULL, "" },
		{ "", NULL, "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct tenant_worker_found t;
		char text[80];
		struct buf b = BUF(text);

		t_at("row %lu", (unsigned long)i);
		EQ(tenant_worker_read(edge_span(span_z(row[i].json)), &t), row[i].id != NULL);
		EQ((const char *)t.id, row[i].id != NULL ? row[i].id : "");
		tenant_worker_put_cloud(&b, &t);
		EQ(buf_span(&b), span_z(row[i].cloud));
	}
}

TEST(domains)
{
	EQ(tenant_worker_domain(SPAN("alice@contoso.example")), SPAN("contoso.example"));
	EQ(tenant_worker_domain(SPAN("alice@localhost")), SPAN(""));
	EQ(tenant_worker_domain(SPAN("alice")), SPAN(""));
	EQ(tenant_worker_domain(SPAN("a@b@c.example")), SPAN(""));
	EQ(tenant_worker_domain(SPAN("alice@../x.example")), SPAN(""));
	EQ(tenant_worker_domain(SPAN("")), SPAN(""));
}
