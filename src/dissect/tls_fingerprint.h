/*
 * Fingerprints of TLS hellos: JA3 and JA3S, as their authors at Salesforce
 * published them in 2017, and JA4 of the client, as FoxIO did in 2023. None of
 * them counts what is GREASE (RFC 8701).
 */
#ifndef TALLYMAN_DISSECT_TLS_FINGERPRINT_H
#define TALLYMAN_DISSECT_TLS_FINGERPRINT_H

#include "dissect/tls_hello.h"

enum { TLS_FINGERPRINT_TEXT = 65 };	/* room, with the NUL */

/* The hello must be whole. False where there is no library for digests. */
bool	tls_fingerprint_ja3(const struct tls_hello *, char *text);
bool	tls_fingerprint_ja3s(const struct tls_hello *, char *text);
bool	tls_fingerprint_ja4(const struct tls_hello *, enum tls_carrier,
	    char *text);

#endif
