#include "cli/work.h"

int cmd_decode(struct work *w)
{
	(void)w;
	return LADDER_EXIT_INTERNAL;
}
