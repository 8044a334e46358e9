/*
 * Fingerprints of TLS hellos; see tls_fingerprint.h.
 *
 *   JA3   MD5 of "version,ciphers,extensions,groups,formats", in decimal, the
 *         members of a list joined by "-"
 *   JA3S  MD5 of "version,cipher,extensions"
 *   JA4   carrier, version, whether a name is asked for, how many ciphers and
 *         extensions, first and last character of the first protocol: of
 *         this the text; then 12 digits of the SHA-256 of the sorted ciphers,
 *         and of the sorted extensions with the signature algorithms
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "dissect/tls_fingerprint.h"

enum {
	NUMBERS_MAX = 256,	/* of a list; nobody has so many */
	SHOWN_MAX = 99,
	HASH_SIZE = 12,		/* digits of each hash in JA4 */
	TEXT_ROOM = 512,
	NUMBER_MAX = 8		/* characters of a number and a comma */
};

/* Text on its way into a digest. */
struct writer {
	struct digest	digest;
	size_t		size;
	char		text[TEXT_ROOM];
};

/* Numbers of a list without GREASE. */
struct numbers {
	size_t		count;
	uint16_t	values[NUMBERS_MAX];
};

static void	write_char(struct writer *, char);
static void	write_decimal(struct writer *, unsigned int);
static void	write_hex(struct writer *, uint16_t);
static void	write_flush(struct writer *);
static void	write_list(struct writer *, struct cursor);
static void	write_extensions(struct writer *, struct cursor);
static void	write_formats(struct writer *, struct cursor);
static void	write_numbers(struct writer *, const struct numbers *);
static bool	read_list(struct cursor, struct numbers *);
static bool	read_extensions(struct cursor, struct numbers *);
static void	sort(struct numbers *);
static bool	hash_ciphers(struct numbers *, char *);
static bool	hash_extensions(struct numbers *,
		    const struct tls_hello *, char *);
static bool	end_hash(struct writer *, char *);
static const char *version_of(const struct tls_hello *);
static void	protocol_of(const struct tls_hello *, char *);
static bool	is_alphanumeric(uint8_t);

bool
tls_fingerprint_ja3(const struct tls_hello *hello, char *text)
{
	struct writer w = { .size = 0 };

	digest_init(&w.digest, DIGEST_MD5);
	write_decimal(&w, hello->version);
	write_char(&w, ',');
	write_list(&w, hello->ciphers);
	write_char(&w, ',');
	write_extensions(&w, hello->extensions);
	write_char(&w, ',');
	write_list(&w, hello->groups);
	write_char(&w, ',');
	write_formats(&w, hello->formats);
	write_flush(&w);
	return digest_text(&w.digest, text);
}

bool
tls_fingerprint_ja3s(const struct tls_hello *hello, char *text)
{
	struct writer w = { .size = 0 };

	digest_init(&w.digest, DIGEST_MD5);
	write_decimal(&w, hello->version);
	write_char(&w, ',');
	write_list(&w, hello->ciphers);
	write_char(&w, ',');
	write_extensions(&w, hello->extensions);
	write_flush(&w);
	return digest_text(&w.digest, text);
}

bool
tls_fingerprint_ja4(const struct tls_hello *hello, enum tls_carrier carrier,
    char *text)
{
	struct numbers ciphers;
	struct numbers extensions;
	char hashes[2][DIGEST_SHA256_TEXT];
	char protocol[3];
	size_t counts[2];

	if (!read_list(hello->ciphers, &ciphers) ||
	    !read_extensions(hello->extensions, &extensions))
		return false;
	counts[0] = ciphers.count < SHOWN_MAX ? ciphers.count : SHOWN_MAX;
	counts[1] = extensions.count < SHOWN_MAX ? extensions.count :
	    SHOWN_MAX;
	if (!hash_ciphers(&ciphers, hashes[0]) ||
	    !hash_extensions(&extensions, hello, hashes[1]))
		return false;
	protocol_of(hello, protocol);
	(void)snprintf(text, TLS_FINGERPRINT_TEXT,
	    "%c%s%c%02zu%02zu%s_%.*s_%.*s", (char)carrier, version_of(hello),
	    hello->has_name ? 'd' : 'i', counts[0], counts[1], protocol,
	    HASH_SIZE, hashes[0], HASH_SIZE, hashes[1]);
	return true;
}

static bool
hash_ciphers(struct numbers *ciphers, char *text)
{
	struct writer w = { .size = 0 };

	sort(ciphers);
	digest_init(&w.digest, DIGEST_SHA256);
	write_numbers(&w, ciphers);
	return end_hash(&w, text);
}

/* Name and protocol differ with the server: they are counted, not hashed. */
static bool
hash_extensions(struct numbers *extensions, const struct tls_hello *hello,
    char *text)
{
	struct writer w = { .size = 0 };
	struct numbers signatures;
	size_t kept = 0;

	for (size_t i = 0; i < extensions->count; i++) {
		if (extensions->values[i] != TLS_EXTENSION_SERVER_NAME &&
		    extensions->values[i] != TLS_EXTENSION_ALPN)
			extensions->values[kept++] = extensions->values[i];
	}
	extensions->count = kept;
	sort(extensions);
	if (!read_list(hello->signatures, &signatures))
		return false;
	digest_init(&w.digest, DIGEST_SHA256);
	write_numbers(&w, extensions);
	if (signatures.count > 0)
		write_char(&w, '_');
	write_numbers(&w, &signatures);
	return end_hash(&w, text);
}

/* The hash of nothing is written as zeros. */
static bool
end_hash(struct writer *w, char *text)
{
	bool is_empty = w->size == 0;
	bool is_made;

	write_flush(w);
	is_made = digest_text(&w->digest, text);
	if (is_empty) {
		memset(text, '0', HASH_SIZE);
		text[HASH_SIZE] = '\0';
	}
	return is_made;
}

/* The highest that is offered. */
static const char *
version_of(const struct tls_hello *hello)
{
	static const struct {
		uint16_t	 number;
		const char	*text;
	} versions[] = {
		{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" },
		{ 0x0301, "10" }, { 0x0300, "s3" }, { 0x0002, "s2" },
		{ 0xfefc, "d3" }, { 0xfefd, "d2" }, { 0xfeff, "d1" }
	};
	struct cursor c = hello->versions;
	uint16_t best = 0;

	while (cursor_left(&c) >= 2) {
		uint16_t one = cursor_be16(&c);
		bool is_newer = best >> 8 == 0xfe ? one < best : one > best;

		if (!tls_is_grease(one) && (best == 0 || is_newer))
			best = one;
	}
	if (best == 0)
		best = hello->version;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (versions[i].number == best)
			return versions[i].text;
	}
	return "00";
}

/* Of a protocol that is no text, digits of its first and last byte. */
static void
protocol_of(const struct tls_hello *hello, char *text)
{
	static const char hex[] = "0123456789abcdef";
	struct cursor c = hello->alpn;
	struct cursor one = cursor_sub(&c, cursor_u8(&c));
	uint8_t first;
	uint8_t last;

	memcpy(text, "00", sizeof "00");
	if (cursor_left(&one) == 0)
		return;
	first = one.at[0];
	last = one.end[-1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		text[0] = (char)first;
		text[1] = (char)last;
	} else {
		text[0] = hex[first >> 4];
		text[1] = hex[last & 15];
	}
}

static bool
is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

/* False when there are more than are ever met. */
static bool
read_list(struct cursor c, struct numbers *numbers)
{
	numbers->count = 0;
	while (cursor_left(&c) >= 2) {
		uint16_t one = cursor_be16(&c);

		if (tls_is_grease(one))
			continue;
		if (numbers->count == NUMBERS_MAX)
			return false;
		numbers->values[numbers->count++] = one;
	}
	return true;
}

static bool
read_extensions(struct cursor c, struct numbers *numbers)
{
	numbers->count = 0;
	while (cursor_left(&c) >= 4) {
		uint16_t one = cursor_be16(&c);

		cursor_skip(&c, cursor_be16(&c));
		if (!cursor_ok(&c))
			break;
		if (tls_is_grease(one))
			continue;
		if (numbers->count == NUMBERS_MAX)
			return false;
		numbers->values[numbers->count++] = one;
	}
	return true;
}

/* By insertion: lists are short, and often nearly sorted. */
static void
sort(struct numbers *numbers)
{
	for (size_t i = 1; i < numbers->count; i++) {
		uint16_t one = numbers->values[i];
		size_t at = i;

		while (at > 0 && numbers->values[at - 1] > one) {
			numbers->values[at] = numbers->values[at - 1];
			at--;
		}
		numbers->values[at] = one;
	}
}

/* Four digits each, joined by commas. */
static void
write_numbers(struct writer *w, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->count; i++) {
		if (i > 0)
			write_char(w, ',');
		write_hex(w, numbers->values[i]);
	}
}

static void
write_list(struct writer *w, struct cursor c)
{
	bool is_first = true;

	while (cursor_left(&c) >= 2) {
		uint16_t one = cursor_be16(&c);

		if (tls_is_grease(one))
			continue;
		if (!is_first)
			write_char(w, '-');
		is_first = false;
		write_decimal(w, one);
	}
}

static void
write_extensions(struct writer *w, struct cursor c)
{
	bool is_first = true;

	while (cursor_left(&c) >= 4) {
		uint16_t one = cursor_be16(&c);

		cursor_skip(&c, cursor_be16(&c));
		if (!cursor_ok(&c))
			return;
		if (tls_is_grease(one))
			continue;
		if (!is_first)
			write_char(w, '-');
		is_first = false;
		write_decimal(w, one);
	}
}

static void
write_formats(struct writer *w, struct cursor c)
{
	bool is_first = true;

	while (cursor_left(&c) > 0) {
		if (!is_first)
			write_char(w, '-');
		is_first = false;
		write_decimal(w, cursor_u8(&c));
	}
}

static void
write_char(struct writer *w, char c)
{
	if (w->size + NUMBER_MAX > sizeof w->text)
		write_flush(w);
	w->text[w->size++] = c;
}

static void
write_decimal(struct writer *w, unsigned int number)
{
	char digits[NUMBER_MAX];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count > 0)
		write_char(w, digits[--count]);
}

static void
write_hex(struct writer *w, uint16_t number)
{
	static const char hex[] = "0123456789abcdef";

	for (int shift = 12; shift >= 0; shift -= 4)
		write_char(w, hex[number >> shift & 15]);
}

static void
write_flush(struct writer *w)
{
	digest_add(&w->digest, w->text, w->size);
	w->size = 0;
}
