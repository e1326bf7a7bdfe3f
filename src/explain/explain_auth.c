#include "explain/explain_auth.h"

#include "explain/explain_match.h"
#include "explain/explain_seen.h"

enum { TOKEN_LENGTH_MAX = 4096 }; /* Exchange's front end breaks off longer ones since July 2025 */

/* What is known of the state of affairs behind the door. */
enum door {
	DOOR_UNKNOWN,
	DOOR_TOKEN_REFUSED, /* Exchange does not take this token for this mailbox */
	DOOR_CLOSED,        /* it takes the token, the mailbox does not open */
	DOOR_OTHER,         /* the same, because the token is another person's */
	DOOR_POP_ONLY       /* the mailbox opens by another protocol: only POP is shut */
};

static bool is(struct span s, const char *z)
{
	return explain_value_has(s, z);
}

/* Does the fault's evidence hold these words? */
static bool said(const struct explain_case *c, const char *words)
{
	return is(explain_value_evidence(c), words);
}

static enum fault_code fault_of(const struct explain_case *c)
{
	return explain_value_row(c)->fault.code;
}

static bool entra(const struct explain_case *c)
{
	return explain_value_provider(c) != NULL && explain_value_provider(c)->entra;
}

static enum door which_door(const struct explain_case *c)
{
	if (fault_of(c) == FAULT_AUTH_NOT_CONNECTED || said(c, "not connected"))
		return DOOR_CLOSED;
	switch (explain_seen_doors(c->r)) {
	case SERVICE_SAYS_POP_ONLY:
		return DOOR_POP_ONLY;
	case SERVICE_SAYS_CLOSED:
	case SERVICE_SAYS_ACCEPTED:
		return DOOR_CLOSED;
	case SERVICE_SAYS_OTHER:
		return DOOR_OTHER;
	case SERVICE_SAYS_REFUSED:
		return DOOR_TOKEN_REFUSED;
	case SERVICE_SAYS_NOTHING:
		break;
	}
	return DOOR_UNKNOWN;
}

/* The settings know an Object ID, and it is not the one that the token names. */
static bool other_object_id(const struct explain_case *c)
{
	struct span known = explain_value_setting(c, SETTING_ENTERPRISE_OBJECT_ID);
	struct span oid = explain_value_fact(c, FACT_OID);

	return known.n != 0 && oid.n != 0 && !span_eq_nocase(known, oid);
}

static bool too_long(const struct explain_case *c)
{
	uint64_t n;

	return span_u64(explain_value_fact(c, FACT_TOKEN_LENGTH), UINT32_MAX, &n) && n > TOKEN_LENGTH_MAX;
}

/* The person signed in for their own mailbox, or nobody knows who signed in. */
static bool own_mailbox(const struct explain_case *c)
{
	struct span upn = explain_value_fact(c, FACT_UPN);

	return upn.n == 0 || span_eq_nocase(upn, c->r->mailbox);
}

static void pick_person(const struct explain_case *c, struct explain_list *l)
{
	if (!own_mailbox(c) || which_door(c) == DOOR_OTHER)
		explain_know_add(l, CAUSE_DELEGATED_OTHER);
	explain_know_add(l, CAUSE_POP_OFF);
	explain_know_add(l, CAUSE_ADDRESS_ALIAS);
	explain_know_add(l, CAUSE_NO_LICENSE);
}

/* Exchange does not know the application: out of the question once the token has opened another mailbox. */
static void add_unknown_application(const struct explain_case *c, struct explain_list *l)
{
	if (!explain_seen_proved(c->r))
		explain_know_add(l, other_object_id(c) ? CAUSE_OBJECT_ID_OTHER : CAUSE_SP_NOT_REGISTERED);
}

static void pick_application(const struct explain_case *c, struct explain_list *l)
{
	switch (which_door(c)) {
	case DOOR_TOKEN_REFUSED:
		add_unknown_application(c, l);
		explain_know_add(l, CAUSE_ADDRESS_ALIAS);
		explain_know_add(l, explain_seen_proved(c->r) ? CAUSE_NO_FULL_ACCESS : CAUSE_PROPAGATION);
		explain_know_add(l, CAUSE_PROPAGATION);
		break;
	case DOOR_CLOSED:
	case DOOR_OTHER:
		explain_know_add(l, CAUSE_NO_FULL_ACCESS);
		explain_know_add(l, CAUSE_POP_OFF);
		explain_know_add(l, CAUSE_MAILBOX_UNREADABLE);
		break;
	case DOOR_POP_ONLY:
		explain_know_add(l, CAUSE_POP_OFF);
		explain_know_add(l, CAUSE_PROPAGATION);
		explain_know_add(l, CAUSE_RBAC_SWITCH);
		break;
	case DOOR_UNKNOWN:
		add_unknown_application(c, l);
		explain_know_add(l, CAUSE_NO_FULL_ACCESS);
		explain_know_add(l, CAUSE_POP_OFF);
		if (explain_seen_proved(c->r))
			explain_know_add(l, CAUSE_ADDRESS_ALIAS);
		break;
	}
}

static void pick_exchange(const struct explain_case *c, struct explain_list *l)
{
	struct span kind = explain_value_fact(c, FACT_TOKEN_KIND);

	if (c->r->row[RUNG_TENANT].fault.code == FAULT_TENANT_OTHER)
		explain_know_add(l, CAUSE_MAILBOX_ELSEWHERE);
	if (span_starts(explain_value_fact(c, FACT_TOKEN_LIFE), SPAN("-")))
		explain_know_add(l, CAUSE_TOKEN_EXPIRED);
	if (is(explain_value_fact(c, FACT_AUD), "ps.outlook.com"))
		explain_know_add(l, CAUSE_AUD_CONSENT);
	if (too_long(c))
		explain_know_add(l, CAUSE_TOKEN_LONG);
	if (is(kind, "opaque"))
		explain_know_add(l, CAUSE_POP_PERSONAL);
	if (explain_seen_person(c->r))
		pick_person(c, l);
	else
		pick_application(c, l);
}

/* AUTH itself was refused, before there was a token in it. */
static bool not_understood(const struct explain_case *c)
{
	return said(c, "not valid in this state") || said(c, "Protocol error. 1") ||
	       said(c, "unknown command");
}

/* Lines that say more than "no". */
static bool telling(const struct explain_case *c, struct explain_list *l)
{
	static const char *const lines[] = {
		"throttled", "Server Unavailable", "closed. 11", "closed. 22", "Logon failure", "Basic authentication",
		"BasicAuthBlocked", "NoPrimarySmtpAddress", "enabled for POP", "[SYS/", "[IN-USE]", "base64",
		"mechanism", "Connection refused", "[LOGIN-DELAY]",
	};
	unsigned row;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (!said(c, lines[i]))
			continue;
		row = explain_match_kind(explain_value_evidence(c), KNOWN_LINE);
		if (row == EXPLAIN_KNOW_NOTHING)
			return false;
		explain_know_add_row(l, row);
		return true;
	}
	return false;
}

void explain_auth(const struct explain_case *c, struct explain_list *l)
{
	struct span server = explain_value_fact(c, FACT_SERVER);

	if (telling(c, l))
		return;
	if (not_understood(c)) {
		explain_know_add(l, CAUSE_NO_XOAUTH2_MIDDLE);
		explain_know_add(l, CAUSE_SERVER_OTHER);
		return;
	}
	if (fault_of(c) == FAULT_AUTH_PROTOCOL || said(c, "Protocol error")) {
		if (too_long(c))
			explain_know_add(l, CAUSE_TOKEN_LONG);
		if (c->r->settings != NULL && c->r->settings->form == POP_FORM_ONE_LINE)
			explain_know_add(l, CAUSE_ONE_LINE_AUTH);
		if (l->n == 0)
			explain_know_add(l, CAUSE_AUTH_BROKEN_OFF);
		explain_know_add(l, CAUSE_SERVER_BUSY);
		return;
	}
	if (is(server, "gmail")) {
		explain_know_add(l, CAUSE_GMAIL_TOKEN);
		explain_know_add(l, CAUSE_GMAIL_POP_OFF);
	} else if (is(server, "exchange") || (server.n == 0 && entra(c))) {
		pick_exchange(c, l);
	} else {
		if (!explain_seen_proved(c->r))
			explain_know_add(l, CAUSE_DOVECOT_TOKEN);
		explain_know_add(l, CAUSE_DOVECOT_USER);
		explain_know_add(l, CAUSE_SERVER_OTHER);
	}
}

/* ---- the block for PowerShell ------------------------------------------------------------------ */

static const char script_start[] =
	"# For an Exchange administrator. Once: Install-Module ExchangeOnlineManagement\n"
	"Connect-ExchangeOnline -ExchangeEnvironmentName {exo_cloud}\n"
	"~Connect-ExchangeOnline";
static const char script_register[] =
	"\n# Exchange has to know the application by exactly this AppId and ObjectId.\n"
	"Get-ServicePrincipal | Where-Object AppId -eq {'appid} | Format-List DisplayName,AppId,ObjectId\n"
	"# Nothing shown: run the next line. Another ObjectId shown: first Remove-ServicePrincipal that one.\n"
	"New-ServicePrincipal -AppId {appid} -ObjectId {oid} -DisplayName {'label}";
static const char script_permit[] =
	"\n# The application needs FullAccess to the mailbox.\n"
	"Add-MailboxPermission -Identity {'mailbox} -User {oid} -AccessRights FullAccess\n"
	"Get-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny";
static const char script_person[] =
	"\n# The person who signs in needs FullAccess to the mailbox, unless it is their own.\n"
	"Add-MailboxPermission -Identity {'mailbox} -User {'upn} -AccessRights FullAccess\n"
	"Get-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny";
static const char script_open[] =
	"\n# POP has to be on, and the address the primary one.\n"
	"Set-CASMailbox -Identity {'mailbox} -PopEnabled $true\n"
	"Get-CASMailbox -Identity {'mailbox} | Format-List PopEnabled\n"
	"Get-Mailbox -Identity {'mailbox} | Format-List PrimarySmtpAddress,RecipientTypeDetails\n"
	"\n# Changes take minutes, sometimes up to two hours. Then check again.";

/* One step; the next begins on a line of its own. */
static void put_step(const struct explain_case *c, const char *template)
{
	explain_fill(c, template, EXPLAIN_FILL_SCRIPT);
	buf_byte(&c->e->room, '\n');
}

/* Would the block help, and is there all that it needs? */
static bool wanted(const struct explain_case *c)
{
	struct span server = explain_value_fact(c, FACT_SERVER);
	enum fault_code code = fault_of(c);
	const char *needs = explain_seen_person(c->r) ? "{'mailbox}" : "{'mailbox} {appid} {oid}";
	struct buf *room = &c->e->room;
	size_t mark = room->n;
	bool known = explain_fill(c, needs, EXPLAIN_FILL_SCRIPT).n != 0;

	room->n = mark;
	return known && entra(c) && !not_understood(c) && (server.n == 0 || is(server, "exchange")) &&
	       (code == FAULT_AUTH_REFUSED || code == FAULT_AUTH_CHALLENGE || code == FAULT_AUTH_NOT_CONNECTED);
}

struct span explain_auth_script(const struct explain_case *c)
{
	struct buf *room = &c->e->room;
	size_t mark = room->n;
	enum door door = which_door(c);

	if (!wanted(c))
		return (struct span){ NULL, 0 };
	put_step(c, script_start);
	if (explain_seen_person(c->r)) {
		if (!own_mailbox(c))
			put_step(c, script_person);
	} else {
		if ((door == DOOR_UNKNOWN || door == DOOR_TOKEN_REFUSED) && !explain_seen_proved(c->r))
			put_step(c, script_register);
		if (door != DOOR_POP_ONLY)
			put_step(c, script_permit);
	}
	explain_fill(c, script_open, EXPLAIN_FILL_SCRIPT);
	return (struct span){ room->p + mark, room->n - mark };
}
