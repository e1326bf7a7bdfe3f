#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

enum {
	SHOWN_MAX = 300,
	LONG_LINE = 100 /* more than any command has: the SASL line, when a token is in the program's hands */
};

/* One connection. */
struct stage {
	struct scene *scene;
	struct board *board;
	struct script *script;
	int index; /* of the script, on the board */
	struct wire wire;
	const struct manner *manner;
	bool optional, ahead; /* as the directives of these names */
	bool heard;           /* the step before was the client's */
	bool leaves;          /* the client has left, or we have ended it */
	struct text line;     /* what the client said last */
	struct text out;      /* what we say in one go: it is sent when something else comes */
};

/* A deviation, in the words of both sides. */
static void differs(struct stage *g, const struct step *step, const char *p, size_t n)
{
	struct text want = { 0 }, got = { 0 };

	match_shown(&want, &step->text);
	text_shown(&got, p, n, SHOWN_MAX);
	board_deviation(g->board, g->script->name, step->where, "expected \"%.300s\", the client said \"%s\"", want.p,
	                got.p);
	free(want.p);
	free(got.p);
}

static void gone(struct stage *g, const struct step *step, const char *what)
{
	struct text want = { 0 };

	g->leaves = true;
	if (g->optional)
		return;
	match_shown(&want, &step->text);
	board_deviation(g->board, g->script->name, step->where, "the client left %s \"%.300s\"", what, want.p);
	free(want.p);
}

/* ---- the client's turn ---- */

static void on_line(struct stage *g, const struct step *step)
{
	bool lf;

	if (!wire_line(&g->wire, &g->line, &lf)) {
		if (g->line.n != 0)
			differs(g, step, g->line.p, g->line.n);
		gone(g, step, "before it said");
		return;
	}
	board_said(g->board, g->script->name, "->", g->line.p, g->line.n);
	if (lf)
		board_deviation(g->board, g->script->name, step->where, "the client ended a line with LF alone");
	if (!match(&step->text, g->line.p, g->line.n))
		differs(g, step, g->line.p, g->line.n);
	if (g->line.n > LONG_LINE)
		board_inspect(g->board, g->scene);
}

/* A request of HTTP: its first line, its fields and its body. */
struct request {
	struct text line, body;
	struct lines fields;
};

static bool read_request(struct stage *g, struct request *r)
{
	size_t length = 0;
	bool lf;

	for (struct text *to = &r->line;; to = &g->line) {
		if (!wire_line(&g->wire, to, &lf))
			return false;
		board_said(g->board, g->script != NULL ? g->script->name : "http", "->", to->p, to->n);
		if (to == &r->line)
			continue;
		if (to->n == 0)
			break;
		lines_add(&r->fields, to->p, to->n, 0);
		if (strncasecmp(to->p, "content-length:", 15) == 0)
			length = (size_t)strtoul(to->p + 15, NULL, 10);
	}
	return wire_bytes(&g->wire, &r->body, length);
}

static bool has_field(const struct request *r, const struct text *pattern)
{
	for (size_t i = 0; i < r->fields.n; i++) {
		if (match(pattern, r->fields.p[i].text.p, r->fields.p[i].text.n))
			return true;
	}
	return false;
}

/* The client's lines from step *i on: the request line, fields in any order beside others, an empty line, the
 * body. */
static void on_request(struct stage *g, size_t *i, const struct request *r)
{
	enum { LINE, FIELDS, BODY } part = LINE;
	size_t last = *i;

	for (; last < g->script->n && g->script->steps[last].kind == STEP_HEAR; last++) {
		const struct step *step = &g->script->steps[last];

		if (part == LINE) {
			if (!match(&step->text, r->line.p, r->line.n))
				differs(g, step, r->line.p, r->line.n);
			part = FIELDS;
		} else if (part == FIELDS && step->text.n == 0) {
			part = BODY;
		} else if (part == FIELDS) {
			if (!has_field(r, &step->text))
				differs(g, step, r->line.p, r->line.n);
		} else if (!match(&step->text, r->body.p, r->body.n)) {
			differs(g, step, r->body.p, r->body.n);
		}
	}
	*i = last - 1;
	if (r->body.n != 0)
		board_said(g->board, g->script->name, "->", r->body.p, r->body.n);
	board_inspect(g->board, g->scene);
}

/* ---- our turn ---- */

static void say(struct stage *g, const struct step *step)
{
	if (g->heard && !g->ahead && wire_ahead(&g->wire))
		board_deviation(g->board, g->script->name, step->where, "the client talks on before it was answered");
	board_said(g->board, g->script->name, "<-", step->text.p, step->text.n);
	text_put(&g->out, step->text.p, step->text.n);
	if (step + 1 < g->script->steps + g->script->n && step[1].kind == STEP_SAY)
		return;
	if (!wire_put(&g->wire, g->out.p, g->out.n))
		gone(g, step, "before we had said");
	text_clear(&g->out);
}

static void endless(struct stage *g, const struct step *step)
{
	struct text block = { 0 };

	/* Written in blocks, or one short line after another would be a test of our own speed. */
	do {
		text_put(&block, step->text.p, step->text.n);
	} while (block.n < 4096 && g->wire.drip_ms == 0);
	while (wire_put(&g->wire, block.p, block.n))
		continue;
	g->leaves = true;
}

static void closed(struct stage *g, const struct step *step)
{
	size_t n = wire_drain(&g->wire);

	g->leaves = true;
	if (n != 0)
		board_deviation(g->board, g->script->name, step->where,
		                "the client should have left, it said %zu bytes", n);
}

static void starttls(struct stage *g, const struct step *step)
{
	const char *why = "";

	if (!wire_tls(&g->wire, &g->manner->tls, &why))
		gone(g, step, why);
}

static void end(struct stage *g, enum step_kind how)
{
	const char *name = how == STEP_CLOSE ? "close" : how == STEP_CUT ? "cut" : "reset";

	board_said(g->board, g->script->name, "==", name, strlen(name));
	if (how == STEP_CLOSE)
		wire_close(&g->wire);
	else if (how == STEP_CUT)
		wire_cut(&g->wire);
	else
		wire_reset(&g->wire);
	g->leaves = true;
}

static void step(struct stage *g, size_t *i)
{
	const struct step *now = &g->script->steps[*i];
	struct request r = { 0 };

	switch (now->kind) {
	case STEP_HEAR:
		if (!g->script->http)
			on_line(g, now);
		else if (read_request(g, &r))
			on_request(g, i, &r);
		else
			gone(g, now, "before it said");
		break;
	case STEP_SAY:
		say(g, now);
		break;
	case STEP_DELAY:
		wire_sleep(now->number);
		break;
	case STEP_DRIP:
		g->wire.drip_ms = now->number;
		break;
	case STEP_ENDLESS:
		endless(g, now);
		break;
	case STEP_RAW:
		(void)wire_raw(&g->wire, now->text.p, now->text.n);
		break;
	case STEP_OPTIONAL:
		g->optional = true;
		break;
	case STEP_AHEAD:
		g->ahead = true;
		break;
	case STEP_STARTTLS:
		starttls(g, now);
		break;
	case STEP_SILENCE:
		(void)wire_drain(&g->wire);
		g->leaves = true;
		break;
	case STEP_CLOSED:
		closed(g, now);
		break;
	case STEP_CLOSE:
	case STEP_CUT:
	case STEP_RESET:
		end(g, now->kind);
		break;
	}
	g->heard = now->kind == STEP_HEAR || now->kind == STEP_DELAY;
}

/* The next script of this service that has connections left; GET requests have scripts of their own. */
static bool choose(struct stage *g, enum service service, bool by_get)
{
	for (size_t i = 0; i < g->scene->scripts_n; i++) {
		struct script *c = &g->scene->scripts[i];

		if (c->service != service || c->by_get != by_get)
			continue;
		if (atomic_fetch_add(&g->board->played[i], 1) < c->times) {
			g->script = c;
			g->index = (int)i;
			return true;
		}
		atomic_fetch_sub(&g->board->played[i], 1);
	}
	return false;
}

/* At the service of idp the request tells which script it is for, when there are two kinds. Discovery gives up when a
 * check ends without it: whoever leaves without a word is nobody. */
static bool choose_by_request(struct stage *g, enum service service, bool *nobody)
{
	char first[4] = "";

	*nobody = false;
	for (size_t i = 0; i < g->scene->scripts_n; i++) {
		if (g->scene->scripts[i].service != service || !g->scene->scripts[i].by_get)
			continue;
		*nobody = !wire_peek(&g->wire, first, 3);
		return !*nobody && choose(g, service, strcmp(first, "GET") == 0);
	}
	return choose(g, service, false);
}

void play(struct scene *s, struct board *b, enum service service, const struct manner *m, int fd)
{
	struct stage *g = must_alloc(sizeof *g);
	const char *name = door_facts[service].name, *why = "";
	bool nobody;

	*g = (struct stage){ .scene = s, .board = b, .wire = { .fd = fd }, .manner = m };
	if (!m->plain && !wire_tls(&g->wire, &m->tls, &why)) {
		board_said(b, name, "==", why, strlen(why));
		if (strncmp(why, "DEVIATION: ", 11) == 0)
			board_deviation(b, name, NULL, "%s", why + 11);
		(void)wire_drain(&g->wire);
		return;
	}
	if (!choose_by_request(g, service, &nobody)) {
		/* The client may see only behind the handshake whom it has reached; it must not say a word then. */
		size_t n = wire_drain(&g->wire);

		if (nobody)
			board_said(b, name, "==", "left without a word", 19);
		else if (scene_has_scripts(s, service))
			board_deviation(b, name, NULL, "one connection more than the case has");
		else if (n != 0)
			board_deviation(b, name, NULL, "the client says %zu bytes to a server that it should have left",
			                n);
		return;
	}
	board_said(b, g->script->name, "==", "connected", 9);
	for (size_t i = 0; i < g->script->n && !g->leaves; i++) {
		b->at[g->index] = (int)i;
		step(g, &i);
		b->may_leave[g->index] = g->optional;
	}
	if (!g->leaves) {
		static const struct step last = { .kind = STEP_CLOSED, .where = "the end" };

		wire_close(&g->wire);
		closed(g, &last);
	} else {
		(void)wire_drain(&g->wire);
	}
	atomic_fetch_add(&b->finished[g->index], 1);
}
