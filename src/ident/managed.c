#include "ident/managed.h"

#include "text/pct.h"

#define SUFFIX             "/.default"
#define APP_SERVICE_HEADER "X-IDENTITY-HEADER: "

static struct span resource_of(struct span scope)
{
	return span_ends(scope, SPAN(SUFFIX)) ? span_first(scope, scope.n - (sizeof SUFFIX - 1)) : scope;
}

void managed_target(const struct managed_request *q, struct buf *target)
{
	size_t at;

	buf_put(target, q->url.target);
	buf_z(target, span_find_byte(q->url.target, '?', &at) ? "&" : "?");
	buf_z(target, secret_is_set(q->header) ? "api-version=2019-08-01" : "api-version=2018-02-01");
	pct_form(target, SPAN("resource"), resource_of(q->scope));
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
	buf_z(fields, APP_SERVICE_HEADER);
	buf_put(fields, secret_reveal(q->header));
	buf_z(fields, "\r\n");
	buf_z(shown, APP_SERVICE_HEADER "<");
	buf_u64(shown, secret_length(q->header));
	buf_z(shown, " characters>\r\n");
}
