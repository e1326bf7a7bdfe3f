#include "report/compat.h"

const char *const compat_answers[COMPAT_ANSWER__COUNT] = {
	[COMPAT_NOT_ASKED] = "not-asked",
	[COMPAT_NO] = "no",
	[COMPAT_YES] = "yes",
	[COMPAT_UNCLEAR] = "unclear",
};

const char *const compat_questions[COMPAT_QUESTION__COUNT] = {
	[COMPAT_PLAIN_PORT] = "port_110",     [COMPAT_STLS] = "stls",           [COMPAT_XOAUTH2] = "xoauth2",
	[COMPAT_OAUTHBEARER] = "oauthbearer", [COMPAT_TWO_LINES] = "two_lines", [COMPAT_ONE_LINE] = "one_line",
	[COMPAT_PIPELINING] = "pipelining",
};

bool compat_take(struct compat *c)
{
	for (int i = 0; i < TLS_VERSION__COUNT; i++)
		if ((unsigned)c->version[i] >= COMPAT_ANSWER__COUNT ||
		    (c->suites[i] & ~tlshello_all((enum tls_version)i)) != 0)
			return false;
	for (int i = 0; i < COMPAT_QUESTION__COUNT; i++)
		if ((unsigned)c->answer[i] >= COMPAT_ANSWER__COUNT)
			return false;
	c->before[sizeof c->before - 1] = c->capa[sizeof c->capa - 1] = '\0';
	return true;
}
