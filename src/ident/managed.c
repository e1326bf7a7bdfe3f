#include "ident/managed.h"

#include "text/pct.h"

#define SUFFIX             "/.default"
#define APP_SERVICE_HEADER "X-IDENTITY-HEADER: "

void managed_target(const struct managed_request *q, struct buf *target)
{
	struct span resource = q->scope;
	size_t at;

	if (span_ends(resource, SPAN(SUFFIX)))
		resource = span_first(resource, resource.n - (sizeof SUFFIX - 1));
	buf_say(target, "%.*s%capi-version=%s", SPAN_ARG(q->url.target),
	        span_find_byte(q->url.target, '?', &at) ? '&' : '?',
	        secret_is_set(q->header) ? "2019-08-01" : "2018-02-01");
	pct_form(target, SPAN("resource"), resource);
	if (q->client_id.n != 0)
		pct_form(target, SPAN("client_id"), q->client_id);
}

void managed_fields(const struct managed_request *q, struct buf *fields, struct buf *shown)
{
	if (!secret_is_set(q->header)) {
		buf_z(fields, "Metadata: true\r\n");
		buf_z(shown, "Metadata: true\r\n");
		return;
	}
	buf_say(fields, APP_SERVICE_HEADER "%.*s\r\n", SPAN_ARG(secret_reveal(q->header)));
	buf_say(shown, APP_SERVICE_HEADER "<%zu characters>\r\n", secret_length(q->header));
}
