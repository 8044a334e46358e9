/*
 * The pcap format (draft-ietf-opsawg-pcap): a file header of 24 bytes, then
 * records.
 *
 *	magic (4)  major (2) minor (2)  zone (4)  sigfigs (4)
 *	snaplen (4)  link type (4)
 *
 *	seconds (4)  fraction (4)  captured (4)  length (4)  data
 *
 * in the byte order that the magic shows. The magic also says whether the
 * fraction counts micro- or nanoseconds, and whether records have eight
 * bytes more (Kuznetzov's patch of old Linux kernels: interface index,
 * protocol and packet type).
 */
#include "capture/file/input.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "capture/file/words.h"

enum {
	PCAP_FILE_HEADER = 24,		/* bytes */
	PCAP_RECORD = 16,
	PCAP_RECORD_KUZNETZOV = 24,
	PCAP_MAJOR = 2
};

/*
 * draft-ietf-opsawg-pcap 4: above the link type the field holds the length
 * of the FCS and reserved bits.
 */
#define PCAP_LINK_TYPE_MASK 0x03ffffffu

struct pcap_magic {
	uint32_t	magic;		/* in the file's byte order */
	uint32_t	record;		/* bytes before a frame's data */
	uint32_t	ns;		/* nanoseconds in a fraction's unit */
};

/* Which of a record's two lengths is which; see pcap_order_of(). */
enum pcap_order {
	PCAP_ORDER_USUAL,
	PCAP_ORDER_EITHER,
	PCAP_ORDER_SWAPPED
};

struct pcap {
	const struct pcap_magic	*magic;		/* NULL: header not read */
	const struct interface	*interface;	/* the input's */
	uint32_t		 limit;		/* longer: look closer */
	enum pcap_order		 order;
	bool			 is_big_endian;
};

static bool		 pcap_recognise(const uint8_t *, size_t);
static void		*pcap_new(void);
static void		 pcap_free(void *);
static int		 pcap_read(struct input *, struct frame *, int);
static void		 pcap_cut(struct input *);
static const struct pcap_magic *pcap_find_magic(const uint8_t *, bool *);
static void		 pcap_read_header(struct input *);
static void		 pcap_set_interface(struct input *, uint32_t,
			    uint32_t);
static enum pcap_order	 pcap_order_of(unsigned int, unsigned int);
static void		 pcap_order_lengths(enum pcap_order, uint32_t *,
			    uint32_t *);
static bool		 pcap_is_believed(struct input *, uint32_t);

const struct format pcap_format = {
	.name = "pcap",
	.recognise = pcap_recognise,
	.new = pcap_new,
	.free = pcap_free,
	.read = pcap_read,
	.cut = pcap_cut
};

static const struct pcap_magic pcap_magics[] = {
	{ 0xa1b2c3d4, PCAP_RECORD, 1000 },
	{ 0xa1b23c4d, PCAP_RECORD, 1 },
	{ 0xa1b2cd34, PCAP_RECORD_KUZNETZOV, 1000 }
};

static inline uint32_t
pcap_u32(const uint8_t *p, bool is_big_endian)
{
	return is_big_endian ? bytes_be32(p) : bytes_le32(p);
}

static inline unsigned int
pcap_u16(const uint8_t *p, bool is_big_endian)
{
	return is_big_endian ? bytes_be16(p) : bytes_le16(p);
}

static const struct pcap_magic *
pcap_find_magic(const uint8_t *data, bool *is_big_endian)
{
	size_t i;

	for (i = 0; i < sizeof(pcap_magics) / sizeof(*pcap_magics); i++) {
		*is_big_endian = bytes_be32(data) == pcap_magics[i].magic;
		if (*is_big_endian || bytes_le32(data) == pcap_magics[i].magic)
			return &pcap_magics[i];
	}
	return NULL;
}

static bool
pcap_recognise(const uint8_t *data, size_t size)
{
	bool is_big_endian;

	return size >= 4 && pcap_find_magic(data, &is_big_endian) != NULL;
}

static void *
pcap_new(void)
{
	struct pcap *pcap = calloc(1, sizeof(*pcap));

	if (pcap == NULL)
		abort();
	return pcap;
}

static void
pcap_free(void *state)
{
	free(state);
}

static void
pcap_read_header(struct input *in)
{
	struct pcap *pcap = in->state;
	const uint8_t *header = in->stream.at;
	const struct pcap_magic *magic;
	unsigned int major, minor;
	bool big;

	if (stream_left(&in->stream) < PCAP_FILE_HEADER) {
		in->need = PCAP_FILE_HEADER;
		return;
	}
	magic = pcap_find_magic(header, &big);
	if (magic == NULL) {
		input_damage(in, "is another file than a moment ago");
		return;
	}
	major = pcap_u16(header + 4, big);
	minor = pcap_u16(header + 6, big);
	pcap->order = pcap_order_of(major, minor);
	if (major != PCAP_MAJOR && pcap->order == PCAP_ORDER_USUAL) {
		input_damage(in, "pcap version %u.%u is unknown", major, minor);
		return;
	}
	pcap->magic = magic;
	pcap->is_big_endian = big;
	pcap_set_interface(in, pcap_u32(header + 16, big),
	    pcap_u32(header + 20, big) & PCAP_LINK_TYPE_MASK);
	in->stream.at += PCAP_FILE_HEADER;
	in->need = magic->record;
}

static void
pcap_set_interface(struct input *in, uint32_t snaplen, uint32_t link_type)
{
	struct pcap *pcap = in->state;
	struct interface *interface;

	/* After a rewind it is there already. */
	interface = in->interface_count > 0 ? in->interfaces[0] :
	    input_add_interface(in, NULL);
	interface->snaplen = snaplen;
	interface->link_type = (int)link_type;
	interface->time_digits = pcap->magic->ns == 1 ? 9 : 6;
	pcap->interface = interface;
	pcap->limit = snaplen == 0 || snaplen > INPUT_FRAME_MAX ?
	    INPUT_FRAME_MAX : snaplen;
}

/*
 * Before 2.3 the two lengths stood the other way round, and writers of 2.3
 * did not agree (libpcap's own reader knows both). DG/UX wrote 543.0 and
 * kept the old order.
 */
static enum pcap_order
pcap_order_of(unsigned int major, unsigned int minor)
{
	if (major == 543 || (major == PCAP_MAJOR && minor < 3))
		return PCAP_ORDER_SWAPPED;
	if (major == PCAP_MAJOR && minor == 3)
		return PCAP_ORDER_EITHER;
	return PCAP_ORDER_USUAL;
}

static void
pcap_order_lengths(enum pcap_order order, uint32_t *captured, uint32_t *length)
{
	uint32_t first = *captured;

	if (order == PCAP_ORDER_SWAPPED ||
	    (order == PCAP_ORDER_EITHER && *captured > *length)) {
		*captured = *length;
		*length = first;
	}
}

/* A frame beyond the limit: long but real, or damage. */
static bool
pcap_is_believed(struct input *in, uint32_t captured)
{
	struct pcap *pcap = in->state;

	if (captured > INPUT_FRAME_MAX) {
		input_damage(in, "frame %s at byte %s cannot have %s bytes",
		    words_number(input_frame_number(in)).text,
		    words_number(stream_position(&in->stream)).text,
		    words_number(captured).text);
		return false;
	}
	input_over_snaplen(in, captured, pcap->interface->snaplen);
	pcap->limit = INPUT_FRAME_MAX;
	return true;
}

/*
 * The hot path. The caller passes big and ns as constants where it can, so
 * that the loop is compiled for each.
 */
static inline __attribute__((always_inline)) int
pcap_read_records(struct input *in, struct frame *frames, int max, bool big,
    uint32_t ns, enum pcap_order order)
{
	struct pcap *pcap = in->state;
	const uint32_t header = pcap->magic->record;
	const struct interface *interface = pcap->interface;
	const uint8_t *at = in->stream.at, *end = in->stream.end;
	uint32_t captured, length;
	int count;

	in->need = header;
	for (count = 0; count < max; count++) {
		if ((size_t)(end - at) < header)
			break;
		captured = pcap_u32(at + 8, big);
		length = pcap_u32(at + 12, big);
		if (order != PCAP_ORDER_USUAL)
			pcap_order_lengths(order, &captured, &length);
		if (captured > pcap->limit) {
			in->stream.at = at;
			in->batched = count;
			if (!pcap_is_believed(in, captured))
				break;
		}
		if ((size_t)(end - at) - header < captured) {
			in->need = header + captured;
			break;
		}
		/* Unsigned 32-bit seconds and fractions cannot overflow. */
		frames[count] = (struct frame){
			.data = at + header,
			.ts_ns = (int64_t)pcap_u32(at, big) * 1000000000 +
			    (int64_t)pcap_u32(at + 4, big) * ns,
			.captured = captured,
			.length = captured > length ? captured : length,
			.interface = interface
		};
		at += header + captured;
	}
	in->stream.at = at;
	return count;
}

static int
pcap_read(struct input *in, struct frame *frames, int max)
{
	struct pcap *pcap = in->state;

	if (pcap->magic == NULL) {
		pcap_read_header(in);
		if (pcap->magic == NULL)
			return 0;
	}
	if (pcap->order != PCAP_ORDER_USUAL)
		return pcap_read_records(in, frames, max,
		    pcap->is_big_endian, pcap->magic->ns, pcap->order);
	if (pcap->is_big_endian)
		return pcap_read_records(in, frames, max, true,
		    pcap->magic->ns, PCAP_ORDER_USUAL);
	if (pcap->magic->ns == 1)
		return pcap_read_records(in, frames, max, false, 1,
		    PCAP_ORDER_USUAL);
	return pcap_read_records(in, frames, max, false, 1000,
	    PCAP_ORDER_USUAL);
}

static void
pcap_cut(struct input *in)
{
	const struct pcap *pcap = in->state;
	size_t left = stream_left(&in->stream), header;
	struct words where = words_number(in->stream.offset);

	if (pcap->magic == NULL) {
		input_damage(in, "cut off at byte %s in the file header",
		    where.text);
		return;
	}
	header = pcap->magic->record;
	if (left < header) {
		input_damage(in,
		    "cut off at byte %s in the header of frame %s", where.text,
		    words_number(in->frames + 1).text);
		return;
	}
	input_damage(in, "cut off at byte %s in frame %s (%s of %s bytes)",
	    where.text, words_number(in->frames + 1).text,
	    words_number(left - header).text,
	    words_number(in->need - header).text);
}
