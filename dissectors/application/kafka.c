/*
 * Apache Kafka's protocol (kafka.apache.org, protocol guide, "Protocol
 * Primitive Types" and "Requests"): requests, each of which has a response.
 *
 *   size (4), API (2), its version (2), correlation (4),
 *   client behind its size (2), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	KAFKA_HEADER_SIZE = 14,
	KAFKA_VERSION_MAX = 20,
	KAFKA_SIZE_MAX = 100 << 20,
	KAFKA_CLIENT_MAX = 249,
	KAFKA_REQUESTS_MAX = 32,
	KAFKA_NO_CLIENT = 0xffff
};

enum kafka_fact {
	KAFKA_CLIENT,
	KAFKA_REQUESTS
};

struct kafka_state {
	uint8_t	requests;
};

struct kafka_request {
	uint32_t	 size;		/* behind itself */
	const char	*api;
	struct cursor	 client;
};

static const struct fact_field fields[] = {
	[KAFKA_CLIENT] = { "client_id", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[KAFKA_REQUESTS] = { "requests", FACT_LIST, false, NULL,
	    "Kinds of the first requests." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* By API key; those between brokers alone are left out. */
static const char *const apis[] = {
	"Produce", "Fetch", "ListOffsets", "Metadata", NULL, NULL, NULL,
	NULL, "OffsetCommit", "OffsetFetch", "FindCoordinator", "JoinGroup",
	"Heartbeat", "LeaveGroup", "SyncGroup", "DescribeGroups",
	"ListGroups", "SaslHandshake", "ApiVersions", "CreateTopics",
	"DeleteTopics", "DeleteRecords", "InitProducerId",
	"OffsetForLeaderEpoch", "AddPartitionsToTxn", "AddOffsetsToTxn",
	"EndTxn", NULL, "TxnOffsetCommit", "DescribeAcls", "CreateAcls",
	"DeleteAcls", "DescribeConfigs", "AlterConfigs", NULL, NULL,
	"SaslAuthenticate", "CreatePartitions"
};

static enum probe_score	probe(struct probe *);
static bool		read_request(struct cursor *,
			    struct kafka_request *);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	struct kafka_request request;
	size_t left = cursor_left(&p->own);
	struct cursor c = p->own;
	bool is_whole;

	if (!read_request(&c, &request))
		return left < KAFKA_HEADER_SIZE && *p->own.at == 0 ?
		    PROBE_MORE : PROBE_NO;
	p->sender = ROLE_CLIENT;
	is_whole = request.size == left - 4;
	if (is_whole && cursor_left(&request.client) >= 4)
		return PROBE_LIKELY;
	return is_whole || cursor_left(&request.client) >= 4 ?
	    PROBE_WEAK : PROBE_NO;
}

static bool
read_request(struct cursor *c, struct kafka_request *request)
{
	const uint8_t *at = cursor_take(c, KAFKA_HEADER_SIZE);
	uint16_t api;
	uint16_t size;

	if (at == NULL)
		return false;
	request->size = bytes_be32(at);
	api = bytes_be16(at + 4);
	size = bytes_be16(at + 12);
	if (request->size < KAFKA_HEADER_SIZE - 4 ||
	    request->size > KAFKA_SIZE_MAX ||
	    api >= sizeof apis / sizeof *apis || apis[api] == NULL ||
	    bytes_be16(at + 6) > KAFKA_VERSION_MAX || (at[8] & 0x80) != 0 ||
	    (size > KAFKA_CLIENT_MAX && size != KAFKA_NO_CLIENT))
		return false;
	request->api = apis[api];
	request->client = cursor_sub(c, size == KAFKA_NO_CLIENT ? 0 : size);
	for (at = request->client.at; at < request->client.end; at++) {
		if (*at < ' ' || *at > '~')
			return false;
	}
	return cursor_ok(c);
}

static void
feed(struct dissection *d)
{
	struct kafka_state *state = d->state;
	struct kafka_request request;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while (cursor_left(&d->bytes) > 0) {
		struct cursor c = d->bytes;
		size_t size;

		if (!read_request(&c, &request)) {
			d->is_done = cursor_left(&d->bytes) >
			    KAFKA_HEADER_SIZE + KAFKA_CLIENT_MAX;
			return;
		}
		dissection_text(d, KAFKA_CLIENT, request.client.at,
		    cursor_left(&request.client));
		dissection_item(d, KAFKA_REQUESTS, request.api,
		    strlen(request.api));
		d->is_done = ++state->requests == KAFKA_REQUESTS_MAX;
		size = cursor_left(&d->bytes);
		if (request.size + 4 > size)
			d->skip = request.size + 4 - (uint32_t)size;
		else
			size = request.size + 4;
		cursor_skip(&d->bytes, size);
	}
}

const struct application application_kafka = {
	.name = "kafka",
	.title = "Apache Kafka",
	.source = "kafka.apache.org, protocol guide",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 9092 },
	.state_size = sizeof(struct kafka_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
