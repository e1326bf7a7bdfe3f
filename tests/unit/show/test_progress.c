#include "t.h"

#include "show/progress.h"

static struct span put(struct progress *p, struct run_progress now, struct buf *out)
{
	out->n = 0;
	progress_put(p, &now, out);
	return buf_span(out);
}

TEST(progress_follows_a_run)
{
	char bytes[PROGRESS_SIZE];
	struct buf out = BUF(bytes);
	struct progress p = { .width = 80 };

	EQ(put(&p, (struct run_progress){ 100, STEP_IDP_DNS, STEP_POP_DNS, 0, 1 }, &out),
	   SPAN("\r\033[Kidp idp-dns 0.1 s | pop pop-dns 0.1 s"));
	EQ(put(&p, (struct run_progress){ 300, STEP_TOKEN, STEP_POP_DNS, 0, 1 }, &out),
	   SPAN("\r\033[Kidp token 0.0 s | pop pop-dns 0.3 s"));
	EQ(put(&p, (struct run_progress){ 1100, STEP_TOKEN, STEP_AUTH, 0, 1 }, &out),
	   SPAN("\r\033[Kidp token 0.8 s | pop waiting for the token"));
	EQ(put(&p, (struct run_progress){ 1500, STEP__COUNT, STEP_AUTH, 0, 1 }, &out), SPAN("\r\033[Kpop auth 0.4 s"));
	EQ(put(&p, (struct run_progress){ 1600, STEP__COUNT, STEP__COUNT, 1, 1 }, &out), SPAN("\r\033[K1.6 s"));
	out.n = 0;
	progress_clear(&p, &out);
	EQ(buf_span(&out), SPAN("\r\033[K"));
	out.n = 0;
	progress_clear(&p, &out);
	EQ(out.n, 0);
}

TEST(progress_of_many)
{
	char bytes[PROGRESS_SIZE];
	struct buf out = BUF(bytes);
	struct progress p = { 0 };

	EQ(put(&p, (struct run_progress){ 2000, STEP__COUNT, STEP_MAILBOX, 3, 40 }, &out),
	   SPAN("\r\033[K3 of 40 mailboxes | pop mailbox 2.0 s"));
	EQ(put(&p, (struct run_progress){ 2000, STEP__COUNT, STEP_MAILBOX, 3, 0 }, &out),
	   SPAN("\r\033[K3 mailboxes | pop mailbox 2.0 s"));
}

TEST(progress_on_a_dumb_terminal)
{
	char bytes[PROGRESS_SIZE];
	struct buf out = BUF(bytes);
	struct progress p = { .dumb = true };

	EQ(put(&p, (struct run_progress){ 100, STEP_TOKEN, STEP__COUNT, 0, 1 }, &out), SPAN("idp token 0.1 s\n"));
	EQ(put(&p, (struct run_progress){ 900, STEP_TOKEN, STEP__COUNT, 0, 1 }, &out), SPAN(""));
	EQ(put(&p, (struct run_progress){ 950, STEP_CLAIMS, STEP__COUNT, 0, 1 }, &out), SPAN("idp claims 0.0 s\n"));
	out.n = 0;
	progress_clear(&p, &out);
	EQ(out.n, 0);
}

TEST(progress_is_never_wider_than_the_terminal)
{
	for (unsigned width = 1; width <= 90; width++) {
		char bytes[PROGRESS_SIZE];
		struct buf out = BUF(bytes);
		struct progress p = { .width = width };

		t_at("width %u", width);
		put(&p, (struct run_progress){ INT64_MAX, STEP_CREDENTIAL, STEP_CREDENTIAL, SIZE_MAX, SIZE_MAX }, &out);
		OK(buf_ok(&out));
		OK(out.n <= 4 + width - 1);
	}
}

TEST(progress_every_capacity)
{
	UPTO(cap, 60)
	{
		struct buf out = edge_buf(cap);
		struct progress p = { .width = 80 };
		struct run_progress now = { 100, STEP_IDP_DNS, STEP_POP_DNS, 0, 1 };
		size_t need = sizeof "\r\033[Kidp idp-dns 0.1 s | pop pop-dns 0.1 s" - 1;

		progress_put(&p, &now, &out);
		OK(buf_ok(&out) == (cap >= need));
	}
}
