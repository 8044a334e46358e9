/*
 * The closing record: what became of every frame.
 */
#ifndef TALLYMAN_RECORD_STATS_H
#define TALLYMAN_RECORD_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/anomaly.h"

enum { STATS_LINKS_MAX = 32 };

struct stats_link {
	int		link_type;	/* LINKTYPE_ value */
	uint64_t	frames;
};

struct stats {
	int64_t		start_ns;	/* oldest; if read > filtered */
	int64_t		end_ns;		/* newest */
	int		time_digits;

	uint64_t	read;		/* frames, the filtered ones too */
	uint64_t	in_flows;
	uint64_t	not_ip;
	uint64_t	malformed;
	uint64_t	fragments_unfinished;
	uint64_t	filtered;
	struct stats_link links[STATS_LINKS_MAX]; /* the last one: others */
	int		link_count;
	uint64_t	bytes;		/* frame lengths, not the filtered */
	uint64_t	anomalies[ANOMALY_COUNT];	/* frames with each */

	uint64_t	flows;
	uint64_t	flows_tcp;
	uint64_t	flows_udp;
	uint64_t	flows_other;
	uint64_t	flows_active_peak;
	uint64_t	flows_evicted;
	uint64_t	payload_short;

	bool		has_kernel;
	uint64_t	kernel_received;
	uint64_t	kernel_dropped;
	uint64_t	interface_dropped;

	bool		has_programs;
	uint64_t	programs_lost;

	int64_t		elapsed_ns;	/* of the run */

	/* For the last words of text output. */
	uint64_t	refused;	/* TCP connections answered by RST */
	uint64_t	unanswered;	/* TCP SYNs with no answer at all */
	uint64_t	record_packets;	/* of records without a parent */
};

#endif
