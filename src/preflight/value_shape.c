#include "preflight/value_shape.h"

/* Of these no provider makes a secret or a token: what looks so is something else. */
enum {
	SURE = SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_REFRESH_TOKEN | SHAPE_IS_CODE | SHAPE_IS_CACHE | SHAPE_IS_KEY |
	       SHAPE_IS_ANSWER | SHAPE_IS_SASL
};

/* Another provider's? Of a custom one nothing is known. */
static bool of_provider(enum shape_of of, const struct provider *p)
{
	return of == SHAPE_OF_ANY || (of == SHAPE_OF_GOOGLE ? !p->entra : !p->google);
}

/* What another provider issues may look like anything but what only a mistake looks like. */
static bool may_be(const struct findings *l, enum shape s, unsigned wanted)
{
	if ((shape_class(s) & wanted) != 0)
		return of_provider(shape_of(s), l->settings->provider);
	return !l->settings->provider->entra && (shape_class(s) & SURE) == 0;
}

bool value_shape_check(struct findings *l, struct span value, enum setting from, enum fault_code code, unsigned wanted)
{
	enum shape s = shape_find(value);
	const char *noun = shape_class_noun((enum shape_class)(wanted & (0u - wanted)));

	if (s == SHAPE_NONE || may_be(l, s, wanted))
		return true;
	row_fact(l->row, FACT_LOOKS_LIKE, span_z(shape_class_id(shape_class(s))));
	if ((shape_class(s) & SURE) != 0 && (shape_class(s) & wanted) == 0)
		return findings_refuse(l, code, from, "this is %s; %s belongs there", shape_what(s), noun);
	if ((shape_class(s) & wanted) != 0)
		findings_warn(l, from, "this looks like %s, which is not of %s", shape_what(s),
		              l->settings->provider->title);
	else
		findings_warn(l, from, "this looks like %s; %s belongs there", shape_what(s), noun);
	findings_doubt(l, code, from);
	return true;
}
