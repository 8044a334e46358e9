/*
 * Reassembly of fragments.
 *
 * A datagram under way has a block of bytes, and for every 8 bytes (the unit
 * of fragment offsets) two bits: whether they arrived, and whether a fragment
 * began there. So each fragment costs time in its own size, whatever the
 * order and the number of the others, and an exact duplicate is told from an
 * overlap. Datagrams are found by a keyed hash and kept in the order in which
 * they began, which is the order in which they age.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"
#include "packet/fragments.h"

enum {
	FRAGMENTS_UNIT = 8,			/* bytes */
	FRAGMENTS_END_MAX = 65535,		/* of a datagram, bytes */
	FRAGMENTS_BLOCK_MIN = 2048,
	FRAGMENTS_BUCKETS = 2 * FRAGMENTS_DATAGRAMS_MAX
};

#define FRAGMENTS_UNKNOWN	UINT32_MAX
#define NS_PER_S		UINT64_C(1000000000)

/* Bytes, then the bits "arrived", then the bits "began", both for all. */
struct fragments_block {
	struct fragments_block	*next;		/* among those handed out */
	uint32_t		 capacity;	/* bytes, a power of two */
	uint8_t			 bytes[];
};

/* All of it is hashed and compared, so it has no padding. */
struct fragments_key {
	struct address	src;
	struct address	dst;
	uint32_t	identification;
	uint8_t		ip_version;
	uint8_t		protocol;	/* 0 in IPv6 (RFC 8200 4.5) */
	uint8_t		is_outermost;	/* one ledger must not pay two */
	uint8_t		zero;
};

_Static_assert(sizeof(struct fragments_key) == 40, "padding in a hash key");

/* A datagram under way. Numbers are those of the pool; 0 is none. */
struct fragments_entry {
	struct fragments_key	 key;
	uint32_t		 bucket;
	uint32_t		 next_in_bucket;
	uint32_t		 older;
	uint32_t		 newer;
	int64_t			 began_ns;	/* on the capture clock */
	struct fragments_block	*block;		/* owned, NULL when refused */
	bool			 is_refused;	/* IPv6: it had an overlap */
	uint8_t			 protocol;
	uint32_t		 units;		/* arrived */
	uint32_t		 end;		/* of what arrived, bytes */
	uint32_t		 size;		/* FRAGMENTS_UNKNOWN at first */
	uint32_t		 captured;	/* first byte not captured */
	uint32_t		 frames;
	uint32_t		 ip_bytes;
	uint64_t		 frame_bytes;
	int64_t			 start_ns;
};

/* Invariant: bytes is the sum of the blocks of the entries in the list. */
struct fragments {
	struct hash_secret	 secret;
	struct pool		 entries;	/* owned */
	uint32_t		*buckets;	/* owned */
	uint32_t		 oldest;
	uint32_t		 newest;
	size_t			 bytes;
	int64_t			 clock_ns;	/* the newest time seen */
	uint64_t		 unfinished;
	struct fragments_block	*handed_out;	/* owned until recycled */
};

static bool	fragments_whole(const struct fragment *, struct datagram *);
static bool	fragments_is_sound(const struct fragment *);
static void	fragments_expire(struct fragments *, int64_t);
static struct fragments_key fragments_key(const struct fragment *);
static uint32_t	fragments_find(const struct fragments *,
		    const struct fragments_key *, uint32_t);
static uint32_t	fragments_begin(struct fragments *,
		    const struct fragments_key *, uint32_t,
		    const struct fragment *);
static void	fragments_forget(struct fragments *, uint32_t);
static void	fragments_drop_block(struct fragments *,
		    struct fragments_entry *);
static bool	fragments_accept(struct fragments *, uint32_t,
		    const struct fragment *, struct packet *);
static bool	fragments_fits(struct fragments_entry *,
		    const struct fragment *, struct packet *);
static void	fragments_reserve(struct fragments *, uint32_t, uint32_t);
static struct fragments_block *fragments_block_new(uint32_t);
static size_t	fragments_block_size(uint32_t);
static bool	fragments_is_new(const struct fragments_entry *, uint32_t,
		    uint32_t);
static bool	fragments_is_duplicate(const struct fragments_entry *,
		    const struct fragment *, uint32_t, uint32_t);
static void	fragments_place(struct fragments_entry *,
		    const struct fragment *, uint32_t, uint32_t);
static void	fragments_hand_out(struct fragments *, uint32_t,
		    struct datagram *);

static inline struct fragments_entry *
entry_at(const struct fragments *f, uint32_t number)
{
	return pool_at(&f->entries, number);
}

static inline bool
bit_is_set(const uint8_t *bits, uint32_t n)
{
	return (bits[n / 8] >> n % 8 & 1) != 0;
}

static inline void
bit_set(uint8_t *bits, uint32_t n)
{
	bits[n / 8] |= (uint8_t)(1 << n % 8);
}

static inline uint8_t *
block_arrived(struct fragments_block *block)
{
	return &block->bytes[block->capacity];
}

static inline uint8_t *
block_began(struct fragments_block *block)
{
	return &block->bytes[block->capacity +
	    block->capacity / FRAGMENTS_UNIT / 8];
}

struct fragments *
fragments_new(const struct hash_secret *secret)
{
	struct fragments *f = calloc(1, sizeof(*f));
	uint32_t *buckets = calloc(FRAGMENTS_BUCKETS, sizeof(*buckets));

	if (f == NULL || buckets == NULL) {
		log_error("out of memory: %zu bytes for fragments",
		    sizeof(*f) + FRAGMENTS_BUCKETS * sizeof(*buckets));
		abort();
	}
	f->secret = *secret;
	f->buckets = buckets;
	f->clock_ns = INT64_MIN;
	pool_init(&f->entries, sizeof(struct fragments_entry),
	    FRAGMENTS_DATAGRAMS_MAX);
	return f;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	while (f->oldest != 0)
		fragments_forget(f, f->oldest);
	fragments_recycle(f);
	pool_release(&f->entries);
	free(f->buckets);
	free(f);
}

/*
 * A fragment that is the whole datagram meets no others (RFC 6946 4). What
 * belongs to no datagram counts as unfinished for good.
 */
bool
fragments_add(struct fragments *f, const struct fragment *part,
    struct packet *packet, struct datagram *whole)
{
	struct fragments_key key;
	struct fragments_entry *entry;
	uint32_t bucket, number;

	fragments_expire(f, part->ts_ns);
	if (part->offset == 0 && part->is_last)
		return fragments_whole(part, whole);
	f->unfinished += part->is_outermost;
	if (!fragments_is_sound(part)) {
		packet_note(packet, ANOMALY_FRAGMENT_LENGTH);
		return false;
	}
	key = fragments_key(part);
	bucket = (uint32_t)(hash_keyed(&f->secret, &key, sizeof(key)) %
	    FRAGMENTS_BUCKETS);
	number = fragments_find(f, &key, bucket);
	if (number == 0)
		number = fragments_begin(f, &key, bucket, part);
	if (!fragments_accept(f, number, part, packet))
		return false;
	entry = entry_at(f, number);
	if (entry->size == FRAGMENTS_UNKNOWN || entry->units <
	    (entry->size + FRAGMENTS_UNIT - 1) / FRAGMENTS_UNIT)
		return false;
	if (part->is_outermost)
		f->unfinished -= entry->frames;
	fragments_hand_out(f, number, whole);
	return true;
}

void
fragments_recycle(struct fragments *f)
{
	struct fragments_block *block;

	while ((block = f->handed_out) != NULL) {
		f->handed_out = block->next;
		free(block);
	}
}

uint64_t
fragments_unfinished(const struct fragments *f)
{
	return f->unfinished;
}

static bool
fragments_whole(const struct fragment *part, struct datagram *whole)
{
	*whole = (struct datagram){
		.data = part->data,
		.captured = part->captured,
		.size = part->size,
		.fragments = 1,
		.ip_bytes = part->ip_bytes,
		.frame_bytes = part->frame_bytes,
		.start_ns = part->ts_ns,
		.protocol = part->protocol
	};
	return true;
}

/*
 * All but the last fragment have a multiple of 8 bytes. IPv6 refuses others
 * (RFC 8200 4.5); in IPv4 the odd bytes are left out when they are placed,
 * so one that is nothing else is of no use.
 */
static bool
fragments_is_sound(const struct fragment *part)
{
	if (part->size == 0 || part->size > FRAGMENTS_END_MAX ||
	    part->offset > FRAGMENTS_END_MAX - part->size)
		return false;
	if (part->is_last || part->size % FRAGMENTS_UNIT == 0)
		return true;
	return part->ip_version == 4 && part->size > FRAGMENTS_UNIT;
}

/* A frame from the past does not move the clock back. */
static void
fragments_expire(struct fragments *f, int64_t ts_ns)
{
	const struct fragments_entry *oldest;
	uint64_t age_ns;

	if (ts_ns <= f->clock_ns)
		return;
	f->clock_ns = ts_ns;
	while (f->oldest != 0) {
		oldest = entry_at(f, f->oldest);
		age_ns = (uint64_t)ts_ns - (uint64_t)oldest->began_ns;
		if (age_ns <= FRAGMENTS_AGE_MAX_S * NS_PER_S)
			return;
		fragments_forget(f, f->oldest);
	}
}

static struct fragments_key
fragments_key(const struct fragment *part)
{
	return (struct fragments_key){
		.src = *part->src,
		.dst = *part->dst,
		.identification = part->identification,
		.ip_version = part->ip_version,
		.protocol = part->ip_version == 4 ? part->protocol : 0,
		.is_outermost = part->is_outermost
	};
}

static uint32_t
fragments_find(const struct fragments *f, const struct fragments_key *key,
    uint32_t bucket)
{
	const struct fragments_entry *entry;
	uint32_t number;

	for (number = f->buckets[bucket]; number != 0;
	    number = entry->next_in_bucket) {
		entry = entry_at(f, number);
		if (memcmp(&entry->key, key, sizeof(*key)) == 0)
			break;
	}
	return number;
}

/* Begins a datagram; the oldest makes room for it. */
static uint32_t
fragments_begin(struct fragments *f, const struct fragments_key *key,
    uint32_t bucket, const struct fragment *part)
{
	struct fragments_entry *entry;
	uint32_t number = pool_take(&f->entries);

	if (number == 0) {
		fragments_forget(f, f->oldest);
		number = pool_take(&f->entries);
	}
	assert(number != 0);
	entry = entry_at(f, number);
	entry->key = *key;
	entry->bucket = bucket;
	entry->next_in_bucket = f->buckets[bucket];
	f->buckets[bucket] = number;
	entry->older = f->newest;
	if (f->newest == 0)
		f->oldest = number;
	else
		entry_at(f, f->newest)->newer = number;
	f->newest = number;
	entry->began_ns = f->clock_ns;
	entry->start_ns = part->ts_ns;
	entry->protocol = part->protocol;
	entry->size = FRAGMENTS_UNKNOWN;
	entry->captured = FRAGMENTS_UNKNOWN;
	return number;
}

/* Takes a datagram out of the table and frees what it has. */
static void
fragments_forget(struct fragments *f, uint32_t number)
{
	struct fragments_entry *entry = entry_at(f, number);
	struct fragments_entry *other;
	uint32_t *link;

	for (link = &f->buckets[entry->bucket]; *link != number;
	    link = &other->next_in_bucket)
		other = entry_at(f, *link);
	*link = entry->next_in_bucket;

	if (entry->older == 0)
		f->oldest = entry->newer;
	else
		entry_at(f, entry->older)->newer = entry->newer;
	if (entry->newer == 0)
		f->newest = entry->older;
	else
		entry_at(f, entry->newer)->older = entry->older;

	fragments_drop_block(f, entry);
	pool_give(&f->entries, number);
}

static void
fragments_drop_block(struct fragments *f, struct fragments_entry *entry)
{
	if (entry->block == NULL)
		return;
	f->bytes -= fragments_block_size(entry->block->capacity);
	free(entry->block);
	entry->block = NULL;
}

/*
 * Adds the fragment to its datagram. False when it is not part of it: the
 * datagram was refused, or the fragment contradicts it.
 */
static bool
fragments_accept(struct fragments *f, uint32_t number,
    const struct fragment *part, struct packet *packet)
{
	struct fragments_entry *entry = entry_at(f, number);
	uint32_t first = part->offset / FRAGMENTS_UNIT;
	uint32_t end;

	if (entry->is_refused || !fragments_fits(entry, part, packet))
		return false;
	end = part->offset + part->size;
	if (!part->is_last)
		end -= end % FRAGMENTS_UNIT;
	fragments_reserve(f, number, end);
	if (!fragments_is_new(entry, first, end) &&
	    !fragments_is_duplicate(entry, part, first, end)) {
		packet_note(packet, ANOMALY_FRAGMENT_OVERLAP);
		if (part->ip_version == 6) {
			entry->is_refused = true;
			fragments_drop_block(f, entry);
			return false;
		}
	}
	fragments_place(entry, part, first, end);
	entry->frames++;
	entry->ip_bytes += part->ip_bytes;
	entry->frame_bytes += part->frame_bytes;
	return true;
}

/* The last fragment says where the datagram ends; all others must agree. */
static bool
fragments_fits(struct fragments_entry *entry, const struct fragment *part,
    struct packet *packet)
{
	uint32_t end = part->offset + part->size;
	bool is_agreed = entry->size == FRAGMENTS_UNKNOWN ||
	    (part->is_last ? end == entry->size : end <= entry->size);

	if (!is_agreed || (part->is_last && end < entry->end)) {
		packet_note(packet, ANOMALY_FRAGMENT_LENGTH);
		return false;
	}
	if (!part->is_last && part->size % FRAGMENTS_UNIT != 0)
		packet_note(packet, ANOMALY_FRAGMENT_LENGTH);
	if (part->is_last)
		entry->size = end;
	return true;
}

/* Room for end bytes in the datagram; the oldest others make it. */
static void
fragments_reserve(struct fragments *f, uint32_t number, uint32_t end)
{
	struct fragments_entry *entry = entry_at(f, number);
	struct fragments_block *block, *old = entry->block;
	uint32_t capacity = FRAGMENTS_BLOCK_MIN;
	uint32_t victim;

	if (old != NULL && old->capacity >= end)
		return;
	while (capacity < end)
		capacity *= 2;
	block = fragments_block_new(capacity);
	if (old != NULL) {
		memcpy(block->bytes, old->bytes, entry->end);
		memcpy(block_arrived(block), block_arrived(old),
		    old->capacity / FRAGMENTS_UNIT / 8);
		memcpy(block_began(block), block_began(old),
		    old->capacity / FRAGMENTS_UNIT / 8);
		fragments_drop_block(f, entry);
	}
	entry->block = block;
	f->bytes += fragments_block_size(capacity);
	while (f->bytes > FRAGMENTS_BYTES_MAX) {
		victim = f->oldest != number ? f->oldest : entry->newer;
		fragments_forget(f, victim);
	}
}

static struct fragments_block *
fragments_block_new(uint32_t capacity)
{
	size_t size = fragments_block_size(capacity);
	struct fragments_block *block = malloc(size);

	if (block == NULL) {
		log_error("out of memory: %zu bytes for a datagram", size);
		abort();
	}
	block->next = NULL;
	block->capacity = capacity;
	memset(block_arrived(block), 0, capacity / FRAGMENTS_UNIT / 8 * 2);
	return block;
}

static size_t
fragments_block_size(uint32_t capacity)
{
	return sizeof(struct fragments_block) + capacity +
	    capacity / FRAGMENTS_UNIT / 8 * 2;
}

/* True when nothing from the first unit to the end has arrived. */
static bool
fragments_is_new(const struct fragments_entry *entry, uint32_t first,
    uint32_t end)
{
	const uint8_t *arrived = block_arrived(entry->block);
	uint32_t unit;

	for (unit = first; unit * FRAGMENTS_UNIT < end; unit++)
		if (bit_is_set(arrived, unit))
			return false;
	return true;
}

/*
 * True when one fragment with the same bounds arrived before, and the same
 * bytes as far as both were captured.
 */
static bool
fragments_is_duplicate(const struct fragments_entry *entry,
    const struct fragment *part, uint32_t first, uint32_t end)
{
	const uint8_t *arrived = block_arrived(entry->block);
	const uint8_t *began = block_began(entry->block);
	uint32_t unit, known;

	for (unit = first; unit * FRAGMENTS_UNIT < end; unit++)
		if (!bit_is_set(arrived, unit) ||
		    bit_is_set(began, unit) != (unit == first))
			return false;
	if (end < entry->end && bit_is_set(arrived, unit) &&
	    !bit_is_set(began, unit))
		return false;
	known = part->offset + part->captured;
	if (known > end)
		known = end;
	if (known > entry->captured)
		known = entry->captured;
	return known <= part->offset ||
	    memcmp(&entry->block->bytes[part->offset], part->data,
	    known - part->offset) == 0;
}

/*
 * Copies the units that have not arrived yet. Bytes that were not captured
 * are left as they are: the datagram is known up to the first of them.
 */
static void
fragments_place(struct fragments_entry *entry, const struct fragment *part,
    uint32_t first, uint32_t end)
{
	uint8_t *arrived = block_arrived(entry->block);
	uint32_t known = part->offset + part->captured;
	uint32_t unit, at, size;

	for (unit = first; unit * FRAGMENTS_UNIT < end; unit++) {
		if (bit_is_set(arrived, unit))
			continue;
		bit_set(arrived, unit);
		entry->units++;
		at = unit * FRAGMENTS_UNIT;
		size = end - at < FRAGMENTS_UNIT ? end - at : FRAGMENTS_UNIT;
		if (at + size > known) {
			size = known > at ? known - at : 0;
			if (entry->captured > at + size)
				entry->captured = at + size;
		}
		memcpy(&entry->block->bytes[at], &part->data[at -
		    part->offset], size);
	}
	bit_set(block_began(entry->block), first);
	if (end > entry->end)
		entry->end = end;
	if (part->offset == 0)
		entry->protocol = part->protocol;
}

/* Describes the datagram and forgets it, but for its block. */
static void
fragments_hand_out(struct fragments *f, uint32_t number,
    struct datagram *whole)
{
	struct fragments_entry *entry = entry_at(f, number);
	struct fragments_block *block = entry->block;

	*whole = (struct datagram){
		.data = block->bytes,
		.captured = entry->captured < entry->size ? entry->captured :
		    entry->size,
		.size = entry->size,
		.fragments = entry->frames,
		.ip_bytes = entry->ip_bytes,
		.frame_bytes = entry->frame_bytes,
		.start_ns = entry->start_ns,
		.protocol = entry->protocol
	};
	block->next = f->handed_out;
	f->handed_out = block;
	f->bytes -= fragments_block_size(block->capacity);
	entry->block = NULL;
	fragments_forget(f, number);
}
