/*
 * The table of the members of a socket, and the documents that are made of
 * it; see members.h.
 */
#include "connections/members.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/log.h"
#include "connections/connection.h"

static json_t	*schema_or_abort(json_t *);

static const char *const words_type[] = { "socket", NULL };
static const char *const words_protocol[] = { "tcp", "udp", NULL };
static const char *const words_port_class[] = { "well-known", "registered",
	"dynamic", NULL };
static const char *const words_side[] = { "local", "remote", NULL };
static const char *const words_state[] = { "listen", "syn_sent",
	"syn_received", "established", "fin_wait_1", "fin_wait_2",
	"close_wait", "closing", "last_ack", "time_wait", "closed", NULL };
static const char *const words_timer[] = { "retransmit", "keepalive",
	"time_wait", "probe", NULL };

#define AT(member)	offsetof(struct connection, member)

#define SIDE(side, who, needs, sent, meaning)				\
	{ #side ".ip", FIELD_IP, AT(side.ip), needs, NULL,		\
	    "Address of the " who ".", NULL },				\
	{ #side ".port", FIELD_U16, AT(side.port), needs, NULL,		\
	    "Port of the " who ".", NULL },				\
	{ #side ".port_class", FIELD_WORD, AT(side.port_class), needs,	\
	    NULL, "Range of that port by RFC 6335: up to 1023, up to "	\
	    "49151, or above.", words_port_class },			\
	{ #side ".packets", FIELD_U32, AT(side.packets),		\
	    CONNECTION_REMOTE | CONNECTION_SEGMENTS, "packets",		\
	    "Segments of TCP that the " who " sent.", NULL },		\
	{ #side ".payload_bytes", FIELD_U64, AT(side.payload_bytes),	\
	    CONNECTION_REMOTE | sent, "bytes", meaning, NULL }

#define PROCESS(path, at, needs, deleted, whose)			\
	{ path "pid", FIELD_U32, at(pid), needs, NULL,			\
	    "Number of " whose ".", NULL },				\
	{ path "name", FIELD_TEXT, at(name), needs, NULL,		\
	    "Its name, as it or who started it chose.", NULL },		\
	{ path "exe", FIELD_TEXT, at(exe), needs, NULL,			\
	    "Path of its executable.", NULL },				\
	{ path "exe_deleted", FIELD_BOOL, at(is_exe_deleted), deleted,	\
	    NULL, "That file has been deleted or replaced since.", NULL }, \
	{ path "uid", FIELD_U32, at(uid), needs, NULL,			\
	    "Number of the user that it acts as.", NULL },		\
	{ path "user", FIELD_TEXT, at(user), needs, NULL,		\
	    "Name of that user in /etc/passwd.", NULL },		\
	{ path "unit", FIELD_TEXT, at(unit), needs, NULL,		\
	    "The unit of systemd that it belongs to, the innermost.",	\
	    NULL },							\
	{ path "container", FIELD_TEXT, at(container), needs, NULL,	\
	    "Id or name of the container that it runs in.", NULL }

#define MEMBER(path, type, member, needs, unit, meaning)		\
	{ path, type, AT(member), needs, unit, meaning, NULL }

const struct field members_all[] = {
	{ "type", FIELD_WORD, AT(type), 0, NULL, "What this object is.",
	    words_type },
	MEMBER("version", FIELD_U8, version, 0, NULL, "Version of this "
	    "format; it changes when a name or a meaning does."),
	MEMBER("time", FIELD_TIME, time_ns, 0, NULL,
	    "When the kernel was asked, UTC."),
	MEMBER("ip_version", FIELD_U8, ip_version, 0, NULL, "4 or 6."),
	{ "protocol", FIELD_WORD, AT(protocol), 0, NULL,
	    "Transport protocol.", words_protocol },
	MEMBER("protocol_number", FIELD_U8, protocol_number, 0, NULL,
	    "IANA number of the transport protocol."),
	SIDE(local, "local end", 0, CONNECTION_SENT,
	    "Bytes of the stream that the local end sent, what was sent "
	    "again counted."),
	SIDE(remote, "remote end", CONNECTION_REMOTE, CONNECTION_RECEIVED,
	    "Bytes of the stream that came from the remote end, each "
	    "counted once."),
	MEMBER("interface", FIELD_TEXT, interface, 0, NULL,
	    "The interface that the socket is bound to: also the zone of "
	    "link-local addresses."),
	MEMBER("ipv6_only", FIELD_BOOL, is_ipv6_only, CONNECTION_IPV6_ONLY,
	    NULL, "False: it takes IPv4 as well."),
	MEMBER("mapped", FIELD_BOOL, is_mapped, CONNECTION_MAPPED, NULL,
	    "The socket is one of IPv6; it speaks IPv4 by mapped addresses "
	    "(RFC 4291, 2.5.5.2)."),
	MEMBER("service.name", FIELD_TEXT, service_name, CONNECTION_SERVICE,
	    NULL,
	    "What the port of the serving side is registered for (IANA)."),
	{ "service.side", FIELD_WORD, AT(service_side), CONNECTION_SERVICE,
	    NULL,
	    "The end that serves: local, where a socket listens on the port "
	    "or the port was not chosen by the system for the moment.",
	    words_side },
	MEMBER("uid", FIELD_U32, uid, CONNECTION_OWNED, NULL,
	    "Number of the user that made the socket."),
	MEMBER("user", FIELD_TEXT, user, CONNECTION_OWNED, NULL,
	    "Name of that user in /etc/passwd."),
	MEMBER("inode", FIELD_U64, inode, CONNECTION_OWNED, NULL,
	    "The socket's number as a file; absent when no process has it "
	    "any more."),
	MEMBER("cookie", FIELD_ID, cookie, CONNECTION_COOKIE, NULL,
	    "The kernel's number of the socket, unique until it reboots."),
	MEMBER("receive_queue", FIELD_U32, receive_queue, CONNECTION_QUEUES,
	    "bytes", "Received, and not yet read by the program; of UDP with "
	    "what the kernel needs to hold it."),
	MEMBER("send_queue", FIELD_U32, send_queue, CONNECTION_QUEUES,
	    "bytes", "Written by the program, and not yet sent or, of TCP, "
	    "acknowledged."),
	MEMBER("accept_queue", FIELD_U32, accept_queue, CONNECTION_ACCEPT,
	    "connections", "Established, and not yet accepted by the "
	    "program."),
	MEMBER("accept_queue_max", FIELD_U32, accept_queue_max,
	    CONNECTION_ACCEPT | CONNECTION_ACCEPT_MAX, "connections",
	    "How many may wait so."),
#define AT_PROCESS(member)	AT(process.member)
	PROCESS("process.", AT_PROCESS, CONNECTION_PROCESS,
	    CONNECTION_PROCESS | CONNECTION_EXE_DELETED,
	    "the process that has the socket, of several the lowest"),
#undef AT_PROCESS
	MEMBER("udp.connected", FIELD_BOOL, udp_connected, CONNECTION_UDP,
	    NULL, "It has a remote end, and takes from nobody else."),
	{ "tcp.state", FIELD_WORD, AT(tcp_state), CONNECTION_TCP, NULL,
	    "State of the connection (RFC 9293, 3.3.2).", words_state },
	{ "tcp.timer.name", FIELD_WORD, AT(tcp_timer),
	    CONNECTION_TCP | CONNECTION_TIMER, NULL,
	    "What is due next: also probes for lost tails are of retransmit; "
	    "probe is of a zero window.", words_timer },
	MEMBER("tcp.timer.expires", FIELD_SECONDS, tcp_timer_ns,
	    CONNECTION_TCP | CONNECTION_TIMER, "seconds", "When."),
#define TCP(name, type, member, needs, unit, meaning)			\
	MEMBER("tcp." name, type, member, CONNECTION_TCP | needs, unit,	\
	    meaning)
	TCP("rtt.min", FIELD_SECONDS, rtt_min_ns, CONNECTION_RTT_MIN,
	    "seconds", "Shortest round trip of the last minutes."),
	TCP("rtt.mean", FIELD_SECONDS, rtt_mean_ns, CONNECTION_RTT,
	    "seconds", "Smoothed round-trip time (RFC 6298)."),
	TCP("rtt.deviation", FIELD_SECONDS, rtt_deviation_ns, CONNECTION_RTT,
	    "seconds", "Mean deviation of the round trips from it."),
	TCP("rto", FIELD_SECONDS, rto_ns, CONNECTION_INFO, "seconds",
	    "Retransmission timeout (RFC 6298)."),
	TCP("acked_bytes", FIELD_U64, acked_bytes, CONNECTION_RECEIVED,
	    "bytes", "What the remote end acknowledged, the SYN counted."),
	TCP("retransmitted_packets", FIELD_U32, retransmitted_packets,
	    CONNECTION_INFO, "packets", "Segments that were sent again."),
	TCP("retransmitted_bytes", FIELD_U64, retransmitted_bytes,
	    CONNECTION_SENT, "bytes", "Payload that was sent again."),
	TCP("lost_packets", FIELD_U32, lost_packets, CONNECTION_INFO,
	    "packets", "Segments that now count as lost."),
	TCP("unacknowledged_packets", FIELD_U32, unacknowledged_packets,
	    CONNECTION_INFO, "packets", "Segments on their way."),
	TCP("congestion_window", FIELD_U32, congestion_window,
	    CONNECTION_INFO, "packets", "How many may be on their way."),
	TCP("mss", FIELD_U32, mss, CONNECTION_INFO, "bytes",
	    "Largest payload of a segment that it sends."),
	TCP("path_mtu", FIELD_U32, path_mtu, CONNECTION_INFO, "bytes",
	    "Largest packet that the path takes, as far as is known.")
#undef TCP
};

const size_t members_count = sizeof members_all / sizeof members_all[0];

#define AT_OTHER(member)	offsetof(struct connection_process, member)
const struct field members_process[] = {
	PROCESS("", AT_OTHER, 0, CONNECTION_EXE_DELETED,
	    "another process that has the same socket")
};

const size_t members_process_count =
    sizeof members_process / sizeof members_process[0];

static const char others_meaning[] = "The other processes that have the same "
    "socket, the lowest number first.";

void
members_write_help(struct buffer *b)
{
	buffer_text(b, "Members of a socket in the JSON of 'tallyman "
	    "connections'.\n\n");
	fields_write_help_table(members_all, members_count, b);
	buffer_text(b, "\nEach of \"other_processes\":\n\n");
	fields_write_help_table(members_process, members_process_count, b);
}

void
members_write_markdown(struct buffer *b)
{
	buffer_text(b, "# Members of a socket\n\n"
	    "<!-- Made by `tallyman connections --fields md`; a test proves "
	    "that it is current. -->\n\n"
	    "`tallyman connections -o json` writes one object a line for each "
	    "socket of this\nmachine, in its own network namespace. A dot is "
	    "an object within an object. A\nmember with nothing to say is "
	    "absent, never null and never a made-up zero; the\ncolumn "
	    "\"always\" names those that are there in every socket, or in "
	    "every object\nof their kind. Names are those of the "
	    "[flow record](fields.md), where it has the\nsame thing; what TCP "
	    "did comes from the kernel's `tcp_info`.\n\n");
	fields_write_markdown_table(members_all, members_count, b);
	buffer_format(b, "\n## Each of `other_processes`\n\n%s\n\n",
	    others_meaning);
	fields_write_markdown_table(members_process, members_process_count,
	    b);
}

static json_t *
schema_or_abort(json_t *value)
{
	if (value == NULL) {
		log_error("cannot allocate the JSON Schema");
		abort();
	}
	return value;
}

void
members_write_json_schema(struct buffer *b)
{
	json_t *schema = fields_schema(members_all, members_count);
	json_t *others = schema_or_abort(json_pack("{s:s, s:s, s:i, s:o}",
	    "type", "array", "description", others_meaning, "minItems", 1,
	    "items", fields_schema(members_process, members_process_count)));
	char *text;

	if (json_object_set_new(json_object_get(schema, "properties"),
	    "other_processes", others) != 0 ||
	    json_object_set_new(schema, "$schema", json_string(
	    "https://json-schema.org/draft/2020-12/schema")) != 0 ||
	    json_object_set_new(schema, "title", json_string(
	    "A line of what 'tallyman connections' writes as JSON")) != 0)
		(void)schema_or_abort(NULL);
	text = json_dumps(schema, JSON_INDENT(2));
	json_decref(schema);
	if (text == NULL)
		(void)schema_or_abort(NULL);
	buffer_text(b, text);
	buffer_char(b, '\n');
	free(text);
}
