/*
 * Bitcoin's network of peers (developer.bitcoin.org, "P2P Network"), and
 * those of its kin that kept the format. All numbers have the least byte
 * first.
 *
 *   magic of the network (4), command (12, filled with zeros), size (4),
 *   checksum (4), payload
 *
 * The first is "version": version (4), services (8), time (8), two addresses
 * (26 each), nonce (8), size of the agent's name (1), the name, height (4).
 * Until 2012 it came without a checksum.
 */
#include <string.h>

#include "dissect/application.h"

enum {
	BITCOIN_MAGIC_SIZE = 4,
	BITCOIN_COMMAND_SIZE = 12,
	BITCOIN_HEADER_SIZE = 24,
	BITCOIN_SUM_SIZE = 4,
	BITCOIN_UNSUMMED_MAX = 100000,	/* a version stands in its place */
	BITCOIN_VERSION_REST = 76,	/* from services to the name */
	BITCOIN_AGENT_MAX = 252		/* more has a longer size */
};

enum bitcoin_fact {
	BITCOIN_NETWORK,
	BITCOIN_VERSION,
	BITCOIN_AGENT
};

struct network {
	uint8_t		 magic[BITCOIN_MAGIC_SIZE];
	const char	*name;
};

static const struct network networks[] = {
	{ { 0xf9, 0xbe, 0xb4, 0xd9 }, "bitcoin" },
	{ { 0x0b, 0x11, 0x09, 0x07 }, "testnet3" },
	{ { 0x1c, 0x16, 0x3f, 0x28 }, "testnet4" },
	{ { 0x0a, 0x03, 0xcf, 0x40 }, "signet" },
	{ { 0xfa, 0xbf, 0xb5, 0xda }, "regtest" },
	{ { 0xe3, 0xe1, 0xf3, 0xe8 }, "bitcoin-cash" },
	{ { 0xfb, 0xc0, 0xb6, 0xdb }, "litecoin" },
	{ { 0xc0, 0xc0, 0xc0, 0xc0 }, "dogecoin" },
	{ { 0xbf, 0x0c, 0x6b, 0xbd }, "dash" }
};

static const struct fact_field fields[] = {
	[BITCOIN_NETWORK] = { "network", FACT_TEXT, false, NULL,
	    "Which network it is, by its magic." },
	[BITCOIN_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol that the first speaks." },
	[BITCOIN_AGENT] = { "agents", FACT_LIST, false, NULL,
	    "Programs of the two sides, the first to speak first." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static const char	*network_name(const uint8_t *, size_t);
static bool		is_command(const uint8_t *);
static void		feed(struct dissection *);
static void		note_version(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);

	if (network_name(p->own.at, held < BITCOIN_MAGIC_SIZE ? held :
	    BITCOIN_MAGIC_SIZE) == NULL)
		return PROBE_NO;
	if (held < BITCOIN_MAGIC_SIZE + BITCOIN_COMMAND_SIZE)
		return PROBE_MORE;
	return is_command(p->own.at + BITCOIN_MAGIC_SIZE) ? PROBE_SURE :
	    PROBE_NO;
}

/* Of the network whose magic begins with these bytes. */
static const char *
network_name(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		if (memcmp(networks[i].magic, at, size) == 0)
			return networks[i].name;
	}
	return NULL;
}

/* Small letters and digits, then zeros to the end. */
static bool
is_command(const uint8_t *at)
{
	int size = 0;

	while (size < BITCOIN_COMMAND_SIZE && ((at[size] >= 'a' &&
	    at[size] <= 'z') || (at[size] >= '0' && at[size] <= '9')))
		size++;
	for (int i = size; i < BITCOIN_COMMAND_SIZE; i++) {
		if (at[i] != 0)
			return false;
	}
	return size > 1;
}

/* Each side begins with its version; who is met later tells none. */
static void
feed(struct dissection *d)
{
	static const char command[] = "version";
	struct cursor c = d->bytes;
	const uint8_t *header = cursor_take(&c, BITCOIN_HEADER_SIZE);
	const char *name;

	if (header == NULL)
		return;
	name = network_name(header, BITCOIN_MAGIC_SIZE);
	if (name != NULL)
		dissection_word(d, BITCOIN_NETWORK, name);
	d->is_side_done = true;
	if (memcmp(header + BITCOIN_MAGIC_SIZE, command, sizeof command) != 0)
		return;
	c = d->bytes;
	cursor_skip(&c, BITCOIN_HEADER_SIZE - BITCOIN_SUM_SIZE);
	if (bytes_le32(header + BITCOIN_HEADER_SIZE - BITCOIN_SUM_SIZE) >
	    BITCOIN_UNSUMMED_MAX)
		cursor_skip(&c, BITCOIN_SUM_SIZE);
	c = cursor_sub(&c, bytes_le32(header + 16));
	if (cursor_ok(&c))
		note_version(d, c);
	else
		d->is_side_done = d->is_full;
}

static void
note_version(struct dissection *d, struct cursor payload)
{
	uint32_t version = cursor_le32(&payload);
	uint8_t size;
	const uint8_t *agent;

	if (cursor_ok(&payload))
		dissection_number(d, BITCOIN_VERSION, version);
	cursor_skip(&payload, BITCOIN_VERSION_REST);
	size = cursor_u8(&payload);
	agent = cursor_take(&payload, size);
	if (agent != NULL && size <= BITCOIN_AGENT_MAX)
		dissection_item(d, BITCOIN_AGENT, agent, size);
}

const struct application application_bitcoin = {
	.name = "bitcoin",
	.title = "Bitcoin peers",
	.source = "developer.bitcoin.org, P2P Network",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 8333, 18333 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
