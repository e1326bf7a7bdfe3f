/* explain/client: servers as they are known to be, and whom each fails. */
#include "t.h"

#include "explain/client.h"

static uint64_t kinds(enum tls_version v, uint32_t k)
{
	uint64_t all = 0;

	for (int i = 0; i < TLS_SUITE__COUNT; i++)
		if ((k >> tlshello_suites[i].kind & 1) != 0)
			all |= UINT64_C(1) << i;
	return all & tlshello_all(v);
}

/* TLS 1.2 and 1.3 with forward secrecy, a key of RSA, AUTH in two lines: Exchange Online. In one line, too, and TLS 1.0:
 * Gmail. */
static struct compat exchange(void)
{
	struct compat c = { .version = { COMPAT_NO, COMPAT_NO, COMPAT_YES, COMPAT_YES } };

	c.suites[TLS_12] = kinds(TLS_12, 1u << TLS_KIND_ECDHE_RSA_AEAD | 1u << TLS_KIND_ECDHE_CBC_SHA2);
	c.suites[TLS_13] = tlshello_all(TLS_13);
	c.answer[COMPAT_XOAUTH2] = c.answer[COMPAT_TWO_LINES] = COMPAT_YES;
	c.answer[COMPAT_ONE_LINE] = COMPAT_NO;
	return c;
}

static struct compat gmail(void)
{
	struct compat c = exchange();

	c.version[TLS_10] = c.version[TLS_11] = COMPAT_YES;
	c.suites[TLS_10] = c.suites[TLS_11] = kinds(TLS_10, 1u << TLS_KIND_ECDHE_CBC | 1u << TLS_KIND_RSA_AES);
	c.answer[COMPAT_ONE_LINE] = COMPAT_YES;
	return c;
}

static enum client_verdict judge(const char *name, const char *versions, struct compat server)
{
	for (unsigned i = 0; i < client_count; i++)
		if (strcmp(client_table[i].name, name) == 0 && strcmp(client_table[i].versions, versions) == 0)
			return client_judge(&client_table[i], &server);
	OK(false); /* no such client */
	return CLIENT_VERDICT__COUNT;
}

TEST(known_servers)
{
	static const struct {
		const char *name, *versions;
		enum client_verdict exchange, gmail;
	} row[] = {
		{ "Java 6", "public updates", CLIENT_TLS_VERSION, CLIENT_FITS },
		{ "OpenSSL", "0.9.8", CLIENT_TLS_VERSION, CLIENT_FITS },
		{ "Android", "4.0 to 4.4", CLIENT_TLS_VERSION, CLIENT_FITS },
		{ "Windows XP, Server 2003 (Schannel)", "all", CLIENT_TLS_VERSION, CLIENT_TLS_SUITE },
		{ "Windows 7, Server 2008 R2 (Schannel)", "with TLS 1.2 switched on", CLIENT_FITS, CLIENT_FITS },
		{ "fetchmail", "6", CLIENT_NO_XOAUTH2, CLIENT_NO_XOAUTH2 },
		{ "getmail6", "6.19.04 to 6.19.10", CLIENT_AUTH_FORM, CLIENT_FITS },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(judge(row[i].name, row[i].versions, exchange()), row[i].exchange);
		EQ(judge(row[i].name, row[i].versions, gmail()), row[i].gmail);
	}
}

/* Forward secrecy with AEAD and a key of RSA only: what Schannel of Windows 7 has not. */
TEST(a_version_in_common_is_not_enough)
{
	struct compat c = exchange();

	c.suites[TLS_12] = kinds(TLS_12, 1u << TLS_KIND_ECDHE_RSA_AEAD);
	EQ(judge("Windows 7, Server 2008 R2 (Schannel)", "with TLS 1.2 switched on", c), CLIENT_TLS_SUITE);
	c.unfinished = 1;
	EQ(judge("Windows 7, Server 2008 R2 (Schannel)", "with TLS 1.2 switched on", c), CLIENT_FITS);
}

TEST(what_was_not_measured_fails_nobody)
{
	for (unsigned i = 0; i < client_count; i++)
		EQ(client_judge(&client_table[i], &(struct compat){ .unfinished = 0 }), CLIENT_FITS);
}

TEST(the_table_is_complete)
{
	for (unsigned i = 0; i < client_count; i++)
		OK(client_table[i].name[0] != '\0' && client_table[i].versions[0] != '\0' &&
		   client_table[i].kinds != 0);
	for (int i = CLIENT_TLS_VERSION; i < CLIENT_VERDICT__COUNT; i++)
		OK(client_ids[i][0] != '\0' && client_sentences[i][0] != '\0');
}
