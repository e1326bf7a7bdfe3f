/* near: edit distance, and what is near enough to be offered. */
#include "t.h"

#include "text/near.h"

TEST(near_same_rows)
{
	static const struct {
		struct span a, b;
		bool same;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT(""), true },
		{ SPAN_INIT("client_id"), SPAN_INIT("client-id"), true },
		{ SPAN_INIT("CLIENT_ID"), SPAN_INIT("client-Id"), true },
		{ SPAN_INIT("client_id"), SPAN_INIT("clientid"), false },
		{ SPAN_INIT("client_id"), SPAN_INIT("client_if"), false },
		{ SPAN_INIT("client_id"), SPAN_INIT("client_ids"), false },
		{ SPAN_INIT("@"), SPAN_INIT("`"), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(near_same(edge_span(row[i].a), edge_span(row[i].b)), row[i].same);
		EQ(near_same(edge_span(row[i].b), edge_span(row[i].a)), row[i].same);
	}
}

TEST(near_distance_rows)
{
	static const struct {
		struct span a, b;
		unsigned distance;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT(""), 0 },
		{ SPAN_INIT(""), SPAN_INIT("abc"), 3 },
		{ SPAN_INIT("scope"), SPAN_INIT("scope"), 0 },
		{ SPAN_INIT("SCOPE"), SPAN_INIT("scope"), 0 },
		{ SPAN_INIT("client-id"), SPAN_INIT("CLIENT_ID"), 0 },
		{ SPAN_INIT("scop"), SPAN_INIT("scope"), 1 },
		{ SPAN_INIT("scoope"), SPAN_INIT("scope"), 1 },
		{ SPAN_INIT("skope"), SPAN_INIT("scope"), 1 },
		{ SPAN_INIT("csope"), SPAN_INIT("scope"), 1 },
		{ SPAN_INIT("scoep"), SPAN_INIT("scope"), 1 },
		{ SPAN_INIT("kitten"), SPAN_INIT("sitting"), 3 },
		{ SPAN_INIT("ca"), SPAN_INIT("abc"), 3 },
		{ SPAN_INIT("ab"), SPAN_INIT("ba"), 1 },
		{ SPAN_INIT("abcd"), SPAN_INIT("badc"), 2 },
		{ SPAN_INIT("abc"), SPAN_INIT("xyz"), 3 },
		{ SPAN_INIT("clientid"), SPAN_INIT("client_id"), 1 },
		{ SPAN_INIT("teannt_di"), SPAN_INIT("tenant_id"), 2 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(near_distance(edge_span(row[i].a), edge_span(row[i].b)), row[i].distance);
		EQ(near_distance(edge_span(row[i].b), edge_span(row[i].a)), row[i].distance);
	}
}

/* A third of the letters that were given, and no more. */
TEST(near_best_rows)
{
	static const struct {
		struct span given;
		const char *known;
		bool near;
	} row[] = {
		{ SPAN_INIT("bogus"), "jobs", false },
		{ SPAN_INIT("jbos"), "jobs", true },
		{ SPAN_INIT("tenat_id"), "tenant_id", true },
		{ SPAN_INIT("CLIENT-SCERET"), "client_secret", true },
		{ SPAN_INIT("abc"), "abd", true },
		{ SPAN_INIT("ab"), "ac", false },
		{ SPAN_INIT("abcdef"), "abcdxy", true },
		{ SPAN_INIT("abcde"), "abcxy", false },
		{ SPAN_INIT(""), "jobs", false },
		{ SPAN_INIT(""), "", true },
		{ SPAN_INIT("tenant"), "tenant_id", true },
		{ SPAN_INIT("port"), "pop-port", true },
		{ SPAN_INIT("pop"), "pop-port", false },
		{ SPAN_INIT("enant"), "tenant_id", false },
		{ SPAN_INIT("wrong-secret"), "secret-wrong", true },
		{ SPAN_INIT("wrong-sekret"), "secret-wrong", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		struct near n = { .given = edge_span(row[i].given) };

		OK(near_best(&n) == NULL);
		near_offer(&n, row[i].known);
		OK(near_best(&n) == (row[i].near ? row[i].known : NULL));
	}
}

TEST(near_distance_of_long_keys)
{
	unsigned char a[200], b[200];

	memset(a, 'a', sizeof a);
	memset(b, 'b', sizeof b);
	UPTO(n, sizeof a)
	{
		struct span x = { edge(a, n), n }, y = { edge(b, n), n };

		EQ(near_distance(x, y), n);
		EQ(near_distance(x, SPAN("")), n);
		EQ(near_distance(SPAN(""), x), n);
	}
}

TEST(near_of_several)
{
	struct near n = { .given = SPAN("tenat_id") };

	near_offer(&n, "client_id");
	near_offer(&n, "tenant_id");
	near_offer(&n, "tenat-ip");
	near_offer(&n, "provider");
	EQ(near_best(&n), "tenant_id");
}
