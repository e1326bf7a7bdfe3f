#include "show/setup.h"

#include "text/packed.h"
#include "text/quote.h"
#include "text/template.h"

enum {
	SETUP_NAME = 3,   /* column of an attribute's name */
	SETUP_VALUE = 43, /* and of its value */
	SETUP_STEP = 3,   /* indent of a step's text */
	SETUP_TEXT_MAX = 4096
};

/* ---- the templates ------------------------------------------------------------------------------- */

/* Kinds of accounts. */
enum { ORG = 1, PERSONAL = 2, OTHER = 4, ANY = ORG | PERSONAL | OTHER, FURTHER = 8 };

#define G(name) (1u << GRANT_##name)
#define APPS    (G(CLIENT_SECRET) | G(CERTIFICATE) | G(FEDERATED))

static const struct {
	unsigned grants, accounts;
	const char *title, *who;
} steps[] = {
#define STEP(grants, accounts, title, who, text) { grants, accounts, title, who },
#include "show/setup.def"
};

enum {
#define TEXT(name, text) TEXT_##name,
#include "show/setup.def"
};

static const char *const clients[SETUP_CLIENT__COUNT] = {
#define CLIENT(name, id, text) [SETUP_##name] = id,
#include "show/setup.def"
};

/* ---- values -------------------------------------------------------------------------------------- */

/* What registration gives and where it is found, and the word for a setting that is not known. */
static const struct attribute {
	enum setting key;
	const char *name, *where, *word;
} attributes[] = {
	{ SETTING_DISPLAY_NAME, "Display name", "any name; step 1", "NAME" },
	{ SETTING_TENANT_ID, "Directory (tenant) ID", "step 1, Overview", "TENANT-ID" },
	{ SETTING_CLIENT_ID, "Application (client) ID", "step 1, Overview", "APPLICATION-ID" },
	{ SETTING_CLIENT_SECRET, "Client secret, its Value", "step 4, shown only once", NULL },
	{ SETTING_ENTERPRISE_OBJECT_ID, "Object ID of the Enterprise app", "step 5", "OBJECT-ID" },
	{ SETTING_REGISTRATION_OBJECT_ID, "Object ID of the App registration", "not needed", NULL },
	{ SETTING_CLIENT_SECRET_ID, "Secret ID", "not needed", NULL },
	{ SETTING_MAILBOX, "Mailbox", "an address in that tenant", "MAILBOX" },
	{ SETTING_CLIENT_SECRET_FILE, NULL, NULL, "client_secret" },
	{ SETTING_CERTIFICATE_FILE, NULL, NULL, "o2pop.crt" },
	{ SETTING_PRIVATE_KEY_FILE, NULL, NULL, "o2pop.key" },
	{ SETTING_FEDERATED_TOKEN_FILE, NULL, NULL, "FILE" },
};
enum { ATTRIBUTES = COUNT(attributes) };

static unsigned account(const struct setup *s)
{
	const struct provider *p = s->settings->provider;

	return p->personal ? PERSONAL : p->entra ? ORG : OTHER;
}

static struct span known(const struct setup *s, enum setting key)
{
	if (key == SETTING_MAILBOX && s->mailboxes != 0)
		return s->mailbox[0];
	if (key == SETTING_CLIENT_SECRET)
		return s->secret ? SPAN("is known, and not shown") : (struct span){ NULL, 0 };
	return settings_get(s->settings, key);
}

static struct span word(const struct setup *s, enum setting key)
{
	if (key == SETTING_CLIENT_ID && !s->settings->provider->entra)
		return SPAN("CLIENT-ID");
	if (key == SETTING_CLIENT_SECRET_FILE && s->secret)
		return (struct span){ NULL, 0 };
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (attributes[i].key == key && attributes[i].word != NULL)
			return span_z(attributes[i].word);
	return (struct span){ NULL, 0 };
}

static bool put_setting(const struct setup *s, struct span name, struct buf *out)
{
	bool set = span_starts(name, SPAN("set_"));
	struct span text;
	enum setting key;

	if (!settings_find(set ? span_from(name, 4) : name, &key) ||
	    (set && s->settings->source[key] <= SETTING_FROM_PROVIDER) ||
	    (key == SETTING_TENANT_ID && s->settings->provider->tenant != NULL))
		return false;
	text = known(s, key);
	if (text.n == 0)
		text = word(s, key);
	if (key == SETTING_CA_FILE)
		text = s->ca_file;
	buf_put(out, text);
	return text.n != 0;
}

/* " -c FILE --profile NAME" of o2pop, as far as the user named them; or as the rest of a list in Python. */
static bool put_options(const struct setup *s, bool python, struct buf *out)
{
	const struct {
		const char *option;
		struct span value;
	} options[] = { { "-c", s->file }, { "--profile", s->profile } };

	for (size_t i = 0; i < COUNT(options); i++) {
		if (options[i].value.n == 0)
			continue;
		if (python) {
			buf_say(out, ", \"%s\", \"%.*s\"", options[i].option, SPAN_ARG(options[i].value));
		} else {
			buf_say(out, " %s ", options[i].option);
			quote_shell(out, options[i].value);
		}
	}
	return true;
}

/* A list in PowerShell. */
static bool put_mailboxes(const struct setup *s, struct buf *out)
{
	for (size_t i = 0; i < s->mailboxes; i++) {
		buf_z(out, "\n    ");
		quote_powershell(out, s->mailbox[i]);
		buf_z(out, i + 1 < s->mailboxes ? "," : "\n");
	}
	return s->mailboxes != 0;
}

/* The commands that show the way with another grant. */
static bool put_others(const struct setup *s, struct buf *out)
{
	size_t begin = out->n;

	for (int g = 0; g < GRANT__COUNT; g++) {
		if (!provider_allows(s->settings->provider, (enum grant)g) || (enum grant)g == s->settings->grant)
			continue;
		buf_z(out, out->n == begin ? "o2pop setup" : "\n\to2pop setup");
		put_options(s, false, out);
		buf_say(out, " --provider %s --grant %s", s->settings->provider->id, grant_row((enum grant)g)->id);
	}
	return out->n != begin;
}

static bool value(const void *of, struct span name, struct buf *out)
{
	const struct setup *s = of;
	const struct provider *p = s->settings->provider;
	unsigned cached = G(DEVICE_CODE) | G(REFRESH_TOKEN) | G(ACCESS_TOKEN);
	/* Would o2pop token request a new token each time? */
	bool uncached = (cached >> s->settings->grant & 1) == 0 && !settings_has(s->settings, SETTING_TOKEN_CACHE);
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "portal", p->portal },
		{ "environment", p->environment },
		{ "audience", p->audience },
		{ "title", grant_row(s->settings->grant)->title },
		{ "smtp_host", p->smtp_host != NULL ? p->smtp_host : "SMTP-HOST" },
		{ "imap_host", p->imap_host != NULL ? p->imap_host : "IMAP-HOST" },
		{ "sasl", sasl_name(s->settings->mechanism) },
		{ "uncached", uncached ? "" : NULL },
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		if (span_eq(name, span_z(texts[i].name))) {
			buf_z(out, texts[i].text != NULL ? texts[i].text : "");
			return texts[i].text != NULL;
		}
	}
	if (span_eq(name, SPAN("farewell"))) {
		buf_put(out, span_trim(sasl_farewell(s->settings->mechanism)));
		return true;
	}
	if (span_eq(name, SPAN("options")) || span_eq(name, SPAN("python_options")))
		return put_options(s, name.p[0] == 'p', out);
	if (span_eq(name, SPAN("mailboxes")))
		return put_mailboxes(s, out);
	if (span_eq(name, SPAN("others")))
		return put_others(s, out);
	return put_setting(s, name, out);
}

/* Fill the n-th text of a list. */
static void fill(struct buf *out, const unsigned char *list, unsigned n, enum template_form form, const struct setup *s)
{
	char text[PACKED_TEXT_MAX];
	struct buf b = BUF(text);

	packed_put(&b, list, n);
	buf_byte(&b, '\0');
	template_fill(out, text, &(struct template){ form, s, value, NULL });
}

/* ---- the steps ----------------------------------------------------------------------------------- */

static void put_known(struct page *p, const struct setup *s)
{
	page_toned(p, PAGE_STRONG, SPAN("What is known"));
	page_end(p);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct attribute *a = &attributes[i];
		struct span text = known(s, a->key);
		bool useless = a->word == NULL && a->key != SETTING_CLIENT_SECRET;

		if (a->name == NULL || (s->settings->grant != GRANT_CLIENT_SECRET &&
		                        (a->key == SETTING_CLIENT_SECRET || a->key == SETTING_CLIENT_SECRET_ID)))
			continue;
		page_mark(p, text.n != 0 ? VERDICT_PASS : useless ? VERDICT_NONE : VERDICT_SKIP);
		page_to(p, SETUP_NAME);
		page_z(p, a->name);
		page_to(p, SETUP_VALUE);
		if (text.n != 0) {
			page_put(p, text);
		} else {
			page_z(p, useless ? "" : "not yet: ");
			page_words(p, SETUP_VALUE, span_z(a->where));
		}
		page_end(p);
	}
}

static void put_text(struct page *p, unsigned indent, const unsigned char *list, unsigned n, const struct setup *s)
{
	char bytes[SETUP_TEXT_MAX];
	struct buf b = BUF(bytes);

	fill(&b, list, n, TEMPLATE_LINES, s);
	page_lines(p, indent, buf_span(&b));
	p->out->full |= b.full;
}

static void put_step(struct page *p, unsigned i, const struct setup *s)
{
	struct setup one = *s;

	if (steps[i].title != NULL) {
		page_end(p);
		page_toned(p, PAGE_STRONG, span_z(steps[i].title));
		page_z(p, " (");
		page_words(p, 0, span_z(steps[i].who));
		page_z(p, ")");
		page_end(p);
	}
	if ((steps[i].accounts & FURTHER) == 0)
		put_text(p, SETUP_STEP, packed_lists_steps, i, s);
	else
		while (one.mailboxes > 1) {
			one.mailbox++;
			one.mailboxes--;
			put_text(p, SETUP_STEP, packed_lists_steps, i, &one);
		}
}

void setup_steps(struct page *p, const struct setup *s)
{
	unsigned grant = 1u << s->settings->grant;

	if (s->settings->provider->pop_host == NULL || !provider_allows(s->settings->provider, s->settings->grant)) {
		put_text(p, 0, packed_lists_texts, TEXT_custom, s);
		return;
	}
	if ((grant & APPS) != 0) {
		put_known(p, s);
	} else {
		page_toned(p, PAGE_STRONG, span_z(s->settings->provider->title));
		page_z(p, ": ");
		page_row(p, 0, span_z(grant_row(s->settings->grant)->title), SPAN_NONE);
	}
	put_text(p, 0, packed_lists_texts, TEXT_words, s);
	for (unsigned i = 0; i < COUNT(steps); i++)
		if ((steps[i].grants & grant) != 0 && (steps[i].accounts & account(s)) != 0)
			put_step(p, i, s);
	page_end(p);
	put_text(p, 0, packed_lists_texts, TEXT_others, s);
}

bool setup_powershell(struct buf *out, const struct setup *s)
{
	if (account(s) != ORG || grant_row(s->settings->grant)->person)
		return false;
	fill(out, packed_lists_texts, TEXT_script, TEMPLATE_SCRIPT, s);
	buf_byte(out, '\n');
	return true;
}

/* ---- other programs ------------------------------------------------------------------------------ */

const char *setup_client_name(enum setup_client client)
{
	return clients[client];
}

bool setup_client_find(struct span name, enum setup_client *client)
{
	for (int i = 0; i < SETUP_CLIENT__COUNT; i++) {
		if (span_eq(name, span_z(clients[i]))) {
			*client = (enum setup_client)i;
			return true;
		}
	}
	return false;
}

bool setup_client(struct buf *out, enum setup_client client, const struct setup *s)
{
	struct span host = settings_get(s->settings, SETTING_POP_HOST);
	struct span used[] = { known(s, SETTING_MAILBOX), host, s->ca_file, s->file, s->profile };

	/* They stand between quotes of any kind, and in languages of any kind. */
	for (size_t i = 0; i < COUNT(used); i++)
		if (used[i].n != 0 && !quote_only(used[i], " -._@/+:,=~%&!*?#^|{}[]()<>;"))
			return false;
	if (host.n == 0)
		return false;
	fill(out, packed_lists_clients, client, TEMPLATE_SCRIPT, s);
	buf_byte(out, '\n');
	return true;
}
