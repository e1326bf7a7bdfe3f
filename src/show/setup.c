#include "show/setup.h"

#include "show/setup_grant.h"
#include "show/setup_words.h"

enum {
	SETUP_NAME = 3,   /* column of an attribute's name */
	SETUP_VALUE = 43, /* and of its value */
	SETUP_STEP = 3,   /* indent of a step's text */
	SETUP_TEXT_MAX = 4096
};

/* What registration gives, where it is found, and the word that stands for it as long as it is
 * not known. */
static const struct attribute {
	enum setting key;
	const char *name, *where, *word;
} attributes[] = {
	{ SETTING_DISPLAY_NAME, "Display name", "any name; step 1", "NAME" },
	{ SETTING_TENANT_ID, "Directory (tenant) ID", "step 1, Overview", "TENANT-ID" },
	{ SETTING_CLIENT_ID, "Application (client) ID", "step 1, Overview", "APPLICATION-ID" },
	{ SETTING_CLIENT_SECRET, "Client secret, its Value", "step 4, shown only once", NULL },
	{ SETTING_ENTERPRISE_OBJECT_ID, "Object ID of the Enterprise app", "step 5", "OBJECT-ID" },
	{ SETTING_REGISTRATION_OBJECT_ID, "Object ID of the App registration", "needed nowhere", NULL },
	{ SETTING_CLIENT_SECRET_ID, "Secret ID", "needed nowhere", NULL },
	{ SETTING_MAILBOX, "Mailbox", "an address in that tenant", "MAILBOX" },
};
enum { ATTRIBUTES = sizeof attributes / sizeof attributes[0] };

static struct span value_of(const struct setup *s, enum setting key)
{
	if (key == SETTING_MAILBOX && s->mailboxes != 0)
		return s->mailbox[0];
	if (key == SETTING_CLIENT_SECRET)
		return s->secret ? SPAN("is known, and not shown") : (struct span){ NULL, 0 };
	return settings_get(s->settings, key);
}

/* The value for PowerShell, or the word that stands for it; names in quotes, as in a check's report. */
static void put_value(struct buf *b, const struct setup *s, enum setting key)
{
	struct span value = value_of(s, key);

	for (size_t i = 0; i < ATTRIBUTES && value.n == 0; i++)
		if (attributes[i].key == key)
			value = span_z(attributes[i].word);
	if (key == SETTING_DISPLAY_NAME)
		setup_words_quote(b, value);
	else
		setup_words_powershell(b, value);
}

static void put_known(struct page *p, const struct setup *s)
{
	page_toned(p, PAGE_STRONG, SPAN("What is known"));
	page_end(p);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct attribute *a = &attributes[i];
		struct span value = value_of(s, a->key);
		bool useless = a->word == NULL && a->key != SETTING_CLIENT_SECRET;

		if (s->settings->grant != GRANT_CLIENT_SECRET &&
		    (a->key == SETTING_CLIENT_SECRET || a->key == SETTING_CLIENT_SECRET_ID))
			continue;
		page_mark(p, value.n != 0 ? VERDICT_PASS : useless ? VERDICT_NONE : VERDICT_SKIP);
		page_to(p, SETUP_NAME);
		page_z(p, a->name);
		page_to(p, SETUP_VALUE);
		if (value.n != 0) {
			page_put(p, value);
		} else {
			page_z(p, useless ? "" : "not yet: ");
			page_words(p, SETUP_VALUE, span_z(a->where));
		}
		page_end(p);
	}
	page_lines(p, 0,
	           SPAN("Below, words in CAPITALS stand for what is not known. Put the "
	                "values into the settings file and run o2pop setup again: it fills "
	                "them in."));
}

static void step(struct page *p, const char *title, const char *who)
{
	page_end(p);
	page_toned(p, PAGE_STRONG, span_z(title));
	page_z(p, " (");
	page_z(p, who);
	page_z(p, ")");
	page_end(p);
}

static void put_portal(struct page *p, const struct setup *s, const struct provider *cloud)
{
	char text[SETUP_TEXT_MAX];
	struct buf b = BUF(text);
	struct span name = value_of(s, SETTING_DISPLAY_NAME);

	step(p, "1. Register the application", "an Entra administrator");
	buf_z(&b, "https://");
	buf_z(&b, cloud->portal);
	buf_z(&b, " > App registrations > New registration.\nName: ");
	buf_put(&b, name.n != 0 ? name : SPAN("any, such as \"mail reader\""));
	buf_z(&b, ". Accounts in this organizational directory only. No redirect URI.\n"
	          "From its Overview take the Application (client) ID and the Directory (tenant) ID. "
	          "The Object ID on that page is needed nowhere: it is the most frequent mistake.");
	page_lines(p, SETUP_STEP, buf_span(&b));
	step(p, "2. Give it the right to POP3", "an Entra administrator");
	page_lines(p, SETUP_STEP,
	           SPAN("App registrations > the application > API permissions > Add a permission > APIs "
	                "my organization uses > Office 365 Exchange Online > Application permissions > "
	                "POP.AccessAsApp > Add permissions.\n"
	                "Not under Microsoft Graph, and not under Delegated permissions."));
	step(p, "3. Consent", "a Privileged Role Administrator or Global Administrator");
	page_lines(p, SETUP_STEP,
	           SPAN("On the same page: Grant admin consent. The column Status then shows a green tick. "
	                "Without it a token is issued all the same, but it opens nothing."));
	if (s->settings->grant != GRANT_CLIENT_SECRET) {
		setup_grant_credential(p, s);
		return;
	}
	step(p, "4. Make a client secret", "an Entra administrator");
	page_lines(p, SETUP_STEP,
	           SPAN("App registrations > the application > Certificates & secrets > New client secret. "
	                "Copy the Value at once, it is shown only now; the Secret ID beside it is needed "
	                "nowhere. Keep it in a file that only you can read (paste, Enter, Ctrl-D):\n"
	                "\t(umask 077; mkdir -p ~/.config/o2pop; cat >~/.config/o2pop/client_secret)"));
}

static void put_object_id(struct page *p, const struct setup *s)
{
	char text[SETUP_TEXT_MAX];
	struct buf b = BUF(text);

	step(p, "5. Find the Object ID of the Enterprise app", "you");
	buf_z(&b, "Enterprise apps (not App registrations) > All applications > the "
	          "application > Overview > Object ID. Or in PowerShell:\n\tConnect-MgGraph -Scopes "
	          "Application.Read.All\n"
	          "\t(Get-MgServicePrincipal -Filter \"appId eq '");
	put_value(&b, s, SETTING_CLIENT_ID);
	buf_z(&b, "'\").Id\nAs soon as a token is issued, o2pop decode shows it as the claim oid, "
	          "too.");
	page_lines(p, SETUP_STEP, buf_span(&b));
}

/* The two commands for one mailbox. */
static void put_mailbox(struct buf *b, const struct setup *s, struct span mailbox)
{
	buf_z(b, "\tAdd-MailboxPermission -Identity ");
	setup_words_quote(b, mailbox);
	buf_z(b, " -User ");
	put_value(b, s, SETTING_ENTERPRISE_OBJECT_ID);
	buf_z(b, " -AccessRights FullAccess\n\tSet-CASMailbox -Identity ");
	setup_words_quote(b, mailbox);
	buf_z(b, " -PopEnabled $true\n");
}

static void put_connect(struct buf *b, const struct provider *cloud)
{
	if (cloud->environment == NULL)
		return;
	buf_z(b, " -ExchangeEnvironmentName ");
	buf_z(b, cloud->environment);
}

static void put_proof(struct buf *b, struct span mailbox)
{
	buf_z(b, "This proves each of it:\n\tGet-ServicePrincipal | Format-List "
	         "DisplayName,AppId,ObjectId\n"
	         "\tGet-MailboxPermission -Identity ");
	setup_words_quote(b, mailbox);
	buf_z(b, " | Format-Table User,AccessRights,Deny\n\tGet-CASMailbox -Identity ");
	setup_words_quote(b, mailbox);
	buf_z(b, " | Format-List PopEnabled\nAll of this step as one script:\n\to2pop setup "
	         "--format powershell");
}

static void put_exchange(struct page *p, const struct setup *s, const struct provider *cloud)
{
	char text[SETUP_TEXT_MAX * 4];
	struct buf b = BUF(text);

	step(p, "6. Let Exchange Online know it", "an Exchange administrator, in PowerShell");
	buf_z(&b, "\tInstall-Module -Name ExchangeOnlineManagement\n\tConnect-ExchangeOnline "
	          "-Organization ");
	put_value(&b, s, SETTING_TENANT_ID);
	put_connect(&b, cloud);
	buf_z(&b, "\n\tNew-ServicePrincipal -AppId ");
	put_value(&b, s, SETTING_CLIENT_ID);
	buf_z(&b, " -ObjectId ");
	put_value(&b, s, SETTING_ENTERPRISE_OBJECT_ID);
	buf_z(&b, " -DisplayName ");
	put_value(&b, s, SETTING_DISPLAY_NAME);
	buf_z(&b, "\nA wrong id cannot be edited: Remove-ServicePrincipal, then "
	          "New-ServicePrincipal. For each mailbox:\n");
	for (size_t i = 0; i < s->mailboxes; i++)
		put_mailbox(&b, s, s->mailbox[i]);
	if (s->mailboxes == 0)
		put_mailbox(&b, s, SPAN("MAILBOX"));
	put_proof(&b, s->mailboxes != 0 ? s->mailbox[0] : SPAN("MAILBOX"));
	page_lines(p, SETUP_STEP, buf_span(&b));
}

static void put_settings(struct page *p, const struct setup *s)
{
	char text[SETUP_TEXT_MAX];
	struct buf b = BUF(text);

	step(p, "7. Write the settings file", "you");
	buf_z(&b, "As ~/.config/o2pop/o2pop.conf (first: mkdir -p ~/.config/o2pop), or anywhere, to be named with "
	          "-c. Files that it "
	          "names stand beside it.\n");
	if (s->settings->source[SETTING_PROVIDER] > SETTING_FROM_DEFAULT)
		setup_grant_line(&b, s, SETTING_PROVIDER, "");
	setup_grant_line(&b, s, SETTING_TENANT_ID, "TENANT-ID");
	if (s->settings->grant != GRANT_MANAGED_IDENTITY || settings_has(s->settings, SETTING_CLIENT_ID))
		setup_grant_line(&b, s, SETTING_CLIENT_ID, "APPLICATION-ID");
	if (s->settings->grant != GRANT_CLIENT_SECRET)
		setup_grant_settings(&b, s);
	else if (!s->secret || settings_has(s->settings, SETTING_CLIENT_SECRET_FILE))
		setup_grant_line(&b, s, SETTING_CLIENT_SECRET_FILE, "client_secret");
	setup_grant_line(&b, s, SETTING_ENTERPRISE_OBJECT_ID, "OBJECT-ID");
	setup_grant_line(&b, s, SETTING_MAILBOX, "MAILBOX");
	page_lines(p, SETUP_STEP, buf_span(&b));
}

static void put_trial(struct page *p, const struct setup *s)
{
	char text[SETUP_TEXT_MAX];
	struct buf b = BUF(text);
	struct span mailbox = value_of(s, SETTING_MAILBOX);

	step(p, "8. Try it", "you");
	buf_z(&b, "First the token alone, which needs steps 1 to 4, then everything:\n\to2pop token");
	setup_words_options(&b, s);
	buf_z(&b, " | o2pop decode\n\to2pop check");
	setup_words_options(&b, s);
	buf_z(&b, " ");
	setup_words_shell(&b, mailbox.n != 0 ? mailbox : SPAN("MAILBOX"));
	buf_z(&b, "\nExchange takes minutes, at times up to two hours, until it knows a new "
	          "application. If the login is refused at first and everything is right, wait:\n"
	          "\to2pop check --wait 2h");
	setup_words_options(&b, s);
	buf_z(&b, " ");
	setup_words_shell(&b, mailbox.n != 0 ? mailbox : SPAN("MAILBOX"));
	page_lines(p, SETUP_STEP, buf_span(&b));
}

/* A provider without a profile: what o2pop needs from it. */
static void put_other(struct page *p)
{
	page_lines(p, 0,
	           SPAN("For a provider that o2pop has no profile for, ask it for these and write "
	                "them into the settings file:\n"
	                "\tprovider = custom\n\ttoken_url = https://... (the token endpoint)\n"
	                "\tclient_id = ...\n"
	                "\tclient_secret_file = ...\n\tscope = ... (that opens the mailbox)\n"
	                "\tpop_host = ...\n\tmailbox = ...\n"
	                "Then:\n\to2pop check"));
}

void setup_steps(struct page *p, const struct setup *s)
{
	const struct provider *cloud = s->settings->provider;

	if (setup_grant_is_whole(s)) {
		setup_grant_way(p, s);
		return;
	}
	if (cloud->cloud == CLOUD_UNKNOWN) {
		put_other(p);
		return;
	}
	if (s->settings->grant == GRANT_MANAGED_IDENTITY) {
		setup_grant_identity(p, s);
	} else {
		put_known(p, s);
		put_portal(p, s, cloud);
		put_object_id(p, s);
	}
	put_exchange(p, s, cloud);
	put_settings(p, s);
	put_trial(p, s);
	setup_grant_others(p, s);
}

/* $Name = 'value', or a question. */
static void put_variable(struct buf *b, const char *name, struct span value, const char *question)
{
	buf_z(b, name);
	buf_z(b, " = ");
	if (value.n == 0) {
		buf_z(b, "Read-Host '");
		buf_z(b, question);
		buf_z(b, "'\n");
		return;
	}
	setup_words_quote(b, value);
	buf_z(b, "\n");
}

static const char script_head[] =
	"# Lets Exchange Online know an application that reads mailboxes over POP3. Made by o2pop "
	"setup.\n"
	"# To be run by an Exchange administrator, as often as you like: what is there already "
	"stays.\n"
	"$ErrorActionPreference = 'Stop'\n";

static const char script_body[] = "\n"
				  "if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {\n"
				  "    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser\n"
				  "}\n"
				  "Import-Module ExchangeOnlineManagement\n";

static const char script_tail[] =
	"\n"
	"# The service principal. Its ids cannot be edited later, so a wrong one is only "
	"reported.\n"
	"$Principal = Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId }\n"
	"if ($Principal -and $Principal.ObjectId -ne $ObjectId) {\n"
	"    throw \"Exchange knows the application with the ObjectId $($Principal.ObjectId). If "
	"that is wrong: \" +\n"
	"        \"Remove-ServicePrincipal -Identity $($Principal.ObjectId), then run this script "
	"again.\"\n"
	"}\n"
	"if (-not $Principal) {\n"
	"    $Principal = New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName "
	"$Name\n"
	"}\n"
	"\n"
	"foreach ($Mailbox in $Mailboxes) {\n"
	"    Add-MailboxPermission -Identity $Mailbox -User $ObjectId -AccessRights FullAccess | "
	"Out-Null\n"
	"    Set-CASMailbox -Identity $Mailbox -PopEnabled $true\n"
	"}\n"
	"\n"
	"# This proves each of it.\n"
	"Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId } | Format-List DisplayName, "
	"AppId, ObjectId\n"
	"foreach ($Mailbox in $Mailboxes) {\n"
	"    Get-MailboxPermission -Identity $Mailbox | Format-Table User, AccessRights, Deny\n"
	"    Get-CASMailbox -Identity $Mailbox | Format-List PopEnabled\n"
	"}\n";

static void put_mailboxes(struct buf *b, const struct setup *s)
{
	if (s->mailboxes == 0) {
		buf_z(b, "$Mailboxes = @((Read-Host 'Mail address of the mailbox (several with "
		         "commas between)') -split '\\s*,\\s*')\n");
		return;
	}
	buf_z(b, "$Mailboxes = @(\n");
	for (size_t i = 0; i < s->mailboxes; i++) {
		buf_z(b, "    ");
		setup_words_quote(b, s->mailbox[i]);
		buf_z(b, i + 1 < s->mailboxes ? ",\n" : "\n");
	}
	buf_z(b, ")\n");
}

bool setup_powershell(struct buf *out, const struct setup *s)
{
	const struct provider *cloud = s->settings->provider;
	struct span name = value_of(s, SETTING_DISPLAY_NAME);

	if (cloud->cloud == CLOUD_UNKNOWN || grant_row(s->settings->grant)->person)
		return false;
	buf_z(out, script_head);
	buf_z(out, "\n");
	put_variable(out, "$Tenant", value_of(s, SETTING_TENANT_ID), "Directory (tenant) ID");
	put_variable(out, "$AppId", value_of(s, SETTING_CLIENT_ID), "Application (client) ID");
	put_variable(out, "$ObjectId", value_of(s, SETTING_ENTERPRISE_OBJECT_ID),
	             "Object ID of the Enterprise app (not of the App registration)");
	put_variable(out, "$Name", name.n != 0 ? name : SPAN("POP3 reader"), "");
	put_mailboxes(out, s);
	buf_z(out, script_body);
	buf_z(out, "Connect-ExchangeOnline -Organization $Tenant -ShowBanner:$false");
	put_connect(out, cloud);
	buf_z(out, "\n");
	buf_z(out, script_tail);
	return true;
}
