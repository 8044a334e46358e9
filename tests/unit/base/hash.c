/*
 * Keyed hashing and the mix: the same key and secret give the same hash,
 * another bit of either gives another, slots fill evenly, and the mix can be
 * undone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

enum { KEY_SIZE = 48, ROUNDS = 100000 };

/* Deterministic, so that a failure can be had again. */
static void
secret_of(struct hash_secret *secret, uint64_t seed)
{
	for (size_t i = 0; i < sizeof(secret->bytes); i++)
		secret->bytes[i] = (uint8_t)hash_mix64(seed * 1000 + i);
}

static void
test_same(void **state)
{
	struct hash_secret secret;
	struct hash_secret copy;
	uint8_t key[KEY_SIZE + 1];

	(void)state;
	secret_of(&secret, 1);
	copy = secret;
	for (size_t size = 0; size <= KEY_SIZE; size++) {
		uint64_t hash;

		memset(key, (int)size, sizeof(key));
		hash = hash_keyed(&secret, key, size);
		key[size] ^= 0xff;	/* behind the key */
		assert_int_equal(hash_keyed(&copy, key, size), hash);
	}
}

/* As what is hashed with every packet is. */
static uint64_t
hash_of_parts(const struct hash_secret *secret, const void *key, size_t size)
{
	uint64_t sum = 0;

	for (size_t at = 0; at < size; at += 16)
		sum += hash_part(secret, at, (const uint8_t *)key + at);
	return hash_mix64(sum);
}

/* The two hashes; the tests that have a state are done with each. */
static struct hashing {
	uint64_t	(*of)(const struct hash_secret *, const void *, size_t);
} whole = { hash_keyed }, parts = { hash_of_parts };

static void
test_every_bit_of_the_key(void **state)
{
	const struct hashing *hashing = *state;
	struct hash_secret secret;
	uint8_t key[KEY_SIZE] = { 10, 0, 0, 1 };
	uint64_t hash;

	secret_of(&secret, 2);
	hash = hashing->of(&secret, key, sizeof(key));
	for (size_t bit = 0; bit < 8 * sizeof(key); bit++) {
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(hashing->of(&secret, key, sizeof(key)),
		    hash);
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/*
 * Keys that share a slot under one secret do not under another: else they
 * could be found once and used for ever.
 */
static void
test_secret_matters(void **state)
{
	const struct hashing *hashing = *state;
	struct hash_secret known;
	struct hash_secret drawn;
	uint32_t collisions = 0;
	uint32_t found = 0;

	secret_of(&known, 3);
	secret_of(&drawn, 4);
	for (uint64_t i = 0; i < 4 * ROUNDS; i++) {
		uint64_t key[KEY_SIZE / 8] = { i, 0, i << 32, 0, 0, 6 };

		if (hashing->of(&known, key, sizeof(key)) % 1024 != 0)
			continue;
		found++;
		collisions += hashing->of(&drawn, key, sizeof(key)) %
		    1024 == 0;
	}
	assert_in_range(found, 300, 500);
	assert_in_range(collisions, 0, 10);
}

/* Each byte of the secret that a key of this size meets is mixed in. */
static void
test_bytes_of_the_secret(void **state)
{
	const struct hashing *hashing = *state;
	struct hash_secret secret;
	uint8_t key[KEY_SIZE];
	uint32_t changed = 0;
	uint64_t hash;

	memset(key, 0x5a, sizeof(key));
	secret_of(&secret, 5);
	hash = hashing->of(&secret, key, sizeof(key));
	for (size_t i = 0; i < sizeof(secret.bytes); i++) {
		secret.bytes[i] ^= 0x10;
		changed += hashing->of(&secret, key, sizeof(key)) != hash;
		secret.bytes[i] ^= 0x10;
	}
	/* 16 secret bytes for each 16 of the key. */
	assert_true(changed >= KEY_SIZE);
}

/* Neighbours, as a port scan gives them, fill the slots as chance would. */
static void
test_even(void **state)
{
	const struct hashing *hashing = *state;
	static uint16_t slots[1 << 16];
	struct hash_secret secret;
	uint32_t used = 0;
	uint32_t longest = 0;

	memset(slots, 0, sizeof slots);
	secret_of(&secret, 6);
	for (uint64_t i = 0; i < 1 << 16; i++) {
		uint64_t key[KEY_SIZE / 8] = { 0x0100000a, 0, 0, 0,
		    i << 16 | 443, 6 };
		uint64_t slot = hashing->of(&secret, key, sizeof(key)) &
		    0xffff;

		used += slots[slot]++ == 0;
		if (slots[slot] > longest)
			longest = slots[slot];
	}
	/* 1 - 1/e of the slots are expected: 41,427. */
	assert_in_range(used, 41000, 41900);
	assert_in_range(longest, 4, 14);
}

static void
test_draw(void **state)
{
	struct hash_secret a;
	struct hash_secret b;
	uint32_t same = 0;

	(void)state;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	hash_secret_draw(&a);
	hash_secret_draw(&b);
	for (size_t i = 0; i < sizeof(a.bytes); i++)
		same += a.bytes[i] == b.bytes[i];
	assert_in_range(same, 0, 20);
}

/* The factor with which an odd factor gives one, modulo 2^64. */
static uint64_t
inverse(uint64_t factor)
{
	uint64_t x = factor;

	for (int i = 0; i < 6; i++)
		x *= 2 - factor * x;
	return x;
}

static uint64_t
unshift(uint64_t mixed, int shift)
{
	uint64_t value = mixed;

	for (int known = shift; known < 64; known += shift)
		value = mixed ^ value >> shift;
	return value;
}

static uint64_t
unmix(uint64_t value)
{
	value = unshift(value, 31) * inverse(UINT64_C(0x94d049bb133111eb));
	value = unshift(value, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
	return unshift(value, 30);
}

/* It can be undone, so no two values mix to the same: ids are unique. */
static void
test_mix(void **state)
{
	(void)state;
	assert_int_equal(hash_mix64(0), 0);
	assert_int_equal(unmix(hash_mix64(UINT64_MAX)), UINT64_MAX);
	for (uint64_t i = 1; i < ROUNDS; i++) {
		uint64_t far = i * UINT64_C(0x9e3779b97f4a7c15);

		assert_int_not_equal(hash_mix64(i), 0);
		assert_int_equal(unmix(hash_mix64(i)), i);
		assert_int_equal(unmix(hash_mix64(far)), far);
		assert_int_equal(hash_mix64(unmix(far)), far);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test_prestate(test_every_bit_of_the_key, &whole),
		cmocka_unit_test_prestate(test_every_bit_of_the_key, &parts),
		cmocka_unit_test_prestate(test_secret_matters, &whole),
		cmocka_unit_test_prestate(test_secret_matters, &parts),
		cmocka_unit_test_prestate(test_bytes_of_the_secret, &whole),
		cmocka_unit_test_prestate(test_bytes_of_the_secret, &parts),
		cmocka_unit_test_prestate(test_even, &whole),
		cmocka_unit_test_prestate(test_even, &parts),
		cmocka_unit_test(test_draw),
		cmocka_unit_test(test_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
