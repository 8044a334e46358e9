/*
 * Hellos of TLS; see tls_hello.h.
 *
 *   ClientHello: version(2) random(32) session_id(1+n) [cookie(1+n), DTLS]
 *                ciphers(2+n) compressions(1+n) extensions(2+n)
 *   ServerHello: version(2) random(32) session_id(1+n) cipher(2)
 *                compression(1) extensions(2+n)
 */
#include <stdio.h>
#include <string.h>

#include "dissect/certificate.h"
#include "dissect/tls_cipher.h"
#include "dissect/tls_fingerprint.h"
#include "dissect/tls_hello.h"

enum { RANDOM_SIZE = 32, SESSION_ID_MAX = 32 };

struct tls_version {
	uint16_t	 number;
	const char	*name;
};

static bool	read_head(struct cursor *, struct tls_hello *);
static bool	read_client(struct cursor, enum tls_carrier,
		    struct tls_hello *);
static bool	read_server(struct cursor, struct tls_hello *);
static void	read_extensions(struct cursor *, struct tls_hello *);
static void	read_extension(struct tls_hello *, uint16_t,
		    struct cursor);
static struct cursor read_name(struct cursor);
static struct cursor list_behind(struct cursor, size_t);
static struct cursor first_protocol(const struct tls_hello *);
static uint16_t	chosen_version(const struct tls_hello *);
static void	note_cipher(struct dissection *, uint16_t);

const struct fact_field tls_fields[TLS_FACTS + 1] = {
	[TLS_SNI] = { "sni", FACT_TEXT, false, NULL,
	    "The name of the server that the client asks for." },
	[TLS_ALPN] = { "alpn", FACT_TEXT, false, NULL,
	    "The protocol inside: what the server chose, or, if that is not "
	    "to be seen, what the client would like best." },
	[TLS_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "The version that the server chose." },
	[TLS_CIPHER] = { "cipher", FACT_TEXT, false, NULL,
	    "The cipher suite that the server chose." },
	[TLS_JA3] = { "ja3", FACT_TEXT, false, NULL,
	    "JA3 of the client: the MD5 of what it offers." },
	[TLS_JA3S] = { "ja3s", FACT_TEXT, false, NULL,
	    "JA3S of the server: the MD5 of what it answers." },
	[TLS_JA4] = { "ja4", FACT_TEXT, false, NULL,
	    "JA4 of the client: what it offers, in order of number." },
	[TLS_SUBJECT] = { "subject", FACT_TEXT, false, NULL,
	    "Whose certificate the server shows (TLS 1.2 and before)." },
	[TLS_ISSUER] = { "issuer", FACT_TEXT, false, NULL,
	    "Who signed the certificate." },
	[TLS_NOT_BEFORE] = { "not_before", FACT_TIME, false, NULL,
	    "When the certificate begins to be valid." },
	[TLS_NOT_AFTER] = { "not_after", FACT_TIME, false, NULL,
	    "When the certificate ceases to be valid." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const struct tls_version versions[] = {
	{ 0x0304, "tls1.3" },
	{ 0x0303, "tls1.2" },
	{ 0x0302, "tls1.1" },
	{ 0x0301, "tls1.0" },
	{ 0x0300, "ssl3" },
	{ 0x0002, "ssl2" },
	{ 0xfefc, "dtls1.3" },
	{ 0xfefd, "dtls1.2" },
	{ 0xfeff, "dtls1.0" },
	{ 0x0100, "dtls0.9" }
};

/* SHA-256 of "HelloRetryRequest" instead of a random (RFC 8446, 4.1.3). */
static const uint8_t retry_random[RANDOM_SIZE] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
	0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
	0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c
};

bool
tls_note_client(struct dissection *d, struct cursor body,
    enum tls_carrier carrier, bool is_whole)
{
	struct tls_hello hello = { .is_whole = is_whole };
	struct cursor protocol;
	char text[TLS_FINGERPRINT_TEXT];

	if (!read_client(body, carrier, &hello))
		return false;
	dissection_text(d, TLS_SNI, hello.name.at, cursor_left(&hello.name));
	protocol = first_protocol(&hello);
	dissection_text(d, TLS_ALPN, protocol.at, cursor_left(&protocol));
	if (!hello.is_whole)
		return true;
	if (tls_fingerprint_ja3(&hello, text))
		dissection_word(d, TLS_JA3, text);
	if (tls_fingerprint_ja4(&hello, carrier, text))
		dissection_word(d, TLS_JA4, text);
	return true;
}

bool
tls_read_name(struct cursor body, struct cursor *name)
{
	struct tls_hello hello = { .is_whole = true };

	if (!read_client(body, TLS_OVER_TCP, &hello))
		return false;
	*name = hello.name;
	return cursor_left(name) > 0;
}

enum tls_answer
tls_note_server(struct dissection *d, struct cursor body)
{
	struct tls_hello hello = { .is_whole = true };
	struct cursor protocol;
	char text[TLS_FINGERPRINT_TEXT];
	uint16_t version;

	if (!read_server(body, &hello))
		return TLS_ANSWER_BAD;
	version = chosen_version(&hello);
	tls_note_version(d, version);
	note_cipher(d, bytes_be16(hello.ciphers.at));
	if (hello.is_retry)
		return TLS_ANSWER_RETRY;
	protocol = first_protocol(&hello);
	dissection_replace(d, TLS_ALPN, protocol.at, cursor_left(&protocol));
	if (hello.is_whole && tls_fingerprint_ja3s(&hello, text))
		dissection_word(d, TLS_JA3S, text);
	return version == 0x0304 || version == 0xfefc ? TLS_ANSWER_HIDDEN :
	    TLS_ANSWER_CLEAR;
}

bool
tls_note_certificate(struct dissection *d, struct cursor body)
{
	struct certificate certificate;
	struct cursor leaf;

	cursor_skip(&body, 3);
	leaf = cursor_sub(&body, cursor_be24(&body));
	if (!cursor_ok(&body))
		return false;
	if (!certificate_read(leaf, &certificate))
		return true;
	dissection_word(d, TLS_SUBJECT, certificate.subject);
	dissection_word(d, TLS_ISSUER, certificate.issuer);
	if (certificate.has_not_before)
		dissection_number(d, TLS_NOT_BEFORE,
		    (uint64_t)certificate.not_before_ns);
	if (certificate.has_not_after)
		dissection_number(d, TLS_NOT_AFTER,
		    (uint64_t)certificate.not_after_ns);
	return true;
}

/* A draft of 1.3 has a number of its own, 0x7f and that of the draft. */
void
tls_note_version(struct dissection *d, uint16_t version)
{
	if (version >> 8 == 0x7f)
		version = 0x0304;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (versions[i].number == version)
			dissection_word(d, TLS_VERSION, versions[i].name);
	}
}

static void
note_cipher(struct dissection *d, uint16_t number)
{
	const char *name = tls_cipher_name(number);
	char hex[sizeof "0x0000"];

	if (name == NULL) {
		(void)snprintf(hex, sizeof hex, "0x%04x",
		    (unsigned int)number);
		name = hex;
	}
	dissection_word(d, TLS_CIPHER, name);
}

/* What both hellos begin with. */
static bool
read_head(struct cursor *c, struct tls_hello *hello)
{
	const uint8_t *random;
	uint8_t size;

	hello->version = cursor_be16(c);
	random = cursor_take(c, RANDOM_SIZE);
	if (random == NULL)
		return false;
	hello->is_retry = memcmp(random, retry_random, RANDOM_SIZE) == 0;
	size = cursor_u8(c);
	cursor_skip(c, size);
	return cursor_ok(c) && size <= SESSION_ID_MAX;
}

static bool
read_client(struct cursor c, enum tls_carrier carrier,
    struct tls_hello *hello)
{
	if (!read_head(&c, hello))
		return false;
	if (carrier == TLS_OVER_UDP)
		cursor_skip(&c, cursor_u8(&c));
	hello->ciphers = cursor_sub(&c, cursor_be16(&c));
	cursor_skip(&c, cursor_u8(&c));
	if (!cursor_ok(&c))
		return false;
	read_extensions(&c, hello);
	return true;
}

static bool
read_server(struct cursor c, struct tls_hello *hello)
{
	if (!read_head(&c, hello))
		return false;
	hello->ciphers = cursor_sub(&c, 2);
	cursor_skip(&c, 1);
	if (!cursor_ok(&c))
		return false;
	read_extensions(&c, hello);
	return true;
}

/* A hello may end without any; one that was cut off has the first of them. */
static void
read_extensions(struct cursor *c, struct tls_hello *hello)
{
	struct cursor list;
	uint16_t size;

	if (cursor_left(c) == 0)
		return;
	size = cursor_be16(c);
	if (!cursor_ok(c) || size > cursor_left(c))
		hello->is_whole = false;
	cursor_limit(c, size);
	hello->extensions = *c;
	list = *c;
	while (cursor_left(&list) > 0) {
		uint16_t type = cursor_be16(&list);
		struct cursor one = cursor_sub(&list, cursor_be16(&list));

		if (!cursor_ok(&list)) {
			hello->is_whole = false;
			return;
		}
		read_extension(hello, type, one);
	}
}

static void
read_extension(struct tls_hello *hello, uint16_t type, struct cursor one)
{
	switch (type) {
	case TLS_EXTENSION_SERVER_NAME:
		hello->has_name = true;
		hello->name = read_name(one);
		break;
	case TLS_EXTENSION_GROUPS:
		hello->groups = list_behind(one, 2);
		break;
	case TLS_EXTENSION_POINT_FORMATS:
		hello->formats = list_behind(one, 1);
		break;
	case TLS_EXTENSION_SIGNATURES:
		hello->has_signatures = true;
		hello->signatures = list_behind(one, 2);
		break;
	case TLS_EXTENSION_ALPN:
		hello->alpn = list_behind(one, 2);
		break;
	case TLS_EXTENSION_VERSIONS:
		/* The server's is one number without a size. */
		hello->versions = cursor_left(&one) == 2 ? one :
		    list_behind(one, 1);
		break;
	default:
		break;
	}
}

/* A list behind its size in one byte or two; empty if it is not so. */
static struct cursor
list_behind(struct cursor one, size_t size_size)
{
	size_t size = size_size == 1 ? cursor_u8(&one) : cursor_be16(&one);

	return cursor_sub(&one, size);
}

/* The first host name (RFC 6066, section 3): type(1) name(2+n). */
static struct cursor
read_name(struct cursor one)
{
	struct cursor list = list_behind(one, 2);

	if (cursor_u8(&list) != 0)
		return cursor_over(list.at, 0);
	return cursor_sub(&list, cursor_be16(&list));
}

static struct cursor
first_protocol(const struct tls_hello *hello)
{
	struct cursor list = hello->alpn;
	struct cursor one = list;

	while (cursor_left(&list) > 0) {
		one = cursor_sub(&list, cursor_u8(&list));
		if (cursor_left(&one) != 2 ||
		    !tls_is_grease(bytes_be16(one.at)))
			return one;
	}
	return (struct cursor){ .at = list.at, .end = list.at };
}

static uint16_t
chosen_version(const struct tls_hello *hello)
{
	struct cursor c = hello->versions;
	uint16_t version = cursor_be16(&c);

	if (version >> 8 == 0x7f || hello->version >> 8 == 0x7f)
		return 0x0304;
	return version != 0 ? version : hello->version;
}
