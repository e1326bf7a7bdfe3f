/* pack: turns the long texts of the program into build/gen/packed_lists.c, for text/packed.c.
 *
 *   pack >packed_lists.c
 *
 * Runs on the machine that builds. Again and again the two codes that stand side by side most often become one: English
 * comes out at two fifths of its size, and packed.c needs 30 lines to read it. The codes that are used most are one
 * byte, the others two (text/packed.h). */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/microsoft.h"
#include "explain/known.h"
#include "text/packed.h"

/* Each text with its NUL, which is never part of a pair. */
static const char causes[] = "\0\0\0" /* CAUSE_NONE */
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, ...) text "\0" fix "\0" verify "\0"
#include "explain/causes.def"
	;
static const char meanings[] =
#define KNOWN(kind, key, meaning, ...) meaning "\0"
#define SAME(...)
#define WHEN(kind, key, words, of, meaning, ...) meaning "\0"
#include "explain/known.def"
	;
/* What rows are found by, and the words that WHEN rows need. */
static const char keys[] =
#define KNOWN(kind, key, meaning, ...)           TEXT_##kind(key, #key) "\0"
#define SAME(kind, key)                          TEXT_##kind(key, #key) "\0"
#define WHEN(kind, key, words, of, meaning, ...) TEXT_##kind(key, #key) "\0"
#include "explain/known.def"
	;
static const char words[] =
#define KNOWN(kind, key, meaning, ...) "\0"
#define SAME(...)
#define WHEN(kind, key, words, of, meaning, ...) words "\0"
#include "explain/known.def"
	;
static const char steps[] =
#define STEP(grants, accounts, title, who, text) text "\0"
#include "show/setup.def"
	;
static const char texts[] =
#define TEXT(name, text) text "\0"
#include "show/setup.def"
	;
static const char clients[] =
#define CLIENT(name, id, text) text "\0"
#include "show/setup.def"
	;

static const struct {
	const char *name, *p;
	size_t n;
} lists[] = {
	{ "causes", causes, sizeof causes - 1 },    { "meanings", meanings, sizeof meanings - 1 },
	{ "keys", keys, sizeof keys - 1 },          { "words", words, sizeof words - 1 },
	{ "steps", steps, sizeof steps - 1 },       { "texts", texts, sizeof texts - 1 },
	{ "clients", clients, sizeof clients - 1 },
};
enum {
	LISTS = sizeof lists / sizeof lists[0],
	CODES = PACKED_LITERALS + PACKED_PAIRS,
	WORTH = 8 /* times that a pair has to be there: it takes four bytes of its own */
};

/* Codes below PACKED_LITERALS are bytes, the others pairs. */
static uint16_t code[sizeof causes + sizeof meanings + sizeof keys + sizeof words + sizeof steps + sizeof texts +
                     sizeof clients];
static size_t n, count[LISTS]; /* how many texts each list has */
static uint16_t pair[CODES][2];
static unsigned depth[CODES], uses[CODES], place[CODES];
static unsigned codes = PACKED_LITERALS;

static void gather(void)
{
	for (int i = 0; i < LISTS; i++) {
		for (const char *p = lists[i].p; p < lists[i].p + lists[i].n; p += strlen(p) + 1, count[i]++) {
			if (strlen(p) >= PACKED_TEXT_MAX) {
				fprintf(stderr, "pack: a text of %s is longer than PACKED_TEXT_MAX: %.60s\n",
				        lists[i].name, p);
				exit(1);
			}
		}
		for (size_t k = 0; k < lists[i].n; k++) {
			code[n] = (unsigned char)lists[i].p[k];
			if (code[n++] >= PACKED_LITERALS) {
				fprintf(stderr, "pack: a text of %s has a byte that is not ASCII\n", lists[i].name);
				exit(1);
			}
		}
	}
}

/* The most frequent pair; how often it is there. */
static unsigned find_pair(uint16_t best[2])
{
	static unsigned times[CODES][CODES];
	unsigned most = 0;

	memset(times, 0, sizeof times);
	for (size_t i = 0; i + 1 < n; i++)
		if (code[i] != 0 && code[i + 1] != 0 && depth[code[i]] < PACKED_DEPTH - 1 &&
		    depth[code[i + 1]] < PACKED_DEPTH - 1 && ++times[code[i]][code[i + 1]] > most) {
			most = times[code[i]][code[i + 1]];
			memcpy(best, code + i, 2 * sizeof *best);
		}
	return most;
}

static void replace(void)
{
	const uint16_t *p = pair[codes];
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		bool both = i + 1 < n && code[i] == p[0] && code[i + 1] == p[1];

		code[to++] = both ? (uint16_t)codes : code[i];
		i += both;
	}
	n = to;
	depth[codes] = 1 + (depth[p[0]] > depth[p[1]] ? depth[p[0]] : depth[p[1]]);
	codes++;
}

/* The more often a pair is there, the earlier its place: the first ones are one byte. */
static int by_uses(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return uses[x] != uses[y] ? (uses[x] < uses[y] ? 1 : -1) : (x > y) - (x < y);
}

static unsigned final(unsigned c)
{
	return c < PACKED_LITERALS ? c : place[c];
}

static void put_list(const char *name, const uint16_t *p, const uint16_t *end)
{
	unsigned column = 0;

	printf("const unsigned char packed_lists_%s[] = {", name);
	for (; p < end; p++) {
		unsigned c = final(*p), far = c - PACKED_SHORT;

		if (c < PACKED_SHORT)
			printf("%s%u,", column++ % 24 == 0 ? "\n\t" : " ", c);
		else
			printf("%s%u, %u,", column++ % 24 == 0 ? "\n\t" : " ", PACKED_SHORT + far / 255, 1 + far % 255);
	}
	printf("\n};\n");
}

int main(void)
{
	static unsigned order[CODES];
	const uint16_t *p = code;

	gather();
	while (codes < CODES && find_pair(pair[codes]) >= WORTH)
		replace();
	for (size_t i = 0; i < n; i++)
		uses[code[i]]++;
	for (unsigned i = PACKED_LITERALS; i < codes; i++)
		order[i] = i;
	qsort(order + PACKED_LITERALS, codes - PACKED_LITERALS, sizeof *order, by_uses);
	for (unsigned i = PACKED_LITERALS; i < codes; i++)
		place[order[i]] = i;
	printf("/* Made by toolchains/pack.c. */\n#include \"text/packed.h\"\n\nconst uint16_t packed_lists_pair[][2] "
	       "= {\n");
	for (unsigned i = PACKED_LITERALS; i < codes; i++)
		printf("\t{ %u, %u },\n", final(pair[order[i]][0]), final(pair[order[i]][1]));
	printf("};\n");
	for (int i = 0; i < LISTS; i++) {
		const uint16_t *start = p;

		for (size_t k = 0; k < count[i]; p++)
			k += *p == 0;
		put_list(lists[i].name, start, p);
	}
	return 0;
}
