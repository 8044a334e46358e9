/*
 * What the screen shows, as it is now: a row for each conversation, with its
 * rates between two looks, and the totals of each service and program. It
 * knows neither the engine nor the screen.
 *
 * The number of rows is bounded: where more conversations are open, rows that
 * ended or say least give way to those that say more.
 */
#ifndef TALLYMAN_TOP_MODEL_H
#define TALLYMAN_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/record.h"
#include "record/stats.h"
#include "top/history.h"
#include "top/kept.h"

enum {
	MODEL_ROWS_MAX = 16384,
	MODEL_GROUPS_MAX = 512,		/* of a kind; the last: all others */
	MODEL_NAME_SIZE = 64
};

enum model_kind {
	MODEL_SERVICES,
	MODEL_PROGRAMS,
	MODEL_KINDS
};

/* Sides are the originator and the responder. */
enum { MODEL_SIDES = 2 };

struct model_row {
	struct kept	 kept;
	bool		 is_used;
	bool		 is_open;
	uint32_t	 next;		/* of its chain, or free */
	uint64_t	 round;		/* in which it was shown last */
	int64_t		 shown_ns;	/* and when */
	int64_t		 base_ns;	/* of the rates */
	uint64_t	 base_bytes[MODEL_SIDES];
	uint64_t	 bytes[MODEL_SIDES];
	uint64_t	 packets[MODEL_SIDES];
	uint64_t	 retransmitted;	/* packets, both sides */
	double		 rates[MODEL_SIDES];	/* bits in a second */
	int		 groups[MODEL_KINDS][MODEL_SIDES]; /* -1: none */
	struct history	 history;	/* bytes */
};

/* All of one service, or of one program. */
struct model_group {
	char		 name[MODEL_NAME_SIZE];	/* foreign; "": not used */
	uint64_t	 flows;		/* ever seen */
	uint64_t	 open;
	uint64_t	 bytes[MODEL_SIDES];
	uint64_t	 gone_bytes[MODEL_SIDES]; /* of rows that are gone */
	uint64_t	 retransmitted;
	uint64_t	 gone_retransmitted;
	double		 rates[MODEL_SIDES];
	struct history	 history;
};

struct model {
	struct model_row	*rows;		/* owned; ROWS_MAX */
	uint32_t		*heads;		/* owned; row + 1 of a chain */
	uint32_t		 free;		/* row + 1 */
	uint32_t		 used;		/* rows ever used */
	uint32_t		 hand;		/* looks for who gives way */
	struct model_group	*groups[MODEL_KINDS];	/* owned */
	int			 group_counts[MODEL_KINDS];
	bool			 has_programs;	/* a record had one */

	uint64_t		 round;		/* under way; from 1 */
	int64_t			 begin_ns;	/* when the first record came */
	int64_t			 now_ns;
	uint64_t		 open;		/* as the engine says */
	struct stats		 stats;		/* of the last round */
	int64_t			 base_ns;	/* of the rates; 0: none yet */
	uint64_t		 base_bytes;
	uint64_t		 base_frames;
	double			 bit_rate;	/* of all frames */
	double			 frame_rate;
	struct history		 history;	/* bytes of all frames */
};

/* The fields are known before (fields_init). */
struct model	*model_new(void);
void		 model_free(struct model *);

/* For a picture that is held while the model goes on. */
struct model	*model_copy(const struct model *);

/* How a flow is at that time, in ns since 1970; it is open or has ended. */
void		 model_record(struct model *, const struct record *,
		    bool is_open, int64_t now_ns);

/* All open flows were shown. */
void		 model_round(struct model *, const struct stats *,
		    uint64_t flows_open, int64_t now_ns);

/* The row of that flow, or NULL. */
const struct model_row	*model_find(const struct model *, uint64_t id);

/* Up to which second a history is shown: the last that is whole. */
int64_t		 model_second(const struct model *);

/* Both ways together. */
static inline double
model_rate(const double rates[MODEL_SIDES])
{
	return rates[0] + rates[1];
}

static inline uint64_t
model_sum(const uint64_t amounts[MODEL_SIDES])
{
	return amounts[0] + amounts[1];
}

#endif
