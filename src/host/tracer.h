/*
 * The kernel's own word on which process has which socket, by a program in
 * it (tracer.bpf.c). Needs Linux 5.8 with BTF, CAP_BPF, CAP_PERFMON and, for
 * the exact ends of UDP sockets, CAP_NET_ADMIN, when it is opened alone.
 */
#ifndef TALLYMAN_HOST_TRACER_H
#define TALLYMAN_HOST_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/tracer_events.h"

/* The event is valid during the call. */
typedef void	tracer_take(void *context, const struct tracer_event *);

struct tracer;

/*
 * Loads it and begins; take is called by tracer_drain() alone. NULL with the
 * message where the kernel or our rights do not allow it.
 */
struct tracer	*tracer_open(tracer_take *, void *context, struct error *);
void		 tracer_close(struct tracer *);

/* A descriptor to wait for. */
int		 tracer_descriptor(const struct tracer *);

/* Gives the events that are there. */
void		 tracer_drain(struct tracer *);

/* Events that the kernel had no room for, so far. */
uint64_t	 tracer_lost(const struct tracer *);

/*
 * The path that a process was started by, as it was given: it may be
 * relative. False when that is not known, or it is another process's.
 */
bool		 tracer_exe(const struct tracer *, uint32_t pid,
		    uint64_t start_ns, struct tracer_exe *);

/* The program, as it was compiled; made when tallyman is built. */
extern const unsigned char tracer_program[];
extern const unsigned long tracer_program_size;

#endif
