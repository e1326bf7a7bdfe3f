/* text/tlshello: what is written is what RFC 5246 and 8446 say, what is read is judged byte by byte. */
#include "t.h"

#include "text/tlshello.h"

static const unsigned char random_bytes[TLSHELLO_RANDOM] = { 0xaa, 0xbb };

static unsigned at_16(struct span s, size_t at)
{
	return (unsigned)s.p[at] << 8 | s.p[at + 1];
}

TEST(every_length_in_a_client_hello_is_right)
{
	for (int v = 0; v < TLS_VERSION__COUNT; v++) {
		unsigned char text[TLSHELLO_MAX];
		struct buf b = BUF(text);
		struct span s;
		size_t at;

		tlshello_put(&b, (enum tls_version)v, tlshello_all((enum tls_version)v), SPAN("mail.example"),
		             random_bytes);
		OK(buf_ok(&b));
		s = buf_span(&b);
		EQ(at_16(s, 3), (unsigned)s.n - 5);
		EQ(at_16(s, 7), (unsigned)s.n - 9);
		EQ(at_16(s, 9), v == TLS_13 ? 0x0303u : 0x0301u + (unsigned)v);
		at = 11 + TLSHELLO_RANDOM;
		at += 1 + s.p[at];
		at += 2 + at_16(s, at);
		EQ(at_16(s, at), 0x0100u);
		at += 2;
		EQ(at_16(s, at), (unsigned)(s.n - at - 2));
		at += 2;
		while (at < s.n)
			at += 4 + at_16(s, at + 2);
		EQ(at, s.n);
		OK(span_find(s, SPAN("mail.example"), &at));
		EQ(span_find(s, SPAN("\x00\x2b\x00\x03\x02\x03\x04"), &at), v == TLS_13);
	}
}

TEST(an_address_is_no_name)
{
	static const struct span host[] = { SPAN_INIT("192.0.2.1"), SPAN_INIT("2001:db8::1"), SPAN_INIT("::f") };

	for (size_t i = 0; i < COUNT(host); i++) {
		unsigned char text[TLSHELLO_MAX];
		struct buf b = BUF(text);
		size_t at;

		tlshello_put(&b, TLS_12, 1, host[i], random_bytes);
		OK(buf_ok(&b) && !span_find(buf_span(&b), host[i], &at));
	}
}

TEST(every_capacity)
{
	for (size_t cap = 0; cap < 260; cap++) {
		unsigned char text[TLSHELLO_MAX];
		struct buf b = { text, cap, 0, false };

		tlshello_put(&b, TLS_10, UINT64_C(1) << TLS_SUITE_0x002F, SPAN("a"), random_bytes);
		OK(b.n <= cap);
	}
}

TEST(suites_of_the_versions)
{
	OK((tlshello_all(TLS_13) & tlshello_all(TLS_12)) == 0);
	OK((tlshello_all(TLS_10) & ~tlshello_all(TLS_12)) == 0);
	EQ(tlshello_all(TLS_10), tlshello_all(TLS_11));
	EQ(tlshello_all(TLS_13) | tlshello_all(TLS_12), (UINT64_C(1) << TLS_SUITE__COUNT) - 1);
	for (int i = 0; i < TLS_SUITE__COUNT; i++)
		for (int k = 0; k < i; k++)
			OK(tlshello_suites[i].number != tlshello_suites[k].number);
}

#define ZERO_32  "01234567890123456789012345678901"
#define HELLO_12 "\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" ZERO_32 "\x00\xc0\x2f\x00"
#define RETRY_13                                                                                                       \
	"\x16\x03\x03\x00\x38\x02\x00\x00\x34\x03\x03" ZERO_32 "\x00\x13\x02\x00\x00\x0c"                              \
	"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x1d"

static const struct {
	struct span in;
	enum tlshello_kind kind;
	int version, suite;
	unsigned alert;
} row[] = {
	{ SPAN_INIT(HELLO_12), TLSHELLO_TAKEN, TLS_12, TLS_SUITE_0xC02F, 0 },
	{ SPAN_INIT(RETRY_13), TLSHELLO_TAKEN, TLS_13, TLS_SUITE_0x1302, 0 },
	{ SPAN_INIT("\x15\x03\x01\x00\x02\x01\x70" HELLO_12), TLSHELLO_TAKEN, TLS_12, TLS_SUITE_0xC02F, 112 },
	{ SPAN_INIT("\x15\x03\x01\x00\x02\x02\x46"), TLSHELLO_ALERT, 0, 0, 70 },
	{ SPAN_INIT("\x15\x03\x03\x00\x02\x02\x28"), TLSHELLO_ALERT, 0, 0, 40 },
	{ SPAN_INIT("\x15\x03\x03\x00\x03\x02\x28\x00"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x01\x02\x16\x03\x03\x00\x29\x00\x00\x26\x03\x01" ZERO_32 "\x00\x00\x2f\x00"),
	  TLSHELLO_TAKEN, TLS_10, TLS_SUITE_0x002F, 0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x09" ZERO_32 "\x00\xff\xff\x00"), TLSHELLO_TAKEN,
	  TLS_VERSION__COUNT, TLS_SUITE__COUNT, 0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" ZERO_32 "\x21\xc0\x2f\x00"), TLSHELLO_OTHER, 0, 0,
	  0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x04\x02\x00\x00\x00"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x04\x02\x01\x00\x00"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("\x16\x03\x03\x00\x01\x0b"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("\x17\x03\x03\x00\x01\x0b"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("\x16\x02"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("+OK POP3 ready\r\n"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT("HTTP/1.1 400"), TLSHELLO_OTHER, 0, 0, 0 },
	{ SPAN_INIT(""), TLSHELLO_MORE, 0, 0, 0 },
	{ SPAN_INIT("\x15\x03\x03\x00\x02\x02"), TLSHELLO_MORE, 0, 0, 0 },
};

TEST(answers_and_every_part_of_them)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		for (size_t n = 0; n <= row[i].in.n; n++) {
			enum tls_version v = TLS_10;
			enum tls_suite suite = TLS_SUITE_0x1301;
			unsigned alert = 0;
			enum tlshello_kind kind;

			t_at("row %lu, %lu bytes", (unsigned long)i, (unsigned long)n);
			kind = tlshello_read(edge_span(span_first(row[i].in, n)), &v, &suite, &alert);
			if (n == row[i].in.n)
				EQ(kind, row[i].kind);
			else
				OK(kind == TLSHELLO_MORE || kind == row[i].kind);
			if (n == row[i].in.n && kind == TLSHELLO_TAKEN) {
				EQ(v, row[i].version);
				EQ(suite, row[i].suite);
			}
			if (n == row[i].in.n)
				EQ(alert, row[i].alert);
		}
	}
}
