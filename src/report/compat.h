/* compat: what was measured of a mail server without an account, so that it can be said which clients it will take.
 * Plain data: it crosses a pipe. */
#ifndef REPORT_COMPAT_H
#define REPORT_COMPAT_H

#include "text/tlshello.h"

enum compat_answer { COMPAT_NOT_ASKED, COMPAT_NO, COMPAT_YES, COMPAT_UNCLEAR, COMPAT_ANSWER__COUNT };

/* What else is asked, beside TLS: the rows of both outputs, in this order. */
enum compat_question {
	COMPAT_PLAIN_PORT, /* a POP3 server greets in clear text at port 110 */
	COMPAT_STLS,       /* and begins TLS there, with a good certificate */
	COMPAT_XOAUTH2,
	COMPAT_OAUTHBEARER,
	COMPAT_TWO_LINES, /* AUTH, then the token in a line of its own */
	COMPAT_ONE_LINE,  /* AUTH and a token of usual length in one line */
	COMPAT_PIPELINING,
	COMPAT_QUESTION__COUNT
};

enum { COMPAT_CAPA_MAX = 512 };

struct compat {
	enum compat_answer version[TLS_VERSION__COUNT], answer[COMPAT_QUESTION__COUNT];
	uint64_t suites[TLS_VERSION__COUNT]; /* that the server picked */
	uint32_t connections;                /* what it took to learn this */
	uint32_t unfinished;                 /* 1: the time or the connections were used up, more may be taken */
	uint32_t line_taken, line_refused;   /* bytes of a command, 0: none */
	char before[COMPAT_CAPA_MAX];        /* CAPA in clear text and in TLS; both end in a NUL and may be empty */
	char capa[COMPAT_CAPA_MAX];
};

/* What came over a pipe. Texts are ended here. */
bool compat_take(struct compat *c) MUST;

/* "not-asked", "no", "yes", "unclear"; "stls", "one_line" and so on; all static. */
extern const char *const compat_answers[COMPAT_ANSWER__COUNT], *const compat_questions[COMPAT_QUESTION__COUNT];

#endif
