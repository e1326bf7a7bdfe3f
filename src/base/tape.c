#include "base/tape.h"

void tape_put(const struct tape *t, enum tape_mark mark, struct span text)
{
	if (t->put != NULL)
		t->put(t->to, mark, text);
}
