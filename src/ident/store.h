/* store: what is needed to get tokens without asking a person again, kept in one file between runs.
 *
 * The file is the one that the setting token_cache names; how it is written is in store_text.h, whose it has to be in
 * store_path.h, how it survives kills and full disks in store_file.h. One run at a time has it open; others wait.
 * A missing or an empty file is an empty store, and reading creates nothing but the lock beside it. A file that was
 * damaged or is something else is set aside under another name, with all that is in it, and store_note says so.
 *
 *	if (!store_open(s, path, deadline, &fault))
 *		...
 *	store_key(&id, key);
 *	if (!store_find(s, key, &entry) || entry.expires <= now)
 *		... get a token, with entry.refresh if there is one; store_put(s, key, &entry, &fault) ...
 *	store_close(s);
 *
 * Keep it open while a refresh token is used: servers that replace it with each use take one that is used twice for
 * stolen. */
#ifndef IDENT_STORE_H
#define IDENT_STORE_H

#include "base/secret.h"
#include "ident/store_file.h"
#include "ident/store_text.h"

enum {
	STORE_KEY_SIZE = 32,
	STORE_ENTRIES_MAX = STORE_TEXT_ROWS,
	/* 8 KiB an entry: with Entra's tokens (access 2 to 5 kB, refresh 1 to 2 kB) all entries fit. */
	STORE_FILE_MAX = 256 * 1024
};

/* About 512 KiB and without pointers to outside; start with { 0 }. Treat the inside as private. */
struct store {
	struct store_file file;
	struct store_text entries; /* point into text */
	size_t n;                  /* bytes of text; behind them and in `next` there is never a secret */
	unsigned char text[STORE_FILE_MAX];
	unsigned char next[STORE_FILE_MAX];
	size_t note_n;
	char note[1024];
};

/* Start with { 0 }; wipe both secrets after use. */
struct store_entry {
	struct secret access, refresh; /* either may be empty */
	int64_t expires;               /* of the access token: Unix seconds, 0 when there is none */
};

/* What a token belongs to; compared byte for byte, so that any difference is another entry. */
struct store_id {
	struct span token_url, client_id, scope;
	struct span grant;   /* the id of the grant ("refresh") */
	struct span account; /* the mailbox, or "" for an application's own token */
};

/* The key of an entry: a SHA-256, so that the file does not say whose tokens it holds. */
void store_key(const struct store_id *id, unsigned char key[static STORE_KEY_SIZE]);

/* Open it and wait for the lock until the deadline. On false nothing is open or kept: FAULT_STORE_BUSY, _EXPOSED,
 * _FAILED; the file is as it was, or was set aside. */
bool store_open(struct store *s, struct span path, struct deadline d, struct fault *f) MUST;

/* What was set aside on opening, as a sentence part for people; empty when nothing was. Lives as long as s is
 * unchanged; store_close leaves it. */
struct span store_note(const struct store *s);

/* Copy the entry out; false, and *e untouched, when there is none. */
bool store_find(const struct store *s, const unsigned char key[static STORE_KEY_SIZE], struct store_entry *e) MUST;

/* Add or replace the entry; on true it is on the disk. The other entries stay byte for byte. When it does not fit,
 * entries whose access token has ended and that have no refresh token make scratch, the one that ended first before
 * others. False: FAULT_STORE_FULL, the evidence has the limit; FAULT_STORE_VALUE, a token that no token's syntax
 * allows or a time beyond the year 9999; FAULT_STORE_EXPOSED, _FAILED. The store and its file are as before then (see
 * store_file_replace for the one exception). */
bool store_put(struct store *s, const unsigned char key[static STORE_KEY_SIZE], const struct store_entry *e,
               struct fault *f) MUST;

/* Let the others in and wipe all tokens. May be called on one that is not open. */
void store_close(struct store *s);

#endif
