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
	row_fact(row, FACT_APP_CERT_ENDS, span_z(date_text(k->not_after).z));
	row_number(row, FACT_APP_CERT_DAYS, (k->not_after - now) / DAY);
	row_number(row, FACT_KEY_BITS, k->rsa.bits);
}

static bool check_time(struct findings *l, const struct assertion_key *k, int64_t now)
{
	if (k->not_after + CLAIMS_SKEW_MAX_S < now)
		return findings_refuse(l, FAULT_APP_CERT_EXPIRED, SETTING_CERTIFICATE_FILE, "it ended %s ago, at %s",
		                       date_span_text(now - k->not_after).z, date_text(k->not_after).z);
	if (k->not_before - CLAIMS_SKEW_MAX_S > now)
		return findings_refuse(l, FAULT_APP_CERT_NOT_YET, SETTING_CERTIFICATE_FILE, "it begins in %s, at %s",
		                       date_span_text(k->not_before - now).z, date_text(k->not_before).z);
	if (k->not_after - now <= END_WARN_S)
		findings_warn(l, SETTING_CERTIFICATE_FILE,
		              "the certificate ends in %s, at %s: make the next one and upload it beside it, at "
		              "Certificates & secrets > Certificates",
		              date_span_text(k->not_after > now ? k->not_after - now : 0).z, date_text(k->not_after).z);
	return true;
}

bool certificate_check(struct findings *l, struct assertion_key *k, int64_t now)
{
	struct fault why = { .code = FAULT_NONE };
	enum setting blamed = SETTING_CERTIFICATE_FILE;

	if (!assertion_load(k, &l->credential->certificate, &l->credential->private_key, &why)) {
		if (why.num == ASSERTION_FILE_KEY)
			blamed = SETTING_PRIVATE_KEY_FILE;
		return findings_refuse(l, why.code, blamed, "%.*s", SPAN_ARG(fault_evidence(&why)));
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
		return findings_refuse(l, why.code, SETTING_SERVICE_ACCOUNT_FILE, "%.*s",
		                       SPAN_ARG(fault_evidence(&why)));
	row_fact(l->row, FACT_SERVICE_ACCOUNT, span_z(a->email));
	row_fact(l->row, FACT_KEY_ID, span_z(k->key_id));
	row_number(l->row, FACT_KEY_BITS, k->rsa.bits);
	return true;
}
