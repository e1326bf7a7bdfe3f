#include "report/report.h"

bool report_first_failure(const struct report *r, enum step *failed)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		if (r->row[i].verdict == VERDICT_FAIL) {
			*failed = (enum step)i;
			return true;
		}
	}
	return false;
}

enum verdict report_verdict(const struct report *r)
{
	enum verdict v = VERDICT_PASS;

	for (int i = 0; i < STEP__COUNT; i++) {
		if (r->row[i].verdict == VERDICT_FAIL)
			return VERDICT_FAIL;
		if (r->row[i].verdict == VERDICT_WARN)
			v = VERDICT_WARN;
	}
	return v;
}

enum exit_status report_exit(const struct report *r)
{
	enum step failed;

	if (!report_first_failure(r, &failed))
		return EXIT_STATUS_OK;
	return step_exit_status(failed, &r->row[failed].fault);
}

const struct row *report_with(const struct report *r, enum fact key)
{
	for (int i = 0; i < STEP__COUNT; i++)
		if (row_has(&r->row[i], key))
			return &r->row[i];
	return NULL;
}

struct span report_get(const struct report *r, enum fact key)
{
	const struct row *row = report_with(r, key);

	return row != NULL ? row_get(row, key) : (struct span){ NULL, 0 };
}

bool report_i64(const struct report *r, enum fact key, int64_t *value)
{
	const struct row *row = report_with(r, key);

	return row != NULL && row_i64(row, key, value);
}
