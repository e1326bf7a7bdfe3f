/* names: a name server for one run, and a view of /etc in which it is the only one. */
#ifndef SIM_NAMES_H
#define SIM_NAMES_H

#include "scene.h"

/* With a header line "dns: silent", "dns: nxdomain" or "dns: servfail": bind the server to an address of its own and
 * write the resolv.conf that names it to dir. Ends the program with NAMES_IMPOSSIBLE where the system does not allow
 * this (it takes port 53 and a mount namespace). Does nothing without such a line. */
void names_serve(const struct scene *s, const char *dir);

enum { NAMES_IMPOSSIBLE = 77 };

/* In the process of the program: put that resolv.conf instead of the system's. */
void names_enter(const struct scene *s, const char *dir);

#endif
