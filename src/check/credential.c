#include "check/credential.h"

#include "base/clock.h"
#include "check/lint_id.h"
#include "check/lint_scope.h"
#include "check/lint_secret.h"
#include "check/lint_text.h"
#include "text/url.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255 }; /* RFC 5321 section 4.5.3.1 */

/* ---- the mailbox --------------------------------------------------------------------------------- */

static bool refuse_mailbox(struct span mailbox, struct span why, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	buf_printable(&b, span_first(mailbox, LOCAL_MAX + 1 + DOMAIN_MAX));
	buf_z(&b, ": ");
	buf_put(&b, why);
	return fault_set(f, FAULT_MAILBOX_SHAPE, SETTING_MAILBOX, buf_span(&b));
}

static bool odd_text(struct span mailbox, struct fault *f)
{
	char text[80];
	struct buf why = BUF(text);
	size_t at, open;
	enum lint_text odd = lint_text_find(mailbox, &at);

	if (odd == LINT_TEXT_CLEAN || odd == LINT_TEXT_NOT_ASCII || odd == LINT_TEXT_ENTITY || odd == LINT_TEXT_ENCODED)
		return false; /* letters of all languages may stand in an address (RFC 6531), and so may & and % */
	if (span_find_byte(mailbox, '<', &open) && span_ends(span_trim(mailbox), SPAN(">")))
		buf_z(&why, "write the address alone, without name and angle brackets");
	else
		lint_text_put(&why, odd, at);
	(void)refuse_mailbox(mailbox, buf_span(&why), f);
	return true;
}

bool credential_mailbox(struct span mailbox, struct fault *f)
{
	struct span domain, local = span_cut(mailbox, '@', &domain);
	size_t at;

	if (odd_text(mailbox, f))
		return false;
	if (!span_find_byte(mailbox, '@', &at))
		return refuse_mailbox(mailbox, SPAN("there is no @"), f);
	if (local.n == 0 || domain.n == 0)
		return refuse_mailbox(mailbox, SPAN("nothing stands on one side of the @"), f);
	if (span_find_byte(domain, '@', &at))
		return refuse_mailbox(mailbox, SPAN("more than one @"), f);
	if (span_find_byte(domain, '\\', &at) || span_find_byte(domain, '/', &at))
		return refuse_mailbox(mailbox,
		                      SPAN("the old form for shared mailboxes; write the shared "
		                           "mailbox's address"),
		                      f);
	if (local.n > LOCAL_MAX || domain.n > DOMAIN_MAX)
		return refuse_mailbox(mailbox, SPAN("longer than an address may be"), f);
	if (!url_is_name(domain))
		return refuse_mailbox(mailbox, SPAN("what follows the @ is no domain"), f);
	return true;
}

/* ---- the rung ------------------------------------------------------------------------------------ */

/* A needed setting that is not there; num is the setting. */
static bool need(struct lint *l, enum setting key)
{
	if (settings_has(l->settings, key))
		return true;
	row_fact(l->row, FACT_SETTING, span_z(settings_key(key)));
	return fault_set(l->fault, FAULT_SETTING_MISSING, key, span_z(settings_key(key)));
}

/* What the grant needs; the mailbox is told by other ways, too. */
static bool all_there(struct lint *l)
{
	const struct grant_row *row = grant_row(l->settings->grant);
	const struct credential *c = l->credential;

	for (int i = 0; i < GRANT_NEEDS_MAX && row->needs[i] != GRANT_END; i++)
		if (row->needs[i] != SETTING_MAILBOX && !need(l, (enum setting)row->needs[i]))
			return false;
	if (row->provider && !settings_has(l->settings, SETTING_TOKEN_URL) && !need(l, SETTING_TENANT_ID))
		return false;
	if (row->provider && l->settings->token_url.n == 0)
		return need(l, SETTING_TOKEN_URL);
	if (l->settings->grant != GRANT_CLIENT_SECRET || secret_is_set(&c->client_secret) ||
	    secret_is_set(&c->assertion))
		return true;
	row_fact(l->row, FACT_SETTING, span_z(settings_key(SETTING_CLIENT_SECRET_FILE)));
	return fault_set(l->fault, FAULT_SETTING_MISSING, SETTING_CLIENT_SECRET, SPAN("client_secret_file"));
}

static bool look(struct lint *l)
{
	int64_t now = clock_unix();

	if (secret_is_set(&l->credential->access_token))
		return true;
	if (!all_there(l) || !lint_id_shapes(l) || !lint_scope_check(l))
		return false;
	if (secret_is_set(&l->credential->assertion) && !lint_secret_assertion(l, now))
		return false;
	if (secret_is_set(&l->credential->client_secret) && !lint_secret_check(l, now))
		return false;
	return lint_id_mixed(l) && lint_scope_places(l);
}

bool credential_check(const struct settings *s, const struct credential *c, struct row *row, struct fault *f)
{
	struct lint l;
	bool good;

	lint_start(&l, s, c, row, f);
	good = look(&l);
	lint_end(&l);
	return good;
}
