/* check/supervisor: whole runs with real processes and peers on loopback, in clear text: what passes, what fails,
 * what hangs, and what dies. */
#include "t.h"

/* Where a peer is silent a run lasts as long as it may: 5 s of its own, 1.25 s of ours. */
#define FAST_CLOCK 4
#include "fast_clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "check/supervisor.h"
#include "conf/resolve.h"
#include "facts.h"

/* ---- the peers ----------------------------------------------------------------------------------- */

enum { PEERS_MAX = 4 };

/* A server that does the same on every connection: hears a line with this in it, says this. NULL heard: says at once;
 * NULL said: is silent from then on. */
struct exchange {
	const char *hears, *says;
};

static pid_t peer[PEERS_MAX];
static unsigned peers;

static bool hear(int fd, const char *words)
{
	char text[8192];
	size_t n = 0, at;

	while (n < sizeof text) {
		ssize_t got = read(fd, text + n, sizeof text - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
		if (span_find((struct span){ (unsigned char *)text, n }, span_z(words), &at))
			return true;
	}
	return false;
}

static void serve(int fd, const struct exchange *step, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (step[i].hears != NULL && !hear(fd, step[i].hears))
			return;
		if (step[i].says == NULL)
			pause();
		if (write(fd, step[i].says, strlen(step[i].says)) < 0)
			return;
	}
}

static int listener(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) != 0)
		t_stop("no listener");
	*port = ntohs(a.sin_port);
	return fd;
}

/* Every connection is served by a process of its own, all in one group. */
static uint16_t start_peer(const struct exchange *step, size_t n)
{
	uint16_t port;
	int fd = listener(&port);

	fflush(stdout);
	peer[peers] = fork();
	if (peer[peers] == 0) {
		setpgid(0, 0);
		signal(SIGCHLD, SIG_IGN);
		alarm(60);
		for (;;) {
			int c = accept(fd, NULL, NULL);

			if (fork() == 0) {
				alarm(60);
				serve(c, step, n);
				_exit(0);
			}
			close(c);
		}
	}
	setpgid(peer[peers], peer[peers]);
	peers++;
	close(fd);
	return port;
}

static void end_peers(void)
{
	while (peers != 0) {
		peers--;
		kill(-peer[peers], SIGKILL);
		waitpid(peer[peers], NULL, 0);
	}
}

/* A port where nobody listens. */
static uint16_t closed_port(void)
{
	uint16_t port;

	close(listener(&port));
	return port;
}

static const struct exchange token_good[] = {
	{ "client_secret=", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 23 Nov 2026 "
	                    "20:43:46 GMT\r\n\r\n"
	                    "{\"access_token\":\"opaque.token\",\"expires_in\":3599}" },
};
static const struct exchange token_bad[] = {
	{ "client_secret=", "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n"
	                    "{\"error\":\"invalid_client\",\"error_description\":\"no\"}" },
};
static const struct exchange silent[] = { { NULL, NULL } };
#define POP_HEAD                                                                                                       \
	{ NULL, "+OK ready\r\n" }, { "CAPA", "+OK\r\nSASL XOAUTH2\r\n.\r\n" },                                         \
	{                                                                                                              \
		"AUTH XOAUTH2", "+\r\n"                                                                                \
	}
static const struct exchange pop_good[] = {
	POP_HEAD,
	{ "\r\n", "+OK in\r\n" },
	{ "STAT", "+OK 2 320\r\n" },
	{ "UIDL", "+OK\r\n1 a\r\n2 b\r\n.\r\n" },
	{ "LIST", "+OK\r\n1 120\r\n2 200\r\n.\r\n" },
	{ "TOP 1 0", "+OK\r\nFrom: x\r\n\r\n.\r\n" },
	{ "QUIT", "+OK bye\r\n" },
};
static const struct exchange pop_refuses[] = {
	POP_HEAD,
	{ "\r\n", "-ERR Authentication failure: unknown user name or bad password.\r\n" },
	{ "QUIT", "+OK bye\r\n" },
};
static const struct exchange pop_waits[] = { POP_HEAD, { "*", "-ERR cancelled\r\n" }, { "QUIT", "+OK bye\r\n" } };
static const struct exchange pop_leaves[] = {
	{ NULL, "+OK ready\r\n" },
	{ "CAPA", "+OK\r\nSASL XOAUTH2\r\n.\r\n" },
	{ "QUIT", "+OK bye\r\n" },
};
static const struct exchange pop_mute[] = { { NULL, "+OK ready\r\n" }, { "CAPA", NULL } };

/* ---- a run --------------------------------------------------------------------------------------- */

enum { REPORTS_MAX = 8 };

static struct run run;
static struct settings settings;
static struct credential credential;
static struct trust trust;
static struct report report[REPORTS_MAX];
static char mailbox[REPORTS_MAX][64];
static size_t reports, left;
static struct run_request ask;
static enum step kill_at; /* the worker that takes it is killed */
static unsigned ticks;
static char lines[64 * 1024];
static struct buf heard;

static void on_report(const struct report *r)
{
	if (reports == REPORTS_MAX)
		t_stop("more reports than mailboxes");
	memcpy(&report[reports], r, sizeof *r);
	snprintf(mailbox[reports], sizeof mailbox[0], "%.*s", (int)r->mailbox.n, (const char *)r->mailbox.p);
	reports++;
}

static void on_progress(const struct run_progress *p)
{
	OK(p->idp <= STEP__COUNT && p->pop <= STEP__COUNT);
	EQ(p->finished, reports);
	EQ(p->all, ask.mailboxes.all);
	ticks++;
	if (p->pop == kill_at && p->pop != STEP__COUNT)
		kill(run.job[0].pid, SIGKILL);
	if (p->idp == kill_at && p->idp != STEP__COUNT)
		kill(run.token_worker.pid, SIGKILL);
}

static void on_line(const struct run_line *l)
{
	OK(ask.lines);
	OK(ask.jobs == 1 || l->side == WORKER_SIDE_IDP || l->side == WORKER_SIDE_SUPERVISOR
	           ? l->job == 0
	           : l->job >= 1 && l->job <= ask.jobs);
	OK(l->at_ms >= 0 && l->at_ms < 30000);
	OK(l->side == WORKER_SIDE_IDP || l->side == WORKER_SIDE_POP || l->side == WORKER_SIDE_IMAP ||
	   l->side == WORKER_SIDE_SMTP || (l->side == WORKER_SIDE_SUPERVISOR && kill_at != STEP__COUNT));
	buf_put(&heard, l->text);
	buf_z(&heard, l->more ? "" : "\n");
}

static void on_event(void *to, const struct run_event *event)
{
	OK(to == &ask);
	switch (event->kind) {
	case RUN_LINE:
		on_line(&event->line);
		break;
	case RUN_REPORT:
		on_report(event->report);
		break;
	case RUN_PROGRESS:
		on_progress(&event->progress);
		break;
	case RUN_PROMPT:
	case RUN_CERTIFICATE:
	case RUN_COMPAT:
		t_stop("nobody asked for that");
	}
}

static bool next_mailbox(void *from, struct span *to)
{
	static const char *const name[] = { "a@rig.test", "b@rig.test", "c@rig.test", "d@rig.test", "e@rig.test" };

	(void)from;
	if (left == 0)
		return false;
	left--;
	*to = span_z(name[left]);
	return true;
}

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
}

/* A check of one mailbox against these two ports. */
static void given(uint16_t idp, uint16_t pop, const char *timeout)
{
	char url[64], port[16];

	snprintf(url, sizeof url, "http://127.0.0.1:%u/token", idp);
	snprintf(port, sizeof port, "%u", pop);
	settings_init(&settings);
	set("provider", "custom");
	set("client_id", "reader");
	set("scope", "mail");
	set("token_url", url);
	set("pop_host", "127.0.0.1");
	set("pop_port", port);
	set("pop_tls", "none");
	set("timeout", timeout);
	OK(resolve_settings(&settings, &(struct fault){ 0 }));
	OK(secret_set(&credential.client_secret, SPAN("s3cr3t-of-the-test")));
	trust_init(&trust, false);
	ask = (struct run_request){
		.settings = &settings,
		.credential = &credential,
		.trust = &trust,
		.mailboxes = { NULL, next_mailbox, 1 },
		.on_event = on_event,
		.to = &ask,
		.lines = true,
		.jobs = 1,
		.stop_after = STEP__COUNT,
		.workers = RUN_TOKEN | RUN_MAIL | RUN_TENANT,
	};
	reports = 0;
	left = 1;
	ticks = 0;
	kill_at = STEP__COUNT;
	heard = BUF(lines);
	signal(SIGPIPE, SIG_IGN);
}

static enum exit_status run_it(void)
{
	struct fault f = { .code = FAULT_NONE };
	enum exit_status gravest = EXIT_STATUS_OK;

	OK(supervisor_run(&run, &ask, &gravest, &f));
	EQ(f.code, FAULT_NONE);
	EQ(secret_length(&credential.client_secret), 0u);
	EQ(secret_length(&run.token.token.access), 0u);
	OK(waitpid(-1, NULL, WNOHANG) <= 0); /* no process is left but the peers */
	OK(reports != 0);
	return gravest;
}

static bool said(const char *z)
{
	size_t at;

	return span_find(buf_span(&heard), span_z(z), &at);
}

/* What each step of a report is: one letter for each, in the order of the steps: p w f s, - for none. */
static void steps(const struct report *r, const char *want, int line)
{
	char got[STEP__COUNT + 1] = "";

	for (int i = 0; i < STEP__COUNT; i++)
		got[i] = "-pwfs"[r->row[i].verdict];
	t_at("line %d", line);
	EQ((const char *)got, want);
	for (int i = 0; i < STEP__COUNT; i++)
		OK(r->row[i].verdict == VERDICT_NONE || (r->row[i].step == (enum step)i && row_valid(&r->row[i])));
}
#define STEPS(r, want) steps(r, want, __LINE__)

/* ---- the tests ----------------------------------------------------------------------------------- */

TEST(everything_passes)
{
	static struct secret token;

	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_good, COUNT(pop_good)), "20s");
	ask.token = &token;
	EQ(run_it(), EXIT_STATUS_OK);
	end_peers();
	/*               c t d p t s t c d p t s g c a m q t c */
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "p-pppp"
	                  "ppp"
	                  "-"
	                  "w");
	EQ((const char *)mailbox[0], "a@rig.test");
	EQ(t_shown(&report[0].row[STEP_MAILBOX], FACT_MESSAGES), SPAN("2"));
	EQ(secret_reveal(&token), SPAN("opaque.token"));
	OK(said("STAT\n") && said("+OK 2 320\n") && said("<client_secret 18 characters>"));
	OK(!said("s3cr3t") && !said("opaque.token"));
}

TEST(the_token_is_refused)
{
	given(start_peer(token_bad, COUNT(token_bad)), start_peer(pop_waits, COUNT(pop_waits)), "20s");
	EQ(run_it(), EXIT_STATUS_TOKEN);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-ppfs"
	                  "p-pppp"
	                  "ssp"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_TOKEN].fault.code, FAULT_TOKEN_REFUSED);
	EQ(report[0].row[STEP_AUTH].because, STEP_TOKEN);
	EQ(report[0].row[STEP_MAILBOX].because, STEP_TOKEN);
}

TEST(the_login_is_refused)
{
	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_refuses, COUNT(pop_refuses)), "20s");
	EQ(run_it(), EXIT_STATUS_AUTH);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "p-pppp"
	                  "fsp"
	                  "-"
	                  "w");
	EQ(fault_evidence(&report[0].row[STEP_AUTH].fault), SPAN("-ERR Authentication failure: unknown user "
	                                                         "name or bad password."));
}

TEST(triage_after_a_refused_login)
{
	char resolve[120];
	unsigned nobody = closed_port();
	size_t at;

	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_refuses, COUNT(pop_refuses)), "20s");
	snprintf(resolve, sizeof resolve,
	         "localhost:993:127.0.0.1@%u localhost:587:127.0.0.1@%u "
	         "localhost:%u:127.0.0.1",
	         nobody, nobody, (unsigned)settings.pop_port);
	set("resolve", resolve);
	set("pop_host", "localhost"); /* an address would not be looked up in the table */
	ask.workers |= RUN_TRIAGE;
	EQ(run_it(), EXIT_STATUS_AUTH);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "p-pppp"
	                  "fsp"
	                  "p"
	                  "w");
	EQ(t_shown(&report[0].row[STEP_TRIAGE], FACT_IMAP_STATE), SPAN("unreached"));
	EQ(t_shown(&report[0].row[STEP_TRIAGE], FACT_SMTP_STATE), SPAN("unreached"));
	EQ(t_shown(&report[0].row[STEP_TRIAGE], FACT_FINDING), SPAN("unclear"));
	OK(span_find(row_get(&report[0].row[STEP_TRIAGE], FACT_NOTE), SPAN("IMAP: the connection was refused"), &at));
}

TEST(no_triage_without_reason)
{
	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_good, COUNT(pop_good)), "20s");
	ask.workers |= RUN_TRIAGE;
	EQ(run_it(), EXIT_STATUS_OK);
	end_peers();
	EQ(report[0].row[STEP_TRIAGE].verdict, VERDICT_NONE);
	given(start_peer(token_bad, COUNT(token_bad)), start_peer(pop_waits, COUNT(pop_waits)), "20s");
	ask.workers |= RUN_TRIAGE;
	EQ(run_it(), EXIT_STATUS_TOKEN);
	end_peers();
	EQ(report[0].row[STEP_TRIAGE].verdict, VERDICT_NONE);
}

TEST(nobody_listens_at_either_side)
{
	given(closed_port(), closed_port(), "20s");
	EQ(run_it(), EXIT_STATUS_NETWORK);
	STEPS(&report[0], "p-"
	                  "p-fsss"
	                  "p-fsss"
	                  "sss"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_AUTH].because, STEP_IDP_TCP);
	EQ(report[0].row[STEP_CAPA].because, STEP_POP_TCP);
}

/* A dead token endpoint leaves the whole mailbox side, and the other way round; both end in time. */
TEST(silence_ends_at_the_deadline)
{
	int64_t began = clock_ms();

	given(start_peer(silent, COUNT(silent)), start_peer(pop_waits, COUNT(pop_waits)), "5s");
	EQ(run_it(), EXIT_STATUS_NETWORK);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-ppfs"
	                  "p-pppp"
	                  "ssp"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_TOKEN].fault.code, FAULT_DEADLINE);
	OK(clock_ms() - began < 30000);
	began = clock_ms();
	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_mute, COUNT(pop_mute)), "5s");
	EQ(run_it(), EXIT_STATUS_NETWORK);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "p-pppf"
	                  "sss"
	                  "-"
	                  "w");
	EQ(report[0].row[STEP_CAPA].fault.code, FAULT_DEADLINE);
	EQ(report[0].row[STEP_AUTH].because, STEP_CAPA);
	OK(clock_ms() - began < 30000);
	OK(ticks > 3);
}

TEST(a_worker_that_dies_is_a_finding)
{
	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_mute, COUNT(pop_mute)), "20s");
	kill_at = STEP_CAPA;
	EQ(run_it(), EXIT_STATUS_INTERNAL);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "p-pppf"
	                  "sss"
	                  "-"
	                  "w");
	EQ(report[0].row[STEP_CAPA].fault.code, FAULT_WORKER_DIED);
	EQ(report[0].row[STEP_CAPA].fault.num, SIGKILL);
	EQ(report[0].row[STEP_AUTH].because, STEP_CAPA);
	given(start_peer(silent, COUNT(silent)), start_peer(pop_waits, COUNT(pop_waits)), "20s");
	kill_at = STEP_TOKEN;
	EQ(run_it(), EXIT_STATUS_INTERNAL);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-ppfs"
	                  "p-pppp"
	                  "ssp"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_TOKEN].fault.code, FAULT_WORKER_DIED);
	EQ(report[0].row[STEP_AUTH].because, STEP_TOKEN);
}

TEST(many_mailboxes)
{
	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		uint32_t seen = 0;
		size_t at;

		given(start_peer(token_good, COUNT(token_good)), start_peer(pop_good, COUNT(pop_good)), "20s");
		ask.jobs = jobs;
		ask.mailboxes.all = left = 5;
		EQ(run_it(), EXIT_STATUS_OK);
		end_peers();
		EQ(reports, 5u);
		for (size_t i = 0; i < reports; i++) {
			EQ(report_exit(&report[i]), EXIT_STATUS_OK);
			seen |= 1u << (mailbox[i][0] - 'a');
		}
		EQ(seen, 31u);
		OK(span_find(buf_span(&heard), SPAN("mailbox a@rig.test\n"), &at) == (jobs > 1));
	}
}

TEST(the_end_that_was_asked_for)
{
	given(start_peer(token_good, COUNT(token_good)), start_peer(pop_waits, COUNT(pop_waits)), "20s");
	ask.stop_after = STEP_CLAIMS;
	EQ(run_it(), EXIT_STATUS_OK);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "------"
	                  "---"
	                  "-"
	                  "w");
	given(start_peer(token_good, COUNT(token_good)), closed_port(), "20s");
	ask.workers = RUN_TOKEN;
	EQ(run_it(), EXIT_STATUS_OK);
	end_peers();
	STEPS(&report[0], "p-"
	                  "p-pppp"
	                  "------"
	                  "---"
	                  "-"
	                  "w");
	given(closed_port(), start_peer(pop_leaves, COUNT(pop_leaves)), "20s");
	ask.workers = RUN_MAIL;
	ask.stop_after = STEP_CAPA;
	EQ(run_it(), EXIT_STATUS_OK);
	end_peers();
	STEPS(&report[0], "--"
	                  "------"
	                  "p-pppp"
	                  "---"
	                  "-"
	                  "-");
}

/* Discovery is for Entra; the way to it is blocked by what blocks the token worker, and told once. */
TEST(the_tenant_worker_shares_the_token_workers_fate)
{
	char resolve[80];

	given(closed_port(), start_peer(pop_waits, COUNT(pop_waits)), "20s");
	settings_init(&settings);
	set("client_id", "00000000-0000-0000-0000-000000000001");
	set("tenant_id", "11111111-2222-3333-4444-555555555555");
	snprintf(resolve, sizeof resolve, "*:443:127.0.0.1@%u *:995:127.0.0.1@%u", closed_port(), closed_port());
	set("resolve", resolve);
	OK(resolve_settings(&settings, &(struct fault){ 0 }));
	ask.lines = false;
	EQ(run_it(), EXIT_STATUS_NETWORK);
	STEPS(&report[0], "ws"
	                  "p-fsss"
	                  "p-fsss"
	                  "sss"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_TENANT].because, STEP_IDP_TCP);
	OK(secret_set(&credential.client_secret, SPAN("s3cr3t-of-the-test")));
	reports = 0;
	left = 1;
	ask.workers &= ~(unsigned)RUN_TENANT;
	EQ(run_it(), EXIT_STATUS_NETWORK);
	end_peers();
	EQ(report[0].row[STEP_TENANT].verdict, VERDICT_NONE);
}

/* Personal accounts have no tenant: nobody is asked for one. */
TEST(no_tenant_worker_for_personal_accounts)
{
	char resolve[80];

	given(closed_port(), closed_port(), "20s");
	settings_init(&settings);
	set("provider", "outlook-personal");
	set("client_id", "00000000-0000-0000-0000-000000000001");
	set("refresh_token_file", "x");
	snprintf(resolve, sizeof resolve, "*:443:127.0.0.1@%u *:995:127.0.0.1@%u", closed_port(), closed_port());
	set("resolve", resolve);
	OK(resolve_settings(&settings, &(struct fault){ 0 }));
	OK(secret_set(&credential.refresh_token, SPAN("refresh-token-of-the-test")));
	ask.lines = false;
	OK(run_it() != EXIT_STATUS_OK);
	end_peers();
	EQ(report[0].row[STEP_TENANT].verdict, VERDICT_NONE);
}

/* A tenant worker that hears nothing is not waited for when all the rest is done. */
TEST(the_tenant_worker_is_not_waited_for)
{
	char resolve[80];
	int64_t began;

	given(closed_port(), closed_port(), "20s");
	settings_init(&settings);
	set("client_id", "00000000-0000-0000-0000-000000000001");
	set("tenant_id", "not a tenant"); /* the token worker is done at once */
	snprintf(resolve, sizeof resolve, "*:443:127.0.0.1@%u *:995:127.0.0.1@%u", start_peer(silent, COUNT(silent)),
	         closed_port());
	set("resolve", resolve);
	OK(resolve_settings(&settings, &(struct fault){ 0 }));
	ask.lines = false;
	began = clock_ms();
	EQ(run_it(), EXIT_STATUS_SETTINGS);
	OK(clock_ms() - began < 15000);
	end_peers();
	STEPS(&report[0], "fs"
	                  "s-ssss"
	                  "p-fsss"
	                  "sss"
	                  "-"
	                  "-");
	EQ(report[0].row[STEP_TENANT].because, STEP_TENANT);
	EQ(row_get(&report[0].row[STEP_TENANT], FACT_NOTE), SPAN("no answer until everything else was done"));
}
