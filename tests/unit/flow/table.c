/*
 * The table of flows: keys go in, are found and go out, in chains too, until
 * it is full; what is given back is zero.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/table.h"

enum { FLOWS = 100000 };

static struct hash_secret secret;

/* Keys of the same seed are the same. */
static struct flow_key
key_of(uint64_t seed)
{
	struct flow_key key;
	uint64_t mixed = hash_mix64(seed + 1);

	memset(&key, 0, sizeof(key));
	memcpy(key.a.bytes, &seed, 4);
	memcpy(key.b.bytes, &mixed, 4);
	key.a_port = (uint16_t)(mixed >> 32);
	key.b_port = 443;
	key.protocol = seed % 2 == 0 ? PROTOCOL_TCP : PROTOCOL_UDP;
	key.ip_version = 4;
	return key;
}

static uint32_t
find(const struct flow_table *table, uint64_t seed)
{
	struct flow_key key = key_of(seed);

	return flow_table_find(table, &key, flow_table_hash(table, &key));
}

static uint32_t
add(struct flow_table *table, uint64_t seed)
{
	struct flow_key key = key_of(seed);

	return flow_table_add(table, &key, flow_table_hash(table, &key));
}

static bool
is_zero(const void *memory, size_t size)
{
	const uint8_t *bytes = memory;
	size_t i = 0;

	while (i < size && bytes[i] == 0)
		i++;
	return i == size;
}

/* What the meter leaves behind in a flow. */
static void
use(struct flow_table *table, uint32_t number)
{
	struct flow *flow = flow_table_at(table, number);
	union flow_transport *transport = &table->transports[number];
	size_t behind = offsetof(struct flow, src_side);

	memset((uint8_t *)flow + behind, 0xff, sizeof(*flow) - behind);
	flow->has_payload = table->payloads != NULL;
	flow->has_udp_state = flow->key.protocol == PROTOCOL_UDP;
	if (flow->key.protocol == PROTOCOL_TCP) {
		memset(&transport->tcp, 0xff, sizeof(transport->tcp));
		transport->tcp.trouble = pool_take(&table->troubles);
		assert_int_not_equal(transport->tcp.trouble, 0);
	} else {
		memset(&transport->udp, 0xff, sizeof(transport->udp));
	}
	memset(&table->origins[number], 0xff, sizeof(*table->origins));
	memset(&table->oddities[number], 0xff, sizeof(*table->oddities));
	if (table->parts != NULL)
		memset(&table->parts[number], 0xff, sizeof(*table->parts));
}

static void
assert_fresh(const struct flow_table *table, uint32_t number, uint64_t seed)
{
	const struct flow *flow = flow_table_at(table, number);
	struct flow_key key = key_of(seed);
	size_t behind = offsetof(struct flow, src_side);

	assert_memory_equal(&flow->key, &key, sizeof(key));
	assert_true(is_zero((const uint8_t *)flow + behind,
	    sizeof(*flow) - behind));
	assert_true(is_zero(&table->transports[number],
	    sizeof(*table->transports)));
	assert_true(is_zero(&table->origins[number],
	    sizeof(*table->origins)));
	assert_true(is_zero(&table->oddities[number],
	    sizeof(*table->oddities)));
	if (table->parts != NULL)
		assert_true(is_zero(&table->parts[number],
		    sizeof(*table->parts)));
}

/* 100,000 in, half of them out, others in their places, all found. */
static void
test_many(void **state)
{
	static uint32_t numbers[2 * FLOWS];
	struct flow_table table;

	(void)state;
	flow_table_init(&table, FLOWS, true, &secret);
	for (uint64_t i = 0; i < FLOWS; i++) {
		assert_int_equal(find(&table, i), 0);
		numbers[i] = add(&table, i);
		assert_int_not_equal(numbers[i], 0);
		assert_fresh(&table, numbers[i], i);
		use(&table, numbers[i]);
	}
	assert_int_equal(add(&table, FLOWS), 0);
	assert_int_equal(find(&table, FLOWS), 0);
	for (uint64_t i = 0; i < FLOWS; i++)
		assert_int_equal(find(&table, i), numbers[i]);
	for (uint64_t i = 0; i < FLOWS; i++) {
		if (hash_mix64(i) % 2 != 0)
			continue;
		flow_table_remove(&table, numbers[i]);
		assert_int_equal(find(&table, i), 0);
		numbers[i] = 0;
		numbers[FLOWS + i] = add(&table, FLOWS + i);
		assert_fresh(&table, numbers[FLOWS + i], FLOWS + i);
		use(&table, numbers[FLOWS + i]);
	}
	assert_int_equal(table.flows.live, FLOWS);
	for (uint64_t i = 0; i < 2 * FLOWS; i++)
		assert_int_equal(find(&table, i), numbers[i]);
	flow_table_release(&table);
}

/* All flows in one slot: as a table of hashes that are the same. */
static void
test_chain(void **state)
{
	enum { COUNT = 50 };
	struct flow_table table;
	uint64_t seeds[COUNT];
	uint32_t numbers[COUNT];
	uint64_t seed = 0;

	(void)state;
	flow_table_init(&table, COUNT, false, &secret);
	for (int i = 0; i < COUNT; seed++) {
		struct flow_key key = key_of(seed);

		if ((flow_table_hash(&table, &key) & table.slot_mask) != 3)
			continue;
		seeds[i] = seed;
		numbers[i++] = add(&table, seed);
	}
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(find(&table, seeds[i]), numbers[i]);
	/* Out of the chain's middle, its head and its end. */
	for (int i = 0; i < COUNT; i++) {
		int at = (i * 7 + 25) % COUNT;

		flow_table_remove(&table, numbers[at]);
		numbers[at] = 0;
		for (int k = 0; k < COUNT; k++)
			assert_int_equal(find(&table, seeds[k]), numbers[k]);
	}
	assert_int_equal(table.slots[3], 0);
	assert_int_equal(table.flows.live, 0);
	flow_table_release(&table);
}

static void
test_room(void **state)
{
	struct flow_table table;

	(void)state;
	flow_table_init(&table, 1, true, &secret);
	assert_int_not_equal(add(&table, 1), 0);
	assert_int_equal(add(&table, 2), 0);
	flow_table_release(&table);
	flow_table_init(&table, 1, false, &secret);
	assert_null(table.parts);
	flow_table_release(&table);
	assert_true(flow_table_size(true, false) >
	    flow_table_size(false, false));
	assert_true(flow_table_size(false, true) >
	    flow_table_size(false, false));
}

/* What it maps is no more than it says. */
static void
test_memory(void **state)
{
	(void)state;
	for (uint32_t count = 1; count < 100000; count += count / 3 + 1) {
		struct flow_table table;
		size_t mapped;

		flow_table_init(&table, count, true, &secret);
		mapped = count * (table.flows.stride +
		    table.troubles.stride + sizeof(*table.transports) +
		    sizeof(*table.origins) + sizeof(*table.oddities) +
		    sizeof(*table.labels) + sizeof(*table.parts)) +
		    (table.slot_mask + 1) * sizeof(*table.slots);
		assert_true(mapped <= count * flow_table_size(true, false));
		assert_true(table.slot_mask + 1 >= 2 * count);
		flow_table_release(&table);
	}
}

/* Labels of the number's last flow must not be seen: the flow has none. */
static void
test_labels(void **state)
{
	struct flow_table table;
	uint32_t number;

	(void)state;
	flow_table_init(&table, 1, false, &secret);
	number = add(&table, 1);
	flow_table_at(&table, number)->has_labels = true;
	flow_table_remove(&table, number);
	number = add(&table, 2);
	assert_false(flow_table_at(&table, number)->has_labels);
	flow_table_release(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_labels),
	};

	for (size_t i = 0; i < sizeof(secret.bytes); i++)
		secret.bytes[i] = (uint8_t)hash_mix64(i + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
