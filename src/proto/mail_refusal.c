#include "proto/mail_refusal.h"

#include "text/mailmsg.h"

static const struct {
	bool whole; /* is it the response code, or does it stand anywhere in the line? */
	struct span words;
	enum fault_code code;
} meanings[] = {
	{ true, SPAN_INIT("SYS/TEMP"), FAULT_POP_BUSY },
	{ true, SPAN_INIT("LOGIN-DELAY"), FAULT_POP_BUSY },
	{ true, SPAN_INIT("UNAVAILABLE"), FAULT_POP_BUSY },
	{ false, SPAN_INIT("Server Unavailable"), FAULT_POP_BUSY },
	{ false, SPAN_INIT("Connection refused"), FAULT_POP_BUSY },
	{ true, SPAN_INIT("IN-USE"), FAULT_MAILBOX_LOCKED },
	{ false, SPAN_INIT("authenticated but not connected"), FAULT_AUTH_NOT_CONNECTED },
};

bool mail_refusal(struct span line, struct span word, enum fault_code code, struct fault *f)
{
	uint64_t ms;
	size_t at;

	if (mailmsg_backoff(line, &ms)) {
		ms = ms / 1000 < MAIL_REFUSAL_WAIT_MAX_S ? (ms + 999) / 1000 : MAIL_REFUSAL_WAIT_MAX_S;
		return fault_set(f, FAULT_POP_BUSY, (int64_t)ms, line);
	}
	for (size_t i = 0; i < COUNT(meanings); i++)
		if (meanings[i].whole ? span_eq_nocase(word, meanings[i].words)
		                      : span_find_nocase(line, meanings[i].words, &at))
			return fault_set(f, meanings[i].code, 0, line);
	return fault_set(f, code, 0, line);
}
