/* facts: a row's facts as text, whatever their type. */
#ifndef TESTS_UNIT_FACTS_H
#define TESTS_UNIT_FACTS_H

#include "report/row.h"
#include "text/date.h"

/* Add a fact: "75" for a number, "2026-11-23 20:43:46Z" for a moment, "a b" for a list (a chain: lines); nothing for
 * "". */
T_UNUSED
static void t_fact(struct row *row, enum fact key, const char *text)
{
	int64_t moment = 0, place = 0;

	switch (text[0] == '\0' ? ROW_TEXT : row_fact_type(key)) {
	case ROW_TEXT:
		row_fact(row, key, span_z(text));
		break;
	case ROW_LIST:
		row_list(row, key, span_z(text), key == FACT_CHAIN ? ROW_SEPARATOR : ' ');
		break;
	case ROW_NUMBER:
		row_number(row, key, strtoll(text, NULL, 10));
		break;
	case ROW_MOMENT:
		if (!date_iso(span_z(text), &moment))
			t_stop("not a moment");
		row_number(row, key, moment);
		break;
	case ROW_WORD:
		while (row_word(key, place).n != 0 && !span_eq(row_word(key, place), span_z(text)))
			place++;
		if (row_word(key, place).n == 0)
			t_stop("not a word of this fact");
		row_number(row, key, place);
		break;
	}
}

/* As it is printed; empty when it is not there. */
T_UNUSED
static struct span t_shown(const struct row *row, enum fact key)
{
	static unsigned char bytes[2][FACT_TEXT_MAX];
	static unsigned turn;
	struct buf b = BUF(bytes[turn++ % 2]);

	(void)row_put(&b, row, key);
	return buf_span(&b);
}

#endif
