/* text/packed: what the build has packed comes out as the tables have it. */
#include "t.h"

#include "conf/microsoft.h"
#include "explain/known.h"
#include "text/packed.h"

static const char *const causes[] = {
	"", "", "", /* CAUSE_NONE */
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) text, fix, verify,
#include "explain/causes.def"
};
static const char *const meanings[] = {
#define KNOWN(kind, key, meaning, ...) meaning,
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) meaning,
#include "explain/known.def"
};
static const char *const keys[] = {
#define KNOWN(kind, key, meaning, ...)           TEXT_##kind(key, #key),
#define SAME(kind, key)                          TEXT_##kind(key, #key),
#define WHEN(kind, key, words, of, meaning, ...) TEXT_##kind(key, #key),
#include "explain/known.def"
};
static const char *const words[] = {
#define KNOWN(kind, key, meaning, ...) "",
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) words,
#include "explain/known.def"
};
static const char *const steps[] = {
#define STEP(grants, accounts, title, who, text) text,
#include "show/setup.def"
};
static const char *const texts[] = {
#define TEXT(name, text) text,
#include "show/setup.def"
};
static const char *const clients[] = {
#define CLIENT(name, id, text) text,
#include "show/setup.def"
};

static const struct {
	const unsigned char *packed;
	const char *const *text;
	unsigned n;
} lists[] = {
	{ packed_lists_causes, causes, COUNT(causes) },    { packed_lists_meanings, meanings, COUNT(meanings) },
	{ packed_lists_keys, keys, COUNT(keys) },          { packed_lists_words, words, COUNT(words) },
	{ packed_lists_steps, steps, COUNT(steps) },       { packed_lists_texts, texts, COUNT(texts) },
	{ packed_lists_clients, clients, COUNT(clients) },
};

TEST(packed_gives_every_text_back)
{
	for (size_t k = 0; k < COUNT(lists); k++) {
		UPTO(i, lists[k].n - 1)
		{
			size_t n = strlen(lists[k].text[i]);
			struct buf b = { edge_out(n), n, 0, false }, less = { edge_out(n), n - (n != 0), 0, false };

			t_at("list %zu, text %zu", k, i);
			packed_put(&b, lists[k].packed, (unsigned)i);
			OK(buf_ok(&b));
			EQ(buf_span(&b), span_z(lists[k].text[i]));
			packed_put(&less, lists[k].packed, (unsigned)i);
			OK(buf_ok(&less) == (n == 0));
		}
	}
}
