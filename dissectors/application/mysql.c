/*
 * MySQL and MariaDB, their client/server protocol ("MySQL Internals Manual",
 * Connection Phase): the server greets, the client logs in or asks for TLS.
 *
 *   uint24 size (little endian, as all), uint8 sequence number, then of the
 *   server: 10, version, 0, uint32 thread, byte[8] salt, 0, ...
 *   and of the client: uint32 capabilities, uint32 packet size, charset,
 *   byte[23] zero, user, 0, answer to the salt, database, 0, ...
 */
#include <string.h>

#include "dissect/framing.h"

enum {
	MYSQL_VERSION_10 = 10,
	MYSQL_VERSION_MAX = 80,		/* bytes of the server's version */
	MYSQL_USER_MAX = 128,
	MYSQL_SIZE = 0xffffff,		/* of a header as one number, */
	MYSQL_SEQUENCE = 24,		/* above which this stands */
	MYSQL_TLS_SIZE = 32,		/* of SSLRequest, a login cut off */
	MYSQL_GREETING_MAX = 512,
	MYSQL_LOGIN_MAX = 4096,
	MYSQL_ZEROS = 19,		/* MariaDB uses the last 4 of 23 */
	MYSQL_CONNECT_WITH_DB = 0x8,	/* capabilities */
	MYSQL_PROTOCOL_41 = 0x200,
	MYSQL_TLS = 0x800,
	MYSQL_SECURE = 0x8000,
	MYSQL_AUTH_SIZED = 0x200000
};

enum mysql_fact {
	MYSQL_SERVER,
	MYSQL_USER,
	MYSQL_DATABASE
};

/* The client's first packet, as far as it was read. */
struct login {
	uint32_t	capabilities;
	bool		is_request;	/* for TLS, and nothing behind */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_greeting(struct cursor *, struct cursor *);
static bool		take_login(struct cursor *, struct login *);
static bool		is_version(struct cursor);
static void		read_client(struct dissection *);
static void		read_user(struct dissection *, struct cursor *,
			    uint32_t);
static void		read_server(struct dissection *);

static const struct fact_field fields[] = {
	[MYSQL_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Version that the server says." },
	[MYSQL_USER] = { "user", FACT_TEXT, false, NULL,
	    "Who logs in." },
	[MYSQL_DATABASE] = { "database", FACT_TEXT, false, NULL,
	    "Database that the login names." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct cursor version;
	struct login login;
	uint32_t header = cursor_le32(&c);
	uint32_t size = header & MYSQL_SIZE;
	uint32_t sequence = header >> MYSQL_SEQUENCE;

	if (!p->is_start)
		return PROBE_NO;
	if (!cursor_ok(&c))
		return PROBE_MORE;
	if (size < MYSQL_TLS_SIZE || sequence > 1 ||
	    size > (sequence == 0 ? MYSQL_GREETING_MAX : MYSQL_LOGIN_MAX))
		return PROBE_NO;
	if (cursor_left(&c) > size)
		return PROBE_NO;
	if (sequence == 0 && cursor_left(&c) > 0 &&
	    *c.at != MYSQL_VERSION_10)
		return PROBE_NO;
	if (cursor_left(&c) < size)
		return PROBE_MORE;
	p->sender = sequence == 0 ? ROLE_SERVER : ROLE_CLIENT;
	if (sequence == 0)
		return take_greeting(&c, &version) ? PROBE_SURE : PROBE_NO;
	return take_login(&c, &login) ? PROBE_SURE : PROBE_NO;
}

/* Protocol::HandshakeV10 up to the zero that ends the first salt. */
static bool
take_greeting(struct cursor *c, struct cursor *version)
{
	if (cursor_u8(c) != MYSQL_VERSION_10 ||
	    !framing_take_text(c, version) || !is_version(*version))
		return false;
	cursor_skip(c, 4 + 8);
	return cursor_u8(c) == 0 && cursor_ok(c);
}

/* Protocol::HandshakeResponse41 up to the user. */
static bool
take_login(struct cursor *c, struct login *login)
{
	size_t size = cursor_left(c);
	const uint8_t *zeros;

	login->capabilities = cursor_le32(c);
	cursor_skip(c, 4 + 1);
	zeros = cursor_take(c, MYSQL_ZEROS);
	cursor_skip(c, 4);
	if (zeros == NULL || !cursor_ok(c) ||
	    (login->capabilities & MYSQL_PROTOCOL_41) == 0)
		return false;
	for (int i = 0; i < MYSQL_ZEROS; i++) {
		if (zeros[i] != 0)
			return false;
	}
	login->is_request = size == MYSQL_TLS_SIZE &&
	    (login->capabilities & MYSQL_TLS) != 0;
	return true;
}

/* "8.0.36", "5.5.5-10.11.6-MariaDB", or a name of someone's own. */
static bool
is_version(struct cursor text)
{
	size_t size = cursor_left(&text);

	if (size < 3 || size > MYSQL_VERSION_MAX)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text.at[i] < ' ' || text.at[i] > '~')
			return false;
	}
	return memchr(text.at, '.', size) != NULL;
}

static void
feed(struct dissection *d)
{
	if (d->sender == ROLE_CLIENT)
		read_client(d);
	else
		read_server(d);
}

static void
read_client(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor packet = cursor_sub(&c, cursor_le32(&c) & MYSQL_SIZE);
	struct login login;

	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return;
	}
	d->bytes = c;
	if (!take_login(&packet, &login)) {
		d->is_done = true;
	} else if (login.is_request) {
		dissection_switch(d, "tls");
	} else {
		read_user(d, &packet, login.capabilities);
		d->is_done = true;
	}
}

/* The answer to the salt lies between user and database. */
static void
read_user(struct dissection *d, struct cursor *c, uint32_t capabilities)
{
	struct cursor text;

	if (!framing_take_text(c, &text))
		return;
	dissection_text(d, MYSQL_USER, text.at, cursor_left(&text) <
	    MYSQL_USER_MAX ? cursor_left(&text) : MYSQL_USER_MAX);
	if ((capabilities & (MYSQL_SECURE | MYSQL_AUTH_SIZED)) != 0)
		cursor_skip(c, cursor_u8(c));
	else if (!framing_take_text(c, &text))
		return;
	if ((capabilities & MYSQL_CONNECT_WITH_DB) != 0 &&
	    framing_take_text(c, &text) && cursor_ok(c))
		dissection_text(d, MYSQL_DATABASE, text.at,
		    cursor_left(&text));
}

/* What comes behind the greeting is the end of the login. */
static void
read_server(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint32_t header = cursor_le32(&c);
	struct cursor packet = cursor_sub(&c, header & MYSQL_SIZE);
	struct cursor version;

	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return;
	}
	d->bytes = c;
	if (header >> MYSQL_SEQUENCE == 0 &&
	    take_greeting(&packet, &version))
		dissection_text(d, MYSQL_SERVER, version.at,
		    cursor_left(&version));
	else
		d->is_done = true;
}

const struct application application_mysql = {
	.name = "mysql",
	.title = "MySQL and MariaDB",
	.source = "MySQL Internals Manual, Client/Server Protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 3306 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
