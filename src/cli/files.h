/* files: reading a whole file, carefully where it holds a secret. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "base/buf.h"
#include "base/fault.h"

/* A secret file must not be readable or writable by group or others, judged on the open descriptor; a pipe or a
 * terminal has no such rights. Group read alone is accepted for a file of root's that we could not read otherwise:
 * that is how systemd's credentials and Kubernetes' secrets look. */
enum files_kind { FILES_PUBLIC, FILES_SECRET };

/* Append the file's bytes to `into`. path: a name, "-" for the standard input, "fd:N" for an
 * inherited descriptor. False: the evidence is a sentence that names the file;
 * FAULT_FILE_EXPOSED ends in the chmod to type. A file that does not fit is FAULT_LIMIT. */
bool files_read(struct span path, enum files_kind kind, struct buf *into, struct fault *f) MUST;

/* One line's text: a final LF or CRLF is taken off. A BOM, NUL or a further line stays: the credential step tells. */
struct span files_one_line(struct span text);

enum { FILES_PATH_MAX = 4096 };

/* Does this path mean the standard input; any descriptor that can be read once only? */
bool files_is_stdin(struct span path);
bool files_is_descriptor(struct span path);

/* Open for reading a piece at a time (large CA files). *fd is to be closed by the caller. */
bool files_open(struct span path, enum files_kind kind, int *fd, struct fault *f) MUST;

/* The same with a directory, for its entries. */
bool files_open_folder(struct span path, int *fd, struct fault *f) MUST;

/* The two halves of files_read, for who learns only from the bytes that the file holds a secret. */
bool files_drain(int fd, struct span path, struct buf *into, struct fault *f) MUST;
bool files_private(int fd, struct span path, struct fault *f) MUST;

/* What the file says is obeyed: nobody but its owner and root may be able to change it. With
 * `strict` the owner must be root or ourselves, and its group may not write either. */
bool files_guarded(int fd, struct span path, bool strict, struct fault *f) MUST;

/* One piece: *n is 0 at the end. */
bool files_piece(int fd, struct span path, unsigned char *to, size_t scratch, size_t *n, struct fault *f) MUST;

/* False when what was read of a file that should hold a secret is empty or blank; the fault's number is 0 then. */
bool files_filled(struct span text, struct span path, struct fault *f) MUST;

/* Create a file that only its owner may read, or empty one that is ours already. A symbolic
 * link, another user's file or one with several names is refused as it is. */
bool files_create(struct span path, int *fd, struct fault *f) MUST;

#endif
