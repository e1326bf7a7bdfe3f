#include "ident/store.h"

#include <string.h>

#include "net/tls_sha256.h"

/* The digits of a key, as they stand in the file. */
struct digits {
	unsigned char p[STORE_TEXT_KEY];
};

static struct digits digits_of(const unsigned char key[static STORE_KEY_SIZE])
{
	struct digits d;
	struct buf b = BUF(d.p);

	buf_hex(&b, (struct span){ key, STORE_KEY_SIZE });
	return d;
}

static struct span digits_span(const struct digits *d)
{
	return (struct span){ d->p, sizeof d->p };
}

/* Each part is a digest of its own, so that no part can pretend to begin earlier or end later. */
void store_key(const struct store_id *id, unsigned char key[static STORE_KEY_SIZE])
{
	const struct span part[] = { id->token_url, id->client_id, id->scope, id->grant, id->account };
	unsigned char digest[COUNT(part)][32];

	for (size_t i = 0; i < COUNT(part); i++)
		tls_sha256(part[i], digest[i]);
	tls_sha256((struct span){ digest[0], sizeof digest }, key);
}

/* ---- opening ----------------------------------------------------------------------------------- */

/* "the token store '/x' is damaged; it is kept as '/x.bad', and an empty one takes its place" */
static bool set_aside(struct store *s, enum store_text_form form, struct fault *f)
{
	char name[STORE_PATH_MAX + STORE_PATH_SUFFIX];
	struct buf where = BUF(name), note = BUF(s->note);

	if (!store_file_aside(&s->file, &where, f))
		return false;
	store_path_put(&s->file.path, STORE_PATH_STORE, &note);
	buf_say(&note, "%s, or was written by another version; it is kept as '",
	        form == STORE_TEXT_TORN ? " is damaged" : " holds something else");
	buf_printable(&note, buf_span(&where));
	buf_z(&note, "', and an empty one takes its place");
	s->note_n = note.n;
	return true;
}

bool store_open(struct store *s, struct span path, struct deadline d, struct fault *f)
{
	struct buf text = BUF(s->text);
	enum store_text_form form = STORE_TEXT_TORN;
	bool good;

	s->entries.n = s->n = s->note_n = 0;
	if (!store_file_open(&s->file, path, d, f))
		return false;
	good = store_file_read(&s->file, &text, f);
	s->n = text.n;
	if (good && buf_ok(&text))
		form = store_text_read(buf_span(&text), &s->entries);
	if (good && form != STORE_TEXT_GOOD) {
		secret_wipe_bytes(s->text, s->n);
		s->n = 0;
		good = set_aside(s, form, f);
	}
	if (!good)
		store_close(s);
	return good;
}

void store_close(struct store *s)
{
	secret_wipe_bytes(s->text, s->n);
	s->entries.n = s->n = 0;
	store_file_close(&s->file);
}

struct span store_note(const struct store *s)
{
	return (struct span){ (const unsigned char *)s->note, s->note_n };
}

/* ---- entries ----------------------------------------------------------------------------------- */

bool store_find(const struct store *s, const unsigned char key[static STORE_KEY_SIZE], struct store_entry *e)
{
	struct digits d = digits_of(key);
	const struct store_text_row *row = s->entries.row, *end = row + s->entries.n;

	while (row != end && !span_eq(row->key, digits_span(&d)))
		row++;
	if (row == end)
		return false;
	e->expires = row->expires;
	return secret_set(&e->access, row->access) && secret_set(&e->refresh, row->refresh);
}

/* The next store: the rows that stay, and the one that comes. */
struct draft {
	bool stays[STORE_ENTRIES_MAX];
	const struct store_text_row *comes;
	size_t rows;
	struct buf text;
};

static void compose(const struct store *s, struct draft *d)
{
	d->rows = 1;
	d->text.n = 0;
	d->text.full = false;
	store_text_begin(&d->text);
	for (size_t i = 0; i < s->entries.n; i++) {
		if (d->stays[i]) {
			buf_put(&d->text, s->entries.row[i].whole);
			d->rows++;
		}
	}
	store_text_put(&d->text, d->comes);
	store_text_seal(&d->text);
}

/* Give up the entry that is of least use: nobody can be asked less because of it. */
static bool make_room(const struct store *s, struct draft *d)
{
	int64_t now = clock_unix();
	size_t first = s->entries.n;

	for (size_t i = 0; i < s->entries.n; i++) {
		const struct store_text_row *row = &s->entries.row[i];

		if (d->stays[i] && row->refresh.n == 0 && row->expires < now &&
		    (first == s->entries.n || row->expires < s->entries.row[first].expires))
			first = i;
	}
	if (first == s->entries.n)
		return false;
	d->stays[first] = false;
	return true;
}

static bool full(const struct store *s, const struct draft *d, struct fault *f)
{
	bool rows = d->rows > STORE_ENTRIES_MAX;
	unsigned limit = rows ? STORE_ENTRIES_MAX : STORE_FILE_MAX;
	char text[500];
	struct buf b = BUF(text);

	store_path_put(&s->file.path, STORE_PATH_STORE, &b);
	buf_say(&b, " has no room for a further entry; it may have %u %s", limit, rows ? "entries" : "bytes");
	return fault_set(f, FAULT_STORE_FULL, limit, buf_span(&b));
}

static bool bad_value(struct fault *f)
{
	return fault_set(f, FAULT_STORE_VALUE, 0,
	                 SPAN("a token with characters that no token may hold, or a time beyond the year 9999"));
}

/* On the disk first, then here. */
static bool commit(struct store *s, const struct draft *d, struct fault *f)
{
	struct store_text again;

	if (store_text_read(buf_span(&d->text), &again) != STORE_TEXT_GOOD)
		return bad_value(f); /* what could not be read back is not written */
	if (!store_file_replace(&s->file, buf_span(&d->text), f))
		return false;
	if (s->n > d->text.n)
		secret_wipe_bytes(s->text + d->text.n, s->n - d->text.n);
	memcpy(s->text, d->text.p, d->text.n);
	s->n = d->text.n;
	(void)store_text_read((struct span){ s->text, s->n }, &s->entries);
	return true;
}

bool store_put(struct store *s, const unsigned char key[static STORE_KEY_SIZE], const struct store_entry *e,
               struct fault *f)
{
	struct digits digits = digits_of(key);
	struct store_text_row row = {
		.key = digits_span(&digits),
		.access = secret_reveal(&e->access),
		.refresh = secret_reveal(&e->refresh),
		.expires = e->expires,
	};
	struct draft d = { .comes = &row, .text = BUF(s->next) };
	size_t wiped = 0;
	bool good;

	if (!store_text_fits(&row))
		return bad_value(f);
	for (size_t i = 0; i < s->entries.n; i++)
		d.stays[i] = !span_eq(s->entries.row[i].key, row.key);
	do {
		compose(s, &d);
		wiped = d.text.n > wiped ? d.text.n : wiped;
		good = buf_ok(&d.text) && d.rows <= STORE_ENTRIES_MAX;
	} while (!good && make_room(s, &d));
	good = good ? commit(s, &d, f) : full(s, &d, f);
	secret_wipe_bytes(s->next, wiped);
	return good;
}
