/* proto/sasl: the line with user and token: exact, limited, and never on the trace. */
#include "script.h"

#include "proto/sasl.h"

static struct script script;
static struct secret token;
static char wire[64 * 1024], big[SECRET_MAX + 1];

static struct sasl_login login_of(const char *user, const char *bytes)
{
	OK(secret_set(&token, span_z(bytes)));
	return (struct sasl_login){ .user = span_z(user),
		                    .token = &token,
		                    .mark = SPAN("token 5 characters sha256:00") };
}

static bool send_it(const struct sasl_login *login, const char *command, const char *user, struct fault *f)
{
	struct buf b = BUF(wire);
	struct script_line row[] = { { true, script_sasl(&b, command, user, secret_reveal(login->token)) } };

	script_start(&script, row, COUNT(row));
	return sasl_send(&script.stream, &script.trace, login, f);
}

TEST(the_line_on_the_wire)
{
	struct sasl_login login = login_of("test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA");
	static const struct script_line row[] = { CLIENT("dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyI"
		                                         "EV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0Nj"
		                                         "bFJDM0VvQUEBAQ==") };
	struct fault f = { .code = FAULT_NONE };

	script_start(&script, row, COUNT(row));
	OK(sasl_send(&script.stream, &script.trace, &login, &f));
	OK(script_done(&script));
	OK(script_traced(&script, "> <sasl 120 characters with token 5 characters sha256:00>\n"));
	OK(!script_traced(&script, "dXNlcj"));
}

TEST(one_line_and_secrets_shown)
{
	struct sasl_login login = login_of("a@b", "t.o-k~e_n+/=");
	struct fault f = { .code = FAULT_NONE };

	login.one_line = true;
	OK(send_it(&login, "AUTH XOAUTH2 ", "a@b", &f));
	OK(script_done(&script));
	OK(script_traced(&script, "> AUTH XOAUTH2 <sasl 48 characters with token"));
	login.show_secret = true;
	OK(send_it(&login, "AUTH XOAUTH2 ", "a@b", &f));
	OK(script_traced(&script, "> AUTH XOAUTH2 dXNlcj1h"));
}

TEST(the_longest_and_one_more)
{
	char user[SASL_USER_MAX + 1];
	struct sasl_login login;
	struct fault f = { .code = FAULT_NONE };

	memset(user, 'u', sizeof user);
	memset(big, 't', sizeof big);
	OK(secret_set(&token, (struct span){ (unsigned char *)big, SECRET_MAX }));
	login = (struct sasl_login){ .user = { (unsigned char *)user, SASL_USER_MAX },
		                     .token = &token,
		                     .mark = SPAN("token"),
		                     .one_line = true };
	user[SASL_USER_MAX] = '\0';
	OK(send_it(&login, "AUTH XOAUTH2 ", user, &f));
	OK(script_done(&script));
	login.user.n++;
	script_start(&script, NULL, 0);
	OK(!sasl_send(&script.stream, &script.trace, &login, &f));
	EQ(f.code, FAULT_LIMIT);
	EQ(script.wrong, SPAN(""));
}

TEST(a_challenge_is_decoded_or_quoted)
{
	static const struct {
		const char *text;
		const char *shown;
		bool traced;
	} row[] = {
		{ "eyJzdGF0dXMiOiI0MDEifQ==", "{\"status\":\"401\"}", true },
		{ " eyJzdGF0dXMiOiI0MDEifQ== ", "{\"status\":\"401\"}", true },
		{ "not base64\x1b", "not base64\\x1b", false },
		{ "", "", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char scratch[200];
		struct buf b = BUF(scratch);

		t_at("row %lu", (unsigned long)i);
		script_start(&script, NULL, 0);
		sasl_challenge(&script.trace, span_z(row[i].text), &b);
		EQ(buf_span(&b), span_z(row[i].shown));
		EQ(script.traced != 0, row[i].traced);
	}
}

TEST(the_other_mechanism)
{
	struct sasl_login login = login_of("u,x@b", "t.ok");
	/* n,a=u=2Cx@b,^Ahost=mail.example^Aport=995^Aauth=Bearer t.ok^A^A */
	static const struct script_line row[] = { CLIENT(
		"AUTH OAUTHBEARER bixhPXU9MkN4QGIsAWhvc3Q9bWFpbC5leGFtcGxlAXBvcnQ9OTk1AWF1dGg9QmVhcmVyIHQub2sBAQ==") };
	struct fault f = { .code = FAULT_NONE };

	login.mechanism = SASL_OAUTHBEARER;
	login.host = SPAN("mail.example");
	login.port = 995;
	login.one_line = true;
	script_start(&script, row, COUNT(row));
	OK(sasl_send(&script.stream, &script.trace, &login, &f));
	OK(script_done(&script));
	OK(script_traced(&script, "> AUTH OAUTHBEARER <sasl 80 characters with token"));
	OK(!script_traced(&script, "bixh"));
	EQ(span_z(sasl_name(SASL_OAUTHBEARER)), SPAN("OAUTHBEARER"));
	EQ(span_z(sasl_name(SASL_XOAUTH2)), SPAN("XOAUTH2"));
	EQ(sasl_farewell(SASL_OAUTHBEARER), SPAN("AQ==\r\n"));
	EQ(sasl_farewell(SASL_XOAUTH2), SPAN("\r\n"));
}

/* The longest user, all of it to be escaped, the longest host and token: it fits; one byte more of each is refused. */
TEST(the_longest_by_the_other_mechanism)
{
	static char user[SASL_USER_MAX + 1], host[SASL_HOST_MAX + 1];
	struct sasl_login login = {
		.token = &token, .mark = SPAN("token"), .mechanism = SASL_OAUTHBEARER, .port = 65535, .one_line = true
	};
	struct fault f = { .code = FAULT_NONE };
	static unsigned char frame[SASL_FRAME_MAX];
	struct buf b = BUF(frame), line = BUF(wire);
	struct script_line row[] = { { .client = true } };

	memset(user, ',', sizeof user);
	memset(host, 'h', sizeof host);
	memset(big, 't', sizeof big);
	OK(secret_set(&token, (struct span){ (unsigned char *)big, SECRET_MAX }));
	login.user = (struct span){ (unsigned char *)user, SASL_USER_MAX };
	login.host = (struct span){ (unsigned char *)host, SASL_HOST_MAX };
	OK(sasl_frame(&b, &login, &f));
	buf_z(&line, "AUTH OAUTHBEARER ");
	base64_put(&line, buf_span(&b));
	buf_z(&line, "\r\n");
	row[0].text = buf_span(&line);
	script_start(&script, row, 1);
	OK(sasl_send(&script.stream, &script.trace, &login, &f));
	OK(script_done(&script));
	login.user.n++;
	OK(!sasl_frame(&b, &login, &f));
	EQ(f.code, FAULT_LIMIT);
	login.user.n--;
	login.host.n++;
	f.code = FAULT_NONE;
	OK(!sasl_frame(&b, &login, &f));
	EQ(f.code, FAULT_LIMIT);
}
