/* cloud: which of Microsoft's clouds a host belongs to: tenants, applications and mailboxes of one are not known in
 * another. */
#ifndef CONF_CLOUD_H
#define CONF_CLOUD_H

#include "base/span.h"

enum cloud { CLOUD_UNKNOWN, CLOUD_WORLDWIDE, CLOUD_US_GOV, CLOUD_CHINA, CLOUD_GERMANY };

/* An identity provider's host ("login.microsoftonline.us"), or the cloud_instance_name that it tells of itself
 * ("microsoftonline.us"). */
enum cloud cloud_of_authority(struct span host);

/* A mail server's host, which is also that of the resource in a scope ("outlook.office365.us"). */
enum cloud cloud_of_mail(struct span host);

/* "Microsoft's worldwide cloud (also GCC)"; static. */
extern const char *const cloud_name[];

#endif
