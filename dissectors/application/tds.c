/*
 * TDS, the Tabular Data Stream of Microsoft's SQL Server (MS-TDS): PRELOGIN
 * of both sides settles the encryption, LOGIN7 says who comes. What is
 * encrypted travels as TLS in packets of this protocol.
 *
 *   uint8 type, uint8 status, uint16 size, uint16 process, uint8 packet,
 *   uint8 0, then of PRELOGIN: { uint8 option, uint16 offset, uint16 size }
 *   ..., 0xff, and of LOGIN7: uint32 size (little endian), uint32 version,
 *   ..., { uint16 offset, uint16 characters } of texts in UTF-16
 */
#include <stdio.h>

#include "dissect/application.h"
#include "dissect/utf16.h"

enum {
	TDS_HEADER_SIZE = 8,
	TDS_STATUS_LAST = 1,
	TDS_OPTION_VERSION = 0,
	TDS_OPTION_VERSION_SIZE = 6,
	TDS_OPTION_ENCRYPTION = 1,
	TDS_OPTION_SIZE = 5,
	TDS_OPTION_END = 0xff,
	TDS_LOGIN_TEXTS = 36,	/* where their places begin in LOGIN7 */
	TDS_LOGIN_SIZE = 86	/* at least */
};

enum tds_type {
	TDS_RESPONSE = 4,
	TDS_LOGIN7 = 16,
	TDS_PRELOGIN = 18
};

enum tds_fact {
	TDS_HOST,
	TDS_USER,
	TDS_APPLICATION,
	TDS_SERVER,
	TDS_DATABASE,
	TDS_VERSION,
	TDS_ENCRYPTION
};

struct tds_state {
	bool	has_begun[2];	/* by role less one: its PRELOGIN was seen */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_login(struct cursor);
static bool		is_prelogin(struct cursor);
static void		read_packet(struct dissection *, uint8_t,
			    struct cursor);
static void		read_prelogin(struct dissection *, struct cursor);
static void		note_version(struct dissection *, struct cursor);
static void		note_encryption(struct dissection *, struct cursor);
static void		read_login(struct dissection *, struct cursor);

static const struct fact_field fields[] = {
	[TDS_HOST] = { "host", FACT_TEXT, false, NULL,
	    "What the client calls its host." },
	[TDS_USER] = { "user", FACT_TEXT, false, NULL,
	    "Who logs in." },
	[TDS_APPLICATION] = { "application", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[TDS_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Name of the server that the client asks for." },
	[TDS_DATABASE] = { "database", FACT_TEXT, false, NULL,
	    "Database that the client asks for." },
	[TDS_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "Version that the server says." },
	[TDS_ENCRYPTION] = { "encryption", FACT_TEXT, false, NULL,
	    "What the server says of it: login, on, unsupported or "
	    "required." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint8_t type = cursor_u8(&c);
	uint8_t status = cursor_u8(&c);
	uint16_t size = cursor_be16(&c);
	const uint8_t *rest = cursor_take(&c, 4);

	if (!p->is_start || (type != TDS_PRELOGIN && type != TDS_LOGIN7 &&
	    type != TDS_RESPONSE))
		return PROBE_NO;
	if (rest == NULL)
		return PROBE_MORE;
	if (size <= TDS_HEADER_SIZE || status > TDS_STATUS_LAST ||
	    rest[3] != 0 || cursor_left(&c) > size - (size_t)TDS_HEADER_SIZE)
		return PROBE_NO;
	p->sender = type == TDS_RESPONSE ? ROLE_SERVER : ROLE_CLIENT;
	if (type == TDS_LOGIN7)
		return cursor_left(&c) < 8 ? PROBE_MORE :
		    is_login(c) ? PROBE_SURE : PROBE_NO;
	if (status != TDS_STATUS_LAST || size > 4096)
		return PROBE_NO;
	if (cursor_left(&c) < size - (size_t)TDS_HEADER_SIZE)
		return PROBE_MORE;
	return is_prelogin(c) ? PROBE_SURE : PROBE_NO;
}

/* MS-TDS 2.2.6.4: the size of the whole, and a version 7.0 to 7.4. */
static bool
is_login(struct cursor c)
{
	uint32_t size = cursor_le32(&c);
	uint32_t version = cursor_le32(&c);

	return size >= TDS_LOGIN_SIZE && size < 0x20000 &&
	    version >> 24 >= 0x70 && version >> 24 <= 0x74 &&
	    (version & 0xff00) == 0;
}

/*
 * MS-TDS 2.2.6.5: the version comes first; all places lie within, and the
 * first of them behind the table.
 */
static bool
is_prelogin(struct cursor c)
{
	size_t size = cursor_left(&c);
	struct cursor table = c;
	int count = 0;
	uint8_t option;

	while ((option = cursor_u8(&table)) != TDS_OPTION_END) {
		size_t offset = cursor_be16(&table);
		size_t length = cursor_be16(&table);

		if (!cursor_ok(&table) || offset + length > size)
			return false;
		if (count++ == 0 && (option != TDS_OPTION_VERSION ||
		    length != TDS_OPTION_VERSION_SIZE || offset %
		    TDS_OPTION_SIZE != 1))
			return false;
	}
	return cursor_ok(&table) && count > 0;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor body;
	uint16_t size;
	uint8_t type = cursor_u8(&c);

	cursor_skip(&c, 1);
	size = cursor_be16(&c);
	cursor_skip(&c, 4);
	if (!cursor_ok(&c))
		return;
	if (size < TDS_HEADER_SIZE) {
		d->is_done = true;
		return;
	}
	body = cursor_sub(&c, size - (size_t)TDS_HEADER_SIZE);
	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return;
	}
	d->bytes = c;
	read_packet(d, type, body);
}

/* A second PRELOGIN is TLS; behind it, or the login, nothing is told. */
static void
read_packet(struct dissection *d, uint8_t type, struct cursor body)
{
	struct tds_state *state = d->state;
	bool *has_begun = &state->has_begun[d->sender - ROLE_CLIENT];

	if (type == TDS_LOGIN7 && is_login(body))
		read_login(d, body);
	if (*has_begun || !is_prelogin(body)) {
		d->is_done = true;
		return;
	}
	*has_begun = true;
	if (d->sender == ROLE_SERVER)
		read_prelogin(d, body);
}

static void
read_prelogin(struct dissection *d, struct cursor c)
{
	struct cursor table = c;
	uint8_t option;

	while ((option = cursor_u8(&table)) != TDS_OPTION_END &&
	    cursor_ok(&table)) {
		struct cursor value = c;

		cursor_skip(&value, cursor_be16(&table));
		value = cursor_sub(&value, cursor_be16(&table));
		if (option == TDS_OPTION_VERSION)
			note_version(d, value);
		else if (option == TDS_OPTION_ENCRYPTION)
			note_encryption(d, value);
	}
}

static void
note_version(struct dissection *d, struct cursor c)
{
	unsigned int major = cursor_u8(&c);
	unsigned int minor = cursor_u8(&c);
	unsigned int build = cursor_be16(&c);
	char text[24];

	if (!cursor_ok(&c))
		return;
	(void)snprintf(text, sizeof text, "%u.%u.%u", major, minor, build);
	dissection_word(d, TDS_VERSION, text);
}

static void
note_encryption(struct dissection *d, struct cursor c)
{
	static const char *const words[] = { "login", "on", "unsupported",
	    "required" };
	uint8_t value = cursor_u8(&c);

	if (cursor_ok(&c) && value < sizeof words / sizeof words[0])
		dissection_word(d, TDS_ENCRYPTION, words[value]);
}

/* Their order is that of LOGIN7; -1 is not told (the third is a password). */
static void
read_login(struct dissection *d, struct cursor c)
{
	static const int told[] = { TDS_HOST, TDS_USER, -1, TDS_APPLICATION,
	    TDS_SERVER, -1, -1, -1, TDS_DATABASE };
	struct cursor places = c;
	char text[UTF16_TEXT_MAX];

	cursor_skip(&places, TDS_LOGIN_TEXTS);
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		struct cursor value = c;

		cursor_skip(&value, cursor_le16(&places));
		value = cursor_sub(&value, (size_t)cursor_le16(&places) * 2);
		if (cursor_ok(&places) && cursor_ok(&value) && told[i] >= 0)
			dissection_text(d, (unsigned int)told[i], text,
			    utf16_read(value, text));
	}
}

const struct application application_tds = {
	.name = "tds",
	.title = "Tabular Data Stream (Microsoft SQL Server)",
	.source = "MS-TDS",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1433, 1434 },
	.state_size = sizeof(struct tds_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
