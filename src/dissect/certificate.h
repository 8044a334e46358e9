/*
 * X.509 certificates (RFC 5280): whose it is, who says so, and when it holds.
 * Nothing is verified.
 */
#ifndef TALLYMAN_DISSECT_CERTIFICATE_H
#define TALLYMAN_DISSECT_CERTIFICATE_H

#include "base/cursor.h"

enum { CERTIFICATE_NAME_MAX = 256 };	/* with the NUL; more is cut off */

/* Names as RFC 4514 writes them, the nearest part first: "CN=a,O=b,C=c". */
struct certificate {
	char	subject[CERTIFICATE_NAME_MAX];
	char	issuer[CERTIFICATE_NAME_MAX];
	int64_t	not_before_ns;		/* since 1970 */
	int64_t	not_after_ns;
	bool	has_not_before;
	bool	has_not_after;		/* not so when it is never, or
					   beyond what 64 bits hold */
};

/* False when it cannot be read. */
bool	certificate_read(struct cursor, struct certificate *);

#endif
