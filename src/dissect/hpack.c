/*
 * Header compression of HTTP/2; see hpack.h.
 *
 *   1 index(7+)                          a field of the table
 *   01 index(6+) [name] value            a field, and an entry for it
 *   001 size(5+)                         the table's size
 *   000x index(4+) [name] value          a field
 *
 *   name, value: H size(7+) bytes        H: in Huffman's code
 */
#include <string.h>

#include "dissect/hpack.h"

enum {
	HPACK_INDEXED = 0x80,
	HPACK_ENTERED = 0x40,
	HPACK_RESIZED = 0x20,
	HPACK_PACKED = 0x80,
	HPACK_CODE_MAX = 30,	/* bits */
	HPACK_CODE_END = 256	/* the symbol that is only padding */
};

struct hpack_entry {
	const char	*name;
	const char	*value;
};

static void	take_literal(struct cursor *, uint32_t, struct hpack_field *);
static uint32_t	take_integer(struct cursor *, unsigned int);
static size_t	take_text(struct cursor *, char *, size_t);
static size_t	unpack(struct cursor, char *, size_t);
static const struct hpack_entry *entry_at(uint32_t);
static void	set_text(char *, size_t, const char *);

/* Appendix A; the first has the index 1. */
static const struct hpack_entry entries[] = {
	{ ":authority", "" },
	{ ":method", "GET" },
	{ ":method", "POST" },
	{ ":path", "/" },
	{ ":path", "/index.html" },
	{ ":scheme", "http" },
	{ ":scheme", "https" },
	{ ":status", "200" },
	{ ":status", "204" },
	{ ":status", "206" },
	{ ":status", "304" },
	{ ":status", "400" },
	{ ":status", "404" },
	{ ":status", "500" },
	{ "accept-charset", "" },
	{ "accept-encoding", "gzip, deflate" },
	{ "accept-language", "" },
	{ "accept-ranges", "" },
	{ "accept", "" },
	{ "access-control-allow-origin", "" },
	{ "age", "" },
	{ "allow", "" },
	{ "authorization", "" },
	{ "cache-control", "" },
	{ "content-disposition", "" },
	{ "content-encoding", "" },
	{ "content-language", "" },
	{ "content-length", "" },
	{ "content-location", "" },
	{ "content-range", "" },
	{ "content-type", "" },
	{ "cookie", "" },
	{ "date", "" },
	{ "etag", "" },
	{ "expect", "" },
	{ "expires", "" },
	{ "from", "" },
	{ "host", "" },
	{ "if-match", "" },
	{ "if-modified-since", "" },
	{ "if-none-match", "" },
	{ "if-range", "" },
	{ "if-unmodified-since", "" },
	{ "last-modified", "" },
	{ "link", "" },
	{ "location", "" },
	{ "max-forwards", "" },
	{ "proxy-authenticate", "" },
	{ "proxy-authorization", "" },
	{ "range", "" },
	{ "referer", "" },
	{ "refresh", "" },
	{ "retry-after", "" },
	{ "server", "" },
	{ "set-cookie", "" },
	{ "strict-transport-security", "" },
	{ "transfer-encoding", "" },
	{ "user-agent", "" },
	{ "vary", "" },
	{ "via", "" },
	{ "www-authenticate", "" }
};

/*
 * Appendix B: how many codes there are of each size in bits, and the symbols
 * in the order of their codes, of which those of one size are consecutive
 * numbers.
 */
static const uint8_t code_counts[HPACK_CODE_MAX + 1] = {
	0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3,
	2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29,
	12, 4, 15, 19, 29, 0, 4
};
static const uint16_t code_symbols[HPACK_CODE_END + 1] = {
	48, 49, 50, 97, 99, 101, 105, 111, 115, 116, 32, 37,
	45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61, 65,
	95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117,
	58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
	77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89,
	106, 107, 113, 118, 119, 120, 121, 122, 38, 42, 44, 59,
	88, 90, 33, 34, 40, 41, 63, 39, 43, 124, 35, 62,
	0, 36, 64, 91, 93, 126, 94, 125, 60, 96, 123, 92,
	195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161,
	167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230, 129,
	132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170,
	173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232,
	233, 1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150,
	151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182,
	183, 188, 191, 197, 231, 239, 9, 142, 144, 145, 148, 159,
	171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193,
	200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243,
	255, 203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245,
	246, 247, 248, 250, 251, 252, 253, 254, 2, 3, 4, 5,
	6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20,
	21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220,
	249, 10, 13, 22, 256
};

bool
hpack_take(struct cursor *block, struct hpack_field *field)
{
	const struct hpack_entry *entry;
	const uint8_t *first;

	field->name[0] = '\0';
	field->value[0] = '\0';
	field->value_size = 0;
	while ((first = cursor_peek(block, 1)) != NULL &&
	    (*first & ~(HPACK_RESIZED - 1)) == HPACK_RESIZED)
		(void)take_integer(block, 5);
	if (first == NULL)
		return false;
	if ((*first & HPACK_INDEXED) != 0) {
		entry = entry_at(take_integer(block, 7));
		if (entry != NULL) {
			set_text(field->name, sizeof field->name, entry->name);
			set_text(field->value, sizeof field->value,
			    entry->value);
			field->value_size = strlen(field->value);
		}
	} else {
		take_literal(block, take_integer(block,
		    (*first & HPACK_ENTERED) != 0 ? 6 : 4), field);
	}
	return cursor_ok(block);
}

/* The name is one of the table's, or, with 0, the next text. */
static void
take_literal(struct cursor *block, uint32_t index, struct hpack_field *field)
{
	const struct hpack_entry *entry = entry_at(index);

	if (index == 0)
		(void)take_text(block, field->name, HPACK_NAME_MAX);
	else if (entry != NULL)
		set_text(field->name, sizeof field->name, entry->name);
	field->value_size = take_text(block, field->value, HPACK_VALUE_MAX);
}

/* Section 5.1. More than 32 bits are no number of ours. */
static uint32_t
take_integer(struct cursor *c, unsigned int bits)
{
	uint32_t most = (1U << bits) - 1;
	uint32_t value = cursor_u8(c) & most;
	uint8_t byte = 0x80;

	if (value < most)
		return value;
	for (unsigned int shift = 0; shift <= 21 && (byte & 0x80) != 0;
	    shift += 7) {
		byte = cursor_u8(c);
		value += (uint32_t)(byte & 0x7f) << shift;
	}
	if ((byte & 0x80) != 0)
		cursor_skip(c, SIZE_MAX);	/* it fails */
	return value;
}

/* Section 5.2; room is without the 0 at the end. Returns the size. */
static size_t
take_text(struct cursor *c, char *text, size_t room)
{
	const uint8_t *first = cursor_peek(c, 1);
	bool is_packed = first != NULL && (*first & HPACK_PACKED) != 0;
	struct cursor bytes = cursor_sub(c, take_integer(c, 7));
	size_t size = cursor_left(&bytes) < room ? cursor_left(&bytes) : room;

	if (is_packed)
		size = unpack(bytes, text, room);
	else
		memcpy(text, bytes.at, size);
	text[size] = '\0';
	return size;
}

/* Bit by bit, as codes of one size are consecutive numbers. */
static size_t
unpack(struct cursor bytes, char *text, size_t room)
{
	uint32_t code = 0;	/* behind the first of its size */
	unsigned int bits = 0;
	unsigned int before = 0; /* symbols whose codes are shorter */
	size_t size = 0;

	while (cursor_left(&bytes) > 0 && size < room) {
		uint8_t byte = cursor_u8(&bytes);

		for (int bit = 7; bit >= 0 && size < room; bit--) {
			code = code << 1 | (byte >> bit & 1);
			if (++bits > HPACK_CODE_MAX)
				return size;
			if (code >= code_counts[bits]) {
				code -= code_counts[bits];
				before += code_counts[bits];
				continue;
			}
			if (code_symbols[before + code] == HPACK_CODE_END)
				return size;
			text[size++] = (char)code_symbols[before + code];
			code = 0;
			bits = 0;
			before = 0;
		}
	}
	return size;
}

/* NULL: there is none, or it is one of those that are not kept. */
static const struct hpack_entry *
entry_at(uint32_t index)
{
	if (index == 0 || index > sizeof entries / sizeof *entries)
		return NULL;
	return &entries[index - 1];
}

static void
set_text(char *to, size_t room, const char *text)
{
	size_t size = strlen(text);

	if (size >= room)
		size = room - 1;
	memcpy(to, text, size);
	to[size] = '\0';
}
