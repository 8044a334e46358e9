/*
 * BFD, Bidirectional Forwarding Detection (RFC 5880, 4.1; over UDP by RFC
 * 5881). What a system echoes to itself on port 3785 has any form.
 *
 *   version 1 (3 bits), diagnostic (5 bits), state (2 bits), flags (6 bits),
 *   multiplier (1), size (1), own and other discriminator (4 each),
 *   three intervals (4 each)
 */
#include "dissect/application.h"

enum {
	BFD_SIZE = 24,
	BFD_VERSION = 1,
	BFD_DIAGNOSTIC_MAX = 9,
	BFD_IS_AUTHENTIC = 0x04,
	BFD_IS_MULTIPOINT = 0x01,
	BFD_AUTHENTICATION_MIN = 2
};

enum bfd_fact {
	BFD_STATE,
	BFD_DIAGNOSTIC
};

static const char *const state_names[] = { "admin-down", "down", "init",
	"up" };

static const struct fact_field fields[] = {
	[BFD_STATE] = { "state", FACT_TEXT, false, NULL,
	    "State of the sender in the first message." },
	[BFD_DIAGNOSTIC] = { "diagnostic", FACT_NUMBER, false, NULL,
	    "Why the session went down last; 0 is nothing." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

/* All that 6.8.6 has a receiver check. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_take(&p->own, BFD_SIZE);
	bool is_sized;

	if (at == NULL || !p->is_on_port || at[0] >> 5 != BFD_VERSION ||
	    (at[0] & 31) > BFD_DIAGNOSTIC_MAX ||
	    (at[1] & BFD_IS_MULTIPOINT) != 0 || at[2] == 0 ||
	    bytes_be32(at + 4) == 0 || at[3] != p->size)
		return PROBE_NO;
	is_sized = (at[1] & BFD_IS_AUTHENTIC) != 0 ?
	    p->size >= BFD_SIZE + BFD_AUTHENTICATION_MIN :
	    p->size == BFD_SIZE;
	return is_sized ? PROBE_WEAK : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, BFD_SIZE);

	if (at == NULL)
		return;
	dissection_word(d, BFD_STATE, state_names[at[1] >> 6]);
	dissection_number(d, BFD_DIAGNOSTIC, at[0] & 31);
	d->is_done = true;
}

const struct application application_bfd = {
	.name = "bfd",
	.title = "Bidirectional Forwarding Detection",
	.source = "RFC 5880, RFC 5881",
	.transports = APPLICATION_UDP,
	.udp_ports = { 3784, 4784, 6784 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
