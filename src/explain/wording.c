#include "explain/wording.h"

/* Pieces of templates that many causes share. */
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
	{ "use_scope", "Write into the settings, and fetch a new token:\n\tscope = {=good_scope}" },
	{ "other_token", "If that stands there already, the token was not requested with it: see where token_url and "
	                 "access_token_file come from with o2pop config." },
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
	{ "set_clock", "Set the clock and keep it set by NTP, on Linux with:\n\ttimedatectl set-ntp true\n"
	               "With chrony:\n\tchronyc makestep\n"
	               "Without either by hand, in UTC, the hardware clock as well:\n"
	               "\tdate -u -s {\"right_time}\n~\tdate -u -s 'YYYY-MM-DD hh:mm'\n"
	               "\thwclock -u -w" },
	{ "right_host", "The mail server of {right_title} is:\n"
	                "~Ask whoever runs the server for its name, and for the port of POP3 over TLS.\n\tpop_host = "
	                "{right_pop_host}\n\tpop_port = {right_port}" },
	{ "right_idp",
	  "The identity provider of {right_title} is:\n"
	  "~Ask the provider for the address of its token endpoint.\n\tauthority_host = {right_authority}\n"
	  "~\ttoken_url = {right_token_url}" },
	{ "port_995", "In the settings:\n\tpop_port = 995\n"
	              "If that stands there already, a proxy or the setting resolve leads elsewhere." },
	{ "open_port", "Ask the network team to open TCP port {port} from this machine to {host}.\n"
	               "~Ask the network team to open the port from this machine to the server." },
	{ "use_proxy", "Take {proxy_excluded} out of no_proxy.\n"
	               "~Send it through the proxy, with the setting mail_proxy or token_proxy.\n"
	               "\t{proxy_setting} = {proxy_address}" },
	{ "no_proxy_at_all", "If there is a direct way out:\n\tproxy = none" },
	{ "except", "Ask the network team to exclude {host} port {port} from inspection.\n"
	            "~Ask the network team to exclude the server from inspection." },
	{ "tls12", "The administrator of the server, or of the proxy, admits TLS 1.2 with ECDHE and AES-GCM." },
	{ "probe", "\to2pop probe{=options} {host}:{port}" },
	{ "reach", "\to2pop check{=run} --stop-after {step}" },
	{ "login", "Sign in again: o2pop login, or the program that keeps the refresh token." },
	{ "person_logs", "{portal} > Monitoring & health > Sign-in logs > User sign-ins (non-interactive)" },
	{ "google_clients", "console.cloud.google.com > APIs & Services > Credentials" },
	{ "google_audience", "console.cloud.google.com > Google Auth Platform > Audience" },
	{ "google_sa_keys", "console.cloud.google.com > IAM & Admin > Service Accounts > the account > Keys" },
	{ "google_again",
	  "authorise once more in a browser (access_type=offline, prompt=consent) and put the new refresh "
	  "token into the file that refresh_token_file names." },
	{ "no_person", "Let the application sign in by itself (client credentials), or a person by device code." },
	{ "get_sp", "\tGet-ServicePrincipal | Where-Object AppId -eq {'appid} | Format-List AppId,ObjectId" },
	{ "get_perm", "\tGet-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny" },
};

static const char *phrase(const void *of, struct span name)
{
	const struct explain_case *c = of;

	if (c->r != NULL && placeholder_on_idp(c) && span_eq(name, SPAN("right_host")))
		name = SPAN("right_idp");
	if (c->r != NULL && c->r->settings != NULL && placeholder_on_idp(c) && span_eq(name, SPAN("probe")))
		name = SPAN("reach"); /* probe looks at the mail server, or at a host as if it were one */
	for (size_t i = 0; i < COUNT(phrases); i++)
		if (span_eq(name, span_z(phrases[i].name)))
			return phrases[i].text;
	return NULL;
}

static bool value(const void *of, struct span name, struct buf *out)
{
	return placeholder(of, name, out);
}

struct span wording_fill(const struct explain_case *c, const char *template, enum template_form form)
{
	struct buf *out = &c->e->scratch;
	size_t mark = out->n;

	template_fill(out, template, &(struct template){ form, c, value, phrase });
	return (struct span){ out->p + mark, out->n - mark };
}

/* Is all that the fix says to write what the settings are already? Text behind it says what else there is to do. */
static bool says_what_is(const struct explain_case *c, struct span fix)
{
	unsigned same = 0;

	while (c->r != NULL && c->r->settings != NULL && fix.n != 0) {
		struct span value, line = span_cut(fix, '\n', &fix);
		struct span key = span_trim(span_cut(line, '=', &value));
		enum setting setting;

		if (!span_starts(line, SPAN("\t")) || !settings_find(key, &setting)) {
			if (same != 0)
				return false;
			continue;
		}
		if (!span_eq(settings_get(c->r->settings, setting), span_trim(value)))
			return false;
		same++;
	}
	return same != 0;
}

bool wording_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out)
{
	struct knowledge_template t;

	knowledge_cause(cause, &t);
	out->id = t.id;
	out->who = t.who;
	out->certainty = t.certainty;
	out->text = wording_fill(c, t.text, TEMPLATE_PARAGRAPH);
	out->fix = wording_fill(c, t.fix, TEMPLATE_LINES);
	out->verify = wording_fill(c, t.verify, TEMPLATE_LINES);
	if (out->verify.n == 0 && c->r != NULL && c->r->settings != NULL && placeholder_on_idp(c) &&
	    c->step >= STEP_IDP_DNS)
		out->verify = wording_fill(c, "{reach}", TEMPLATE_LINES);
	if (out->verify.n == 0 && c->r != NULL)
		out->verify = SPAN("Run the same check again.");
	return !says_what_is(c, out->fix);
}
