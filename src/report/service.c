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

const char *service_sentence(enum service_finding finding)
{
	switch (finding) {
	case SERVICE_SAYS_NOTHING:
		return "the other services say nothing about the token";
	case SERVICE_SAYS_POP_ONLY:
		return "the mailbox opens by IMAP: of all things only POP3 is closed";
	case SERVICE_SAYS_CLOSED:
		return "the token is accepted, but the mailbox does not open";
	case SERVICE_SAYS_OTHER:
		return "the token is accepted, but it is not for this mailbox";
	case SERVICE_SAYS_ACCEPTED:
		return "the SMTP server accepts the token";
	case SERVICE_SAYS_REFUSED:
		return "the other services refuse the token, too";
	}
	return "";
}
