/*
 * Messages of the Domain Name System; see dns_message.h.
 *
 *  0                   1
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * +-------------------------------+
 * |              id               |
 * |Q| opcode|A|T|R|R|  Z  | rcode |
 * |           questions           |
 * |            answers            |
 * |          authorities          |
 * |          additionals          |
 * +-------------------------------+
 */
#include <stdio.h>
#include <string.h>

#include "base/spell.h"
#include "dissect/dns_message.h"

enum {
	DNS_POINTERS_MAX = 16,	/* a name that needs more is no name */
	DNS_OPCODE_MAX = 6,	/* RFC 8490 */
	DNS_COUNT_LIKELY = 256,	/* records of a message in a datagram */
	DNS_LABEL_MAX = 63,
	DNS_TYPE_A = 1,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
	DNS_CLASS_ANY = 255,
	DNS_UNICAST = 0x8000	/* mDNS: in a class, RFC 6762 5.4 */
};

struct type_name {
	uint16_t	 type;
	const char	*name;
};

/* IANA's registry of resource record types, those met in practice. */
static const struct type_name type_names[] = {
	{ 1, "A" }, { 2, "NS" }, { 5, "CNAME" }, { 6, "SOA" }, { 10, "NULL" },
	{ 12, "PTR" }, { 13, "HINFO" }, { 15, "MX" }, { 16, "TXT" },
	{ 17, "RP" }, { 24, "SIG" }, { 25, "KEY" }, { 28, "AAAA" },
	{ 29, "LOC" }, { 32, "NB" }, { 33, "SRV" }, { 35, "NAPTR" },
	{ 36, "KX" }, { 37, "CERT" }, { 39, "DNAME" }, { 41, "OPT" },
	{ 43, "DS" }, { 44, "SSHFP" }, { 46, "RRSIG" }, { 47, "NSEC" },
	{ 48, "DNSKEY" }, { 50, "NSEC3" }, { 51, "NSEC3PARAM" },
	{ 52, "TLSA" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 99, "SPF" },
	{ 249, "TKEY" }, { 250, "TSIG" }, { 251, "IXFR" }, { 252, "AXFR" },
	{ 255, "ANY" }, { 256, "URI" }, { 257, "CAA" }
};

/* IANA's registry of response codes, those of the header. */
static const char *const rcode_names[] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"
};

const struct fact_field dns_fields[DNS_FACTS + 1] = {
	[DNS_QUERY] = { "query", FACT_TEXT, false, NULL,
	    "Name in the first question." },
	[DNS_TYPE] = { "type", FACT_TEXT, false, NULL,
	    "Type of that question." },
	[DNS_RCODE] = { "rcode", FACT_TEXT, false, NULL,
	    "Code of the first response." },
	[DNS_ANSWERS] = { "answers", FACT_LIST, false, NULL,
	    "Addresses and names in the responses, up to 16." },
	[DNS_QUERIES] = { "queries", FACT_NUMBER, false, "messages",
	    "Queries that were sent." },
	[DNS_LATENCY] = { "latency", FACT_SECONDS, false, "seconds",
	    "From the first query to its response." }
};

static bool	read_labels(struct cursor *, const uint8_t *,
		    struct dns_name *, struct cursor *);
static bool	add_label(struct dns_name *, struct cursor *, size_t);
static bool	is_plausible(const struct dns_header *);
static void	note_answers(struct dissection *, struct cursor *,
		    const uint8_t *, int);
static void	note_answer(struct dissection *, const struct dns_record *,
		    const uint8_t *);
static void	note_code(struct dissection *, const char *const *, size_t,
		    unsigned int, unsigned int);

bool
dns_read_header(struct cursor *c, struct dns_header *h)
{
	uint16_t flags;

	h->id = cursor_be16(c);
	flags = cursor_be16(c);
	h->is_response = flags >> 15 != 0;
	h->opcode = flags >> 11 & 15;
	h->is_truncated = (flags >> 9 & 1) != 0;
	h->rcode = flags & 15;
	for (int i = 0; i < 4; i++)
		h->count[i] = cursor_be16(c);
	return cursor_ok(c);
}

/*
 * A name is labels, and may end with a pointer to an earlier one (RFC 1035,
 * 4.1.4): what follows in the cursor is behind the first pointer.
 */
bool
dns_read_name(struct cursor *c, const uint8_t *message, struct dns_name *name)
{
	struct cursor at = *c;
	struct cursor next;
	bool has_jumped = false;

	name->size = 0;
	for (int pointers = 0; pointers < DNS_POINTERS_MAX; pointers++) {
		if (!read_labels(&at, message, name, &next))
			return false;
		if (!has_jumped)
			*c = at;
		if (next.at == NULL) {
			if (name->size == 0)
				name->text[name->size++] = '.';
			name->text[name->size] = '\0';
			return true;
		}
		has_jumped = true;
		at = next;
	}
	return false;
}

/* Up to the name's end or its next pointer; next.at is NULL at the end. */
static bool
read_labels(struct cursor *c, const uint8_t *message, struct dns_name *name,
    struct cursor *next)
{
	const uint8_t *begin = c->at;
	size_t offset;
	uint8_t size;

	*next = (struct cursor){ 0 };
	while ((size = cursor_u8(c)) != 0) {
		if (size <= DNS_LABEL_MAX) {
			if (!add_label(name, c, size))
				return false;
			continue;
		}
		if (size < 0xc0)
			return false;
		offset = (size_t)(size & 0x3f) << 8 | cursor_u8(c);
		/* Backwards alone, so that it ends. */
		if (!cursor_ok(c) || offset >= (size_t)(begin - message))
			return false;
		*next = cursor_over(message + offset,
		    (size_t)(c->end - message) - offset);
		return true;
	}
	return cursor_ok(c);
}

static bool
add_label(struct dns_name *name, struct cursor *c, size_t size)
{
	const uint8_t *label = cursor_take(c, size);

	if (label == NULL || name->size + size + 1 > DNS_NAME_MAX)
		return false;
	if (name->size > 0)
		name->text[name->size++] = '.';
	memcpy(name->text + name->size, label, size);
	name->size += size;
	return true;
}

bool
dns_read_question(struct cursor *c, const uint8_t *message,
    struct dns_question *question)
{
	if (!dns_read_name(c, message, &question->name))
		return false;
	question->type = cursor_be16(c);
	question->class = cursor_be16(c);
	return cursor_ok(c);
}

bool
dns_read_record(struct cursor *c, const uint8_t *message,
    struct dns_record *record)
{
	size_t size;

	if (!dns_read_name(c, message, &record->name))
		return false;
	record->type = cursor_be16(c);
	record->class = cursor_be16(c);
	record->ttl_s = cursor_be32(c);
	size = cursor_be16(c);
	record->data = cursor_sub(c, size);
	return cursor_ok(c);
}

const char *
dns_type_name(uint16_t type)
{
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0];
	    i++) {
		if (type_names[i].type == type)
			return type_names[i].name;
	}
	return NULL;
}

static bool
is_plausible(const struct dns_header *h)
{
	unsigned int all = 0;

	for (int i = 0; i < 4; i++)
		all += h->count[i];
	return all > 0 && all < DNS_COUNT_LIKELY &&
	    h->opcode <= DNS_OPCODE_MAX && h->opcode != 3 &&
	    (h->is_response || h->rcode == 0) &&
	    h->rcode < sizeof rcode_names / sizeof rcode_names[0];
}

enum probe_score
dns_probe(struct probe *p, struct cursor message, uint32_t size)
{
	const uint8_t *begin = message.at;
	struct cursor c = message;
	struct dns_header h;
	struct dns_question question;
	bool is_whole = size == cursor_left(&message);

	if (size < DNS_HEADER_SIZE || !dns_read_header(&c, &h) ||
	    !is_plausible(&h))
		return PROBE_NO;
	p->sender = h.is_response ? ROLE_SERVER : ROLE_CLIENT;
	for (int i = 0; i < h.count[0]; i++) {
		if (!dns_read_question(&c, begin, &question))
			return is_whole || i == 0 ? PROBE_NO : PROBE_LIKELY;
		question.class &= (uint16_t)~DNS_UNICAST;
		if (question.class == 0 || (question.class > 4 &&
		    question.class < 254) || question.class > DNS_CLASS_ANY)
			return PROBE_NO;
	}
	if (h.count[0] == 0)
		return is_whole && h.is_response ? PROBE_WEAK : PROBE_NO;
	return is_whole && cursor_left(&c) == 0 &&
	    h.count[1] + h.count[2] + h.count[3] > 0 ? PROBE_NO : PROBE_SURE;
}

void
dns_feed(struct dissection *d, struct cursor message)
{
	struct dns_state *state = d->state;
	const uint8_t *begin = message.at;
	struct dns_question question;
	struct dns_header h;

	if (!dns_read_header(&message, &h))
		return;
	if (!h.is_response) {
		dissection_count(d, DNS_QUERIES, 1);
		if (!state->has_asked) {
			state->has_asked = true;
			state->asked_id = h.id;
			state->asked_ns = d->ts_ns;
		}
	} else if (state->has_asked && state->asked_id == h.id) {
		dissection_number(d, DNS_LATENCY,
		    (uint64_t)(d->ts_ns - state->asked_ns));
	}
	for (int i = 0; i < h.count[0]; i++) {
		if (!dns_read_question(&message, begin, &question))
			return;
		if (i > 0 || dissection_has(d, DNS_QUERY))
			continue;
		dissection_text(d, DNS_QUERY, question.name.text,
		    question.name.size);
		note_code(d, NULL, 0, DNS_TYPE, question.type);
	}
	if (!h.is_response)
		return;
	note_code(d, rcode_names, sizeof rcode_names / sizeof rcode_names[0],
	    DNS_RCODE, h.rcode);
	note_answers(d, &message, begin, h.count[1]);
}

/* By its name, or else its number; names are those of types if NULL. */
static void
note_code(struct dissection *d, const char *const *names, size_t count,
    unsigned int field, unsigned int code)
{
	const char *name = names == NULL ? dns_type_name((uint16_t)code) :
	    code < count ? names[code] : NULL;
	char text[16];

	if (name == NULL) {
		(void)snprintf(text, sizeof text, "%u", code);
		name = text;
	}
	dissection_word(d, field, name);
}

static void
note_answers(struct dissection *d, struct cursor *c, const uint8_t *begin,
    int count)
{
	struct dns_record record;

	for (int i = 0; i < count; i++) {
		if (!dns_read_record(c, begin, &record))
			return;
		note_answer(d, &record, begin);
	}
}

static void
note_answer(struct dissection *d, const struct dns_record *record,
    const uint8_t *begin)
{
	struct cursor data = record->data;
	struct dns_name name;
	char text[SPELL_ROOM];
	const char *end;

	switch (record->type) {
	case DNS_TYPE_A:
		if (cursor_left(&data) != 4)
			return;
		end = spell_ipv4(text, data.at);
		break;
	case DNS_TYPE_AAAA:
		if (cursor_left(&data) != 16)
			return;
		end = spell_ipv6(text, data.at);
		break;
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
		if (dns_read_name(&data, begin, &name))
			dissection_item(d, DNS_ANSWERS, name.text,
			    name.size);
		return;
	default:
		return;
	}
	dissection_item(d, DNS_ANSWERS, text, (size_t)(end - text));
}
