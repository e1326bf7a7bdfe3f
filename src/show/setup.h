/* setup: the whole way from nothing to a mailbox that can be read, filled in with what is known. */
#ifndef SHOW_SETUP_H
#define SHOW_SETUP_H

#include "show/page.h"
#include "show/setup_words.h"

/* Every step, in order: portal, consent, secret, Exchange PowerShell, settings file, token,
 * check. What is not known is named: in the text by words in capitals, above the steps with the
 * place where it is found. */
void setup_steps(struct page *p, const struct setup *s);

/* The part for an Exchange administrator as a script that can be run as it is: what is not known
 * it asks for. False when the provider has no Exchange. */
bool setup_powershell(struct buf *out, const struct setup *s) MUST;

#endif
