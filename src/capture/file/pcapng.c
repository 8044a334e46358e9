/*
 * The pcapng format (draft-ietf-opsawg-pcapng): blocks, each
 *
 *	type (4)  total length (4)  body, padded to 4  total length (4)
 *
 * in sections. A section header says the byte order and makes the interfaces
 * of the section before it void; an interface block describes the next
 * interface; packet blocks name theirs by its number. All other blocks
 * (names, secrets, statistics, comments) are passed over.
 */
#include "capture/file/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/log.h"
#include "capture/file/words.h"

enum {
	PCAPNG_FRAMING = 12,		/* bytes of a block that are not body */
	PCAPNG_BODY = 8,		/* where the body begins */
	PCAPNG_SECTION_FIXED = 16,	/* bytes of its body before options */
	PCAPNG_INTERFACE_FIXED = 8,
	PCAPNG_INTERFACES_MAX = 65536,	/* a section */
	PCAPNG_NAME_MAX = 255		/* bytes of an interface's name kept */
};

/* Of if_tsresol: units are powers of two, not of ten. */
#define PCAPNG_BINARY 0x80u

#define PCAPNG_SECOND INT64_C(1000000000)	/* nanoseconds */

/* Block types; the section header's reads the same in both orders. */
enum {
	PCAPNG_INTERFACE = 1,
	PCAPNG_OLD_PACKET = 2,		/* obsolete since 2007, still found */
	PCAPNG_SIMPLE_PACKET = 3,
	PCAPNG_ENHANCED_PACKET = 6,
	PCAPNG_SECTION = 0x0a0d0d0a
};

enum {
	PCAPNG_BYTE_ORDER_MAGIC = 0x1a2b3c4d
};

/* Options of an interface block. */
enum {
	PCAPNG_OPTION_END = 0,
	PCAPNG_OPTION_NAME = 2,
	PCAPNG_OPTION_RESOLUTION = 9,
	PCAPNG_OPTION_OFFSET = 14
};

/* An interface of the section: how its times count. */
struct pcapng_interface {
	struct interface	*interface;	/* the input's */
	uint64_t		 plain_max;	/* no care needed */
	int64_t			 multiplier;	/* nanoseconds a unit, or 0 */
	int64_t			 offset_ns;
	int64_t			 offset_s;	/* if_tsoffset */
	uint8_t			 resolution;	/* if_tsresol */
};

struct pcapng {
	struct pcapng_interface	*interfaces;	/* owned */
	size_t			 count;		/* in this section */
	size_t			 known;		/* also of those before it */
	int64_t			 last_ts_ns;	/* of the frame before */
	bool			 is_big_endian;
};

/* What the kinds of packet blocks have in common. */
struct pcapng_packet {
	uint64_t	time;
	uint32_t	interface;
	uint32_t	captured;
	uint32_t	length;
	bool		is_simple;	/* has neither time nor captured */
};

/* A kind of packet block: its fields before the frame's data. */
struct pcapng_kind {
	uint32_t	type;
	uint32_t	fixed;		/* bytes */
	void		(*read)(const uint8_t *fixed, bool is_big_endian,
			    struct pcapng_packet *);
};

static bool	 pcapng_recognise(const uint8_t *, size_t);
static void	*pcapng_new(void);
static void	 pcapng_free(void *);
static int	 pcapng_read(struct input *, struct frame *, int);
static void	 pcapng_cut(struct input *);
static uint32_t	 pcapng_next_block(struct input *, uint32_t *);
static bool	 pcapng_read_order(struct input *);
static void	 pcapng_bad_block(struct input *, uint32_t, const char *,
		    uint32_t, const char *);
static bool	 pcapng_read_block(struct input *, uint32_t, uint32_t,
		    struct frame *);
static void	 pcapng_read_section(struct input *, struct cursor);
static void	 pcapng_read_interface(struct input *, struct cursor);
static bool	 pcapng_read_options(struct cursor *, bool,
		    struct pcapng_interface *, char [PCAPNG_NAME_MAX + 1]);
static struct interface *pcapng_same_interface(struct input *,
		    const struct interface *);
static void	 pcapng_append_interface(struct pcapng *,
		    const struct pcapng_interface *);
static bool	 pcapng_is_fine(unsigned int);
static void	 pcapng_set_clock(struct pcapng_interface *);
static int64_t	 pcapng_time_odd(const struct pcapng_interface *, uint64_t);
static int64_t	 pcapng_time_decimal(unsigned int, uint64_t);
static int64_t	 pcapng_time_binary(unsigned int, uint64_t);
static const struct pcapng_kind *pcapng_find_kind(uint32_t);
static void	 pcapng_read_enhanced(const uint8_t *, bool,
		    struct pcapng_packet *);
static void	 pcapng_read_old(const uint8_t *, bool,
		    struct pcapng_packet *);
static void	 pcapng_read_simple(const uint8_t *, bool,
		    struct pcapng_packet *);
static void	 pcapng_complete_simple(const struct interface *, size_t,
		    struct pcapng_packet *);
static bool	 pcapng_read_packet(struct input *, const struct pcapng_kind *,
		    struct cursor, struct frame *);

static const struct pcapng_kind pcapng_kinds[] = {
	{ PCAPNG_ENHANCED_PACKET, 20, pcapng_read_enhanced },
	{ PCAPNG_SIMPLE_PACKET, 4, pcapng_read_simple },
	{ PCAPNG_OLD_PACKET, 20, pcapng_read_old }
};

const struct format pcapng_format = {
	.name = "pcapng",
	.recognise = pcapng_recognise,
	.new = pcapng_new,
	.free = pcapng_free,
	.read = pcapng_read,
	.cut = pcapng_cut
};

static inline uint32_t
pcapng_u32(const uint8_t *p, bool is_big_endian)
{
	return is_big_endian ? bytes_be32(p) : bytes_le32(p);
}

static inline unsigned int
pcapng_u16(const uint8_t *p, bool is_big_endian)
{
	return is_big_endian ? bytes_be16(p) : bytes_le16(p);
}

static bool
pcapng_recognise(const uint8_t *data, size_t size)
{
	return size >= PCAPNG_FRAMING &&
	    bytes_be32(data) == PCAPNG_SECTION &&
	    (bytes_be32(data + 8) == PCAPNG_BYTE_ORDER_MAGIC ||
	    bytes_le32(data + 8) == PCAPNG_BYTE_ORDER_MAGIC);
}

static void *
pcapng_new(void)
{
	struct pcapng *pcapng = calloc(1, sizeof(*pcapng));

	if (pcapng == NULL)
		abort();
	return pcapng;
}

static void
pcapng_free(void *state)
{
	struct pcapng *pcapng = state;

	free(pcapng->interfaces);
	free(pcapng);
}

static int
pcapng_read(struct input *in, struct frame *frames, int max)
{
	uint32_t type, size;

	in->batched = 0;
	while (in->batched < max) {
		size = pcapng_next_block(in, &type);
		if (size == 0)
			break;
		if (pcapng_read_block(in, type, size, &frames[in->batched]))
			in->batched++;
		in->stream.at += size;
	}
	return in->batched;
}

/*
 * The size of the block at the stream's front, once it is there as a whole.
 * 0 when more bytes are needed or the input has ended in damage.
 */
static uint32_t
pcapng_next_block(struct input *in, uint32_t *type)
{
	struct pcapng *pcapng = in->state;
	const uint8_t *at = in->stream.at;
	size_t left = stream_left(&in->stream);
	uint32_t size;

	in->need = PCAPNG_FRAMING;
	if (left < PCAPNG_FRAMING || in->is_ended)
		return 0;
	if (bytes_be32(at) == PCAPNG_SECTION && !pcapng_read_order(in))
		return 0;
	*type = pcapng_u32(at, pcapng->is_big_endian);
	size = pcapng_u32(at + 4, pcapng->is_big_endian);
	if (size < PCAPNG_FRAMING || size % 4 != 0 || size > INPUT_BLOCK_MAX) {
		pcapng_bad_block(in, *type, "cannot have", size, "bytes");
		return 0;
	}
	if (left < size) {
		in->need = size;
		return 0;
	}
	if (pcapng_u32(at + size - 4, pcapng->is_big_endian) != size) {
		pcapng_bad_block(in, *type, "has", size,
		    "bytes, but another number at its end");
		return 0;
	}
	return size;
}

/* From here on the byte order is the new section's. */
static bool
pcapng_read_order(struct input *in)
{
	struct pcapng *pcapng = in->state;
	const uint8_t *magic = in->stream.at + PCAPNG_BODY;

	pcapng->is_big_endian = bytes_be32(magic) == PCAPNG_BYTE_ORDER_MAGIC;
	if (pcapng->is_big_endian ||
	    bytes_le32(magic) == PCAPNG_BYTE_ORDER_MAGIC)
		return true;
	input_damage(in, "the section at byte %s has no byte order magic",
	    words_number(stream_position(&in->stream)).text);
	return false;
}

/* Why is said by words before and after a number. */
static void
pcapng_bad_block(struct input *in, uint32_t type, const char *before,
    uint32_t number, const char *after)
{
	input_damage(in, "the block at byte %s (type 0x%08x) %s %s %s",
	    words_number(stream_position(&in->stream)).text, type, before,
	    words_number(number).text, after);
}

/* Whether the block gave a frame. */
static bool
pcapng_read_block(struct input *in, uint32_t type, uint32_t size,
    struct frame *frame)
{
	const struct pcapng_kind *kind;
	struct cursor body = cursor_over(in->stream.at + PCAPNG_BODY,
	    size - PCAPNG_FRAMING);

	if (type == PCAPNG_SECTION)
		pcapng_read_section(in, body);
	else if (type == PCAPNG_INTERFACE)
		pcapng_read_interface(in, body);
	kind = pcapng_find_kind(type);
	return kind != NULL && pcapng_read_packet(in, kind, body, frame);
}

/* A section of unknown length or layout is still one of version 1. */
static void
pcapng_read_section(struct input *in, struct cursor body)
{
	struct pcapng *pcapng = in->state;
	const uint8_t *fixed = cursor_take(&body, PCAPNG_SECTION_FIXED);
	unsigned int major;

	if (fixed == NULL) {
		pcapng_bad_block(in, PCAPNG_SECTION,
		    "has a body of only", (uint32_t)cursor_left(&body),
		    "bytes");
		return;
	}
	major = pcapng_u16(fixed + 4, pcapng->is_big_endian);
	if (major != 1)
		pcapng_bad_block(in, PCAPNG_SECTION,
		    "is of version", major, "which is unknown");
	pcapng->count = 0;
}

static void
pcapng_read_interface(struct input *in, struct cursor body)
{
	struct pcapng *pcapng = in->state;
	const uint8_t *fixed = cursor_take(&body, PCAPNG_INTERFACE_FIXED);
	struct pcapng_interface new = { .resolution = 6 };
	struct interface seen = { .name = NULL };
	char name[PCAPNG_NAME_MAX + 1] = "";

	if (fixed == NULL) {
		pcapng_bad_block(in, PCAPNG_INTERFACE, "has a body of only",
		    (uint32_t)cursor_left(&body), "bytes");
		return;
	}
	if (pcapng->count == PCAPNG_INTERFACES_MAX) {
		pcapng_bad_block(in, PCAPNG_INTERFACE, "follows",
		    PCAPNG_INTERFACES_MAX, "interfaces, which is too many");
		return;
	}
	if (!pcapng_read_options(&body, pcapng->is_big_endian, &new, name) &&
	    !in->is_option_broken_said) {
		in->is_option_broken_said = true;
		log_notice("%s: the options of the interface at byte %s are "
		    "broken; what was readable is used", in->path,
		    words_number(stream_position(&in->stream)).text);
	}
	seen.link_type = (int)pcapng_u16(fixed, pcapng->is_big_endian);
	seen.snaplen = pcapng_u32(fixed + 4, pcapng->is_big_endian);
	seen.time_digits = pcapng_is_fine(new.resolution) ? 9 : 6;
	if (name[0] != '\0')
		seen.name = name;
	new.interface = pcapng_same_interface(in, &seen);
	if (new.interface == NULL) {
		new.interface = input_add_interface(in, seen.name);
		new.interface->link_type = seen.link_type;
		new.interface->snaplen = seen.snaplen;
		new.interface->time_digits = seen.time_digits;
	}
	pcapng_set_clock(&new);
	pcapng_append_interface(pcapng, &new);
}

/* Whether the options were sound; those before a broken one are taken. */
static bool
pcapng_read_options(struct cursor *options, bool big,
    struct pcapng_interface *interface, char name[PCAPNG_NAME_MAX + 1])
{
	const uint8_t *head, *value;
	unsigned int code, size;

	while (cursor_left(options) > 0) {
		head = cursor_take(options, 4);
		if (head == NULL)
			return false;
		code = pcapng_u16(head, big);
		size = pcapng_u16(head + 2, big);
		if (code == PCAPNG_OPTION_END)
			return true;
		value = cursor_take(options, (size + 3u) & ~3u);
		if (value == NULL)
			return false;
		if (code == PCAPNG_OPTION_NAME)
			snprintf(name, PCAPNG_NAME_MAX + 1, "%.*s", (int)size,
			    (const char *)value);
		if (code == PCAPNG_OPTION_RESOLUTION && size == 1)
			interface->resolution = value[0];
		if (code == PCAPNG_OPTION_OFFSET && size == 8)
			interface->offset_s = (int64_t)(big ?
			    bytes_be64(value) : bytes_le64(value));
	}
	return true;
}

/*
 * The same interface described once more, by the section before or before a
 * rewind. Captures that were joined have thousands of sections.
 */
static struct interface *
pcapng_same_interface(struct input *in, const struct interface *seen)
{
	const struct pcapng *pcapng = in->state;
	struct interface *old;
	bool is_same_name;

	if (pcapng->count < pcapng->known)
		old = pcapng->interfaces[pcapng->count].interface;
	else if (pcapng->count < in->interface_count)
		old = in->interfaces[pcapng->count];
	else
		return NULL;
	is_same_name = seen->name == NULL || old->name == NULL ?
	    seen->name == old->name : strcmp(seen->name, old->name) == 0;
	return is_same_name && seen->link_type == old->link_type &&
	    seen->snaplen == old->snaplen &&
	    seen->time_digits == old->time_digits ? old : NULL;
}

static void
pcapng_append_interface(struct pcapng *pcapng,
    const struct pcapng_interface *new)
{
	size_t size = (pcapng->known + 1) * sizeof(*pcapng->interfaces);

	if (pcapng->count == pcapng->known) {
		pcapng->interfaces = realloc(pcapng->interfaces, size);
		if (pcapng->interfaces == NULL)
			abort();
		pcapng->known++;
	}
	pcapng->interfaces[pcapng->count++] = *new;
}

/* Whether times are finer than a microsecond: 2^-20 s is. */
static bool
pcapng_is_fine(unsigned int resolution)
{
	return (resolution & PCAPNG_BINARY) != 0 ?
	    (resolution & ~PCAPNG_BINARY) >= 20 : resolution > 6;
}

/* Finds up to which time one multiplication and one addition are enough. */
static void
pcapng_set_clock(struct pcapng_interface *interface)
{
	unsigned int digits = interface->resolution;

	if (__builtin_mul_overflow(interface->offset_s, PCAPNG_SECOND,
	    &interface->offset_ns))
		interface->offset_ns = interface->offset_s < 0 ?
		    INT64_MIN : INT64_MAX;
	interface->plain_max = 0;
	interface->multiplier = 0;
	if (digits > 9)
		return;
	interface->multiplier = 1;
	for (; digits < 9; digits++)
		interface->multiplier *= 10;
	interface->plain_max = (uint64_t)((INT64_MAX -
	    (interface->offset_ns > 0 ? interface->offset_ns : 0)) /
	    interface->multiplier);
}

static inline int64_t
pcapng_time(const struct pcapng_interface *interface, uint64_t time)
{
	if (time <= interface->plain_max)
		return (int64_t)time * interface->multiplier +
		    interface->offset_ns;
	return pcapng_time_odd(interface, time);
}

/* Rare units, and times beyond what 64 bits hold, which are clamped. */
static int64_t
pcapng_time_odd(const struct pcapng_interface *interface, uint64_t time)
{
	unsigned int resolution = interface->resolution;
	int64_t ns, sum;

	if ((resolution & PCAPNG_BINARY) != 0)
		ns = pcapng_time_binary(resolution & ~PCAPNG_BINARY, time);
	else
		ns = pcapng_time_decimal(resolution, time);
	if (__builtin_add_overflow(ns, interface->offset_ns, &sum))
		return INT64_MAX;
	return sum;
}

static int64_t
pcapng_time_decimal(unsigned int digits, uint64_t time)
{
	int64_t ns;

	for (; digits > 9 && time > 0; digits--)
		time /= 10;
	if (time > INT64_MAX)
		return INT64_MAX;
	for (ns = (int64_t)time; digits < 9; digits++)
		if (__builtin_mul_overflow(ns, 10, &ns))
			return INT64_MAX;
	return ns;
}

/* Units below 2^-32 s are cut off: they are a quarter of a nanosecond. */
static int64_t
pcapng_time_binary(unsigned int digits, uint64_t time)
{
	uint64_t fraction;
	int64_t ns;

	if (digits > 32) {
		time = digits - 32 < 64 ? time >> (digits - 32) : 0;
		digits = 32;
	}
	fraction = time & (((uint64_t)1 << digits) - 1);
	fraction = (fraction * (uint64_t)PCAPNG_SECOND) >> digits;
	time >>= digits;
	if (time > INT64_MAX || __builtin_mul_overflow((int64_t)time,
	    PCAPNG_SECOND, &ns) || __builtin_add_overflow(ns,
	    (int64_t)fraction, &ns))
		return INT64_MAX;
	return ns;
}

static const struct pcapng_kind *
pcapng_find_kind(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(pcapng_kinds) / sizeof(*pcapng_kinds); i++)
		if (pcapng_kinds[i].type == type)
			return &pcapng_kinds[i];
	return NULL;
}

/* Interface (4), time (8, high half first), captured (4), length (4). */
static void
pcapng_read_enhanced(const uint8_t *fixed, bool big,
    struct pcapng_packet *packet)
{
	packet->interface = pcapng_u32(fixed, big);
	packet->time = (uint64_t)pcapng_u32(fixed + 4, big) << 32 |
	    pcapng_u32(fixed + 8, big);
	packet->captured = pcapng_u32(fixed + 12, big);
	packet->length = pcapng_u32(fixed + 16, big);
}

/* As above, but interface (2) and a count of drops (2). */
static void
pcapng_read_old(const uint8_t *fixed, bool big, struct pcapng_packet *packet)
{
	pcapng_read_enhanced(fixed, big, packet);
	packet->interface = pcapng_u16(fixed, big);
}

/*
 * Length (4) alone; how much was captured is the least of it, the snap
 * length, and what the block holds.
 */
static void
pcapng_read_simple(const uint8_t *fixed, bool big,
    struct pcapng_packet *packet)
{
	packet->length = pcapng_u32(fixed, big);
	packet->captured = packet->length;
	packet->is_simple = true;
}

/* What a simple packet block leaves out; its time is the frame's before. */
static void
pcapng_complete_simple(const struct interface *interface, size_t room,
    struct pcapng_packet *packet)
{
	if (packet->captured > room)
		packet->captured = (uint32_t)room;
	if (interface->snaplen > 0 && packet->captured > interface->snaplen)
		packet->captured = interface->snaplen;
}

static bool
pcapng_read_packet(struct input *in, const struct pcapng_kind *kind,
    struct cursor body, struct frame *frame)
{
	struct pcapng *pcapng = in->state;
	const uint8_t *fixed = cursor_take(&body, kind->fixed);
	const struct pcapng_interface *interface;
	struct pcapng_packet packet = { .interface = 0 };

	if (fixed == NULL) {
		pcapng_bad_block(in, kind->type, "has a body of only",
		    (uint32_t)cursor_left(&body), "bytes");
		return false;
	}
	kind->read(fixed, pcapng->is_big_endian, &packet);
	if (packet.interface >= pcapng->count) {
		pcapng_bad_block(in, kind->type, "names interface",
		    packet.interface, "which its section does not have");
		return false;
	}
	interface = &pcapng->interfaces[packet.interface];
	if (packet.is_simple)
		pcapng_complete_simple(interface->interface,
		    cursor_left(&body), &packet);
	else
		pcapng->last_ts_ns = pcapng_time(interface, packet.time);
	frame->data = cursor_take(&body, packet.captured);
	if (frame->data == NULL) {
		pcapng_bad_block(in, kind->type, "cannot hold a frame of",
		    packet.captured, "bytes");
		return false;
	}
	if (packet.captured > interface->interface->snaplen &&
	    interface->interface->snaplen > 0)
		input_over_snaplen(in, packet.captured,
		    interface->interface->snaplen);
	frame->ts_ns = pcapng->last_ts_ns;
	frame->number = 0;
	frame->captured = packet.captured;
	frame->length = packet.captured > packet.length ? packet.captured :
	    packet.length;
	frame->interface = interface->interface;
	return true;
}

static void
pcapng_cut(struct input *in)
{
	const struct pcapng *pcapng = in->state;
	const uint8_t *at = in->stream.at;
	size_t left = stream_left(&in->stream), begin;
	struct words where = words_number(in->stream.offset);
	struct words frame = words_number(input_frame_number(in));
	const struct pcapng_kind *kind = NULL;
	struct pcapng_packet packet = { .interface = 0 };

	if (left >= 4)
		kind = pcapng_find_kind(pcapng_u32(at, pcapng->is_big_endian));
	if (kind == NULL) {
		input_damage(in, "cut off at byte %s in the block at byte %s",
		    where.text,
		    words_number(stream_position(&in->stream)).text);
		return;
	}
	begin = PCAPNG_BODY + kind->fixed;
	if (left < begin) {
		input_damage(in,
		    "cut off at byte %s in the header of frame %s",
		    where.text, frame.text);
		return;
	}
	kind->read(at + PCAPNG_BODY, pcapng->is_big_endian, &packet);
	left -= begin;
	input_damage(in, "cut off at byte %s in frame %s (%s of %s bytes)",
	    where.text, frame.text,
	    words_number(left < packet.captured ? left : packet.captured).text,
	    words_number(packet.captured).text);
}
