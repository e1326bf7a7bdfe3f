#include "text/json_write.h"

#include "text/date.h"
#include "text/json.h"

/* The comma and the name before a value. */
static void member(struct json_write *w, const char *name)
{
	if (w->comma)
		buf_byte(w->out, ',');
	w->comma = true;
	if (name == NULL)
		return;
	json_put_string(w->out, span_z(name));
	buf_byte(w->out, ':');
}

void json_write_open(struct json_write *w, const char *name, char bracket)
{
	member(w, name);
	buf_byte(w->out, (unsigned char)bracket);
	w->comma = false;
}

void json_write_close(struct json_write *w, char bracket)
{
	buf_byte(w->out, (unsigned char)bracket);
	w->comma = true;
}

void json_write_raw(struct json_write *w, const char *name, struct span json)
{
	member(w, name);
	json_put_visible(w->out, json.n != 0 ? json : SPAN("null"));
}

void json_write_null(struct json_write *w, const char *name)
{
	json_write_raw(w, name, SPAN(""));
}

void json_write_bool(struct json_write *w, const char *name, bool value)
{
	json_write_raw(w, name, value ? SPAN("true") : SPAN("false"));
}

void json_write_i64(struct json_write *w, const char *name, int64_t value)
{
	member(w, name);
	buf_i64(w->out, value);
}

void json_write_moment(struct json_write *w, const char *name, int64_t unix_s)
{
	unsigned char bytes[40];
	struct buf b = BUF(bytes);

	date_put(&b, unix_s);
	for (size_t i = 0; i < b.n; i++)
		if (bytes[i] == ' ')
			bytes[i] = 'T';
	member(w, name);
	json_put_string(w->out, buf_span(&b));
}

void json_write_z(struct json_write *w, const char *name, const char *value)
{
	member(w, name);
	json_put_string(w->out, span_z(value));
}

void json_write_text(struct json_write *w, const char *name, struct span value)
{
	unsigned char bytes[JSON_WRITE_TEXT_MAX];
	struct buf filtered = BUF(bytes);

	member(w, name);
	if (w->filter == NULL) {
		json_put_string(w->out, value);
		return;
	}
	w->filter(w->of, value, &filtered);
	json_put_string(w->out, buf_span(&filtered));
	w->out->full = w->out->full || !buf_ok(&filtered);
}

void json_write_some(struct json_write *w, const char *name, struct span value)
{
	if (value.n == 0)
		json_write_null(w, name);
	else
		json_write_text(w, name, value);
}

void json_write_lines(struct json_write *w, const char *name, struct span lines)
{
	json_write_open(w, name, '[');
	while (lines.n != 0) {
		struct span line = span_cut(lines, '\n', &lines);
		bool command = span_starts(line, SPAN("\t"));

		json_write_open(w, NULL, '{');
		json_write_z(w, "kind", command ? "command" : "text");
		json_write_text(w, "text", span_from(line, command));
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
}
