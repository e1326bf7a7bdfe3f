#include "explain/template.h"

#include <string.h>

enum {
	TEMPLATE_MAX = 3072, /* a template with its phrases put in; the longest has 1,400 bytes */
	PHRASE_DEPTH = 3,    /* phrases inside phrases */
	VALUE_MAX = 400      /* a value longer than this is cut in prose, and not put into a command */
};

/* ---- phrases: pieces of templates that many causes share --------------------------------------- */

static const struct {
	const char *name, *text;
} phrases[] = {
	{ "reg", "{portal} > App registrations > {app}" },
	{ "ent", "{portal} > Enterprise apps > {app}" },
	{ "logs", "{portal} > Monitoring & health > Sign-in logs > Service principal sign-ins" },
	{ "user_logs", "{portal} > Monitoring & health > Sign-in logs" },
	{ "exo", "In Exchange Online PowerShell ({connect})" },
	{ "overview",
	  "{reg} > Overview: copy Application (client) ID and Directory (tenant) ID, both from this one page." },
	{ "new_secret", "{reg} > Certificates & secrets > Client secrets > New client secret. "
	                "Copy the column Value, not Secret ID, at once: it is never shown again.\n"
	                "~Make a new secret where the application is registered.\n{secret}" },
	{ "secret", "Put it alone into the file {client_secret_file}.\n"
	            "~Put it alone into a file, and name that file in client_secret_file." },
	{ "use_scope", "Write into the settings, and fetch a new token:\n\tscope = {good_scope}" },
	{ "clouds", "Worldwide and GCC: provider = microsoft. GCC High: microsoft-gcchigh. DoD: microsoft-dod. "
	            "China (21Vianet): microsoft-china." },
	{ "add_role", "{reg} > API permissions > Add a permission > APIs my organization uses > "
	              "Office 365 Exchange Online > Application permissions > POP > POP.AccessAsApp > "
	              "Add permissions.\n"
	              "Then, on the same page: Grant admin consent > Yes." },
	{ "admit", "An administrator of the mailbox's tenant opens this address and accepts:\n"
	           "\thttps://{authority_host}/{tenant_id}/adminconsent?client_id={client_id}\n"
	           "~An administrator of the mailbox's tenant opens the application's admin consent address "
	           "and accepts." },
	{ "upload", "{reg} > Certificates & secrets > Certificates > Upload certificate (the file without the key)." },
	{ "new_pair", "Make a new key and certificate:\n"
	              "\topenssl req -x509 -newkey rsa:2048 -nodes -keyout o2pop.key -out o2pop.crt -days 730 "
	              "-subj /CN=o2pop\n"
	              "Upload o2pop.crt, never the key: {reg} > Certificates & secrets > Certificates > "
	              "Upload certificate. In the settings:\n"
	              "\tcertificate_file = o2pop.crt\n\tprivate_key_file = o2pop.key" },
	{ "same_key", "Both commands must print the same:\n"
	              "\topenssl x509 -in {certificate_file} -noout -pubkey\n"
	              "~\topenssl x509 -in o2pop.crt -noout -pubkey\n"
	              "\topenssl pkey -in {key_file} -pubout\n"
	              "~\topenssl pkey -in o2pop.key -pubout" },
	{ "set_clock", "Set the clock and keep it set by NTP, on Linux with:\n\ttimedatectl set-ntp true" },
	{ "right_host", "Exchange Online worldwide is\n\tpop_host = outlook.office365.com\n\tpop_port = 995" },
	{ "right_idp", "Microsoft's identity provider is\n\tauthority_host = login.microsoftonline.com" },
	{ "port_995", "In the settings:\n\tpop_port = 995\n"
	              "If that stands there already, a proxy or the setting resolve leads elsewhere." },
	{ "open_port", "Ask the network team to open TCP port {port} from this machine to {host}.\n"
	               "~Ask the network team to open the port from this machine to the server." },
	{ "except", "Ask the network team to exclude {host} port {port} from inspection.\n"
	            "~Ask the network team to exclude the server from inspection." },
	{ "tls12", "The administrator of the server, or of the proxy, admits TLS 1.2 with ECDHE and AES-GCM." },
	{ "probe", "\to2pop probe {host}:{port}" },
	{ "login", "Sign in again: o2pop login, or the program that keeps the refresh token." },
	{ "no_person", "Let the application sign in by itself (client credentials), or a person by device code." },
	{ "get_sp", "\tGet-ServicePrincipal | Where-Object AppId -eq {'appid} | Format-List AppId,ObjectId" },
	{ "get_perm", "\tGet-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny" },
};

static bool put_phrase(const struct explain_case *c, struct span name, struct buf *out)
{
	if (c->r != NULL && placeholder_on_idp(c) && span_eq(name, SPAN("right_host")))
		name = SPAN("right_idp");
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if (span_eq(name, span_z(phrases[i].name))) {
			buf_z(out, phrases[i].text);
			return true;
		}
	}
	return false;
}

/* The next {name} in s: *before is what precedes it, *after what follows. */
static bool next_name(struct span s, struct span *before, struct span *name, struct span *after)
{
	size_t open, close;

	if (!span_find_byte(s, '{', &open) || !span_find_byte(span_from(s, open), '}', &close))
		return false;
	*before = span_first(s, open);
	*name = span_first(span_from(s, open + 1), close - 1);
	*after = span_from(s, open + close + 1);
	return true;
}

/* One pass: each phrase replaced by its text. True when there was one. */
static bool put_phrases(const struct explain_case *c, struct span in, struct buf *out)
{
	struct span before, name, after;
	bool any = false;

	for (; next_name(in, &before, &name, &after); in = after) {
		buf_put(out, before);
		if (put_phrase(c, name, out)) {
			any = true;
		} else {
			buf_byte(out, '{');
			buf_put(out, name);
			buf_byte(out, '}');
		}
	}
	buf_put(out, in);
	return any;
}

/* ---- putting it in ----------------------------------------------------------------------------- */

/* Can this stand in a command without quotes and mean nothing but itself? */
static bool harmless(struct span s)
{
	size_t at;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = s.p[i];

		if (!(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && !(b >= '0' && b <= '9') &&
		    !span_find_byte(SPAN("._:/@+-=?%~"), b, &at))
			return false;
	}
	return s.n != 0 && s.p[0] != '-' && s.p[0] != '@' && s.p[0] != '~';
}

/* A PowerShell string in single quotes. PowerShell takes the four typographic single quotes for the plain
 * one; each of the five is harmless when it is doubled. */
static void put_quoted_value(struct buf *out, struct span s)
{
	buf_byte(out, '\'');
	while (s.n != 0) {
		uint32_t u = 0;
		size_t n = span_utf8(s, &u);
		struct span one = span_first(s, n != 0 ? n : 1);

		buf_put(out, one);
		if (u == '\'' || (u >= 0x2018 && u <= 0x201b))
			buf_put(out, one);
		s = span_from(s, one.n);
	}
	buf_byte(out, '\'');
}

/* One placeholder of a line. */
static bool put_name(const struct explain_case *c, struct span name, bool command, struct buf *out)
{
	unsigned char raw[2 * VALUE_MAX], shown[VALUE_MAX];
	struct buf value = BUF(raw), text = BUF(shown);
	bool quote = name.n != 0 && name.p[0] == '\'';

	if (!placeholder(c, span_from(name, quote), &value) || !buf_ok(&value) || value.n == 0)
		return false;
	buf_printable(&text, buf_span(&value));
	if (!command) {
		buf_put(out, buf_span(&text));
		return true;
	}
	if (!span_eq(buf_span(&text), buf_span(&value)))
		return false; /* control characters, or too long: not in a command */
	if (quote)
		put_quoted_value(out, buf_span(&value));
	else
		buf_put(out, buf_span(&value));
	return quote || harmless(buf_span(&value));
}

/* One line; false, with nothing appended, when a placeholder has no value. */
static bool put_line(const struct explain_case *c, struct span line, bool command, struct buf *out)
{
	struct span before, name, after;
	size_t mark = out->n;

	for (; next_name(line, &before, &name, &after); line = after) {
		buf_put(out, before);
		if (!put_name(c, name, command, out)) {
			out->n = mark;
			return false;
		}
	}
	buf_put(out, line);
	return true;
}

/* Take out what stands from `from` up to `to`. */
static void cut_out(struct buf *out, size_t from, size_t to)
{
	memmove(out->p + from, out->p + to, out->n - to);
	out->n -= to - from;
}

/* A line that ends with ":" announces commands, and goes when none of them comes. */
static void put_lines(const struct explain_case *c, struct span all, enum template_fill how, struct buf *out)
{
	size_t begin = out->n;
	size_t heading = begin; /* such a line is out->p[heading..heading_end) */
	size_t heading_end = begin;
	bool shown = true; /* the last line that did not start with ~ */

	while (all.n != 0) {
		struct span line = span_cut(all, '\n', &all);
		bool other = line.n != 0 && line.p[0] == '~';
		bool command = how == TEMPLATE_SCRIPT || (line.n > other && line.p[other] == '\t');
		size_t start = out->n;

		if (other && shown)
			continue;
		shown = put_line(c, span_from(line, other), command, out);
		if (!shown)
			continue;
		buf_byte(out, how == TEMPLATE_PARAGRAPH ? ' ' : '\n');
		if (!command && heading_end != heading) {
			cut_out(out, heading, heading_end);
			start -= heading_end - heading;
		}
		heading = heading_end = start;
		if (how == TEMPLATE_LINES && !command && !other && span_ends(line, SPAN(":")))
			heading_end = out->n;
	}
	if (heading_end != heading)
		cut_out(out, heading, heading_end);
	if (out->n != begin)
		out->n--; /* the last separator */
}

struct span template_fill(const struct explain_case *c, const char *template, enum template_fill how)
{
	unsigned char scratches[2][TEMPLATE_MAX];
	struct span text = span_z(template);
	struct buf *out = &c->e->scratch;
	size_t mark = out->n;
	bool more = true;

	for (unsigned i = 0; more && i < PHRASE_DEPTH; i++) {
		struct buf b = BUF(scratches[i % 2]);

		more = put_phrases(c, text, &b);
		text = buf_span(&b);
	}
	put_lines(c, text, how, out);
	return (struct span){ out->p + mark, out->n - mark };
}

void template_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out)
{
	struct knowledge_template t;

	knowledge_cause(cause, &t);
	out->id = t.id;
	out->who = t.who;
	out->certainty = t.certainty;
	out->text = template_fill(c, t.text, TEMPLATE_PARAGRAPH);
	out->fix = template_fill(c, t.fix, TEMPLATE_LINES);
	out->verify = template_fill(c, t.verify, TEMPLATE_LINES);
	if (out->verify.n == 0 && c->r != NULL)
		out->verify = SPAN("Run the same check again.");
}
