/*
 * Names in packets; see naming.h.
 */
#include <string.h>

#include "dissect/dns_message.h"
#include "dissect/naming.h"
#include "dissect/naming_request.h"

/* A look into a packet. */
struct look {
	naming_found	*found;
	void		*context;
	struct naming	 naming;
};

enum {
	NAMING_RECORDS_MAX = 64,	/* that are looked at, of a message */

	TYPE_A = 1,
	TYPE_PTR = 12,
	TYPE_AAAA = 28,

	/* RFC 2131 and RFC 2132. */
	DHCP_REQUEST_OP = 1,
	DHCP_COOKIE_OFFSET = 236,
	DHCP_CLIENT_ADDRESS = 12,
	DHCP_YOUR_ADDRESS = 16,
	DHCP_OPTION_PAD = 0,
	DHCP_OPTION_HOSTNAME = 12,
	DHCP_OPTION_REQUESTED = 50,
	DHCP_OPTION_END = 255,
	DHCP_OPTIONS_MAX = 64,

	/* RFC 1002, 4.2. */
	NETBIOS_NAME_SIZE = 32,		/* encoded, two letters a byte */
	NETBIOS_TYPE = 0x20,
	NETBIOS_PADDED = 15,
	NETBIOS_GROUP = 0x8000
};

static void	look_dns(struct look *, struct cursor);
static bool	skip_questions(struct cursor *, const uint8_t *, int,
		    struct dns_name *);
static void	look_record(struct look *, const struct dns_record *,
		    const uint8_t *, const struct dns_name *);
static void	tell(struct look *, const uint8_t *, int,
		    const struct dns_name *);
static bool	reversed_address(const struct dns_name *, uint8_t *);
static void	look_dhcp(struct look *, struct cursor);
static bool	is_given(const uint8_t *);
static void	look_netbios(struct look *, struct cursor);
static bool	netbios_name(struct cursor *, struct dns_name *);

static const char *const source_names[] = {
#define NAMING_NAME(id, word) [id] = word,
	NAMING_SOURCES(NAMING_NAME)
#undef NAMING_NAME
};

void
naming_look(const struct conversation *t, naming_found *found, void *context)
{
	struct look look = { .found = found, .context = context };
	struct cursor c = cursor_over(t->payload, t->payload_captured);

	if (t->protocol == PROTOCOL_TCP) {
		look.naming.address = t->dst;
		look.naming.ip_version = t->ip_version;
		if (naming_request(t, &look.naming))
			found(context, &look.naming);
		return;
	}
	switch (t->src_port) {
	case NAMING_PORT_DNS:
		look.naming.source = NAMING_DNS;
		look_dns(&look, c);
		break;
	case NAMING_PORT_MDNS:
		look.naming.source = NAMING_MDNS;
		look_dns(&look, c);
		break;
	case NAMING_PORT_LLMNR:
		look.naming.source = NAMING_LLMNR;
		look_dns(&look, c);
		break;
	case NAMING_PORT_DHCP_SERVER:
	case NAMING_PORT_DHCP_CLIENT:
		look.naming.source = NAMING_DHCP;
		look_dhcp(&look, c);
		break;
	case NAMING_PORT_NETBIOS:
		look.naming.source = NAMING_NETBIOS;
		look_netbios(&look, c);
		break;
	default:
		break;
	}
}

const char *
naming_source_name(enum naming_source source)
{
	return source_names[source];
}

/*
 * Of a response: the addresses of the name that was asked for, however many
 * aliases lead to them; of mDNS, which asks nothing, of their own names.
 */
static void
look_dns(struct look *look, struct cursor c)
{
	const uint8_t *begin = c.at;
	struct dns_header h;
	struct dns_name asked;
	struct dns_record record;
	int records;

	if (!dns_read_header(&c, &h) || !h.is_response || h.rcode != 0 ||
	    !skip_questions(&c, begin, h.count[0], &asked))
		return;
	records = h.count[1] + (look->naming.source == NAMING_MDNS ?
	    h.count[2] + h.count[3] : 0);
	for (int i = 0; i < records && i < NAMING_RECORDS_MAX; i++) {
		if (!dns_read_record(&c, begin, &record))
			return;
		look_record(look, &record, begin, h.count[0] > 0 ? &asked :
		    &record.name);
	}
}

static bool
skip_questions(struct cursor *c, const uint8_t *begin, int count,
    struct dns_name *asked)
{
	struct dns_question question;

	for (int i = 0; i < count; i++) {
		if (!dns_read_question(c, begin, &question))
			return false;
		if (i == 0)
			*asked = question.name;
	}
	return true;
}

static void
look_record(struct look *look, const struct dns_record *record,
    const uint8_t *begin, const struct dns_name *name)
{
	struct cursor data = record->data;
	uint8_t address[4];
	struct dns_name target;

	switch (record->type) {
	case TYPE_A:
		if (cursor_left(&data) == 4)
			tell(look, data.at, 4, name);
		break;
	case TYPE_AAAA:
		if (cursor_left(&data) == 16)
			tell(look, data.at, 6, name);
		break;
	case TYPE_PTR:
		if (reversed_address(&record->name, address) &&
		    dns_read_name(&data, begin, &target))
			tell(look, address, 4, &target);
		break;
	default:
		break;
	}
}

/* "4.3.2.1.in-addr.arpa" (RFC 1035, 3.5). */
static bool
reversed_address(const struct dns_name *name, uint8_t *address)
{
	static const char tail[] = ".in-addr.arpa";
	size_t size = sizeof tail - 1;
	size_t at = 0;

	if (name->size <= size ||
	    memcmp(name->text + name->size - size, tail, size) != 0)
		return false;
	for (int i = 3; i >= 0; i--) {
		unsigned int byte = 0;
		size_t begin = at;

		while (name->text[at] >= '0' && name->text[at] <= '9' &&
		    at < begin + 3)
			byte = byte * 10 + (unsigned int)
			    (name->text[at++] - '0');
		if (at == begin || byte > UINT8_MAX ||
		    (name->text[at] != '.'))
			return false;
		address[i] = (uint8_t)byte;
		at += i > 0;
	}
	return at == name->size - size;
}

static void
tell(struct look *look, const uint8_t *address, int ip_version,
    const struct dns_name *name)
{
	struct naming *naming = &look->naming;

	if (name->size == 0 || name->size > NAMING_TEXT_MAX ||
	    memchr(name->text, '\0', name->size) != NULL)
		return;
	memset(&naming->address, 0, sizeof naming->address);
	memcpy(naming->address.bytes, address, ip_version == 4 ? 4 : 16);
	naming->ip_version = (uint8_t)ip_version;
	naming->size = (uint8_t)name->size;
	memcpy(naming->text, name->text, name->size);
	naming->text[name->size] = '\0';
	look->found(look->context, naming);
}

/*
 * The host's own name, as it or the server says it (option 12), and the
 * address that it has, asks for (option 50) or is given.
 */
static void
look_dhcp(struct look *look, struct cursor c)
{
	const uint8_t *fixed = cursor_take(&c, DHCP_COOKIE_OFFSET + 4);
	const uint8_t *address;
	struct dns_name name = { 0 };

	if (fixed == NULL ||
	    bytes_be32(fixed + DHCP_COOKIE_OFFSET) != 0x63825363)
		return;
	address = fixed + (fixed[0] == DHCP_REQUEST_OP ?
	    DHCP_CLIENT_ADDRESS : DHCP_YOUR_ADDRESS);
	for (int i = 0; i < DHCP_OPTIONS_MAX; i++) {
		uint8_t option = cursor_u8(&c);
		struct cursor value;

		if (option == DHCP_OPTION_PAD && cursor_ok(&c))
			continue;
		if (option == DHCP_OPTION_END || !cursor_ok(&c))
			break;
		value = cursor_sub(&c, cursor_u8(&c));
		if (option == DHCP_OPTION_HOSTNAME) {
			name.size = cursor_left(&value);
			memcpy(name.text, value.at, name.size);
		} else if (option == DHCP_OPTION_REQUESTED &&
		    cursor_left(&value) == 4 && !is_given(address)) {
			address = value.at;
		}
	}
	if (is_given(address))
		tell(look, address, 4, &name);
}

static bool
is_given(const uint8_t *address)
{
	return bytes_be32(address) != 0;
}

/*
 * A host that registers its name, or answers for it (RFC 1002, 4.2.2 and
 * 4.2.13): a record of type NB whose name is no group's. Names of services
 * end with another byte than 0.
 */
static void
look_netbios(struct look *look, struct cursor c)
{
	const uint8_t *begin = c.at;
	struct dns_header h;
	struct dns_name name;
	struct dns_name question;
	const uint8_t *data;
	uint16_t size;

	if (!dns_read_header(&c, &h) || h.count[0] > 1)
		return;
	if (h.count[0] == 1) {
		if (h.count[1] > 0 || !netbios_name(&c, &question))
			return;
		cursor_skip(&c, 4);
		if (bytes_be16(begin + 10) != 1)
			return;
		cursor_skip(&c, 2);	/* a pointer to the question's name */
		name = question;
	} else if (!h.is_response || h.rcode != 0 || h.count[1] != 1 ||
	    !netbios_name(&c, &name)) {
		return;
	}
	if (cursor_be16(&c) != NETBIOS_TYPE)
		return;
	cursor_skip(&c, 6);
	size = cursor_be16(&c);
	data = cursor_take(&c, 6);
	if (size < 6 || data == NULL || bytes_be16(data) & NETBIOS_GROUP ||
	    name.size == 0)
		return;
	tell(look, data + 2, 4, &name);
}

/* First-level encoding (RFC 1001, 14.1); a name of another kind is empty. */
static bool
netbios_name(struct cursor *c, struct dns_name *name)
{
	const uint8_t *text;
	size_t size = 0;

	name->size = 0;
	if (cursor_u8(c) != NETBIOS_NAME_SIZE)
		return false;
	text = cursor_take(c, NETBIOS_NAME_SIZE);
	if (text == NULL || cursor_u8(c) != 0 || !cursor_ok(c))
		return false;
	for (int i = 0; i < NETBIOS_NAME_SIZE; i += 2) {
		unsigned int high = (unsigned int)text[i] - 'A';
		unsigned int low = (unsigned int)text[i + 1] - 'A';

		if (high > 15 || low > 15)
			return false;
		name->text[i / 2] = (char)(high << 4 | low);
		if (i / 2 < NETBIOS_PADDED && name->text[i / 2] != ' ')
			size = (size_t)i / 2 + 1;
	}
	if (name->text[NETBIOS_PADDED] == 0)
		name->size = size;
	return true;
}
