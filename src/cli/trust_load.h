/* trust_load: the trust anchors that the settings point to. */
#ifndef CLI_TRUST_LOAD_H
#define CLI_TRUST_LOAD_H

#include "conf/settings.h"
#include "net/trust.h"

/* The embedded roots, unless ca_file or ca_dir is to replace them (is set without "+"); with those of the file; with
 * those of the directory.
 *
 * The directory is one in OpenSSL's layout: what counts are files that are named by eight hexadecimal digits, a dot and
 * a number, usually symbolic links that "openssl rehash" has made. The digits are a hash of the subject, by which
 * OpenSSL finds an issuer when it needs one. Here all of them are read at the start, because the workers that see a
 * chain open no files: a system's directory is 150 small ones, within TRUST_ANCHORS_MAX. A link to nothing and a file
 * without a usable certificate are passed over, as OpenSSL does; a directory without any is FAULT_CA_FILE.
 *
 * Files go through scratch a piece at a time, which must take the longest certificate. */
bool trust_load(const struct settings *s, struct trust *t, struct buf scratch, struct fault *f) MUST;

#endif
