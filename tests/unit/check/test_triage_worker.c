/* check/triage_worker: what the other services say, and what follows from it. The ways to the servers are scripts
 * here. */
#include "worker_pipe.h"
#include "script.h"

#include "conf/resolve.h"
#include "check/triage_worker.h"
#include "facts.h"

static struct triage_worker triage;
static struct settings settings;
static struct token token;
static struct script imap, clear, smtp; /* SMTP before and after STARTTLS */
static bool imap_reachable, smtp_reachable, tls_good;
static unsigned imap_asked, smtp_asked;

/* ---- instead of check/connect.c ---------------------------------------------------------------- */

bool connect_open(struct connection *to, struct row *row, struct fault *f)
{
	bool is_imap = to->port == 993;

	(void)row;
	OK(is_imap || to->port == 587);
	EQ(to->side, ROUTE_MAIL);
	OK(to->pinned); /* whoever gets the token has the key that was demanded */
	OK(!to->clear); /* SMTP begins in clear text, and nothing is told before TLS */
	*(is_imap ? &imap_asked : &smtp_asked) += 1;
	if (!(is_imap ? imap_reachable : smtp_reachable))
		return fault_set(f, FAULT_TCP_REFUSED, 111, SPAN("ECONNREFUSED"));
	to->stream = is_imap ? imap.stream : clear.stream;
	return true;
}

bool connect_tls(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;

	(void)row;
	if (to->port == 993)
		return true;
	OK(script_done(&clear)); /* TLS begins when all was said in clear text */
	if (!tls_good)
		return fault_set(f, FAULT_CERT_UNTRUSTED, 62, SPAN("CN=somebody"));
	to->stream = smtp.stream;
	return true;
}

/* ---- helpers ------------------------------------------------------------------------------------- */

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
}

static void given(const char *provider)
{
	struct fault f = { .code = FAULT_NONE };

	settings_init(&settings);
	set("provider", provider);
	OK(resolve_settings(&settings, &f));
}

/* A token with these claims; "" makes it opaque. */
static void token_with(const char *claims)
{
	char text[1000];
	struct buf b = BUF(text);

	if (claims[0] == '\0') {
		buf_z(&b, "ya29.opaque");
	} else {
		buf_z(&b, "e30.");
		base64_url_put(&b, span_z(claims));
		buf_z(&b, ".c2ln");
	}
	OK(buf_ok(&b) && secret_set(&token.access, buf_span(&b)));
	token.mark_n = 0;
	token_mark(&token);
}

#define BOTH      "{\"idtyp\":\"app\",\"roles\":[\"POP.AccessAsApp\",\"IMAP.AccessAsApp\",\"SMTP.SendAsApp\"]}"
#define BOTH_USER "{\"idtyp\":\"user\",\"scp\":\"POP.AccessAsUser.All IMAP.AccessAsUser.All SMTP.Send\"}"

/* Both servers, and how each decides about the login. NULL: it cannot be reached. */
static void services(const char *imap_says, const char *smtp_says)
{
	static char sasl_text[2000];
	static struct script_line one[10], two[4], three[8];
	struct buf b = BUF(sasl_text);
	struct span sasl = script_sasl(&b, "", "alice@contoso.example", secret_reveal(&token.access));
	bool in = imap_says != NULL && span_starts(span_z(imap_says), SPAN("o2 OK"));
	size_t n = 0;

	one[n++] = (struct script_line)PEER("* OK The Microsoft Exchange IMAP4 service is ready.");
	one[n++] = (struct script_line)CLIENT("o1 CAPABILITY");
	one[n++] = (struct script_line)PEER("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\no1 OK CAPABILITY completed.");
	one[n++] = (struct script_line)CLIENT("o2 AUTHENTICATE XOAUTH2");
	one[n++] = (struct script_line)PEER("+");
	one[n++] = (struct script_line){ true, sasl };
	one[n++] = (struct script_line){ false, span_z(imap_says != NULL ? imap_says : "") };
	if (in) {
		one[n++] = (struct script_line)CLIENT("o3 EXAMINE INBOX");
		one[n++] = (struct script_line)PEER("* 2 EXISTS\r\no3 OK [READ-ONLY] EXAMINE completed.");
		one[n++] = (struct script_line)CLIENT("o4 LOGOUT");
	}
	script_start(&imap, one, n);
	two[0] = (struct script_line)PEER("220 Microsoft ESMTP MAIL Service ready");
	two[1] = (struct script_line)CLIENT("EHLO [127.0.0.1]");
	two[2] = (struct script_line)PEER("250-mx.example\r\n250 STARTTLS");
	two[3] = (struct script_line)CLIENT("STARTTLS");
	script_start(&clear, two, 4);
	three[0] = (struct script_line)CLIENT("EHLO [127.0.0.1]");
	three[1] = (struct script_line)PEER("250-mx.example\r\n250 AUTH LOGIN XOAUTH2");
	three[2] = (struct script_line)CLIENT("AUTH XOAUTH2");
	three[3] = (struct script_line)PEER("334 ");
	three[4] = (struct script_line){ true, sasl };
	three[5] = (struct script_line){ false, span_z(smtp_says != NULL ? smtp_says : "") };
	three[6] = (struct script_line)CLIENT("QUIT");
	script_start(&smtp, three, smtp_says != NULL && span_starts(span_z(smtp_says), SPAN("235")) ? 7 : 6);
	imap_reachable = imap_says != NULL;
	smtp_reachable = smtp_says != NULL;
	tls_good = true;
}

static struct row take(void)
{
	struct worker_pipe p = worker_pipe_start(&triage.worker);
	struct worker_begin begin;
	struct worker_done done;
	struct row row = { .verdict = VERDICT_NONE };

	triage.settings = &settings;
	triage.mailbox = SPAN("alice@contoso.example");
	triage.token = &token;
	imap_asked = smtp_asked = 0;
	triage_worker_run(&triage);
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin));
	OK(worker_pipe_next(&p, WORKER_ROW, &row));
	OK(worker_pipe_next(&p, WORKER_DONE, &done));
	OK(row_valid(&row));
	EQ(row.step, STEP_TRIAGE);
	worker_pipe_end(&p);
	return row;
}

/* The STARTTLS reply is the end of the clear text: the last PEER of a script would be read ahead of it otherwise. */
static void consent(void)
{
	static struct script_line two[5];

	memcpy(two, clear.line, 4 * sizeof two[0]);
	two[4] = (struct script_line)PEER("220 2.0.0 SMTP server ready");
	script_start(&clear, two, 5);
}

/* ---- the table of facts 4.5 ---------------------------------------------------------------------- */

#define NOT_CONNECTED "o2 NO User is authenticated but not connected.\r\n"
#define FAILED        "o2 NO AUTHENTICATE failed.\r\n"
#define UNSUCCESSFUL  "535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]\r\n"
#define DISABLED      "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.\r\n"

TEST(what_the_doors_say)
{
	static const struct {
		const char *claims, *imap, *smtp, *imap_state, *smtp_state, *finding, *note;
	} row[] = {
		{ BOTH, NOT_CONNECTED, "235 2.7.0 ok\r\n", "closed", "open", "mailbox-closed", "" },
		{ BOTH_USER, NOT_CONNECTED, UNSUCCESSFUL, "closed", "refused", "other-mailbox", "" },
		{ BOTH, NOT_CONNECTED, UNSUCCESSFUL, "closed", "refused", "mailbox-closed", "" },
		{ BOTH, FAILED, UNSUCCESSFUL, "refused", "refused", "token-refused", "" },
		{ BOTH, FAILED, DISABLED, "refused", "off", "token-refused", "" },
		{ BOTH, FAILED, "235 ok\r\n", "refused", "open", "unclear", "" },
		{ BOTH, "o2 OK AUTHENTICATE completed.\r\n", UNSUCCESSFUL, "open", "refused", "pop-only", "" },
		{ BOTH, "o2 BAD Request is throttled. Suggested Backoff Time: 1000 milliseconds\r\n", DISABLED,
		  "unclear", "off", "unclear", "" },
		{ BOTH, "o2 NO x\r\n", "430 4.2.0 STOREDRV; mailbox logon failure\r\n", "refused", "closed",
		  "token-refused", "" },
		{ BOTH, NULL, "235 ok\r\n", "unreached", "open", "token-accepted", "IMAP: the connection was refused" },
		{ BOTH, NULL, UNSUCCESSFUL, "unreached", "refused", "token-refused",
		  "IMAP: the connection was refused" },
		{ BOTH, NULL, NULL, "unreached", "unreached", "unclear",
		  "IMAP: the connection was refused; SMTP: the connection was refused" },
		{ BOTH, NOT_CONNECTED, NULL, "closed", "unreached", "mailbox-closed",
		  "SMTP: the connection was refused" },
		{ "{\"idtyp\":\"app\",\"roles\":[\"POP.AccessAsApp\",\"IMAP.AccessAsApp\"]}", FAILED, NULL, "refused",
		  "not-tried", "token-refused", "SMTP not tried: the token has no SMTP.SendAsApp" },
		{ "{\"idtyp\":\"app\",\"roles\":[\"POP.AccessAsApp\",\"SMTP.SendAsApp\"]}", NULL, "235 ok\r\n",
		  "not-tried", "open", "token-accepted", "IMAP not tried: the token has no IMAP.AccessAsApp" },
		{ "{\"idtyp\":\"user\",\"scp\":\"POP.AccessAsUser.All SMTP.Send\"}", NULL, UNSUCCESSFUL, "not-tried",
		  "refused", "token-refused", "IMAP not tried: the token has no IMAP.AccessAsUser.All" },
		{ "", NOT_CONNECTED, UNSUCCESSFUL, "closed", "refused", "other-mailbox", "" },
		/* a personal account's: all is tried */
	};

	given("microsoft");
	for (size_t i = 0; i < COUNT(row); i++) {
		struct row got;

		t_at("row %lu", (unsigned long)i);
		token_with(row[i].claims);
		services(row[i].imap, row[i].smtp);
		consent();
		got = take();
		EQ(got.verdict, VERDICT_PASS);
		EQ(t_shown(&got, FACT_IMAP_STATE), span_z(row[i].imap_state));
		EQ(t_shown(&got, FACT_SMTP_STATE), span_z(row[i].smtp_state));
		EQ(t_shown(&got, FACT_FINDING), span_z(row[i].finding));
		EQ(row_get(&got, FACT_NOTE), span_z(row[i].note));
		EQ(imap.wrong, SPAN(""));
		EQ(smtp.wrong, SPAN(""));
		EQ(clear.wrong, SPAN(""));
		EQ(imap_asked, strcmp(row[i].imap_state, "not-tried") != 0);
		EQ(smtp_asked, strcmp(row[i].smtp_state, "not-tried") != 0);
	}
}

TEST(the_deciding_words_are_kept)
{
	struct row got;

	given("microsoft");
	token_with(BOTH);
	services("o2 OK AUTHENTICATE completed.\r\n", DISABLED);
	consent();
	got = take();
	EQ(row_get(&got, FACT_IMAP), SPAN("OK [READ-ONLY] EXAMINE completed."));
	EQ(row_get(&got, FACT_SMTP),
	   SPAN("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."));
	services(FAILED, "235 2.7.0 Authentication successful\r\n");
	consent();
	got = take();
	EQ(row_get(&got, FACT_IMAP), SPAN("NO AUTHENTICATE failed."));
	EQ(row_get(&got, FACT_SMTP), SPAN("235 2.7.0 Authentication successful"));
	EQ(imap.closes, 1);
	EQ(smtp.closes, 1);
}

TEST(no_right_to_knock_anywhere)
{
	struct row got;

	given("microsoft");
	token_with("{\"idtyp\":\"app\",\"roles\":[\"POP.AccessAsApp\"]}");
	services(NULL, NULL);
	got = take();
	EQ(got.verdict, VERDICT_SKIP);
	EQ(got.because, STEP_TRIAGE);
	EQ(row_get(&got, FACT_NOTE), SPAN("IMAP not tried: the token has no IMAP.AccessAsApp; "
	                                  "SMTP not tried: the token has no SMTP.SendAsApp"));
	EQ(imap_asked + smtp_asked, 0);
}

TEST(smtp_without_tls_gets_no_token)
{
	static const struct script_line plain[] = {
		PEER("220 ready"),
		CLIENT("EHLO [127.0.0.1]"),
		PEER("250-mx.example\r\n250 AUTH XOAUTH2"),
	};
	struct row got;

	given("microsoft");
	token_with(BOTH);
	services(FAILED, "235 never\r\n");
	script_start(&clear, plain, COUNT(plain));
	got = take();
	EQ(t_shown(&got, FACT_SMTP_STATE), SPAN("unclear"));
	EQ(row_get(&got, FACT_SMTP), SPAN("no STARTTLS in the answer to EHLO"));
	OK(script_done(&clear));
	services(FAILED, "235 never\r\n");
	consent();
	tls_good = false;
	got = take();
	EQ(t_shown(&got, FACT_SMTP_STATE), SPAN("unreached"));
	EQ(smtp.at, 0u);
}

TEST(another_provider_or_server)
{
	struct row got;

	given("google"); /* its rights are not known by name: all is tried */
	token_with("{\"scope\":\"https://mail.google.com/\",\"sub\":\"x\"}");
	services(FAILED, UNSUCCESSFUL);
	consent();
	got = take();
	EQ(imap_asked + smtp_asked, 2);
	EQ(triage.reach.host, SPAN("smtp.gmail.com"));
	settings_init(&settings);
	set("provider", "microsoft");
	set("pop_host",
	    "mail.contoso.example"); /* not the provider's server: its other services are where this one is */
	OK(resolve_settings(&settings, &(struct fault){ 0 }));
	token_with(BOTH);
	services(FAILED, UNSUCCESSFUL);
	consent();
	got = take();
	EQ(triage.reach.host, SPAN("mail.contoso.example"));
	EQ(got.verdict, VERDICT_PASS);
}

TEST(a_sentence_for_every_finding)
{
	for (int f = SERVICE_SAYS_NOTHING; f <= SERVICE_SAYS_REFUSED; f++) {
		OK(strlen(service_sentence[f]) > 4);
		OK(row_word(FACT_FINDING, f).n != 0);
	}
	EQ(row_word(FACT_FINDING, SERVICE_SAYS_POP_ONLY), SPAN("pop-only"));
	EQ(row_word(FACT_FINDING, SERVICE_SAYS_REFUSED), SPAN("token-refused"));
	EQ(row_word(FACT_FINDING, SERVICE_SAYS_REFUSED + 1).n, 0u);
}

TEST(a_word_for_every_service)
{
	EQ(row_word(FACT_IMAP_STATE, SERVICE_NOT_TRIED), SPAN("not-tried"));
	EQ(row_word(FACT_IMAP_STATE, SERVICE_UNCLEAR), SPAN("unclear"));
	EQ(row_word(FACT_IMAP_STATE, SERVICE_UNCLEAR + 1).n, 0u);
	for (int d = SERVICE_NOT_TRIED; d <= SERVICE_UNCLEAR; d++)
		EQ(row_word(FACT_IMAP_STATE, d), row_word(FACT_SMTP_STATE, d));
}
