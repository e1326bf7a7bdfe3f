#include "show/setup_client.h"

static const char *const name[SETUP_CLIENT__COUNT] = {
	[SETUP_MPOP] = "mpop",   [SETUP_GETMAIL] = "getmail", [SETUP_FETCHMAIL] = "fetchmail", [SETUP_MSMTP] = "msmtp",
	[SETUP_ISYNC] = "isync", [SETUP_CURL] = "curl",       [SETUP_OPENSSL] = "openssl",
};

/* @MAILBOX@, @HOST@, @PORT@ (of POP3), @SMTP@, @IMAP@ (the provider's other hosts), @OPTIONS@
 * (of o2pop), @TUPLE@ (o2pop as Python writes a command), @mechanism@ (as
 * the settings write it), @MECHANISM@ and @FAREWELL@ (proto/sasl.h) are filled in; @CA:before|after@ stands only
 * where a CA file is named. */
static const char *const template[SETUP_CLIENT__COUNT] = {
	[SETUP_MPOP] = "# ~/.mpoprc for mpop 1.4.18 or newer: older ones send the token on the line of\n"
		       "# AUTH, which Exchange refuses. Tokens of more than 3,000 characters need 1.4.22.\n"
		       "# chmod 600 ~/.mpoprc; try it with: mpop --auth-only\n"
		       "defaults\n"
		       "tls on\n"
		       "tls_starttls off\n"
		       "@CA:tls_trust_file |\n@"
		       "\n"
		       "account default\n"
		       "host @HOST@\n"
		       "port @PORT@\n"
		       "user @MAILBOX@\n"
		       "auth @mechanism@\n"
		       "passwordeval o2pop token@OPTIONS@\n"
		       "keep on\n"
		       "delivery maildir ~/Maildir\n",
	[SETUP_GETMAIL] = "# ~/.config/getmail/getmailrc for getmail6 6.19.11 or newer: before 6.19.04\n"
			  "# use_xoauth2 is ignored for POP3, before 6.19.11 the token is sent on the line\n"
			  "# of AUTH, which Exchange refuses. getmail does not deliver mail as root.\n"
			  "[retriever]\n"
			  "type = SimplePOP3SSLRetriever\n"
			  "server = @HOST@\n"
			  "port = @PORT@\n"
			  "username = @MAILBOX@\n"
			  "use_xoauth2 = true\n"
			  "password_command = @TUPLE@\n"
			  "@CA:ca_certs = |\n@"
			  "\n"
			  "[destination]\n"
			  "type = Maildir\n"
			  "path = ~/Maildir/\n"
			  "\n"
			  "[options]\n"
			  "read_all = false\n"
			  "delete = false\n",
	[SETUP_FETCHMAIL] = "# ~/.fetchmailrc for fetchmail 7, which is the branch \"next\": 6.4 and 6.5 know no\n"
			    "# OAuth2, and its authors call it formally unsupported. It gets a token when it\n"
			    "# starts and never again: run it from cron, not as a daemon. Its oauthbearer means\n"
			    "# XOAUTH2, too, where the server offers nothing else.\n"
			    "# chmod 600 ~/.fetchmailrc; write your login name for USER.\n"
			    "poll @HOST@ protocol POP3 port @PORT@\n"
			    "  auth oauthbearer username \"@MAILBOX@\"\n"
			    "  passwordeval \"o2pop token@OPTIONS@\"\n"
			    "  is USER here keep\n"
			    "  sslmode wrapped sslcertck@CA: sslcertfile \"|\"@\n",
	[SETUP_MSMTP] = "# ~/.msmtprc for msmtp 1.8.13 or newer, which sends mail: older ones know no\n"
			"# xoauth2. The token needs a right of its own. At Exchange Online an application has\n"
			"# the application permission SMTP.SendAsApp beside POP.AccessAsApp; for a person\n"
			"# write SMTP.Send beside POP.AccessAsUser.All into the setting scope, then o2pop\n"
			"# login. The mailbox has SMTP switched on:\n"
			"#   Set-CASMailbox @MAILBOX@ -SmtpClientAuthenticationDisabled $false\n"
			"# chmod 600 ~/.msmtprc; try it with: echo test | msmtp @MAILBOX@\n"
			"defaults\n"
			"tls on\n"
			"tls_starttls on\n"
			"@CA:tls_trust_file |\n@"
			"\n"
			"account default\n"
			"host @SMTP@\n"
			"port 587\n"
			"from @MAILBOX@\n"
			"user @MAILBOX@\n"
			"auth @mechanism@\n"
			"passwordeval o2pop token@OPTIONS@\n",
	[SETUP_ISYNC] = "# ~/.mbsyncrc for isync (mbsync) 1.5 or newer; 1.4 calls TLSType SSLType. It knows\n"
			"# @MECHANISM@ only by a plug-in of Cyrus SASL that has to be installed, such as\n"
			"# cyrus-sasl-xoauth2, and reads by IMAP, for which the token needs a right of its\n"
			"# own. At Exchange Online an application has the application permission\n"
			"# IMAP.AccessAsApp beside POP.AccessAsApp; for a person write IMAP.AccessAsUser.All\n"
			"# beside POP.AccessAsUser.All into the setting scope, then o2pop login.\n"
			"# chmod 600 ~/.mbsyncrc; mkdir -p ~/Maildir; try it with: mbsync --list mail\n"
			"IMAPStore remote\n"
			"Host @IMAP@\n"
			"Port 993\n"
			"TLSType IMAPS\n"
			"@CA:CertificateFile |\n@"
			"User @MAILBOX@\n"
			"AuthMechs @MECHANISM@\n"
			"PassCmd \"o2pop token@OPTIONS@\"\n"
			"\n"
			"MaildirStore local\n"
			"Path ~/Maildir/\n"
			"Inbox ~/Maildir/INBOX\n"
			"\n"
			"Channel mail\n"
			"Far :remote:\n"
			"Near :local:\n"
			"Sync Pull\n"
			"Create Near\n"
			"SyncState *\n",
	[SETUP_CURL] = "#!/bin/sh\n"
		       "# For curl 7.33 or newer; lists the messages. The token goes through a pipe,\n"
		       "# because everybody on this machine can read a command line. For STAT, which needs\n"
		       "# curl 8.10 or newer, add: --request STAT\n"
		       "printf 'oauth2-bearer = \"%s\"\\n' \"$(o2pop token@OPTIONS@)\" |\n"
		       "\tcurl --config - --silent --show-error --user '@MAILBOX@:'@CA: --cacert '|'@ \\\n"
		       "\t\t'pop3s://@HOST@:@PORT@/'\n",
	[SETUP_OPENSSL] = "#!/usr/bin/env bash\n"
			  "# For openssl 1.1.1 or newer. Without -quiet a line that begins with R or Q would\n"
			  "# be a command to openssl; without -verify_return_error it would go on with a\n"
			  "# wrong certificate.\n"
			  "set -eu\n"
			  "user='@MAILBOX@' host='@HOST@' port=@PORT@\n"
			  "sasl=$(o2pop token@OPTIONS@ --format sasl \"$user\")\n"
			  "coproc S { exec openssl s_client -quiet -crlf -connect \"$host:$port\" \\\n"
			  "\t-servername \"$host\" -verify_hostname \"$host\" -verify_return_error \\\n"
			  "\t@CA:-CAfile '|' @2>/dev/null; }\n"
			  "hear() { IFS= read -r -t 60 line <&\"${S[0]}\"; printf '%s\\n' \"${line%$'\\r'}\"; }\n"
			  "say() { printf '%s\\n' \"$1\" >&\"${S[1]}\"; }\n"
			  "hear\n"
			  "say 'AUTH @MECHANISM@'; hear\n"
			  "say \"$sasl\"; hear\n"
			  "case $line in\n"
			  "'+ '*) say '@FAREWELL@'; hear; exit 1 ;;\n"
			  "-*) exit 1 ;;\n"
			  "esac\n"
			  "say STAT; hear\n"
			  "say QUIT; hear\n",
};

/* What is filled in; each is safe to be written between quotes of any kind. */
struct parts {
	const struct setup *setup;
	struct span mailbox, host, port, smtp, imap, ca, options;
	char options_text[1024];
};

bool setup_client_find(struct span text, enum setup_client *client)
{
	for (int i = 0; i < SETUP_CLIENT__COUNT; i++) {
		if (span_eq(text, span_z(name[i]))) {
			*client = (enum setup_client)i;
			return true;
		}
	}
	return false;
}

/* ("o2pop", "token", "-c", "FILE") */
static void put_tuple(struct buf *b, const struct setup *s)
{
	buf_z(b, "(\"o2pop\", \"token\"");
	if (s->file.n != 0) {
		buf_z(b, ", \"-c\", \"");
		buf_put(b, s->file);
		buf_z(b, "\"");
	}
	if (s->profile.n != 0) {
		buf_z(b, ", \"--profile\", \"");
		buf_put(b, s->profile);
		buf_z(b, "\"");
	}
	buf_z(b, ")");
}

static void put_part(struct buf *b, struct span what, const struct parts *p)
{
	struct span after, before;

	if (span_eq(what, SPAN("MAILBOX")))
		buf_put(b, p->mailbox);
	else if (span_eq(what, SPAN("HOST")))
		buf_put(b, p->host);
	else if (span_eq(what, SPAN("PORT")))
		buf_put(b, p->port);
	else if (span_eq(what, SPAN("SMTP")))
		buf_put(b, p->smtp);
	else if (span_eq(what, SPAN("IMAP")))
		buf_put(b, p->imap);
	else if (span_eq(what, SPAN("OPTIONS")))
		buf_put(b, p->options);
	else if (span_eq(what, SPAN("mechanism")))
		buf_put(b, settings_get(p->setup->settings, SETTING_MECHANISM));
	else if (span_eq(what, SPAN("MECHANISM")))
		buf_z(b, sasl_name(p->setup->settings->mechanism));
	else if (span_eq(what, SPAN("FAREWELL")))
		buf_put(b, span_trim(sasl_farewell(p->setup->settings->mechanism)));
	else if (span_eq(what, SPAN("TUPLE")))
		put_tuple(b, p->setup);
	if (!span_starts(what, SPAN("CA:")) || p->ca.n == 0)
		return;
	before = span_cut(span_from(what, 3), '|', &after);
	buf_put(b, before);
	buf_put(b, p->ca);
	buf_put(b, after);
}

static void put_template(struct buf *b, const char *text, const struct parts *p)
{
	struct span rest = span_z(text);

	while (rest.n != 0) {
		buf_put(b, span_cut(rest, '@', &rest));
		put_part(b, span_cut(rest, '@', &rest), p);
	}
}

/* The provider's own, else a word for it. */
static struct span host_or(const char *host, const char *word)
{
	return span_z(host != NULL ? host : word);
}

/* False when something cannot be written without escapes. */
static bool take_parts(struct parts *p, const struct setup *s)
{
	struct span ca = settings_get(s->settings, SETTING_CA_FILE);
	struct buf options = BUF(p->options_text);

	/* A file of additional roots is not what these programs call a CA file. */
	if (span_starts(ca, SPAN("+")))
		ca = span_from(ca, 1);
	p->setup = s;
	p->ca = ca;
	p->mailbox = s->mailboxes != 0 ? s->mailbox[0] : SPAN("MAILBOX");
	p->host = settings_get(s->settings, SETTING_POP_HOST);
	p->port = settings_get(s->settings, SETTING_POP_PORT);
	p->smtp = host_or(s->settings->provider->smtp_host, "SMTP-HOST");
	p->imap = host_or(s->settings->provider->imap_host, "IMAP-HOST");
	setup_words_options(&options, s);
	p->options = buf_span(&options);
	return buf_ok(&options) && setup_words_plain(p->mailbox) && setup_words_plain(p->host) &&
	       setup_words_plain(p->port) && (ca.n == 0 || setup_words_plain(ca)) &&
	       (s->file.n == 0 || setup_words_plain(s->file)) && (s->profile.n == 0 || setup_words_plain(s->profile));
}

bool setup_client(struct buf *out, enum setup_client client, const struct setup *s)
{
	struct parts p;

	if (!take_parts(&p, s))
		return false;
	put_template(out, template[client], &p);
	return true;
}
