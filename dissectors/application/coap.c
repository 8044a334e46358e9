/*
 * CoAP, the Constrained Application Protocol (RFC 7252).
 *
 *   version 1 (2 bits), type (2), size of the token (4)    code
 *   message (2), token
 *   options: delta (4 bits) and size (4), more of either, value
 *   0xff and a payload, if any
 */
#include <string.h>

#include "dissect/application.h"

enum {
	COAP_HEADER_SIZE = 4,
	COAP_TOKEN_MAX = 8,
	COAP_PAYLOAD = 0xff,
	COAP_HOST_OPTION = 3,
	COAP_PATH_OPTION = 11,
	COAP_OPTION_MAX = 292,	/* that IANA knows */
	COAP_OPTIONS_MAX = 64,
	COAP_PATH_MAX = 255,
	COAP_METHODS = 8,
	COAP_ACKNOWLEDGEMENT = 2,	/* types */
	COAP_RESET = 3
};

enum coap_fact {
	COAP_METHOD,
	COAP_HOST,
	COAP_PATH,
	COAP_CODE
};

struct coap_option {
	uint32_t	number;		/* of the last one */
	struct cursor	value;
};

static const struct fact_field fields[] = {
	[COAP_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "Method of the first request." },
	[COAP_HOST] = { "host", FACT_TEXT, false, NULL,
	    "Host that the first request names." },
	[COAP_PATH] = { "path", FACT_TEXT, false, NULL,
	    "Path of the first request that has one." },
	[COAP_CODE] = { "code", FACT_TEXT, false, NULL,
	    "Code of the first response, as \"2.05\"." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* RFC 7252 12.1.1, RFC 8132. */
static const char *const methods[COAP_METHODS] = {
	NULL, "GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"
};

static enum probe_score	probe(struct probe *);
static bool		is_code(uint8_t, uint8_t);
static bool		is_known(uint32_t);
static bool		take_token(struct cursor *, uint8_t *);
static bool		take_option(struct cursor *, struct coap_option *);
static bool		take_extended(struct cursor *, uint32_t *);
static void		feed(struct dissection *);
static void		note_options(struct dissection *, struct cursor);

/* It looks like little: only its port makes it likely. */
static enum probe_score
probe(struct probe *p)
{
	struct coap_option option = { 0 };
	struct cursor c = p->own;
	uint8_t code;

	if (!p->is_on_port || cursor_left(&c) != p->size ||
	    !take_token(&c, &code))
		return PROBE_NO;
	while (cursor_left(&c) > 0 && *c.at != COAP_PAYLOAD) {
		if (!take_option(&c, &option) || !is_known(option.number))
			return PROBE_NO;
	}
	if (cursor_left(&c) == 1 || (code == 0 && p->size > COAP_HEADER_SIZE))
		return PROBE_NO;
	if (code > 0)
		p->sender = code < COAP_METHODS ? ROLE_CLIENT : ROLE_SERVER;
	return PROBE_WEAK;
}

/* What goes with a type: a reset says nothing, and an acknowledgement is no
   request (RFC 7252 4.2). The codes are those of its section 12.1. */
static bool
is_code(uint8_t code, uint8_t type)
{
	uint8_t detail = code & 31;

	if (code < COAP_METHODS)
		return code == 0 || type < COAP_ACKNOWLEDGEMENT;
	if (type == COAP_RESET)
		return false;
	switch (code >> 5) {
	case 2:
		return (detail >= 1 && detail <= 5) || detail == 31;
	case 4:
		return detail <= 22 || detail == 29;
	case 5:
		return detail <= 8;
	default:
		return false;
	}
}

/* Odd numbers are of options that must be understood, of which IANA's registry
   has these; others may be passed over (RFC 7252 5.4.1). */
static bool
is_known(uint32_t number)
{
	static const uint8_t critical[] = { 1, 3, 5, 7, 9, 11, 15, 17, 19,
	    21, 23, 27, 31, 35, 39 };

	return number <= COAP_OPTION_MAX && (number % 2 == 0 ||
	    (number <= UINT8_MAX &&
	    memchr(critical, (int)number, sizeof critical) != NULL));
}

static bool
take_token(struct cursor *c, uint8_t *code)
{
	const uint8_t *at = cursor_take(c, COAP_HEADER_SIZE);

	if (at == NULL || at[0] >> 6 != 1 || (at[0] & 15) > COAP_TOKEN_MAX ||
	    !is_code(at[1], at[0] >> 4 & 3))
		return false;
	*code = at[1];
	cursor_skip(c, at[0] & 15U);
	return cursor_ok(c);
}

static bool
take_option(struct cursor *c, struct coap_option *option)
{
	uint8_t first = cursor_u8(c);
	uint32_t delta = first >> 4;
	uint32_t size = first & 15;

	if (!take_extended(c, &delta) || !take_extended(c, &size))
		return false;
	option->number += delta;
	option->value = cursor_sub(c, size);
	return cursor_ok(c);
}

/* RFC 7252 3.1. */
static bool
take_extended(struct cursor *c, uint32_t *number)
{
	if (*number == 13)
		*number += cursor_u8(c);
	else if (*number == 14)
		*number = 269 + (uint32_t)cursor_be16(c);
	else if (*number == 15)
		return false;
	return cursor_ok(c);
}

static void
feed(struct dissection *d)
{
	uint8_t code;
	char text[4];

	if (!take_token(&d->bytes, &code) || code == 0)
		return;
	if (code < COAP_METHODS) {
		dissection_word(d, COAP_METHOD, methods[code]);
		note_options(d, d->bytes);
		return;
	}
	text[0] = (char)('0' + (code >> 5));
	text[1] = '.';
	text[2] = (char)('0' + (code & 31) / 10);
	text[3] = (char)('0' + (code & 31) % 10);
	dissection_text(d, COAP_CODE, text, sizeof text);
	d->is_done = dissection_has(d, COAP_METHOD);
}

static void
note_options(struct dissection *d, struct cursor c)
{
	struct coap_option option = { 0 };
	char path[COAP_PATH_MAX];
	size_t used = 0;

	for (int i = 0; i < COAP_OPTIONS_MAX && cursor_left(&c) > 0 &&
	    *c.at != COAP_PAYLOAD && take_option(&c, &option); i++) {
		size_t size = cursor_left(&option.value);

		if (option.number == COAP_HOST_OPTION)
			dissection_text(d, COAP_HOST, option.value.at, size);
		if (option.number != COAP_PATH_OPTION ||
		    size + 1 > sizeof path - used)
			continue;
		path[used++] = '/';
		memcpy(path + used, option.value.at, size);
		used += size;
	}
	dissection_text(d, COAP_PATH, path, used);
}

const struct application application_coap = {
	.name = "coap",
	.title = "Constrained Application Protocol",
	.source = "RFC 7252",
	.transports = APPLICATION_UDP,
	.udp_ports = { 5683 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
