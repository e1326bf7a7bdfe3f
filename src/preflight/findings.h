/* findings: how the credential step tells what is wrong with a setting, without ever showing a secret. */
#ifndef PREFLIGHT_FINDINGS_H
#define PREFLIGHT_FINDINGS_H

#include "report/row.h"
#include "conf/settings.h"

/* One look at the settings. Everything outlives it. Start with the first four, and note over text. */
struct findings {
	const struct settings *settings;
	const struct credential *credential;
	struct row *row;
	struct fault *fault;
	enum fault_code doubt; /* what is suspected if it does not work; FAULT_NONE: nothing */
	enum setting doubted;
	char text[FACT_TEXT_MAX];
	struct buf note; /* what is odd and may work, separated by "; "; lies in text */
};

/* The setting cannot work: the fault, with "client_id = reader (o2pop.conf:3): WHY" as evidence, num is the setting.
 * Always false. WHY is a format of buf_say. A value that is or holds the secret stands there as "<40 characters>". */
bool findings_refuse(struct findings *l, enum fault_code code, enum setting key, const char *why, ...) BUF_FORMAT(4);

/* It may work, but is odd: "client_id: WHY" is added to the note, and the step is a warning. */
void findings_warn(struct findings *l, enum setting key, const char *why, ...) BUF_FORMAT(3);

/* Beside a warning: the fault that a later refusal would be due to. The first one stays. */
void findings_doubt(struct findings *l, enum fault_code code, enum setting key);

/* Put the note into the row, and the doubt, unless a setting was refused. */
void findings_end(struct findings *l);

/* Is this text, or a part of it, the client secret or the assertion? */
bool findings_shows_secret(const struct findings *l, struct span text);

#endif
