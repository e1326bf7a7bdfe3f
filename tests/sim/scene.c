#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"
#include "match.h"

const struct door_fact door_facts[DOOR__COUNT] = {
	[DOOR_IDP] = { "idp", "login.microsoftonline.com", 443 },
	[DOOR_POP] = { "pop", "outlook.office365.com", 995 },
	[DOOR_IMAP] = { "imap", "outlook.office365.com", 993 },
	[DOOR_SMTP] = { "smtp", "smtp.office365.com", 587 },
};

/* The seven attributes of a registration and a mailbox: nobody's, and easy to find in an output. */
static const struct {
	const char *name, *value;
} defaults[] = {
	{ "tenant", "10000000-aaaa-4aaa-8aaa-000000000001" },
	{ "client", "20000000-bbbb-4bbb-8bbb-000000000002" },
	{ "oid", "30000000-cccc-4ccc-8ccc-000000000003" },
	{ "registration", "40000000-dddd-4ddd-8ddd-000000000004" },
	{ "secret-id", "50000000-eeee-4eee-8eee-000000000005" },
	{ "trace", "60000000-abcd-4abc-8abc-000000000006" },
	{ "correlation", "70000000-bcde-4bcd-8bcd-000000000007" },
	{ "secret", "SIM8Q~the-value.of_the-simulated-secret~" },
	{ "mailbox", "alice@contoso.example" },
	{ "app", "Contoso mail reader" },
};

void scene_set(struct scene *s, const char *name, const char *value)
{
	struct text *t = lines_add(&s->values, "", 0, 0);

	text_f(t, "%s=%s", name, value);
}

const char *scene_get(const struct scene *s, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = s->values.n; i-- > 0;) {
		const char *p = s->values.p[i].text.p;

		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	}
	return NULL;
}

bool scene_has_scripts(const struct scene *s, enum service service)
{
	for (size_t i = 0; i < s->scripts_n; i++) {
		if (s->scripts[i].service == service && !s->scripts[i].implied)
			return true;
	}
	return false;
}

/* ---- the header ---- */

static bool is_value(const char *key)
{
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
		if (strcmp(defaults[i].name, key) == 0)
			return true;
	}
	return false;
}

/* "key: value". What only tests/cases/judge reads (title, expect...) passes through unseen. */
static void header(struct scene *s, const char *line, const char *where, int number)
{
	const char *colon = strchr(line, ':');
	const char *value;
	char key[32];

	if (colon == NULL || (size_t)(colon - line) >= sizeof key)
		die("%s: neither \"key: value\" nor a line of a conversation: %s", where, line);
	memcpy(key, line, (size_t)(colon - line));
	key[colon - line] = '\0';
	value = colon + 1 + strspn(colon + 1, " ");
	if (strcmp(key, "args") == 0)
		lines_add(&s->args, value, strlen(value), number);
	else if (strcmp(key, "conf") == 0)
		lines_add(&s->conf, value, strlen(value), number);
	else if (strcmp(key, "env") == 0)
		lines_add(&s->env, value, strlen(value), number);
	else if (strcmp(key, "stdin") == 0)
		lines_add(&s->input, value, strlen(value), number);
	else if (strcmp(key, "file") == 0)
		lines_add(&s->files, value, strlen(value), number);
	else if (strcmp(key, "chmod") == 0)
		lines_add(&s->modes, value, strlen(value), number);
	else if (is_value(key) || strcmp(key, "limit") == 0 || strcmp(key, "dns") == 0)
		scene_set(s, key, value);
	else if (strcmp(key, "token") == 0)
		scene_set(s, "token-file", value);
	else {
		for (int d = 0; d < DOOR__COUNT; d++) {
			size_t n = strlen(door_facts[d].name);

			if (strncmp(key, door_facts[d].name, n) == 0 && strcmp(key + n, " service") == 0) {
				lines_add(&s->door_words[d], value, strlen(value), number);
				return;
			}
		}
		if (strcmp(key, "title") != 0 && strncmp(key, "expect", 6) != 0 && strcmp(key, "leaks") != 0)
			die("%s: unknown key \"%s\"", where, key);
	}
}

/* ---- lines ---- */

/* A line of a conversation: "[seconds] side mark[ text]"; the time is only there for people. */
static bool is_talk(const char *line, const char **side, size_t *side_n, char mark[3], const char **text)
{
	const char *p = line + strspn(line, " ");

	if (*p >= '0' && *p <= '9') {
		p += strspn(p, "0123456789.");
		p += strspn(p, " ");
	}
	*side = p;
	*side_n = strcspn(p, " ");
	p += *side_n;
	if (*side_n == 0 || *p != ' ')
		return false;
	p += strspn(p, " ");
	if (strncmp(p, "->", 2) != 0 && strncmp(p, "<-", 2) != 0 && strncmp(p, "==", 2) != 0 &&
	    strncmp(p, "!!", 2) != 0)
		return false;
	memcpy(mark, p, 2);
	mark[2] = '\0';
	p += 2;
	if (*p != '\0' && *p != ' ')
		return false;
	*text = *p == ' ' ? p + 1 : p;
	return true;
}

/* What discovery hears in every case that says nothing about it: the mailbox's domain belongs to the settings'
 * tenant. */
static const char *const usual_discovery[] = {
	"disc !! optional",
	"disc !! times 20",
	"disc -> GET /*/v2.0/.well-known/openid-configuration HTTP/1.1",
	"disc ->",
	"disc <- HTTP/1.1 200 OK",
	"disc <- Content-Type: application/json; charset=utf-8",
	"disc <- Date: {date}",
	"disc <- Connection: close",
	"disc <- Content-Length: {length}",
	"disc <-",
	"disc <- {openid}",
};

/* Does a line that was read so far belong to this side? */
static bool has_side(const struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->talk.n; i++) {
		const char *where = s->talk.p[i].text.p, *side, *text;
		char mark[3];
		size_t n;

		if (is_talk(where + strlen(where) + 1, &side, &n, mark, &text) && strlen(name) == n &&
		    memcmp(side, name, n) == 0)
			return true;
	}
	return false;
}

/* The line's place is kept in front of it: "file.case:12" NUL line. */
static void talk_add(struct scene *s, const char *where, const char *line, int number)
{
	struct text *t = lines_add(&s->talk, where, strlen(where) + 1, number);

	text_z(t, line);
}

static void read_file(struct scene *s, const char *path, int depth);

static void read_part(struct scene *s, const char *name, int depth)
{
	struct text part = { 0 };
	const char *slash = strrchr(s->path, '/');

	text_f(&part, "%.*spart/%s", slash != NULL ? (int)(slash + 1 - s->path) : 0, s->path, name);
	read_file(s, part.p, depth);
}

static void read_file(struct scene *s, const char *path, int depth)
{
	struct text all = { 0 };
	const char *base = strrchr(path, '/');
	int number = 0;

	text_file(&all, path);
	base = base != NULL ? base + 1 : path;
	for (char *p = all.p, *next; *p != '\0'; p = next) {
		const char *side, *text;
		struct text where = { 0 };
		size_t n = strcspn(p, "\n");
		char mark[3];

		next = p + n + (p[n] == '\n');
		p[n] = '\0';
		text_f(&where, "%s:%d", base, ++number);
		if (n == 0 || p[0] == '#')
			continue;
		if (strncmp(p, "use ", 4) == 0) {
			if (depth > 2)
				die("%s: parts within parts within parts", where.p);
			read_part(s, p + 4, depth + 1);
		} else if (is_talk(p, &side, &n, mark, &text)) {
			talk_add(s, where.p, p, number);
		} else {
			header(s, p, where.p, number);
		}
	}
}

void scene_read(struct scene *s, const char *path)
{
	*s = (struct scene){ .path = path, .now = time(NULL) };
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		scene_set(s, defaults[i].name, defaults[i].value);
	read_file(s, path, 0);
	s->own = s->talk.n;
	if (!has_side(s, "disc")) {
		for (size_t i = 0; i < sizeof usual_discovery / sizeof usual_discovery[0]; i++)
			talk_add(s, "discovery", usual_discovery[i], 0);
	}
}

/* ---- the conversation ---- */

static struct script *script_of(struct scene *s, const char *side, size_t n, const char *where)
{
	static const struct {
		const char *name;
		enum service service;
		bool http, by_get;
	} sides[] = {
		{ "idp", DOOR_IDP, true, false },    { "disc", DOOR_IDP, true, true },
		{ "pop", DOOR_POP, false, false },   { "imap", DOOR_IMAP, false, false },
		{ "smtp", DOOR_SMTP, false, false },
	};
	struct script *made;

	for (size_t i = 0; i < s->scripts_n; i++) {
		if (strlen(s->scripts[i].name) == n && memcmp(s->scripts[i].name, side, n) == 0)
			return &s->scripts[i];
	}
	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
		size_t k = strlen(sides[i].name);

		if (strncmp(side, sides[i].name, k) != 0 || (n != k && (n != k + 1 || side[k] < '2' || side[k] > '9')))
			continue;
		if (s->scripts_n == SCRIPTS_MAX)
			die("%s: more than %d scripts", where, SCRIPTS_MAX);
		made = &s->scripts[s->scripts_n++];
		*made = (struct script){
			.service = sides[i].service, .http = sides[i].http, .by_get = sides[i].by_get, .times = 1
		};
		memcpy(made->name, side, n);
		return made;
	}
	die("%s: unknown side \"%.*s\"", where, (int)n, side);
}

static struct step *step_add(struct script *c, enum step_kind kind, const char *where)
{
	c->steps = realloc(c->steps, (c->n + 1) * sizeof *c->steps);
	if (c->steps == NULL)
		die("no memory");
	c->steps[c->n] = (struct step){ .kind = kind, .where = where };
	text_put(&c->steps[c->n].text, "", 0);
	return &c->steps[c->n++];
}

static long milliseconds(const char *text, const char *where)
{
	char *end;
	double v = strtod(text, &end);

	if (strcmp(end, "ms") == 0)
		return (long)v;
	if (strcmp(end, "s") == 0)
		return (long)(v * 1000);
	die("%s: a time ends in ms or s: %s", where, text);
}

static void directive(struct scene *s, struct script *c, const char *text, const char *where)
{
	static const struct {
		const char *word;
		enum step_kind kind;
		enum { NOTHING, TIME, BYTES } takes;
	} words[] = {
		{ "delay", STEP_DELAY, TIME },        { "drip", STEP_DRIP, TIME },
		{ "endless", STEP_ENDLESS, BYTES },   { "bytes", STEP_SAY, BYTES },
		{ "raw", STEP_RAW, BYTES },           { "optional", STEP_OPTIONAL, NOTHING },
		{ "ahead", STEP_AHEAD, NOTHING },     { "starttls", STEP_STARTTLS, NOTHING },
		{ "silence", STEP_SILENCE, NOTHING }, { "closed", STEP_CLOSED, NOTHING },
		{ "close", STEP_CLOSE, NOTHING },     { "cut", STEP_CUT, NOTHING },
		{ "reset", STEP_RESET, NOTHING },
	};
	size_t n = strcspn(text, " ");
	const char *rest = text[n] == ' ' ? text + n + 1 : text + n;

	if (n == 5 && strncmp(text, "times", n) == 0) {
		c->times = atoi(rest);
		return;
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct step *step;

		if (strlen(words[i].word) != n || strncmp(words[i].word, text, n) != 0)
			continue;
		if ((words[i].takes == NOTHING) != (*rest == '\0'))
			die("%s: \"%s\" with the wrong number of words", where, words[i].word);
		step = step_add(c, words[i].kind, where);
		if (words[i].takes == TIME) {
			struct text time_text = { 0 };

			macro_expand(s, &time_text, rest, where);
			step->number = milliseconds(time_text.p, where);
		} else if (words[i].takes == BYTES) {
			macro_expand(s, &step->text, rest, where);
		}
		return;
	}
	die("%s: unknown directive \"%s\"", where, text);
}

/* In HTTP a line ends in CRLF until the empty line; then comes the body, just as it stands. */
static void say(struct scene *s, struct script *c, const char *text, const char *where, bool *in_body)
{
	struct step *step = step_add(c, STEP_SAY, where);

	macro_expand(s, &step->text, text, where);
	if (c->http && *in_body)
		return;
	if (c->http && step->text.n == 0)
		*in_body = true;
	text_z(&step->text, "\r\n");
}

/* {length} stands for the size of the body that follows, up to the client's next turn. */
static void lengths(struct script *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct text *t = &c->steps[i].text;
		char *at = t->n != 0 ? strstr(t->p, MACRO_LENGTH) : NULL;
		size_t total = 0;
		bool in_body = false;
		struct text made = { 0 };

		if (c->steps[i].kind != STEP_SAY || at == NULL)
			continue;
		for (size_t k = i + 1; k < c->n && c->steps[k].kind != STEP_HEAR; k++) {
			if (c->steps[k].kind != STEP_SAY)
				continue;
			if (in_body)
				total += c->steps[k].text.n;
			else
				in_body = text_eq(&c->steps[k].text, "\r\n");
		}
		text_put(&made, t->p, (size_t)(at - t->p));
		text_f(&made, "%zu%s", total, at + strlen(MACRO_LENGTH));
		*t = made;
	}
}

void scene_prepare(struct scene *s)
{
	bool in_body[SCRIPTS_MAX] = { false };
	struct text secret = { 0 }, given = { 0 };

	macro_expand(s, &secret, scene_get(s, "secret"), s->path);
	scene_set(s, "secret", secret.p);
	lines_add(&s->secrets, secret.p, secret.n, 0);
	if (scene_get(s, "token-file") != NULL) {
		macro_expand(s, &given, scene_get(s, "token-file"), s->path);
		scene_set(s, "token-file", given.p);
	}
	for (size_t i = 0; i < s->talk.n; i++) {
		const char *where = s->talk.p[i].text.p;
		const char *side, *text;
		struct script *c;
		bool *body;
		char mark[3];
		size_t n;

		(void)is_talk(where + strlen(where) + 1, &side, &n, mark, &text);
		c = script_of(s, side, n, where);
		c->implied = i >= s->own;
		body = &in_body[c - s->scripts];
		switch (mark[0]) {
		case '-':
			*body = false;
			match_pattern(s, &step_add(c, STEP_HEAR, where)->text, text, where);
			break;
		case '<':
			say(s, c, text, where, body);
			break;
		case '!':
			directive(s, c, text, where);
			break;
		default:
			break; /* a note */
		}
	}
	for (size_t i = 0; i < s->scripts_n; i++)
		lengths(&s->scripts[i]);
}
