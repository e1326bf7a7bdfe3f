/* conf/word: every word of the table is found, says something, and is no name that there is. */
#include "t.h"

#include "conf/settings.h"
#include "conf/word.h"

static const struct {
	enum word_where where;
	const char *typed, *say;
} rows[] = {
#define WORD(where, typed, say) { WORD_##where, typed, say },
#include "conf/word.def"
};

static struct span suggest(enum word_where where, struct span given, struct buf *out)
{
	struct near near = { .given = given };

	settings_near(&near);
	word_suggest(out, where, &near);
	return buf_span(out);
}

TEST(word_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span rest = span_z(rows[i].typed);

		while (rest.n != 0) {
			struct span typed = span_cut(rest, '|', &rest);
			unsigned char bytes[WORD_MAX];
			struct buf out = BUF(bytes);
			enum setting key;

			t_at("%.*s", (int)typed.n, (const char *)typed.p);
			OK(span_starts(suggest(rows[i].where, typed, &out), SPAN("; ")));
			EQ(span_from(buf_span(&out), 2), span_z(rows[i].say));
			OK(buf_ok(&out));
			OK(rows[i].where == WORD_COMMAND || rows[i].where == WORD_GRANT ||
			   rows[i].where == WORD_PROVIDER || !settings_find(typed, &key));
		}
	}
}

TEST(word_by_letters)
{
	unsigned char bytes[WORD_MAX];
	struct buf out = BUF(bytes);

	EQ(suggest(WORD_OPTION, SPAN("tenat-id"), &out), SPAN("; did you mean --tenant-id?"));
	out.n = 0;
	EQ(suggest(WORD_VARIABLE, SPAN("TENAT_ID"), &out), SPAN("; did you mean O2POP_TENANT_ID?"));
	out.n = 0;
	EQ(suggest(WORD_SETTING, SPAN("tenat_id"), &out), SPAN("; did you mean tenant_id?"));
	out.n = 0;
	EQ(suggest(WORD_OTHER, SPAN("xyzzy"), &out), SPAN(""));
}
