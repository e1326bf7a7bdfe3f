/* scene: a .case file, read and made ready to be played. tests/cases/README.md describes the format. */
#ifndef SIM_SCENE_H
#define SIM_SCENE_H

#include <time.h>

#include "text.h"

/* What a client can connect to. Each is a listener with a TLS certificate of its own. */
enum service { DOOR_IDP, DOOR_POP, DOOR_IMAP, DOOR_SMTP, DOOR__COUNT };

struct door_fact {
	const char *name;
	const char *host; /* the name that the client believes in */
	int port;
};
extern const struct door_fact door_facts[DOOR__COUNT];

enum step_kind {
	STEP_HEAR,     /* the client says this: text is a pattern for match_pattern */
	STEP_SAY,      /* send text */
	STEP_DELAY,    /* wait `number` milliseconds */
	STEP_DRIP,     /* from here on send one byte every `number` milliseconds, 0 for all at once */
	STEP_ENDLESS,  /* send text again and again until the client is gone */
	STEP_RAW,      /* send text beneath TLS */
	STEP_OPTIONAL, /* from here on the client may leave at any point */
	STEP_AHEAD,    /* from here on the client may talk before it was answered */
	STEP_STARTTLS, /* from here on TLS */
	STEP_SILENCE,  /* take what the client says and say nothing until it leaves */
	STEP_CLOSED,   /* the client leaves now */
	STEP_CLOSE,    /* close_notify and FIN */
	STEP_CUT,      /* FIN alone */
	STEP_RESET     /* RST */
};

struct step {
	enum step_kind kind;
	const char *where; /* "wrong-secret.case:12" */
	long number;
	struct text text;
};

/* What one connection (or `times` of them) sees. */
struct script {
	char name[16]; /* idp, disc, pop, imap, smtp; a digit behind it for the second connection and so on */
	enum service service;
	bool http;
	bool by_get;  /* at the service of idp: for GET requests */
	bool implied; /* the case does not mention it: the usual discovery */
	int times;
	struct step *steps;
	size_t n;
};

enum { SCRIPTS_MAX = 16 };

struct scene {
	const char *path;
	struct lines values; /* "name=value" for {name}; the last one counts */
	struct lines args, conf, env, input, files, modes, talk;
	struct lines secrets; /* what must not be seen in any output */
	struct lines door_words[DOOR__COUNT];
	struct script scripts[SCRIPTS_MAX];
	size_t scripts_n;
	time_t now;
	int jwt_ids; /* tokens made so far */
	size_t own;  /* lines of talk that the case itself has; what follows is implied */
};

/* Read the file; ends the program, naming the line, when it is not well-formed. */
void scene_read(struct scene *s, const char *path);

/* Turn the conversation into scripts. The values that it uses must be there. */
void scene_prepare(struct scene *s);

void scene_set(struct scene *s, const char *name, const char *value);

/* The value, or NULL. */
const char *scene_get(const struct scene *s, const char *name);

/* True when the case has something to say at this service. */
bool scene_has_scripts(const struct scene *s, enum service service);

#endif
