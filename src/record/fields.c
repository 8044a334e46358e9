/*
 * The table of all fields of a record and of the closing record, and how one
 * is found, chosen and read. fields_write.c makes documents of the table.
 */
#include <string.h>

#include "base/text.h"
#include "record/fields.h"

static bool	field_is_named(const struct field *, const char *, size_t);
static void	fields_nearest(const char *, size_t, struct buffer *);
static void	field_consider(const char *, const char *, size_t,
		    unsigned int *, struct buffer *);
static int	fields_unknown(const char *, size_t, struct error *);
static int	fields_choose_item(const char *, size_t,
		    const struct field **, struct error *);
static void	field_text_list(const struct record_list *, struct buffer *);
static void	field_text_bits(uint64_t, struct buffer *);
static void	field_text_flags(uint16_t, struct buffer *);
static uint64_t	field_number(enum field_type, const void *);

static const char *const words_type[] = { "flow", NULL };
static const char *const words_end_reason[] = { "fin", "rst", "idle",
	"active", "resources", "reuse", "eof", "shutdown", NULL };
static const char *const words_by[] = { "syn", "synack", "payload", "service",
	"port", "first_packet", NULL };
static const char *const words_confidence[] = { "certain", "likely", "guess",
	NULL };
static const char *const words_port_class[] = { "well-known", "registered",
	"dynamic", NULL };
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

#define SIDE(side, SIDE, who)						\
	{ #side ".ip", FIELD_IP, AT(side.ip), 0, NULL,			\
	    "Address of the " who ".", NULL },				\
	{ #side ".port", FIELD_U16, AT(side.port), RECORD_PORTS, NULL,	\
	    "Port of the " who ".", NULL },				\
	{ #side ".port_class", FIELD_WORD, AT(side.port_class),		\
	    RECORD_PORTS, NULL, "Range of that port by RFC 6335: up to " \
	    "1023, up to 49151, or above.", words_port_class },		\
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
	    "fills them in after the capture.", NULL }

#define TCP_MEMBER(side, member, type, needs, unit, meaning)		\
	{ "tcp." #side "." #member, type, AT(side.tcp.member),		\
	    RECORD_TCP | (needs), unit, meaning, NULL }

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
	    "Segments of the " who " with URG.")

const struct field fields_all[] = {
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
	    "Kind of the responder's address.", words_cast },
	{ "service.name", FIELD_TEXT, AT(service_name), RECORD_SERVICE, NULL,
	    "The best answer: what the payload says, else the port.", NULL },
	{ "service.port", FIELD_TEXT, AT(service_port), RECORD_SERVICE, NULL,
	    "What the port number says (IANA's registry, by transport).",
	    NULL },
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
	TCP_SIDE(src, SRC, "originator"),
	TCP_SIDE(dst, DST, "responder"),
	{ "udp.checksum_zero", FIELD_U32, AT(udp_checksum_zero), RECORD_UDP,
	    "packets", "Datagrams sent without a checksum.", NULL },
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
	{ "icmp.type", FIELD_U8, AT(icmp_type), RECORD_ICMP, NULL,
	    "Type of the first ICMP or ICMPv6 message.", NULL },
	{ "icmp.code", FIELD_U8, AT(icmp_code), RECORD_ICMP, NULL,
	    "Code of the first ICMP or ICMPv6 message.", NULL },
};
const size_t fields_count = sizeof fields_all / sizeof fields_all[0];

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
	{ "kernel.received", FIELD_U64, AT(kernel_received),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that the kernel saw for us, in a live capture.", NULL },
	{ "kernel.dropped", FIELD_U64, AT(kernel_dropped),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that it dropped because its buffer was full.", NULL },
	{ "kernel.interface_dropped", FIELD_U64, AT(interface_dropped),
	    FIELDS_STATS_KERNEL, "packets",
	    "Packets that the interface or its driver dropped.", NULL },
	{ "malformed_by", FIELD_ANOMALY_COUNTS, AT(anomalies), 0, "frames",
	    "Frames with each anomaly; one frame can have several.", NULL },
	{ "elapsed", FIELD_SECONDS, AT(elapsed_ns), 0, "seconds",
	    "Time that the run took.", NULL },
	{ "frames_per_second", FIELD_RATE, AT(read), 0, "frames/s",
	    "Frames read over the time elapsed.", NULL },
};
const size_t fields_stats_count =
    sizeof fields_stats / sizeof fields_stats[0];

const char field_tcp_flags[] = "FSRPAUECN";

uint64_t
fields_stats_has(const struct stats *stats)
{
	uint64_t has = 0;

	if (stats->read > stats->filtered)
		has |= FIELDS_STATS_FRAMES;
	if (stats->has_kernel)
		has |= FIELDS_STATS_KERNEL;
	return has;
}

const struct field *
fields_find(const char *name)
{
	for (size_t i = 0; i < fields_count; i++) {
		if (strcmp(fields_all[i].name, name) == 0)
			return &fields_all[i];
	}
	return NULL;
}

/* Whether the word names the field or an object that it stands in. */
static bool
field_is_named(const struct field *field, const char *word, size_t size)
{
	return size > 0 && strncmp(field->name, word, size) == 0 &&
	    (field->name[size] == '\0' || field->name[size] == '.');
}

/* Takes the first size bytes of known as nearest if no other was nearer. */
static void
field_consider(const char *word, const char *known, size_t size,
    unsigned int *least, struct buffer *nearest)
{
	char name[64];
	unsigned int distance;

	if (size >= sizeof name)
		return;
	memcpy(name, known, size);
	name[size] = '\0';
	if (!text_is_near(word, name))
		return;
	distance = text_distance(word, name);
	if (distance >= *least)
		return;
	*least = distance;
	buffer_reset(nearest);
	buffer_bytes(nearest, name, size);
}

/*
 * Leaves the nearest name of a field or object in the buffer. A field's last
 * word alone ("port") finds the field too, after all whole names.
 */
static void
fields_nearest(const char *item, size_t size, struct buffer *nearest)
{
	unsigned int least = 64;
	char word[64];

	if (size >= sizeof word)
		return;
	memcpy(word, item, size);
	word[size] = '\0';
	for (size_t i = 0; i < fields_count; i++) {
		const char *name = fields_all[i].name;
		const char *dot = strchr(name, '.');

		for (; dot != NULL; dot = strchr(dot + 1, '.'))
			field_consider(word, name, (size_t)(dot - name),
			    &least, nearest);
		field_consider(word, name, strlen(name), &least, nearest);
	}
	for (size_t i = 0; nearest->size == 0 && i < fields_count; i++) {
		const char *name = fields_all[i].name;
		const char *last = strrchr(name, '.');

		if (last != NULL && strcmp(last + 1, word) == 0)
			buffer_text(nearest, name);
	}
}

static int
fields_unknown(const char *item, size_t size, struct error *error)
{
	struct buffer nearest;
	struct buffer shown;

	buffer_init(&nearest, 64);
	buffer_init(&shown, 64);
	fields_nearest(item, size, &nearest);
	buffer_plain_text(&shown, item, size);
	if (nearest.size > 0)
		(void)error_usage(error,
		    "unknown field '%.*s'; did you mean %.*s?",
		    (int)shown.size, shown.data,
		    (int)nearest.size, nearest.data);
	else
		(void)error_usage(error,
		    "unknown field '%.*s' (--fields help lists them)",
		    (int)shown.size, shown.data);
	buffer_release(&nearest);
	buffer_release(&shown);
	return -1;
}

/* Puts what one item names into its place in chosen, or takes it out. */
static int
fields_choose_item(const char *item, size_t size,
    const struct field **chosen, struct error *error)
{
	bool is_minus = size > 0 && item[0] == '-';
	bool is_known = false;

	if (is_minus) {
		item++;
		size--;
	}
	for (size_t i = 0; i < fields_count; i++) {
		if (!field_is_named(&fields_all[i], item, size))
			continue;
		chosen[i] = is_minus ? NULL : &fields_all[i];
		is_known = true;
	}
	return is_known ? 0 : fields_unknown(item, size, error);
}

int
fields_choose(const char *list, const struct field **chosen,
    struct error *error)
{
	bool is_from_all = list == NULL || list[0] == '-';
	const char *item = list;
	int count = 0;

	for (size_t i = 0; i < fields_count; i++)
		chosen[i] = is_from_all ? &fields_all[i] : NULL;
	while (item != NULL) {
		size_t size = strcspn(item, ",");

		if (size == 0)
			return error_usage(error,
			    "a field's name is missing in '%s'", list);
		if (fields_choose_item(item, size, chosen, error) != 0)
			return -1;
		item = item[size] == ',' ? item + size + 1 : NULL;
	}
	for (size_t i = 0; i < fields_count; i++) {
		if (chosen[i] != NULL)
			chosen[count++] = chosen[i];
	}
	if (count == 0)
		return error_usage(error, "'%s' leaves out every field", list);
	return count;
}

bool
field_is_certain(const struct field *field)
{
	switch (field->type) {
	case FIELD_WORD:
		return field->words != NULL;
	case FIELD_TEXT:
	case FIELD_CHARS:
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
		return false;
	default:
		return true;
	}
}

bool
field_is_present(const struct field *field, const struct record *record)
{
	const char *at = (const char *)record + field->offset;

	if ((record->has & field->needs) != field->needs)
		return false;
	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		return *(const char *const *)(const void *)at != NULL;
	case FIELD_CHARS:
		return at[0] != '\0';
	case FIELD_BITS:
		return *(const uint64_t *)(const void *)at != 0;
	case FIELD_LIST:
		return ((const struct record_list *)(const void *)at)->count >
		    0;
	default:
		return true;
	}
}

static void
field_text_list(const struct record_list *list, struct buffer *b)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			buffer_char(b, ' ');
		buffer_u64(b, list->items[i]);
	}
}

static void
field_text_bits(uint64_t bits, struct buffer *b)
{
	bool is_first = true;

	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bits >> bit & 1) == 0)
			continue;
		if (!is_first)
			buffer_char(b, ' ');
		is_first = false;
		buffer_u64(b, bit);
	}
}

static void
field_text_flags(uint16_t flags, struct buffer *b)
{
	for (unsigned int bit = 0; field_tcp_flags[bit] != '\0'; bit++) {
		if ((flags >> bit & 1) != 0)
			buffer_char(b, field_tcp_flags[bit]);
	}
}

static uint64_t
field_number(enum field_type type, const void *at)
{
	switch (type) {
	case FIELD_U8:
		return *(const uint8_t *)at;
	case FIELD_U16:
		return *(const uint16_t *)at;
	case FIELD_U32:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void
field_text(const struct field *field, const struct record *record,
    struct buffer *b)
{
	const void *at = (const char *)record + field->offset;
	const struct address *address = at;

	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		buffer_text(b, *(const char *const *)at);
		break;
	case FIELD_CHARS:
		buffer_text(b, at);
		break;
	case FIELD_BOOL:
		buffer_text(b, *(const bool *)at ? "true" : "false");
		break;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		buffer_u64(b, field_number(field->type, at));
		break;
	case FIELD_ID:
		buffer_hex64(b, *(const uint64_t *)at);
		break;
	case FIELD_TIME:
		buffer_time(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_SECONDS:
		buffer_seconds(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_IP:
		if (record->ip_version == 4)
			buffer_ipv4(b, address->bytes);
		else
			buffer_ipv6(b, address->bytes);
		break;
	case FIELD_MAC:
		buffer_mac(b, at);
		break;
	case FIELD_BITS:
		field_text_bits(*(const uint64_t *)at, b);
		break;
	case FIELD_LIST:
		field_text_list(at, b);
		break;
	case FIELD_TCP_FLAGS:
		field_text_flags(*(const uint16_t *)at, b);
		break;
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
		break;		/* not in a flow record */
	}
}
