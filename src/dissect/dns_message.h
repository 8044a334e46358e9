/*
 * Messages of the Domain Name System, which several protocols share (RFC
 * 1035, RFC 6762, RFC 4795).
 */
#ifndef TALLYMAN_DISSECT_DNS_MESSAGE_H
#define TALLYMAN_DISSECT_DNS_MESSAGE_H

#include "dissect/application.h"

enum {
	DNS_HEADER_SIZE = 12,
	DNS_NAME_MAX = 255,	/* characters of a name as text */
	DNS_TEXT_MAX = 46	/* of an address, or of a name cut off */
};

/* A name as text without the last dot; the root is ".". */
struct dns_name {
	size_t	size;
	char	text[DNS_NAME_MAX + 1];
};

struct dns_header {
	uint16_t	id;
	bool		is_response;
	uint8_t		opcode;
	uint8_t		rcode;
	bool		is_truncated;
	uint16_t	count[4];	/* questions, answers, authorities,
					   additionals */
};

struct dns_question {
	struct dns_name	name;
	uint16_t	type;
	uint16_t	class;
};

struct dns_record {
	struct dns_name	name;
	uint16_t	type;
	uint16_t	class;
	uint32_t	ttl_s;
	struct cursor	data;
};

/*
 * Each reads on from the cursor, which stands in the message that begins at
 * message; false when there is no such thing.
 */
bool	dns_read_header(struct cursor *, struct dns_header *);
bool	dns_read_name(struct cursor *, const uint8_t *message,
	    struct dns_name *);
bool	dns_read_question(struct cursor *, const uint8_t *message,
	    struct dns_question *);
bool	dns_read_record(struct cursor *, const uint8_t *message,
	    struct dns_record *);

/* "A", or NULL for a type that is seldom met. */
const char *dns_type_name(uint16_t type);

/*
 * How well the bytes fit a whole message of size bytes, of which the cursor
 * has those that were captured.
 */
enum probe_score dns_probe(struct probe *, struct cursor message,
	    uint32_t size);

/* The fields that dns, mdns and llmnr have alike, by index. */
enum dns_fact {
	DNS_QUERY,
	DNS_TYPE,
	DNS_RCODE,
	DNS_ANSWERS,
	DNS_QUERIES,
	DNS_LATENCY,
	DNS_FACTS
};
extern const struct fact_field dns_fields[DNS_FACTS + 1];

/* The state of a flow, for latency. */
struct dns_state {
	int64_t		asked_ns;
	uint16_t	asked_id;
	bool		has_asked;
};

/* Notes what a whole message says; the state is a struct dns_state. */
void	dns_feed(struct dissection *, struct cursor message);

#endif
