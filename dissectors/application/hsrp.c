/*
 * HSRP, Cisco's Hot Standby Router Protocol (version 0: RFC 2281, 5; version
 * 2, which Cisco describes, has its fields in an element of type and size).
 *
 *   0:  version 0, op, state, hello, hold, priority, group, 0 (1 each),
 *       authentication (8), virtual address (4)
 *   2:  type 1, size 40, version 2, op, state, IP version (1 each),
 *       group (2), identifier (6), priority (4), hello, hold (4 each),
 *       virtual address (16)
 */
#include "base/spell.h"
#include "dissect/application.h"

enum {
	HSRP_SIZE = 20,
	HSRP_OP_MAX = 3,
	HSRP_2_SIZE = 42,
	HSRP_2_TYPE = 1,
	HSRP_2_COUNTED = 40,
	HSRP_2_VERSION = 2,
	HSRP_2_STATE_MAX = 6
};

enum hsrp_fact {
	HSRP_VERSION,
	HSRP_GROUP,
	HSRP_PRIORITY,
	HSRP_ADDRESS
};

static const struct fact_field fields[] = {
	[HSRP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol." },
	[HSRP_GROUP] = { "group", FACT_NUMBER, false, NULL,
	    "Group of the routers that stand by." },
	[HSRP_PRIORITY] = { "priority", FACT_NUMBER, false, NULL,
	    "Priority of the sender." },
	[HSRP_ADDRESS] = { "address", FACT_TEXT, false, NULL,
	    "Virtual address of the group." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_peek(&p->own, HSRP_SIZE);

	if (at == NULL || !p->is_on_port)
		return PROBE_NO;
	if (at[0] == HSRP_2_TYPE && at[1] == HSRP_2_COUNTED &&
	    at[2] == HSRP_2_VERSION && at[3] <= HSRP_OP_MAX &&
	    at[4] <= HSRP_2_STATE_MAX && (at[5] == 4 || at[5] == 6) &&
	    p->size >= HSRP_2_SIZE)
		return PROBE_SURE;
	/* The states are single bits. */
	return at[0] == 0 && at[1] <= HSRP_OP_MAX &&
	    (at[2] & (at[2] - 1)) == 0 && at[2] <= 16 && at[7] == 0 &&
	    at[4] > at[3] ? PROBE_WEAK : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_peek(&d->bytes, HSRP_SIZE);
	const uint8_t *address;
	char text[SPELL_ROOM];
	bool is_second;

	d->is_done = true;
	if (at == NULL)
		return;
	is_second = at[0] == HSRP_2_TYPE;
	dissection_number(d, HSRP_VERSION, is_second ? at[2] : at[0]);
	dissection_number(d, HSRP_GROUP, is_second ? bytes_be16(at + 6) :
	    at[6]);
	dissection_number(d, HSRP_PRIORITY, is_second ?
	    bytes_be32(at + 14) : at[5]);
	cursor_skip(&d->bytes, is_second ? 26 : 16);
	address = cursor_take(&d->bytes, is_second && at[5] == 6 ? 16 : 4);
	if (address == NULL)
		return;
	dissection_text(d, HSRP_ADDRESS, text, (size_t)((is_second &&
	    at[5] == 6 ? spell_ipv6(text, address) :
	    spell_ipv4(text, address)) - text));
}

const struct application application_hsrp = {
	.name = "hsrp",
	.title = "Hot Standby Router Protocol",
	.source = "RFC 2281",
	.transports = APPLICATION_UDP,
	.udp_ports = { 1985, 2029 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
