#include "report/service.h"

static bool says(const struct fault *f, struct span words)
{
	size_t at;

	return span_find_nocase(fault_evidence(f), words, &at);
}

enum service_state service_of(const struct fault *f)
{
	if (f->code == FAULT_NONE)
		return SERVICE_OPEN;
	if (f->code == FAULT_AUTH_NOT_CONNECTED || says(f, SPAN("mailbox logon failure")))
		return SERVICE_CLOSED;
	if (f->code == FAULT_MAILBOX_REFUSED)
		return SERVICE_CLOSED;
	if (says(f, SPAN("SmtpClientAuthentication is disabled")))
		return SERVICE_OFF;
	if (f->code == FAULT_AUTH_REFUSED)
		return SERVICE_REFUSED;
	return fault_kind(f->code) == FAULT_KIND_MAIL || fault_kind(f->code) == FAULT_KIND_WAIT ? SERVICE_UNCLEAR
	                                                                                        : SERVICE_UNREACHED;
}

const char *service_word(enum service_state d)
{
	switch (d) {
	case SERVICE_NOT_TRIED:
		return "not-tried";
	case SERVICE_OPEN:
		return "open";
	case SERVICE_CLOSED:
		return "closed";
	case SERVICE_REFUSED:
		return "refused";
	case SERVICE_OFF:
		return "off";
	case SERVICE_UNREACHED:
		return "unreached";
	case SERVICE_UNCLEAR:
		break;
	}
	return "unclear";
}

enum service_state service_find(struct span word)
{
	for (int d = SERVICE_NOT_TRIED; d <= SERVICE_UNCLEAR; d++)
		if (span_eq(word, span_z(service_word((enum service_state)d))))
			return (enum service_state)d;
	return SERVICE_NOT_TRIED;
}

/* What SMTP alone says. Its consent does not open a mailbox, and "off" is said before the token is looked at. */
static enum service_finding judge_smtp(enum service_state smtp)
{
	switch (smtp) {
	case SERVICE_OPEN:
		return SERVICE_SAYS_ACCEPTED;
	case SERVICE_CLOSED:
		return SERVICE_SAYS_CLOSED;
	case SERVICE_REFUSED:
		return SERVICE_SAYS_REFUSED;
	case SERVICE_NOT_TRIED:
	case SERVICE_OFF:
	case SERVICE_UNREACHED:
	case SERVICE_UNCLEAR:
		break;
	}
	return SERVICE_SAYS_NOTHING;
}

enum service_finding service_judge(enum service_state imap, enum service_state smtp, bool app)
{
	switch (imap) {
	case SERVICE_OPEN:
		return SERVICE_SAYS_POP_ONLY;
	case SERVICE_CLOSED:
		return smtp == SERVICE_REFUSED && !app ? SERVICE_SAYS_OTHER : SERVICE_SAYS_CLOSED;
	case SERVICE_REFUSED: /* two witnesses may contradict each other */
		return smtp == SERVICE_OPEN ? SERVICE_SAYS_NOTHING : SERVICE_SAYS_REFUSED;
	case SERVICE_NOT_TRIED:
	case SERVICE_OFF:
	case SERVICE_UNREACHED:
	case SERVICE_UNCLEAR:
		break;
	}
	return judge_smtp(smtp);
}

static const struct {
	const char *word, *sentence;
} findings[] = {
	[SERVICE_SAYS_NOTHING] = { "unclear", "the other services say nothing about the token" },
	[SERVICE_SAYS_POP_ONLY] = { "pop-only", "the mailbox opens by IMAP: of all things only POP3 is closed" },
	[SERVICE_SAYS_CLOSED] = { "mailbox-closed", "the token is accepted, but the mailbox does not open" },
	[SERVICE_SAYS_OTHER] = { "other-mailbox", "the token is accepted, but it is not for this mailbox" },
	[SERVICE_SAYS_ACCEPTED] = { "token-accepted", "the SMTP server accepts the token" },
	[SERVICE_SAYS_REFUSED] = { "token-refused", "the other services refuse the token, too" },
};

const char *service_conclude(enum service_state imap, enum service_state smtp, bool app)
{
	return findings[service_judge(imap, smtp, app)].word;
}

const char *service_sentence(struct span note)
{
	struct span rest, word = span_cut(note, ';', &rest);

	for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
		if (span_eq(word, span_z(findings[i].word)))
			return findings[i].sentence;
	return "";
}
