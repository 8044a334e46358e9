/*
 * What clients call the servers that they ask: the name in a hello of TLS
 * (RFC 6066, section 3) and the Host of a request of HTTP (RFC 9110, 7.2).
 */
#ifndef TALLYMAN_DISSECT_NAMING_REQUEST_H
#define TALLYMAN_DISSECT_NAMING_REQUEST_H

#include "dissect/naming.h"

/*
 * Whether the segment is such a request, or begins one, and names who gets
 * it: naming is filled but for its address. What is asked of a proxy names
 * somebody else, and does not count.
 */
bool	naming_request(const struct conversation *, struct naming *);

#endif
