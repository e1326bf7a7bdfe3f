#include "cli/work.h"

int cmd_selftest(struct work *w)
{
	(void)w;
	return LADDER_EXIT_INTERNAL;
}
