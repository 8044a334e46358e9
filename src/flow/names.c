/*
 * The table of names; see names.h. Names stand in a ring in the order in which
 * they were learned, and go when it is full. A number is a place in that
 * order, from 1. A link to a name is its place in the ring, from 1, and bits of
 * its address's hash, so that who looks for another one need not look at it.
 */
#include <string.h>

#include "base/pool.h"
#include "flow/names.h"

/* A name is good for an hour of the capture's clock. */
#define NAMES_AGE_NS (INT64_C(3600) * 1000000000)

static struct names_entry *entry_at(const struct names *, uint32_t);
static uint32_t	place_of(uint32_t);
static uint32_t	look_up(const struct names *, uint8_t,
		    const struct address *, uint64_t);
static bool	is_weaker(const struct naming *, const struct names_entry *,
		    int64_t);
static void	enter(struct names *, uint32_t, uint64_t);
static void	withdraw(struct names *, struct names_entry *);

void
names_init(struct names *names, const struct hash_secret *secret)
{
	*names = (struct names){ .secret = *secret };
	names->entries = pool_map(NAMES_MAX * sizeof *names->entries);
	names->slots = pool_map(NAMES_SLOTS * sizeof *names->slots);
}

void
names_release(struct names *names)
{
	pool_unmap(names->entries, NAMES_MAX * sizeof *names->entries);
	pool_unmap(names->slots, NAMES_SLOTS * sizeof *names->slots);
}

static inline struct names_entry *
entry_at(const struct names *names, uint32_t number)
{
	return &names->entries[number % NAMES_MAX];
}

/* The place in the ring that a link names. */
static inline uint32_t
place_of(uint32_t link)
{
	return (link & NAMES_PLACE) - 1;
}

/* The number of the current name, or 0. */
static uint32_t
look_up(const struct names *names, uint8_t ip_version,
    const struct address *address, uint64_t hash)
{
	uint32_t link = names->slots[hash % NAMES_SLOTS];
	uint32_t tag = (uint32_t)(hash >> 32) & ~NAMES_PLACE;

	for (; link != 0; link = names->next[place_of(link)]) {
		const struct names_entry *entry;

		if ((link & ~NAMES_PLACE) != tag)
			continue;
		entry = &names->entries[place_of(link)];
		if (entry->naming.ip_version == ip_version &&
		    memcmp(&entry->naming.address, address,
		    sizeof *address) == 0)
			return entry->number;
	}
	return 0;
}

void
names_learn(struct names *names, const struct naming *naming, int64_t now_ns)
{
	uint64_t hash = names_hash(names, &naming->address);
	uint32_t known = look_up(names, naming->ip_version, &naming->address,
	    hash);
	struct names_entry *entry = entry_at(names, known);

	if (known != 0 && entry->naming.size == naming->size &&
	    memcmp(entry->naming.text, naming->text, naming->size) == 0) {
		entry->learned_ns = now_ns;
		if (naming->source < entry->naming.source)
			entry->naming.source = naming->source;
		return;
	}
	if (known != 0 && is_weaker(naming, entry, now_ns))
		return;
	if (known != 0)
		withdraw(names, entry);
	if (++names->newest == 0)	/* 2^32 names later */
		names->newest = NAMES_MAX;
	entry = entry_at(names, names->newest);
	if (entry->is_current)
		withdraw(names, entry);
	entry->naming = *naming;
	entry->learned_ns = now_ns;
	entry->number = names->newest;
	enter(names, names->newest % NAMES_MAX, hash);
}

/*
 * What a client calls a server stands behind what a service of names says of
 * it, while that is good.
 */
static bool
is_weaker(const struct naming *naming, const struct names_entry *entry,
    int64_t now_ns)
{
	return naming->source >= NAMING_SNI &&
	    entry->naming.source < NAMING_SNI &&
	    now_ns - entry->learned_ns <= NAMES_AGE_NS;
}

/* Makes the name at this place the one that is found. */
static void
enter(struct names *names, uint32_t place, uint64_t hash)
{
	uint32_t *slot = &names->slots[hash % NAMES_SLOTS];

	names->entries[place].is_current = true;
	names->next[place] = *slot;
	*slot = ((uint32_t)(hash >> 32) & ~NAMES_PLACE) | (place + 1);
}

/* The address has it no more. */
static void
withdraw(struct names *names, struct names_entry *entry)
{
	uint64_t hash = names_hash(names, &entry->naming.address);
	uint32_t place = (uint32_t)(entry - names->entries);
	uint32_t *link = &names->slots[hash % NAMES_SLOTS];

	while (place_of(*link) != place)
		link = &names->next[place_of(*link)];
	*link = names->next[place];
	entry->is_current = false;
}

uint32_t
names_find(const struct names *names, uint8_t ip_version,
    const struct address *address, int64_t now_ns)
{
	uint32_t number;

	if (names->newest == 0)
		return 0;
	number = look_up(names, ip_version, address,
	    names_hash(names, address));
	return number != 0 && now_ns - entry_at(names, number)->learned_ns <=
	    NAMES_AGE_NS ? number : 0;
}

const struct naming *
names_at(const struct names *names, uint32_t number)
{
	const struct names_entry *entry = entry_at(names, number);

	return number != 0 && entry->number == number ? &entry->naming : NULL;
}
