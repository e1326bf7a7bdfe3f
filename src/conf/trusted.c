#include "conf/trusted.h"

/* One source; all but the first stand behind a comma or, the last, "and". */
static void put(struct buf *out, const char *before, const char *what, struct span name)
{
	name = span_from(name, span_starts(name, SPAN("+")) ? 1 : 0);
	buf_say(out, "%s%s", before, what);
	if (name.n != 0 && name.n <= TRUSTED_NAME_MAX)
		buf_say(out, " %.*s", SPAN_ARG(name));
}

void trusted_put(struct buf *out, const struct settings *s, bool embedded)
{
	struct span file = settings_get(s, SETTING_CA_FILE), folder = settings_get(s, SETTING_CA_DIR);

	if (embedded)
		put(out, "", "built-in roots", SPAN_NONE);
	if (file.n != 0)
		put(out,
		    !embedded       ? ""
		    : folder.n != 0 ? ", "
		                    : " and ",
		    s->ca_system ? "system roots at" : "the CA file", file);
	if (folder.n != 0)
		put(out, embedded || file.n != 0 ? " and " : "", "the directory", folder);
}
