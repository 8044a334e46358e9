/*
 * The kernel's own word on which process has which socket, by a program in
 * it (watch.bpf.c). Needs Linux 5.8 with BTF, CAP_BPF, CAP_PERFMON and, for
 * the exact ends of UDP sockets, CAP_NET_ADMIN, when it is opened alone.
 */
#ifndef TALLYMAN_HOST_WATCH_H
#define TALLYMAN_HOST_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/watch_events.h"

/* The event is valid during the call. */
typedef void	watch_take(void *context, const struct watch_event *);

struct watch;

/*
 * Loads it and begins; take is called by watch_drain() alone. NULL with the
 * message where the kernel or our rights do not allow it.
 */
struct watch	*watch_open(watch_take *, void *context, struct error *);
void		 watch_close(struct watch *);

/* A descriptor to wait for. */
int		 watch_descriptor(const struct watch *);

/* Gives the events that are there. */
void		 watch_drain(struct watch *);

/* Events that the kernel had no room for, so far. */
uint64_t	 watch_lost(const struct watch *);

/*
 * The path that a process was started by, as it was given: it may be
 * relative. False when that is not known, or it is another process's.
 */
bool		 watch_exe(const struct watch *, uint32_t pid,
		    uint64_t start_ns, struct watch_exe *);

/* The program, as it was compiled; made when tallyman is built. */
extern const unsigned char watch_program[];
extern const unsigned long watch_program_size;

#endif
