/* setup_words: values of a set-up, written so that PowerShell or a shell takes them as they are. */
#ifndef SHOW_SETUP_WORDS_H
#define SHOW_SETUP_WORDS_H

#include "base/buf.h"
#include "conf/settings.h"

enum { SETUP_MAILBOXES_MAX = 64 }; /* more are given to Exchange by a script of one's own */

/* What is known, borrowed. Settings are finished; whatever is not set counts as not known. */
struct setup {
	const struct settings *settings;
	const struct span *mailbox;
	size_t mailboxes;
	struct span file, profile; /* settings file and section as the user named them, or empty */
	bool secret;               /* the client secret is known, wherever from */
};

/* In PowerShell's single quotes, which its typographic cousins end, too; control characters are
 * left out. */
void setup_words_quote(struct buf *b, struct span value);

/* The same for an argument of a command: bare when it is only letters, digits and - . _ @ */
void setup_words_powershell(struct buf *b, struct span value);

/* In a shell's single quotes; bare when it can be. */
void setup_words_shell(struct buf *b, struct span value);

/* Letters, digits, blanks and marks that mean nothing to any configuration language. */
bool setup_words_plain(struct span value);

/* " -c FILE --profile NAME", as far as the user named them. */
void setup_words_options(struct buf *b, const struct setup *s);

#endif
