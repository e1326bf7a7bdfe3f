#include "show/setup_grant.h"

#include "conf/microsoft.h"

enum { STEP_INDENT = 3, TEXT_MAX = 4096 };

/* A step. In its text, @KEY@ is the value of that setting quoted for a shell, @'KEY@ quoted for
 * PowerShell, @=KEY@ as it stands in a settings file; @PORTAL@, @OPTIONS@ (of o2pop), @PROVIDER@ and
 * @AUDIENCE@ are what they say; @TENANT@ is a settings file's line, where the provider leaves the
 * tenant open. What is not known stands there as a word in capitals. */
struct page_step {
	const char *title, *who, *text;
};

#define SETTINGS_FILE                                                                                                  \
	"As ~/.config/o2pop/o2pop.conf (first: mkdir -p ~/.config/o2pop), or anywhere, to be named with "              \
	"-c. Files that it names stand beside it.\n\tprovider = @PROVIDER@\n"
#define CHECK "\to2pop check@OPTIONS@ @mailbox@"

/* ---- an application with another credential than a secret ---------------------------------------- */

static const struct page_step certificate = {
	"4. Make a certificate",
	"you, then an Entra administrator",
	"The key stays on this machine; Entra gets the certificate without it. For two years:\n"
	"\tmkdir -p ~/.config/o2pop && cd ~/.config/o2pop\n"
	"\t(umask 077; openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 730 -subj /CN=o2pop "
	"-keyout o2pop.key -out o2pop.crt)\n"
	"App registrations > the application > Certificates & secrets > Certificates > Upload "
	"certificate: o2pop.crt. The column Thumbprint must then show what this prints, without "
	"the colons:\n"
	"\topenssl x509 -in o2pop.crt -noout -fingerprint -sha1\n"
	"When the certificate ends, upload the next one before; both are valid side by side.",
};

static const struct page_step federated = {
	"4. Trust another issuer's token",
	"an Entra administrator",
	"Whoever runs o2pop (Kubernetes, a CI service, another cloud) gives it a signed token in a "
	"file. Entra has to know that token's issuer, subject and audience, exactly as they stand "
	"in it:\n"
	"\to2pop decode FILE\n"
	"App registrations > the application > Certificates & secrets > Federated credentials > "
	"Add credential > Other issuer: Issuer, Subject identifier, and the audience @AUDIENCE@. "
	"Or with the Azure CLI:\n"
	"\taz ad app federated-credential create --id @client_id@ --parameters "
	"'{\"name\":\"o2pop\",\"issuer\":\"ISSUER\",\"subject\":\"SUBJECT\",\"audiences\":[\"@AUDIENCE@\"]}'\n"
	"A final slash of the issuer and capital letters of the subject count. In Kubernetes "
	"project a service account token with that audience; its file is read anew for every "
	"token. A new federated credential takes minutes.\n"
	"In AKS with workload identity the issuer is\n"
	"\taz aks show --resource-group GROUP --name CLUSTER --query oidcIssuerProfile.issuerUrl --output tsv\n"
	"and the subject system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT. Set runAsUser in the pod's "
	"securityContext: without it the token's file is open to all, and o2pop does not use it. In such "
	"a pod AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE are there by "
	"themselves, and o2pop reads them: these lines need not stand in the settings file.",
};

static const struct page_step identity[] = {
	{ "1. Give the machine an identity", "an Azure administrator",
	  "It is not registered in Entra: Azure portal > the virtual machine, App Service or "
	  "container > Security > Identity > System assigned > On. Or assign a user-assigned "
	  "identity to it." },
	{ "2. Find its two ids", "an Entra administrator",
	  "Enterprise applications > Application type: Managed identities > the identity > "
	  "Overview: Application ID and Object ID. Write them into the settings as client_id and "
	  "enterprise_object_id, to have them filled in below." },
	{ "3. Give it the right to POP3", "a Privileged Role Administrator or Global Administrator, in PowerShell",
	  "The portal has no page for this. That it works for POP3 as for other services is not "
	  "confirmed.\n"
	  "\tConnect-MgGraph -Scopes Application.Read.All,AppRoleAssignment.ReadWrite.All\n"
	  "\t$Exchange = Get-MgServicePrincipal -Filter \"appId eq "
	  "'" MICROSOFT_EXCHANGE "'\"\n"
	  "\t$Role = $Exchange.AppRoles | Where-Object Value -eq POP.AccessAsApp\n"
	  "\tNew-MgServicePrincipalAppRoleAssignment -ServicePrincipalId @'enterprise_object_id@ "
	  "-PrincipalId @'enterprise_object_id@ -ResourceId $Exchange.Id -AppRoleId $Role.Id" },
	{ "4. See that it has it", "the same",
	  "\tGet-MgServicePrincipalAppRoleAssignment -ServicePrincipalId @'enterprise_object_id@ | "
	  "Format-List ResourceDisplayName,AppRoleId\n"
	  "AppRoleId is that of $Role.Id. A token that was issued before does not have the right; "
	  "Azure may keep one for up to a day." },
	{ "5. Run o2pop on that machine", "you",
	  "Only there the identity can be used: at http://169.254.169.254 (IMDS), which no proxy "
	  "may stand before, or in App Service at the address in IDENTITY_ENDPOINT, which is there "
	  "by itself." },
};

/* ---- a person ------------------------------------------------------------------------------------ */

static const struct page_step device_code[] = {
	{ "1. Register the application", "an Entra administrator",
	  "@PORTAL@ > App registrations > New registration. Name: any. Accounts in this "
	  "organizational directory only. No redirect URI. From its Overview take the Application "
	  "(client) ID and the Directory (tenant) ID." },
	{ "2. Let it sign people in without a secret", "an Entra administrator",
	  "App registrations > the application > Authentication > Advanced settings > Allow public "
	  "client flows: Yes > Save." },
	{ "3. Give it the right to POP3", "an Entra administrator",
	  "API permissions > Add a permission > APIs my organization uses > Office 365 Exchange "
	  "Online > Delegated permissions > POP.AccessAsUser.All > Add permissions. Under "
	  "Delegated this time: a person signs in. Who signs in is asked for consent, unless you "
	  "choose Grant admin consent here." },
	{ "4. Switch POP3 on", "an Exchange administrator, in PowerShell",
	  "\tSet-CASMailbox -Identity @'mailbox@ -PopEnabled $true\n"
	  "Nothing else is needed for somebody's own mailbox. For a shared one, who signs in needs "
	  "FullAccess:\n"
	  "\tAdd-MailboxPermission -Identity @'mailbox@ -User PERSON -AccessRights FullAccess" },
	{ "5. Write the settings file", "you",
	  SETTINGS_FILE "\ttenant_id = @=tenant_id@\n\tclient_id = @=client_id@\n\tgrant = device-code\n"
	                "\ttoken_cache = tokens\n\tmailbox = @=mailbox@\n"
	                "o2pop makes the file tokens; it needs it, because the refresh token is kept there." },
	{ "6. Sign in", "the person whose mailbox it is",
	  "\to2pop login@OPTIONS@\n"
	  "It shows an address and a code, to be typed in any browser. From then on o2pop renews "
	  "the token by itself, as long as it runs at least every 90 days. If the sign-in is "
	  "refused with AADSTS53003, a Conditional Access policy forbids it; many tenants forbid "
	  "the device code flow." },
	{ "7. Try it", "you", CHECK },
};

static const struct page_step device_code_personal[] = {
	{ "1. Register the application", "you, with any Microsoft account that has a directory",
	  "@PORTAL@ > App registrations > New registration. Name: any. Supported account types: "
	  "one with Personal Microsoft accounts. No redirect URI. From its Overview take the "
	  "Application (client) ID." },
	{ "2. Let it sign people in without a secret", "you",
	  "App registrations > the application > Authentication > Advanced settings > Allow public "
	  "client flows: Yes > Save." },
	{ "3. Switch POP3 on", "the person whose mailbox it is",
	  "outlook.com > Settings > Mail > Forwarding and IMAP > Let devices and apps use POP: "
	  "Yes." },
	{ "4. Write the settings file", "you",
	  SETTINGS_FILE "\tclient_id = @=client_id@\n\tgrant = device-code\n\ttoken_cache = tokens\n"
	                "\tmailbox = @=mailbox@\n"
	                "o2pop makes the file tokens; it needs it, because the refresh token is kept there." },
	{ "5. Sign in", "the person whose mailbox it is",
	  "\to2pop login@OPTIONS@\nIt shows an address and a code, to be typed in any browser." },
	{ "6. Try it", "you", CHECK },
};

static const struct page_step refresh_token[] = {
	{ "1. Have a refresh token", "the person whose mailbox it is",
	  "Another program has signed a person in and was given a refresh token, with the scopes "
	  "https://outlook.office.com/POP.AccessAsUser.All and offline_access (other clouds: their "
	  "own mail server). Without such a program use o2pop's own sign-in:\n"
	  "\to2pop setup --grant device-code" },
	{ "2. Keep it in a file", "you",
	  "Only you may be able to read it (paste, Enter, Ctrl-D):\n"
	  "\t(umask 077; mkdir -p ~/.config/o2pop; cat >~/.config/o2pop/refresh_token)\n"
	  "It ends when it was not used for 90 days, when the password is changed, and when an "
	  "administrator revokes the sessions." },
	{ "3. Write the settings file", "you",
	  SETTINGS_FILE "@TENANT@\tclient_id = @=client_id@\n\trefresh_token_file = refresh_token\n"
	                "\ttoken_cache = tokens\n\tmailbox = @=mailbox@\n"
	                "client_id is the application that the token was issued to: no other can "
	                "use it. If that one has a secret, name it too, as client_secret_file. The "
	                "provider may give a new refresh token with each use: o2pop keeps it in "
	                "token_cache, and never changes refresh_token_file." },
	{ "4. Try it", "you", CHECK },
};

/* ---- Google -------------------------------------------------------------------------------------- */

static const struct page_step service_account[] = {
	{ "1. Make a service account", "a developer of the organisation",
	  "console.cloud.google.com > a project > IAM & Admin > Service Accounts > Create service "
	  "account. No roles. Then the account > Keys > Add key > Create new key > JSON: a file is "
	  "downloaded once. Keep it where only you can read it:\n"
	  "\tinstall -D -m 600 KEY.json ~/.config/o2pop/service_account.json\n"
	  "From the account's Details take the Unique ID, a number." },
	{ "2. Let it act for mailboxes", "a super administrator of Google Workspace",
	  "admin.google.com > Security > Access and data control > API controls > Manage "
	  "domain-wide delegation > Add new. Client ID: that number. OAuth scopes:\n"
	  "\thttps://mail.google.com/\n"
	  "It can then open every mailbox of the domain. Personal gmail.com accounts have no such "
	  "delegation." },
	{ "3. Switch POP3 on", "a super administrator of Google Workspace",
	  "admin.google.com > Apps > Google Workspace > Gmail > End User Access > POP and IMAP "
	  "access. The mailbox itself has a switch, too: Gmail > Settings > Forwarding and "
	  "POP/IMAP > Enable POP." },
	{ "4. Write the settings file", "you",
	  SETTINGS_FILE "\tservice_account_file = service_account.json\n\tmailbox = @=mailbox@" },
	{ "5. Try it", "you", CHECK "\nA new delegation takes minutes, at times up to a day." },
};

static const struct page_step refresh_token_google[] = {
	{ "1. Have a refresh token", "the person whose mailbox it is",
	  "console.cloud.google.com > a project > APIs & Services > Credentials > Create "
	  "credentials > OAuth client ID > Desktop app. With any OAuth program, such as "
	  "getmail-gmail-xoauth-tokens of getmail6, sign in for the scope https://mail.google.com/ "
	  "and keep the refresh token. Google's device code flow "
	  "does not give this scope, and as long as the project is in testing, the token ends "
	  "after seven days (both not confirmed). The mailboxes of an organisation open with a "
	  "service account instead." },
	{ "2. Switch POP3 on", "the person whose mailbox it is",
	  "Gmail > Settings > Forwarding and POP/IMAP > Enable POP." },
	{ "3. Keep it and the client secret in files", "you",
	  "Only you may be able to read them (paste, Enter, Ctrl-D):\n"
	  "\t(umask 077; mkdir -p ~/.config/o2pop; cat >~/.config/o2pop/refresh_token)\n"
	  "\t(umask 077; cat >~/.config/o2pop/client_secret)" },
	{ "4. Write the settings file", "you",
	  SETTINGS_FILE "\tclient_id = @=client_id@\n\tclient_secret_file = client_secret\n\tgrant = refresh-token\n"
	                "\trefresh_token_file = refresh_token\n\ttoken_cache = tokens\n\tmailbox = @=mailbox@" },
	{ "5. Try it", "you", CHECK },
};

/* ---- any provider -------------------------------------------------------------------------------- */

static const struct page_step access_token[] = {
	{ "1. Have an access token", "you",
	  "Another program has got one for this mail service. It ends after about an hour, so "
	  "o2pop reads the file at every check and requests nothing itself." },
	{ "2. Keep it in a file", "you",
	  "Only you may be able to read it (paste, Enter, Ctrl-D):\n"
	  "\t(umask 077; mkdir -p ~/.config/o2pop; cat >~/.config/o2pop/token)\n"
	  "A token of more than 4,094 characters cannot be pasted into a terminal: let a program "
	  "write it. See what is in it:\n"
	  "\to2pop decode ~/.config/o2pop/token" },
	{ "3. Write the settings file", "you",
	  SETTINGS_FILE "\taccess_token_file = token\n\tmailbox = @=mailbox@\n"
	                "Instead of the file, access_token_command names a command that prints "
	                "one." },
	{ "4. Try it", "you", CHECK },
};

/* ---- filling in ---------------------------------------------------------------------------------- */

static struct span value_of(const struct setup *s, enum setting key)
{
	return key == SETTING_MAILBOX && s->mailboxes != 0 ? s->mailbox[0] : settings_get(s->settings, key);
}

/* What the templates name, and the word for what is not known of it. */
static const struct {
	enum setting key;
	const char *word;
} words[] = {
	{ SETTING_TENANT_ID, "TENANT-ID" },
	{ SETTING_CLIENT_ID, "APPLICATION-ID" }, /* CLIENT-ID where Entra has no part in it */
	{ SETTING_ENTERPRISE_OBJECT_ID, "OBJECT-ID" },
	{ SETTING_MAILBOX, "MAILBOX" },
};

static void put_value(struct buf *b, const struct setup *s, struct span name)
{
	bool plain = span_starts(name, SPAN("=")), power = span_starts(name, SPAN("'"));

	name = span_from(name, plain || power);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct span value = value_of(s, words[i].key);

		if (!span_eq(name, span_z(settings_key(words[i].key))))
			continue;
		if (value.n == 0)
			buf_z(b, words[i].key == SETTING_CLIENT_ID && !s->settings->provider->entra ? "CLIENT-ID"
			                                                                            : words[i].word);
		else if (plain)
			buf_put(b, value);
		else if (power)
			setup_words_powershell(b, value);
		else
			setup_words_shell(b, value);
	}
}

static void put_tenant(struct buf *b, const struct setup *s)
{
	if (s->settings->provider->tenant != NULL)
		return;
	buf_z(b, "\ttenant_id = ");
	put_value(b, s, SPAN("=tenant_id"));
	buf_z(b, "\n");
}

static void put_part(struct buf *b, const struct setup *s, struct span what)
{
	const struct provider *provider = s->settings->provider;

	if (span_eq(what, SPAN("PORTAL"))) {
		buf_z(b, "https://");
		buf_z(b, provider->portal != NULL ? provider->portal : "");
	} else if (span_eq(what, SPAN("OPTIONS")))
		setup_words_options(b, s);
	else if (span_eq(what, SPAN("PROVIDER")))
		buf_z(b, provider->id);
	else if (span_eq(what, SPAN("TENANT")))
		put_tenant(b, s);
	else if (span_eq(what, SPAN("AUDIENCE")))
		buf_z(b, provider->audience != NULL ? provider->audience : "");
	else
		put_value(b, s, what);
}

static void put_step(struct page *p, const struct setup *s, const struct page_step *step)
{
	struct span rest = span_z(step->text);
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	page_end(p);
	page_toned(p, PAGE_STRONG, span_z(step->title));
	page_z(p, " (");
	page_words(p, 0, span_z(step->who));
	page_z(p, ")");
	page_end(p);
	while (rest.n != 0) {
		buf_put(&b, span_cut(rest, '@', &rest));
		put_part(&b, s, span_cut(rest, '@', &rest));
	}
	page_lines(p, STEP_INDENT, buf_span(&b));
}

static void put_steps(struct page *p, const struct setup *s, const struct page_step *step, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_step(p, s, &step[i]);
}
#define PUT_STEPS(p, s, steps) put_steps(p, s, steps, sizeof steps / sizeof steps[0])

/* ---- what is asked for --------------------------------------------------------------------------- */

bool setup_grant_is_whole(const struct setup *s)
{
	switch (s->settings->grant) {
	case GRANT_DEVICE_CODE:
	case GRANT_REFRESH_TOKEN:
	case GRANT_SERVICE_ACCOUNT:
	case GRANT_ACCESS_TOKEN:
		return s->settings->provider->authority != NULL || s->settings->provider->token_url != NULL;
	case GRANT_CLIENT_SECRET:
	case GRANT_CERTIFICATE:
	case GRANT_FEDERATED:
	case GRANT_MANAGED_IDENTITY:
	case GRANT__COUNT:
		break;
	}
	return false;
}

static void put_head(struct page *p, const struct setup *s)
{
	page_toned(p, PAGE_STRONG, span_z(s->settings->provider->title));
	page_z(p, ": ");
	page_words(p, 0, span_z(grant_row(s->settings->grant)->title));
	page_end(p);
	page_lines(p, 0,
	           SPAN("Words in CAPITALS stand for what is not known. Put the values into the "
	                "settings file and run o2pop setup again: it fills them in."));
}

void setup_grant_way(struct page *p, const struct setup *s)
{
	const struct provider *provider = s->settings->provider;

	put_head(p, s);
	if (s->settings->grant == GRANT_DEVICE_CODE && provider->personal)
		PUT_STEPS(p, s, device_code_personal);
	else if (s->settings->grant == GRANT_DEVICE_CODE)
		PUT_STEPS(p, s, device_code);
	else if (s->settings->grant == GRANT_REFRESH_TOKEN && !provider->entra)
		PUT_STEPS(p, s, refresh_token_google);
	else if (s->settings->grant == GRANT_REFRESH_TOKEN)
		PUT_STEPS(p, s, refresh_token);
	else if (s->settings->grant == GRANT_SERVICE_ACCOUNT)
		PUT_STEPS(p, s, service_account);
	else
		PUT_STEPS(p, s, access_token);
	setup_grant_others(p, s);
}

void setup_grant_credential(struct page *p, const struct setup *s)
{
	put_step(p, s, s->settings->grant == GRANT_FEDERATED ? &federated : &certificate);
}

void setup_grant_identity(struct page *p, const struct setup *s)
{
	put_head(p, s);
	PUT_STEPS(p, s, identity);
}

void setup_grant_line(struct buf *b, const struct setup *s, enum setting key, const char *word)
{
	struct span value = value_of(s, key);

	buf_z(b, "\t");
	buf_z(b, settings_key(key));
	buf_z(b, " = ");
	buf_put(b, value.n != 0 ? value : span_z(word));
	buf_z(b, "\n");
}

void setup_grant_settings(struct buf *b, const struct setup *s)
{
	if (s->settings->grant == GRANT_CERTIFICATE) {
		setup_grant_line(b, s, SETTING_CERTIFICATE_FILE, "o2pop.crt");
		setup_grant_line(b, s, SETTING_PRIVATE_KEY_FILE, "o2pop.key");
	} else if (s->settings->grant == GRANT_FEDERATED) {
		setup_grant_line(b, s, SETTING_FEDERATED_TOKEN_FILE, "FILE");
	} else {
		setup_grant_line(b, s, SETTING_GRANT, grant_row(s->settings->grant)->id);
	}
}

void setup_grant_others(struct page *p, const struct setup *s)
{
	enum grant own = s->settings->grant;
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	page_end(p);
	buf_z(&b, "Another mail program gets its tokens from o2pop token. Its configuration (mpop, getmail, "
	          "fetchmail, msmtp, isync and others):\n\to2pop setup");
	setup_words_options(&b, s);
	buf_z(&b, " --client mpop\n");
	if (own != GRANT_DEVICE_CODE && own != GRANT_REFRESH_TOKEN && own != GRANT_ACCESS_TOKEN &&
	    !settings_has(s->settings, SETTING_TOKEN_CACHE))
		buf_z(&b, "If it asks every few minutes, one token serves it for an hour with the setting\n"
		          "\ttoken_cache = tokens\n");
	buf_z(&b, "\nThis was the way with ");
	buf_z(&b, grant_row(own)->title);
	buf_z(&b, ". The others that can open a mailbox here:\n");
	for (int g = 0; g < GRANT__COUNT; g++) {
		if (!provider_allows(s->settings->provider, (enum grant)g) || (enum grant)g == own)
			continue;
		buf_z(&b, "\to2pop setup --provider ");
		buf_z(&b, s->settings->provider->id);
		buf_z(&b, " --grant ");
		buf_z(&b, grant_row((enum grant)g)->id);
		buf_z(&b, "\n");
	}
	page_lines(p, 0, buf_span(&b));
}
