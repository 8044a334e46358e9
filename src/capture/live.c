/*
 * Live interfaces as a source, by libpcap.
 *
 * The handles are non-blocking and waited for together. Frames are copied
 * into a window of our own, as libpcap's pointers do not outlive its
 * callback; a batch is put in time order when there are several interfaces.
 *
 * After live_stop() what arrived before is still given: blocks of the ring
 * that the kernel has not handed over yet come within its timeout, and a
 * frame with a later time shows that an interface has nothing old left.
 */
#include "capture/live.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "capture/file/words.h"
#include "capture/filter.h"
#include "capture/link_types.h"

enum {
	LIVE_BATCH = 64,		/* frames copied at once, at most */
	LIVE_SNAPLEN = 262144,		/* bytes */
	LIVE_WINDOW = 4 * LIVE_SNAPLEN,	/* bytes of copies */
	LIVE_BUFFER_KIB = 32768,	/* 32 MiB for an interface */
	LIVE_TIMEOUT_MS = 100,		/* of a block in the kernel's ring */
	LIVE_QUIET_MS = 200,		/* how long a read waits for frames */
	LIVE_LINGER_MS = 250,		/* silence that ends after a stop */
	LIVE_STOP_MS = 900,		/* a stop takes no longer */
	LIVE_BLIND_MS = 10		/* between looks without a descriptor */
};

/* One interface. */
struct live_port {
	pcap_t			*pcap;		/* owned */
	struct interface	 interface;	/* owns its name */
	int64_t			 fraction_ns;	/* unit of tv_usec */
	bool			 is_done;	/* nothing more is wanted */
	bool			 has_failed;	/* its ring may hold frames */
};

struct live {
	struct source		 source;
	struct live_port	*ports;		/* owned */
	struct pollfd		*waits;		/* owned; one a port */
	size_t			 count;
	size_t			 first;		/* port to ask first */
	struct window		*window;	/* owned; of the copies */
	size_t			 used;		/* bytes of the window */
	size_t			 snaplen;	/* bytes of a copy, at most */
	volatile sig_atomic_t	 is_stopped;
	int64_t			 stop_ns;	/* of the wall clock; 0 */
	int64_t			 stop_tick_ns;	/* of the steady clock */
	int64_t			 last_tick_ns;	/* when a frame came last */
	struct error		 failure;	/* told after the last frames */
};

/* What the callback needs to add a frame to the batch. */
struct live_batch {
	struct live		*live;
	struct live_port	*port;
	struct frame		*frames;
	int			 count;
};

static bool	 live_open_port(struct live_port *, const char *,
		    const struct live_options *, struct error *);
static bool	 live_activate(struct live_port *,
		    const struct live_options *, struct error *);
static void	 live_activation_error(const char *, pcap_t *, int,
		    struct error *);
static void	 live_permission_error(const char *, struct error *);
static bool	 live_set_link_type(struct live_port *, const char *,
		    struct error *);
static bool	 live_set_filter(struct live_port *, const char *,
		    struct error *);
static void	 live_describe(struct live_port *);
static int	 live_read(struct source *, struct frame *, int,
		    struct error *);
static int	 live_collect(struct live *, struct frame *, int);
static void	 live_collect_port(struct live_batch *, int);
static void	 live_take(u_char *, const struct pcap_pkthdr *,
		    const u_char *);
static uint8_t	*live_room(struct live *, size_t);
static void	 live_port_failed(struct live *, struct live_port *);
static void	 live_sort(struct frame *, int);
static bool	 live_is_over(struct live *);
static void	 live_wait(struct live *);
static void	 live_counts(struct source *, struct source_counts *);
static void	 live_free(struct source *);
static void	 live_print_flags(unsigned int);
static const char *live_connection(unsigned int);
static void	 live_print_link_type(int);

static const struct source_operations live_operations = {
	.read = live_read,
	.counts = live_counts,
	.free = live_free
};

struct source *
live_open(const char *const *names, size_t count,
    const struct live_options *options, struct error *error)
{
	struct live *live = calloc(1, sizeof(*live));
	size_t i;

	if (live == NULL)
		abort();
	live->source.operations = &live_operations;
	live->snaplen = LIVE_SNAPLEN;
	if (options->snaplen > 0 && options->snaplen < LIVE_SNAPLEN)
		live->snaplen = (size_t)options->snaplen;
	live->ports = calloc(count + 1, sizeof(*live->ports));
	live->waits = calloc(count + 1, sizeof(*live->waits));
	if (live->ports == NULL || live->waits == NULL)
		abort();
	live->window = windows_take(&live->source.windows, LIVE_WINDOW);
	for (i = 0; i < count; i++) {
		live->count++;
		if (!live_open_port(&live->ports[i], names[i], options,
		    error)) {
			live_free(&live->source);
			return NULL;
		}
		live->waits[i].fd = pcap_get_selectable_fd(live->ports[i].pcap);
		live->waits[i].events = POLLIN;
	}
	return &live->source;
}

static bool
live_open_port(struct live_port *port, const char *name,
    const struct live_options *options, struct error *error)
{
	char complaint[PCAP_ERRBUF_SIZE] = "";

	port->interface.name = strdup(name);
	if (port->interface.name == NULL)
		abort();
	port->pcap = pcap_create(name, complaint);
	if (port->pcap == NULL) {
		error_set(error, "cannot capture on '%s': %s", name,
		    words_lower(complaint).text);
		return false;
	}
	if (!live_activate(port, options, error))
		return false;
	if (options->link_type != NULL &&
	    !live_set_link_type(port, options->link_type, error))
		return false;
	if (options->filter != NULL &&
	    !live_set_filter(port, options->filter, error))
		return false;
	live_describe(port);
	if (pcap_setnonblock(port->pcap, 1, complaint) == 0)
		return true;
	error_set(error, "cannot capture on '%s': %s", name,
	    words_lower(complaint).text);
	return false;
}

/* Setters fail on active handles alone, which this one is not yet. */
static bool
live_activate(struct live_port *port, const struct live_options *options,
    struct error *error)
{
	pcap_t *pcap = port->pcap;
	const char *name = port->interface.name;
	int kib = options->buffer_kib > 0 ? options->buffer_kib :
	    LIVE_BUFFER_KIB;
	int snaplen = LIVE_SNAPLEN, result;

	if (options->snaplen > 0 && options->snaplen < snaplen)
		snaplen = options->snaplen;
	if (kib > INT32_MAX / 1024)
		kib = INT32_MAX / 1024;
	pcap_set_snaplen(pcap, snaplen);
	pcap_set_promisc(pcap, !options->is_not_promiscuous);
	pcap_set_timeout(pcap, LIVE_TIMEOUT_MS);
	pcap_set_buffer_size(pcap, kib * 1024);
	/* Refused where the device has no nanoseconds: then microseconds. */
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	result = pcap_activate(pcap);
	if (result < 0) {
		live_activation_error(name, pcap, result, error);
		return false;
	}
	if (result > 0)
		log_notice("%s: %s", name,
		    words_lower(result == PCAP_WARNING ? pcap_geterr(pcap) :
		    pcap_statustostr(result)).text);
	return true;
}

static void
live_activation_error(const char *name, pcap_t *pcap, int result,
    struct error *error)
{
	const char *why = pcap_geterr(pcap);

	if (result == PCAP_ERROR_PERM_DENIED &&
	    (if_nametoindex(name) != 0 || strcmp(name, "any") == 0)) {
		live_permission_error(name, error);
		return;
	}
	if (result == PCAP_ERROR_NO_SUCH_DEVICE ||
	    result == PCAP_ERROR_PERM_DENIED)
		why = "no such interface";
	else if (result == PCAP_ERROR_IFACE_NOT_UP)
		why = "the interface is down";
	else if (why[0] == '\0')
		why = pcap_statustostr(result);
	error_set(error, "cannot capture on '%s': %s", name,
	    words_lower(why).text);
}

static void
live_permission_error(const char *name, struct error *error)
{
	char program[256];
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[size > 0 ? size : 0] = '\0';
	error_set(error, "cannot capture on '%s': permission denied (run with "
	    "sudo, or: setcap cap_net_raw=ep %s)", name,
	    size > 0 ? program : "tallyman");
}

static bool
live_set_link_type(struct live_port *port, const char *link_type,
    struct error *error)
{
	int dlt = pcap_datalink_name_to_val(link_type);

	if (dlt != -1 && pcap_set_datalink(port->pcap, dlt) == 0)
		return true;
	error_set(error, "cannot capture on '%s': %s link type '%s'",
	    port->interface.name,
	    dlt == -1 ? "unknown" : "the interface does not have the",
	    link_type);
	return false;
}

static bool
live_set_filter(struct live_port *port, const char *filter,
    struct error *error)
{
	struct bpf_program program;
	bool is_set;

	if (pcap_compile(port->pcap, &program, filter, 1,
	    PCAP_NETMASK_UNKNOWN) == -1) {
		filter_error(filter, pcap_geterr(port->pcap), error);
		return false;
	}
	is_set = pcap_setfilter(port->pcap, &program) == 0;
	if (!is_set)
		filter_error(filter, pcap_geterr(port->pcap), error);
	pcap_freecode(&program);
	return is_set;
}

static void
live_describe(struct live_port *port)
{
	bool is_nano = pcap_get_tstamp_precision(port->pcap) ==
	    PCAP_TSTAMP_PRECISION_NANO;

	port->fraction_ns = is_nano ? 1 : 1000;
	port->interface.time_digits = is_nano ? 9 : 6;
	port->interface.link_type =
	    link_types_from_dlt(pcap_datalink(port->pcap));
	port->interface.snaplen = (uint32_t)pcap_snapshot(port->pcap);
}

static int
live_read(struct source *source, struct frame *frames, int max,
    struct error *error)
{
	struct live *live = (struct live *)source;
	int count;

	count = live_collect(live, frames, max);
	if (count == 0 && !live_is_over(live)) {
		live_wait(live);
		count = live_collect(live, frames, max);
	}
	if (count > 0) {
		windows_hand_over(&source->windows);
		return count;
	}
	if (!live_is_over(live))
		return SOURCE_QUIET;
	if (live->failure.text[0] == '\0')
		return SOURCE_END;
	*error = live->failure;
	return SOURCE_ERROR;
}

/* What the ports have now, each up to its share. */
static int
live_collect(struct live *live, struct frame *frames, int max)
{
	struct live_batch batch = { .live = live, .frames = frames };
	size_t i;
	int share;

	if (max > LIVE_BATCH)
		max = LIVE_BATCH;
	if (windows_is_free(&live->source.windows, live->window))
		live->used = 0;
	share = max / (int)live->count > 0 ? max / (int)live->count : 1;
	for (i = 0; i < live->count && batch.count < max; i++) {
		batch.port = &live->ports[(live->first + i) % live->count];
		if (!batch.port->is_done)
			live_collect_port(&batch, share);
	}
	live->first = (live->first + 1) % live->count;
	if (live->count > 1)
		live_sort(frames, batch.count);
	if (batch.count > 0)
		live->last_tick_ns = clock_ns(CLOCK_MONOTONIC);
	return batch.count;
}

static void
live_collect_port(struct live_batch *batch, int share)
{
	struct live_port *port = batch->port;

	if (pcap_dispatch(port->pcap, share, live_take,
	    (u_char *)batch) == PCAP_ERROR)
		live_port_failed(batch->live, port);
}

/* libpcap's callback: copies one frame. */
static void
live_take(u_char *context, const struct pcap_pkthdr *header,
    const u_char *data)
{
	struct live_batch *batch = (struct live_batch *)context;
	struct live *live = batch->live;
	struct live_port *port = batch->port;
	size_t size = header->caplen;
	uint8_t *copy;
	int64_t ts_ns = (int64_t)header->ts.tv_sec * 1000000000 +
	    (int64_t)header->ts.tv_usec * port->fraction_ns;

	if (live->stop_ns != 0 && ts_ns > live->stop_ns)
		port->is_done = true;
	if (port->is_done)
		return;
	/* Tags that the card cut out and libpcap put back may exceed it. */
	if (size > live->snaplen)
		size = live->snaplen;
	copy = live_room(live, size);
	memcpy(copy, data, size);
	batch->frames[batch->count++] = (struct frame){
		.data = copy,
		.ts_ns = ts_ns,
		.captured = (uint32_t)size,
		.length = header->len < size ? (uint32_t)size : header->len,
		.interface = &port->interface
	};
}

/* For a copy of so many bytes; in another window when this one is full. */
static uint8_t *
live_room(struct live *live, size_t size)
{
	struct windows *windows = &live->source.windows;
	struct window *full = live->window;

	if (full->size - live->used < size) {
		live->window = windows_take(windows, LIVE_WINDOW);
		windows_return(windows, full);
		live->used = 0;
	}
	windows_use(windows, live->window);
	live->used += size;
	return live->window->data + live->used - size;
}

/*
 * libpcap itself waits for an interface that went down to come up again; one
 * that is gone ends the run as a stop does, so that its ring is emptied.
 */
static void
live_port_failed(struct live *live, struct live_port *port)
{
	const char *why = pcap_geterr(port->pcap);
	const char *name = port->interface.name;

	if (port->has_failed)
		return;
	port->has_failed = true;
	live->is_stopped = 1;
	if (strstr(why, "disappeared") != NULL)
		error_set(&live->failure, "interface '%s' vanished", name);
	else
		error_set(&live->failure, "cannot go on capturing on '%s': %s",
		    name, words_lower(why).text);
}

/* By time; what is equal keeps its order. Ports' runs are sorted already. */
static void
live_sort(struct frame *frames, int count)
{
	struct frame frame;
	int i, at;

	for (i = 1; i < count; i++) {
		frame = frames[i];
		for (at = i; at > 0 && frames[at - 1].ts_ns > frame.ts_ns; at--)
			frames[at] = frames[at - 1];
		frames[at] = frame;
	}
}

/* Whether a stop was asked for and nothing from before it can be left. */
static bool
live_is_over(struct live *live)
{
	int64_t now_ns;
	size_t i, done = 0;

	if (!live->is_stopped)
		return false;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	if (live->stop_ns == 0) {
		live->stop_ns = clock_ns(CLOCK_REALTIME);
		live->stop_tick_ns = live->last_tick_ns = now_ns;
	}
	for (i = 0; i < live->count; i++)
		done += live->ports[i].is_done;
	return done == live->count ||
	    now_ns - live->last_tick_ns > LIVE_LINGER_MS * INT64_C(1000000) ||
	    now_ns - live->stop_tick_ns > LIVE_STOP_MS * INT64_C(1000000);
}

/* A signal ends the wait, too. */
static void
live_wait(struct live *live)
{
	int timeout = LIVE_QUIET_MS;
	size_t i;

	for (i = 0; i < live->count; i++) {
		if (live->ports[i].is_done || live->ports[i].has_failed)
			live->waits[i].fd = -1;
		if (live->waits[i].fd == -1)
			timeout = LIVE_BLIND_MS;
	}
	poll(live->waits, live->count, timeout);
}

void
live_stop(struct source *source)
{
	((struct live *)source)->is_stopped = 1;
}

static void
live_counts(struct source *source, struct source_counts *counts)
{
	const struct live *live = (const struct live *)source;
	struct pcap_stat stat;
	size_t i;

	memset(counts, 0, sizeof(*counts));
	counts->has_kernel = true;
	counts->is_damaged = live->failure.text[0] != '\0';
	for (i = 0; i < live->count; i++) {
		if (pcap_stats(live->ports[i].pcap, &stat) == -1)
			continue;
		counts->kernel_received += stat.ps_recv;
		counts->kernel_dropped += stat.ps_drop;
		counts->interface_dropped += stat.ps_ifdrop;
	}
}

static void
live_free(struct source *source)
{
	struct live *live = (struct live *)source;
	size_t i;

	for (i = 0; i < live->count; i++) {
		if (live->ports[i].pcap != NULL)
			pcap_close(live->ports[i].pcap);
		free(live->ports[i].interface.name);
	}
	free(live->ports);
	free(live->waits);
	windows_return(&live->source.windows, live->window);
	windows_release(&live->source.windows);
	free(live);
}

int
live_list_interfaces(struct error *error)
{
	char complaint[PCAP_ERRBUF_SIZE];
	const pcap_if_t *one;
	pcap_if_t *all;
	int number = 1;

	if (pcap_findalldevs(&all, complaint) == -1)
		return error_set(error, "cannot list interfaces: %s",
		    words_lower(complaint).text);
	for (one = all; one != NULL; one = one->next) {
		printf("%d.%s", number++, one->name);
		if (one->description != NULL)
			printf(" (%s)", one->description);
		live_print_flags(one->flags);
		printf("\n");
	}
	pcap_freealldevs(all);
	return 0;
}

static void
live_print_flags(unsigned int flags)
{
	static const struct {
		unsigned int	 flag;
		const char	*word;
	} words[] = {
		{ PCAP_IF_UP, "Up" },
		{ PCAP_IF_RUNNING, "Running" },
		{ PCAP_IF_LOOPBACK, "Loopback" },
		{ PCAP_IF_WIRELESS, "Wireless" }
	};
	const char *connection = live_connection(flags), *separator = " [";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((flags & words[i].flag) == 0)
			continue;
		printf("%s%s", separator, words[i].word);
		separator = ", ";
	}
	if (connection != NULL) {
		printf("%s%s", separator, connection);
		separator = ", ";
	}
	printf("%s", separator[0] == ',' ? "]" : " [none]");
}

static const char *
live_connection(unsigned int flags)
{
	bool is_wireless = (flags & PCAP_IF_WIRELESS) != 0;

	switch (flags & PCAP_IF_CONNECTION_STATUS) {
	case PCAP_IF_CONNECTION_STATUS_CONNECTED:
		return is_wireless ? "Associated" : "Connected";
	case PCAP_IF_CONNECTION_STATUS_DISCONNECTED:
		return is_wireless ? "Not associated" : "Disconnected";
	case PCAP_IF_CONNECTION_STATUS_UNKNOWN:
		return is_wireless ? "Association status unknown" :
		    "Connection status unknown";
	default:
		return NULL;
	}
}

int
live_list_link_types(const char *name, struct error *error)
{
	static const struct live_options defaults = { .is_not_promiscuous =
	    true };
	struct live_port port = { .pcap = NULL };
	int *types = NULL, count = 0, i, result = -1;

	if (live_open_port(&port, name, &defaults, error))
		count = pcap_list_datalinks(port.pcap, &types);
	if (count < 0)
		error_set(error, "cannot list link types of '%s': %s", name,
		    words_lower(pcap_geterr(port.pcap)).text);
	if (count > 0) {
		printf("Link types of %s (choose one with -y):\n", name);
		result = 0;
	}
	for (i = 0; i < count; i++)
		live_print_link_type(types[i]);
	if (types != NULL)
		pcap_free_datalinks(types);
	if (port.pcap != NULL)
		pcap_close(port.pcap);
	free(port.interface.name);
	return result;
}

static void
live_print_link_type(int dlt)
{
	const char *name = pcap_datalink_val_to_name(dlt);

	if (name != NULL)
		printf("  %s (%s)\n", name,
		    pcap_datalink_val_to_description(dlt));
	else
		printf("  DLT %d\n", dlt);
}
