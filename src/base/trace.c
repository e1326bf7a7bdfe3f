#include "base/trace.h"

void trace_put(const struct trace *t, enum trace_mark mark, struct span text)
{
	if (t->put != NULL)
		t->put(t->to, mark, text);
}

void trace_say(const struct trace *t, enum trace_mark mark, const char *format, ...)
{
	char text[TRACE_SAY_MAX];
	struct buf b = BUF(text);
	va_list arguments;

	va_start(arguments, format);
	buf_vsay(&b, format, arguments);
	va_end(arguments);
	trace_put(t, mark, buf_span(&b));
}
