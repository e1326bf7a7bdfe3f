/* pack: turns the texts of causes.def into build/gen/knowledge_packed.c, for explain/knowledge.c.
 *
 *   pack >knowledge_packed.c
 *
 * Runs on the machine that builds. Again and again the two bytes that stand side by side most often become one, which
 * the texts do not use otherwise: English comes out at half its size, and knowledge.c needs 20 lines to read it. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/knowledge.h"

/* Three texts a cause, each with its NUL, which is never part of a pair. */
static const char texts[] = "\0\0\0" /* CAUSE_NONE */
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, ...) text "\0" fix "\0" verify "\0"
#include "explain/causes.def"
#undef CAUSE
	;

enum { CODES = 256, WORTH = 4 }; /* a pair takes two bytes of its own */

static unsigned char bytes[sizeof texts - 1];
static size_t n = sizeof bytes;
static unsigned char pair[CODES][2];
static unsigned depth[CODES];

static void stop(const char *why)
{
	fprintf(stderr, "pack: %s\n", why);
	exit(1);
}

static void check_sizes(void)
{
	const char *p = texts;

	for (int c = 0; c < CAUSE__COUNT; c++) {
		const char *start = p;

		for (int k = 0; k < 3; k++)
			p += strlen(p) + 1;
		if (p - start > KNOWLEDGE_TEXTS_MAX)
			stop("the texts of a cause are longer than KNOWLEDGE_TEXTS_MAX");
	}
	if (p != texts + sizeof bytes)
		stop("a cause does not have three texts");
}

/* The most frequent pair; how often it is there. */
static unsigned find_pair(unsigned char best[2])
{
	static unsigned count[CODES][CODES];
	unsigned most = 0;

	memset(count, 0, sizeof count);
	for (size_t i = 0; i + 1 < n; i++)
		if (bytes[i] != 0 && bytes[i + 1] != 0 && depth[bytes[i]] < KNOWLEDGE_PAIR_DEPTH - 1 &&
		    depth[bytes[i + 1]] < KNOWLEDGE_PAIR_DEPTH - 1 && ++count[bytes[i]][bytes[i + 1]] > most) {
			most = count[bytes[i]][bytes[i + 1]];
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
	printf("const unsigned char %s = {", name);
	for (size_t i = 0; i < size; i++)
		printf("%s%u,", i % 24 == 0 ? "\n\t" : " ", p[i]);
	printf("\n};\n");
}

int main(void)
{
	bool used[CODES] = { false };

	check_sizes();
	memcpy(bytes, texts, sizeof bytes);
	for (size_t i = 0; i < n; i++)
		used[bytes[i]] = true;
	for (int code = 1; code < CODES; code++) {
		if (used[code] || find_pair(pair[code]) < WORTH)
			continue;
		depth[code] =
			1 + (depth[pair[code][0]] > depth[pair[code][1]] ? depth[pair[code][0]] : depth[pair[code][1]]);
		replace(code);
	}
	printf("/* Made by toolchains/pack from causes.def. */\n#include \"explain/knowledge.h\"\n\n");
	put("knowledge_packed_pair[512]", pair[0], sizeof pair);
	put("knowledge_packed_texts[]", bytes, n);
	return 0;
}
