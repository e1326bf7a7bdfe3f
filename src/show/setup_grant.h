/* setup_grant: the part of a set-up that depends on the grant: what takes the place of the client secret. */
#ifndef SHOW_SETUP_GRANT_H
#define SHOW_SETUP_GRANT_H

#include "show/page.h"
#include "show/setup_words.h"

/* Is the whole way another than that of an application in Entra with a credential of its own? Then setup_grant_way
 * prints all of it. */
bool setup_grant_is_whole(const struct setup *s);
void setup_grant_way(struct page *p, const struct setup *s);

/* Step 4 of an application in Entra, for a credential that is no client secret. */
void setup_grant_credential(struct page *p, const struct setup *s);

/* Steps 1 to 5 for a managed identity, which is nowhere registered. */
void setup_grant_identity(struct page *p, const struct setup *s);

/* The lines of the settings file that hold the credential, or say the grant. */
void setup_grant_settings(struct buf *b, const struct setup *s);

/* Which other grants this provider takes, and how to be shown the way to them. */
void setup_grant_others(struct page *p, const struct setup *s);

/* A line of the settings file, "\ttenant_id = ...": the value, or the word for what is missing. */
void setup_grant_line(struct buf *b, const struct setup *s, enum setting key, const char *word);

#endif
