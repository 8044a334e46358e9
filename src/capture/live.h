/*
 * Live interfaces as a source, by libpcap.
 */
#ifndef TALLYMAN_CAPTURE_LIVE_H
#define TALLYMAN_CAPTURE_LIVE_H

#include "capture/source.h"

/* What tcpdump's -i -f -s -B -p -y say; zeros choose the defaults. */
struct live_options {
	const char	*filter;	/* BPF expression or NULL */
	const char	*link_type;	/* name as in -L, or NULL */
	int		 snaplen;	/* bytes; 0: 262144 */
	int		 buffer_kib;	/* 0: 32768 */
	bool		 is_not_promiscuous;
};

/* Opens the interfaces; NULL with the message when one cannot be. */
struct source	*live_open(const char *const *names, size_t count,
		    const struct live_options *, struct error *);

/*
 * A signal handler may call this: the next read returns SOURCE_END once the
 * frames already captured are delivered.
 */
void		 live_stop(struct source *);

/* -D and -L: written to standard output. 0, or -1 with the message. */
int		 live_list_interfaces(struct error *);
int		 live_list_link_types(const char *name, struct error *);

#endif
