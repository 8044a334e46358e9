/*
 * IEC 60870-5-104: telecontrol over TCP (IEC 60870-5-104, 5). Each unit is
 *
 *   68, size of what follows (1), control (4), and of numbered information
 *   type (1), count (1), cause (1), originator (1), common address (2), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	IEC104_START = 0x68,
	IEC104_CONTROL_SIZE = 4,
	IEC104_SIZE_MAX = 253,
	IEC104_ASDU_MIN = 6,
	IEC104_UNNUMBERED = 3,		/* the lowest bits of control */
	IEC104_SUPERVISORY = 1,
	IEC104_TYPE_MAX = 127,
	IEC104_CAUSE = 0x3f,
	IEC104_CAUSE_MAX = 47,		/* IEC 60870-5-101, 7.2.3 */
	IEC104_START_ACT = 0x07,	/* first byte of control, 5.3 */
	IEC104_START_CON = 0x0b,
	IEC104_UNITS_MAX = 64		/* that are looked at of a flow */
};

enum iec104_fact {
	IEC104_ADDRESS,
	IEC104_TYPES
};

struct iec104_state {
	uint8_t	units;
};

struct type_name {
	uint8_t		 type;
	const char	*name;
};

/* IEC 60870-5-101, 7.2.1, those met in practice. */
static const struct type_name type_names[] = {
	{ 1, "M_SP_NA_1" }, { 3, "M_DP_NA_1" }, { 5, "M_ST_NA_1" },
	{ 7, "M_BO_NA_1" }, { 9, "M_ME_NA_1" }, { 11, "M_ME_NB_1" },
	{ 13, "M_ME_NC_1" }, { 15, "M_IT_NA_1" }, { 21, "M_ME_ND_1" },
	{ 30, "M_SP_TB_1" }, { 31, "M_DP_TB_1" }, { 32, "M_ST_TB_1" },
	{ 33, "M_BO_TB_1" }, { 34, "M_ME_TD_1" }, { 35, "M_ME_TE_1" },
	{ 36, "M_ME_TF_1" }, { 37, "M_IT_TB_1" }, { 45, "C_SC_NA_1" },
	{ 46, "C_DC_NA_1" }, { 47, "C_RC_NA_1" }, { 48, "C_SE_NA_1" },
	{ 49, "C_SE_NB_1" }, { 50, "C_SE_NC_1" }, { 58, "C_SC_TA_1" },
	{ 59, "C_DC_TA_1" }, { 70, "M_EI_NA_1" }, { 100, "C_IC_NA_1" },
	{ 101, "C_CI_NA_1" }, { 102, "C_RD_NA_1" }, { 103, "C_CS_NA_1" },
	{ 105, "C_RP_NA_1" }, { 107, "C_TS_TA_1" }
};

static const struct fact_field fields[] = {
	[IEC104_ADDRESS] = { "address", FACT_NUMBER, false, NULL,
	    "Common address of the first station." },
	[IEC104_TYPES] = { "types", FACT_LIST, false, NULL,
	    "Types of information in the first 64 units, each once." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_unit(struct cursor);
static bool		is_unnumbered(const uint8_t *);
static void		feed(struct dissection *);
static void		note_unit(struct dissection *, struct cursor);

/*
 * Who begins says STARTDT or TESTFR, all of it fixed. What else there is
 * counts on its own port, when all units of the segment are sound.
 */
static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	int units = 0;

	if (at[0] != IEC104_START || (held > 1 && (at[1] <
	    IEC104_CONTROL_SIZE || at[1] > IEC104_SIZE_MAX)))
		return PROBE_NO;
	if (held < 2 + IEC104_CONTROL_SIZE)
		return PROBE_MORE;
	if (p->is_start && at[1] == IEC104_CONTROL_SIZE &&
	    is_unnumbered(at + 2)) {
		if (at[2] == IEC104_START_ACT)
			p->sender = ROLE_CLIENT;
		else if (at[2] == IEC104_START_CON)
			p->sender = ROLE_SERVER;
		return held == 2 + IEC104_CONTROL_SIZE ||
		    at[6] == IEC104_START ? PROBE_SURE : PROBE_NO;
	}
	while (p->is_on_port && cursor_left(&p->own) > 0 &&
	    cursor_u8(&p->own) == IEC104_START &&
	    is_unit(cursor_sub(&p->own, cursor_u8(&p->own))))
		units++;
	return units > 0 && cursor_ok(&p->own) &&
	    cursor_left(&p->own) == 0 ? PROBE_WEAK : PROBE_NO;
}

/* A control field, and what it is the control of. */
static bool
is_unit(struct cursor unit)
{
	const uint8_t *control = cursor_take(&unit, IEC104_CONTROL_SIZE);
	const uint8_t *asdu;

	if (control == NULL)
		return false;
	if ((control[0] & 3) == IEC104_UNNUMBERED)
		return cursor_left(&unit) == 0 && is_unnumbered(control);
	if ((control[0] & 3) == IEC104_SUPERVISORY)
		return cursor_left(&unit) == 0 && control[0] == 1 &&
		    control[1] == 0 && (control[2] & 1) == 0;
	asdu = cursor_take(&unit, IEC104_ASDU_MIN);
	return asdu != NULL && (control[2] & 1) == 0 && asdu[0] != 0 &&
	    asdu[0] <= IEC104_TYPE_MAX && (asdu[2] & IEC104_CAUSE) != 0 &&
	    (asdu[2] & IEC104_CAUSE) <= IEC104_CAUSE_MAX;
}

/* Exactly one of the six functions. */
static bool
is_unnumbered(const uint8_t *control)
{
	static const uint8_t functions[] = { 0x07, 0x0b, 0x13, 0x23, 0x43,
	    0x83 };

	return memchr(functions, control[0], sizeof functions) != NULL &&
	    control[1] == 0 && control[2] == 0 && control[3] == 0;
}

static void
feed(struct dissection *d)
{
	struct iec104_state *state = d->state;
	struct cursor c = d->bytes;

	while (!d->is_done && cursor_left(&c) > 1) {
		uint8_t start = cursor_u8(&c);
		struct cursor unit = cursor_sub(&c, cursor_u8(&c));

		if (start != IEC104_START) {
			d->is_side_done = true;
			return;
		}
		if (!cursor_ok(&c))
			return;
		note_unit(d, unit);
		d->bytes = c;
		d->is_done = ++state->units == IEC104_UNITS_MAX;
	}
}

static void
note_unit(struct dissection *d, struct cursor unit)
{
	const uint8_t *control = cursor_take(&unit, IEC104_CONTROL_SIZE);
	const uint8_t *asdu = cursor_take(&unit, IEC104_ASDU_MIN);

	if (control == NULL || asdu == NULL || (control[0] & 1) != 0)
		return;
	dissection_number(d, IEC104_ADDRESS, bytes_le16(asdu + 4));
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0];
	    i++) {
		if (type_names[i].type == asdu[0])
			dissection_item(d, IEC104_TYPES, type_names[i].name,
			    strlen(type_names[i].name));
	}
}

const struct application application_iec104 = {
	.name = "iec104",
	.title = "IEC 60870-5-104 telecontrol",
	.source = "IEC 60870-5-104",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 2404 },
	.state_size = sizeof(struct iec104_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
