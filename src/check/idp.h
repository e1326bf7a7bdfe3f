/* idp: what is asked of the identity provider: one request after another, each over a connection of its own. */
#ifndef CHECK_IDP_H
#define CHECK_IDP_H

#include "check/connect.h"
#include "ident/token_form.h"
#include "proto/http.h"

/* Fill worker, settings and reach.trust before, and the rest with zero. */
struct idp {
	struct worker *worker;
	const struct settings *settings;
	struct url url;     /* where the next request goes */
	bool connected;     /* to url's host, and nothing was asked yet */
	int64_t server_now; /* the provider's clock at server_seen_ms; 0: not known */
	int64_t server_seen_ms;
	struct connection reach;
	struct http http;
	unsigned char form[HTTP_REQUEST_MAX];
	unsigned char shown[HTTPMSG_BODY_MAX]; /* the form or the answer as it may be shown */
};

/* Aim at a URL. The steps idp-dns to idp-tls, with p->reach, or the first request lead there. */
void idp_aim(struct idp *p, struct url url);

/* The steps have led to a connection. */
void idp_reached(struct idp *p);

/* Send a form, or a GET with further header lines, and get the answer, which lives until the next request. It is
 * neither judged nor told: see idp_tell. */
bool idp_post(struct idp *p, const struct token_request *q, struct http_answer *a, struct fault *f) MUST;
bool idp_get(struct idp *p, struct span fields, struct span fields_shown, struct http_answer *a, struct fault *f) MUST;

/* Tell an answer: its body to the transcript, its facts and those of the refusal to the row, and take the provider's
 * clock from it. t stands for the token that may be in it. */
void idp_tell(struct idp *p, const struct http_answer *a, const struct refusal *r, const struct token *t,
              struct row *row);

/* The provider's time now, as far as it told; else this machine's. */
int64_t idp_now(const struct idp *p);

/* For connection.ask_clock, with of = p: a GET without a login or a parameter. The provider's clock is in every
 * answer. */
void idp_ask_clock(struct connection *to, struct row *row);

/* Leave. */
void idp_close(struct idp *p);

#endif
