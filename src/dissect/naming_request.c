/*
 * Names in what clients ask; see naming_request.h.
 */
#include <string.h>

#include "dissect/http_message.h"
#include "dissect/naming_request.h"
#include "dissect/tls_hello.h"

enum {
	FIELDS_MAX = 32,	/* of a request, that are looked at */
	RECORD_HEADER_SIZE = 5,
	MESSAGE_HEADER_SIZE = 4
};

static bool	read_hello(struct cursor, struct cursor *);
static bool	read_request(struct cursor, struct cursor *);

bool
naming_request(const struct conversation *t, struct naming *naming)
{
	struct cursor c = cursor_over(t->payload, t->payload_captured);
	bool is_hello = *t->payload == NAMING_TLS_HANDSHAKE;
	struct cursor name;
	size_t size;

	if (!(is_hello ? read_hello(c, &name) : read_request(c, &name)))
		return false;
	size = naming_host_size(name.at, cursor_left(&name));
	if (size == 0 || size > NAMING_TEXT_MAX)
		return false;
	naming->source = is_hello ? NAMING_SNI : NAMING_HTTP;
	naming->size = (uint8_t)size;
	memcpy(naming->text, name.at, size);
	naming->text[size] = '\0';
	return true;
}

/* A record that begins with a ClientHello; the end of it may be missing. */
static bool
read_hello(struct cursor c, struct cursor *name)
{
	const uint8_t *record = cursor_take(&c, RECORD_HEADER_SIZE);
	const uint8_t *message = cursor_take(&c, MESSAGE_HEADER_SIZE);

	if (message == NULL || record[1] != 3 ||
	    message[0] != TLS_CLIENT_HELLO)
		return false;
	cursor_limit(&c, bytes_be24(message + 1));
	return tls_read_name(c, name);
}

/* "GET /index.html HTTP/1.1", and then "Host: www.example.org". */
static bool
read_request(struct cursor c, struct cursor *name)
{
	struct http_request request;
	struct cursor field;
	struct cursor line;

	if (!http_take_line(&c, &line) ||
	    !http_read_request(line, &request) ||
	    cursor_left(&request.target) == 0 || *request.target.at != '/')
		return false;
	for (int i = 0; i < FIELDS_MAX && http_take_line(&c, &line); i++) {
		if (!http_read_field(line, &field, name))
			return false;
		if (http_is(&field, "host"))
			return true;
	}
	return false;
}

size_t
naming_host_size(const uint8_t *text, size_t size)
{
	bool is_name = false;
	size_t used = 0;

	while (used < size && text[used] != ':' && text[used] != '\0') {
		is_name |= text[used] != '.' &&
		    (text[used] < '0' || text[used] > '9');
		used++;
	}
	return is_name && text[0] != '[' ? used : 0;
}
