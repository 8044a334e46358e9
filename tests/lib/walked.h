/*
 * For tests of dissectors: frames written as hexadecimal text are walked,
 * each from a block of its own exact size, so that a read past its end is
 * found by the address sanitizer.
 */
#ifndef TALLYMAN_TESTS_WALKED_H
#define TALLYMAN_TESTS_WALKED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/registry.h"
#include "dissect/walk.h"

/* What most frames of the tests begin with. */
#define ETHERNET(type)	"020000000002 020000000001 " type
#define IPV4_ADDRESSES	"0a000001 0a000002 "
#define IPV6_ADDRESSES							\
	"20010db8000000000000000000000001 "				\
	"20010db8000000000000000000000002 "

struct walked {
	struct interface	 interface;
	struct conversation	 conversations[PACKET_CONVERSATIONS_MAX];
	struct packet		 packet;
	struct fragments	*fragments;	/* owned */
	struct walk		 walk;
	uint8_t			*data;		/* owned */
};

static inline void
walked_init(struct walked *w, int link_type)
{
	static struct hash_secret secret;

	memset(w, 0, sizeof(*w));
	registry_init();
	w->interface.link_type = link_type;
	w->fragments = fragments_new(&secret);
	w->packet.conversations = w->conversations;
	w->walk.packet = &w->packet;
	w->walk.fragments = w->fragments;
	w->walk.is_header_checked = false;
}

static inline void
walked_release(struct walked *w)
{
	fragments_free(w->fragments);
	free(w->data);
	w->data = NULL;
}

static inline uint8_t
walked_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, c);

	assert_non_null(at);
	return (uint8_t)(at - digits);
}

/* Turns hexadecimal text, blanks ignored, into bytes; returns how many. */
static inline size_t
walked_bytes(const char *hex, uint8_t *bytes, size_t room)
{
	size_t size = 0;

	while (*hex != '\0') {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		assert_true(size < room);
		bytes[size++] = (uint8_t)(walked_digit(hex[0]) << 4 |
		    walked_digit(hex[1]));
		hex += 2;
	}
	return size;
}

/* What holds after every walk, whatever the frame was. */
static inline void
walked_check(const struct walked *w)
{
	const struct packet *p = &w->packet;
	const struct conversation *t;
	int i;

	assert_int_equal(p->outcome == PACKET_IN_FLOW,
	    p->conversation_count > 0);
	assert_true(p->outcome != PACKET_MALFORMED || p->anomalies != 0);
	assert_true(p->frames >= 1);
	for (i = 0; i < p->conversation_count; i++) {
		t = &p->conversations[i];
		assert_true(t->ip_version == 4 || t->ip_version == 6);
		assert_true(t->payload_captured <= t->payload_bytes);
		assert_true(t->fragments >= 1);
		if (t->fragments > 1 || i > 0)
			continue;
		assert_true(t->payload >= w->data);
		assert_true(t->payload + t->payload_captured <=
		    w->data + p->frame.captured);
	}
}

/* Walks a frame of which the first captured bytes are there. */
static inline void
walked_frame(struct walked *w, const uint8_t *bytes, size_t captured,
    size_t length)
{
	free(w->data);
	w->data = malloc(captured > 0 ? captured : 1);
	assert_non_null(w->data);
	memcpy(w->data, bytes, captured);
	w->packet.frame.number++;
	w->packet.frame.ts_ns += 1000;
	w->packet.frame.data = w->data;
	w->packet.frame.captured = (uint32_t)captured;
	w->packet.frame.length = (uint32_t)length;
	w->packet.frame.interface = &w->interface;
	walk_frame(&w->walk);
	walked_check(w);
}

static inline void
walked_hex(struct walked *w, const char *hex)
{
	uint8_t bytes[4096];
	size_t size = walked_bytes(hex, bytes, sizeof(bytes));

	walked_frame(w, bytes, size, size);
}

/* Keeps the first captured bytes of the frame alone, as a snaplen does. */
static inline void
walked_snapped(struct walked *w, const char *hex, size_t captured)
{
	uint8_t bytes[4096];
	size_t size = walked_bytes(hex, bytes, sizeof(bytes));

	assert_true(captured <= size);
	walked_frame(w, bytes, captured, size);
}

/* Cuts the frame at every byte, once on capture and once on the wire. */
static inline void
walked_every_cut(struct walked *w, const char *hex)
{
	uint8_t bytes[4096];
	size_t size = walked_bytes(hex, bytes, sizeof(bytes));
	size_t cut;

	for (cut = 0; cut <= size; cut++) {
		walked_frame(w, bytes, cut, size);
		fragments_recycle(w->fragments);
		walked_frame(w, bytes, cut, cut);
		fragments_recycle(w->fragments);
	}
}

static inline bool
walked_has(const struct walked *w, enum anomaly what)
{
	return (w->packet.anomalies >> what & 1) != 0;
}

/* The frame must have belonged to just so many conversations. */
static inline const struct conversation *
walked_conversation(const struct walked *w, int count)
{
	assert_int_equal(w->packet.outcome, PACKET_IN_FLOW);
	assert_int_equal(w->packet.conversation_count, count);
	return &w->conversations[count - 1];
}

/* What the tests of one program share: an Ethernet capture being walked. */
static struct walked w;

static inline int
walked_setup(void **state)
{
	(void)state;
	walked_init(&w, 1);
	return 0;
}

static inline int
walked_teardown(void **state)
{
	(void)state;
	walked_release(&w);
	return 0;
}

/* A row of a program's table of tests. */
#define TEST(f)								\
	cmocka_unit_test_setup_teardown(f, walked_setup, walked_teardown)

/* Walks the frame, which must be refused for this reason. */
static inline void
walked_refuses(const char *hex, enum anomaly what)
{
	walked_hex(&w, hex);
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, what);
	assert_true(walked_has(&w, what));
}

#endif
