#include "cli/work.h"

int cmd_config(struct work *w)
{
	(void)w;
	return LADDER_EXIT_INTERNAL;
}
