/*
 * Conversations for the tests of top: records that are told apart by their
 * number, at whole seconds.
 */
#ifndef TALLYMAN_TESTS_SHOWN_H
#define TALLYMAN_TESTS_SHOWN_H

#include <locale.h>

#include "sample.h"
#include "top/model.h"

#define SHOWN_S INT64_C(1000000000)
#define SHOWN_BEGIN_NS (INT64_C(1772600767) * SHOWN_S)

/* Of TCP, to port 443 of 10.0.0.9, so many bytes each way. */
static inline struct record
shown_record(uint64_t number, uint64_t there, uint64_t back)
{
	struct record r = sample_tcp();

	r.id = number;
	r.end_reason = "active";
	r.is_final = false;
	r.start_ns = SHOWN_BEGIN_NS;
	r.tcp_state = "established";
	r.src.port = (uint16_t)(40000 + number % 20000);
	r.src.counts.bytes = there;
	r.src.counts.packets = there;
	r.dst.counts.bytes = back;
	r.dst.counts.packets = back;
	r.src.tcp.retransmitted_packets = 0;
	r.dst.tcp.retransmitted_packets = 0;
	return r;
}

static inline void
shown_open(struct model *model, uint64_t number, uint64_t there,
    uint64_t back, int second)
{
	struct record r = shown_record(number, there, back);

	r.end_ns = SHOWN_BEGIN_NS + second * SHOWN_S;
	model_record(model, &r, true, SHOWN_BEGIN_NS + second * SHOWN_S);
}

/* A round in which so many bytes had passed in all. */
static inline void
shown_round(struct model *model, uint64_t bytes, int second)
{
	struct stats stats = { .start_ns = SHOWN_BEGIN_NS, .bytes = bytes,
	    .read = bytes / 100 };

	model_round(model, &stats, 1, SHOWN_BEGIN_NS + second * SHOWN_S);
}

#endif
