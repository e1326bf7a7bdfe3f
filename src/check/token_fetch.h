/* token_fetch: from a credential to an access token, every grant its own way, through the store where there is one. */
#ifndef CHECK_TOKEN_FETCH_H
#define CHECK_TOKEN_FETCH_H

#include "check/idp.h"
#include "ident/device.h"
#include "ident/service_account.h"
#include "ident/store.h"

enum {
	TOKEN_FETCH_TRIES_MAX = 6,    /* of a provider that says "later" */
	TOKEN_FETCH_PAUSE_MS = 1000,  /* before the second try; doubled after each */
	TOKEN_FETCH_MIN_LIFE_S = 300, /* a token from the store lives at least that long, unless somebody wants more */
	TOKEN_FETCH_LIFE_MAX_S = 172800 /* and is not believed to live longer, whatever the provider said */
};

/* Fill in the first part, and idp as it asks. */
struct token_fetch {
	struct worker *worker;
	const struct settings *settings;
	const struct credential *credential;
	struct span mailbox; /* the only one of the run, or empty */
	bool login;          /* a person is to sign in, now */
	bool patient;        /* a busy provider is asked again, within the deadline */
	int64_t min_life_s;  /* with so much of its life left a token from the store is served; 0: none is */

	bool served;                      /* the token came from the store: nothing is asked */
	bool stored;                      /* the store is open */
	unsigned char id[STORE_KEY_SIZE]; /* of its entry that is ours */
	struct idp idp;
	struct store store;
	/* What is secret. */
	struct token_fetch_secrets {
		struct store_entry kept;
		struct device device;
		struct secret refresh; /* that came with the token */
		struct assertion_key key;
		struct secret assertion; /* signed with it, for one request */
	} secrets;
};

/* Will it open the store, and so write files? Needs settings, login and min_life_s. */
bool token_fetch_wants_store(const struct token_fetch *x);

/* The last step before anything is sent: where the request goes, what the store has. The faults are those of the
 * credential step. */
bool token_fetch_prepare(struct token_fetch *x, struct row *row, struct fault *f) MUST;

/* Get the token into *t, and what is needed for the next one into the store. A person who signs in is told where, by
 * WORKER_PROMPT. */
bool token_fetch_run(struct token_fetch *x, struct token *t, struct row *row, struct fault *f) MUST;

/* Leave the store to others and wipe what is secret. */
void token_fetch_end(struct token_fetch *x);

#endif
