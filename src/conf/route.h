/* route: which way leads to a host: directly, or through a proxy, and who said so. Settings come first; then, with
 * curl's meaning, https_proxy, HTTPS_PROXY (the token side), pop3s_proxy, POP3S_PROXY (the mail side), all_proxy,
 * ALL_PROXY, and no_proxy, NO_PROXY. */
#ifndef CONF_ROUTE_H
#define CONF_ROUTE_H

#include "conf/settings.h"
#include "net/proxy.h"

enum route_side { ROUTE_TOKEN, ROUTE_MAIL };

enum { ROUTE_URL_MAX = 300, ROUTE_LOGINS = 4 };

/* What the environment's URLs hold beside an address, and the login of the settings: secrets, wiped with the rest. */
struct route_logins {
	struct route_login {
		char url[ROUTE_URL_MAX]; /* without the login; the setting's value lies here */
		uint32_t n;
		unsigned char login[PROXY_LOGIN_MAX]; /* "user:password", decoded */
	} of[ROUTE_LOGINS];                           /* of proxy, token_proxy, mail_proxy, and of proxy_user */
};

struct route {
	struct proxy proxy; /* kind PROXY_NONE: directly */
	enum setting key;   /* that names the proxy, also one that no_proxy rules out; SETTING__COUNT: none does */
};

/* The way to this host. */
struct route route_find(const struct settings *s, enum route_side side, struct span host, uint16_t port);

/* The same for the server of each side that the settings name. */
struct route route_of(const struct settings *s, enum route_side side);

/* "user:password" for this route's proxy, or nothing. Borrowed from l, which may be NULL. */
struct span route_login(const struct route_logins *l, const struct route *r);

/* A variable of the environment, for a setting that has no value yet: its login is taken out of the URL. */
bool route_take_variable(struct settings *s, struct route_logins *l, enum setting key, struct span name,
                         struct span value, struct fault *f) MUST;

/* proxy_user with this password. */
bool route_take_password(const struct settings *s, struct route_logins *l, struct span password, struct fault *f) MUST;

/* Can the proxies of the settings be understood? */
bool route_check(const struct settings *s, struct fault *f) MUST;

#endif
