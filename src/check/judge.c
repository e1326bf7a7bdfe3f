#include "check/judge.h"

#include "text/date.h"
#include "text/guid.h"

/* The resource as tokens name it: URLs of all clouds, and the application id of Office 365 Exchange Online. */
static const char *const exchange[] = {
	"https://outlook.office365.com",    "https://outlook.office.com",     "https://outlook.office365.us",
	"https://outlook-dod.office365.us", "https://partner.outlook.cn",     "https://outlook.cloud.microsoft",
	"00000002-0000-0ff1-ce00-000000000000",
};

static struct span without_slash(struct span s)
{
	return span_ends(s, SPAN("/")) ? span_first(s, s.n - 1) : s;
}

bool judge_is_exchange(struct span aud)
{
	for (size_t i = 0; i < sizeof exchange / sizeof exchange[0]; i++)
		if (span_eq_nocase(without_slash(aud), span_z(exchange[i])))
			return true;
	return false;
}

static void warn(struct row *row, const char *note)
{
	row->verdict = VERDICT_WARN;
	if (row_get(row, FACT_NOTE).n == 0)
		row_fact(row, FACT_NOTE, span_z(note));
}

static void put_facts(const struct claims *c, int64_t server_now, struct row *row)
{
	char text[32];
	struct buf b = BUF(text);

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
	if (c->exp == 0)
		return;
	date_put(&b, c->exp);
	row_fact(row, FACT_EXPIRES, buf_span(&b));
	row_number(row, FACT_TOKEN_LIFE, c->exp - server_now);
}

static bool check_times(const struct claims *c, int64_t server_now, struct row *row, struct fault *f)
{
	char text[64];
	struct buf b = BUF(text);

	if (c->exp != 0 && c->exp <= server_now) {
		date_put(&b, c->exp);
		return fault_set(f, FAULT_CLAIM_EXPIRED, server_now - c->exp, buf_span(&b));
	}
	if (c->nbf > server_now + JUDGE_SKEW_MAX_S) {
		date_put(&b, c->nbf);
		return fault_set(f, FAULT_CLAIM_NOT_YET, c->nbf - server_now, buf_span(&b));
	}
	if (c->exp != 0 && c->exp - server_now < JUDGE_LIFE_WARN_S)
		warn(row, "the token expires within ten minutes");
	return true;
}

/* The audience that the scope asks for: what stands before "/.default". Empty when the scope is of another form. */
static struct span wanted_audience(const struct settings *s)
{
	struct span scope = settings_get(s, SETTING_SCOPE);

	if (!span_ends(scope, SPAN("/.default")))
		return (struct span){ NULL, 0 };
	return without_slash(span_first(scope, scope.n - (sizeof "/.default" - 1)));
}

static bool check_audience(const struct settings *s, const struct claims *c, struct row *row, struct fault *f)
{
	struct span aud = span_z(c->aud), wanted = wanted_audience(s);

	if (aud.n == 0 || judge_is_exchange(aud))
		return true;
	if (span_eq_nocase(without_slash(aud), SPAN("https://ps.outlook.com"))) {
		warn(row, "the token is for https://ps.outlook.com, the resource of the consent step; "
		          "ask with scope https://outlook.office365.com/.default");
		return true;
	}
	if (!s->provider->entra && (wanted.n == 0 || span_eq_nocase(without_slash(aud), wanted)))
		return true;
	return fault_set(f, FAULT_CLAIM_AUDIENCE, 0, aud);
}

static bool check_rights(const struct claims *c, struct row *row, struct fault *f)
{
	if (!judge_is_exchange(span_z(c->aud)))
		return true;
	if (claims_is_app(c)) {
		if (claims_has(c->roles, SPAN("POP.AccessAsApp")))
			return true;
		return fault_set(f, FAULT_CLAIM_ROLE, 0, c->has_roles ? span_z(c->roles) : SPAN("no roles at all"));
	}
	if (claims_has(c->scp, SPAN("POP.AccessAsUser.All")))
		return true;
	(void)row;
	return fault_set(f, FAULT_CLAIM_DELEGATED, 0, c->scp[0] != '\0' ? span_z(c->scp) : SPAN("no scp at all"));
}

static bool check_owner(const struct settings *s, const struct claims *c, struct fault *f)
{
	struct span tenant = settings_get(s, SETTING_TENANT_ID), client = settings_get(s, SETTING_CLIENT_ID);

	if (guid_ok(tenant) && c->tid[0] != '\0' && !span_eq_nocase(tenant, span_z(c->tid)))
		return fault_set(f, FAULT_CLAIM_TENANT, 0, span_z(c->tid));
	if (client.n != 0 && c->appid[0] != '\0' && !span_eq_nocase(client, span_z(c->appid)))
		return fault_set(f, FAULT_CLAIM_APPLICATION, 0, span_z(c->appid));
	return true;
}

static void check_length(const struct settings *s, const struct claims *c, struct row *row)
{
	if (!s->provider->entra || c->length <= JUDGE_LENGTH_WARN)
		return;
	if (c->length > JUDGE_LENGTH_MAX)
		warn(row, "Exchange Online has refused tokens of more than 4096 characters since July 2025");
	else
		warn(row, "the token is long: programs with line buffers of 4096 bytes will cut it");
}

bool judge_claims(const struct settings *s, const struct claims *c, int64_t server_now, struct row *row,
                  struct fault *f)
{
	put_facts(c, server_now, row);
	check_length(s, c, row);
	if (!c->jwt)
		return true;
	return check_times(c, server_now, row, f) && check_audience(s, c, row, f) && check_rights(c, row, f) &&
	       check_owner(s, c, f);
}
