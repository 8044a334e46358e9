/*
 * Packets of QUIC; see quic_packet.h.
 *
 *   first byte: 1, 1, type(2 bits), reserved(2), size of number(2)
 *   version(4) destination(1+n) source(1+n)
 *   Initial: token(number+n); all but Retry: size(number) number(1..4) ...
 */
#include <string.h>

#include "base/cipher.h"
#include "dissect/quic_packet.h"

enum {
	SALT_SIZE = 20,
	HEADER_MAX = 512,	/* with a long token */
	NUMBER_MAX = 4,
	RETRY_TAG_SIZE = 16
};

/*
 * Versions from one number to another, and the salt of their keys: RFC 9001,
 * section 5.2, RFC 9369, section 3.3.1, and section 5.2 of each draft of
 * draft-ietf-quic-tls; those of Google and Facebook as their sources have it.
 */
struct quic_version {
	uint32_t	first;
	uint32_t	last;
	bool		is_second;	/* labels and types of version 2 */
	uint8_t		salt[SALT_SIZE];
};

struct quic_keys {
	uint8_t	key[CIPHER_BLOCK_SIZE];
	uint8_t	nonce[CIPHER_NONCE_SIZE];
	uint8_t	mask[CIPHER_BLOCK_SIZE];
};

static const struct quic_version *version_at(uint32_t);
static bool	make_keys(const struct quic_version *, struct cursor, bool,
		    struct quic_keys *);

static const struct quic_version versions[] = {
	{ 0x00000001, 0x00000001, false, {
	    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	    0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a } },
	{ 0x6b3343cf, 0x6b3343cf, true, {
	    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
	    0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 } },
	/* Drafts 22, 23 to 28, 29 to 32, and 33 and 34. */
	{ 0xff000016, 0xff000016, false, {
	    0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
	    0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a } },
	{ 0xff000017, 0xff00001c, false, {
	    0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
	    0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 } },
	{ 0xff00001d, 0xff000020, false, {
	    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
	    0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 } },
	{ 0xff000021, 0xff000022, false, {
	    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	    0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a } },
	/* Facebook's mvfst. */
	{ 0xfaceb001, 0xfaceb001, false, {
	    0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
	    0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a } },
	{ 0xfaceb002, 0xfaceb002, false, {
	    0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
	    0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 } },
	/* Google's Q050, T050 and T051. */
	{ 0x51303530, 0x51303530, false, {
	    0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
	    0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45 } },
	{ 0x54303530, 0x54303530, false, {
	    0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
	    0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 } },
	{ 0x54303531, 0x54303531, false, {
	    0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
	    0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d } }
};

static const struct quic_version *
version_at(uint32_t number)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (number >= versions[i].first && number <= versions[i].last)
			return &versions[i];
	}
	return NULL;
}

bool
quic_is_version(uint32_t number)
{
	return version_at(number) != NULL;
}

uint64_t
quic_number(struct cursor *c)
{
	uint64_t number = cursor_u8(c);
	unsigned int more = (1U << (number >> 6)) - 1;

	number &= 0x3f;
	while (more-- > 0)
		number = number << 8 | cursor_u8(c);
	return number;
}

bool
quic_take_packet(struct cursor *datagram, struct quic_packet *packet)
{
	struct cursor c = *datagram;
	const struct quic_version *version;
	uint8_t first = cursor_u8(&c);
	uint64_t size;

	*packet = (struct quic_packet){ .version = cursor_be32(&c) };
	version = version_at(packet->version);
	if (!cursor_ok(&c) || (first & 0xc0) != 0xc0 ||
	    (version == NULL && !quic_is_reserved(packet->version)))
		return false;
	packet->type = (enum quic_type)((unsigned int)((first >> 4) -
	    (version != NULL && version->is_second)) & 3);
	packet->destination = cursor_sub(&c, cursor_u8(&c));
	packet->source = cursor_sub(&c, cursor_u8(&c));
	if (!cursor_ok(&c) || cursor_left(&packet->destination) >
	    QUIC_ID_MAX || cursor_left(&packet->source) > QUIC_ID_MAX)
		return false;
	if (packet->type == QUIC_RETRY) {
		packet->whole = *datagram;
		datagram->at = datagram->end;
		return cursor_left(&c) > RETRY_TAG_SIZE;
	}
	if (packet->type == QUIC_INITIAL) {
		size = quic_number(&c);
		packet->has_token = size > 0;
		cursor_skip(&c, size < SIZE_MAX ? (size_t)size : SIZE_MAX);
	}
	size = quic_number(&c);
	if (!cursor_ok(&c) || size < NUMBER_MAX + CIPHER_TAG_SIZE)
		return false;
	packet->number_at = (size_t)(c.at - datagram->at);
	packet->is_whole = size <= cursor_left(&c);
	if (!packet->is_whole)
		size = cursor_left(&c);
	packet->whole = cursor_sub(datagram, packet->number_at +
	    (size_t)size);
	return true;
}

bool
quic_open(const struct quic_packet *packet, struct cursor first_id,
    bool is_from_client, uint8_t *bytes, struct cursor *payload)
{
	const struct quic_version *version = version_at(packet->version);
	struct quic_keys keys;
	struct cursor sealed = packet->whole;
	const uint8_t *from = sealed.at + packet->number_at;
	size_t size = packet->number_at;
	uint8_t header[HEADER_MAX + NUMBER_MAX];
	uint8_t mask[CIPHER_BLOCK_SIZE];
	size_t number_size;

	if (version == NULL || !packet->is_whole || size > HEADER_MAX ||
	    cursor_left(&sealed) > QUIC_PACKET_MAX ||
	    cursor_left(&sealed) < size + NUMBER_MAX + CIPHER_BLOCK_SIZE ||
	    !make_keys(version, first_id, is_from_client, &keys) ||
	    !cipher_block(keys.mask, from + NUMBER_MAX, mask))
		return false;
	memcpy(header, sealed.at, size + NUMBER_MAX);
	header[0] ^= mask[0] & 0x0f;
	number_size = (header[0] & 3U) + 1;
	for (size_t i = 0; i < number_size; i++) {
		header[size + i] ^= mask[i + 1];
		keys.nonce[CIPHER_NONCE_SIZE - number_size + i] ^=
		    header[size + i];
	}
	size += number_size;
	cursor_skip(&sealed, size);
	if (!cipher_open(keys.key, keys.nonce, cursor_over(header, size),
	    sealed, bytes))
		return false;
	*payload = cursor_over(bytes, cursor_left(&sealed) -
	    CIPHER_TAG_SIZE);
	return true;
}

static bool
make_keys(const struct quic_version *version, struct cursor first_id,
    bool is_from_client, struct quic_keys *keys)
{
	uint8_t secret[CIPHER_HASH_SIZE];
	bool is_second = version->is_second;

	return cipher_extract(cursor_over(version->salt, SALT_SIZE),
	    first_id, secret) &&
	    cipher_expand(secret, is_from_client ? "client in" : "server in",
	    secret, sizeof secret) &&
	    cipher_expand(secret, is_second ? "quicv2 key" : "quic key",
	    keys->key, sizeof keys->key) &&
	    cipher_expand(secret, is_second ? "quicv2 iv" : "quic iv",
	    keys->nonce, sizeof keys->nonce) &&
	    cipher_expand(secret, is_second ? "quicv2 hp" : "quic hp",
	    keys->mask, sizeof keys->mask);
}
