#include "text/guid.h"

static bool part_of_guid(unsigned char c)
{
	unsigned v;

	return c == '-' || span_hex_digit(c, &v);
}

bool guid_ok(struct span s)
{
	if (s.n != GUID_LENGTH)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (!part_of_guid(s.p[i]) || (s.p[i] == '-') != dash)
			return false;
	}
	return true;
}

bool guid_find(struct span s, struct span *guid)
{
	size_t end;

	for (size_t i = 0; i < s.n; i = end + 1) {
		struct span run;

		for (end = i; end < s.n && part_of_guid(s.p[end]); end++)
			;
		run = span_first(span_from(s, i), end - i);
		if (guid_ok(run)) {
			*guid = run;
			return true;
		}
	}
	return false;
}
