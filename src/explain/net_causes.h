/* net_causes: the causes of failures between this machine and a server: names, connections, TLS. */
#ifndef EXPLAIN_NET_CAUSES_H
#define EXPLAIN_NET_CAUSES_H

#include "explain/knowledge.h"
#include "explain/placeholder.h"

/* For faults of FAULT_KIND_DNS, _NET and _TLS; nothing is added when only fault and number speak. */
void net_causes_dns(const struct explain_case *c, struct knowledge_causes *l);
void net_causes_tcp(const struct explain_case *c, struct knowledge_causes *l);
void net_causes_tls(const struct explain_case *c, struct knowledge_causes *l);

/* Who answered, by its first words, where POP3 or TLS was expected. */
void net_causes_service(const struct explain_case *c, struct span said, struct knowledge_causes *l);

#endif
