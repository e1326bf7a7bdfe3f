#include "conf/settings.h"

#include <stddef.h>
#include <string.h>

#include "text/quote.h"

enum { STEERS = 1, HOLDS_SECRET = 2, LIST = 4, OFFSET_SHIFT = 3 };
#define HOLDS(member) (HOLDS_SECRET | offsetof(struct credential, member) << OFFSET_SHIFT)

static const struct {
	const char *key;
	const char *help;
	enum setting_kind kind;
	uint32_t flags;
} table[SETTING__COUNT] = {
#define SETTING(name, key, kind, flags, text) [SETTING_##name] = { key, text, SETTING_KIND_##kind, flags },
#include "conf/setting.def"
};

const char *const settings_source[] = {
	[SETTING_UNSET] = "not set",  [SETTING_FROM_DEFAULT] = "default",         [SETTING_FROM_PROVIDER] = "provider",
	[SETTING_FROM_FILE] = "file", [SETTING_FROM_ENVIRONMENT] = "environment", [SETTING_FROM_FLAG] = "flag",
};

void settings_init(struct settings *s)
{
	memset(s, 0, offsetof(struct settings, arena)); /* a page that is not touched costs nothing */
}

bool settings_keep(struct settings *s, struct span *text)
{
	if (text->n > sizeof s->arena - s->used)
		return false;
	if (text->n != 0)
		memcpy(s->arena + s->used, text->p, text->n);
	text->p = s->arena + s->used;
	s->used += text->n;
	return true;
}

bool settings_set(struct settings *s, enum setting key, struct span value, enum setting_source source,
                  struct span origin, struct fault *f)
{
	if (source < s->source[key])
		return true;
	if (!settings_keep(s, &value) || !settings_keep(s, &origin))
		return fault_limit(f, FAULT_LIMIT, s->used + value.n + origin.n, sizeof s->arena);
	s->value[key] = value;
	s->source[key] = source;
	s->origin[key] = origin;
	return true;
}

struct span settings_get(const struct settings *s, enum setting key)
{
	return s->value[key];
}

bool settings_has(const struct settings *s, enum setting key)
{
	return s->value[key].n != 0;
}

const char *settings_key(enum setting key)
{
	return table[key].key;
}

const char *settings_help(enum setting key)
{
	return table[key].help;
}

void settings_put_choices(struct buf *out, enum setting key, struct near *near)
{
	const char *id, *comma = "";

	for (int i = 0;; i++, comma = ", ") {
		if (key == SETTING_GRANT)
			id = i < GRANT__COUNT ? grant_row((enum grant)i)->id : NULL;
		else
			id = provider_at((size_t)i) != NULL ? provider_at((size_t)i)->id : NULL;
		if (id == NULL)
			return;
		buf_say(out, "%s%s", comma, id);
		near_offer(near, id);
	}
}

void settings_put_help(struct buf *out, enum setting key)
{
	buf_z(out, table[key].help);
	if (key == SETTING_GRANT || key == SETTING_PROVIDER) {
		buf_z(out, ": ");
		settings_put_choices(out, key, &(struct near){ .given = SPAN_NONE });
	}
}

enum setting_kind settings_kind(enum setting key)
{
	return table[key].kind;
}

bool settings_steers(enum setting key)
{
	return (table[key].flags & STEERS) != 0;
}

bool settings_is_list(enum setting key)
{
	return (table[key].flags & LIST) != 0;
}

struct secret *settings_secret(struct credential *c, enum setting key)
{
	if ((table[key].flags & HOLDS_SECRET) == 0)
		return NULL;
	return (struct secret *)((unsigned char *)c + (table[key].flags >> OFFSET_SHIFT));
}

bool settings_secret_file(enum setting key)
{
	return (table[key].flags & HOLDS_SECRET) != 0 && table[key].kind == SETTING_KIND_PATH;
}

void settings_put_shown(struct buf *out, const struct settings *s, enum setting key)
{
	struct span rest, word = span_cut(span_trim(s->value[key]), ' ', &rest);

	if (table[key].kind != SETTING_KIND_COMMAND)
		buf_put(out, s->value[key]);
	else
		buf_say(out, "%.*s%s", SPAN_ARG(span_first(word, SETTINGS_WORD_SHOWN)),
		        rest.n != 0 || word.n > SETTINGS_WORD_SHOWN ? " ..." : "");
}

bool settings_find(struct span name, enum setting *key)
{
	for (int i = 0; i < SETTING__COUNT; i++) {
		if (near_same(name, span_z(table[i].key))) {
			*key = (enum setting)i;
			return true;
		}
	}
	return false;
}

void settings_near(struct near *n)
{
	for (int i = 0; i < SETTING__COUNT; i++)
		near_offer(n, table[i].key);
}

bool settings_secret_ended(int64_t end, int64_t now)
{
	return end + 86400 < now;
}

void settings_put_file(struct buf *out, const struct settings *s)
{
	if (s->file.n != 0) {
		buf_z(out, " -c ");
		quote_shell(out, s->file);
	}
	if (s->profile.n != 0) {
		buf_z(out, " --profile ");
		quote_shell(out, s->profile);
	}
}

void settings_put_options(struct buf *out, const struct settings *s)
{
	settings_put_file(out, s);
	for (int i = 0; i < SETTING__COUNT; i++) {
		if (s->source[i] != SETTING_FROM_FLAG || !span_starts(s->origin[i], SPAN("--")))
			continue;
		buf_say(out, " %.*s ", SPAN_ARG(s->origin[i]));
		if (table[i].kind == SETTING_KIND_COMMAND)
			buf_z(out, "COMMAND");
		else
			quote_shell(out, s->value[i]);
	}
}
