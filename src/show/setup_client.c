#include "show/setup.h"

#include "show/setup_words.h"

static const char *const name[SETUP_CLIENT__COUNT] = {
	[SETUP_MPOP] = "mpop", [SETUP_GETMAIL] = "getmail", [SETUP_FETCHMAIL] = "fetchmail", [SETUP_CURL] = "curl",
	[SETUP_OPENSSL] = "openssl",
};

/* The parts of a configuration, each safe to be written between quotes of any kind. */
struct parts {
	struct span mailbox, host, port, ca;
	char options_text[2 * 512];
	struct span options; /* of o2pop */
};

bool setup_find_client(struct span text, enum setup_client *client)
{
	for (int i = 0; i < SETUP_CLIENT__COUNT; i++) {
		if (span_eq(text, span_z(name[i]))) {
			*client = (enum setup_client)i;
			return true;
		}
	}
	return false;
}

/* LINE value REST */
static void put(struct buf *b, const char *before, struct span value, const char *after)
{
	buf_z(b, before);
	buf_put(b, value);
	buf_z(b, after);
}

static void put_mpop(struct buf *b, const struct parts *p)
{
	buf_z(b, "# ~/.mpoprc for mpop 1.4.18 or newer (older ones send the token on the line of AUTH, which Exchange\n"
	         "# refuses); tokens of more than 3,000 characters need 1.4.22.\n"
	         "# chmod 600 ~/.mpoprc; try it with: mpop --auth-only\n"
	         "defaults\ntls on\ntls_starttls off\n");
	if (p->ca.n != 0)
		put(b, "tls_trust_file ", p->ca, "\n");
	put(b, "\naccount default\nhost ", p->host, "\n");
	put(b, "port ", p->port, "\n");
	put(b, "user ", p->mailbox, "\nauth xoauth2\n");
	put(b, "passwordeval o2pop token", p->options, "\nkeep on\ndelivery maildir ~/Maildir\n");
}

/* ("o2pop", "token", "-c", "FILE") */
static void put_tuple(struct buf *b, const struct setup *s)
{
	buf_z(b, "(\"o2pop\", \"token\"");
	if (s->file.n != 0)
		put(b, ", \"-c\", \"", s->file, "\"");
	if (s->profile.n != 0)
		put(b, ", \"--profile\", \"", s->profile, "\"");
	buf_z(b, ")");
}

static void put_getmail(struct buf *b, const struct parts *p, const struct setup *s)
{
	buf_z(b, "# ~/.config/getmail/getmailrc for getmail6 6.19.11 or newer (before 6.19.04 use_xoauth2 is ignored for POP3,\n"
	         "# before 6.19.11 the token is sent on the line of AUTH, which Exchange refuses).\n"
	         "# getmail does not deliver mail as root.\n"
	         "[retriever]\ntype = SimplePOP3SSLRetriever\n");
	put(b, "server = ", p->host, "\n");
	put(b, "port = ", p->port, "\n");
	put(b, "username = ", p->mailbox, "\nuse_xoauth2 = true\npassword_command = ");
	put_tuple(b, s);
	buf_z(b, "\n");
	if (p->ca.n != 0)
		put(b, "ca_certs = ", p->ca, "\n");
	buf_z(b, "\n[destination]\ntype = Maildir\npath = ~/Maildir/\n\n[options]\nread_all = false\ndelete = false\n");
}

static void put_fetchmail(struct buf *b, const struct parts *p)
{
	buf_z(b, "# ~/.fetchmailrc for fetchmail 7, the branch \"next\" (6.4 and 6.5 know no OAuth2; its authors call OAuth2\n"
	         "# formally unsupported). It does not renew tokens, so get one before each poll:\n");
	put(b, "#   (umask 077; o2pop token", p->options, " >~/.fetchmail-token) && fetchmail\n"
	       "# chmod 600 ~/.fetchmailrc; write your own login name and home folder for USER\n");
	put(b, "poll ", p->host, " protocol POP3 ");
	put(b, "port ", p->port, "\n");
	put(b, "  auth xoauth2 username \"", p->mailbox, "\"\n"
	       "  passwordfile \"/home/USER/.fetchmail-token\"\n"
	       "  is USER here keep uidl\n"
	       "  sslmode wrapped sslcertck");
	if (p->ca.n != 0)
		put(b, " sslcertfile \"", p->ca, "\"");
	buf_z(b, "\n");
}

static void put_curl(struct buf *b, const struct parts *p)
{
	buf_z(b, "#!/bin/sh\n"
	         "# For curl 7.33 or newer; lists the messages. The token goes through a pipe, because everybody on this\n"
	         "# machine can read a command line. For STAT, curl must be 8.10 or newer: add -X STAT.\n");
	put(b, "printf 'oauth2-bearer = \"%s\"\\n' \"$(o2pop token", p->options, ")\" |\n");
	put(b, "\tcurl --config - --silent --show-error --user '", p->mailbox, ":'");
	if (p->ca.n != 0)
		put(b, " --cacert '", p->ca, "'");
	put(b, " \\\n\t\t'pop3s://", p->host, "");
	put(b, ":", p->port, "/'\n");
}

static void put_openssl(struct buf *b, const struct parts *p)
{
	buf_z(b, "#!/usr/bin/env bash\n"
	         "# For openssl 1.1.1 or newer. Without -quiet a line that begins with R or Q would be a command to openssl;\n"
	         "# without -verify_return_error it would go on with a wrong certificate.\n"
	         "set -eu\n");
	put(b, "user='", p->mailbox, "' ");
	put(b, "host='", p->host, "' ");
	put(b, "port=", p->port, "\n");
	put(b, "sasl=$(o2pop token", p->options, " --format sasl \"$user\")\n"
	       "coproc S { exec openssl s_client -quiet -crlf -connect \"$host:$port\" -servername \"$host\" \\\n"
	       "\t-verify_hostname \"$host\" -verify_return_error");
	if (p->ca.n != 0)
		put(b, " -CAfile '", p->ca, "'");
	buf_z(b, " 2>/dev/null; }\n"
	         "hear() { IFS= read -r -t 60 line <&\"${S[0]}\"; printf '%s\\n' \"${line%$'\\r'}\"; }\n"
	         "say() { printf '%s\\n' \"$1\" >&\"${S[1]}\"; }\n"
	         "hear\n"
	         "say 'AUTH XOAUTH2'; hear\n"
	         "say \"$sasl\"; hear\n"
	         "case $line in\n"
	         "'+ '*) say ''; hear; exit 1 ;;\n"
	         "-*) exit 1 ;;\n"
	         "esac\n"
	         "say STAT; hear\n"
	         "say QUIT; hear\n");
}

/* False when something cannot be written without escapes. */
static bool take_parts(struct parts *p, const struct setup *s)
{
	struct span ca = settings_get(s->settings, SETTING_CA_FILE);
	struct buf options = BUF(p->options_text);

	/* A file of additional roots is not what these programs call a CA file. */
	if (span_starts(ca, SPAN("+")))
		ca = span_from(ca, 1);
	p->ca = ca;
	p->mailbox = s->mailboxes != 0 ? s->mailbox[0] : SPAN("MAILBOX");
	p->host = settings_get(s->settings, SETTING_POP_HOST);
	p->port = settings_get(s->settings, SETTING_POP_PORT);
	setup_words_options(&options, s);
	p->options = buf_span(&options);
	return buf_ok(&options) && setup_words_plain(p->mailbox) && setup_words_plain(p->host) &&
	       setup_words_plain(p->port) && (ca.n == 0 || setup_words_plain(ca)) &&
	       (s->file.n == 0 || setup_words_plain(s->file)) &&
	       (s->profile.n == 0 || setup_words_plain(s->profile));
}

bool setup_client(struct buf *out, enum setup_client client, const struct setup *s)
{
	struct parts p;

	if (!take_parts(&p, s))
		return false;
	switch (client) {
	case SETUP_MPOP:
		put_mpop(out, &p);
		break;
	case SETUP_GETMAIL:
		put_getmail(out, &p, s);
		break;
	case SETUP_FETCHMAIL:
		put_fetchmail(out, &p);
		break;
	case SETUP_CURL:
		put_curl(out, &p);
		break;
	case SETUP_OPENSSL:
		put_openssl(out, &p);
		break;
	case SETUP_CLIENT__COUNT:
		return false;
	}
	return true;
}
