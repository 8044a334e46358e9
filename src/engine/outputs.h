/*
 * All outputs of a run: what is written goes to each, and one that fails is
 * left out from then on. The failure is kept until it is asked for, since who
 * writes may not be who talks to the user.
 */
#ifndef TALLYMAN_ENGINE_OUTPUTS_H
#define TALLYMAN_ENGINE_OUTPUTS_H

#include <stdatomic.h>

#include "output/output.h"

struct outputs_failure {
	atomic_bool	is_lost;
	bool		is_told;
	struct error	error;		/* valid when lost */
};

struct outputs {
	struct output		**outputs;	/* borrowed */
	size_t			  count;
	struct outputs_failure	 *failures;	/* owned, one an output */
};

/* Aborts without memory. */
void	outputs_init(struct outputs *, struct output **, size_t count);
void	outputs_release(struct outputs *);

void	outputs_record(struct outputs *, const struct record *);
void	outputs_stats(struct outputs *, const struct stats *, bool is_last);
void	outputs_flush(struct outputs *);

/* Whole records that one output's format has made; see output.h. */
void	outputs_pieces(struct outputs *, size_t index, struct iovec *pieces,
	    int count);

/* The next failure that was not told yet; false: none. */
bool	outputs_tell(struct outputs *, struct error *);

bool	outputs_is_lost(const struct outputs *, size_t index);

/* Whether every output has failed. */
bool	outputs_are_lost(const struct outputs *);

#endif
