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
	if (f->code == FAULT_AUTH_NOT_CONNECTED || f->code == FAULT_MAILBOX_REFUSED ||
	    says(f, SPAN("mailbox logon failure")))
		return SERVICE_CLOSED;
	if (says(f, SPAN("SmtpClientAuthentication is disabled")))
		return SERVICE_OFF;
	if (f->code == FAULT_AUTH_REFUSED)
		return SERVICE_REFUSED;
	return fault_kind(f->code) == FAULT_KIND_MAIL || fault_kind(f->code) == FAULT_KIND_WAIT ? SERVICE_UNCLEAR
	                                                                                        : SERVICE_UNREACHED;
}

enum service_finding service_judge(enum service_state imap, enum service_state smtp, bool app)
{
	if (imap == SERVICE_OPEN)
		return SERVICE_SAYS_POP_ONLY;
	if (imap == SERVICE_CLOSED)
		return smtp == SERVICE_REFUSED && !app ? SERVICE_SAYS_OTHER : SERVICE_SAYS_CLOSED;
	if (imap == SERVICE_REFUSED) /* two witnesses may contradict each other */
		return smtp == SERVICE_OPEN ? SERVICE_SAYS_NOTHING : SERVICE_SAYS_REFUSED;
	/* SMTP alone: its consent does not open a mailbox, and "off" is said before the token is looked at. */
	if (smtp == SERVICE_OPEN)
		return SERVICE_SAYS_ACCEPTED;
	if (smtp == SERVICE_CLOSED)
		return SERVICE_SAYS_CLOSED;
	return smtp == SERVICE_REFUSED ? SERVICE_SAYS_REFUSED : SERVICE_SAYS_NOTHING;
}

const char *const service_sentence[] = {
	[SERVICE_SAYS_NOTHING] = "the other services say nothing about the token",
	[SERVICE_SAYS_POP_ONLY] = "the mailbox opens by IMAP: of all things only POP3 is closed",
	[SERVICE_SAYS_CLOSED] = "the token is accepted, but the mailbox does not open",
	[SERVICE_SAYS_OTHER] = "the token is accepted, but it is not for this mailbox",
	[SERVICE_SAYS_ACCEPTED] = "the SMTP server accepts the token",
	[SERVICE_SAYS_REFUSED] = "the other services refuse the token, too",
};
