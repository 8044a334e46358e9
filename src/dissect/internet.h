/*
 * What IPv4 and IPv6 do alike: reassembly, and opening the conversation that
 * a packet belongs to.
 */
#ifndef TALLYMAN_DISSECT_INTERNET_H
#define TALLYMAN_DISSECT_INTERNET_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissector.h"

/* One IP packet, or the datagram that its last fragment made whole. */
struct internet {
	struct address		 src;
	struct address		 dst;
	uint8_t			 version;
	uint8_t			 protocol;
	uint8_t			 ttl;
	uint8_t			 traffic_class;
	bool			 is_checksum_bad;
	uint32_t		 ip_bytes;
	uint32_t		 beyond_frame;	/* of them, behind the frame */
	const struct datagram	*whole;	/* NULL when it came in one piece */
};

struct internet_fragment {
	uint32_t	identification;
	uint32_t	offset;		/* bytes */
	bool		is_last;
};

/*
 * The cursor holds a fragment of ip. True when it made its datagram whole:
 * the cursor then runs over the datagram, which *whole describes and ip
 * points to. False when it is kept for later and the walk has to end.
 */
bool	internet_reassemble(struct walk *, struct cursor *, struct internet *,
	    const struct internet_fragment *, struct datagram *whole);

/*
 * Opens the conversation; what is left of the cursor is its payload until a
 * transport knows better.
 */
void	internet_converse(struct walk *, const struct cursor *,
	    const struct internet *);

#endif
