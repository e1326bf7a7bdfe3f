/* template: every mark, what is left out and what takes its place, phrases in phrases, every capacity. */
#include "t.h"

#include "text/template.h"

static bool value(const void *of, struct span name, struct buf *out)
{
	static const struct {
		struct span name, value;
	} values[] = {
		{ SPAN_INIT("word"), SPAN_INIT("x.y") },     { SPAN_INIT("odd"), SPAN_INIT("it's $x") },
		{ SPAN_INIT("split"), SPAN_INIT("a\nb") },   { SPAN_INIT("option"), SPAN_INIT("-x") },
		{ SPAN_INIT("splat"), SPAN_INIT("@x") },     { SPAN_INIT("home"), SPAN_INIT("~x") },
		{ SPAN_INIT("place"), SPAN_INIT("{word}") }, { SPAN_INIT("empty"), SPAN_INIT("") },
		{ SPAN_INIT("a_1"), SPAN_INIT("1") },
	};
	const size_t *calls = of;

	OK(*calls == 7);
	if (span_eq(name, SPAN("long"))) {
		buf_fill(out, 'l', TEMPLATE_VALUE_MAX + 1);
		return true;
	}
	buf_z(out, "");
	for (size_t i = 0; i < COUNT(values); i++) {
		if (span_eq(name, values[i].name)) {
			buf_put(out, values[i].value);
			return true;
		}
	}
	buf_z(out, "half");
	return false;
}

static const char *phrase(const void *of, struct span name)
{
	static const char *const phrases[][2] = {
		{ "p_word", "Word {word}" },  { "p_two", "one\n\ttwo {word}" }, { "p_lost", "{none}\n~other" },
		{ "p_deep", "<{p_deeper}>" }, { "p_deeper", "[{p_deepest}]" },  { "p_deepest", "{word}" },
		{ "p_loop", "{p_loop}" },
	};

	(void)of;
	for (size_t i = 0; i < COUNT(phrases); i++)
		if (span_eq(name, span_z(phrases[i][0])))
			return phrases[i][1];
	return NULL;
}

static const size_t seven = 7;

static struct template with(enum template_form form)
{
	return (struct template){ form, &seven, value, phrase };
}

static const struct {
	enum template_form form;
	const char *text;
	struct span out;
} rows[] = {
	{ TEMPLATE_LINES, "", SPAN_INIT("") },
	{ TEMPLATE_LINES, "plain", SPAN_INIT("plain") },
	{ TEMPLATE_LINES, "a\nb\n", SPAN_INIT("a\nb") },
	{ TEMPLATE_PARAGRAPH, "a\nb", SPAN_INIT("a b") },
	{ TEMPLATE_SCRIPT, "a\n\nb", SPAN_INIT("a\n\nb") },
	{ TEMPLATE_LINES, "{word}{a_1}", SPAN_INIT("x.y1") },
	/* not a place */
	{ TEMPLATE_LINES, "{} {W} { word} {word {'} {'word\" ${S[0]} {\"word\":1} {wo-rd}",
	  SPAN_INIT("{} {W} { word} {word {'} {'word\" ${S[0]} {\"word\":1} {wo-rd}") },
	/* in prose: printable, marks or not, and cut */
	{ TEMPLATE_LINES, "{odd} {'odd} {\"odd} {-odd} {split}", SPAN_INIT("it's $x it's $x \"it's $x\" it's $x a b") },
	/* in commands */
	{ TEMPLATE_LINES, "\tx {'odd} {\"odd} {-odd}", SPAN_INIT("\tx 'it''s $x' 'it'\\''s $x' 'it''s $x'") },
	{ TEMPLATE_LINES, "\tx {word} {'word} {\"word} {-word} {=word}", SPAN_INIT("\tx x.y 'x.y' x.y x.y x.y") },
	{ TEMPLATE_SCRIPT, "x {'odd}", SPAN_INIT("x 'it''s $x'") },
	{ TEMPLATE_LINES, "\tx {odd}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {option}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {splat}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {home}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {'split}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {\"split}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {'long}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_SCRIPT, "x {odd}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "\tx {=split} {=empty}.", SPAN_INIT("\tx a\nb .") },
	/* a value is no template */
	{ TEMPLATE_LINES, "{place} {=place}", SPAN_INIT("{word} {word}") },
	/* left out, and what takes its place */
	{ TEMPLATE_LINES, "a\n{none}\nb", SPAN_INIT("a\nb") },
	{ TEMPLATE_LINES, "{word} {none}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "{=none}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "{empty}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "{word}\n~other\nb", SPAN_INIT("x.y\nb") },
	{ TEMPLATE_LINES, "{none}\n~{none}\n~other", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "{none}\n~one\n~two", SPAN_INIT("one") },
	{ TEMPLATE_LINES, "{none}", SPAN_INIT("") },
	/* what announces */
	{ TEMPLATE_LINES, "type:\n\tx", SPAN_INIT("type:\n\tx") },
	{ TEMPLATE_LINES, "type:\n\tx {none}", SPAN_INIT("") },
	{ TEMPLATE_LINES, "a\ntype:\n\tx {none}\nb", SPAN_INIT("a\nb") },
	{ TEMPLATE_LINES, "type:\nalso:\n\tx", SPAN_INIT("also:\n\tx") },
	{ TEMPLATE_LINES, "type:\n\tx {none}\n~\ty", SPAN_INIT("type:\n\ty") },
	{ TEMPLATE_SCRIPT, "type:\nb:", SPAN_INIT("type:\nb:") },
	{ TEMPLATE_PARAGRAPH, "so:\nb", SPAN_INIT("so: b") },
	/* phrases */
	{ TEMPLATE_LINES, "{p_word}, {p_word}.", SPAN_INIT("Word x.y, Word x.y.") },
	{ TEMPLATE_LINES, "see {p_two}\nend", SPAN_INIT("see one\n\ttwo x.y\nend") },
	{ TEMPLATE_LINES, "a {p_lost}", SPAN_INIT("other") },
	{ TEMPLATE_LINES, "{word}\n~{p_word}", SPAN_INIT("x.y") },
	{ TEMPLATE_LINES, "{p_deep}", SPAN_INIT("<[x.y]>") },
	{ TEMPLATE_LINES, "{p_loop}\n~other", SPAN_INIT("other") },
};

TEST(template_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct template t = with(rows[i].form);
		unsigned char bytes[2000];
		struct buf b = BUF(bytes);

		t_at("row %zu: %s", i, rows[i].text);
		template_fill(&b, rows[i].text, &t);
		EQ(buf_span(&b), rows[i].out);
		OK(buf_ok(&b));
	}
}

/* Behind what is there already, which stays. */
TEST(template_appends)
{
	struct template t = with(TEMPLATE_LINES);
	unsigned char bytes[100];
	struct buf b = BUF(bytes);

	buf_z(&b, "before\n");
	template_fill(&b, "type:\n\t{none}", &t);
	EQ(buf_span(&b), SPAN("before\n"));
	template_fill(&b, "a", &t);
	EQ(buf_span(&b), SPAN("before\na"));
	t.phrase = NULL;
	template_fill(&b, "{p_word}\n~c", &t);
	EQ(buf_span(&b), SPAN("before\nac"));
}

/* A long value is cut in prose, and shows that it was. */
TEST(template_long_value)
{
	struct template t = with(TEMPLATE_LINES);
	unsigned char bytes[2 * TEMPLATE_VALUE_MAX];
	struct buf b = BUF(bytes);

	template_fill(&b, "{long}", &t);
	EQ(b.n, TEMPLATE_VALUE_MAX);
	OK(span_ends(buf_span(&b), SPAN("...")) && buf_ok(&b));
}

TEST(template_every_capacity)
{
	struct template t = with(TEMPLATE_LINES);
	const char *text = "type:\n\tx {'odd} {\"odd}\nlost {none}:\n\t{none}\n~other {odd}\n{p_two}";
	unsigned char bytes[200];
	struct buf whole = BUF(bytes);

	template_fill(&whole, text, &t);
	for (size_t cap = 0; cap < whole.n + 8; cap++) {
		struct buf b;

		t_areas = 0;
		b = edge_buf(cap);
		template_fill(&b, text, &t);
		if (buf_ok(&b))
			EQ(buf_span(&b), buf_span(&whole));
		else
			OK(cap < whole.n + 40);
		OK(buf_ok(&b) || cap <= whole.n + 7);
	}
}

/* A line longer than the engine takes is not cut in silence. */
TEST(template_line_too_long)
{
	struct template t = with(TEMPLATE_LINES);
	static char text[TEMPLATE_LINE_MAX + 2];
	static unsigned char bytes[2 * TEMPLATE_LINE_MAX];
	struct buf b = BUF(bytes);

	memset(text, 'x', TEMPLATE_LINE_MAX);
	template_fill(&b, text, &t);
	OK(buf_ok(&b) && b.n == TEMPLATE_LINE_MAX);
	text[TEMPLATE_LINE_MAX] = 'x';
	template_fill(&b, text, &t);
	OK(!buf_ok(&b));
}
