#include "preflight/certificate.h"

#include "ident/claims.h"
#include "text/date.h"

enum {
	DAY = 86400,
	END_WARN_S = 30 * DAY, /* a new one needs somebody with rights, and those have holidays */
};

static void put_facts(struct row *row, const struct assertion_key *k, int64_t now)
{
	char text[80];
	struct buf b = BUF(text);

	row_fact(row, FACT_APP_CERT_SUBJECT, span_z(k->subject));
	assertion_thumbprint(k, false, &b);
	row_fact(row, FACT_APP_CERT_SHA1, buf_span(&b));
	b = BUF(text);
	assertion_thumbprint(k, true, &b);
	row_fact(row, FACT_APP_CERT_SHA256, buf_span(&b));
	row_number(row, FACT_APP_CERT_ENDS, k->not_after);
	row_number(row, FACT_APP_CERT_DAYS, (k->not_after - now) / DAY);
	row_number(row, FACT_KEY_BITS, k->rsa.bits);
}

/* "it ended 3 days ago, at 2026-11-20 12:00:00Z" */
static struct span when(struct buf *out, const char *did, int64_t from_now, const char *tail, int64_t at)
{
	buf_z(out, did);
	date_put_span(out, from_now);
	buf_z(out, tail);
	date_put(out, at);
	return buf_span(out);
}

static bool check_time(struct findings *l, const struct assertion_key *k, int64_t now)
{
	char text[200];
	struct buf why = BUF(text);

	if (k->not_after + CLAIMS_SKEW_MAX_S < now)
		return findings_refuse(l, FAULT_APP_CERT_EXPIRED, SETTING_CERTIFICATE_FILE,
		                       when(&why, "it ended ", now - k->not_after, " ago, at ", k->not_after));
	if (k->not_before - CLAIMS_SKEW_MAX_S > now)
		return findings_refuse(l, FAULT_APP_CERT_NOT_YET, SETTING_CERTIFICATE_FILE,
		                       when(&why, "it begins in ", k->not_before - now, ", at ", k->not_before));
	if (k->not_after - now > END_WARN_S)
		return true;
	(void)when(&why, "the certificate ends in ", k->not_after > now ? k->not_after - now : 0, ", at ",
	           k->not_after);
	buf_z(&why, ": make the next one and upload it beside it, at Certificates & secrets > Certificates");
	findings_warn(l, SETTING_CERTIFICATE_FILE, buf_span(&why));
	return true;
}

bool certificate_check(struct findings *l, struct assertion_key *k, int64_t now)
{
	struct fault why = { .code = FAULT_NONE };
	enum setting blamed = SETTING_CERTIFICATE_FILE;

	if (!assertion_load(k, &l->credential->certificate, &l->credential->private_key, &why)) {
		if (why.num == ASSERTION_FILE_KEY)
			blamed = SETTING_PRIVATE_KEY_FILE;
		return findings_refuse(l, why.code, blamed, fault_evidence(&why));
	}
	put_facts(l->row, k, now);
	if (check_time(l, k, now))
		return true;
	assertion_wipe(k);
	return false;
}

bool certificate_account(struct findings *l, struct assertion_key *k, struct service_account *a)
{
	struct fault why = { .code = FAULT_NONE };

	if (!service_account_read(&l->credential->service_account, k, a, &why))
		return findings_refuse(l, why.code, SETTING_SERVICE_ACCOUNT_FILE, fault_evidence(&why));
	row_fact(l->row, FACT_SERVICE_ACCOUNT, span_z(a->email));
	row_fact(l->row, FACT_KEY_ID, span_z(k->key_id));
	row_number(l->row, FACT_KEY_BITS, k->rsa.bits);
	return true;
}
