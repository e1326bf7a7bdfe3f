#include "preflight/preflight.h"

#include "base/clock.h"
#include "preflight/certificate.h"
#include "preflight/ids.h"
#include "preflight/scope.h"
#include "preflight/secret_shape.h"
#include "preflight/text_shape.h"
#include "preflight/value_shape.h"
#include "text/url.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255 }; /* RFC 5321 section 4.5.3.1 */

/* ---- the mailbox --------------------------------------------------------------------------------- */

static bool refuse_mailbox(struct span mailbox, const char *why, struct fault *f)
{
	return fault_say(f, FAULT_MAILBOX_SHAPE, SETTING_MAILBOX, "%.*s: %s",
	                 SPAN_ARG(span_first(mailbox, LOCAL_MAX + 1 + DOMAIN_MAX)), why);
}

bool preflight_mailbox(struct span mailbox, struct fault *f)
{
	struct span domain, local = span_cut(mailbox, '@', &domain);
	size_t at, open;
	enum text_shape odd = text_shape_find(mailbox, &at);

	/* Letters of all languages may stand in an address (RFC 6531), and so may & and %. */
	if (odd != TEXT_SHAPE_CLEAN && odd != TEXT_SHAPE_NOT_ASCII && odd != TEXT_SHAPE_ENTITY &&
	    odd != TEXT_SHAPE_ENCODED)
		return refuse_mailbox(mailbox,
		                      span_find_byte(mailbox, '<', &open) && span_ends(span_trim(mailbox), SPAN(">"))
		                              ? "write the address alone, without name and angle brackets"
		                              : text_shape_text(odd, at).z,
		                      f);
	if (!span_find_byte(mailbox, '@', &at))
		return refuse_mailbox(mailbox, "there is no @", f);
	if (local.n == 0 || domain.n == 0)
		return refuse_mailbox(mailbox, "nothing stands on one side of the @", f);
	if (span_find_byte(domain, '@', &at))
		return refuse_mailbox(mailbox, "more than one @", f);
	if (span_find_byte(domain, '\\', &at) || span_find_byte(domain, '/', &at))
		return refuse_mailbox(mailbox, "the old form for shared mailboxes; write the shared mailbox's address",
		                      f);
	if (local.n > LOCAL_MAX || domain.n > DOMAIN_MAX)
		return refuse_mailbox(mailbox, "longer than an address may be", f);
	if (!url_is_name(domain))
		return refuse_mailbox(mailbox, "what follows the @ is no domain", f);
	return true;
}

/* ---- the step ------------------------------------------------------------------------------------ */

/* What is needed is not there; num is the setting that it comes from, as a rule. */
static bool missing(struct findings *l, enum setting key)
{
	row_fact(l->row, FACT_SETTING, span_z(settings_key(key)));
	return fault_set(l->fault, FAULT_SETTING_MISSING, key, span_z(settings_key(key)));
}

static bool need(struct findings *l, enum setting key)
{
	return settings_has(l->settings, key) || missing(l, key);
}

static bool need_secret(struct findings *l, const struct secret *secret, enum setting from)
{
	return secret_is_set(secret) || missing(l, from);
}

static bool all_there(struct findings *l)
{
	const struct grant_row *grant = grant_row(l->settings->grant);

	for (const signed char *key = grant->needs; *key != GRANT_END; key++)
		if (!need(l, (enum setting) * key))
			return false;
	if (!grant->provider || l->settings->token_url.n != 0)
		return true;
	return need(l, settings_has(l->settings, SETTING_AUTHORITY_HOST) ? SETTING_TENANT_ID : SETTING_TOKEN_URL);
}

/* A header line of its own is made of it. */
static bool check_header(struct findings *l)
{
	struct span header = secret_reveal(&l->credential->identity_header);

	for (size_t i = 0; i < header.n; i++)
		if (header.p[i] <= 0x20 || header.p[i] > 0x7e)
			return fault_set(l->fault, FAULT_SETTING_BAD, SETTING_MANAGED_IDENTITY_URL,
			                 SPAN("IDENTITY_HEADER in the environment holds a space or what is no "
			                      "printable ASCII"));
	return true;
}

/* The key that signs is read here to be judged, and again where it is used. */
static bool check_key(struct findings *l, int64_t now)
{
	struct assertion_key key = { .has_certificate = false };
	struct service_account account;
	bool good = l->settings->grant == GRANT_CERTIFICATE ? certificate_check(l, &key, now)
	                                                    : certificate_account(l, &key, &account);

	assertion_wipe(&key);
	return good;
}

/* A token that is there already: the way that it came by is blamed. */
static bool check_token(struct findings *l)
{
	bool command = settings_has(l->settings, SETTING_ACCESS_TOKEN_COMMAND);

	return value_shape_check(l, secret_reveal(&l->credential->access_token),
	                         command ? SETTING_ACCESS_TOKEN_COMMAND : SETTING_ACCESS_TOKEN_FILE, FAULT_TOKEN_SHAPE,
	                         SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_JWT);
}

/* What proves the right to a token: is it there, and can it work? */
static bool check_proof(struct findings *l, int64_t now)
{
	const struct credential *c = l->credential;

	switch (l->settings->grant) {
	case GRANT_CLIENT_SECRET:
		return need_secret(l, &c->client_secret, SETTING_CLIENT_SECRET_FILE) && secret_shape_check(l, now);
	case GRANT_CERTIFICATE:
		return need_secret(l, &c->certificate, SETTING_CERTIFICATE_FILE) && check_key(l, now);
	case GRANT_FEDERATED:
		return need_secret(l, &c->assertion, SETTING_FEDERATED_TOKEN_FILE) && secret_shape_assertion(l, now);
	case GRANT_MANAGED_IDENTITY:
		return check_header(l);
	case GRANT_REFRESH_TOKEN:
		return need_secret(l, &c->refresh_token, SETTING_REFRESH_TOKEN_FILE) &&
		       value_shape_check(l, secret_reveal(&c->refresh_token), SETTING_REFRESH_TOKEN_FILE,
		                         FAULT_TOKEN_SHAPE, SHAPE_IS_REFRESH_TOKEN) &&
		       (!secret_is_set(&c->client_secret) || secret_shape_check(l, now));
	case GRANT_SERVICE_ACCOUNT:
		return need_secret(l, &c->service_account, SETTING_SERVICE_ACCOUNT_FILE) && check_key(l, now);
	case GRANT_ACCESS_TOKEN:
		return need_secret(l, &c->access_token, SETTING_ACCESS_TOKEN_FILE) && check_token(l);
	case GRANT_DEVICE_CODE:
	case GRANT__COUNT:
		break;
	}
	return true;
}

/* A person's own mailbox, and a token that is nobody's: the check goes on, and the refusal explains itself. */
static void check_owner(struct findings *l, struct span mailbox)
{
	const struct settings *s = l->settings;
	enum grant g = s->grant;
	struct span domain;

	span_cut(mailbox, '@', &domain);
	if (provider_of_people(domain) == NULL || s->provider == NULL || s->provider->personal ||
	    g == GRANT_ACCESS_TOKEN || g == GRANT_DEVICE_CODE || g == GRANT_REFRESH_TOKEN)
		return;
	findings_warn(l, SETTING_MAILBOX,
	              "a personal account's; no token that an application requests for itself opens it");
}

bool preflight_check(const struct settings *s, const struct credential *c, struct span mailbox, struct row *row,
                     struct fault *f)
{
	int64_t now = clock_unix();
	struct findings l = { .settings = s, .credential = c, .row = row, .fault = f };
	bool good;

	l.note = BUF(l.text);
	if (s->grant == GRANT_ACCESS_TOKEN)
		good = all_there(&l) && check_proof(&l, now);
	else
		good = all_there(&l) && ids_shapes(&l) && scope_check(&l) && check_proof(&l, now) && ids_mixed(&l) &&
		       scope_places(&l);
	check_owner(&l, mailbox);
	findings_end(&l);
	return good;
}

void preflight_wipe(struct credential *c)
{
	secret_wipe_used(c, sizeof *c);
}
