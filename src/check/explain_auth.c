#include "check/explain_auth.h"

#include "check/explain_match.h"

enum { TOKEN_LENGTH_MAX = 4096 }; /* Exchange's front end breaks off longer ones since July 2025 */

/* What is known of the state of affairs behind the door. */
enum door {
	DOOR_UNKNOWN,
	DOOR_TOKEN_REFUSED, /* Exchange does not take this token for this mailbox */
	DOOR_CLOSED,        /* it takes the token, the mailbox does not open */
	DOOR_POP_ONLY       /* the mailbox opens by another protocol: only POP is shut */
};

static bool is(struct span s, const char *z)
{
	return explain_fill_has(s, z);
}

static struct span evidence(const struct explain_case *c)
{
	return fault_evidence(&c->r->row[c->rung].fault);
}

static bool entra(const struct explain_case *c)
{
	const struct settings *s = c->r->settings;

	return s != NULL && s->provider != NULL && s->provider->entra;
}

/* A person's token, not an application's. */
static bool delegated(const struct explain_case *c)
{
	return explain_fill_fact(c, FACT_ROLES).n == 0 &&
	       (explain_fill_fact(c, FACT_SCP).n != 0 || explain_fill_fact(c, FACT_UPN).n != 0);
}

/* The IMAP door is a witness only if the token may knock there at all. */
static bool may_imap(const struct explain_case *c)
{
	return is(explain_fill_fact(c, FACT_ROLES), "IMAP.AccessAsApp") ||
	       is(explain_fill_fact(c, FACT_SCP), "IMAP.AccessAsUser");
}

static enum door which_door(const struct explain_case *c)
{
	struct span imap = explain_fill_fact(c, FACT_IMAP), smtp = explain_fill_fact(c, FACT_SMTP);

	if (c->r->row[c->rung].fault.code == FAULT_AUTH_NOT_CONNECTED || is(evidence(c), "not connected"))
		return DOOR_CLOSED;
	if (is(imap, "not connected"))
		return DOOR_CLOSED;
	if (is(imap, "AUTHENTICATE failed"))
		return may_imap(c) ? DOOR_TOKEN_REFUSED : DOOR_UNKNOWN;
	if (is(imap, "OK") && !is(imap, "NO ") && !is(imap, "BAD"))
		return DOOR_POP_ONLY;
	if (span_starts(smtp, SPAN("235")))
		return DOOR_CLOSED;
	return DOOR_UNKNOWN;
}

/* The settings know an Object ID, and it is not the one that the token names. */
static bool other_object_id(const struct explain_case *c)
{
	struct span known = explain_fill_setting(c, SETTING_ENTERPRISE_OBJECT_ID);
	struct span oid = explain_fill_fact(c, FACT_OID);

	return known.n != 0 && oid.n != 0 && !span_eq_nocase(known, oid);
}

static bool too_long(const struct explain_case *c)
{
	uint64_t n;

	return span_u64(explain_fill_fact(c, FACT_TOKEN_LENGTH), UINT32_MAX, &n) && n > TOKEN_LENGTH_MAX;
}

static void pick_person(const struct explain_case *c, struct explain_list *l)
{
	struct span upn = explain_fill_fact(c, FACT_UPN);

	if (upn.n != 0 && !span_eq_nocase(upn, c->r->mailbox))
		explain_know_add(l, CAUSE_DELEGATED_OTHER);
	explain_know_add(l, CAUSE_POP_OFF);
	explain_know_add(l, CAUSE_ADDRESS_ALIAS);
	explain_know_add(l, CAUSE_NO_LICENSE);
}

static void pick_application(const struct explain_case *c, struct explain_list *l)
{
	bool other = other_object_id(c);

	switch (which_door(c)) {
	case DOOR_TOKEN_REFUSED:
		explain_know_add(l, other ? CAUSE_OBJECT_ID_OTHER : CAUSE_SP_NOT_REGISTERED);
		explain_know_add(l, CAUSE_ADDRESS_ALIAS);
		explain_know_add(l, CAUSE_PROPAGATION);
		break;
	case DOOR_CLOSED:
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
		explain_know_add(l, other ? CAUSE_OBJECT_ID_OTHER : CAUSE_SP_NOT_REGISTERED);
		explain_know_add(l, CAUSE_NO_FULL_ACCESS);
		explain_know_add(l, CAUSE_POP_OFF);
		break;
	}
}

static void pick_exchange(const struct explain_case *c, struct explain_list *l)
{
	struct span kind = explain_fill_fact(c, FACT_TOKEN_KIND);

	if (c->r->row[RUNG_TENANT].fault.code == FAULT_TENANT_OTHER)
		explain_know_add(l, CAUSE_MAILBOX_ELSEWHERE);
	if (span_starts(explain_fill_fact(c, FACT_TOKEN_LIFE), SPAN("-")))
		explain_know_add(l, CAUSE_TOKEN_EXPIRED);
	if (is(kind, "opaque"))
		explain_know_add(l, CAUSE_POP_PERSONAL);
	if (delegated(c))
		pick_person(c, l);
	else
		pick_application(c, l);
}

/* Lines that say more than "no". */
static bool telling(const struct explain_case *c, struct explain_list *l)
{
	static const char *const lines[] = {
		"throttled", "Server Unavailable", "closed. 11", "closed. 22", "Logon failure", "Basic authentication",
		"BasicAuthBlocked", "NoPrimarySmtpAddress", "enabled for POP", "[SYS/", "[IN-USE]", "base64", "mechanism",
		"Connection refused", "[LOGIN-DELAY]",
	};
	unsigned row;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (!is(evidence(c), lines[i]))
			continue;
		row = explain_match_kind(evidence(c), KNOWN_LINE);
		if (row == EXPLAIN_KNOW_NOTHING)
			return false;
		explain_know_causes(row, l);
		return true;
	}
	return false;
}

void explain_auth(const struct explain_case *c, struct explain_list *l)
{
	struct span server = explain_fill_fact(c, FACT_SERVER);

	if (telling(c, l))
		return;
	if (c->r->row[c->rung].fault.code == FAULT_AUTH_PROTOCOL || is(evidence(c), "Protocol error")) {
		if (too_long(c))
			explain_know_add(l, CAUSE_TOKEN_LONG);
		if (c->r->settings != NULL && c->r->settings->form == POP_FORM_ONE_LINE)
			explain_know_add(l, CAUSE_ONE_LINE_AUTH);
		if (l->n == 0)
			explain_know_add(l, CAUSE_AUTH_BROKEN_OFF);
		return;
	}
	if (is(server, "gmail")) {
		explain_know_add(l, CAUSE_GMAIL_TOKEN);
		explain_know_add(l, CAUSE_GMAIL_POP_OFF);
	} else if (is(server, "exchange") || (server.n == 0 && entra(c))) {
		pick_exchange(c, l);
	} else {
		explain_know_add(l, CAUSE_DOVECOT_TOKEN);
		explain_know_add(l, CAUSE_DOVECOT_USER);
		explain_know_add(l, CAUSE_SERVER_OTHER);
	}
}

/* ---- the block for PowerShell ------------------------------------------------------------------ */

static const char script_start[] =
	"# For an Exchange administrator. Once: Install-Module ExchangeOnlineManagement\n"
	"Connect-ExchangeOnline{exo_cloud}\n"
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

struct span explain_auth_script(const struct explain_case *c)
{
	struct buf *room = &c->e->room;
	struct span server = explain_fill_fact(c, FACT_SERVER);
	enum fault_code code = c->r->row[c->rung].fault.code;
	size_t mark = room->n;
	enum door door;

	if ((code != FAULT_AUTH_REFUSED && code != FAULT_AUTH_CHALLENGE && code != FAULT_AUTH_NOT_CONNECTED) || !entra(c) ||
	    (server.n != 0 && !is(server, "exchange")))
		return (struct span){ NULL, 0 };
	door = which_door(c);
	explain_fill(c, script_start, EXPLAIN_FILL_SCRIPT);
	buf_byte(room, '\n');
	if (delegated(c)) {
		explain_fill(c, script_person, EXPLAIN_FILL_SCRIPT);
		buf_byte(room, '\n');
	} else {
		if (door == DOOR_UNKNOWN || door == DOOR_TOKEN_REFUSED) {
			explain_fill(c, script_register, EXPLAIN_FILL_SCRIPT);
			buf_byte(room, '\n');
		}
		if (door != DOOR_POP_ONLY) {
			explain_fill(c, script_permit, EXPLAIN_FILL_SCRIPT);
			buf_byte(room, '\n');
		}
	}
	explain_fill(c, script_open, EXPLAIN_FILL_SCRIPT);
	return (struct span){ room->p + mark, room->n - mark };
}
