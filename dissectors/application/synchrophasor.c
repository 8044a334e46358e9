/*
 * Synchrophasors: measurements of power grids (IEEE C37.118.2, 6). Each frame
 * ends with a checksum over all of it.
 *
 *   aa, type (3 bits) and version (4 bits), size of all (2), id of the
 *   stream (2), second (4), fraction (4), ... checksum (2)
 */
#include "dissect/application.h"

enum {
	SYNCHROPHASOR_SYNC = 0xaa,
	SYNCHROPHASOR_HEADER_SIZE = 14,
	SYNCHROPHASOR_SIZE_MIN = 16,
	SYNCHROPHASOR_SIZE_MAX = APPLICATION_HELD_MAX,
	SYNCHROPHASOR_VERSION_MAX = 2,
	SYNCHROPHASOR_POLYNOMIAL = 0x1021,
	SYNCHROPHASOR_STATION_SIZE = 16,
	SYNCHROPHASOR_STATION_AT = 6	/* behind TIME_BASE and NUM_PMU */
};

enum synchrophasor_type {
	SYNCHROPHASOR_DATA,
	SYNCHROPHASOR_CONFIGURATION_1 = 2,
	SYNCHROPHASOR_CONFIGURATION_2 = 3,
	SYNCHROPHASOR_COMMAND = 4,
	SYNCHROPHASOR_TYPE_MAX = 5
};

enum synchrophasor_fact {
	SYNCHROPHASOR_ID,
	SYNCHROPHASOR_STATION
};

static const struct fact_field fields[] = {
	[SYNCHROPHASOR_ID] = { "id", FACT_NUMBER, false, NULL,
	    "Number of the data stream." },
	[SYNCHROPHASOR_STATION] = { "station", FACT_TEXT, false, NULL,
	    "Name of the first station in a configuration." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static uint16_t		checksum(const uint8_t *, size_t);
static void		feed(struct dissection *);
static void		note_station(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint8_t type;
	uint16_t size;

	if (held == 0 || at[0] != SYNCHROPHASOR_SYNC)
		return PROBE_NO;
	if (held < 4)
		return p->is_datagram ? PROBE_NO : PROBE_MORE;
	type = at[1] >> 4;
	size = bytes_be16(at + 2);
	if (type > SYNCHROPHASOR_TYPE_MAX || (at[1] & 15) == 0 ||
	    (at[1] & 15) > SYNCHROPHASOR_VERSION_MAX ||
	    size < SYNCHROPHASOR_SIZE_MIN || size > SYNCHROPHASOR_SIZE_MAX)
		return PROBE_NO;
	if (held < size)
		return p->is_datagram ? PROBE_NO : PROBE_MORE;
	if (checksum(at, (size_t)size - 2) != bytes_be16(at + size - 2))
		return PROBE_NO;
	p->sender = type == SYNCHROPHASOR_COMMAND ? ROLE_CLIENT :
	    ROLE_SERVER;
	return PROBE_SURE;
}

/* Annex B. */
static uint16_t
checksum(const uint8_t *at, size_t size)
{
	uint16_t sum = 0xffff;

	for (size_t i = 0; i < size; i++) {
		sum = (uint16_t)(sum ^ at[i] << 8);
		for (int bit = 0; bit < 8; bit++)
			sum = (uint16_t)((sum & 0x8000) != 0 ?
			    sum << 1 ^ SYNCHROPHASOR_POLYNOMIAL : sum << 1);
	}
	return sum;
}

/* Measurements follow each other by the second: the first ends it. */
static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	const uint8_t *header;

	while (!d->is_side_done && (header = cursor_take(&c,
	    SYNCHROPHASOR_HEADER_SIZE)) != NULL) {
		uint8_t type = header[1] >> 4;
		uint16_t size = bytes_be16(header + 2);
		struct cursor body;

		if (header[0] != SYNCHROPHASOR_SYNC ||
		    size < SYNCHROPHASOR_SIZE_MIN) {
			d->is_side_done = true;
			return;
		}
		body = cursor_sub(&c, (size_t)size -
		    SYNCHROPHASOR_HEADER_SIZE);
		if (!cursor_ok(&c)) {
			d->is_side_done = d->is_full;
			return;
		}
		dissection_number(d, SYNCHROPHASOR_ID,
		    bytes_be16(header + 4));
		if (type == SYNCHROPHASOR_CONFIGURATION_1 ||
		    type == SYNCHROPHASOR_CONFIGURATION_2)
			note_station(d, body);
		d->bytes = c;
		d->is_side_done = type == SYNCHROPHASOR_DATA;
	}
}

static void
note_station(struct dissection *d, struct cursor body)
{
	const uint8_t *name;
	size_t size = SYNCHROPHASOR_STATION_SIZE;

	cursor_skip(&body, SYNCHROPHASOR_STATION_AT);
	name = cursor_take(&body, size);
	if (name == NULL)
		return;
	while (size > 0 && (name[size - 1] == ' ' || name[size - 1] == 0))
		size--;
	dissection_text(d, SYNCHROPHASOR_STATION, name, size);
}

const struct application application_synchrophasor = {
	.name = "synchrophasor",
	.title = "Synchrophasor measurements",
	.source = "IEEE C37.118.2",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 4712 },
	.udp_ports = { 4713 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
