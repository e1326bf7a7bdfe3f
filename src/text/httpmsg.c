#include "text/httpmsg.h"

/* The length of "HTTP/1.1 200". */
enum { STATUS_LINE_MIN = 12 };

/* Chunk framing (RFC 9112 section 7.1): in a state, the byte that leads to the next one, and what it means when a byte
 * may not stand there. The states without a text take every byte. */
static const struct {
	unsigned char byte;
	enum httpmsg_state next;
	const char *unexpected;
} framing[HTTPMSG__STATES] = {
	[HTTPMSG_AT_SIZE] = { '\0', HTTPMSG_AT_END, "no chunk size where a chunk begins" },
	[HTTPMSG_AT_SIZE_DIGIT] = { '\r', HTTPMSG_AT_SIZE_LF,
	                            "a chunk size that is not a hexadecimal number of 64 bits" },
	[HTTPMSG_AT_SIZE_BLANK] = { '\r', HTTPMSG_AT_SIZE_LF, "text after a chunk size" },
	[HTTPMSG_AT_EXTENSION] = { '\r', HTTPMSG_AT_SIZE_LF, "a control character in a chunk extension" },
	[HTTPMSG_AT_SIZE_LF] = { '\n', HTTPMSG_AT_CHUNK, "CR without LF after a chunk size" },
	[HTTPMSG_AT_CHUNK_CR] = { '\r', HTTPMSG_AT_CHUNK_LF, "a chunk longer than its size" },
	[HTTPMSG_AT_CHUNK_LF] = { '\n', HTTPMSG_AT_SIZE, "CR without LF after a chunk" },
	[HTTPMSG_AT_TRAILER] = { '\r', HTTPMSG_AT_LAST_LF, "a trailer line that is not a field" },
	[HTTPMSG_AT_TRAILER_NAME] = { ':', HTTPMSG_AT_TRAILER_VALUE, "a trailer line that is not a field" },
	[HTTPMSG_AT_TRAILER_VALUE] = { '\r', HTTPMSG_AT_TRAILER_LF, "a control character in a trailer" },
	[HTTPMSG_AT_TRAILER_LF] = { '\n', HTTPMSG_AT_TRAILER, "CR without LF in a trailer" },
	[HTTPMSG_AT_LAST_LF] = { '\n', HTTPMSG_AT_END, "CR without LF after the trailers" },
};

void httpmsg_start(struct httpmsg *m, struct buf head, struct buf body)
{
	*m = (struct httpmsg){ .head = head, .body = body, .verdict = HTTPMSG_MORE };
	m->head.n = m->body.n = 0;
	m->head.full = m->body.full = false;
}

static void end_with(struct httpmsg *m, enum httpmsg_result verdict, struct span reason)
{
	m->state = HTTPMSG_AT_END;
	m->verdict = verdict;
	m->reason = reason;
}

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* RFC 9110 section 5.6.2: what a field name has beside letters and digits. */
#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

/* "HTTP/1.1 200 OK"; the reason phrase and the blank before it may be absent. */
static bool read_status(struct span line, int *code)
{
	if (line.n < STATUS_LINE_MIN || !span_starts(line, SPAN("HTTP/1.")) || !span_is_digit(line.p[7]) ||
	    line.p[8] != ' ' || !span_is_digit(line.p[9]) || !span_is_digit(line.p[10]) || !span_is_digit(line.p[11]))
		return false;
	if (line.n > STATUS_LINE_MIN && line.p[STATUS_LINE_MIN] != ' ')
		return false;
	*code = (line.p[9] - '0') * 100 + (line.p[10] - '0') * 10 + (line.p[11] - '0');
	return *code >= 100 && *code <= 599;
}

/* Could these first bytes still become a status line? */
static bool begins_status(struct span line)
{
	struct span version = SPAN("HTTP/1.");

	return span_starts(version, span_first(line, version.n));
}

static bool split_field(struct span line, struct span *name, struct span *value)
{
	size_t colon;

	if (!span_find_byte(line, ':', &colon) || colon == 0 || span_run(line, TOKEN_MARKS) != colon)
		return false;
	*name = span_first(line, colon);
	*value = span_trim(span_from(line, colon + 1));
	return true;
}

/* The same number again is no contradiction (RFC 9110 section 8.6). */
static bool read_length(struct httpmsg *m, struct span value)
{
	uint64_t n;

	if (m->chunked || !span_u64(value, UINT64_MAX, &n) || (m->has_length && n != m->left))
		return false;
	m->left = n;
	m->has_length = true;
	return true;
}

/* The two fields that say where the body ends (RFC 9112 section 6): one of them. */
static bool read_field(struct httpmsg *m, struct span line)
{
	struct span name, value;

	if (!split_field(line, &name, &value))
		return false;
	if (span_eq_nocase(name, SPAN("Content-Length")))
		return read_length(m, value);
	if (span_eq_nocase(name, SPAN("Transfer-Encoding"))) {
		if (m->has_length || m->chunked || !span_eq_nocase(value, SPAN("chunked")))
			return false;
		m->chunked = true;
	}
	return true;
}

/* An interim answer: what comes next is a whole new head. */
static void skip_interim(struct httpmsg *m)
{
	if (m->code == 101)
		end_with(m, HTTPMSG_BAD, SPAN("status 101, but no other protocol was asked for"));
	else if (m->interim == HTTPMSG_1XX_MAX)
		end_with(m, HTTPMSG_BAD, SPAN("too many interim answers"));
	m->interim++;
	m->head.n = 0;
	m->has_length = m->chunked = false;
	m->left = 0;
}

static void end_head(struct httpmsg *m)
{
	if (m->code < 200) {
		skip_interim(m);
		return;
	}
	m->status = m->code;
	if (m->code == 204 || m->code == 304 || (m->has_length && m->left == 0))
		end_with(m, HTTPMSG_DONE, SPAN(""));
	else if (m->chunked)
		m->state = HTTPMSG_AT_SIZE;
	else
		m->state = m->has_length ? HTTPMSG_AT_LENGTH : HTTPMSG_AT_REST;
}

/* A line of the head, without its end. */
static void take_line(struct httpmsg *m, struct span line)
{
	if (m->line_at != 0 && line.n == 0) {
		end_head(m);
	} else if (!(m->line_at == 0 ? read_status(line, &m->code) : read_field(m, line))) {
		end_with(m, HTTPMSG_BAD, line);
		return;
	}
	m->line_at = m->head.n;
}

/* The first bytes are no HTTP. What else came in the same piece, up to the end of the line, goes into the head, because
 * it tells what the peer is: "+OK The Microsoft Exchange POP3 service is ready". */
static void refuse_start(struct httpmsg *m, struct span *rest)
{
	struct span line = span_first(*rest, m->head.cap - m->head.n);
	size_t lf;

	if (m->head.p[m->head.n - 1] != '\n') {
		if (span_find_byte(line, '\n', &lf))
			line = span_first(line, lf);
		buf_put(&m->head, line);
		*rest = span_from(*rest, line.n);
	}
	end_with(m, HTTPMSG_BAD, span_trim(buf_span(&m->head)));
}

static void head_byte(struct httpmsg *m, struct span *rest)
{
	unsigned char c = rest->p[0];
	struct span line;
	bool after_cr;

	if (m->head.n == m->head.cap) {
		m->head.full = true;
		end_with(m, HTTPMSG_TOO_LARGE, SPAN("the head"));
		return;
	}
	*rest = span_from(*rest, 1);
	buf_byte(&m->head, c);
	line = span_from(buf_span(&m->head), m->line_at);
	after_cr = line.n > 1 && line.p[line.n - 2] == '\r';
	if (m->line_at == 0 && !begins_status(line))
		refuse_start(m, rest);
	else if (c == '\n')
		take_line(m, span_first(line, line.n - (after_cr ? 2 : 1)));
	else if (after_cr || (c != '\r' && is_control(c)))
		end_with(m, HTTPMSG_BAD, line);
}

/* Body bytes as they are: with a length, of one chunk, or until the peer closes. */
static void body_bytes(struct httpmsg *m, struct span *rest)
{
	struct span piece = *rest;
	size_t scratch = m->body.cap - m->body.n;

	if (m->state != HTTPMSG_AT_REST && piece.n > m->left)
		piece = span_first(piece, (size_t)m->left);
	*rest = span_from(*rest, piece.n);
	buf_put(&m->body, span_first(piece, scratch));
	if (piece.n > scratch) {
		m->body.full = true;
		end_with(m, HTTPMSG_TOO_LARGE, SPAN("the body"));
		return;
	}
	if (m->state == HTTPMSG_AT_REST)
		return;
	m->left -= piece.n;
	if (m->left == 0 && m->state == HTTPMSG_AT_CHUNK)
		m->state = HTTPMSG_AT_CHUNK_CR;
	else if (m->left == 0)
		end_with(m, HTTPMSG_DONE, SPAN(""));
}

static bool add_digit(uint64_t *size, unsigned char c)
{
	unsigned digit;

	if (!span_hex_digit(c, &digit) || *size > UINT64_MAX >> 4)
		return false;
	*size = *size << 4 | digit;
	return true;
}

/* One byte of chunk framing leads to the next state; HTTPMSG_AT_END: not this byte, or the last one. */
static enum httpmsg_state frame_byte(struct httpmsg *m, unsigned char c)
{
	enum httpmsg_state at = m->state;
	bool in_size = at == HTTPMSG_AT_SIZE || at == HTTPMSG_AT_SIZE_DIGIT;
	bool after_size = at == HTTPMSG_AT_SIZE_DIGIT || at == HTTPMSG_AT_SIZE_BLANK;
	bool in_name = at == HTTPMSG_AT_TRAILER || at == HTTPMSG_AT_TRAILER_NAME;
	bool in_text = at == HTTPMSG_AT_EXTENSION || at == HTTPMSG_AT_TRAILER_VALUE;

	if (c == framing[at].byte)
		return at == HTTPMSG_AT_SIZE_LF && m->left == 0 ? HTTPMSG_AT_TRAILER : framing[at].next;
	if (in_size && add_digit(&m->left, c))
		return HTTPMSG_AT_SIZE_DIGIT;
	if (after_size && c == ';')
		return HTTPMSG_AT_EXTENSION;
	if (after_size && span_is_blank(c))
		return HTTPMSG_AT_SIZE_BLANK;
	if (in_name && span_alnum_or(c, TOKEN_MARKS))
		return HTTPMSG_AT_TRAILER_NAME;
	return in_text && !is_control(c) ? at : HTTPMSG_AT_END;
}

static void frame(struct httpmsg *m, struct span *rest)
{
	enum httpmsg_state at = m->state;
	unsigned char c = rest->p[0];

	if (m->overhead == HTTPMSG_CHUNK_OVERHEAD_MAX) {
		end_with(m, HTTPMSG_TOO_LARGE, SPAN("the chunk framing"));
		return;
	}
	m->overhead++;
	*rest = span_from(*rest, 1);
	m->state = frame_byte(m, c);
	if (at == HTTPMSG_AT_LAST_LF && c == '\n')
		end_with(m, HTTPMSG_DONE, SPAN(""));
	else if (m->state == HTTPMSG_AT_END)
		end_with(m, HTTPMSG_BAD, span_z(framing[at].unexpected));
}

enum httpmsg_result httpmsg_push(struct httpmsg *m, struct span in, size_t *used)
{
	struct span rest = in;

	while (rest.n != 0 && m->state != HTTPMSG_AT_END) {
		if (m->state == HTTPMSG_AT_HEAD)
			head_byte(m, &rest);
		else if (framing[m->state].unexpected != NULL)
			frame(m, &rest);
		else
			body_bytes(m, &rest);
	}
	*used = in.n - rest.n;
	return m->verdict;
}

enum httpmsg_result httpmsg_end(struct httpmsg *m)
{
	if (m->state == HTTPMSG_AT_REST)
		end_with(m, HTTPMSG_DONE, SPAN(""));
	else if (m->state != HTTPMSG_AT_END)
		end_with(m, HTTPMSG_BAD, SPAN("ended early"));
	return m->verdict;
}

bool httpmsg_has_head(const struct httpmsg *m)
{
	return m->status != 0;
}

bool httpmsg_field(const struct httpmsg *m, struct span name, struct span *value)
{
	struct span rest = buf_span(&m->head), line = span_cut(rest, '\n', &rest);
	struct span key, found;

	if (!httpmsg_has_head(m))
		return false;
	while (rest.n != 0) {
		line = span_cut(rest, '\n', &rest);
		if (split_field(line, &key, &found) && span_eq_nocase(key, name)) {
			*value = found;
			return true;
		}
	}
	return false;
}
