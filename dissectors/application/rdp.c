/*
 * RDP, the Remote Desktop Protocol, as it is negotiated ([MS-RDPBCGR] 2.2.1.1
 * and 2.2.1.2): one X.224 packet of each side behind TPKT's header (RFC 1006).
 *
 *   3, 0, size (2)                              TPKT
 *   length, 0xe0 or 0xd0, 0, 0, source (2), 0   request or confirm
 *   "Cookie: mstshash=NAME" CRLF                request, perhaps
 *   type, flags, 8, 0, protocols (4)            perhaps, little-endian
 *
 * What follows is TLS, unless old security was chosen.
 */
#include <string.h>

#include "dissect/http_message.h"

enum {
	RDP_TPKT = 3,
	RDP_TPKT_SIZE = 4,
	RDP_X224_SIZE = 7,
	RDP_REQUEST = 0xe0,
	RDP_CONFIRM = 0xd0,
	RDP_NEGOTIATION_SIZE = 8,
	RDP_ASK = 1,		/* RDP_NEG_REQ and its kin, 2.2.1.1.1 */
	RDP_ANSWER = 2,
	RDP_FAILURE = 3,
	RDP_PACKET_MAX = 512
};

enum rdp_fact {
	RDP_COOKIE,
	RDP_REQUESTED,
	RDP_SECURITY
};

/* What either of the two packets says. */
struct rdp_packet {
	bool		is_confirm;
	struct cursor	cookie;		/* the line, empty without */
	uint8_t		type;		/* 0: no negotiation */
	uint32_t	protocols;
};

struct rdp_protocol {
	uint32_t	 bit;
	const char	*name;
};

static const struct fact_field fields[] = {
	[RDP_COOKIE] = { "cookie", FACT_TEXT, false, NULL,
	    "Routing token or, mostly, the name of the user." },
	[RDP_REQUESTED] = { "requested", FACT_LIST, false, NULL,
	    "Security that the client offers besides that of RDP." },
	[RDP_SECURITY] = { "security", FACT_TEXT, false, NULL,
	    "Security that the server chose: rdp, tls, credssp, rdstls, "
	    "credssp-ex, aad, or failure." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* [MS-RDPBCGR] 2.2.1.2.1. */
static const struct rdp_protocol protocols[] = {
	{ 1, "tls" }, { 2, "credssp" }, { 4, "rdstls" }, { 8, "credssp-ex" },
	{ 16, "aad" }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		read_packet(struct cursor *, struct rdp_packet *);
static bool		read_negotiation(struct cursor *,
			    struct rdp_packet *);
static void		note_request(struct dissection *,
			    const struct rdp_packet *);
static void		note_confirm(struct dissection *,
			    const struct rdp_packet *);

/* Other protocols above X.224 have parameters where RDP has a cookie or a
   negotiation; without both, only the port can tell. */
static enum probe_score
probe(struct probe *p)
{
	struct rdp_packet packet;
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);

	if (at[0] != RDP_TPKT || (size > 1 && at[1] != 0) ||
	    (size > 3 && bytes_be16(at + 2) > RDP_PACKET_MAX) ||
	    (size > 5 && at[5] != RDP_REQUEST && at[5] != RDP_CONFIRM))
		return PROBE_NO;
	if (size < RDP_TPKT_SIZE || size < bytes_be16(at + 2))
		return PROBE_MORE;
	if (!read_packet(&p->own, &packet))
		return PROBE_NO;
	p->sender = packet.is_confirm ? ROLE_SERVER : ROLE_CLIENT;
	return packet.type != 0 || cursor_left(&packet.cookie) > 0 ?
	    PROBE_SURE : PROBE_WEAK;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct rdp_packet packet;

	if (!read_packet(&c, &packet)) {
		d->is_side_done = d->is_full ||
		    *d->bytes.at != RDP_TPKT;
		return;
	}
	d->bytes = c;
	if (packet.is_confirm)
		note_confirm(d, &packet);
	else
		note_request(d, &packet);
}

static bool
read_packet(struct cursor *c, struct rdp_packet *packet)
{
	const uint8_t *tpkt = cursor_take(c, RDP_TPKT_SIZE);
	const uint8_t *x224;
	struct cursor body;
	uint16_t size;

	if (tpkt == NULL || tpkt[0] != RDP_TPKT || tpkt[1] != 0)
		return false;
	size = bytes_be16(tpkt + 2);
	if (size < RDP_TPKT_SIZE + RDP_X224_SIZE || size > RDP_PACKET_MAX)
		return false;
	body = cursor_sub(c, size - (size_t)RDP_TPKT_SIZE);
	x224 = cursor_take(&body, RDP_X224_SIZE);
	if (x224 == NULL || x224[0] != size - RDP_TPKT_SIZE - 1 ||
	    (x224[1] != RDP_REQUEST && x224[1] != RDP_CONFIRM) ||
	    x224[6] != 0)
		return false;
	*packet = (struct rdp_packet){ .is_confirm = x224[1] == RDP_CONFIRM };
	if (!packet->is_confirm && (x224[2] != 0 || x224[3] != 0))
		return false;
	return read_negotiation(&body, packet);
}

static bool
read_negotiation(struct cursor *body, struct rdp_packet *packet)
{
	struct cursor word;
	const uint8_t *at;

	packet->cookie = cursor_over(body->at, 0);
	if (cursor_left(body) > RDP_TPKT_SIZE && !packet->is_confirm &&
	    *body->at == 'C') {
		if (!http_take_line(body, &packet->cookie) ||
		    !http_take_until(&packet->cookie, ' ', &word) ||
		    !http_is(&word, "cookie:"))
			return false;
	}
	if (cursor_left(body) == 0)
		return true;
	at = cursor_take(body, RDP_NEGOTIATION_SIZE);
	if (at == NULL || bytes_le16(at + 2) != RDP_NEGOTIATION_SIZE ||
	    (packet->is_confirm ? at[0] != RDP_ANSWER &&
	    at[0] != RDP_FAILURE : at[0] != RDP_ASK))
		return false;
	packet->type = at[0];
	packet->protocols = bytes_le32(at + 4);
	return true;
}

static void
note_request(struct dissection *d, const struct rdp_packet *packet)
{
	struct cursor cookie = packet->cookie;
	struct cursor key;

	if (http_take_until(&cookie, '=', &key))
		dissection_text(d, RDP_COOKIE, cookie.at,
		    cursor_left(&cookie));
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
		if (packet->type != 0 &&
		    (packet->protocols & protocols[i].bit) != 0)
			dissection_item(d, RDP_REQUESTED, protocols[i].name,
			    strlen(protocols[i].name));
	}
}

static void
note_confirm(struct dissection *d, const struct rdp_packet *packet)
{
	const char *name = "rdp";

	if (packet->type == RDP_FAILURE)
		name = "failure";
	for (size_t i = 0; packet->type == RDP_ANSWER &&
	    i < sizeof protocols / sizeof *protocols; i++) {
		if (packet->protocols == protocols[i].bit)
			name = protocols[i].name;
	}
	dissection_word(d, RDP_SECURITY, name);
	if (packet->type == RDP_ANSWER && packet->protocols != 0)
		dissection_switch(d, "tls");
	else
		d->is_done = true;
}

const struct application application_rdp = {
	.name = "rdp",
	.title = "Remote Desktop Protocol",
	.source = "[MS-RDPBCGR]",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 3389 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
