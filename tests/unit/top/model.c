/*
 * The model of top: rates between two looks, the minute behind, totals of
 * services, rows that end and are forgotten, and no more of them than there
 * is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../lib/shown.h"

static int
open_fields(void **state)
{
	(void)state;
	fields_init();
	return 0;
}

static void
expect_rates(const struct model *model, uint64_t number, double there,
    double back)
{
	const struct model_row *row = model_find(model, number);

	assert_non_null(row);
	assert_true(row->rates[0] > there - 0.5 && row->rates[0] < there + 0.5);
	assert_true(row->rates[1] > back - 0.5 && row->rates[1] < back + 0.5);
}

/* What came between two looks, not since the beginning. */
static void
test_rates(void **state)
{
	struct model *model = model_new();

	(void)state;
	shown_open(model, 1, 1000, 0, 2);
	expect_rates(model, 1, 4000, 0);
	shown_round(model, 1000, 2);
	shown_open(model, 1, 1500, 250, 4);
	expect_rates(model, 1, 2000, 1000);
	shown_round(model, 1750, 4);
	assert_true(model->bit_rate > 2999 && model->bit_rate < 3001);
	shown_open(model, 1, 1500, 250, 5);
	expect_rates(model, 1, 0, 0);
	model_free(model);
}

/* The end may come at once after a look: it is no rate of its own. */
static void
test_end_soon(void **state)
{
	struct model *model = model_new();
	struct record r = shown_record(1, 1100, 0);

	(void)state;
	shown_open(model, 1, 1000, 0, 1);
	shown_round(model, 1000, 1);
	r.is_final = true;
	r.end_reason = "fin";
	model_record(model, &r, false, SHOWN_BEGIN_NS + SHOWN_S + 1000);
	expect_rates(model, 1, 8000, 0);
	assert_false(model_find(model, 1)->is_open);
	shown_round(model, 1100, 2);
	expect_rates(model, 1, 8000, 0);
	shown_round(model, 1100, 3);
	expect_rates(model, 1, 0, 0);
	model_free(model);
}

static double
sum_of(const struct history *history, int from, int to)
{
	double sum = 0;

	for (int second = from; second <= to; second++)
		sum += history_at(history,
		    SHOWN_BEGIN_NS / SHOWN_S + second);
	return sum;
}

static void
test_history(void **state)
{
	struct history h = { .newest = 0 };
	struct buffer b;

	(void)state;
	buffer_init(&b, 16);
	history_add(&h, SHOWN_BEGIN_NS, SHOWN_BEGIN_NS + 4 * SHOWN_S, 400);
	assert_true(sum_of(&h, 0, 3) > 399.9 && sum_of(&h, 0, 3) < 400.1);
	assert_true(sum_of(&h, 1, 1) > 99.9 && sum_of(&h, 1, 1) < 100.1);
	history_add(&h, SHOWN_BEGIN_NS + 4 * SHOWN_S,
	    SHOWN_BEGIN_NS + 5 * SHOWN_S, 200);
	history_write(&h, SHOWN_BEGIN_NS / SHOWN_S + 4, 60, true, &b);
	buffer_char(&b, '\0');
	assert_string_equal(b.data + 55, "▅▅▅▅█");
	buffer_reset(&b);
	history_write(&h, SHOWN_BEGIN_NS / SHOWN_S + 4, 60, false, &b);
	buffer_char(&b, '\0');
	assert_string_equal(b.data + 55, "====#");
	/* What is older than a minute is gone, what comes late is not lost. */
	history_add(&h, SHOWN_BEGIN_NS + 62 * SHOWN_S,
	    SHOWN_BEGIN_NS + 63 * SHOWN_S, 1);
	assert_true(sum_of(&h, 0, 3) < 0.1);
	history_add(&h, SHOWN_BEGIN_NS + 40 * SHOWN_S,
	    SHOWN_BEGIN_NS + 41 * SHOWN_S, 7);
	assert_true(sum_of(&h, 40, 40) > 6.9);
	history_add(&h, -SHOWN_S, INT64_MAX, 5);
	history_add(&h, 5, 5, 5);
	buffer_release(&b);
}

static void
test_services(void **state)
{
	struct model *model = model_new();
	struct record r;

	(void)state;
	shown_open(model, 1, 1000, 0, 1);
	r = shown_record(2, 500, 500);
	r.service_name = "dns";
	model_record(model, &r, true, SHOWN_BEGIN_NS + SHOWN_S);
	/* Its payload told what it is: it goes over with all it has. */
	r = shown_record(1, 1001, 0);
	r.service_name = "dns";
	r.is_final = true;
	model_record(model, &r, false, SHOWN_BEGIN_NS + SHOWN_S);
	shown_round(model, 2000, 1);
	assert_int_equal(model->group_counts[MODEL_SERVICES], 2);
	assert_string_equal(model->groups[MODEL_SERVICES][0].name, "tls");
	assert_int_equal(model_sum(model->groups[MODEL_SERVICES][0].bytes), 0);
	assert_int_equal(model_sum(model->groups[MODEL_SERVICES][1].bytes),
	    2001);
	assert_int_equal(model->groups[MODEL_SERVICES][1].open, 1);
	/* A row is forgotten, what passed in it is not. */
	r = shown_record(2, 500, 500);
	r.service_name = "dns";
	for (int second = 2; second < 80; second++) {
		model_record(model, &r, true,
		    SHOWN_BEGIN_NS + second * SHOWN_S);
		shown_round(model, 2000, second);
	}
	assert_null(model_find(model, 1));
	assert_non_null(model_find(model, 2));
	assert_int_equal(model_sum(model->groups[MODEL_SERVICES][1].bytes),
	    2001);
	model_free(model);
}

/* An open flow that a round did not show has ended somehow. */
static void
test_vanished(void **state)
{
	struct model *model = model_new();

	(void)state;
	shown_open(model, 1, 1000, 0, 1);
	shown_round(model, 1000, 1);
	assert_true(model_find(model, 1)->is_open);
	shown_round(model, 1000, 2);
	assert_false(model_find(model, 1)->is_open);
	model_free(model);
}

/* Those that say most stay, and nothing grows. */
static void
test_bounded(void **state)
{
	struct model *model = model_new();
	struct record silent = shown_record(UINT64_MAX, 100, 0);
	size_t used = 0;

	(void)state;
	shown_open(model, 1, 1000000, 0, 1);
	for (uint64_t i = 2; i < 2 * MODEL_ROWS_MAX; i++)
		shown_open(model, i, 10 + i % 7, 0, 1);
	shown_round(model, 1000, 1);
	for (uint32_t i = 0; i < model->used; i++)
		used += model->rows[i].is_used;
	assert_int_equal(used, MODEL_ROWS_MAX);
	assert_non_null(model_find(model, 1));
	assert_non_null(model_find(model, 2 * MODEL_ROWS_MAX - 1));
	/* Who is silent takes nobody's row. */
	model_record(model, &silent, true, SHOWN_BEGIN_NS + 10 * SHOWN_S);
	assert_null(model_find(model, silent.id));
	silent.end_ns = SHOWN_BEGIN_NS + 9 * SHOWN_S;
	model_record(model, &silent, true, SHOWN_BEGIN_NS + 10 * SHOWN_S);
	assert_non_null(model_find(model, silent.id));
	model_free(model);
}

/* More services than there is room for are one. */
static void
test_many_services(void **state)
{
	struct model *model = model_new();
	char name[128];

	(void)state;
	for (int i = 0; i < MODEL_GROUPS_MAX + 10; i++) {
		struct record r = shown_record((uint64_t)i + 1, 100, 0);

		snprintf(name, sizeof name, "service-%d-%080d", i, i);
		r.service_name = name;
		model_record(model, &r, true, SHOWN_BEGIN_NS + SHOWN_S);
	}
	shown_round(model, 1000, 1);
	assert_int_equal(model->group_counts[MODEL_SERVICES],
	    MODEL_GROUPS_MAX);
	assert_string_equal(model->groups[MODEL_SERVICES]
	    [MODEL_GROUPS_MAX - 1].name, "(others)");
	assert_int_equal(model->groups[MODEL_SERVICES]
	    [MODEL_GROUPS_MAX - 1].flows, 11);
	model_free(model);
}

/* What a record borrowed may be gone, and a held picture stays as it is. */
static void
test_copies(void **state)
{
	struct model *model = model_new();
	struct model *held;
	char name[] = "www.example.com";
	uint8_t fact[] = "GET";
	struct record r = sample_full();

	(void)state;
	r.dst.name = name;
	r.fact_count = 1;
	r.facts[0].bytes = fact;
	r.facts[0].size = 3;
	model_record(model, &r, true, SHOWN_BEGIN_NS);
	memset(name, 'x', sizeof name - 1);
	memset(fact, 'x', sizeof fact - 1);
	held = model_copy(model);
	r.end_ns++;
	model_record(model, &r, true, SHOWN_BEGIN_NS + SHOWN_S);
	assert_string_equal(model_find(held, r.id)->kept.record.dst.name,
	    "www.example.com");
	assert_memory_equal(model_find(held, r.id)->kept.record.facts[0].bytes,
	    "GET", 3);
	assert_string_equal(model_find(model, r.id)->kept.record.dst.name,
	    "xxxxxxxxxxxxxxx");
	model_free(model);
	assert_string_equal(model_find(held, r.id)->kept.record.dst.name,
	    "www.example.com");
	model_free(held);
}

/* Of a flow in parts the bytes of all of them are its. */
static void
test_parts(void **state)
{
	struct model *model = model_new();
	struct record r = shown_record(1, 100, 0);

	(void)state;
	shown_open(model, 1, 1000, 0, 1);
	r.has |= RECORD_CUMULATIVE;
	r.part = 1;
	r.src.cumulative.bytes = 1100;
	r.dst.cumulative.bytes = 0;
	model_record(model, &r, true, SHOWN_BEGIN_NS + 2 * SHOWN_S);
	expect_rates(model, 1, 800, 0);
	assert_int_equal(model_sum(model_find(model, 1)->bytes), 1100);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_end_soon),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_vanished),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_many_services),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_parts)
	};

	return cmocka_run_group_tests(tests, open_fields, NULL);
}
