#include "show/progress.h"

#include "show/phrases.h"

static void put_side(struct buf *b, const char *name, enum step step, int64_t ms)
{
	buf_say(b, "%s %s ", name, step_table[step].id);
	phrases_seconds(b, ms);
}

static void put_text(const struct progress *p, struct buf *b)
{
	const struct run_progress *now = &p->last;
	bool idp = now->idp != STEP__COUNT, pop = now->pop != STEP__COUNT;

	if (now->all != 1 && now->all + now->finished != 0) {
		buf_say(b, "%zu", now->finished);
		if (now->all != 0)
			buf_say(b, " of %zu", now->all);
		buf_z(b, " mailboxes | ");
	}
	if (idp)
		put_side(b, "idp", now->idp, now->at_ms - p->idp_since);
	if (idp && pop)
		buf_z(b, " | ");
	/* The login needs the token; until the other side has it, that is what is waited for. */
	if (idp && pop && (step_table[now->pop].needs & (1u << STEP_CLAIMS)) != 0)
		buf_z(b, "pop waiting for the token");
	else if (pop)
		put_side(b, "pop", now->pop, now->at_ms - p->pop_since);
	if (!idp && !pop)
		phrases_seconds(b, now->at_ms);
}

void progress_put(struct progress *p, const struct run_progress *now, struct buf *out)
{
	unsigned width = p->width == 0 ? 80 : p->width;
	unsigned char bytes[PROGRESS_SIZE - 8];
	struct buf b = BUF(bytes);
	bool idp = !p->shown || p->last.idp != now->idp, pop = !p->shown || p->last.pop != now->pop;

	if (p->dumb && !idp && !pop && p->last.finished == now->finished)
		return;
	if (idp)
		p->idp_since = p->shown ? now->at_ms : 0;
	if (pop)
		p->pop_since = p->shown ? now->at_ms : 0;
	p->last = *now;
	p->shown = true;
	put_text(p, &b);
	buf_z(out, p->dumb ? "" : "\r\033[K");
	buf_put(out, span_first(buf_span(&b), width - 1)); /* all of it is ASCII */
	buf_z(out, p->dumb ? "\n" : "");
}

void progress_clear(struct progress *p, struct buf *out)
{
	if (p->shown && !p->dumb)
		buf_z(out, "\r\033[K");
	p->shown = p->shown && p->dumb;
}
