/* date: the five ways in which peers write a moment, all in UTC. */
#ifndef TEXT_DATE_H
#define TEXT_DATE_H

#include "base/buf.h"

/* Seconds since 1970. Each is strict about its form; *unix_s is untouched on false. A leap second (:60)
 * is the first second of the next minute, a weekday is not held against the date. */

/* Mon, 23 Nov 2026 20:43:46 GMT (RFC 9110, the one form that may still be sent) */
bool date_http(struct span s, int64_t *unix_s) MUST;

/* Mon, 23 Nov 2026 20:43:46 +0100 (CET): of a mail's field (RFC 5322 3.3), with what senders leave out or add: weekday,
 * seconds, a comment, the zone as GMT, UT or Z, a year of two digits, any blanks. */
bool date_mail(struct span s, int64_t *unix_s) MUST;

/* 2026-11-23 20:43:46Z, with T or a blank, fraction and Z optional; also the bare day 2026-11-23 */
bool date_iso(struct span s, int64_t *unix_s) MUST;

/* YYMMDDHHMMSSZ, or YYYYMMDDHHMMSSZ when generalized (RFC 5280) */
bool date_asn1(struct span s, bool generalized, int64_t *unix_s) MUST;

/* "2026-11-23 20:43:46Z" and "2026-11-23". */
void date_put(struct buf *out, int64_t unix_s);
void date_put_day(struct buf *out, int64_t unix_s);

/* A duration for people: "45 s", "12 min", "3 h 20 min", "41 days". Negative ones by their size. */
void date_put_span(struct buf *out, int64_t seconds);

/* date_put and date_put_span as a value, for a sentence: date_text(t).z */
struct date_text {
	char z[40];
};

struct date_text date_text(int64_t unix_s);
struct date_text date_span_text(int64_t seconds);

#endif
