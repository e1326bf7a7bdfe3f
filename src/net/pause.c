#include "net/pause.h"

#include <poll.h>
#include <stddef.h>

bool pause_ms(int64_t ms, struct deadline d)
{
	struct deadline end = clock_deadline(ms);

	if (d.at_ms <= end.at_ms)
		return false;
	while (clock_left(end) != 0)
		(void)poll(NULL, 0, clock_left(end));
	return true;
}
