/*
 * Saved captures as a source: pcap and pcapng, plain or compressed, files,
 * directories, FIFOs and standard input, several merged in time order.
 */
#ifndef TALLYMAN_CAPTURE_SAVED_H
#define TALLYMAN_CAPTURE_SAVED_H

#include "capture/source.h"

/*
 * Opens every path ("-" is standard input; a directory stands for the
 * captures below it, by name). filter is a BPF expression or NULL; it is
 * compiled for each link type as it appears. All inputs are open when this
 * returns. Returns NULL with the message when one cannot be opened, a
 * directory has no captures, or the filter does not compile.
 *
 * An input that turns out damaged later is reported on the log, gives all
 * its whole frames, and sets is_damaged.
 */
struct source	*saved_open(const char *const *paths, size_t count,
		    const char *filter, struct error *);

/*
 * From now on compressed inputs are decoded by threads of their own, ahead of
 * whoever reads. For after saved_open() and before the first read, once
 * privileges are dropped: threads that are there already keep theirs.
 */
void		 saved_decode_ahead(struct source *);

#endif
