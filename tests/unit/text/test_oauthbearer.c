/* text/oauthbearer: the frame of RFC 7628, exact and at every capacity, and taken apart again. */
#include "t.h"

#include "text/base64.h"
#include "text/oauthbearer.h"

#define A "\001"

/* The example of RFC 7628 section 4.1 in the order of section 3.1's keys. */
#define EXAMPLE                                                                                                        \
	"n,a=user@example.com," A "host=server.example.com" A "port=143" A                                             \
	"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" A A

TEST(the_frame_of_the_rfc)
{
	char scratch[400], text[400];
	struct buf b = BUF(scratch), line = BUF(text);

	oauthbearer_put(&b, SPAN("user@example.com"), SPAN("server.example.com"), 143,
	                SPAN("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="));
	EQ(buf_span(&b), SPAN(EXAMPLE));
	base64_put(&line, buf_span(&b));
	EQ(buf_span(&line), SPAN("bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhc"
	                         "mVyIHZGOWRmdDRxbVRj"
	                         "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"));
}

TEST(the_user_is_escaped)
{
	static const struct {
		struct span user, written;
	} row[] = {
		{ SPAN_INIT("a@b"), SPAN_INIT("n,a=a@b,") },
		{ SPAN_INIT("a,b=c@d"), SPAN_INIT("n,a=a=2Cb=3Dc@d,") },
		{ SPAN_INIT("=,"), SPAN_INIT("n,a==3D=2C,") },
		{ SPAN_INIT("=3D"), SPAN_INIT("n,a==3D3D,") },
		{ SPAN_INIT("\xc3\xa4@b"), SPAN_INIT("n,a=\xc3\xa4@b,") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char scratch[200], back[40];
		struct buf b = BUF(scratch), user = BUF(back);
		struct oauthbearer o;

		t_at("row %zu", i);
		oauthbearer_put(&b, edge_span(row[i].user), SPAN("h"), 995, SPAN("t"));
		OK(buf_ok(&b) && b.n <= OAUTHBEARER_FRAME_SIZE(row[i].user.n, 1, 1));
		OK(span_starts(buf_span(&b), row[i].written));
		OK(oauthbearer_get(edge_span(buf_span(&b)), &user, &o));
		EQ(o.user, row[i].user);
		EQ(o.host, SPAN("h"));
		EQ(o.port, SPAN("995"));
		EQ(o.token, SPAN("t"));
	}
}

TEST(every_capacity)
{
	size_t whole = sizeof "n,a==2C=3D,_host=h_port=65535_auth=Bearer t__" - 1;

	EQ(OAUTHBEARER_FRAME_SIZE(2, 1, 1), whole);
	UPTO(cap, whole + 1)
	{
		struct buf b = edge_buf(cap);

		oauthbearer_put(&b, SPAN(",="), SPAN("h"), 65535, SPAN("t"));
		EQ(buf_ok(&b), cap >= whole);
		t_areas = 0;
	}
}

TEST(what_is_no_frame)
{
	static const struct {
		struct span frame;
		bool good;
		const char *user, *token;
	} row[] = {
		{ SPAN_INIT(EXAMPLE), true, "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" },
		{ SPAN_INIT("n,a=u," A "auth=Bearer t" A A), true, "u", "t" },
		{ SPAN_INIT("n,a=u," A "auth=bearer t" A A), true, "u", "t" },
		{ SPAN_INIT(""), false, "", "" },
		{ SPAN_INIT("n,"), false, "", "" },
		{ SPAN_INIT("n,a=u"), false, "", "" },
		{ SPAN_INIT("n,a=," A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("n,a=u" A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("n,,a=u," A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("y,a=u," A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("n,a=u=2D," A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("n,a=u,x," A "auth=Bearer t" A A), false, "", "t" },
		{ SPAN_INIT("n,a=u," A "auth=Bearer t" A), false, "u", "t" },
		{ SPAN_INIT("n,a=u," A "auth=Bearer t" A A "x"), false, "u", "t" },
		{ SPAN_INIT("n,a=u," A "auth=Bearer " A A), false, "u", "" },
		{ SPAN_INIT("n,a=u," A "host=h" A A), false, "u", "" },
		{ SPAN_INIT("n,a=u," A "1" A "2" A "3" A "4" A "5" A "6" A "7" A "8" A "9" A "10" A "11" A "12" A "13" A
		            "14" A "15" A "16" A "auth=Bearer t" A A),
		  false, "u", "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		UPTO(n, row[i].frame.n)
		{
			char back[64];
			struct buf user = BUF(back);
			struct oauthbearer o;
			bool good = oauthbearer_get(edge_span(span_first(row[i].frame, n)), &user, &o);

			t_at("row %zu, %zu bytes", i, n);
			OK(!good || n == row[i].frame.n || !row[i].good);
			t_areas = 0;
			if (n < row[i].frame.n)
				continue;
			EQ(good, row[i].good);
			good = oauthbearer_get(row[i].frame, &user, &o);
			EQ(o.user, span_z(row[i].user));
			EQ(o.token, span_z(row[i].token));
		}
	}
}

TEST(no_room_for_the_user)
{
	struct buf none = edge_buf(3);
	struct oauthbearer o;

	OK(!oauthbearer_get(SPAN("n,a=user," A "auth=Bearer t" A A), &none, &o));
	EQ(o.user, SPAN(""));
	EQ(o.token, SPAN("t"));
}
