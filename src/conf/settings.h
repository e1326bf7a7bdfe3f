/* settings: what a run is told, with the source of each value. Filled once by cli/, const from then on. */
#ifndef CONF_SETTINGS_H
#define CONF_SETTINGS_H

#include "base/fault.h"
#include "base/secret.h"
#include "conf/provider.h"
#include "conf/setting.h"
#include "net/dns.h"
#include "ident/assertion.h"
#include "text/near.h"

enum { SETTINGS_WORD_SHOWN = 80 }; /* bytes of a command's first word */

enum setting_kind {
	SETTING_KIND_TEXT,
	SETTING_KIND_GUID,
	SETTING_KIND_PATH,
	SETTING_KIND_COMMAND,
	SETTING_KIND_URL,
	SETTING_KIND_HOST,
	SETTING_KIND_PORT,
	SETTING_KIND_DURATION,
	SETTING_KIND_DATE,
	SETTING_KIND_CHOICE,
	SETTING_KIND_SECRET
};

/* The stronger source wins. */
enum setting_source {
	SETTING_UNSET,
	SETTING_FROM_DEFAULT,
	SETTING_FROM_PROVIDER,
	SETTING_FROM_FILE,
	SETTING_FROM_ENVIRONMENT,
	SETTING_FROM_FLAG
};

enum pop_tls { POP_TLS_IMPLICIT, POP_TLS_NONE, POP_TLS_STLS };
enum pop_form { POP_FORM_TWO_LINE, POP_FORM_ONE_LINE };
enum pop_pipelining { POP_PIPELINING_AUTO, POP_PIPELINING_ON, POP_PIPELINING_OFF };

enum {
	SETTINGS_ARENA = 16 * 1024,      /* all texts of all sources */
	SETTINGS_TIMEOUT_MS = 60 * 1000, /* Exchange answers a refused login after about 9 s */
	SETTINGS_TIMEOUT_MAX_MS = 3600 * 1000,
	SETTINGS_SECRET_END_WARN_S = 30 * 86400 /* a new secret takes somebody with rights, and those have holidays */
};

/* The secrets, apart from the rest, so that a process that does not need them can wipe them. */
struct credential {
	struct secret client_secret;
	struct secret assertion;       /* of federated_token_file */
	struct secret access_token;    /* of access_token_file or access_token_command */
	struct secret refresh_token;   /* of refresh_token_file */
	struct secret certificate;     /* certificate_file's PEM: it may hold the key, too */
	struct secret private_key;     /* private_key_file's PEM */
	struct secret service_account; /* service_account_file's JSON */
	struct secret identity_header; /* $IDENTITY_HEADER of App Service */
};

struct settings {
	struct span value[SETTING__COUNT]; /* as given, trimmed; borrowed from the arena, the environment or argv */
	enum setting_source source[SETTING__COUNT];
	struct span origin[SETTING__COUNT]; /* "o2pop.conf:12", "O2POP_CLIENT_ID", "--client-id" */
	struct span file, profile;          /* as -c and --profile name them; empty when they were not given */
	/* What the values mean; valid after resolve_settings (conf/resolve.h). */
	const struct provider *provider;
	enum grant grant;
	enum assertion_form assertion;
	enum sasl_mechanism mechanism;
	uint16_t pop_port;
	enum pop_tls pop_tls;
	enum dns_wanted wanted;
	enum pop_form form;
	enum pop_pipelining pipelining;
	int64_t timeout_ms;
	int64_t connect_timeout_ms; /* as timeout_ms when not given */
	int64_t secret_expires;     /* 0 when not given */
	bool ca_system;             /* ca_file said "system", and is now the bundle that was found */
	struct span token_url;      /* where the token is asked for: given, known, or made of authority and tenant */
	struct span device_url;     /* the same for the device authorization endpoint; empty when not known, as
	                         * when the user gave token_url alone: it may be another provider's */
	size_t used;                /* of the arena */
	unsigned char arena[SETTINGS_ARENA];
};

/* Nothing set. */
void settings_init(struct settings *s);

/* Give a setting a value unless a stronger source has. The texts are copied into the arena. False (limit) when
 * it is full. */
bool settings_set(struct settings *s, enum setting key, struct span value, enum setting_source source,
                  struct span origin, struct fault *f) MUST;

/* Copy a text into the arena. False when that is full. */
bool settings_keep(struct settings *s, struct span *text) MUST;

/* The value; empty when unset. */
struct span settings_get(const struct settings *s, enum setting key);
bool settings_has(const struct settings *s, enum setting key);

const char *settings_key(enum setting key);
const char *settings_help(enum setting key);

/* Append the grants or providers that there are, with commas between, and offer them to near. */
void settings_put_choices(struct buf *out, enum setting key, struct near *near);

/* Append what the setting is and, of providers and grants, which there are: at most 200 bytes. */
void settings_put_help(struct buf *out, enum setting key);

enum setting_kind settings_kind(enum setting key);
bool settings_is_list(enum setting key); /* entries separated by spaces: a flag given again adds to them */
bool settings_steers(enum setting key);  /* does it decide where a secret goes, or what is run? */

/* The secret that the setting's file or command gives; NULL when it gives none. */
struct secret *settings_secret(struct credential *c, enum setting key);

/* Does a file that this setting names hold a secret? Such a file may be one that can be read only once. */
bool settings_secret_file(enum setting key);

/* A value as it may be shown: of a command the first word, since tokens are given to some as arguments. */
void settings_put_shown(struct buf *out, const struct settings *s, enum setting key);

/* Append what a command of o2pop's needs to have these settings: " -c FILE --profile NAME", as far as the user named
 * them, for a shell; with _options also what the flags gave. */
void settings_put_file(struct buf *out, const struct settings *s);
void settings_put_options(struct buf *out, const struct settings *s);

extern const char *const settings_source[];

/* The setting with this name, however it is spelt (client-id, CLIENT_ID); false when there is none. */
bool settings_find(struct span name, enum setting *key);

/* Offer every setting's name. */
void settings_near(struct near *n);

/* Has the day that secret_expires names passed, in every time zone? */
bool settings_secret_ended(int64_t end, int64_t now);

#endif
