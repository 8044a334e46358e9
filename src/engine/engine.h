/*
 * The pipeline: frames from a source are walked, metered, and leave as
 * records through the outputs, until the source ends or a signal asks.
 */
#ifndef TALLYMAN_ENGINE_ENGINE_H
#define TALLYMAN_ENGINE_ENGINE_H

#include "base/error.h"
#include "capture/source.h"
#include "engine/watch.h"
#include "flow/meter.h"
#include "output/output.h"

struct programs;

struct engine_options {
	struct source		*source;	/* borrowed */
	struct output		**outputs;	/* borrowed */
	size_t			 output_count;
	const struct watcher	*watcher;	/* borrowed; one worker alone */
	struct programs		*programs;	/* borrowed; NULL: none */
	struct meter_timeouts	 timeouts;
	struct flow_key_options	 key;
	uint64_t		 memory;	/* bytes for flow state */
	uint32_t		 max_flows;	/* 0: what memory allows */
	uint64_t		 frame_limit;	/* -c; 0: none */
	int64_t			 stats_interval_ns;	/* 0: at the end */
	uint16_t		 community_seed;
	int			 batch;		/* frames; 0: the default */
	int			 workers;	/* threads; 1: none but ours */
	bool			 has_writer;	/* and one more that writes */
	bool			 is_live;
	bool			 is_progress_wanted;
	bool			 is_header_checked;	/* IPv4 checksums */
	bool			 is_transport_checked;	/* TCP, UDP, ... */
	bool			 is_revealing;	/* what is secret is written */
};

/*
 * Runs to the end and writes the closing record. Returns 0; 1 when something
 * was lost or could not be read or written, which was logged; -1 with the
 * message when the run could not begin.
 */
int	engine_run(const struct engine_options *, struct error *);

#endif
