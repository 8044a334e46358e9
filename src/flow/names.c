/*
 * The table of names; see names.h. Names stand in a ring in the order in which
 * they were learned, and go when it is full. A number is a place in that
 * order, from 1.
 */
#include <string.h>

#include "base/pool.h"
#include "flow/names.h"

/* A name is good for an hour of the capture's clock. */
#define NAMES_AGE_NS (INT64_C(3600) * 1000000000)

static struct names_entry *entry_at(const struct names *, uint32_t);
static uint32_t	*slot_of(const struct names *, uint8_t,
		    const struct address *);
static uint32_t	look_up(const struct names *, uint8_t,
		    const struct address *);
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

static uint32_t *
slot_of(const struct names *names, uint8_t ip_version,
    const struct address *address)
{
	uint64_t hash = hash_keyed(&names->secret, address,
	    ip_version == 4 ? 4 : sizeof *address);

	return &names->slots[hash % NAMES_SLOTS];
}

static uint32_t
look_up(const struct names *names, uint8_t ip_version,
    const struct address *address)
{
	uint32_t number = *slot_of(names, ip_version, address);

	while (number != 0) {
		const struct names_entry *entry = entry_at(names, number);

		if (entry->naming.ip_version == ip_version &&
		    memcmp(&entry->naming.address, address,
		    sizeof *address) == 0)
			return number;
		number = entry->next;
	}
	return 0;
}

void
names_learn(struct names *names, const struct naming *naming, int64_t now_ns)
{
	uint32_t known = look_up(names, naming->ip_version, &naming->address);
	struct names_entry *entry = entry_at(names, known);
	uint32_t *slot;

	if (known != 0 && entry->naming.size == naming->size &&
	    memcmp(entry->naming.text, naming->text, naming->size) == 0) {
		entry->learned_ns = now_ns;
		return;
	}
	if (known != 0)
		withdraw(names, entry);
	if (++names->newest == 0)	/* 2^32 names later */
		names->newest = NAMES_MAX;
	entry = entry_at(names, names->newest);
	if (entry->is_current)
		withdraw(names, entry);
	slot = slot_of(names, naming->ip_version, &naming->address);
	entry->naming = *naming;
	entry->learned_ns = now_ns;
	entry->number = names->newest;
	entry->is_current = true;
	entry->next = *slot;
	*slot = entry->number;
}

/* The address has it no more. */
static void
withdraw(struct names *names, struct names_entry *entry)
{
	uint32_t *link = slot_of(names, entry->naming.ip_version,
	    &entry->naming.address);

	while (*link != entry->number)
		link = &entry_at(names, *link)->next;
	*link = entry->next;
	entry->is_current = false;
}

uint32_t
names_find(const struct names *names, uint8_t ip_version,
    const struct address *address, int64_t now_ns)
{
	uint32_t number;

	if (names->newest == 0)
		return 0;
	number = look_up(names, ip_version, address);
	return number != 0 && now_ns - entry_at(names, number)->learned_ns <=
	    NAMES_AGE_NS ? number : 0;
}

const struct naming *
names_at(const struct names *names, uint32_t number)
{
	const struct names_entry *entry = entry_at(names, number);

	return number != 0 && entry->number == number ? &entry->naming : NULL;
}
