/* mail_refusal: the words that mean more than "no". */
#include "t.h"

#include "proto/mail_refusal.h"

static const struct {
	struct span line, word;
	enum fault_code code;
	int64_t num;
} rows[] = {
	{ SPAN_INIT("-ERR no"), SPAN_INIT(""), FAULT_AUTH_REFUSED, 0 },
	{ SPAN_INIT("-ERR [AUTH] no"), SPAN_INIT("AUTH"), FAULT_AUTH_REFUSED, 0 },
	{ SPAN_INIT("-ERR [SYS/TEMP] no"), SPAN_INIT("SYS/TEMP"), FAULT_POP_BUSY, 0 },
	{ SPAN_INIT("-ERR [login-delay] no"), SPAN_INIT("login-delay"), FAULT_POP_BUSY, 0 },
	{ SPAN_INIT("o3 NO [UNAVAILABLE] later"), SPAN_INIT("UNAVAILABLE"), FAULT_POP_BUSY, 0 },
	{ SPAN_INIT("o3 NO UNAVAILABLE"), SPAN_INIT(""), FAULT_AUTH_REFUSED, 0 },
	{ SPAN_INIT("-ERR Server Unavailable. 21"), SPAN_INIT(""), FAULT_POP_BUSY, 0 },
	{ SPAN_INIT("-ERR connection refused"), SPAN_INIT(""), FAULT_POP_BUSY, 0 },
	{ SPAN_INIT("-ERR [IN-USE] no"), SPAN_INIT("IN-USE"), FAULT_MAILBOX_LOCKED, 0 },
	{ SPAN_INIT("-ERR User is authenticated but not connected."), SPAN_INIT(""), FAULT_AUTH_NOT_CONNECTED, 0 },
	{ SPAN_INIT("-ERR Suggested Backoff Time: 1 milliseconds"), SPAN_INIT(""), FAULT_POP_BUSY, 1 },
	{ SPAN_INIT("-ERR Suggested Backoff Time: 89117 milliseconds"), SPAN_INIT(""), FAULT_POP_BUSY, 90 },
	{ SPAN_INIT("-ERR Suggested Backoff Time: 604800000 milliseconds"), SPAN_INIT(""), FAULT_POP_BUSY, 604800 },
	{ SPAN_INIT("-ERR Suggested Backoff Time: 604800001 milliseconds"), SPAN_INIT(""), FAULT_POP_BUSY, 604800 },
	{ SPAN_INIT("-ERR Suggested Backoff Time: 9000000000000000000 milliseconds"), SPAN_INIT(""), FAULT_POP_BUSY,
	  604800 },
};

TEST(mail_refusal_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		t_at("%.*s", SPAN_ARG(rows[i].line));
		OK(!mail_refusal(edge_span(rows[i].line), edge_span(rows[i].word), FAULT_AUTH_REFUSED, &f));
		EQ(f.code, rows[i].code);
		EQ(f.num, rows[i].num);
		EQ(fault_evidence(&f), rows[i].line);
	}
}
