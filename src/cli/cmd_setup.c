#include "cli/work.h"

int cmd_setup(struct work *w)
{
	(void)w;
	return LADDER_EXIT_INTERNAL;
}
