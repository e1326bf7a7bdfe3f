#include "text/quote.h"

bool quote_only(struct span s, const char *marks)
{
	return s.n != 0 && s.p[0] != '-' && span_run(s, marks) == s.n;
}

void quote_shell(struct buf *b, struct span value)
{
	if (quote_only(value, "-._@/+:,=")) {
		buf_put(b, value);
		return;
	}
	buf_byte(b, '\'');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\'')
			buf_z(b, "'\\''");
		else if (value.p[i] >= ' ' && value.p[i] != 0x7f)
			buf_byte(b, value.p[i]);
	}
	buf_byte(b, '\'');
}

void quote_powershell(struct buf *b, struct span value)
{
	buf_byte(b, '\'');
	while (value.n != 0) {
		uint32_t c = 0;
		size_t n = span_utf8(value, &c);

		if (n != 0 && (c == '\'' || (c >= 0x2018 && c <= 0x201b)))
			buf_put(b, span_first(value, n));
		if (n != 0 && c >= ' ' && c != 0x7f)
			buf_put(b, span_first(value, n));
		value = span_from(value, n != 0 ? n : 1);
	}
	buf_byte(b, '\'');
}

/* An @ at the start would be a splat. */
void quote_powershell_bare(struct buf *b, struct span value)
{
	if (quote_only(value, "-._@") && value.p[0] != '@')
		buf_put(b, value);
	else
		quote_powershell(b, value);
}
