#include "conf/word.h"

static const struct {
	enum word_where where;
	const char *typed, *say;
} words[] = {
#define WORD(where, typed, say) { WORD_##where, typed, say },
#include "conf/word.def"
};

static bool among(struct span given, const char *typed)
{
	struct span rest = span_z(typed);

	while (rest.n != 0)
		if (near_same(given, span_cut(rest, '|', &rest)))
			return true;
	return false;
}

static const char *known(enum word_where where, struct span given)
{
	if (where == WORD_VARIABLE)
		where = WORD_SETTING;
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].where == where && among(given, words[i].typed))
			return words[i].say;
	return NULL;
}

/* A setting's key as it is typed there: --tenant-id, O2POP_TENANT_ID. */
static void put_name(struct buf *out, enum word_where where, const char *name)
{
	buf_z(out, where == WORD_OPTION ? "--" : where == WORD_VARIABLE ? "O2POP_" : "");
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;

		if (where == WORD_OPTION && c == '_')
			c = '-';
		if (where == WORD_VARIABLE && c >= 'a' && c <= 'z')
			c = (unsigned char)(c - 'a' + 'A');
		buf_byte(out, c);
	}
}

void word_suggest(struct buf *out, enum word_where where, const struct near *near)
{
	const char *say = known(where, near->given);

	if (say == NULL && near_best(near) == NULL)
		return;
	buf_z(out, "; ");
	if (say != NULL) {
		buf_z(out, say);
		return;
	}
	buf_z(out, "did you mean ");
	put_name(out, where, near_best(near));
	buf_byte(out, '?');
}
