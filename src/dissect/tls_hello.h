/*
 * The messages of a TLS handshake that pass in clear (RFC 8446, section 4;
 * RFC 5246, section 7.4), which TLS, DTLS and QUIC share: what the client
 * offers, what the server takes, and whose certificate that is.
 */
#ifndef TALLYMAN_DISSECT_TLS_HELLO_H
#define TALLYMAN_DISSECT_TLS_HELLO_H

#include "dissect/application.h"

/* The fields that tls, dtls and quic have alike, by index. */
enum tls_fact {
	TLS_SNI,
	TLS_ALPN,
	TLS_VERSION,
	TLS_CIPHER,
	TLS_JA3,
	TLS_JA3S,
	TLS_JA4,
	TLS_SUBJECT,
	TLS_ISSUER,
	TLS_NOT_BEFORE,
	TLS_NOT_AFTER,
	TLS_FACTS
};
extern const struct fact_field tls_fields[TLS_FACTS + 1];

/* What carries the messages, as the first letter of a JA4 says it. */
enum tls_carrier {
	TLS_OVER_TCP = 't',
	TLS_OVER_UDP = 'd',
	TLS_OVER_QUIC = 'q'
};

/* Types of messages (RFC 8446, section 4; RFC 6347, section 4.3.2). */
enum {
	TLS_HELLO_REQUEST = 0,
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_HELLO_VERIFY = 3,
	TLS_SESSION_TICKET = 4,
	TLS_CERTIFICATE = 11,
	TLS_CERTIFICATE_STATUS = 22,
	TLS_SUPPLEMENTAL_DATA = 23
};

/* Types of extensions. */
enum {
	TLS_EXTENSION_SERVER_NAME = 0,
	TLS_EXTENSION_GROUPS = 10,
	TLS_EXTENSION_POINT_FORMATS = 11,
	TLS_EXTENSION_SIGNATURES = 13,
	TLS_EXTENSION_ALPN = 16,
	TLS_EXTENSION_VERSIONS = 43
};

/* A hello of either side; all cursors are in its message. */
struct tls_hello {
	uint16_t	version;	/* as the message's head says */
	bool		is_whole;	/* all of it is at hand */
	bool		is_retry;	/* the server asks for another hello */
	bool		has_name;	/* the extension, not what it says */
	bool		has_signatures;
	struct cursor	ciphers;
	struct cursor	extensions;	/* all of them */
	struct cursor	name;
	struct cursor	alpn;		/* ProtocolNameList without its size */
	struct cursor	versions;	/* these without their sizes, too */
	struct cursor	groups;
	struct cursor	formats;
	struct cursor	signatures;
};

/* What a server's hello says of what follows it. */
enum tls_answer {
	TLS_ANSWER_BAD,
	TLS_ANSWER_CLEAR,	/* its certificate, if it sends one */
	TLS_ANSWER_HIDDEN,	/* nothing that could be read */
	TLS_ANSWER_RETRY	/* another hello of both */
};

/* RFC 8701: numbers that mean nothing. */
static inline bool
tls_is_grease(uint16_t number)
{
	return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

/*
 * Each takes the body of a message and notes what it says. A message may have
 * been cut off; what is there is noted.
 */
bool	tls_note_client(struct dissection *, struct cursor body,
	    enum tls_carrier, bool is_whole);
enum tls_answer tls_note_server(struct dissection *, struct cursor body);
/* False when the first certificate, which is the server's, is not whole. */
bool	tls_note_certificate(struct dissection *, struct cursor body);

/*
 * The server's name in the body of a client's hello over TCP, of which the
 * end may be missing; false when there is none.
 */
bool	tls_read_name(struct cursor body, struct cursor *name);

/* "tls1.2" of 0x0303; nothing for what is no version. */
void	tls_note_version(struct dissection *, uint16_t version);

#endif
