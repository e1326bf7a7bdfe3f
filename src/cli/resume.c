#include "cli/resume.h"

#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "text/json.h"

enum { MAILBOX_MAX = 1024 }; /* of an address, with room for what is none */

static void take_line(struct span line, void (*told)(void *of, struct span mailbox), void *of)
{
	unsigned char text[MAILBOX_MAX];
	struct buf mailbox = BUF(text);
	struct span twice;

	if (json_check(line, &twice) && json_string(line, "mailbox", &mailbox) == JSON_FOUND && buf_ok(&mailbox))
		told(of, buf_span(&mailbox));
}

/* All whole lines of what was read; the rest moves to the front. `passing`: what was read so far is of a line that is
 * too long. */
static void take_lines(struct buf *b, bool *passing, void (*told)(void *of, struct span mailbox), void *of)
{
	struct span all = buf_span(b);
	size_t at;

	while (span_find_byte(all, '\n', &at)) {
		if (!*passing)
			take_line(span_first(all, at), told, of);
		*passing = false;
		all = span_from(all, at + 1);
	}
	if (all.n == b->cap) {
		*passing = true;
		all.n = 0;
	}
	memmove(b->p, all.p, all.n);
	b->n = all.n;
}

bool resume_read(struct span path, struct buf scratch, void (*told)(void *of, struct span mailbox), void *of,
                 bool *torn, struct fault *f)
{
	bool passing = false, good;
	size_t n;
	int fd;

	if (!files_open(path, FILES_PUBLIC, &fd, f))
		return false;
	scratch.n = 0;
	do {
		good = files_piece(fd, path, scratch.p + scratch.n, scratch.cap - scratch.n, &n, f);
		if (!good)
			break;
		scratch.n += n;
		take_lines(&scratch, &passing, told, of);
	} while (n != 0);
	*torn = passing || scratch.n != 0;
	close(fd);
	return good;
}
