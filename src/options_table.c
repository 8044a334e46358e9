/*
 * The table of options: what there is to say on a command line, how help and
 * manual word it, and the function that puts a value into the options
 * (options_apply.c). The words that an option takes stand in a list before the
 * table.
 */
#include "options.h"
#include "options_apply.h"

#include <limits.h>

enum {
	SNAPLEN_MAX = 262144,		/* as tcpdump's */
	BUFFER_KIB_MAX = INT_MAX / 1024,
	THREADS_MAX = 64
};

const struct option_command options_commands[] = {
	{
		.name = "connections", .usage = "[-a] [-o text|json]",
		.help = "this machine's sockets now, with state and program",
		.command = COMMAND_CONNECTIONS,
		.action = OPTIONS_CONNECTIONS
	}, {
		.name = "top",
		.usage = "-i INTERFACE|-r FILE [options] [expression]",
		.help = "show on the terminal who talks now",
		.command = COMMAND_TOP, .action = OPTIONS_TOP,
		.has_filter = true
	}, { .name = NULL }
};

static const struct option_word option_outputs[] = {
	{ "text", "aligned columns for people", 0 },
	{ "json", "one object a line", 0 },
	{ "csv", "RFC 4180, a header first", 0 },
	{ NULL, NULL, 0 }
};

static const struct option_word option_progress[] = {
	{ "auto", "where stderr is a terminal", OPTIONS_PROGRESS_AUTO },
	{ "always", "always", OPTIONS_PROGRESS_ALWAYS },
	{ "never", "never", OPTIONS_PROGRESS_NEVER },
	{ NULL, NULL, 0 }
};

static const struct option_word option_programs[] = {
	{ "auto", "ebpf, or else sockets", OPTIONS_PROGRAMS_AUTO },
	{ "ebpf", "as the kernel tells of them", OPTIONS_PROGRAMS_EBPF },
	{ "sockets", "by looking at all sockets", OPTIONS_PROGRAMS_SOCKETS },
	{ "off", "not at all", OPTIONS_PROGRAMS_OFF },
	{ NULL, NULL, 0 }
};

/* The value is where the timeout stands; "all" is every one of them. */
static const struct option_word option_timeouts[] = {
	{ "all", "all of them", sizeof(struct options) },
	{ "tcp", "established TCP",
	    offsetof(struct options, timeouts.tcp_ns) },
	{ "tcp-open", "half-open TCP",
	    offsetof(struct options, timeouts.tcp_open_ns) },
	{ "tcp-close", "closed TCP lingers",
	    offsetof(struct options, timeouts.tcp_close_ns) },
	{ "udp", "UDP", offsetof(struct options, timeouts.udp_ns) },
	{ "other", "any other protocol",
	    offsetof(struct options, timeouts.other_ns) },
	{ "part", "parts of long flows",
	    offsetof(struct options, timeouts.part_ns) },
	{ NULL, NULL, 0 }
};

static const struct option_word option_keys[] = {
	{ "vlan", "VLAN ids", offsetof(struct options, is_key_vlan) },
	{ "tunnel", "the tunnel", offsetof(struct options, is_key_tunnel) },
	{ NULL, NULL, 0 }
};

static const struct option_word option_fields[] = {
	{ "help", "describe them", 0 },
	{ "md", "the reference as Markdown", 0 },
	{ "json-schema", "the JSON Schema", 0 },
	{ "csv", "the header of CSV", 0 },
	{ NULL, NULL, 0 }
};

static const struct option_word option_checksums[] = {
	{ "off", "none", OPTIONS_CHECKSUMS_OFF },
	{ "check", "of every layer", OPTIONS_CHECKSUMS_CHECK },
	{ NULL, NULL, 0 }
};

/* Those that meter, whatever becomes of the records. */
#define METERING	(COMMAND_METER | COMMAND_TOP)

#define MEMBER(name) \
	.member = offsetof(struct options, name), \
	.member_size = sizeof(((struct options *)NULL)->name)

const struct option options_table[] = {
	{
		.section = "Input",
		.commands = METERING,
		.letter = 'i', .name = "interface", .is_repeatable = true,
		.argument = ARGUMENT_INTERFACE, .value = "INTERFACE",
		.help = "capture live; any is all of them",
		.apply = apply_interface
	}, {
		.commands = METERING,
		.letter = 'r', .name = "read", .is_repeatable = true,
		.argument = ARGUMENT_FILE, .value = "FILE|DIR|-",
		.help = "read saved captures: pcap and pcapng, plain or "
		    "packed by gzip, zstd, lz4 or xz",
		.detail = "The kind is told by the content, not by the name. "
		    "A directory stands for the captures below it, a dash "
		    "for standard input. Several inputs are merged in the "
		    "order of time.",
		.apply = apply_input
	}, {
		.commands = METERING,
		.letter = 'f',
		.argument = ARGUMENT_TEXT, .value = "EXPRESSION",
		.help = "meter only frames that match, as in pcap-filter(7)",
		.detail = "The same as an expression at the end.",
		.apply = apply_filter
	}, {
		.commands = METERING,
		.letter = 'F', MEMBER(filter_file),
		.argument = ARGUMENT_FILE, .value = "FILE",
		.help = "read the filter expression from a file",
		.apply = apply_text
	}, {
		.commands = METERING,
		.letter = 'c', MEMBER(count), .maximum = UINT64_MAX,
		.minimum = 1,
		.argument = ARGUMENT_TEXT, .value = "COUNT",
		.help = "end after so many frames",
		.apply = apply_number
	}, {
		.letter = 'j', .name = "threads", MEMBER(threads),
		.minimum = 1, .maximum = THREADS_MAX,
		.argument = ARGUMENT_TEXT, .value = "COUNT",
		.help = "threads that meter; default: one live, for files "
		    "one a core, 8 at most",
		.detail = "The output is the same for any number of them.",
		.apply = apply_number
	}, {
		.commands = METERING,
		.letter = 's', .name = "snapshot-length", MEMBER(snaplen),
		.maximum = SNAPLEN_MAX,
		.argument = ARGUMENT_TEXT, .value = "BYTES",
		.help = "capture at most so much of a frame; 0 is 262144",
		.apply = apply_number
	}, {
		.commands = METERING,
		.letter = 'B', .name = "buffer-size", MEMBER(buffer_kib),
		.minimum = 1, .maximum = BUFFER_KIB_MAX,
		.argument = ARGUMENT_TEXT, .value = "KIB",
		.help = "size of the capture buffer",
		.apply = apply_number
	}, {
		.commands = METERING,
		.letter = 'p', .name = "no-promiscuous-mode",
		MEMBER(is_not_promiscuous),
		.help = "capture only what the interface takes anyway",
		.apply = apply_flag
	}, {
		.name = "speed", .commands = COMMAND_TOP,
		.argument = ARGUMENT_TEXT, .value = "FACTOR",
		.help = "replay a saved capture so many times as fast; 0 is "
		    "at once, the default 1 as it was",
		.apply = apply_speed
	}, {
		.commands = METERING,
		.letter = 'y', .name = "linktype", MEMBER(link_type),
		.argument = ARGUMENT_TEXT, .value = "TYPE",
		.help = "link type to capture, one of those that -L lists",
		.apply = apply_text
	}, {
		.name = "programs",
		.commands = METERING,
		.argument = ARGUMENT_WORD, .value = "HOW",
		.words = option_programs,
		.help = "name the programs that have the ends of flows, live",
		.detail = "Without it: auto. A process of its own finds them "
		    "out, which keeps the rights it needs when the rest of "
		    "tallyman gives up its own. The kernel tells of every "
		    "connection, however short, from Linux 5.8 on, where it "
		    "has BTF and tallyman was started by root. Looking at "
		    "all sockets may miss those that are gone soon.",
		.apply = apply_programs
	}, {
		.letter = 'D', .name = "list-interfaces",
		.action = OPTIONS_LIST_INTERFACES,
		.help = "list the interfaces and end",
		.apply = apply_action
	}, {
		.letter = 'L', .name = "list-data-link-types",
		.action = OPTIONS_LIST_LINK_TYPES,
		.help = "list the link types of the interface and end",
		.apply = apply_action
	}, {
		.section = "Output",
		.letter = 'o', .name = "output", .is_repeatable = true,
		.commands = COMMAND_METER | COMMAND_CONNECTIONS,
		.argument = ARGUMENT_WORD_FILE, .value = "FORMAT[=FILE]",
		.words = option_outputs,
		.help = "write records in this format, to a file or standard "
		    "output",
		.detail = "Without it: text on a terminal, json elsewhere.",
		.apply = apply_output
	}, {
		.name = "fields", MEMBER(fields), .action = OPTIONS_FIELDS,
		.commands = COMMAND_METER | COMMAND_CONNECTIONS,
		.argument = ARGUMENT_WORD, .value = "LIST|WORD",
		.words = option_fields,
		.help = "write these fields, or describe all and end",
		.detail = "A list has commas between the names; the name "
		    "of an object is all its members, and a minus before a "
		    "name leaves it out.",
		.apply = apply_fields
	}, {
		.letter = 'e', MEMBER(has_macs),
		.help = "text shows MAC addresses",
		.apply = apply_flag
	}, {
		.letter = 'l', MEMBER(is_line_buffered),
		.help = "write out every record at once",
		.apply = apply_flag
	}, {
		.letter = 'n', .commands = COMMAND_ALL,
		.help = "no effect: nothing is ever looked up",
		.apply = apply_nothing
	}, {
		.letter = 'q', MEMBER(is_quiet), .commands = COMMAND_ALL,
		.help = "fewer columns in text; report errors alone",
		.apply = apply_flag
	}, {
		.letter = 'v', .name = "verbose", .is_repeatable = true,
		.commands = COMMAND_ALL,
		.help = "in text dates, more notes, and below a flow of TCP "
		    "what held each side back and what was lost; report more",
		.apply = apply_verbose
	}, {
		.name = "progress",
		.argument = ARGUMENT_WORD, .value = "WHEN",
		.words = option_progress,
		.help = "a line on stderr that says how far a file is read",
		.apply = apply_progress
	}, {
		.name = "stats-interval",
		.argument = ARGUMENT_TEXT, .value = "SECONDS",
		.help = "write a closing record that often, live",
		.apply = apply_stats_interval
	}, {
		.section = "Flows",
		.commands = METERING,
		.name = "timeout", .is_repeatable = true,
		.argument = ARGUMENT_WORD_VALUE, .value = "NAME=SECONDS",
		.words = option_timeouts,
		.help = "when a silent flow ends; 0 is never",
		.detail = "On the capture's clock, fractions allowed. The "
		    "defaults are tcp 300, tcp-open 30, tcp-close 5, udp 60, "
		    "other 60, and part 300 live, 0 for saved captures.",
		.apply = apply_timeout
	}, {
		.commands = METERING,
		.name = "key",
		.argument = ARGUMENT_WORDS, .value = "LIST",
		.words = option_keys,
		.help = "what joins addresses, ports and protocol in telling "
		    "flows apart",
		.apply = apply_key
	}, {
		.commands = METERING,
		.name = "memory",
		.argument = ARGUMENT_TEXT, .value = "SIZE",
		.help = "bound of the flows' memory, as in 64M; default 256M",
		.detail = "SIZE is in bytes or ends in k, M or G. When it is "
		    "used up, connections that are over go first, in a "
		    "flood of SYNs half-open ones, then what was silent "
		    "longest; each is written with the reason.",
		.apply = apply_memory
	}, {
		.commands = METERING,
		.name = "max-flows", MEMBER(flows_max), .minimum = 1,
		.maximum = UINT64_MAX,
		.argument = ARGUMENT_TEXT, .value = "COUNT",
		.help = "bound of the flows open at one time",
		.apply = apply_number
	}, {
		.commands = METERING,
		.name = "checksums",
		.argument = ARGUMENT_WORD, .value = "WHAT",
		.words = option_checksums,
		.help = "what to verify; without it, IPv4 headers",
		.apply = apply_checksums
	}, {
		.name = "community-seed", MEMBER(community_seed),
		.maximum = UINT16_MAX,
		.argument = ARGUMENT_TEXT, .value = "SEED",
		.help = "seed of the Community ID, 0 to 65535; default 0",
		.apply = apply_number
	}, {
		.commands = METERING,
		.name = "reveal-secrets", MEMBER(is_revealing),
		.help = "write passwords, communities and the like, too",
		.apply = apply_flag
	}, {
		.name = "services", MEMBER(services),
		.commands = COMMAND_ALL,
		.argument = ARGUMENT_FILE, .value = "FILE",
		.help = "names of ports that replace or join the built-in "
		    "ones, as in services(5)",
		.apply = apply_text
	}, {
		.section = "Connections",
		.letter = 'a', .name = "all", MEMBER(is_all),
		.commands = COMMAND_CONNECTIONS,
		.help = "list also sockets that listen, and those of UDP that "
		    "have no remote end",
		.apply = apply_flag
	}, {
		.section = "The program",
		.commands = METERING,
		.letter = 'Z', .name = "user", MEMBER(user),
		.argument = ARGUMENT_USER, .value = "USER",
		.help = "whom to become once everything is open",
		.detail = "When started by root. Without it: tallyman if "
		    "there is such a user, else nobody.",
		.apply = apply_text
	}, {
		.name = "list-dissectors", .action = OPTIONS_LIST_DISSECTORS,
		.help = "list the protocols it knows and end",
		.apply = apply_action
	}, {
		.name = "version", .action = OPTIONS_VERSION,
		.commands = COMMAND_ALL,
		.help = "print the version and what it was built with",
		.apply = apply_action
	}, {
		.letter = 'h', .name = "help", .action = OPTIONS_HELP,
		.commands = COMMAND_ALL,
		.help = "print this",
		.apply = apply_action
	}, {
		.apply = NULL
	}
};
