#include "cli/settings_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cli/credential_load.h"
#include "cli/trust_load.h"
#include "t.h"

static struct settings_file load;
static struct options options;
static struct settings settings;
static struct credential credential;
static struct trust trust;
static struct fault fault;

static char folder[] = "/tmp/o2pop-load.XXXXXX";
static char path[8][120];
static unsigned paths;

/* A file in the test's folder. */
static const char *make(const char *name, const char *text, unsigned mode)
{
	char *p = path[paths++ % COUNT(path)];
	int fd;

	if (strcmp(folder + sizeof folder - 7, "XXXXXX") == 0 && mkdtemp(folder) == NULL)
		return "";
	snprintf(p, sizeof path[0], "%s/%s", folder, name);
	unlink(p);
	fd = open(p, O_WRONLY | O_CREAT, 0600);
	OK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	close(fd);
	return p;
}

/* Each test begins with an empty environment and no settings. */
static void fresh(void)
{
	clearenv();
	memset(&load, 0, sizeof load);
	memset(&options, 0, sizeof options);
	memset(&credential, 0, sizeof credential);
	memset(&fault, 0, sizeof fault);
	settings_init(&settings);
}

static void tidy(void)
{
	for (size_t i = 0; i < COUNT(path); i++)
		unlink(path[i]);
	rmdir(folder);
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

static void use_file(const char *name)
{
	options.given[OPTION_CONFIG] = 1;
	options.value[OPTION_CONFIG] = span_z(name);
}

static bool go(void)
{
	return settings_file_settings(&load, &options, &settings, &credential, &fault);
}

static bool said(const char *text)
{
	size_t at;

	return span_find(fault_evidence(&fault), span_z(text), &at);
}

TEST(load_precedence)
{
	struct fault f = { 0 };

	fresh();
	use_file(make("conf", "tenant_id = file\nscope = file\nclient_id = file\n", 0644));
	setenv("O2POP_TENANT_ID", "variable", 1);
	setenv("O2POP_SCOPE", "variable", 1);
	setenv("AZURE_CLIENT_ID", "azure", 1);
	setenv("AZURE_TENANT_ID", "azure", 1);
	OK(settings_set(&settings, SETTING_TENANT_ID, SPAN("flag"), SETTING_FROM_FLAG, SPAN("--tenant-id"), &f));
	OK(go());
	EQ(settings_get(&settings, SETTING_TENANT_ID), SPAN("flag"));
	EQ(settings_get(&settings, SETTING_SCOPE), SPAN("variable"));
	EQ(settings_get(&settings, SETTING_CLIENT_ID), SPAN("azure"));
	EQ(settings.origin[SETTING_CLIENT_ID], SPAN("AZURE_CLIENT_ID"));
	EQ(settings_file_path(&load), options.value[OPTION_CONFIG]);
	tidy();
}

/* The header goes to the address that came with it, and to no other. */
TEST(load_identity_header_belongs_to_its_endpoint)
{
	fresh();
	setenv("IDENTITY_HEADER", "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a", 1);
	setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token", 1);
	OK(go());
	EQ(secret_length(&credential.identity_header), 36);
	EQ(span_z(getenv("IDENTITY_HEADER")), SPAN(""));

	fresh();
	setenv("IDENTITY_HEADER", "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a", 1);
	setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token", 1);
	OK(settings_set(&settings, SETTING_MANAGED_IDENTITY_URL, SPAN("https://other.example/token"), SETTING_FROM_FLAG,
	                SPAN("--managed-identity-url"), &fault));
	OK(go());
	OK(!secret_is_set(&credential.identity_header));
	EQ(span_z(getenv("IDENTITY_HEADER")), SPAN(""));

	fresh();
	setenv("IDENTITY_HEADER", "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a", 1);
	setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token", 1);
	setenv("O2POP_MANAGED_IDENTITY_URL", "https://other.example/token", 1);
	OK(go());
	OK(!secret_is_set(&credential.identity_header));
	EQ(span_z(getenv("IDENTITY_HEADER")), SPAN(""));

	fresh();
	setenv("IDENTITY_HEADER", "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a", 1);
	OK(go());
	OK(!secret_is_set(&credential.identity_header));
	EQ(span_z(getenv("IDENTITY_HEADER")), SPAN(""));
}

/* Every copy in the environment is overwritten, also the one that is not used. */
TEST(load_wipes_the_environment)
{
	char first[] = "O2POP_CLIENT_SECRET=s3cret-one", second[] = "O2POP_CLIENT_SECRET=s3cret-two";
	char third[] = "AZURE_CLIENT_SECRET=s3cret-six";
	char *entries[] = { first, second, third, NULL };
	char **before = environ;

	fresh();
	environ = entries;
	OK(go());
	environ = before;
	EQ(secret_reveal(&credential.client_secret), SPAN("s3cret-one"));
	EQ(settings.origin[SETTING_CLIENT_SECRET], SPAN("O2POP_CLIENT_SECRET"));
	OK(memcmp(first, "O2POP_CLIENT_SECRET=\0\0\0\0\0\0\0\0\0\0", sizeof first) == 0);
	OK(memcmp(second, "O2POP_CLIENT_SECRET=\0\0\0\0\0\0\0\0\0\0", sizeof second) == 0);
	OK(memcmp(third, "AZURE_CLIENT_SECRET=\0\0\0\0\0\0\0\0\0\0", sizeof third) == 0);
	EQ(settings_get(&settings, SETTING_CLIENT_SECRET), SPAN("<set>"));
}

TEST(load_unknown_variable)
{
	fresh();
	setenv("O2POP_TENAT_ID", "x", 1);
	OK(!go());
	OK(said("O2POP_TENAT_ID") && said("O2POP_TENANT_ID?"));
	fresh();
	setenv("O2POP_SCOPE", "", 1);
	setenv("OTHER", "x", 1);
	OK(go());
	EQ(settings.source[SETTING_SCOPE], SETTING_FROM_PROVIDER);
}

TEST(load_sections)
{
	static const char text[] = "scope = all\n[a]\ntenant_id = a\n\n[b]\ntenant_id = b\n[a]\n"
				   "client_id = late\n";
	static const struct {
		const char *profile, *tenant, *client;
	} rows[] = {
		{ "", "", "" },
		{ "a", "a", "late" },
		{ "b", "b", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("[%s]", rows[i].profile);
		fresh();
		use_file(make("conf", text, 0600));
		options.given[OPTION_PROFILE] = 1;
		options.value[OPTION_PROFILE] = span_z(rows[i].profile);
		OK(go());
		EQ(settings_get(&settings, SETTING_SCOPE), SPAN("all"));
		EQ(settings_get(&settings, SETTING_TENANT_ID), span_z(rows[i].tenant));
		EQ(settings_get(&settings, SETTING_CLIENT_ID), span_z(rows[i].client));
	}
	fresh();
	use_file(make("conf", text, 0600));
	setenv("O2POP_PROFILE", "nobody", 1);
	OK(!go());
	OK(said("there is no section 'nobody'"));
	tidy();
}

TEST(load_bad_files)
{
	static const struct {
		const char *text, *said;
		enum fault_code code;
	} rows[] = {
		{ "tenat_id = x", ":1: unknown setting 'tenat_id'; did you mean tenant_id?", FAULT_SETTING_BAD },
		{ "\n\nnonsense", ":3: this is neither", FAULT_SETTING_BAD },
		{ "[a", ":1: this is neither", FAULT_SETTING_BAD },
		{ "pop_port = x", "pop_port = x (", FAULT_SETTING_BAD },
		{ "client_secret: s3cret", ":1: this is neither", FAULT_SETTING_BAD },
	};
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].text);
		fresh();
		use_file(make("conf", rows[i].text, 0600));
		OK(!go());
		EQ(fault.code, rows[i].code);
		OK(said(rows[i].said));
		OK(!said("s3cret"));
		OK(!span_find((struct span){ load.file, sizeof load.file }, SPAN("s3cret"), &at));
	}
	fresh();
	use_file("/nowhere/conf");
	OK(!go());
	EQ(fault.code, FAULT_FILE_UNREADABLE);
	fresh();
	setenv("O2POP_CONFIG", "/nowhere/conf", 1);
	OK(!go());
	fresh();
	setenv("HOME", "/nowhere", 1);
	OK(go());
	EQ(settings_file_path(&load).n, 0);
	tidy();
}

TEST(load_rights_of_the_file)
{
	static const struct {
		const char *text;
		unsigned mode;
		bool good;
	} rows[] = {
		{ "client_secret = s3cret\n", 0600, true },
		{ "client_secret = s3cret\n", 0640, false },
		{ "client_secret = s3cret\n", 0604, false },
		{ "mailbox = x\n", 0664, true },
		{ "mailbox = x\n", 0646, false },
		{ "client_secret_command = x\n", 0644, true },
		{ "client_secret_command = x\n", 0664, false },
		/* A section that does not count is no danger. */
		{ "[a]\nclient_secret = s3cret\n", 0644, true },
	};
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s mode %o", rows[i].text, rows[i].mode);
		fresh();
		use_file(make("conf", rows[i].text, rows[i].mode));
		EQ(go(), rows[i].good);
		OK(rows[i].good || (fault.code == FAULT_FILE_EXPOSED && said("chmod")));
		OK(!span_find((struct span){ load.file, sizeof load.file }, SPAN("s3cret"), &at));
	}
	tidy();
}

/* What a member of the file's group could do by a line of it: every setting steers but for these. */
TEST(load_what_steers)
{
	static const enum setting harmless[] = {
		SETTING_CLIENT_ID,
		SETTING_CLIENT_SECRET,
		SETTING_CLIENT_SECRET_ID,
		SETTING_DISPLAY_NAME,
		SETTING_ENTERPRISE_OBJECT_ID,
		SETTING_REGISTRATION_OBJECT_ID,
		SETTING_SECRET_EXPIRES,
		SETTING_MAILBOX,
		SETTING_ADDRESS_FAMILY,
		SETTING_TIMEOUT,
		SETTING_CONNECT_TIMEOUT,
		SETTING_AUTH_FORM,
		SETTING_PIPELINING,
	};

	for (int i = 0; i < SETTING__COUNT; i++) {
		char text[80];
		bool steers = true;

		for (size_t k = 0; k < COUNT(harmless); k++)
			steers = steers && harmless[k] != (enum setting)i;
		(void)snprintf(text, sizeof text, "%s = x\n", settings_key((enum setting)i));
		t_at("%s", text);
		fresh();
		use_file(make("conf", text, 0660));
		EQ(go() || fault.code != FAULT_FILE_EXPOSED, !steers && i != SETTING_CLIENT_SECRET);
	}
	tidy();
}

static child_leader leader;

static bool obtain(void)
{
	return credential_load_once(&settings, &credential, BUF(load.file), &fault) &&
	       credential_load_rest(&settings, &credential, BUF(load.file), &leader, &fault);
}

TEST(load_credential_sources)
{
	const char *file;

	fresh();
	use_file(make("conf", "client_secret_file = secret\n", 0600));
	file = make("secret", "from-file\n", 0600);
	OK(go());
	EQ(settings_get(&settings, SETTING_CLIENT_SECRET_FILE), span_z(file));
	/* A file is for the process that is to hold the secret. */
	OK(credential_load_once(&settings, &credential, BUF(load.file), &fault));
	OK(!secret_is_set(&credential.client_secret));
	OK(obtain());
	EQ(secret_reveal(&credential.client_secret), SPAN("from-file"));
	/* A token that is there already is stronger than any secret. */
	fresh();
	use_file(make("conf", "client_secret = s\naccess_token_file = token\n", 0600));
	make("token", "a.b.c", 0600);
	OK(go() && obtain());
	EQ(secret_reveal(&credential.access_token), SPAN("a.b.c"));
	fresh();
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	make("client_secret", "from-systemd", 0400);
	OK(go() && obtain());
	EQ(secret_reveal(&credential.client_secret), SPAN("from-systemd"));
	tidy();
}

/* Between a secret and a way to it the stronger source decides. */
/* The secret in AZURE_CLIENT_SECRET may be another program's: beside another grant it is not sent. */
TEST(load_azures_secret_beside_another_grant)
{
	fresh();
	use_file(make("conf", "tenant_id = t.example\nclient_id = c\nrefresh_token_file = token\n", 0600));
	setenv("AZURE_CLIENT_SECRET", "another program's", 1);
	OK(go());
	EQ(settings.grant, GRANT_CLIENT_SECRET); /* the environment is stronger than the file */
	fresh();
	use_file(make("conf", "grant = refresh-token\nclient_id = c\nrefresh_token_file = token\n", 0600));
	setenv("AZURE_CLIENT_SECRET", "another program's", 1);
	OK(go());
	OK(!secret_is_set(&credential.client_secret) && !settings_has(&settings, SETTING_CLIENT_SECRET));
	fresh();
	use_file(make("conf", "grant = refresh-token\nclient_id = c\nrefresh_token_file = token\n", 0600));
	setenv("O2POP_CLIENT_SECRET", "ours", 1);
	OK(go());
	EQ(secret_reveal(&credential.client_secret), SPAN("ours"));
	tidy();
}

TEST(load_stronger_way_to_the_secret)
{
	struct fault f = { 0 };

	fresh();
	use_file(make("conf", "client_secret_file = secret\n", 0600));
	make("secret", "from-file", 0600);
	setenv("O2POP_CLIENT_SECRET", "from-variable", 1);
	OK(go() && obtain());
	EQ(secret_reveal(&credential.client_secret), SPAN("from-variable"));
	fresh();
	use_file(make("conf", "client_secret = from-settings\nclient_secret_file = secret\n", 0600));
	setenv("O2POP_CLIENT_SECRET_COMMAND", "echo from-command", 1);
	OK(go() && obtain());
	EQ(secret_reveal(&credential.client_secret), SPAN("from-command"));
	OK(!settings_has(&settings, SETTING_CLIENT_SECRET));
	fresh();
	setenv("O2POP_CLIENT_SECRET", "from-variable", 1);
	OK(settings_set(&settings, SETTING_CLIENT_SECRET_FILE, SPAN("fd:9999"), SETTING_FROM_FLAG, SPAN("x"), &f));
	OK(go() && !obtain());
	OK(!secret_is_set(&credential.client_secret));
	/* What was read once from a descriptor is not asked for again. */
	OK(secret_set(&credential.client_secret, SPAN("read before")));
	fault = (struct fault){ 0 };
	OK(obtain());
	EQ(secret_reveal(&credential.client_secret), SPAN("read before"));
	tidy();
}

TEST(load_nothing_is_no_failure)
{
	fresh();
	OK(go());
	OK(obtain());
	OK(!secret_is_set(&credential.client_secret));
}

TEST(load_stdin_once)
{
	fresh();
	options.value[OPTION_MAILBOXES] = SPAN("-");
	setenv("O2POP_CLIENT_SECRET_FILE", "-", 1);
	OK(!go());
	EQ(fault.code, FAULT_USAGE);
	fresh();
	setenv("O2POP_CLIENT_SECRET_FILE", "fd:0", 1);
	setenv("O2POP_ACCESS_TOKEN_FILE", "fd:3", 1);
	OK(go());
}

/* Certificates beyond the first buffer count, too; text around them does not matter. */
TEST(load_trust_in_pieces)
{
	static char big[3 * SETTINGS_FILE_MAX];
	static char pem[4096];
	size_t n = 0;
	int fd = open("third_party/roots/digicert-global-root-g2.pem", O_RDONLY);
	ssize_t got = read(fd, pem, sizeof pem - 1);

	close(fd);
	if (!OK(got > 0))
		return;
	while (n + 2 * SETTINGS_FILE_MAX / 3 < sizeof big) {
		memset(big + n, n % 2 == 0 ? '\n' : 'x', SETTINGS_FILE_MAX / 2);
		n += SETTINGS_FILE_MAX / 2;
		memcpy(big + n, pem, (size_t)got);
		n += (size_t)got;
	}
	fresh();
	OK(go());
	OK(trust_load(&settings, &trust, BUF(load.file), &fault));
	EQ(trust.n, trust_roots_count);
	setenv("O2POP_CA_FILE", make("big.pem", big, 0644), 1);
	OK(go());
	OK(trust_load(&settings, &trust, BUF(load.file), &fault));
	EQ(trust.n, 1);
	/* One that is built in already is usable all the same. */
	fresh();
	snprintf(big, 200, "+%s", path[(paths - 1) % COUNT(path)]);
	setenv("O2POP_CA_FILE", big, 1);
	OK(go());
	OK(trust_load(&settings, &trust, BUF(load.file), &fault));
	EQ(trust.n, trust_roots_count);
	fresh();
	setenv("O2POP_CA_FILE", make("none.pem", "nothing\n", 0644), 1);
	OK(go());
	OK(!trust_load(&settings, &trust, BUF(load.file), &fault));
	EQ(fault.code, FAULT_CA_FILE);
	tidy();
}
