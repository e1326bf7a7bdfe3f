#include "explain/auth_causes.h"

#include "explain/match.h"

enum { TOKEN_LENGTH_MAX = 4096 }; /* Exchange's front end breaks off longer ones since July 2025 */

static enum fault_code fault_of(const struct explain_case *c)
{
	return placeholder_row(c)->fault.code;
}

/* What is known of the state of affairs behind the service. */
static enum service_finding what_is_known(const struct explain_case *c)
{
	return fault_of(c) == FAULT_AUTH_NOT_CONNECTED ? SERVICE_SAYS_CLOSED : c->known.services;
}

static bool too_long(const struct explain_case *c)
{
	int64_t n;

	return placeholder_number(c, FACT_TOKEN_LENGTH, &n) && n > TOKEN_LENGTH_MAX;
}

/* The person signed in for their own mailbox, or nobody knows who signed in. */
static bool own_mailbox(const struct explain_case *c)
{
	struct span upn = placeholder_fact(c, FACT_UPN);

	return upn.n == 0 || span_eq_nocase(upn, c->r->mailbox);
}

static void pick_person(const struct explain_case *c, struct knowledge_causes *l)
{
	if (!own_mailbox(c) || what_is_known(c) == SERVICE_SAYS_OTHER)
		knowledge_add(l, CAUSE_DELEGATED_OTHER);
	knowledge_add(l, CAUSE_POP_OFF, CAUSE_ADDRESS_ALIAS, CAUSE_NO_LICENSE);
}

/* Exchange does not know the application: out of the question once the token has opened another mailbox. */
static void add_unknown_application(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span known = placeholder_setting(c, SETTING_ENTERPRISE_OBJECT_ID), oid = placeholder_fact(c, FACT_OID);
	bool other = placeholder_requested(c) && known.n != 0 && oid.n != 0 && !span_eq_nocase(known, oid);

	knowledge_add(l, other ? CAUSE_OBJECT_ID_OTHER : CAUSE_SP_NOT_REGISTERED);
}

static void pick_application(const struct explain_case *c, struct knowledge_causes *l)
{
	switch (what_is_known(c)) {
	case SERVICE_SAYS_REFUSED:
		add_unknown_application(c, l);
		knowledge_add(l, CAUSE_ADDRESS_ALIAS, c->known.proved ? CAUSE_NO_FULL_ACCESS : CAUSE_PROPAGATION,
		              CAUSE_PROPAGATION);
		break;
	case SERVICE_SAYS_CLOSED:
	case SERVICE_SAYS_ACCEPTED:
	case SERVICE_SAYS_OTHER:
		knowledge_add(l, CAUSE_NO_FULL_ACCESS, CAUSE_POP_OFF, CAUSE_MAILBOX_UNREADABLE);
		break;
	case SERVICE_SAYS_POP_ONLY:
		knowledge_add(l, CAUSE_POP_OFF, CAUSE_PROPAGATION, CAUSE_RBAC_SWITCH);
		break;
	case SERVICE_SAYS_NOTHING:
		add_unknown_application(c, l);
		knowledge_add(l, CAUSE_NO_FULL_ACCESS, CAUSE_POP_OFF,
		              c->known.proved ? CAUSE_ADDRESS_ALIAS : CAUSE_NONE);
		break;
	}
}

static void pick_exchange(const struct explain_case *c, struct knowledge_causes *l)
{
	int64_t life;

	if (c->r->row[STEP_TENANT].fault.code == FAULT_TENANT_OTHER)
		knowledge_add(l, CAUSE_MAILBOX_ELSEWHERE);
	if (placeholder_number(c, FACT_TOKEN_LIFE, &life) && life < 0)
		knowledge_add(l, CAUSE_TOKEN_EXPIRED);
	knowledge_add_row(l, match_best(placeholder_fact(c, FACT_AUD), KNOWN_AUDIENCE, l->holds));
	if (too_long(c))
		knowledge_add(l, CAUSE_TOKEN_LONG);
	if (c->known.person)
		pick_person(c, l);
	else
		pick_application(c, l);
}

/* The line of the answer that says more than "no"; KNOWLEDGE_NOTHING when it does not. */
static unsigned telling(const struct explain_case *c, unsigned holds)
{
	unsigned row = match_best(placeholder_evidence(c), KNOWN_LINE, holds);

	return row != KNOWLEDGE_NOTHING && knowledge_general(row) ? KNOWLEDGE_NOTHING : row;
}

static void pick_protocol(const struct explain_case *c, struct knowledge_causes *l)
{
	if (too_long(c))
		knowledge_add(l, CAUSE_TOKEN_LONG);
	if (c->r->settings != NULL && c->r->settings->form == POP_FORM_ONE_LINE)
		knowledge_add(l, CAUSE_ONE_LINE_AUTH);
	if (l->n == 0)
		knowledge_add(l, CAUSE_AUTH_BROKEN_OFF);
	knowledge_add(l, CAUSE_SERVER_BUSY);
}

void auth_causes(const struct explain_case *c, struct knowledge_causes *l)
{
	unsigned plain = knowledge_find(KNOWN_FAULT, fault_of(c));
	unsigned row = knowledge_choose(plain, placeholder_evidence(c), l->holds);

	knowledge_add_row(l, telling(c, l->holds));
	if (l->n != 0)
		return;
	if (fault_of(c) == FAULT_AUTH_PROTOCOL)
		pick_protocol(c, l);
	else if (row != plain) { /* who is neither a tenant's Exchange nor its mailbox */
		knowledge_add_row(l, match_best(placeholder_evidence(c), KNOWN_LINE, l->holds));
		knowledge_add_row(l, row);
	} else
		pick_exchange(c, l);
}

/* ---- the block for PowerShell ------------------------------------------------------------------ */

static const char script_start[] = "# For an Exchange administrator. Once: Install-Module ExchangeOnlineManagement\n"
				   "Connect-ExchangeOnline -ExchangeEnvironmentName {exchange_environment}\n"
				   "~Connect-ExchangeOnline\n"
				   "# {=capitals}";
static const char script_register[] =
	"\n# Exchange has to know the application by exactly this AppId and ObjectId.\n"
	"Get-ServicePrincipal | Where-Object AppId -eq {'appid} | Format-List DisplayName,AppId,ObjectId\n"
	"# Nothing shown: run the next line. Another ObjectId shown: first Remove-ServicePrincipal that one.\n"
	"New-ServicePrincipal -AppId {appid} -ObjectId {oid} -DisplayName {'label}";
static const char script_permit[] = "\n# The application needs FullAccess to the mailbox.\n"
				    "Add-MailboxPermission -Identity {'mailbox} -User {oid} -AccessRights FullAccess\n"
				    "Get-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny";
static const char script_person[] =
	"\n# The person who signs in needs FullAccess to the mailbox, unless it is their own.\n"
	"Add-MailboxPermission -Identity {'mailbox} -User {'person} -AccessRights FullAccess\n"
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
	wording_fill(c, template, TEMPLATE_SCRIPT);
	buf_byte(&c->e->scratch, '\n');
}

/* Would the block help, and is there all that it needs? */
static bool wanted(const struct explain_case *c)
{
	unsigned holds = evidence_holds(c->r, &c->known, c->step);
	enum fault_code code = fault_of(c);
	const char *needs = c->known.person ? "{'mailbox}" : "{'mailbox} {appid} {oid}";
	struct buf *scratch = &c->e->scratch;
	size_t mark = scratch->n;
	bool known = wording_fill(c, needs, TEMPLATE_SCRIPT).n != 0;

	scratch->n = mark;
	return known && c->known.entra && (holds & FOR_WORK) != 0 && (holds & FOR_ORGANISATION) != 0 &&
	       telling(c, holds) == KNOWLEDGE_NOTHING &&
	       (code == FAULT_AUTH_REFUSED || code == FAULT_AUTH_CHALLENGE || code == FAULT_AUTH_NOT_CONNECTED);
}

struct span auth_causes_script(const struct explain_case *c)
{
	struct buf *scratch = &c->e->scratch;
	size_t mark = scratch->n;
	enum service_finding known = what_is_known(c);

	if (!wanted(c))
		return (struct span){ NULL, 0 };
	put_step(c, script_start);
	if (c->known.person && !own_mailbox(c))
		put_step(c, script_person);
	if (!c->known.person && (known == SERVICE_SAYS_NOTHING || known == SERVICE_SAYS_REFUSED) && !c->known.proved)
		put_step(c, script_register);
	if (!c->known.person && known != SERVICE_SAYS_POP_ONLY)
		put_step(c, script_permit);
	wording_fill(c, script_open, TEMPLATE_SCRIPT);
	return (struct span){ scratch->p + mark, scratch->n - mark };
}
