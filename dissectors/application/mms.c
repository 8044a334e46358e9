/*
 * MMS, the Manufacturing Message Specification (ISO 9506-2), as IEC 61850
 * uses it: over ISO transport (RFC 1006), session (X.225), presentation
 * (X.226) and association (X.227). A session is opened with a unit that names
 * MMS as abstract syntax, and goes on with data in the presentation context
 * that was agreed.
 *
 *   0d or 0e (CONNECT, ACCEPT), size, parameters ... 28 ca 22 02 01
 *   01 00 01 00 (GIVE TOKENS, DATA), 61 (presentation data), ...
 */
#include <string.h>

#include "dissect/ber.h"
#include "dissect/tpkt.h"

enum {
	MMS_CONNECT = 0x0d,		/* X.225, 8.3 */
	MMS_ACCEPT = 0x0e,
	MMS_USER_DATA = 0x61,		/* X.226, 8.4: fully encoded */
	MMS_PDV_LIST = 0x30,
	MMS_SINGLE = 0xa0,		/* the one value of a list */
	MMS_CONFIRMED_REQUEST = 0xa0,	/* ISO 9506-2, 7 */
	MMS_PDU_MAX = 13,
	MMS_PACKETS_MAX = 32		/* that are looked at of a flow */
};

enum mms_fact {
	MMS_SERVICES
};

struct mms_state {
	uint8_t	packets;
};

struct service_name {
	uint8_t		 tag;
	const char	*name;
};

/* ISO 9506-2, 7.3: tags of a confirmed service, those of IEC 61850-8-1. */
static const struct service_name service_names[] = {
	{ 0x80, "status" }, { 0xa1, "get-name-list" }, { 0x82, "identify" },
	{ 0xa4, "read" }, { 0xa5, "write" },
	{ 0xa6, "get-variable-access-attributes" },
	{ 0xab, "define-named-variable-list" },
	{ 0xac, "get-named-variable-list-attributes" },
	{ 0xad, "delete-named-variable-list" }
};

static const struct fact_field fields[] = {
	[MMS_SERVICES] = { "services", FACT_LIST, false, NULL,
	    "Confirmed services in the first 32 packets, each once." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_opening(const struct cursor *);
static bool		take_pdu(struct cursor, uint8_t *, struct cursor *);
static void		feed(struct dissection *);
static void		note_service(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	struct cursor data;
	struct cursor body;
	uint8_t tag;
	enum probe_score score = tpkt_probe(p, &data);

	if (score != PROBE_LIKELY)
		return score;
	if (cursor_left(&data) > 2 && (data.at[0] == MMS_CONNECT ||
	    data.at[0] == MMS_ACCEPT))
		return is_opening(&data) ? PROBE_SURE : PROBE_NO;
	return take_pdu(data, &tag, &body) ? PROBE_WEAK : PROBE_NO;
}

/* The abstract syntax (ISO 9506-2, 19): 1.0.9506.2.1, one packet's search. */
static bool
is_opening(const struct cursor *data)
{
	static const uint8_t syntax[] = { 0x06, 0x05, 0x28, 0xca, 0x22, 0x02,
	    0x01 };
	const uint8_t *at = data->at;

	while ((size_t)(data->end - at) >= sizeof syntax) {
		at = memchr(at, syntax[0], (size_t)(data->end - at) -
		    sizeof syntax + 1);
		if (at == NULL)
			return false;
		if (memcmp(at, syntax, sizeof syntax) == 0)
			return true;
		at++;
	}
	return false;
}

/* What presentation carries in one value, whole or not. */
static bool
take_pdu(struct cursor data, uint8_t *tag, struct cursor *body)
{
	static const uint8_t session[] = { 0x01, 0x00, 0x01, 0x00 };
	const uint8_t *at = cursor_take(&data, sizeof session);
	struct cursor content;
	uint32_t size;

	if (at == NULL || memcmp(at, session, sizeof session) != 0 ||
	    !ber_begin(&data, tag, &size) || *tag != MMS_USER_DATA ||
	    !ber_begin(&data, tag, &size) || *tag != MMS_PDV_LIST ||
	    !ber_take(&data, BER_INTEGER, &content) ||
	    !ber_begin(&data, tag, &size) || *tag != MMS_SINGLE ||
	    !ber_begin(&data, tag, &size))
		return false;
	*body = data;
	return *tag >= 0x80 && (*tag & 0x1f) <= MMS_PDU_MAX;
}

static void
feed(struct dissection *d)
{
	struct mms_state *state = d->state;
	enum tpkt_result result = TPKT_PART;
	enum cotp_code code;
	struct cursor body;
	struct cursor pdu;
	uint8_t tag;

	while (!d->is_done &&
	    (result = tpkt_take(&d->bytes, &body)) == TPKT_WHOLE) {
		if (cotp_take(&body, &code) && code == COTP_DATA &&
		    take_pdu(body, &tag, &pdu) &&
		    tag == MMS_CONFIRMED_REQUEST)
			note_service(d, pdu);
		d->is_done = ++state->packets == MMS_PACKETS_MAX;
	}
	d->is_side_done = result == TPKT_NONE || d->is_full;
}

/* Behind the number of the request. */
static void
note_service(struct dissection *d, struct cursor pdu)
{
	struct cursor number;
	uint8_t tag;

	if (!ber_take(&pdu, BER_INTEGER, &number))
		return;
	tag = cursor_u8(&pdu);
	for (size_t i = 0; i < sizeof service_names /
	    sizeof service_names[0]; i++) {
		if (service_names[i].tag == tag)
			dissection_item(d, MMS_SERVICES,
			    service_names[i].name,
			    strlen(service_names[i].name));
	}
}

const struct application application_mms = {
	.name = "mms",
	.title = "Manufacturing Message Specification",
	.source = "ISO 9506-2, IEC 61850-8-1",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 102 },
	.state_size = sizeof(struct mms_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
