#include "net/tls_error.h"

#include <bearssl.h>

enum { ALERT_PROTOCOL_VERSION = 70, ALERT_INAPPROPRIATE_FALLBACK = 86, ALERTS = 256 };

#define OWN(name, fault)      [BR_ERR_##name] = { #name, FAULT_##fault }
#define OWN_X509(name, fault) [BR_ERR_X509_##name] = { #name, FAULT_##fault }

static const struct {
	const char *name;
	enum fault_code fault;
} own[] = {
	OWN(OK, TLS_CLOSED),
	OWN(BAD_PARAM, TLS_PROTOCOL),
	OWN(BAD_STATE, TLS_PROTOCOL),
	OWN(UNSUPPORTED_VERSION, TLS_VERSION),
	OWN(BAD_VERSION, TLS_PROTOCOL),
	OWN(BAD_LENGTH, TLS_PROTOCOL),
	OWN(TOO_LARGE, TLS_PROTOCOL),
	OWN(BAD_MAC, TLS_TAMPERED),
	OWN(NO_RANDOM, NO_RANDOM),
	OWN(UNKNOWN_TYPE, TLS_PROTOCOL),
	OWN(UNEXPECTED, TLS_PROTOCOL),
	OWN(BAD_CCS, TLS_PROTOCOL),
	OWN(BAD_ALERT, TLS_PROTOCOL),
	OWN(BAD_HANDSHAKE, TLS_PROTOCOL),
	OWN(OVERSIZED_ID, TLS_PROTOCOL),
	OWN(BAD_CIPHER_SUITE, TLS_PROTOCOL),
	OWN(BAD_COMPRESSION, TLS_PROTOCOL),
	OWN(BAD_FRAGLEN, TLS_PROTOCOL),
	OWN(BAD_SECRENEG, TLS_PROTOCOL),
	OWN(EXTRA_EXTENSION, TLS_PROTOCOL),
	OWN(BAD_SNI, TLS_PROTOCOL),
	OWN(BAD_HELLO_DONE, TLS_PROTOCOL),
	OWN(LIMIT_EXCEEDED, CERT_UNSUPPORTED),
	OWN(BAD_FINISHED, TLS_TAMPERED),
	OWN(RESUME_MISMATCH, TLS_PROTOCOL),
	OWN(INVALID_ALGORITHM, TLS_PROTOCOL),
	OWN(BAD_SIGNATURE, TLS_TAMPERED),
	OWN(WRONG_KEY_USAGE, CERT_USAGE),
	OWN(NO_CLIENT_AUTH, TLS_PROTOCOL),
	OWN(IO, TLS_PROTOCOL),
	OWN_X509(OK, TLS_PROTOCOL),
	OWN_X509(INVALID_VALUE, CERT_MALFORMED),
	OWN_X509(TRUNCATED, CERT_MALFORMED),
	OWN_X509(EMPTY_CHAIN, CERT_CHAIN),
	OWN_X509(INNER_TRUNC, CERT_MALFORMED),
	OWN_X509(BAD_TAG_CLASS, CERT_MALFORMED),
	OWN_X509(BAD_TAG_VALUE, CERT_MALFORMED),
	OWN_X509(INDEFINITE_LENGTH, CERT_MALFORMED),
	OWN_X509(EXTRA_ELEMENT, CERT_MALFORMED),
	OWN_X509(UNEXPECTED, CERT_MALFORMED),
	OWN_X509(NOT_CONSTRUCTED, CERT_MALFORMED),
	OWN_X509(NOT_PRIMITIVE, CERT_MALFORMED),
	OWN_X509(PARTIAL_BYTE, CERT_MALFORMED),
	OWN_X509(BAD_BOOLEAN, CERT_MALFORMED),
	OWN_X509(OVERFLOW, CERT_MALFORMED),
	OWN_X509(BAD_DN, CERT_MALFORMED),
	OWN_X509(BAD_TIME, CERT_MALFORMED),
	OWN_X509(UNSUPPORTED, CERT_UNSUPPORTED),
	OWN_X509(LIMIT_EXCEEDED, CERT_UNSUPPORTED),
	OWN_X509(WRONG_KEY_TYPE, CERT_CHAIN),
	OWN_X509(BAD_SIGNATURE, CERT_CHAIN),
	OWN_X509(TIME_UNKNOWN, CERT_UNSUPPORTED),
	OWN_X509(EXPIRED, CERT_EXPIRED),
	OWN_X509(DN_MISMATCH, CERT_CHAIN),
	OWN_X509(BAD_SERVER_NAME, CERT_NAME),
	OWN_X509(CRITICAL_EXTENSION, CERT_UNSUPPORTED),
	OWN_X509(NOT_CA, CERT_CHAIN),
	OWN_X509(FORBIDDEN_KEY_USAGE, CERT_CHAIN),
	OWN_X509(WEAK_PUBLIC_KEY, CERT_UNSUPPORTED),
	OWN_X509(NOT_TRUSTED, CERT_UNTRUSTED),
};

#define ALERT(number, name) [number] = name " (alert " #number ")"

static const char *const alerts[] = {
	ALERT(0, "close_notify"),
	ALERT(10, "unexpected_message"),
	ALERT(20, "bad_record_mac"),
	ALERT(21, "decryption_failed"),
	ALERT(22, "record_overflow"),
	ALERT(30, "decompression_failure"),
	ALERT(40, "handshake_failure"),
	ALERT(41, "no_certificate"),
	ALERT(42, "bad_certificate"),
	ALERT(43, "unsupported_certificate"),
	ALERT(44, "certificate_revoked"),
	ALERT(45, "certificate_expired"),
	ALERT(46, "certificate_unknown"),
	ALERT(47, "illegal_parameter"),
	ALERT(48, "unknown_ca"),
	ALERT(49, "access_denied"),
	ALERT(50, "decode_error"),
	ALERT(51, "decrypt_error"),
	ALERT(60, "export_restriction"),
	ALERT(70, "protocol_version"),
	ALERT(71, "insufficient_security"),
	ALERT(80, "internal_error"),
	ALERT(86, "inappropriate_fallback"),
	ALERT(90, "user_canceled"),
	ALERT(100, "no_renegotiation"),
	ALERT(109, "missing_extension"),
	ALERT(110, "unsupported_extension"),
	ALERT(111, "certificate_unobtainable"),
	ALERT(112, "unrecognized_name"),
	ALERT(113, "bad_certificate_status_response"),
	ALERT(114, "bad_certificate_hash_value"),
	ALERT(115, "unknown_psk_identity"),
	ALERT(116, "certificate_required"),
	ALERT(120, "no_application_protocol"),
};

static bool is_alert(int code)
{
	return code >= BR_ERR_RECV_FATAL_ALERT && code < BR_ERR_SEND_FATAL_ALERT + ALERTS;
}

static bool is_own(int code)
{
	return code >= 0 && (size_t)code < COUNT(own) && own[code].name != NULL;
}

const char *tls_error_name(int code)
{
	size_t alert = (size_t)code % ALERTS;

	if (is_own(code))
		return own[code].name;
	if (is_alert(code) && alert < COUNT(alerts) && alerts[alert] != NULL)
		return alerts[alert];
	return is_alert(code) ? "an alert without a name" : "unknown error";
}

enum fault_code tls_error_fault(int code)
{
	int alert = code % ALERTS;

	if (is_own(code))
		return own[code].fault;
	if (is_alert(code) && (alert == ALERT_PROTOCOL_VERSION || alert == ALERT_INAPPROPRIATE_FALLBACK))
		return FAULT_TLS_VERSION;
	return is_alert(code) ? FAULT_TLS_ALERT : FAULT_TLS_PROTOCOL;
}
