/*
 * For tests of application dissectors: one flow whose two sides say what the
 * test wants, and what was learned of it. The client is side 0, with port
 * DISSECTED_PORT if the test sets no other; the server is side 1, with a port
 * of the test's choice.
 */
#ifndef TALLYMAN_TESTS_DISSECTED_H
#define TALLYMAN_TESTS_DISSECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/applications_state.h"

enum { DISSECTED_PORT = 50000, DISSECTED_EXPECTED_MAX = 8 };

enum dissected_side { CLIENT_SAYS, SERVER_SAYS };

struct dissected {
	struct applications		*applications;
	struct application_flow		 flow;
	uint16_t			 client_port;
	uint16_t			 port;		/* of the server */
	bool				 is_datagram;
	bool				 is_joined;	/* no start was seen */
	int64_t				 now_ns;
	struct application_expectation	 expected[DISSECTED_EXPECTED_MAX];
	int				 expected_count;
	char				 text[FACT_TEXT_MAX + 1];
};

static inline void
dissected_expect(void *context, const struct application_input *in,
    const struct application_expectation *expectation)
{
	struct dissected *d = context;

	(void)in;
	if (d->expected_count < DISSECTED_EXPECTED_MAX)
		d->expected[d->expected_count++] = *expectation;
}

static inline void
dissected_init(struct dissected *d, bool is_datagram, uint16_t port)
{
	const struct applications_options options = {
		.flows = 64,
		.expect = dissected_expect,
		.context = d
	};

	memset(d, 0, sizeof(*d));
	applications_index();
	d->applications = applications_new(&options);
	d->is_datagram = is_datagram;
	d->client_port = DISSECTED_PORT;
	d->port = port;
}

static inline void
dissected_release(struct dissected *d)
{
	applications_forget(d->applications, &d->flow);
	applications_free(d->applications);
	d->applications = NULL;
}

/* Another flow from now on; what the first announced stays. */
static inline void
dissected_restart(struct dissected *d, bool is_datagram, uint16_t port)
{
	applications_forget(d->applications, &d->flow);
	d->is_datagram = is_datagram;
	d->port = port;
}

static inline struct application_input
dissected_input(struct dissected *d, int side)
{
	return (struct application_input){
		.flow = &d->flow,
		.port = { d->client_port, d->port },
		.side = side,
		.src_side = CLIENT_SAYS,
		.is_datagram = d->is_datagram,
		.is_start = !d->is_joined,
		.ts_ns = d->now_ns += 1000000
	};
}

/*
 * A segment or a datagram of which only the first bytes were captured. They
 * are in memory of just their size, so that no byte past them is read
 * unnoticed. Returns whether more of the side is wanted.
 */
static inline bool
say_cut(struct dissected *d, int side, const void *bytes, size_t captured,
    size_t size)
{
	struct application_input in = dissected_input(d, side);
	uint8_t *copy = malloc(captured > 0 ? captured : 1);
	bool is_wanted;

	if (copy == NULL)
		abort();
	if (captured > 0)
		memcpy(copy, bytes, captured);
	in.bytes = copy;
	in.captured = captured;
	in.size = (uint32_t)size;
	is_wanted = applications_read(d->applications, &in);
	free(copy);
	return is_wanted;
}

static inline bool
say(struct dissected *d, int side, const void *bytes, size_t size)
{
	return say_cut(d, side, bytes, size, size);
}

static inline bool
say_text(struct dissected *d, int side, const char *text)
{
	return say(d, side, text, strlen(text));
}

/* TCP: so many bytes that the side said were not seen. */
static inline bool
say_lost(struct dissected *d, int side, uint32_t missing)
{
	struct application_input in = dissected_input(d, side);

	return applications_gap(d->applications, &in, missing);
}

/* "ssh", "smtp>tls" with what it carries, "?" when nobody was recognised. */
static inline const char *
dissected_name(struct dissected *d)
{
	const struct application *outer = applications_at(d->flow.outer);
	const struct application *inner = applications_at(d->flow.inner);

	if (outer == NULL)
		return "?";
	(void)snprintf(d->text, sizeof(d->text), "%s%s%s", outer->name,
	    inner != NULL ? ">" : "", inner != NULL ? inner->name : "");
	return d->text;
}

static inline bool
dissected_find(const struct dissected *d, const char *application,
    const char *name, struct fact *fact)
{
	uint8_t number = applications_number(application);
	const struct application *one = applications_at(number);

	if (one == NULL || one->fields == NULL)
		return false;
	for (uint8_t i = 0; one->fields[i].name != NULL; i++) {
		if (strcmp(one->fields[i].name, name) == 0)
			return facts_find(&d->applications->facts,
			    d->flow.facts, number, i, fact);
	}
	return false;
}

/* The first value of a text or list; "" when there is none. */
static inline const char *
dissected_text(struct dissected *d, const char *application,
    const char *field)
{
	struct fact fact = { .size = 0 };

	if (!dissected_find(d, application, field, &fact))
		return "";
	memcpy(d->text, fact.bytes, fact.size);
	d->text[fact.size] = '\0';
	return d->text;
}

/* -1 when there is none. */
static inline int64_t
dissected_number(const struct dissected *d, const char *application,
    const char *field)
{
	struct fact fact;

	if (!dissected_find(d, application, field, &fact))
		return -1;
	return (int64_t)fact_number(&fact);
}

/* Objects of all pools that flows have; none may be left at the end. */
static inline uint32_t
dissected_live(const struct dissected *d)
{
	const struct applications *a = d->applications;
	uint32_t live = a->states[0].live + a->states[1].live +
	    held_live(&a->held);

	for (int class = 0; class < FACTS_CLASSES; class++)
		live += a->facts.blocks[class].live;
	return live;
}

#endif
