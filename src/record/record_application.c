/*
 * The service of a record, by its port and by its payload, and what the
 * payload told; see record_application.h.
 */
#include <string.h>

#include "dissect/services.h"
#include "flow/payload.h"
#include "record/fields.h"
#include "record/record_application.h"

static void	fill_port(struct record *);
static void	fill_payload(struct record *, const struct application_flow *,
		    const struct application *);
static const char *verdict_of(const struct record *,
		    const struct application *);
static bool	is_at_home(const struct record *, const struct application *);
static void	fill_facts(struct record *, const struct meter_flow *);
static void	name_server(struct record *, const struct record_fact *);
static void	add_fact(struct record *, const struct fact *);

void
record_fill_application(struct record *r, const struct meter_flow *ended)
{
	const struct application_flow *flow = ended->application;
	const struct application *one = flow == NULL ? NULL :
	    applications_at(flow->outer);

	r->has |= RECORD_SERVICE;
	fill_port(r);
	/* A stream that was followed says more than the reports on it. */
	if ((one == NULL || strcmp(one->name, "rtcp") == 0) &&
	    (r->has & (RECORD_SRC_RTP | RECORD_DST_RTP)) != 0)
		one = applications_at(applications_number("rtp"));
	if (one != NULL)
		fill_payload(r, flow, one);
	r->service_verdict = verdict_of(r, one);
	if (r->service_payload == NULL ||
	    (r->service_port != NULL &&
	    strcmp(r->service_verdict, "agree") == 0))
		r->service_name = r->service_port;
	else
		r->service_name = r->service_payload;
	if (flow != NULL && flow->facts != 0)
		fill_facts(r, ended);
}

/* The responder's port names the service; else, as in FTP's data, the other. */
static void
fill_port(struct record *r)
{
	r->service_port = services_name(r->protocol_number, r->dst.port);
	if (r->service_port == NULL)
		r->service_port = services_name(r->protocol_number,
		    r->src.port);
}

static void
fill_payload(struct record *r, const struct application_flow *flow,
    const struct application *one)
{
	r->service_payload = one->name;
	if (flow == NULL)
		return;
	if (flow->inner != 0)
		r->service_inner = applications_at(flow->inner)->name;
	if (flow->other != 0)
		r->service_alternatives[0] =
		    applications_at(flow->other)->name;
}

static const char *
verdict_of(const struct record *r, const struct application *one)
{
	if (one == NULL)
		return r->service_port == NULL ? "unknown" : "port-only";
	if (r->service_port == NULL)
		return "payload-only";
	return is_at_home(r, one) ? "agree" : "disagree";
}

/* IANA's name for the port may be the protocol's own. */
static bool
is_at_home(const struct record *r, const struct application *one)
{
	enum application_transport transport =
	    r->protocol_number == PROTOCOL_TCP ? APPLICATION_TCP :
	    APPLICATION_UDP;

	return application_has_port(one, transport, r->dst.port) ||
	    application_has_port(one, transport, r->src.port) ||
	    strcmp(r->service_port, one->name) == 0;
}

/* Those of one field stand together, in the order of the fields. */
static void
fill_facts(struct record *r, const struct meter_flow *ended)
{
	struct fact fact;
	size_t offset = 0;

	while (facts_next(ended->facts, ended->application->facts, &offset,
	    &fact)) {
		if (fact.application == PAYLOAD_PARENT) {
			r->service_parent = fact_number(&fact);
			r->has |= RECORD_SERVICE_PARENT;
		} else if (r->fact_count < RECORD_FACTS_MAX) {
			add_fact(r, &fact);
		}
	}
	if (r->fact_count > 0)
		r->has |= RECORD_APP;
	for (uint32_t i = 0; i < r->fact_count; i++)
		name_server(r, &r->facts[i]);
}

/*
 * What the client called the server in this flow says more than what else is
 * known of the address.
 */
static void
name_server(struct record *r, const struct record_fact *fact)
{
	enum naming_source source;
	size_t size;

	if (!fields_is_naming(fact->field, &source))
		return;
	size = naming_host_size(fact->bytes, fact->size);
	if (size == 0)
		return;
	memcpy(r->dst_name, fact->bytes, size);
	r->dst_name[size] = '\0';
	r->dst.name = r->dst_name;
	r->dst.name_source = naming_source_name(source);
	r->has |= RECORD_DST_NAMED;
}

static void
add_fact(struct record *r, const struct fact *fact)
{
	const struct field *field = fields_fact(fact->application,
	    fact->field);
	uint32_t at = r->fact_count++;

	while (at > 0 && r->facts[at - 1].field > field) {
		r->facts[at] = r->facts[at - 1];
		at--;
	}
	r->facts[at] = (struct record_fact){
		field, fact->bytes, fact->size
	};
}
