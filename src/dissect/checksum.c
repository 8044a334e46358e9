/*
 * The Internet checksum. Sums are taken over words in the machine's own byte
 * order, which a ones' complement sum permits (RFC 1071 2.B).
 */
#include <string.h>

#include "dissect/checksum.h"

static uint64_t	checksum_sum(uint64_t, const uint8_t *, size_t);
static uint16_t	checksum_fold(uint64_t);
static uint64_t	checksum_pseudo(const struct conversation *, uint32_t);

void
checksum_verify(struct walk *w, const struct cursor *c, uint32_t covered,
    uint32_t length, bool is_pseudo)
{
	struct conversation *t = walk_conversation(w);
	uint64_t sum = 0;

	if (cursor_left(c) < covered)
		return;
	if (is_pseudo && w->is_rerouted)
		return;
	if (is_pseudo)
		sum = checksum_pseudo(t, length);
	if (checksum_fold(checksum_sum(sum, c->at, covered)) == 0xffff) {
		t->checksum = CHECKSUM_GOOD;
		return;
	}
	t->checksum = CHECKSUM_BAD;
	packet_note(w->packet, ANOMALY_TRANSPORT_CHECKSUM);
}

/* A frame is far too short for 64 bits to overflow. */
static uint64_t
checksum_sum(uint64_t sum, const uint8_t *data, size_t size)
{
	uint32_t word;
	size_t at;

	for (at = 0; size - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, &data[at], sizeof(word));
		sum += word;
	}
	if (at < size) {
		word = 0;
		memcpy(&word, &data[at], size - at);
		sum += word;
	}
	return sum;
}

static uint16_t
checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The words of both versions' pseudo-headers; their order does not matter. */
static uint64_t
checksum_pseudo(const struct conversation *t, uint32_t length)
{
	uint8_t tail[8] = {
		(uint8_t)(length >> 24), (uint8_t)(length >> 16),
		(uint8_t)(length >> 8), (uint8_t)length,
		0, 0, 0, t->protocol
	};
	uint64_t sum;

	sum = checksum_sum(0, t->src.bytes, sizeof(t->src.bytes));
	sum = checksum_sum(sum, t->dst.bytes, sizeof(t->dst.bytes));
	return checksum_sum(sum, tail, sizeof(tail));
}
