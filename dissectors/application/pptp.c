/*
 * PPTP, the control connection of tunnels (RFC 2637, 2).
 *
 *   size of all (2), type 1 (2), magic 1a2b3c4d (4), message (2), 0 (2);
 *   to start the connection: version (2), result and error or 0 (2),
 *   framing (4), bearer (4), channels (2), firmware (2), host name (64),
 *   vendor (64)
 */
#include <string.h>

#include "dissect/application.h"

enum {
	PPTP_HEADER_SIZE = 12,
	PPTP_START_REQUEST = 1,
	PPTP_START_REPLY = 2,
	PPTP_MESSAGE_MAX = 15,
	PPTP_START_FIXED = 16,		/* before the names */
	PPTP_NAME_SIZE = 64,
	PPTP_START_SIZE = 156
};

enum pptp_fact {
	PPTP_CLIENT,
	PPTP_CLIENT_VENDOR,
	PPTP_SERVER,
	PPTP_SERVER_VENDOR
};

static const struct fact_field fields[] = {
	[PPTP_CLIENT] = { "client", FACT_TEXT, false, NULL,
	    "Host name of the client." },
	[PPTP_CLIENT_VENDOR] = { "client_vendor", FACT_TEXT, false, NULL,
	    "What the client's maker calls it." },
	[PPTP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Host name of the server." },
	[PPTP_SERVER_VENDOR] = { "server_vendor", FACT_TEXT, false, NULL,
	    "What the server's maker calls it." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		note_name(struct dissection *, enum pptp_fact,
			    struct cursor *);

static enum probe_score
probe(struct probe *p)
{
	static const uint8_t fixed[] = { 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d };
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint16_t message;

	if (at[0] != 0)
		return PROBE_NO;
	if (held > 2 && memcmp(at + 2, fixed, held - 2 < sizeof fixed ?
	    held - 2 : sizeof fixed) != 0)
		return PROBE_NO;
	if (held < PPTP_HEADER_SIZE)
		return PROBE_MORE;
	message = bytes_be16(at + 8);
	if (bytes_be16(at) < PPTP_HEADER_SIZE || message == 0 ||
	    message > PPTP_MESSAGE_MAX)
		return PROBE_NO;
	if (message == PPTP_START_REQUEST)
		p->sender = ROLE_CLIENT;
	else if (message == PPTP_START_REPLY)
		p->sender = ROLE_SERVER;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	const uint8_t *header = cursor_peek(&d->bytes, PPTP_HEADER_SIZE);
	bool is_client;
	uint16_t message;

	if (header == NULL)
		return;
	message = bytes_be16(header + 8);
	if (message == PPTP_START_REQUEST || message == PPTP_START_REPLY) {
		if (cursor_peek(&d->bytes, PPTP_START_SIZE) == NULL)
			return;
		is_client = message == PPTP_START_REQUEST;
		cursor_skip(&d->bytes, PPTP_HEADER_SIZE + PPTP_START_FIXED);
		note_name(d, is_client ? PPTP_CLIENT : PPTP_SERVER,
		    &d->bytes);
		note_name(d, is_client ? PPTP_CLIENT_VENDOR :
		    PPTP_SERVER_VENDOR, &d->bytes);
	}
	d->is_side_done = true;
}

static void
note_name(struct dissection *d, enum pptp_fact field, struct cursor *c)
{
	const uint8_t *at = cursor_take(c, PPTP_NAME_SIZE);
	const uint8_t *end;

	if (at == NULL)
		return;
	end = memchr(at, 0, PPTP_NAME_SIZE);
	dissection_text(d, field, at, end == NULL ? PPTP_NAME_SIZE :
	    (size_t)(end - at));
}

const struct application application_pptp = {
	.name = "pptp",
	.title = "Point-to-Point Tunneling Protocol",
	.source = "RFC 2637",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1723 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
