/* conf/route: which proxy leads where, by settings and by the variables of the shell. */
#include "t.h"

#include "conf/resolve.h"
#include "conf/route.h"

static struct settings settings;
static struct route_logins logins;

static void set(enum setting key, const char *value, enum setting_source source)
{
	struct fault f = { .code = FAULT_NONE };

	OK(settings_set(&settings, key, span_z(value), source, SPAN("here"), &f));
}

static void variable(enum setting key, const char *name, const char *value)
{
	struct fault f = { .code = FAULT_NONE };

	OK(route_take_variable(&settings, &logins, key, span_z(name), span_z(value), &f));
}

static void fresh(void)
{
	settings_init(&settings);
	memset(&logins, 0, sizeof logins);
	set(SETTING_TENANT_ID, "contoso.example", SETTING_FROM_FILE);
	set(SETTING_CLIENT_ID, "20000000-bbbb-4bbb-8bbb-000000000017", SETTING_FROM_FILE);
}

static void finish(void)
{
	struct fault f = { .code = FAULT_NONE };

	OK(resolve_settings(&settings, &f));
}

TEST(route_direct)
{
	fresh();
	finish();
	EQ(route_of(&settings, ROUTE_TOKEN).proxy.kind, PROXY_NONE);
	EQ(route_of(&settings, ROUTE_MAIL).key, SETTING__COUNT);
}

TEST(route_of_the_shell)
{
	struct route r;

	fresh();
	variable(SETTING_TOKEN_PROXY, "HTTPS_PROXY", "http://me:p%40ss@proxy.example:3128/");
	variable(SETTING_PROXY, "ALL_PROXY", "socks5h://socks.example");
	finish();
	r = route_of(&settings, ROUTE_TOKEN);
	EQ(r.proxy.kind, PROXY_HTTP);
	EQ(r.proxy.host, SPAN("proxy.example"));
	EQ(settings_get(&settings, SETTING_TOKEN_PROXY), SPAN("http://proxy.example:3128"));
	EQ(route_login(&logins, &r), SPAN("me:p@ss"));
	r = route_of(&settings, ROUTE_MAIL);
	EQ(r.proxy.kind, PROXY_SOCKS5H);
	EQ(r.proxy.port, 1080);
	EQ(route_login(&logins, &r).n, 0u);
}

/* HTTPS_PROXY is for https alone, as curl has it. */
TEST(route_of_the_token_side_alone)
{
	fresh();
	variable(SETTING_TOKEN_PROXY, "https_proxy", "proxy.example:3128");
	finish();
	EQ(route_of(&settings, ROUTE_TOKEN).proxy.kind, PROXY_HTTP);
	EQ(route_of(&settings, ROUTE_MAIL).proxy.kind, PROXY_NONE);
}

TEST(route_no_proxy)
{
	fresh();
	set(SETTING_PROXY, "http://proxy.example:3128", SETTING_FROM_FILE);
	variable(SETTING_NO_PROXY, "NO_PROXY", ".office365.com");
	finish();
	EQ(route_of(&settings, ROUTE_TOKEN).proxy.kind, PROXY_HTTP);
	EQ(route_of(&settings, ROUTE_MAIL).proxy.kind, PROXY_NONE);
	EQ(route_of(&settings, ROUTE_MAIL).key, SETTING_PROXY); /* it is known, and not used */
}

TEST(route_settings_outrank)
{
	fresh();
	set(SETTING_MAIL_PROXY, "none", SETTING_FROM_FILE);
	set(SETTING_PROXY, "socks4a://a.example:99", SETTING_FROM_FILE);
	set(SETTING_PROXY_USER, "me", SETTING_FROM_FILE);
	variable(SETTING_PROXY, "ALL_PROXY", "http://other.example");
	finish();
	OK(route_take_password(&settings, &logins, SPAN("pw"), &(struct fault){ .code = FAULT_NONE }));
	EQ(route_of(&settings, ROUTE_MAIL).proxy.kind, PROXY_NONE);
	EQ(route_of(&settings, ROUTE_TOKEN).proxy.port, 99);
	EQ(route_login(&logins, &(struct route){ .key = SETTING_PROXY }), SPAN("me:pw"));
	set(SETTING_PROXY, "http://flag.example", SETTING_FROM_FLAG);
	EQ(route_of(&settings, ROUTE_MAIL).proxy.host, SPAN("flag.example"));
}

/* Clear text is for this machine and link alone: it goes through no proxy. */
TEST(route_clear_text)
{
	fresh();
	set(SETTING_PROXY, "http://proxy.example", SETTING_FROM_FILE);
	set(SETTING_POP_TLS, "none", SETTING_FROM_FILE);
	set(SETTING_POP_HOST, "127.0.0.1", SETTING_FROM_FILE);
	set(SETTING_TOKEN_URL, "http://127.0.0.1:99/token", SETTING_FROM_FILE);
	finish();
	EQ(route_of(&settings, ROUTE_MAIL).proxy.kind, PROXY_NONE);
	EQ(route_of(&settings, ROUTE_TOKEN).proxy.kind, PROXY_NONE);
}

TEST(route_refused)
{
	static const char *const bad[] = { "ftp://a", "http://u:p@a.example", "http://a.example/x", "http://" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct fault f = { .code = FAULT_NONE };
		size_t at;

		t_at("%s", bad[i]);
		fresh();
		set(SETTING_PROXY, bad[i], SETTING_FROM_FILE);
		OK(!resolve_settings(&settings, &f));
		EQ(f.code, FAULT_SETTING_BAD);
		OK(span_find(fault_evidence(&f), SPAN("proxy (here)"), &at));
		OK(!span_find(fault_evidence(&f), SPAN("u:p"), &at));
		f = (struct fault){ .code = FAULT_NONE };
		fresh();
		if (i != 1)
			OK(!route_take_variable(&settings, &logins, SETTING_PROXY, SPAN("ALL_PROXY"), span_z(bad[i]),
			                        &f));
	}
}
