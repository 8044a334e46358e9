/*
 * ASN.1 in its Basic Encoding Rules (ITU-T X.690): elements of a tag, a
 * length and content, as SNMP, LDAP, Kerberos and certificates carry them.
 */
#ifndef TALLYMAN_DISSECT_BER_H
#define TALLYMAN_DISSECT_BER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

/* Universal tags (X.690, 8), SEQUENCE and SET with the constructed bit. */
enum {
	BER_BOOLEAN = 0x01,
	BER_INTEGER = 0x02,
	BER_BIT_STRING = 0x03,
	BER_OCTET_STRING = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_ENUMERATED = 0x0a,
	BER_UTF8_STRING = 0x0c,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31
};

/*
 * Takes the next element, its tag and its content. False, and the cursor
 * stays, when it is not there as a whole, its tag has more than one byte, or
 * its length is indefinite or has more than 4 bytes.
 */
bool	ber_read(struct cursor *, uint8_t *tag, struct cursor *content);

/* The same, and also false for another tag than this. */
bool	ber_take(struct cursor *, uint8_t tag, struct cursor *content);

/* The same, but of an element that is there in part its begin. */
bool	ber_open(struct cursor *, uint8_t tag, struct cursor *content);

/*
 * Takes a tag and a length alone: for an element of which only the begin was
 * captured.
 */
bool	ber_begin(struct cursor *, uint8_t *tag, uint32_t *size);

/* The content of an INTEGER, which is signed; false when it does not fit. */
bool	ber_integer(struct cursor content, int64_t *);

#endif
