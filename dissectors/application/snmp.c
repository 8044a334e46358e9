/*
 * SNMP: version 1 (RFC 1157, 4), 2c (RFC 1901, 3) and 3 (RFC 3412, 6; the
 * user is in the parameters of RFC 3414, 2.4). All is BER:
 *
 *   SEQUENCE { version, community, PDU }
 *   SEQUENCE { version, SEQUENCE { id, size, flags, security model },
 *       OCTET STRING security parameters,
 *       SEQUENCE { engine, name, PDU } or OCTET STRING if encrypted }
 *   PDU: [n] { request id, error status, error index,
 *       SEQUENCE { SEQUENCE { OID, value } ... } }
 */
#include "base/spell.h"
#include "dissect/application.h"
#include "dissect/ber.h"

enum {
	SNMP_V1 = 0,
	SNMP_V2C = 1,
	SNMP_V3 = 3,
	SNMP_REPORTABLE = 4,	/* RFC 3412, 6.4 */
	SNMP_PRIVATE = 2,
	SNMP_COMMUNITY_MAX = 255,
	SNMP_USER_MODEL = 3,
	SNMP_OID_TEXT = 200,	/* characters; a longer one is cut off */
	SNMP_TAG_PDU = 0xa0,	/* and up, constructed, by their number */
	SNMP_TEXT_ROOM = SNMP_OID_TEXT + SPELL_ROOM
};

/* RFC 3416, 3. */
enum snmp_pdu {
	SNMP_GET,
	SNMP_GET_NEXT,
	SNMP_RESPONSE,
	SNMP_SET,
	SNMP_TRAP_V1,
	SNMP_GET_BULK,
	SNMP_INFORM,
	SNMP_TRAP,
	SNMP_REPORT,
	SNMP_PDUS
};

enum snmp_fact {
	SNMP_VERSION,
	SNMP_PDU,
	SNMP_OID,
	SNMP_ERROR,
	SNMP_USER,
	SNMP_COMMUNITY
};

static const char *const pdu_names[SNMP_PDUS] = {
	"get", "get-next", "response", "set", "trap", "get-bulk", "inform",
	"trap", "report"
};

static const struct fact_field fields[] = {
	[SNMP_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "Version of the protocol: 1, 2c or 3." },
	[SNMP_PDU] = { "pdu", FACT_TEXT, false, NULL,
	    "Type of the first message." },
	[SNMP_OID] = { "oid", FACT_TEXT, false, NULL,
	    "The first variable, or of a trap of version 1 its enterprise." },
	[SNMP_ERROR] = { "error", FACT_NUMBER, false, NULL,
	    "The first error status that is not 0." },
	[SNMP_USER] = { "user", FACT_TEXT, false, NULL,
	    "User of version 3." },
	[SNMP_COMMUNITY] = { "community", FACT_TEXT, true, NULL,
	    "Community of versions 1 and 2c." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* What stands before the variables. */
struct message {
	int64_t		version;
	uint8_t		flags;
	struct cursor	community;	/* or the security parameters */
	bool		has_pdu;	/* else it is encrypted */
	uint8_t		pdu;
	struct cursor	body;		/* of the PDU */
};

static enum probe_score	probe(struct probe *);
static bool		read_message(struct cursor *, struct message *);
static bool		read_header(struct cursor *, struct message *);
static bool		read_pdu(struct cursor *, struct message *);
static enum application_role sender_of(const struct message *);
static void		feed(struct dissection *);
static void		note_user(struct dissection *, struct cursor);
static void		note_pdu(struct dissection *, struct message *);
static void		note_oid(struct dissection *, struct cursor);
static char		*spell_arc(char *, uint64_t, bool);

/* The sequence is as long as the datagram, and all in it is in its place. */
static enum probe_score
probe(struct probe *p)
{
	size_t captured = cursor_left(&p->own);
	struct cursor c = p->own;
	struct message m;
	uint32_t size;
	uint8_t tag;

	if (captured == 0 || *c.at != BER_SEQUENCE ||
	    !ber_begin(&c, &tag, &size) ||
	    size != p->size - (captured - cursor_left(&c)) ||
	    !read_message(&c, &m))
		return PROBE_NO;
	p->sender = sender_of(&m);
	return PROBE_SURE;
}

/* The cursor stands in the outermost sequence; its end may be missing. */
static bool
read_message(struct cursor *c, struct message *m)
{
	struct cursor content;
	uint32_t size;
	uint8_t tag;

	*m = (struct message){ 0 };
	if (!ber_take(c, BER_INTEGER, &content) ||
	    !ber_integer(content, &m->version))
		return false;
	if (m->version == SNMP_V1 || m->version == SNMP_V2C)
		return ber_take(c, BER_OCTET_STRING, &m->community) &&
		    cursor_left(&m->community) <= SNMP_COMMUNITY_MAX &&
		    read_pdu(c, m);
	if (m->version != SNMP_V3 || !read_header(c, m) ||
	    !ber_take(c, BER_OCTET_STRING, &m->community) ||
	    !ber_begin(c, &tag, &size))
		return false;
	if ((m->flags & SNMP_PRIVATE) != 0)
		return tag == BER_OCTET_STRING;
	return tag == BER_SEQUENCE &&
	    ber_take(c, BER_OCTET_STRING, &content) &&
	    ber_take(c, BER_OCTET_STRING, &content) && read_pdu(c, m);
}

/* RFC 3412, 6: id, largest size, flags and security model. */
static bool
read_header(struct cursor *c, struct message *m)
{
	struct cursor header;
	struct cursor content;
	int64_t number;

	if (!ber_take(c, BER_SEQUENCE, &header) ||
	    !ber_take(&header, BER_INTEGER, &content) ||
	    !ber_take(&header, BER_INTEGER, &content) ||
	    !ber_take(&header, BER_OCTET_STRING, &content) ||
	    cursor_left(&content) != 1)
		return false;
	m->flags = *content.at;
	return ber_take(&header, BER_INTEGER, &content) &&
	    ber_integer(content, &number) && number == SNMP_USER_MODEL;
}

static bool
read_pdu(struct cursor *c, struct message *m)
{
	uint32_t size;
	uint8_t tag;

	if (!ber_begin(c, &tag, &size) || tag < SNMP_TAG_PDU ||
	    tag >= SNMP_TAG_PDU + SNMP_PDUS)
		return false;
	m->has_pdu = true;
	m->pdu = tag - SNMP_TAG_PDU;
	m->body = *c;
	return true;
}

/* What is encrypted says at least whether an answer is awaited. */
static enum application_role
sender_of(const struct message *m)
{
	if (!m->has_pdu)
		return (m->flags & SNMP_REPORTABLE) != 0 ? ROLE_CLIENT :
		    ROLE_UNKNOWN;
	return m->pdu == SNMP_RESPONSE || m->pdu == SNMP_REPORT ?
	    ROLE_SERVER : ROLE_CLIENT;
}

/* A manager first asks an agent of version 3 who it is, as nobody. */
static void
feed(struct dissection *d)
{
	struct message m;
	uint32_t size;
	uint8_t tag;

	if (!ber_begin(&d->bytes, &tag, &size) || tag != BER_SEQUENCE ||
	    !read_message(&d->bytes, &m))
		return;
	dissection_word(d, SNMP_VERSION, m.version == SNMP_V1 ? "1" :
	    m.version == SNMP_V2C ? "2c" : "3");
	if (m.version == SNMP_V3)
		note_user(d, m.community);
	else
		dissection_text(d, SNMP_COMMUNITY, m.community.at,
		    cursor_left(&m.community));
	if (m.has_pdu)
		note_pdu(d, &m);
	d->is_side_done = m.version != SNMP_V3 ||
	    dissection_has(d, SNMP_USER);
}

/* RFC 3414, 2.4: engine, boots, time, user. */
static void
note_user(struct dissection *d, struct cursor parameters)
{
	struct cursor c;
	struct cursor content;

	if (ber_take(&parameters, BER_SEQUENCE, &c) &&
	    ber_take(&c, BER_OCTET_STRING, &content) &&
	    ber_take(&c, BER_INTEGER, &content) &&
	    ber_take(&c, BER_INTEGER, &content) &&
	    ber_take(&c, BER_OCTET_STRING, &content))
		dissection_text(d, SNMP_USER, content.at,
		    cursor_left(&content));
}

static void
note_pdu(struct dissection *d, struct message *m)
{
	struct cursor *c = &m->body;
	struct cursor content;
	int64_t status;
	uint32_t size;
	uint8_t tag;

	dissection_word(d, SNMP_PDU, pdu_names[m->pdu]);
	if (m->pdu == SNMP_TRAP_V1) {
		if (ber_take(c, BER_OID, &content))
			note_oid(d, content);
		return;
	}
	if (!ber_take(c, BER_INTEGER, &content) ||
	    !ber_take(c, BER_INTEGER, &content) ||
	    !ber_integer(content, &status))
		return;
	/* Of a bulk request the same place counts variables. */
	if (m->pdu == SNMP_RESPONSE && status > 0)
		dissection_number(d, SNMP_ERROR, (uint64_t)status);
	if (ber_take(c, BER_INTEGER, &content) &&
	    ber_begin(c, &tag, &size) && tag == BER_SEQUENCE &&
	    ber_begin(c, &tag, &size) && tag == BER_SEQUENCE &&
	    ber_take(c, BER_OID, &content))
		note_oid(d, content);
}

/* X.690, 8.19: seven bits a byte; the first number is two. */
static void
note_oid(struct dissection *d, struct cursor oid)
{
	char text[SNMP_TEXT_ROOM];
	char *end = text;
	uint64_t arc = 0;
	bool is_first = true;

	while (cursor_left(&oid) > 0 && end - text < SNMP_OID_TEXT) {
		uint8_t byte = cursor_u8(&oid);

		if (arc > UINT32_MAX)
			return;
		arc = arc << 7 | (byte & 0x7f);
		if ((byte & 0x80) != 0)
			continue;
		end = spell_arc(end, arc, is_first);
		is_first = false;
		arc = 0;
	}
	dissection_text(d, SNMP_OID, text, (size_t)(end - text));
}

static char *
spell_arc(char *at, uint64_t arc, bool is_first)
{
	if (is_first) {
		uint64_t root = arc < 80 ? arc / 40 : 2;

		at = spell_u64(at, root);
		arc -= root * 40;
	}
	*at++ = '.';
	return spell_u64(at, arc);
}

const struct application application_snmp = {
	.name = "snmp",
	.title = "Simple Network Management Protocol",
	.source = "RFC 1157, RFC 1901, RFC 3412",
	.transports = APPLICATION_UDP,
	.udp_ports = { 161, 162 },
	.starts = { { 0x30, 0x31 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
