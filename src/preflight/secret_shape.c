#include "preflight/secret_shape.h"

#include "preflight/ids.h"
#include "preflight/text_shape.h"
#include "preflight/value_shape.h"
#include "ident/claims.h"
#include "text/date.h"
#include "text/guid.h"
#include "text/pct.h"

enum {
	LENGTH_MIN = 34, /* Entra's values have about 40 characters */
	LENGTH_MAX = 44
};

enum setting secret_shape_setting(const struct settings *s, const struct credential *c)
{
	if (secret_is_set(&c->assertion))
		return SETTING_FEDERATED_TOKEN_FILE;
	if (settings_has(s, SETTING_CLIENT_SECRET))
		return SETTING_CLIENT_SECRET;
	if (settings_has(s, SETTING_CLIENT_SECRET_FILE))
		return SETTING_CLIENT_SECRET_FILE;
	return settings_has(s, SETTING_CLIENT_SECRET_COMMAND) ? SETTING_CLIENT_SECRET_COMMAND : SETTING_CLIENT_SECRET;
}

static enum setting blamed(const struct findings *l)
{
	return secret_shape_setting(l->settings, l->credential);
}

/* A GUID is never a secret's value: it is the Secret ID, or another id that the settings know. */
static bool check_guid(struct findings *l, struct span secret)
{
	enum setting twin;

	if (ids_find(l->settings, secret, &twin) && twin != SETTING_CLIENT_SECRET_ID)
		return findings_refuse(l, FAULT_IDS_MIXED, blamed(l), "the same as %s", settings_key(twin));
	if (!guid_ok(secret))
		return true;
	return findings_refuse(l, FAULT_SECRET_IS_ID, blamed(l),
	                       "it has the form of an ID; the secret is in the column Value");
}

static bool entra_letters(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!span_alnum_or(s.p[i], "~._-"))
			return false;
	return true;
}

/* It may work, and if it does not, this is why. */
static void doubt(struct findings *l, const char *why)
{
	findings_warn(l, blamed(l), "%s", why);
	findings_doubt(l, FAULT_SECRET_SHAPE, blamed(l));
}

/* What Entra makes today; secrets of older kinds still work until they expire. */
static void warn_unusual(struct findings *l, struct span secret)
{
	char text[100];
	struct buf why = buf_field(text, sizeof text);

	if (secret.n < LENGTH_MIN || secret.n > LENGTH_MAX) {
		buf_say(&why, "%zu characters, Entra's secrets have about 40: is it whole?", secret.n);
		doubt(l, text);
	} else if (!entra_letters(secret)) {
		doubt(l, "a character that Entra's secrets no longer have");
	}
}

/* A secret of Entra's that somebody has percent-encoded: then nothing but the decoded one has their form. */
static bool encoded_entra(struct span secret)
{
	unsigned char scratch[3 * LENGTH_MAX];
	struct buf plain = BUF(scratch);
	bool is = secret.n <= sizeof scratch && shape_find(secret) != SHAPE_ENTRA_SECRET && pct_get(&plain, secret) &&
	          shape_find(buf_span(&plain)) == SHAPE_ENTRA_SECRET;

	secret_wipe_bytes(scratch, sizeof scratch);
	return is;
}

/* RFC 6749 allows a secret to hold any printable ASCII: what another provider makes is its own affair. A % before two
 * digits may stand in any secret; only where all speaks for an encoded one it is not tried. */
static bool may_work(const struct findings *l, struct span secret, enum text_shape odd)
{
	bool entra = l->settings->provider->entra;

	if (odd == TEXT_SHAPE_ENCODED)
		return !entra || !encoded_entra(secret);
	return !entra && (odd == TEXT_SHAPE_SPACE || odd == TEXT_SHAPE_ENTITY || odd == TEXT_SHAPE_SPACE_START ||
	                  odd == TEXT_SHAPE_SPACE_END || odd == TEXT_SHAPE_QUOTED || odd == TEXT_SHAPE_PLACEHOLDER);
}

static bool check_text(struct findings *l, struct span secret)
{
	char text[120];
	struct buf why = buf_field(text, sizeof text);
	size_t at;
	enum text_shape odd = text_shape_find(secret, &at);

	if (odd == TEXT_SHAPE_CLEAN)
		return true;
	buf_say(&why, "%s, %zu bytes in all", text_shape_text(odd, at).z, secret.n);
	if (!may_work(l, secret, odd))
		return findings_refuse(l, FAULT_SECRET_SHAPE, blamed(l), "%s", text);
	doubt(l, odd == TEXT_SHAPE_ENCODED ? "it looks like percent-encoding (% and two digits), which o2pop does "
	                                     "itself; if you encoded it, take that back"
	                                   : text);
	return true;
}

/* The day itself still counts, in every time zone. The end is what somebody has noted, perhaps of the last secret: the
 * provider knows better. */
static void check_end(struct findings *l, int64_t now)
{
	int64_t end = l->settings->secret_expires;

	if (end == 0)
		return;
	row_number(l->row, FACT_SECRET_ENDS, end);
	row_number(l->row, FACT_SECRET_DAYS, (end - now) / (24 * 60 * 60));
	if (end - now > SETTINGS_SECRET_END_WARN_S)
		return;
	if (settings_secret_ended(end, now)) {
		findings_doubt(l, FAULT_SECRET_EXPIRED, SETTING_SECRET_EXPIRES);
		findings_warn(l, SETTING_SECRET_EXPIRES, "that was %s ago", date_span_text(end - now).z);
	} else if (end <= now) {
		findings_warn(l, SETTING_SECRET_EXPIRES, "that is today");
	} else {
		findings_warn(l, SETTING_SECRET_EXPIRES, "that is in %s", date_span_text(end - now).z);
	}
}

bool secret_shape_check(struct findings *l, int64_t now)
{
	struct span secret = secret_reveal(&l->credential->client_secret);

	if (l->settings->provider->entra && !check_guid(l, span_trim(secret)))
		return false;
	if (!check_text(l, secret) || !value_shape_check(l, secret, blamed(l), FAULT_SECRET_SHAPE, SHAPE_IS_SECRET))
		return false;
	if (l->settings->provider->entra && l->doubt == FAULT_NONE)
		warn_unusual(l, secret);
	check_end(l, now);
	return true;
}

/* ---- the assertion ------------------------------------------------------------------------------- */

static bool check_times(struct findings *l, const struct claims *c, int64_t now)
{
	if (c->exp != 0 && c->exp + CLAIMS_SKEW_MAX_S < now)
		return findings_refuse(l, FAULT_ASSERTION_EXPIRED, SETTING_FEDERATED_TOKEN_FILE,
		                       "it expired %s ago, at %s", date_span_text(now - c->exp).z, date_text(c->exp).z);
	if (c->nbf > now + CLAIMS_SKEW_MAX_S)
		findings_warn(l, SETTING_FEDERATED_TOKEN_FILE, "it is not valid before %s", date_text(c->nbf).z);
	return true;
}

bool secret_shape_assertion(struct findings *l, int64_t now)
{
	struct span client = settings_get(l->settings, SETTING_CLIENT_ID);
	struct fault unreadable = { .code = FAULT_NONE };
	struct claims c;

	if (!claims_read(&l->credential->assertion, &c, &unreadable) || !c.jwt)
		return findings_refuse(l, FAULT_SETTING_BAD, SETTING_FEDERATED_TOKEN_FILE,
		                       "its content is not a JWT: three parts of base64url, two dots");
	row_fact(l->row, FACT_ASSERTION_ISS, span_z(c.iss));
	row_fact(l->row, FACT_ASSERTION_SUB, span_z(c.sub));
	row_fact(l->row, FACT_ASSERTION_AUD, span_z(c.aud));
	row_number(l->row, FACT_ASSERTION_EXPIRES, c.exp);
	if (!check_times(l, &c, now))
		return false;
	if (!l->settings->provider->entra ||
	    /* what the application has signed itself is for the token endpoint */
	    (span_eq_nocase(span_z(c.iss), client) && span_eq_nocase(span_z(c.sub), client)) ||
	    span_starts_nocase(span_z(c.aud), SPAN("api://AzureADTokenExchange"))) /* some clouds add a name */
		return true;
	findings_warn(l, SETTING_FEDERATED_TOKEN_FILE,
	              "its audience is not api://AzureADTokenExchange, which federated "
	              "credentials have by default");
	return true;
}
