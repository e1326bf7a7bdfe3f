/* fault: why something failed, as data: a code from a closed list, a number, the peer's words. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/buf.h"

/* The list is src/base/fault.def; names and ids are never renamed or reused. */
enum fault_code {
	FAULT_NONE,
#define FAULT(name, id, kind, text) FAULT_##name,
#include "base/fault.def"
	FAULT__COUNT
};

/* What `num` counts, and which family of advice the fault belongs to. The comments are headings of o2pop-ids(7). */
enum fault_kind {
	FAULT_KIND_NONE,
	FAULT_KIND_INTERNAL, /* The program itself: num is a limit, an errno or a signal */
	FAULT_KIND_INPUT,    /* Command line, settings, credential */
	FAULT_KIND_DNS,      /* Names: num is a getaddrinfo error */
	FAULT_KIND_NET,      /* Connections: num is an errno */
	FAULT_KIND_PROXY,    /* Proxies: num is an HTTP status, or a SOCKS reply */
	FAULT_KIND_TLS,      /* TLS: num is an engine code below 64, 256+n an alert received, 512+n an alert sent */
	FAULT_KIND_HTTP,     /* HTTP: num is an HTTP status */
	FAULT_KIND_IDP,      /* The identity provider: num is an AADSTS number, else the HTTP status */
	FAULT_KIND_TOKEN,    /* The token and its claims */
	FAULT_KIND_MAIL,     /* The mail server's answers */
	FAULT_KIND_WAIT      /* Refused for now: num is seconds to wait, 0 if unknown */
};

/* Entra's longest texts are about 600 bytes; with ids and a date, 900. */
enum { FAULT_EVIDENCE_MAX = 1024 };

/* Plain data, without pointers: it crosses pipes. Start with { 0 }. */
struct fault {
	enum fault_code code;
	int64_t num;
	uint32_t n;
	char evidence[FAULT_EVIDENCE_MAX]; /* printable, not NUL-terminated, n bytes */
};

/* Record a failure and return false, so that `return fault_set(...)` reads well. The first setting wins. The evidence
 * is the peer's own words (or the refused input): it is made printable and, when too long, shortened here. */
bool fault_set(struct fault *f, enum fault_code code, int64_t num, struct span evidence);

/* The same with a sentence as evidence, in a format of buf_say. */
bool fault_say(struct fault *f, enum fault_code code, int64_t num, const char *format, ...) BUF_FORMAT(4);

/* The same instead of what f holds already, for a caller that knows what it means. The evidence may be f's own. */
bool fault_become(struct fault *f, enum fault_code code, int64_t num, struct span evidence);

/* The limit that was exceeded, as evidence: "16400 bytes, the limit is 16384". */
bool fault_limit(struct fault *f, enum fault_code code, uint64_t actual, uint64_t limit);

struct span fault_evidence(const struct fault *f);

/* The stable id ("token-refused") and one short sentence part that says what happened; both static. */
const char *fault_id(enum fault_code code);
const char *fault_text(enum fault_code code);
enum fault_kind fault_kind(enum fault_code code);

/* The code with this id; false if there is none. */
bool fault_find(struct span id, enum fault_code *code);

/* What came over a pipe: true when every field is in range and the evidence is printable. */
bool fault_valid(const struct fault *f) MUST;

#endif
