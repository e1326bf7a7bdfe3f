#include "check/claims_check.h"

#include "text/date.h"
#include "text/guid.h"

#define CONSENT "https://ps.outlook.com"

/* One token that is checked. */
struct claims_check {
	const struct settings *settings;
	const struct claims *claims;
	int64_t now;
	struct row *row;
	struct fault *fault;
	struct buf note; /* what is odd, separated by "; " */
};

/* Is one of the audiences (there may be a list, separated by spaces) this one, or Exchange Online? */
static bool audience_is(const struct claims *c, struct span wanted)
{
	struct span rest = span_z(c->aud);

	while (rest.n != 0) {
		struct span aud = span_cut(rest, ' ', &rest);

		if (wanted.n == 0 ? provider_is_exchange(aud) : span_eq_nocase(provider_resource(aud), wanted))
			return true;
	}
	return false;
}

static bool for_exchange(const struct claims *c)
{
	return audience_is(c, SPAN(""));
}

/* Something odd; the step passes as a warning. */
static void warn(struct claims_check *j, const char *note)
{
	j->row->verdict = VERDICT_WARN;
	buf_say(&j->note, "%s%s", j->note.n != 0 ? "; " : "", note);
	j->note.full = false; /* a shorter one may still fit */
}

static void put_facts(const struct claims_check *j)
{
	const struct claims *c = j->claims;
	struct row *row = j->row;

	row_number(row, FACT_TOKEN_LENGTH, (int64_t)c->length);
	row_fact(row, FACT_TOKEN_KIND, c->jwt ? SPAN("jwt") : SPAN("opaque"));
	row_fact(row, FACT_AUD, span_z(c->aud));
	row_fact(row, FACT_TID, span_z(c->tid));
	row_fact(row, FACT_APPID, span_z(c->appid));
	row_fact(row, FACT_OID, span_z(c->oid));
	row_fact(row, FACT_ROLES, span_z(c->roles));
	row_fact(row, FACT_SCP, span_z(c->scp));
	row_fact(row, FACT_IDTYP, span_z(c->idtyp));
	row_fact(row, FACT_UPN, span_z(c->upn));
	row_fact(row, FACT_APP_NAME, span_z(c->app_name));
	if (c->iat != 0)
		row_fact(row, FACT_ISSUED, span_z(date_text(c->iat).z));
	if (c->exp != 0) {
		row_fact(row, FACT_EXPIRES, span_z(date_text(c->exp).z));
		row_number(row, FACT_TOKEN_LIFE, c->exp - j->now);
	}
}

static bool refuse_time(const struct claims_check *j, enum fault_code code, int64_t moment)
{
	return fault_say(j->fault, code, moment < j->now ? j->now - moment : moment - j->now, "%s",
	                 date_text(moment).z);
}

static bool check_times(struct claims_check *j)
{
	const struct claims *c = j->claims;

	if (c->exp != 0 && c->exp <= j->now)
		return refuse_time(j, FAULT_CLAIM_EXPIRED, c->exp);
	if (c->nbf > j->now && c->nbf - j->now > CLAIMS_SKEW_MAX_S)
		return refuse_time(j, FAULT_CLAIM_NOT_YET, c->nbf);
	if (c->exp != 0 && c->exp - j->now < CLAIMS_CHECK_LIFE_WARN_S)
		warn(j, "the token expires within ten minutes");
	return true;
}

/* The audience that the scope asks for: what stands before "/.default". Empty when the scope is of another form. */
static struct span wanted_audience(const struct settings *s)
{
	struct span scope = settings_get(s, SETTING_SCOPE);

	if (!span_ends(scope, SPAN("/.default")))
		return SPAN_NONE;
	return provider_resource(span_first(scope, scope.n - (sizeof "/.default" - 1)));
}

static bool check_audience(struct claims_check *j)
{
	const struct claims *c = j->claims;
	struct span wanted = wanted_audience(j->settings);

	if (c->aud[0] == '\0' || for_exchange(c))
		return true;
	if (audience_is(c, SPAN(CONSENT))) {
		warn(j, "the token is for " CONSENT ", the resource of the consent step; "
		        "ask with scope https://outlook.office365.com/.default");
		return true;
	}
	if (!j->settings->provider->entra && (wanted.n == 0 || audience_is(c, wanted)))
		return true;
	return fault_set(j->fault, FAULT_CLAIM_AUDIENCE, 0, span_z(c->aud));
}

static bool check_owner(struct claims_check *j)
{
	const struct claims *c = j->claims;
	struct span tenant = settings_get(j->settings, SETTING_TENANT_ID);
	struct span client = settings_get(j->settings, SETTING_CLIENT_ID);
	struct span object = settings_get(j->settings, SETTING_ENTERPRISE_OBJECT_ID);

	if (guid_ok(tenant) && c->tid[0] != '\0' && !span_eq_nocase(tenant, span_z(c->tid)))
		return fault_set(j->fault, FAULT_CLAIM_TENANT, 0, span_z(c->tid));
	if (client.n != 0 && c->appid[0] != '\0' && !span_eq_nocase(client, span_z(c->appid)))
		return fault_set(j->fault, FAULT_CLAIM_APPLICATION, 0, span_z(c->appid));
	if (object.n != 0 && c->oid[0] != '\0' && claims_is_app(c) && !span_eq_nocase(object, span_z(c->oid)))
		warn(j, "enterprise_object_id in the settings is not the token's oid, which is the "
		        "one that Exchange goes by");
	return true;
}

/* A ready token may be anybody's; of the other grants it is known whose token they lead to. */
static void check_kind(struct claims_check *j)
{
	bool person = grant_row(j->settings->grant)->person, app = claims_is_app(j->claims);

	if (j->settings->grant == GRANT_ACCESS_TOKEN || !j->settings->provider->entra || person != app)
		return;
	if (app)
		warn(j, "an application's token, though the grant is a person's sign-in");
	else if (settings_has(j->settings, SETTING_GRANT)) /* else it was only concluded from the credential */
		warn(j, "a person's token, though the grant of the settings is an application's own");
}

/* Only Exchange Online's permissions are known by name. */
static bool check_rights(struct claims_check *j)
{
	const struct claims *c = j->claims;

	check_kind(j);
	if (!for_exchange(c) && !audience_is(c, SPAN(CONSENT)))
		return true;
	if (claims_is_app(c)) {
		if (claims_has(c->roles, SPAN("POP.AccessAsApp")))
			return true;
		return fault_set(j->fault, FAULT_CLAIM_ROLE, 0,
		                 c->roles[0] != '\0' ? span_z(c->roles) : SPAN("no roles at all"));
	}
	if (claims_has(c->scp, SPAN("POP.AccessAsUser.All")))
		return true;
	return fault_set(j->fault, FAULT_CLAIM_DELEGATED, 0,
	                 c->scp[0] != '\0' ? span_z(c->scp) : SPAN("no scp at all"));
}

static void check_length(struct claims_check *j)
{
	const struct claims *c = j->claims;

	if (!j->settings->provider->entra || c->length <= CLAIMS_CHECK_LENGTH_WARN)
		return;
	if (c->length > CLAIMS_CHECK_LENGTH_MAX)
		warn(j, "Exchange Online has refused tokens of more than 4096 characters since July 2025");
	else
		warn(j, "the token is long: programs with line buffers of 4096 bytes will cut it");
	if (c->has_groups)
		warn(j, "it carries a groups claim, which mail does not need");
}

/* Entra's tokens for applications are JWTs. Those of personal accounts and of other providers may be anything. */
static void check_opaque(struct claims_check *j)
{
	if (j->settings->provider->entra && !j->settings->provider->personal && !j->claims->personal)
		warn(j, "the token is not a JWT, as Entra's are: nothing in it can be checked");
}

bool claims_check(const struct settings *s, const struct claims *c, int64_t server_now, struct row *row,
                  struct fault *f)
{
	char note[FACT_TEXT_MAX];
	struct claims_check j = { s, c, server_now, row, f, BUF(note) };
	bool good = true;

	put_facts(&j);
	check_length(&j);
	if (c->jwt)
		good = check_times(&j) && check_audience(&j) && check_owner(&j) && check_rights(&j);
	else
		check_opaque(&j);
	row_fact(row, FACT_NOTE, buf_span(&j.note));
	return good;
}

void claims_check_mailbox(struct row *claims, struct span mailbox)
{
	struct span upn = row_get(claims, FACT_UPN);

	if ((claims->verdict != VERDICT_PASS && claims->verdict != VERDICT_WARN) || upn.n == 0 || mailbox.n == 0 ||
	    row_get(claims, FACT_SCP).n == 0 || row_get(claims, FACT_NOTE).n != 0 || span_eq_nocase(upn, mailbox))
		return;
	row_say(claims, FACT_NOTE,
	        "the token is %.*s's: another (shared) mailbox opens only if that person has FullAccess to it",
	        SPAN_ARG(upn));
}
