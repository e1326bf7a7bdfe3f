/* explain_net: the causes of failures between this machine and a server: names, connections, TLS. */
#ifndef EXPLAIN_EXPLAIN_NET_H
#define EXPLAIN_EXPLAIN_NET_H

#include "explain/explain_know.h"
#include "explain/explain_value.h"

/* For faults of FAULT_KIND_DNS, _NET and _TLS; nothing is added when only fault and number speak. */
void explain_net_dns(const struct explain_case *c, struct explain_list *l);
void explain_net_tcp(const struct explain_case *c, struct explain_list *l);
void explain_net_tls(const struct explain_case *c, struct explain_list *l);

/* Who answered, by its first words, where POP3 or TLS was expected. */
void explain_net_service(const struct explain_case *c, struct span said, struct explain_list *l);

#endif
