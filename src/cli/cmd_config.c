#include "cli/files.h"
#include "cli/secrets.h"
#include "cli/app.h"
#include "text/json_write.h"

enum {
	CONFIG_VALUE = 24, /* column of the values; the longest key has 22 letters */
	CONFIG_LEFT = 4,   /* and of one that is too long to stand there */
	CONFIG_TEXT_MAX = 700
};

/* One setting as it is shown; all texts are printable. */
struct entry {
	const char *key;
	struct span value;
	struct span content; /* of the file that the value names, without showing it */
	const char *source;
	struct span origin;
	char content_text[CONFIG_TEXT_MAX];
};

/* "<set, 40 characters>" */
static void put_set(struct buf *b, size_t n)
{
	buf_say(b, "<set, %zu characters>", n);
}

/* How long the secret in a file is, or why it cannot be read. What can be read only once stays untouched. */
static void look_into(struct app *app, struct span path, struct buf *b)
{
	struct fault f = { 0 };

	if (files_is_descriptor(path))
		return;
	if (secrets_from_file(path, BUF(app->load.file), &app->token, &f))
		put_set(b, secret_length(&app->token));
	else
		buf_put(b, fault_evidence(&f));
	secret_wipe(&app->token);
}

static void take_entry(struct app *app, enum setting key, struct entry *e)
{
	const struct settings *s = &app->settings;
	struct buf b = BUF(e->content_text);

	e->key = settings_key(key);
	e->value = settings_get(s, key);
	e->source = settings_source[s->source[key]];
	e->origin = s->origin[key];
	e->content = (struct span){ NULL, 0 };
	if (settings_kind(key) == SETTING_KIND_SECRET && e->value.n != 0) {
		put_set(&b, secret_length(&app->credential.client_secret));
		e->value = buf_span(&b);
	} else if (settings_kind(key) == SETTING_KIND_COMMAND) {
		settings_put_shown(&b, s, key);
		e->value = buf_span(&b);
	} else if (settings_secret_file(key) && e->value.n != 0) {
		look_into(app, e->value, &b);
		e->content = buf_span(&b);
	} else if (key == SETTING_TOKEN_URL && e->value.n == 0 && s->token_url.n != 0) {
		e->value = s->token_url;
		e->source = "default";
		e->origin = SPAN("from authority_host and tenant_id");
	}
}

/* The next n columns of a line stay together: on a terminal they begin a line of their own, further
 * left if need be, rather than being broken at its edge. In a file a setting is one line. */
static void keep_together(struct page *p, size_t n)
{
	if (p->width == 0 || p->column + n <= p->width)
		return;
	page_end(p);
	page_to(p, CONFIG_VALUE + n <= p->width ? CONFIG_VALUE : CONFIG_LEFT);
}

static void put_value(struct page *p, struct span value)
{
	page_to(p, CONFIG_VALUE);
	keep_together(p, value.n);
	page_put(p, value);
}

static void put_row(struct page *p, const struct entry *e)
{
	struct span origin = e->origin.n != 0 ? e->origin : span_z(e->source);

	page_z(p, e->key);
	put_value(p, e->value);
	if (e->content.n != 0) {
		page_z(p, "  ");
		keep_together(p, e->content.n);
		page_put(p, e->content);
	}
	page_z(p, "  ");
	keep_together(p, origin.n + 2);
	page_tone(p, PAGE_FAINT);
	page_say(p, "(%.*s)", SPAN_ARG(origin));
	page_tone(p, PAGE_PLAIN);
	page_end(p);
}

static void put_unset(struct page *p, const struct app *app)
{
	bool first = true;

	for (int i = 0; i < SETTING__COUNT; i++) {
		if (settings_has(&app->settings, (enum setting)i) ||
		    (i == SETTING_TOKEN_URL && app->settings.token_url.n != 0))
			continue;
		if (first)
			page_z(p, "not set");
		page_to(p, CONFIG_VALUE);
		page_z(p, first ? "" : " ");
		page_words(p, CONFIG_VALUE, span_z(settings_key((enum setting)i)));
		first = false;
	}
	if (!first)
		page_end(p);
}

static void put_human(struct app *app, struct page *p)
{
	struct span path = settings_file_path(&app->load);
	struct entry e;

	page_toned(p, PAGE_STRONG, SPAN("settings file"));
	put_value(p, path.n != 0 ? path : SPAN("none"));
	if (app->load.profile.n != 0) {
		page_z(p, "  ");
		keep_together(p, app->load.profile.n + 2);
		page_say(p, "[%.*s]", SPAN_ARG(app->load.profile));
	}
	page_end(p);
	page_end(p);
	for (int i = 0; i < SETTING__COUNT; i++) {
		take_entry(app, (enum setting)i, &e);
		if (e.value.n != 0)
			put_row(p, &e);
	}
	page_end(p);
	put_unset(p, app);
}

static void put_json(struct app *app, struct buf *out)
{
	struct json_write j = { .out = out };
	struct entry e;

	json_write_open(&j, NULL, '{');
	json_write_z(&j, "schema", "o2pop.config/1");
	json_write_z(&j, "version", O2POP_VERSION);
	json_write_some(&j, "file", settings_file_path(&app->load));
	json_write_some(&j, "profile", app->load.profile);
	json_write_open(&j, "settings", '{');
	for (int i = 0; i < SETTING__COUNT; i++) {
		take_entry(app, (enum setting)i, &e);
		json_write_open(&j, e.key, '{');
		json_write_z(&j, "source", e.source);
		json_write_some(&j, "value", e.value);
		json_write_some(&j, "origin", e.origin);
		if (e.content.n != 0)
			json_write_text(&j, "content", e.content);
		json_write_close(&j, '}');
	}
	json_write_close(&j, '}');
	json_write_close(&j, '}');
	buf_byte(out, '\n');
}

int cmd_config(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS;
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	bool json;

	if (!app_format_json(app, &json, &status) || !app_arguments(app, 0, &status) ||
	    !app_load(app, APP_SETTINGS, &status))
		return status;
	if (json)
		put_json(app, &out);
	else
		put_human(app, &page);
	return app_print(&out, EXIT_STATUS_OK);
}
