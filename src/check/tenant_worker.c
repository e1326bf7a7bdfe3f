#include "check/tenant_worker.h"

#include "conf/cloud.h"
#include "preflight/preflight.h"
#include "preflight/ids.h"
#include "text/json.h"
#include "text/pct.h"

#define CONFIGURATION "/v2.0/.well-known/openid-configuration"

/* ---- what is answered ---------------------------------------------------------------------------- */

/* A text into a fixed field, printable; empty when absent or too long to be what it should be. */
static void get_text(struct span json, const char *path, char *field, size_t size)
{
	unsigned char scratch[256];
	struct buf raw = BUF(scratch), out = buf_field(field, size);

	if (json_string(json, path, &raw) == JSON_FOUND && buf_ok(&raw) && raw.n < size)
		buf_printable(&out, buf_span(&raw));
}

/* The first GUID in a URL of the answer. */
static bool get_id(struct span json, const char *path, struct tenant_worker_found *t)
{
	unsigned char scratch[512];
	struct buf raw = BUF(scratch), out = buf_field(t->id, sizeof t->id);
	struct span id;

	if (json_string(json, path, &raw) != JSON_FOUND || !buf_ok(&raw) || !guid_find(buf_span(&raw), &id))
		return false;
	buf_put(&out, id);
	return true;
}

bool tenant_worker_read(struct span json, struct tenant_worker_found *t)
{
	*t = (struct tenant_worker_found){ .id = "" };
	get_text(json, "tenant_region_scope", t->region, sizeof t->region);
	get_text(json, "tenant_region_sub_scope", t->sub_region, sizeof t->sub_region);
	get_text(json, "cloud_instance_name", t->instance, sizeof t->instance);
	return get_id(json, "issuer", t) || get_id(json, "token_endpoint", t);
}

static bool sub_region_is(const struct tenant_worker_found *t, struct span word)
{
	return span_eq_nocase(span_z(t->sub_region), word);
}

void tenant_worker_put_cloud(struct buf *out, const struct tenant_worker_found *t)
{
	switch (cloud_of_authority(span_z(t->instance))) {
	case CLOUD_UNKNOWN:
		buf_z(out, t->instance);
		return;
	case CLOUD_WORLDWIDE:
		buf_z(out, sub_region_is(t, SPAN("GCC")) ? "worldwide (GCC)" : "worldwide");
		return;
	case CLOUD_US_GOV:
		buf_z(out, sub_region_is(t, SPAN("DOD")) ? "US government (DoD)" : "US government (GCC High)");
		return;
	case CLOUD_CHINA:
		buf_z(out, "China (21Vianet)");
		return;
	case CLOUD_GERMANY:
		buf_z(out, "Germany");
		return;
	}
}

/* ---- one question -------------------------------------------------------------------------------- */

enum answer { ANSWER_TENANT, ANSWER_NO_TENANT, ANSWER_TROUBLE };

/* Entra's "there is no such tenant", which it says in more than one way; it is asked for nothing else, so that a code
 * of its own with status 400 means nothing else. */
static bool says_no_tenant(const struct http_answer *a, struct fault *f)
{
	unsigned char scratch[REFUSAL_SENTENCE_MAX];
	struct buf text = BUF(scratch);
	struct refusal r = { .aadsts = 0 };
	struct span sentence = refusal_read(a->body, &r, &text);

	if (a->status < 400 || a->status > 499 ||
	    ((a->status != 400 || r.aadsts == 0) && !span_eq(span_z(r.error), SPAN("invalid_tenant"))))
		return false;
	(void)fault_set(f, FAULT_TENANT_NOT_FOUND, (int64_t)r.aadsts, sentence);
	return true;
}

static bool make_url(struct tenant_worker *s, struct span tenant, struct fault *f)
{
	struct buf b = BUF(s->text);

	buf_say(&b, "https://%.*s/", SPAN_ARG(settings_get(s->settings, SETTING_AUTHORITY_HOST)));
	pct_put(&b, tenant);
	buf_z(&b, CONFIGURATION);
	return (buf_ok(&b) && url_parse(buf_span(&b), &s->url)) ||
	       fault_set(f, FAULT_SETTING_BAD, SETTING_AUTHORITY_HOST, buf_span(&b));
}

/* A connection of its own to the authority: the steps of the token worker's connection are not ours to tell. */
static bool reach_it(struct tenant_worker *s, struct fault *f)
{
	struct row unseen = { .step = STEP_TENANT };

	s->reach.worker = &s->worker;
	s->reach.settings = s->settings;
	s->reach.host = s->url.host;
	s->reach.port = s->url.port;
	if (!connect_open(&s->reach, &unseen, f))
		return false;
	if (connect_tls(&s->reach, &unseen, f))
		return true;
	if (s->reach.by_other_time) { /* nothing secret is asked here */
		s->reach.by_other_time = false;
		*f = (struct fault){ .code = FAULT_NONE };
		return true;
	}
	stream_close(&s->reach.stream);
	return false;
}

static enum answer ask(struct tenant_worker *s, struct span tenant, struct tenant_worker_found *t, struct fault *f)
{
	struct http_question q = { .url = &s->url };
	struct buf shown = BUF(s->shown);
	struct http_answer a;
	struct span type;
	bool answered;

	if (!make_url(s, tenant, f) || !reach_it(s, f))
		return ANSWER_TROUBLE;
	s->http.stream = &s->reach.stream;
	s->http.trace = &s->worker.trace;
	answered = http_exchange(&s->http, &q, &a, f);
	stream_close(&s->reach.stream);
	if (!answered)
		return ANSWER_TROUBLE;
	token_show(&a, &s->none, &shown);
	trace_put(&s->worker.trace, TRACE_GOT, buf_span(&shown));
	if (a.status == 200 && tenant_worker_read(a.body, t))
		return ANSWER_TENANT;
	if (says_no_tenant(&a, f))
		return ANSWER_NO_TENANT;
	type = span_first(a.content_type, 80);
	(void)fault_say(f, FAULT_HTTP_STATUS, a.status, "HTTP %d%s%.*s", a.status, type.n != 0 ? ", " : "",
	                SPAN_ARG(type));
	return ANSWER_TROUBLE;
}

/* ---- the step ------------------------------------------------------------------------------------ */

static bool skip(struct row *row, const struct fault *trouble)
{
	row->verdict = VERDICT_SKIP;
	row->because = STEP_TENANT;
	row_say(row, FACT_NOTE, "%s%s%.*s", fault_text(trouble->code), trouble->n != 0 ? ": " : "",
	        SPAN_ARG(span_first(fault_evidence(trouble), FACT_TEXT_MAX)));
	return true;
}

static void warn(struct row *row, const char *note)
{
	row->verdict = VERDICT_WARN;
	row_fact(row, FACT_NOTE, span_z(note));
}

/* The authority that was asked answers for all clouds that it knows of, and names the right one. */
static bool check_cloud(const struct tenant_worker *s, const struct tenant_worker_found *t, struct row *row,
                        struct fault *f)
{
	enum cloud asked = cloud_of_authority(s->url.host), found = cloud_of_authority(span_z(t->instance));
	struct span pop = settings_get(s->settings, SETTING_POP_HOST);

	if (asked != CLOUD_UNKNOWN && found != CLOUD_UNKNOWN && asked != found)
		return fault_say(f, FAULT_TENANT_CLOUD, 0, "cloud_instance_name %s%s%s", t->instance,
		                 t->sub_region[0] != '\0' ? ", tenant_region_sub_scope " : "", t->sub_region);
	if (sub_region_is(t, SPAN("DOD")) && span_eq_nocase(pop, SPAN("outlook.office365.us")))
		warn(row, "a DoD tenant, whose mail server is outlook-dod.office365.us (provider = microsoft-dod)");
	if (sub_region_is(t, SPAN("DODCON")) && span_eq_nocase(pop, SPAN("outlook-dod.office365.us")))
		warn(row,
		     "a GCC High tenant, whose mail server is outlook.office365.us (provider = microsoft-gcchigh)");
	return true;
}

/* Is the tenant of the settings the one that was found? It may be given as a domain: then that is looked up, too. */
static bool check_id(struct tenant_worker *s, struct span domain, const struct tenant_worker_found *t, struct row *row,
                     struct fault *f)
{
	struct span tenant = settings_get(s->settings, SETTING_TENANT_ID);
	struct fault trouble = { .code = FAULT_NONE };
	struct tenant_worker_found configured;
	enum answer answer;

	if (tenant.n == 0 || ids_any_tenant(tenant) || span_eq_nocase(tenant, domain) ||
	    span_eq_nocase(tenant, span_z(t->id)))
		return true;
	if (!ids_tenant(tenant)) /* whatever it is, it stays here */
		return true;
	answer = guid_ok(tenant) ? ANSWER_NO_TENANT : ask(s, tenant, &configured, &trouble);
	if (answer == ANSWER_TROUBLE)
		warn(row, "the tenant of the settings could not be compared with the mailbox's");
	return answer == ANSWER_TROUBLE ||
	       (answer == ANSWER_TENANT && span_eq_nocase(span_z(configured.id), span_z(t->id))) ||
	       fault_set(f, FAULT_TENANT_OTHER, 0, span_z(t->id));
}

static bool step_tenant(void *self, struct row *row, struct fault *f)
{
	struct tenant_worker *s = self;
	struct span domain = tenant_worker_domain(s->mailbox);
	struct fault trouble = { .code = FAULT_NONE };
	struct tenant_worker_found t;
	const struct provider *found;
	char text[80];
	struct buf cloud = BUF(text);

	row_fact(row, FACT_HOST, settings_get(s->settings, SETTING_AUTHORITY_HOST));
	switch (ask(s, domain, &t, &trouble)) {
	case ANSWER_TENANT:
		break;
	case ANSWER_NO_TENANT:
		*f = trouble;
		return false;
	case ANSWER_TROUBLE:
		return skip(row, &trouble);
	}
	found = provider_of_cloud(cloud_of_authority(span_z(t.instance)), span_z(t.sub_region));
	if (found != NULL)
		row_fact(row, FACT_PROVIDER_FOUND, span_z(found->id));
	tenant_worker_put_cloud(&cloud, &t);
	row_fact(row, FACT_TENANT_FOUND, span_z(t.id));
	row_fact(row, FACT_CLOUD, buf_span(&cloud));
	row_fact(row, FACT_REGION, span_z(t.region));
	return check_cloud(s, &t, row, f) && check_id(s, domain, &t, row, f);
}

struct span tenant_worker_domain(struct span mailbox)
{
	struct fault unseen = { .code = FAULT_NONE };
	struct span domain;
	size_t at;

	span_cut(mailbox, '@', &domain);
	if (!preflight_mailbox(mailbox, &unseen) || !span_find_byte(domain, '.', &at))
		return SPAN_NONE;
	return domain;
}

void tenant_worker_run(struct tenant_worker *s)
{
	worker_step(&s->worker, STEP_TENANT, step_tenant, s);
	worker_done(&s->worker);
}
