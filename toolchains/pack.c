/* pack: turns the long texts of the program into build/gen/packed_lists.c, for text/packed.c.
 *
 *   pack >packed_lists.c
 *
 * Runs on the machine that builds. Again and again the two bytes that stand side by side most often become one, which
 * the texts do not use otherwise: English comes out at half its size, and packed.c needs 20 lines to read it. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/microsoft.h"
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
	{ "steps", steps, sizeof steps - 1 },       { "texts", texts, sizeof texts - 1 },
	{ "clients", clients, sizeof clients - 1 },
};
enum { LISTS = sizeof lists / sizeof lists[0], CODES = 256, WORTH = 4 /* a pair takes two bytes of its own */ };

static unsigned char bytes[sizeof causes + sizeof meanings + sizeof steps + sizeof texts + sizeof clients];
static size_t n, count[LISTS]; /* how many texts each list has */
static unsigned char pair[CODES][2];
static unsigned depth[CODES];

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
		memcpy(bytes + n, lists[i].p, lists[i].n);
		n += lists[i].n;
	}
}

/* The most frequent pair; how often it is there. */
static unsigned find_pair(unsigned char best[2])
{
	static unsigned times[CODES][CODES];
	unsigned most = 0;

	memset(times, 0, sizeof times);
	for (size_t i = 0; i + 1 < n; i++)
		if (bytes[i] != 0 && bytes[i + 1] != 0 && depth[bytes[i]] < PACKED_DEPTH - 1 &&
		    depth[bytes[i + 1]] < PACKED_DEPTH - 1 && ++times[bytes[i]][bytes[i + 1]] > most) {
			most = times[bytes[i]][bytes[i + 1]];
			memcpy(best, bytes + i, 2);
		}
	return most;
}

static void replace(int code)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		bool both = i + 1 < n && memcmp(bytes + i, pair[code], 2) == 0;

		bytes[to++] = both ? (unsigned char)code : bytes[i];
		i += both;
	}
	n = to;
}

static void put(const char *name, const unsigned char *p, size_t size)
{
	printf("const unsigned char packed_lists_%s = {", name);
	for (size_t i = 0; i < size; i++)
		printf("%s%u,", i % 24 == 0 ? "\n\t" : " ", p[i]);
	printf("\n};\n");
}

int main(void)
{
	const unsigned char *p = bytes;
	bool used[CODES] = { false };

	gather();
	for (size_t i = 0; i < n; i++)
		used[bytes[i]] = true;
	for (int code = 1; code < CODES; code++) {
		if (used[code] || find_pair(pair[code]) < WORTH)
			continue;
		depth[code] =
			1 + (depth[pair[code][0]] > depth[pair[code][1]] ? depth[pair[code][0]] : depth[pair[code][1]]);
		replace(code);
	}
	printf("/* Made by toolchains/pack.c. */\n#include \"text/packed.h\"\n\n");
	put("pair[512]", pair[0], sizeof pair);
	for (int i = 0; i < LISTS; i++) {
		const unsigned char *start = p;
		char name[32];

		for (size_t k = 0; k < count[i]; p++)
			k += *p == 0;
		snprintf(name, sizeof name, "%s[]", lists[i].name);
		put(name, start, (size_t)(p - start));
	}
	return 0;
}
