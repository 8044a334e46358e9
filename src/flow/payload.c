/*
 * Payload on its way to the dissectors; see payload.h.
 */
#include <string.h>

#include "flow/payload.h"

/* An announcement is good for so long. */
#define PAYLOAD_EXPECTED_NS INT64_C(60000000000)

static bool	joined(void *, int);
static bool	data(void *, int, const uint8_t *, size_t);
static bool	gap(void *, int, uint32_t);
static void	end(void *, int);
static struct application_flow *application_of(const struct payload *,
		    const struct flow *);
static struct application_input describe(const struct payload *,
		    const struct flow *, int);
static void	finish(const struct payload *, const struct flow *, int);
static void	expect(void *, const struct application_input *,
		    const struct application_expectation *);
static bool	is_expected(const struct payload_expected *,
		    const struct flow_key *, int64_t);
static void	adopt(struct payload *, uint32_t,
		    const struct payload_expected *);

const struct tcp_reader_operations payload_operations = {
	.joined = joined,
	.data = data,
	.gap = gap,
	.end = end
};

void
payload_init(struct payload *p, struct flow_table *table, bool reveal)
{
	struct applications_options options = {
		.flows = table->flows.capacity,
		.is_revealing = reveal,
		.expect = expect,
		.context = p
	};

	*p = (struct payload){ .table = table };
	p->applications = applications_new(&options);
	flow_table_read(table, &payload_operations, p);
	table->payload = p;
	table->applications = p->applications;
}

void
payload_release(struct payload *p)
{
	applications_free(p->applications);
}

static inline struct application_flow *
application_of(const struct payload *p, const struct flow *flow)
{
	return &p->table->payloads[flow -
	    flow_table_at(p->table, 0)].application;
}

/* What the dissectors are told of a flow besides its bytes. */
static struct application_input
describe(const struct payload *p, const struct flow *flow, int side)
{
	struct application_flow *application = application_of(p, flow);

	return (struct application_input){
		.flow = application,
		.port = { flow->key.a_port, flow->key.b_port },
		.side = side,
		.src_side = flow->src_side,
		.is_start = (application->joined >> side & 1) == 0,
		.ts_ns = p->table->ts_ns,
		.owner = flow
	};
}

static bool
joined(void *context, int side)
{
	const struct flow_read *read = context;
	struct application_flow *application = application_of(read->context,
	    read->flow);

	application->joined = (application->joined | 1 << side) & 3;
	return true;
}

static bool
data(void *context, int side, const uint8_t *bytes, size_t size)
{
	const struct flow_read *read = context;
	const struct payload *p = read->context;
	struct application_input in = describe(p, read->flow, side);

	in.bytes = bytes;
	in.captured = size;
	in.size = (uint32_t)size;
	return applications_read(p->applications, &in);
}

static bool
gap(void *context, int side, uint32_t missing)
{
	const struct flow_read *read = context;
	const struct payload *p = read->context;
	struct application_input in = describe(p, read->flow, side);

	return applications_gap(p->applications, &in, missing);
}

static void
end(void *context, int side)
{
	const struct flow_read *read = context;

	finish(read->context, read->flow, side);
}

void
payload_segment(struct payload *p, uint32_t number)
{
	struct flow *flow = flow_table_at(p->table, number);

	if (!application_of(p, flow)->is_done)
		return;
	flow->is_read = true;
	flow_table_read_stop(p->table, number);
}

void
payload_datagram(struct payload *p, uint32_t number, const struct item *item)
{
	const struct conversation *t = item->conversation;
	struct flow *flow = flow_table_at(p->table, number);
	struct application_input in;

	if (t->payload_captured == 0)
		return;
	flow->has_payload = true;
	p->table->ts_ns = item->ts_ns;
	in = describe(p, flow, item->sender);
	in.bytes = t->payload;
	in.captured = t->payload_captured;
	in.size = t->payload_bytes;
	in.is_datagram = true;
	(void)applications_read(p->applications, &in);
	flow->is_read = in.flow->is_done;
}

void
payload_end(struct payload *p, uint32_t number)
{
	struct flow *flow = flow_table_at(p->table, number);

	p->table->ts_ns = flow->end_ns;
	if (flow->key.protocol == PROTOCOL_TCP) {
		finish(p, flow, 0);
		finish(p, flow, 1);
	}
	applications_end(p->applications, application_of(p, flow));
}

static void
finish(const struct payload *p, const struct flow *flow, int side)
{
	struct application_input in = describe(p, flow, side);

	applications_finish(p->applications, &in);
}

int
payload_client(const struct payload *p, uint32_t number)
{
	const struct application_flow *application =
	    &p->table->payloads[number].application;

	if (application->client == ROLE_UNKNOWN)
		return -1;
	return application->client == ROLE_CLIENT ? 0 : 1;
}

/* Keeps what was announced, instead of the oldest when there are many. */
static void
expect(void *context, const struct application_input *in,
    const struct application_expectation *expectation)
{
	struct payload *p = context;
	const struct flow *flow = in->owner;
	int at = p->expected_count;

	if (at == PAYLOAD_EXPECTED_MAX) {
		at = p->expected_next;
		p->expected_next = (at + 1) % PAYLOAD_EXPECTED_MAX;
	} else {
		p->expected_count++;
	}
	p->expected[at] = (struct payload_expected){
		.key = flow->key,
		.parent_id = flow->id,
		.ts_ns = in->ts_ns,
		.port = expectation->port,
		.side = (uint8_t)expectation->side,
		.protocol = expectation->is_datagram ? PROTOCOL_UDP :
		    PROTOCOL_TCP,
		.number = expectation->number
	};
}

void
payload_begin(struct payload *p, uint32_t number, const struct item *item)
{
	for (int i = 0; i < p->expected_count; i++) {
		if (!is_expected(&p->expected[i], &item->key, item->ts_ns))
			continue;
		adopt(p, number, &p->expected[i]);
		p->expected[i] = p->expected[--p->expected_count];
		p->expected_next = 0;
		return;
	}
}

/* Between one host's own addresses a side's port may be either one's. */
static bool
is_expected(const struct payload_expected *e, const struct flow_key *key,
    int64_t ts_ns)
{
	bool is_same_host = memcmp(&key->a, &key->b, sizeof key->a) == 0;

	if (key->protocol != e->protocol ||
	    key->ip_version != e->key.ip_version ||
	    ts_ns - e->ts_ns > PAYLOAD_EXPECTED_NS ||
	    memcmp(&key->a, &e->key.a, sizeof key->a) != 0 ||
	    memcmp(&key->b, &e->key.b, sizeof key->b) != 0)
		return false;
	if (is_same_host)
		return key->a_port == e->port || key->b_port == e->port;
	return (e->side == 0 ? key->a_port : key->b_port) == e->port;
}

static void
adopt(struct payload *p, uint32_t number,
    const struct payload_expected *expected)
{
	struct application_flow *application =
	    &p->table->payloads[number].application;
	struct fact parent = {
		.application = PAYLOAD_PARENT,
		.size = sizeof expected->parent_id,
		.bytes = (const uint8_t *)&expected->parent_id
	};

	flow_table_at(p->table, number)->has_payload = true;
	applications_expected(application, expected->number);
	facts_add(applications_facts(p->applications), &application->facts,
	    &parent);
}
