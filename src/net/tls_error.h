/* tls_error: what the TLS engine's error codes are called and which fault each is. */
#ifndef NET_TLS_ERROR_H
#define NET_TLS_ERROR_H

#include "base/fault.h"

/* "handshake_failure (alert 40)", "EXPIRED", ... for every code 0..767; static. */
const char *tls_error_name(int code);

/* FAULT_CERT_EXPIRED also stands for "not yet valid", FAULT_TLS_VERSION also for "not TLS at all": the engine does
 * not tell them apart. */
enum fault_code tls_error_fault(int code);

#endif
