/* secret: what fits, what is left behind, what is wiped. */
#include "t.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/secret.h"

static struct secret secret;
static unsigned char text[SECRET_MAX + 1];

static bool all_zero(const void *p, size_t n)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		if (c[i] != 0)
			return false;
	return true;
}

TEST(secret_set_and_reveal)
{
	OK(!secret_is_set(&secret));
	EQ(secret_length(&secret), 0);
	EQ(secret_reveal(&secret), SPAN(""));
	OK(secret_set(&secret, edge_span(SPAN("ab\0c"))));
	OK(secret_is_set(&secret));
	EQ(secret_length(&secret), 4);
	EQ(secret_reveal(&secret), SPAN("ab\0c"));
	OK(secret_valid(&secret));
}

TEST(secret_lengths)
{
	static const size_t length[] = { 0, 1, 1873, SECRET_MAX - 1, SECRET_MAX };

	memset(text, 's', sizeof text);
	for (size_t i = 0; i < COUNT(length); i++) {
		struct span s = { edge(text, length[i]), length[i] };

		t_at("length %zu", length[i]);
		OK(secret_set(&secret, s));
		EQ(secret_reveal(&secret), s);
		EQ(secret_is_set(&secret), length[i] != 0);
		OK(secret_valid(&secret));
	}
}

TEST(secret_too_long)
{
	memset(text, 's', sizeof text);
	OK(secret_set(&secret, (struct span){ text, SECRET_MAX }));
	OK(!secret_set(&secret, (struct span){ edge(text, sizeof text), sizeof text }));
	OK(!secret_is_set(&secret));
	OK(all_zero(&secret, sizeof secret));
}

TEST(secret_shorter_leaves_nothing)
{
	OK(secret_set(&secret, SPAN("a long secret")));
	OK(secret_set(&secret, SPAN("short")));
	EQ(secret_reveal(&secret), SPAN("short"));
	OK(all_zero(secret.p + 5, sizeof secret.p - 5));
}

TEST(secret_wiping)
{
	memset(text, 's', sizeof text);
	OK(secret_set(&secret, (struct span){ text, SECRET_MAX }));
	secret_wipe(&secret);
	OK(all_zero(&secret, sizeof secret));
	secret_wipe(&secret);
	OK(all_zero(&secret, sizeof secret));

	/* a length that nobody can have set */
	memset(&secret, 's', sizeof secret);
	OK(!secret_valid(&secret));
	secret_wipe(&secret);
	OK(all_zero(&secret, sizeof secret));
}

TEST(secret_wiping_bytes)
{
	UPTO(n, 40)
	{
		unsigned char *p = edge(text, n);

		secret_wipe_bytes(p, n);
		OK(all_zero(p, n));
	}
	secret_wipe_bytes(NULL, 0);
}

TEST(secret_wiping_what_is_used)
{
	UPTO(n, 40)
	{
		unsigned char *p = edge(text, n);

		memset(p, n % 2 == 0 ? 's' : 0, n);
		secret_wipe_used(p, n);
		OK(all_zero(p, n));
	}
	secret_wipe_used(NULL, 0);
}

/* Of many pages few are used, at both ends and behind what is asked for in one call: no other comes into being. */
TEST(secret_wiping_leaves_untouched_pages_alone)
{
	enum { PAGES = 150 };
	static const size_t used[] = { 0, 63, 64, 100, 149 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	unsigned char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char there[PAGES];

	OK(p != MAP_FAILED && mincore(p, PAGES * page, there) == 0);
	if ((there[1] & 1) != 0 || prctl(PR_GET_SECCOMP) != 0)
		return; /* this system does not tell */
	for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
		memset(p + used[i] * page, 's', page);
	secret_wipe_used(p + 1, PAGES * page - 2);
	OK(mincore(p, PAGES * page, there) == 0);
	for (size_t i = 0; i < PAGES; i++)
		n += there[i] & 1;
	EQ(n, sizeof used / sizeof used[0]);
	OK(p[0] == 's' && p[PAGES * page - 1] == 's');
	p[0] = p[PAGES * page - 1] = 0;
	OK(all_zero(p, PAGES * page));
	OK(munmap(p, PAGES * page) == 0);
}

TEST(secret_from_a_pipe)
{
	secret.n = SECRET_MAX;
	OK(secret_valid(&secret));
	secret.n = SECRET_MAX + 1;
	OK(!secret_valid(&secret));
	secret.n = UINT32_MAX;
	OK(!secret_valid(&secret));
	secret.n = 0;
}
