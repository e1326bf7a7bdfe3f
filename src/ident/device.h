/* device: the device authorization grant (RFC 8628): a person signs in on another machine. */
#ifndef IDENT_DEVICE_H
#define IDENT_DEVICE_H

#include "ident/refusal.h"
#include "ident/token.h"

enum {
	DEVICE_CODE_MAX = 25, /* what a person types, and NUL; nine characters at Microsoft and at Google */
	DEVICE_URI_MAX = 400,
	DEVICE_INTERVAL_S = 5, /* when the answer names none, section 3.2 */
	DEVICE_SLOWER_S = 5,   /* added at each slow_down, section 3.5 */
	DEVICE_INTERVAL_MAX_S = 300,
	DEVICE_EXPIRES_S = 900 /* when the answer does not say */
};

/* What the device authorization endpoint gave. The texts are printable, and user_code has no blanks: it is no sentence
 * that tells a person what to do. complete is "" when there is none at the host of uri. */
struct device {
	struct secret code;
	char user_code[DEVICE_CODE_MAX];
	char uri[DEVICE_URI_MAX], complete[DEVICE_URI_MAX];
	int64_t expires_in, interval; /* seconds */
};

/* Read its answer (section 3.2). verification_url, which Google says, is as good as verification_uri. An address that
 * is not https:// is refused: a person is sent there. On false d->code is wiped. */
bool device_read(const struct http_answer *a, struct device *d, struct refusal *r, struct fault *f) MUST;

/* What a refusal of the token endpoint means for the polling (section 3.5). */
enum device_poll { DEVICE_POLL_PENDING, DEVICE_POLL_SLOWER, DEVICE_POLL_OVER };
enum device_poll device_poll(const struct refusal *r);

#endif
