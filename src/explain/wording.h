/* wording: turns the templates of causes.def into sentences, with the run's own values. */
#ifndef EXPLAIN_WORDING_H
#define EXPLAIN_WORDING_H

#include "explain/knowledge.h"
#include "explain/placeholder.h"
#include "text/template.h"

/* Fill a template (text/template.h) into the scratch of the case. Empty when nothing of it can be filled. */
struct span wording_fill(const struct explain_case *c, const char *template, enum template_form form);

/* Fill a whole cause. False: all that its fix would write into the settings stands there already, so it is none. */
bool wording_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out);

#endif
