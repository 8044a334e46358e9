/*
 * Cipher suites of TLS by number.
 */
#ifndef TALLYMAN_DISSECT_TLS_CIPHER_H
#define TALLYMAN_DISSECT_TLS_CIPHER_H

#include <stdint.h>

/* The name that IANA registered, or NULL for one that is seldom met. */
const char *tls_cipher_name(uint16_t number);

#endif
