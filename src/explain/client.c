#include "explain/client.h"

#define K(kind) (UINT32_C(1) << TLS_KIND_##kind)
#define ANY     ((UINT32_C(1) << TLS_KIND__COUNT) - 1)

const struct client client_table[] = {
#define CLIENT(name, versions, tls, kinds, auth, source) { name, versions, tls, (kinds), CLIENT_##auth },
#include "explain/client.def"
};
const unsigned client_count = COUNT(client_table);

const char *const client_ids[CLIENT_VERDICT__COUNT] = {
	[CLIENT_FITS] = "",
	[CLIENT_TLS_VERSION] = "tls-version",
	[CLIENT_TLS_SUITE] = "tls-suite",
	[CLIENT_NO_XOAUTH2] = "no-xoauth2",
	[CLIENT_AUTH_FORM] = "auth-form",
};

const char *const client_sentences[CLIENT_VERDICT__COUNT] = {
	[CLIENT_FITS] = "",
	[CLIENT_TLS_VERSION] = "the server accepts no TLS version that it has",
	[CLIENT_TLS_SUITE] = "the server accepts no cipher suite that it has",
	[CLIENT_NO_XOAUTH2] = "it has no XOAUTH2 for POP3, only a password",
	[CLIENT_AUTH_FORM] = "it sends AUTH and token in a form that the server does not accept",
};

static bool takes_version(const struct client *c, const struct compat *server, uint32_t *kinds)
{
	bool taken = false;

	for (int v = 0; v <= (int)c->tls; v++) {
		taken |= server->version[v] == COMPAT_YES || server->version[v] == COMPAT_UNCLEAR ||
		         server->version[v] == COMPAT_NOT_ASKED;
		if (server->version[v] != COMPAT_YES && server->version[v] != COMPAT_NO)
			*kinds |= ANY;
		for (int i = 0; i < TLS_SUITE__COUNT; i++)
			if ((server->suites[v] >> i & 1) != 0)
				*kinds |= UINT32_C(1) << tlshello_suites[i].kind;
	}
	return taken;
}

enum client_verdict client_judge(const struct client *c, const struct compat *server)
{
	uint32_t kinds = 0;

	if (!takes_version(c, server, &kinds))
		return CLIENT_TLS_VERSION;
	if ((kinds & c->kinds) == 0 && server->unfinished == 0)
		return CLIENT_TLS_SUITE;
	if (c->auth == CLIENT_NONE && server->answer[COMPAT_XOAUTH2] == COMPAT_YES)
		return CLIENT_NO_XOAUTH2;
	if ((c->auth == CLIENT_ONE_LINE && server->answer[COMPAT_ONE_LINE] == COMPAT_NO) ||
	    (c->auth == CLIENT_TWO_LINES && server->answer[COMPAT_TWO_LINES] == COMPAT_NO))
		return CLIENT_AUTH_FORM;
	return CLIENT_FITS;
}
