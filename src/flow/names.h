/*
 * Names of addresses, as packets gave them: bounded, and forgotten with time.
 * Of two names for one address the newer counts, but for what clients call a
 * server, which yields to what a service of names said of it; who remembers the number of
 * the older one still has that. Each meter has a table of its own and learns
 * the same names in the same order, so all of them know the same at any place
 * of the input.
 */
#ifndef TALLYMAN_FLOW_NAMES_H
#define TALLYMAN_FLOW_NAMES_H

#include "base/hash.h"
#include "dissect/naming.h"

enum { NAMES_MAX = 8192, NAMES_SLOTS = 4 * NAMES_MAX };

/* The bits of a link that say where the name is; 0: nowhere. */
#define NAMES_PLACE ((uint32_t)2 * NAMES_MAX - 1)

struct names_entry {
	struct naming	naming;
	int64_t		learned_ns;
	uint32_t	number;		/* 0: free */
	bool		is_current;	/* it stands in its slot */
};

struct names {
	struct names_entry	*entries;	/* owned, NAMES_MAX */
	uint32_t		*slots;		/* owned, NAMES_SLOTS: links */
	uint32_t		 next[NAMES_MAX]; /* links, by place */
	uint32_t		 newest;	/* number; 0: none was learned */
	struct hash_secret	 secret;
};

void	names_init(struct names *, const struct hash_secret *);
void	names_release(struct names *);

void	names_learn(struct names *, const struct naming *, int64_t now_ns);

/* Where the address's name would be found, for names_find() to come. */
static inline uint64_t
names_hash(const struct names *names, const struct address *address)
{
	return hash_mix64(hash_part(&names->secret, 0, address));
}

static inline __attribute__((always_inline)) void
names_fetch(const struct names *names, const struct address *address)
{
	__builtin_prefetch(&names->slots[names_hash(names, address) %
	    NAMES_SLOTS]);
}

/*
 * The number of the address's name at that time, 0 when it has none; and the
 * name of a number, NULL when it was forgotten meanwhile. Borrowed until the
 * next is learned.
 */
uint32_t names_find(const struct names *, uint8_t ip_version,
	    const struct address *, int64_t now_ns);
const struct naming *names_at(const struct names *, uint32_t number);

#endif
