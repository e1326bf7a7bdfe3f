#include "show/setup_words.h"

static bool one_of(unsigned char c, const char *marks)
{
	size_t at;

	return span_find_byte(span_z(marks), c, &at);
}

static bool alnum(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool made_of(struct span s, const char *marks)
{
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.p[i]) && !one_of(s.p[i], marks))
			return false;
	return s.n != 0;
}

void setup_words_quote(struct buf *b, struct span value)
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

/* What begins with a dash or an @ would be an option or a splat. */
void setup_words_powershell(struct buf *b, struct span value)
{
	if (made_of(value, "-._@") && alnum(value.p[0]))
		buf_put(b, value);
	else
		setup_words_quote(b, value);
}

void setup_words_shell(struct buf *b, struct span value)
{
	if (made_of(value, "-._@/+:,=") && value.p[0] != '-') {
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

bool setup_words_plain(struct span value)
{
	return made_of(value, " -._@/+:,=~%&!*?#^|{}[]()<>;") && !span_starts(value, SPAN("-"));
}

void setup_words_options(struct buf *b, const struct setup *s)
{
	if (s->file.n != 0) {
		buf_z(b, " -c ");
		setup_words_shell(b, s->file);
	}
	if (s->profile.n != 0) {
		buf_z(b, " --profile ");
		setup_words_shell(b, s->profile);
	}
}
