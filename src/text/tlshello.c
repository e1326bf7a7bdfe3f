#include "text/tlshello.h"

#include <string.h>

enum {
	ALERT_RECORD = 21,
	HANDSHAKE_RECORD = 22,
	RECORD_HEAD = 5,
	MESSAGE_HEAD = 4,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	SUPPORTED_VERSIONS = 43,
	WARNING = 1,
	LEGACY_12 = 0x0303,
	SESSION_MAX = 32,
	HELLO_READ_MAX = 1024 /* of a ServerHello; usual ones have 130 bytes */
};

const char *const tlshello_version[TLS_VERSION__COUNT] = {
	[TLS_10] = "TLS 1.0",
	[TLS_11] = "TLS 1.1",
	[TLS_12] = "TLS 1.2",
	[TLS_13] = "TLS 1.3",
};

static const unsigned version_number[TLS_VERSION__COUNT] = { 0x0301, 0x0302, 0x0303, 0x0304 };

const struct tlshello_suite tlshello_suites[TLS_SUITE__COUNT] = {
#define SUITE(number, name, kind) { number, name, TLS_KIND_##kind },
#include "text/tlssuite.def"
};

/* The versions of a kind: from the first on to the second. */
static bool kind_in(enum tls_kind k, enum tls_version v)
{
	if (k == TLS_KIND_TLS13)
		return v == TLS_13;
	return v == TLS_12 || (v < TLS_12 && k >= TLS_KIND_ECDHE_CBC);
}

uint64_t tlshello_all(enum tls_version v)
{
	uint64_t all = 0;

	for (int i = 0; i < TLS_SUITE__COUNT; i++)
		if (kind_in(tlshello_suites[i].kind, v))
			all |= UINT64_C(1) << i;
	return all;
}

/* ---- the ClientHello -------------------------------------------------------------------------------- */

static void put_16(struct buf *b, unsigned v)
{
	buf_byte(b, (unsigned char)(v >> 8 & 0xff));
	buf_byte(b, (unsigned char)(v & 0xff));
}

/* Bytes behind their length in two. */
static void put_vector(struct buf *b, struct span s)
{
	put_16(b, (unsigned)s.n);
	buf_put(b, s);
}

static bool is_name(struct span host)
{
	size_t at;

	return host.n != 0 && host.n <= 255 && !span_find_byte(host, ':', &at) &&
	       !span_is_digit(host.p[host.n - 1]); /* no top-level domain ends in a digit */
}

static void put_name(struct buf *b, struct span host)
{
	put_16(b, 0); /* server_name */
	put_16(b, (unsigned)host.n + 5);
	put_16(b, (unsigned)host.n + 3);
	buf_byte(b, 0);
	put_vector(b, host);
}

static void put_extensions(struct buf *b, enum tls_version v, struct span host)
{
	/* supported_groups: x25519, P-256, P-384, P-521, ffdhe2048; ec_point_formats: uncompressed */
	static const unsigned char curves[] = "\x00\x0a\x00\x0c\x00\x0a\x00\x1d\x00\x17\x00\x18\x00\x19\x01\x00"
					      "\x00\x0b\x00\x02\x01\x00";
	/* signature_algorithms: ECDSA, RSA-PSS and RSA with SHA-2, then those with SHA-1 of old servers */
	static const unsigned char signatures[] = "\x00\x0d\x00\x1a\x00\x18\x04\x03\x05\x03\x06\x03\x08\x04\x08\x05"
						  "\x08\x06\x04\x01\x05\x01\x06\x01\x08\x07\x02\x03\x02\x01";
	/* supported_versions: TLS 1.3; key_share: none */
	static const unsigned char tls13[] = "\x00\x2b\x00\x03\x02\x03\x04\x00\x33\x00\x02\x00\x00";

	if (is_name(host))
		put_name(b, host);
	buf_put(b, (struct span){ curves, sizeof curves - 1 });
	if (v >= TLS_12)
		buf_put(b, (struct span){ signatures, sizeof signatures - 1 });
	if (v == TLS_13)
		buf_put(b, (struct span){ tls13, sizeof tls13 - 1 });
}

void tlshello_put(struct buf *out, enum tls_version v, uint64_t suites, struct span host, const unsigned char *random)
{
	unsigned char list[2 * (TLS_SUITE__COUNT + 1)], more[TLSHELLO_MAX], text[TLSHELLO_MAX];
	struct buf offered = BUF(list), extensions = BUF(more), hello = BUF(text);
	struct span nonce = { random, TLSHELLO_RANDOM };

	for (int i = 0; i < TLS_SUITE__COUNT; i++)
		if ((suites >> i & 1) != 0)
			put_16(&offered, tlshello_suites[i].number);
	if (v < TLS_13)
		put_16(&offered, 0x00ff); /* secure renegotiation, RFC 5746 */
	put_extensions(&extensions, v, host);
	put_16(&hello, v == TLS_13 ? LEGACY_12 : version_number[v]);
	buf_put(&hello, nonce);
	buf_byte(&hello, v == TLS_13 ? TLSHELLO_RANDOM : 0);
	if (v == TLS_13)
		buf_put(&hello, nonce); /* RFC 8446 D.4: as if a session were resumed, for what stands in between */
	put_vector(&hello, buf_span(&offered));
	buf_put(&hello, SPAN("\x01\x00")); /* no compression */
	put_vector(&hello, buf_span(&extensions));
	buf_byte(out, HANDSHAKE_RECORD);
	put_16(out, 0x0301);
	put_16(out, (unsigned)hello.n + MESSAGE_HEAD);
	buf_byte(out, CLIENT_HELLO);
	buf_byte(out, 0);
	put_vector(out, buf_span(&hello));
	out->full |= hello.full || extensions.full;
}

/* ---- the answer ------------------------------------------------------------------------------------- */

static unsigned get_16(struct span s, size_t at)
{
	return (unsigned)s.p[at] << 8 | s.p[at + 1];
}

/* The version that supported_versions names, if it is there. */
static void read_extensions(struct span s, unsigned *version)
{
	while (s.n >= 4 && get_16(s, 2) <= s.n - 4) {
		size_t n = get_16(s, 2);

		if (get_16(s, 0) == SUPPORTED_VERSIONS && n == 2)
			*version = get_16(s, 4);
		s = span_from(s, 4 + n);
	}
}

/* Version, random, session, suite, compression, extensions. */
static bool read_hello(struct span s, enum tls_version *v, enum tls_suite *suite)
{
	unsigned version, number;
	size_t session;

	if (s.n < 2 + TLSHELLO_RANDOM + 1)
		return false;
	version = get_16(s, 0);
	session = s.p[2 + TLSHELLO_RANDOM];
	s = span_from(s, 2 + TLSHELLO_RANDOM + 1);
	if (session > SESSION_MAX || s.n < session + 3)
		return false;
	s = span_from(s, session);
	number = get_16(s, 0);
	s = span_from(s, 3);
	if (s.n >= 2 && get_16(s, 0) == s.n - 2)
		read_extensions(span_from(s, 2), &version);
	*v = TLS_VERSION__COUNT;
	for (int i = 0; i < TLS_VERSION__COUNT; i++)
		if (version_number[i] == version)
			*v = (enum tls_version)i;
	*suite = TLS_SUITE__COUNT;
	for (int i = 0; i < TLS_SUITE__COUNT; i++)
		if (tlshello_suites[i].number == number)
			*suite = (enum tls_suite)i;
	return true;
}

/* A handshake message, as far as its records have come. */
static enum tlshello_kind read_message(struct span message, enum tls_version *v, enum tls_suite *suite)
{
	size_t n;

	if (message.n != 0 && message.p[0] != SERVER_HELLO)
		return TLSHELLO_OTHER;
	if (message.n < MESSAGE_HEAD)
		return TLSHELLO_MORE;
	n = get_16(message, 2);
	if (message.p[1] != 0 || n > HELLO_READ_MAX - MESSAGE_HEAD)
		return TLSHELLO_OTHER;
	if (message.n - MESSAGE_HEAD < n)
		return TLSHELLO_MORE;
	return read_hello(span_first(span_from(message, MESSAGE_HEAD), n), v, suite) ? TLSHELLO_TAKEN : TLSHELLO_OTHER;
}

enum tlshello_kind tlshello_read(struct span in, enum tls_version *v, enum tls_suite *suite, unsigned *alert)
{
	unsigned char bytes[HELLO_READ_MAX];
	struct buf message = BUF(bytes);

	while (in.n >= RECORD_HEAD && in.p[1] == 3) {
		size_t n = get_16(in, 3);
		struct span content = span_first(span_from(in, RECORD_HEAD), n);
		enum tlshello_kind kind = TLSHELLO_MORE;

		if (in.p[0] == ALERT_RECORD && content.n == n) {
			if (n != 2)
				return TLSHELLO_OTHER;
			*alert = content.p[1];
			if (content.p[0] != WARNING) /* such as unrecognized_name: the handshake goes on */
				return TLSHELLO_ALERT;
		} else if (in.p[0] ==
		           HANDSHAKE_RECORD) { /* a long one holds the certificates, too: its beginning will do */
			buf_put(&message, span_first(content, message.cap - message.n));
			kind = read_message(buf_span(&message), v, suite);
		} else if (in.p[0] != ALERT_RECORD) {
			return TLSHELLO_OTHER;
		}
		if (kind != TLSHELLO_MORE || content.n < n)
			return kind;
		in = span_from(in, RECORD_HEAD + n);
	}
	if (in.n != 0 && in.p[0] != HANDSHAKE_RECORD && in.p[0] != ALERT_RECORD)
		return TLSHELLO_OTHER;
	return in.n > 1 && in.p[1] != 3 ? TLSHELLO_OTHER : TLSHELLO_MORE;
}
