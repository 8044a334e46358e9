/*
 * The table of the fields of a record and of the closing record; the members
 * of "app" are added in fields_facts.c.
 * fields_choose.c finds a field by its name, fields_read.c reads one from a
 * record, fields_write.c makes documents of the table.
 */
#include "dissect/naming.h"
#include "record/fields.h"
#include "record/fields_fixed.h"
#include "tcp/tcp.h"

static const char *const words_type[] = { "flow", NULL };
static const char *const words_end_reason[] = { "fin", "rst", "idle",
	"active", "resources", "reuse", "eof", "shutdown", NULL };
static const char *const words_by[] = { "syn", "synack", "payload", "service",
	"port", "first_packet", NULL };
static const char *const words_confidence[] = { "certain", "likely", "guess",
	NULL };
static const char *const words_port_class[] = { "well-known", "registered",
	"dynamic", NULL };
static const char *const words_names[] = {
#define NAMING_WORD(id, word) word,
	NAMING_SOURCES(NAMING_WORD)
#undef NAMING_WORD
	NULL
};
static const char *const words_process_by[] = { "ebpf", "sockets", NULL };
static const char *const words_cast[] = { "unicast", "multicast",
	"broadcast", NULL };
static const char *const words_verdict[] = { "agree", "disagree", "port-only",
	"payload-only", "unknown", NULL };
static const char *const words_tunnel[] = {
#define TUNNEL_WORD(id, word) word,
	TUNNELS(TUNNEL_WORD)
#undef TUNNEL_WORD
	NULL
};
static const char *const words_state[] = { "syn_sent", "syn_received",
	"established", "fin_wait", "close_wait", "closing", "last_ack",
	"time_wait", "closed", "reset", NULL };
static const char *const words_conn_state[] = { "S0", "S1", "SF", "REJ", "S2",
	"S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH", NULL };

static const char *const words_scaling[] = { "unknown", "unused", "used",
	NULL };
static const char *const words_ecn[] = { "classic", "accurate", NULL };
static const char *const words_limits[] = { "application", "receiver_window",
	"network_loss", "network_rtt", "unknown", NULL };

#define AT(member)	offsetof(struct record, member)

/* What has a twin on the other side stands in one list for both. */
#define COUNTS(path, member, who, since, needs)				\
	{ path ".packets", FIELD_U64, AT(member.packets), needs,	\
	    "packets", "Packets that the " who " sent" since ".", NULL }, \
	{ path ".bytes", FIELD_U64, AT(member.bytes), needs, "bytes",	\
	    "Bytes that the " who " sent" since ", as on the wire: "	\
	    "frame lengths without the frame check sequence.", NULL },	\
	{ path ".ip_bytes", FIELD_U64, AT(member.ip_bytes), needs,	\
	    "bytes", "Bytes of the IP packets that the " who		\
	    " sent" since ", IP headers included.", NULL },		\
	{ path ".payload_bytes", FIELD_U64, AT(member.payload_bytes),	\
	    needs, "bytes", "Bytes above the transport header that the " \
	    who " sent" since ", retransmissions counted.", NULL }

#define PROCESS(side, SIDE, name, type, unit, meaning, words)		\
	{ #side ".process." #name, type, AT(side.process.name),		\
	    RECORD_ ## SIDE ## _PROGRAM, unit, meaning, words }

#define PROCESSES(side, SIDE, who)					\
	PROCESS(side, SIDE, pid, FIELD_U32, NULL, "Process on this "	\
	    "machine that has the end of the " who ", in a live "	\
	    "capture; of an end that listens, who made it.", NULL),	\
	PROCESS(side, SIDE, name, FIELD_TEXT, NULL, "Its name.", NULL),	\
	PROCESS(side, SIDE, exe, FIELD_TEXT, NULL,			\
	    "Path of its executable; as it was started by, where it "	\
	    "ended before anybody could look.", NULL),			\
	PROCESS(side, SIDE, uid, FIELD_U32, NULL,			\
	    "Number of its user.", NULL),				\
	PROCESS(side, SIDE, user, FIELD_TEXT, NULL,			\
	    "Its user, by /etc/passwd.", NULL),				\
	PROCESS(side, SIDE, unit, FIELD_TEXT, NULL,			\
	    "Unit of systemd that it belongs to.", NULL),		\
	PROCESS(side, SIDE, container, FIELD_TEXT, NULL,		\
	    "Container that it runs in.", NULL),			\
	PROCESS(side, SIDE, by, FIELD_WORD, NULL,			\
	    "What told: ebpf, the kernel as it happened; sockets, a "	\
	    "look at all sockets.", words_process_by)

#define SIDE(side, SIDE, who)						\
	{ #side ".ip", FIELD_IP, AT(side.ip), 0, NULL,			\
	    "Address of the " who ".", NULL },				\
	{ #side ".port", FIELD_U16, AT(side.port), RECORD_PORTS, NULL,	\
	    "Port of the " who ".", NULL },				\
	{ #side ".port_class", FIELD_WORD, AT(side.port_class),		\
	    RECORD_PORTS, NULL, "Range of that port by RFC 6335: up to " \
	    "1023, up to 49151, or above.", words_port_class },		\
	{ #side ".name", FIELD_TEXT, AT(side.name),			\
	    RECORD_ ## SIDE ## _NAMED, NULL,				\
	    "Name of that address, as packets gave it before or in the "	\
	    "flow; never looked up.", NULL },				\
	{ #side ".name_source", FIELD_WORD, AT(side.name_source),	\
	    RECORD_ ## SIDE ## _NAMED, NULL, "What gave the name.",	\
	    words_names },						\
	{ #side ".mac", FIELD_MAC, AT(side.mac),			\
	    RECORD_ ## SIDE ## _MAC, NULL, "Link address of the " who	\
	    ", as first seen.", NULL },					\
	COUNTS(#side, side.counts, who, "", 0),				\
	{ #side ".ttl_min", FIELD_U8, AT(side.ttl_min),			\
	    RECORD_ ## SIDE ## _SEEN, "hops",				\
	    "Lowest time to live or hop limit of its packets.", NULL },	\
	{ #side ".ttl_max", FIELD_U8, AT(side.ttl_max),			\
	    RECORD_ ## SIDE ## _SEEN, "hops",				\
	    "Highest time to live or hop limit of its packets.", NULL }, \
	{ #side ".dscp", FIELD_BITS, AT(side.dscp),			\
	    RECORD_ ## SIDE ## _SEEN, NULL,				\
	    "Differentiated services code points it used (RFC 2474).",	\
	    NULL },							\
	{ #side ".checksum_bad", FIELD_U32, AT(side.checksum_bad),	\
	    RECORD_CHECKSUMS, "packets", "Packets of the " who		\
	    " with a wrong checksum; when all are, its network card "	\
	    "fills them in after the capture.", NULL },			\
	PROCESSES(side, SIDE, who)

#define TCP_MEMBER(side, member, type, needs, unit, meaning)		\
	{ "tcp." #side "." #member, type, AT(side.tcp.member),		\
	    RECORD_TCP | (needs), unit, meaning, NULL }

#define TCP_TIME(side, name, member, needs, meaning)			\
	{ "tcp." #side "." #name, FIELD_SECONDS, AT(side.tcp.member),	\
	    RECORD_TCP | (needs), "seconds", meaning, NULL }

#define LIMITED_TIME(side, SIDE, name, limit, meaning)			\
	{ "tcp.limited_by." #side ".seconds." #name, FIELD_SECONDS,	\
	    AT(side.tcp.limited_ns[limit]),				\
	    RECORD_TCP | RECORD_ ## SIDE ## _TRANSFER |			\
	    RECORD_ ## SIDE ## _LIMITED, "seconds", meaning, NULL }

#define TCP_SIDE(side, SIDE, who)					\
	TCP_MEMBER(side, isn, FIELD_U32, RECORD_ ## SIDE ## _ISN, NULL,	\
	    "Initial sequence number of the " who "."),			\
	TCP_MEMBER(side, mss, FIELD_U16, RECORD_ ## SIDE ## _MSS,	\
	    "bytes", "Maximum segment size it announced."),		\
	TCP_MEMBER(side, window_scale, FIELD_U8,			\
	    RECORD_ ## SIDE ## _WINDOW_SCALE, "bits",			\
	    "Window scale it announced (RFC 7323)."),			\
	TCP_MEMBER(side, sack_permitted, FIELD_BOOL,			\
	    RECORD_ ## SIDE ## _SYN_OPTIONS, NULL,			\
	    "Its SYN permitted selective acknowledgements (RFC 2018)."), \
	TCP_MEMBER(side, timestamps, FIELD_BOOL,			\
	    RECORD_ ## SIDE ## _SYN_OPTIONS, NULL,			\
	    "Its SYN had the timestamps option (RFC 7323)."),		\
	TCP_MEMBER(side, flags, FIELD_TCP_FLAGS,			\
	    RECORD_ ## SIDE ## _SEEN, NULL,				\
	    "Union of its control bits: FIN SYN RST PSH ACK URG ECE "	\
	    "CWR, and N for AE (RFC 9768)."),				\
	TCP_MEMBER(side, syn, FIELD_U32, 0, "packets",			\
	    "Segments of the " who " with SYN."),			\
	TCP_MEMBER(side, fin, FIELD_U32, 0, "packets",			\
	    "Segments of the " who " with FIN."),			\
	TCP_MEMBER(side, rst, FIELD_U32, 0, "packets",			\
	    "Segments of the " who " with RST."),			\
	TCP_MEMBER(side, psh, FIELD_U32, 0, "packets",			\
	    "Segments of the " who " with PSH."),			\
	TCP_MEMBER(side, urg, FIELD_U32, 0, "packets",			\
	    "Segments of the " who " with URG."),			\
	TCP_MEMBER(side, retransmitted_packets, FIELD_U32, 0, "packets", \
	    "Segments it sent again, for any reason."),			\
	TCP_MEMBER(side, retransmitted_bytes, FIELD_U64, 0, "bytes",	\
	    "Their payload."),						\
	TCP_MEMBER(side, fast_retransmissions, FIELD_U32, 0, "packets",	\
	    "Those that answered duplicate ACKs within 20 ms."),	\
	TCP_MEMBER(side, spurious_retransmissions, FIELD_U32, 0,	\
	    "packets", "Those that had been acknowledged already."),	\
	TCP_MEMBER(side, out_of_order_packets, FIELD_U32, 0, "packets",	\
	    "Segments of the " who " that came behind later ones."),	\
	TCP_MEMBER(side, duplicate_acks, FIELD_U32, 0, "packets",	\
	    "Duplicate ACKs it sent (RFC 5681)."),			\
	TCP_MEMBER(side, keepalives, FIELD_U32, 0, "packets",		\
	    "Keep-alives it sent (RFC 9293 3.8.4)."),			\
	TCP_MEMBER(side, missed_bytes, FIELD_U64, 0, "bytes",		\
	    "Bytes of it that were acknowledged and never seen."),	\
	TCP_MEMBER(side, overlaps_conflicting, FIELD_U32, 0, "packets",	\
	    "Segments that repeat a sequence number with other bytes."), \
	TCP_MEMBER(side, zero_windows, FIELD_U32, 0, "packets",		\
	    "Segments that said it can take no more."),			\
	TCP_MEMBER(side, window_full, FIELD_U32, 0, "packets",		\
	    "Segments of the " who " that filled its peer's window."),	\
	TCP_MEMBER(side, timeout_retransmissions, FIELD_U32,		\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Retransmissions after a timeout (RFC 6298)."),		\
	TCP_MEMBER(side, tail_loss_probes, FIELD_U32,			\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Retransmissions of the newest segment to probe for its loss " \
	    "(RFC 8985)."),						\
	TCP_MEMBER(side, zero_window_probes, FIELD_U32,			\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Single bytes it sent into a window of zero."),		\
	TCP_MEMBER(side, lost_segments, FIELD_U32,			\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Segments of the " who " that came behind a gap."),		\
	TCP_MEMBER(side, unseen_acks, FIELD_U32,			\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "ACKs it sent for bytes that had not been seen."),		\
	TCP_MEMBER(side, sacks, FIELD_U32,				\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Segments with SACK that it sent (RFC 2018)."),		\
	TCP_MEMBER(side, dsacks, FIELD_U32,				\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Those that reported something received twice (RFC 2883)."), \
	TCP_MEMBER(side, window_updates, FIELD_U32,			\
	    RECORD_ ## SIDE ## _DETAIL, "packets",			\
	    "Segments it sent for nothing but another window."),	\
	TCP_MEMBER(side, stalls, FIELD_U32,				\
	    RECORD_ ## SIDE ## _DETAIL, "stalls",			\
	    "How often it stood still with bytes on their way, for "	\
	    "more than two round trips and 200 ms."),			\
	{ "tcp." #side ".window_scaling", FIELD_WORD,			\
	    AT(side.tcp.window_scaling),				\
	    RECORD_TCP | RECORD_ ## SIDE ## _SCALING, NULL,		\
	    "Whether the windows it offers are scaled (RFC 7323); "	\
	    "unknown where the handshake was not seen.",		\
	    words_scaling },						\
	TCP_MEMBER(side, window_min, FIELD_U32,				\
	    RECORD_ ## SIDE ## _WINDOW, "bytes",			\
	    "Smallest window it offered."),				\
	TCP_MEMBER(side, window_max, FIELD_U32,				\
	    RECORD_ ## SIDE ## _WINDOW, "bytes",			\
	    "Largest window it offered."),				\
	TCP_TIME(side, zero_window_seconds, zero_window_ns,		\
	    RECORD_ ## SIDE ## _ZERO_WINDOW,				\
	    "How long its window was zero."),				\
	TCP_MEMBER(side, ecn_ce, FIELD_U32, RECORD_ECN, "packets",	\
	    "Packets of the " who " that the network marked (RFC 3168)."), \
	TCP_MEMBER(side, ecn_ece, FIELD_U32, RECORD_ECN, "packets",	\
	    "Segments in which it told of such marks."),		\
	TCP_MEMBER(side, ecn_cwr, FIELD_U32, RECORD_ECN, "packets",	\
	    "Segments in which it said that it slowed down."),		\
	TCP_MEMBER(side, bytes_in_flight_max, FIELD_U32,		\
	    RECORD_ ## SIDE ## _IN_FLIGHT, "bytes",			\
	    "Most bytes of it that were sent and not acknowledged."),	\
	TCP_MEMBER(side, initial_window, FIELD_U8,			\
	    RECORD_ ## SIDE ## _BEGINNING, "packets",			\
	    "Segments with payload before the first was acknowledged."), \
	TCP_TIME(side, rtt.min, rtt_min_ns, RECORD_ ## SIDE ## _RTT,	\
	    "Shortest time from a segment of the " who " to its "	\
	    "acknowledgement, at the capture."),			\
	TCP_TIME(side, rtt.mean, rtt_mean_ns, RECORD_ ## SIDE ## _RTT,	\
	    "Mean of those times."),					\
	TCP_TIME(side, rtt.max, rtt_max_ns, RECORD_ ## SIDE ## _RTT,	\
	    "Longest of them."),					\
	TCP_TIME(side, rtt.deviation, rtt_deviation_ns,			\
	    RECORD_ ## SIDE ## _RTT, "Their standard deviation."),	\
	{ "tcp." #side ".rtt.samples", FIELD_U32,			\
	    AT(side.tcp.rtt_samples),					\
	    RECORD_TCP | RECORD_ ## SIDE ## _RTT, "samples",		\
	    "How many there are.", NULL }

#define TCP_LIMITED(side, SIDE, who)					\
	{ "tcp.limited_by." #side ".cause", FIELD_WORD,			\
	    AT(side.tcp.limited_by),					\
	    RECORD_TCP | RECORD_ ## SIDE ## _TRANSFER, NULL,		\
	    "What held the sending of the " who " back for the longest " \
	    "time; unknown when it was too short to say.",		\
	    words_limits },						\
	LIMITED_TIME(side, SIDE, application, TCP_LIMIT_APPLICATION,	\
	    "Time in which its program had nothing to send."),		\
	LIMITED_TIME(side, SIDE, receiver_window,			\
	    TCP_LIMIT_RECEIVER_WINDOW,					\
	    "Time in which its peer's window was full."),		\
	LIMITED_TIME(side, SIDE, network_loss, TCP_LIMIT_NETWORK_LOSS,	\
	    "Time in which it made up for what was lost."),		\
	LIMITED_TIME(side, SIDE, network_rtt, TCP_LIMIT_NETWORK_RTT,	\
	    "Time in which it waited for acknowledgements to go on.")

#define RTP_MEMBER(side, name, member, type, needs, unit, meaning)	\
	{ "udp." #side ".rtp." name, type, AT(side.rtp.member),		\
	    RECORD_UDP | (needs), unit, meaning, NULL }

#define RTP_SIDE(side, SIDE, who)					\
	RTP_MEMBER(side, "ssrc", ssrc, FIELD_U32,			\
	    RECORD_ ## SIDE ## _RTP, NULL, "Synchronization source of "	\
	    "the real-time stream (RTP, RFC 3550) that the " who	\
	    " sent; the last one, if there were several."),		\
	RTP_MEMBER(side, "payload_type", payload_type, FIELD_U8,	\
	    RECORD_ ## SIDE ## _RTP, NULL,				\
	    "Its payload type (RFC 3551), as in its first packet."),	\
	RTP_MEMBER(side, "sources", sources, FIELD_U16,			\
	    RECORD_ ## SIDE ## _RTP, NULL,				\
	    "Sources that were followed, one after the other."),	\
	RTP_MEMBER(side, "packets", packets, FIELD_U32,			\
	    RECORD_ ## SIDE ## _RTP, "packets", "Packets of the stream, " \
	    "late and duplicate ones counted."),			\
	RTP_MEMBER(side, "lost", lost, FIELD_U32,			\
	    RECORD_ ## SIDE ## _RTP, "packets",				\
	    "Packets that were expected by their numbers less those "	\
	    "that came, but not below 0 (RFC 3550 A.3)."),		\
	RTP_MEMBER(side, "reordered", reordered, FIELD_U32,		\
	    RECORD_ ## SIDE ## _RTP, "packets",				\
	    "Packets that came after one with a higher number."),	\
	RTP_MEMBER(side, "duplicates", duplicates, FIELD_U32,		\
	    RECORD_ ## SIDE ## _RTP, "packets",				\
	    "Packets whose number had come before."),			\
	RTP_MEMBER(side, "jitter", jitter_ns, FIELD_SECONDS,		\
	    RECORD_ ## SIDE ## _RTP | RECORD_ ## SIDE ## _RTP_JITTER,	\
	    "seconds", "Interarrival jitter (RFC 3550 A.8): the mean "	\
	    "over the packets, where the media clock is known."),	\
	RTP_MEMBER(side, "jitter_max", jitter_max_ns, FIELD_SECONDS,	\
	    RECORD_ ## SIDE ## _RTP | RECORD_ ## SIDE ## _RTP_JITTER,	\
	    "seconds", "The highest it was.")

const struct field fields_fixed[] = {
	{ "type", FIELD_WORD, AT(type), 0, NULL,
	    "What this object is.", words_type },
	{ "version", FIELD_U8, AT(version), 0, NULL,
	    "Version of this format; it changes when a name or a meaning "
	    "does.", NULL },
	{ "id", FIELD_ID, AT(id), 0, NULL,
	    "Name of the flow, unique in a run and equal in all its parts; "
	    "the same input gives the same ids.", NULL },
	{ "part", FIELD_U32, AT(part), 0, NULL,
	    "Which part of a long flow this is, from 0; the counters cover "
	    "this part alone.", NULL },
	{ "final", FIELD_BOOL, AT(is_final), 0, NULL,
	    "No more parts follow.", NULL },
	{ "end_reason", FIELD_WORD, AT(end_reason), 0, NULL,
	    "What ended the flow; active: more parts follow; resources: it "
	    "was evicted; reuse: a new SYN took its 5-tuple.",
	    words_end_reason },
	COUNTS("cumulative.src", src.cumulative, "originator",
	    " since the flow began", RECORD_CUMULATIVE),
	COUNTS("cumulative.dst", dst.cumulative, "responder",
	    " since the flow began", RECORD_CUMULATIVE),
	{ "community_id", FIELD_CHARS, AT(community_id), 0, NULL,
	    "Community ID, version 1: the same in every tool that computes "
	    "it.", NULL },
	{ "start", FIELD_TIME, AT(start_ns), 0, NULL,
	    "Time of the first packet, UTC.", NULL },
	{ "end", FIELD_TIME, AT(end_ns), 0, NULL,
	    "Time of the newest packet, UTC.", NULL },
	{ "duration", FIELD_SECONDS, AT(duration_ns), 0, "seconds",
	    "From start to end.", NULL },
	{ "ip_version", FIELD_U8, AT(ip_version), 0, NULL,
	    "4 or 6.", NULL },
	{ "protocol", FIELD_WORD, AT(protocol), 0, NULL,
	    "Transport protocol, where it has a name here.", NULL },
	{ "protocol_number", FIELD_U8, AT(protocol_number), 0, NULL,
	    "IANA number of the transport protocol.", NULL },
	{ "direction.by", FIELD_WORD, AT(direction_by), 0, NULL,
	    "What told the originator from the responder.", words_by },
	{ "direction.confidence", FIELD_WORD, AT(direction_confidence), 0,
	    NULL, "How much that can be trusted.", words_confidence },
	SIDE(src, SRC, "originator"),
	SIDE(dst, DST, "responder"),
	{ "cast", FIELD_WORD, AT(cast), 0, NULL,
	    "Kind of the responder's address. An IPv4 address that never "
	    "answers is broadcast, too, where frames to all carry it.",
	    words_cast },
	{ "service.name", FIELD_TEXT, AT(service_name), RECORD_SERVICE, NULL,
	    "The best answer: what the payload says, else the port.", NULL },
	{ "service.port", FIELD_TEXT, AT(service_port), RECORD_SERVICE, NULL,
	    "What the port number says (IANA's registry, by transport).",
	    NULL },
	{ "service.payload", FIELD_WORD, AT(service_payload),
	    RECORD_SERVICE, NULL, "What the payload says.", NULL },
	{ "service.inner", FIELD_WORD, AT(service_inner), RECORD_SERVICE,
	    NULL, "What the payload's protocol carries or gives way to, as "
	    "TLS after STARTTLS.", NULL },
	{ "service.alternatives", FIELD_WORDS, AT(service_alternatives),
	    RECORD_SERVICE, NULL, "What else the payload may be.", NULL },
	{ "service.parent", FIELD_ID, AT(service_parent),
	    RECORD_SERVICE | RECORD_SERVICE_PARENT, NULL,
	    "The id of the flow that announced this one.", NULL },
	{ "service.verdict", FIELD_WORD, AT(service_verdict), RECORD_SERVICE,
	    NULL, "Whether port and payload say the same.", words_verdict },
	{ "vlan", FIELD_LIST, AT(vlan), RECORD_VLAN, NULL,
	    "VLAN identifiers, outermost first, as first seen.", NULL },
	{ "mpls", FIELD_LIST, AT(mpls), RECORD_MPLS, NULL,
	    "MPLS labels, outermost first, as first seen.", NULL },
	{ "tunnel.type", FIELD_WORD, AT(tunnel_type), RECORD_TUNNEL, NULL,
	    "What carried the flow.", words_tunnel },
	{ "tunnel.id", FIELD_U32, AT(tunnel_id),
	    RECORD_TUNNEL | RECORD_TUNNEL_ID, NULL,
	    "Virtual network identifier, key of GRE, tunnel endpoint of GTP-U, "
	    "or tunnel times 65536 plus session of L2TP.", NULL },
	{ "tunnel.parent", FIELD_ID, AT(tunnel_parent),
	    RECORD_TUNNEL | RECORD_PARENT, NULL,
	    "The id of the carrying flow.", NULL },
	{ "input", FIELD_TEXT, AT(input), 0, NULL,
	    "Name of the file that the first packet was read from.", NULL },
	{ "interface", FIELD_TEXT, AT(interface), 0, NULL,
	    "Name of the interface that the first packet was captured on.",
	    NULL },
	{ "icmp_errors", FIELD_U32, AT(icmp_errors), RECORD_ICMP_ERRORS,
	    "packets", "ICMP errors that quote a packet of this flow.",
	    NULL },
	{ "tcp.state", FIELD_WORD, AT(tcp_state), RECORD_TCP, NULL,
	    "State of the connection at the end (RFC 9293).", words_state },
	{ "tcp.conn_state", FIELD_WORD, AT(tcp_conn_state), RECORD_TCP, NULL,
	    "The same as Zeek's code.", words_conn_state },
	{ "tcp.history", FIELD_CHARS, AT(tcp_history), RECORD_TCP, NULL,
	    "What happened in order, in Zeek's letters: upper case by the "
	    "originator, lower case by the responder.", NULL },
	{ "tcp.handshake.syn_synack", FIELD_SECONDS, AT(syn_synack_ns),
	    RECORD_TCP | RECORD_SYN_SYNACK, "seconds",
	    "From SYN to SYN+ACK: the responder's side of the handshake.",
	    NULL },
	{ "tcp.handshake.synack_ack", FIELD_SECONDS, AT(synack_ack_ns),
	    RECORD_TCP | RECORD_SYNACK_ACK, "seconds",
	    "From SYN+ACK to ACK: the originator's side of the handshake.",
	    NULL },
	{ "tcp.ecn", FIELD_WORD, AT(tcp_ecn), RECORD_TCP | RECORD_ECN_AGREED,
	    NULL,
	    "Explicit congestion notification that was agreed (RFC 3168, "
	    "RFC 9768).", words_ecn },
	{ "tcp.fast_open", FIELD_BOOL, AT(tcp_fast_open),
	    RECORD_TCP | RECORD_FAST_OPEN, NULL,
	    "A SYN carried payload (RFC 7413).", NULL },
	TCP_SIDE(src, SRC, "originator"),
	TCP_SIDE(dst, DST, "responder"),
	TCP_LIMITED(src, SRC, "originator"),
	TCP_LIMITED(dst, DST, "responder"),
	{ "udp.checksum_zero", FIELD_U32, AT(udp_checksum_zero), RECORD_UDP,
	    "packets", "Datagrams sent without a checksum; over IPv6 only "
	    "tunnels may (RFC 6935).", NULL },
	{ "udp.checksum_bad", FIELD_U32, AT(udp_checksum_bad),
	    RECORD_UDP | RECORD_CHECKSUMS, "packets",
	    "Datagrams with a wrong checksum, where they are checked.",
	    NULL },
	{ "udp.length_mismatch", FIELD_U32, AT(udp_length_mismatch),
	    RECORD_UDP, "packets",
	    "Datagrams whose UDP length is not that of the IP payload.",
	    NULL },
	{ "udp.request_response", FIELD_BOOL, AT(udp_request_response),
	    RECORD_UDP, NULL, "Both sides spoke.", NULL },
	{ "udp.rtt", FIELD_SECONDS, AT(udp_first_exchange_ns),
	    RECORD_UDP | RECORD_FIRST_EXCHANGE, "seconds",
	    "From the first packet to the first answer.", NULL },
	{ "udp.exchanges", FIELD_U32, AT(udp_exchanges), RECORD_UDP, NULL,
	    "How often the other side took its turn: 1 for a question and "
	    "its answer.", NULL },
	RTP_SIDE(src, SRC, "originator"),
	RTP_SIDE(dst, DST, "responder"),
	{ "icmp.type", FIELD_U8, AT(icmp_type), RECORD_ICMP, NULL,
	    "Type of the first ICMP or ICMPv6 message.", NULL },
	{ "icmp.code", FIELD_U8, AT(icmp_code), RECORD_ICMP, NULL,
	    "Code of the first ICMP or ICMPv6 message.", NULL },
};
const size_t fields_fixed_count = sizeof fields_fixed /
    sizeof fields_fixed[0];

#undef AT
#define AT(member)	offsetof(struct stats, member)
#define COUNT(path, member, unit, meaning)				\
	{ path, FIELD_U64, AT(member), 0, unit, meaning, NULL }

const struct field fields_stats[] = {
	{ "start", FIELD_TIME, AT(start_ns), FIELDS_STATS_FRAMES, NULL,
	    "Oldest time of a frame, UTC.", NULL },
	{ "end", FIELD_TIME, AT(end_ns), FIELDS_STATS_FRAMES, NULL,
	    "Newest time of a frame, UTC.", NULL },
	COUNT("frames.read", read, "frames",
	    "All frames: the sum of the five counts that follow."),
	COUNT("frames.in_flows", in_flows, "frames",
	    "Frames that a flow record counts."),
	COUNT("frames.not_ip", not_ip, "frames",
	    "Frames that carry no IP packet."),
	COUNT("frames.malformed", malformed, "frames",
	    "Frames in which no conversation could be found."),
	COUNT("frames.fragments_unfinished", fragments_unfinished, "frames",
	    "Fragments of datagrams that never were whole."),
	COUNT("frames.filtered", filtered, "frames",
	    "Frames that the filter expression left out."),
	{ "frames_by_link", FIELD_LINK_COUNTS, AT(links), 0, "frames",
	    "Frames of each link type.", NULL },
	COUNT("bytes", bytes, "bytes",
	    "Lengths of all frames that were not filtered."),
	COUNT("flows.total", flows, "flows", "Flows of any kind."),
	COUNT("flows.tcp", flows_tcp, "flows", "Flows of TCP."),
	COUNT("flows.udp", flows_udp, "flows", "Flows of UDP."),
	COUNT("flows.other", flows_other, "flows",
	    "Flows of other protocols."),
	COUNT("flows.active_peak", flows_active_peak, "flows",
	    "Most flows that were open at one time."),
	COUNT("flows.evicted", flows_evicted, "flows",
	    "Flows written early, to make room."),
	COUNT("flows.payload_short", payload_short, NULL,
	    "How often payload was not read on, or what it told not kept, "
	    "for want of memory."),
	{ "kernel.received", FIELD_U64, AT(kernel_received),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that the kernel saw for us, in a live capture.", NULL },
	{ "kernel.dropped", FIELD_U64, AT(kernel_dropped),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that it dropped because its buffer was full.", NULL },
	{ "kernel.interface_dropped", FIELD_U64, AT(interface_dropped),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that the interface or its driver dropped.", NULL },
	{ "programs.lost", FIELD_U64, AT(programs_lost),
	    FIELDS_STATS_PROGRAMS, NULL,
	    "What the kernel said of programs and was lost, as nobody read "
	    "fast enough.", NULL },
	{ "malformed_by", FIELD_ANOMALY_COUNTS, AT(anomalies), 0, "frames",
	    "Frames with each anomaly; one frame can have several.", NULL },
	{ "elapsed", FIELD_SECONDS, AT(elapsed_ns), 0, "seconds",
	    "Time that the run took.", NULL },
	{ "frames_per_second", FIELD_RATE, AT(read), 0, "frames/s",
	    "Frames read over the time elapsed.", NULL },
};
const size_t fields_stats_count =
    sizeof fields_stats / sizeof fields_stats[0];

const char field_tcp_flags[10] = "FSRPAUECN";

uint64_t
fields_stats_has(const struct stats *stats)
{
	uint64_t has = 0;

	if (stats->read > stats->filtered)
		has |= FIELDS_STATS_FRAMES;
	if (stats->has_kernel)
		has |= FIELDS_STATS_KERNEL;
	if (stats->has_programs)
		has |= FIELDS_STATS_PROGRAMS;
	return has;
}
