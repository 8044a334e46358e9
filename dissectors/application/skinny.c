/*
 * Skinny (SCCP), by which Cisco's phones speak with their call manager. Cisco
 * publishes no specification. All numbers have the least byte first.
 *
 *   size of what follows version (4), version (4), type (4), ...
 *
 * In type 1 (register) the device's name follows, 16 bytes.
 */
#include "dissect/application.h"

enum {
	SKINNY_HEADER_SIZE = 8,
	SKINNY_TYPE_SIZE = 4,
	SKINNY_SIZE_MAX = 4000,
	SKINNY_TYPE_MAX = 0x400,
	SKINNY_VERSION_MAX = 0x20,
	SKINNY_REGISTER = 1,
	SKINNY_NAME_SIZE = 16
};

enum skinny_fact {
	SKINNY_DEVICE
};

static const struct fact_field fields[] = {
	[SKINNY_DEVICE] = { "device", FACT_TEXT, false, NULL,
	    "Name by which the phone registers." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static size_t		name_size(struct cursor);
static void		feed(struct dissection *);

/* Small numbers: elsewhere than at home only who registers is known. */
static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint32_t size;
	uint32_t type;

	for (size_t i = 2; i < 8 && i < held; i++) {
		if (i != 4 && at[i] != 0)
			return PROBE_NO;
	}
	if (held < SKINNY_HEADER_SIZE + SKINNY_TYPE_SIZE)
		return p->is_on_port ? PROBE_MORE : PROBE_NO;
	size = bytes_le32(at);
	type = bytes_le32(at + SKINNY_HEADER_SIZE);
	if (size < SKINNY_TYPE_SIZE || size > SKINNY_SIZE_MAX ||
	    bytes_le32(at + 4) > SKINNY_VERSION_MAX ||
	    type > SKINNY_TYPE_MAX)
		return PROBE_NO;
	cursor_skip(&p->own, SKINNY_HEADER_SIZE + SKINNY_TYPE_SIZE);
	if (type == SKINNY_REGISTER && name_size(p->own) > 3) {
		p->sender = ROLE_CLIENT;
		return PROBE_LIKELY;
	}
	return p->is_on_port ? PROBE_WEAK : PROBE_NO;
}

/* Letters and digits, then zeros; 0 if it is no name. */
static size_t
name_size(struct cursor c)
{
	const uint8_t *at = cursor_take(&c, SKINNY_NAME_SIZE);
	size_t size = 0;

	if (at == NULL)
		return 0;
	while (size < SKINNY_NAME_SIZE && ((at[size] >= '0' &&
	    at[size] <= '9') || (at[size] >= 'A' && at[size] <= 'Z') ||
	    (at[size] >= 'a' && at[size] <= 'z')))
		size++;
	for (size_t i = size; i < SKINNY_NAME_SIZE; i++) {
		if (at[i] != 0)
			return 0;
	}
	return size;
}

/* The phone registers with its first message or did so before. */
static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint32_t size = cursor_le32(&c);
	struct cursor message;
	uint32_t type;

	cursor_skip(&c, 4);
	message = cursor_sub(&c, size);
	if (!cursor_ok(&c) && !d->is_full)
		return;
	type = cursor_le32(&message);
	if (type == SKINNY_REGISTER && name_size(message) > 0)
		dissection_text(d, SKINNY_DEVICE, message.at,
		    name_size(message));
	d->is_side_done = true;
}

const struct application application_skinny = {
	.name = "skinny",
	.title = "Skinny Client Control Protocol",
	.source = "Cisco's own, not published",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 2000 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
