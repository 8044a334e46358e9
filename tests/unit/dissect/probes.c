/*
 * What holds of every application dissector: its table, and that it knows
 * random payload for none of its own, on a port of its own or any other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "dissect/applications.h"

enum {
	PAYLOADS = 100000,
	SIZE_MAX_OF_PAYLOAD = 1500,
	SMALL_ONE_IN = 1000,	/* of KIND_SMALL, on any port */
	WEAK_ONE_IN = 150,	/* of WEAK_SIZE bytes, on its own port */
	WEAK_SIZE = 16,		/* fewer may well be what they look like */
	MORE_ONE_IN = 50,	/* of those of MORE_SIZE bytes and more */
	MORE_SIZE = 256,
	FOREIGN_PORT = 50001
};

/* How the bytes of a payload are drawn. */
enum kind {
	KIND_ANY,		/* each as likely as any other */
	KIND_LINES,		/* words and numbers in lines */
	KIND_SMALL,		/* zeros and small numbers, as in headers */
	KINDS
};

/* How often a dissector took random payload for its own. */
struct tally {
	unsigned int	wrong;	/* on any port */
	unsigned int	small;	/* likewise, of KIND_SMALL: few may fit */
	unsigned int	weak;	/* on its own port, of KIND_ANY */
	unsigned int	wide;	/* payloads that count for weak */
	unsigned int	more;
	unsigned int	large;	/* payloads that count for more */
};

static struct tally	tallies[2][APPLICATIONS_MAX];
static uint64_t		seed;

static uint64_t
next_random(void)
{
	return hash_mix64(++seed);
}

static void
fill_lines(uint8_t *bytes, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789    :/.-=<>";
	size_t line = 0;

	for (size_t i = 0; i < size; i++, line++) {
		uint64_t drawn = next_random();

		bytes[i] = (uint8_t)letters[drawn % (sizeof(letters) - 1)];
		if (line > 3 && (drawn >> 32) % 24 == 0 && i + 1 < size) {
			bytes[i] = '\r';
			bytes[++i] = '\n';
			line = 0;
		}
	}
}

static void
fill(uint8_t *bytes, size_t size, enum kind kind)
{
	if (kind == KIND_LINES) {
		fill_lines(bytes, size);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		uint64_t drawn = next_random();

		bytes[i] = (uint8_t)drawn;
		if (kind == KIND_SMALL)
			bytes[i] = (drawn & 0x100) != 0 ? 0 :
			    (uint8_t)(drawn >> 16 & 0x0f);
	}
}

static enum probe_score
ask(const struct application *one, bool is_datagram, uint16_t port,
    const uint8_t *bytes, size_t size)
{
	struct probe probe = {
		.own = cursor_over(bytes, size),
		.size = (uint32_t)size,
		.own_port = FOREIGN_PORT,
		.peer_port = port != 0 ? port : FOREIGN_PORT + 1,
		.is_datagram = is_datagram,
		.is_start = true,
		.is_on_port = port != 0
	};

	return one->probe(&probe);
}

/* Files and listings: nothing but the port tells. */
static bool
is_by_port_alone(const struct application *one)
{
	return strcmp(one->name, "ftp-data") == 0;
}

static uint16_t
port_of(const struct application *one, bool is_datagram)
{
	return is_datagram ? one->udp_ports[0] : one->tcp_ports[0];
}

/* On a port of its own a weak fit may happen, seldom; all else is wrong. */
static void
ask_both_ways(int number, bool is_datagram, const uint8_t *bytes, size_t size,
    enum kind kind)
{
	const struct application *one = registry_applications[number];
	struct tally *tally = &tallies[is_datagram][number];
	uint16_t port = port_of(one, is_datagram);
	enum probe_score score = ask(one, is_datagram, 0, bytes, size);

	tally->wrong += score == PROBE_MORE && is_datagram;
	if (kind == KIND_SMALL)
		tally->small += score >= PROBE_LIKELY;
	else
		tally->wrong += score >= PROBE_LIKELY;
	tally->more += score == PROBE_MORE && size >= MORE_SIZE;
	tally->large += size >= MORE_SIZE;
	if (port == 0 || kind != KIND_ANY)
		return;
	score = ask(one, is_datagram, port, bytes, size);
	tally->wrong += score >= PROBE_LIKELY;
	tally->wide += size >= WEAK_SIZE;
	tally->weak += score >= PROBE_WEAK && size >= WEAK_SIZE &&
	    !is_by_port_alone(one);
}

/* Few are wide, as most datagrams and first segments are short. */
static size_t
draw_size(void)
{
	size_t most = (size_t)1 << (3 + next_random() % 9);

	return 1 + next_random() % (most < SIZE_MAX_OF_PAYLOAD ? most :
	    SIZE_MAX_OF_PAYLOAD);
}

/* Says of each dissector that random payload fits too often, how often. */
static int
count_unfit(void)
{
	int unfit = 0;

	for (int n = 0; registry_applications[n] != NULL; n++) {
		for (int udp = 0; udp < 2; udp++) {
			const struct tally *tally = &tallies[udp][n];

			if (tally->wrong == 0 &&
			    tally->small <= PAYLOADS / KINDS / SMALL_ONE_IN &&
			    tally->weak <= tally->wide / WEAK_ONE_IN &&
			    tally->more <= tally->large / MORE_ONE_IN)
				continue;
			print_error("%s over %s: of %d random payloads %u "
			    "fit anywhere, %u small ones, %u on its port; "
			    "of %u large ones it wants more of %u\n",
			    registry_applications[n]->name,
			    udp ? "udp" : "tcp", PAYLOADS, tally->wrong,
			    tally->small, tally->weak, tally->large, tally->more);
			unfit++;
		}
	}
	return unfit;
}

static void
test_random(void **state)
{
	(void)state;
	for (int i = 0; i < PAYLOADS; i++) {
		enum kind kind = (enum kind)(i % KINDS);
		size_t size = draw_size();
		uint8_t *bytes = malloc(size);

		assert_non_null(bytes);
		fill(bytes, size, kind);
		for (int n = 0; registry_applications[n] != NULL; n++) {
			uint8_t over = registry_applications[n]->transports;

			if ((over & APPLICATION_TCP) != 0)
				ask_both_ways(n, false, bytes, size, kind);
			if ((over & APPLICATION_UDP) != 0)
				ask_both_ways(n, true, bytes, size, kind);
		}
		free(bytes);
	}
	assert_int_equal(count_unfit(), 0);
}

/* Small letters, digits, and one kind of hyphen. */
static bool
is_name(const char *name, char hyphen)
{
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (!(name[i] >= 'a' && name[i] <= 'z') &&
		    !(name[i] >= '0' && name[i] <= '9') && name[i] != hyphen)
			return false;
	}
	return name[0] != '\0';
}

static void
check_ports(const struct application *one, const uint16_t *ports,
    enum application_transport transport)
{
	bool is_over = (one->transports & transport) != 0;

	for (int i = 0; i < APPLICATION_PORTS_MAX && ports[i] != 0; i++) {
		if (!is_over)
			fail_msg("%s has ports of a transport that it is "
			    "not over", one->name);
		for (int j = 0; j < i; j++) {
			if (ports[i] == ports[j])
				fail_msg("%s has port %u twice", one->name,
				    (unsigned int)ports[i]);
		}
	}
}

static void
check_fields(const struct application *one)
{
	const struct fact_field *fields = one->fields;

	for (int i = 0; fields[i].name != NULL; i++) {
		const char *meaning = fields[i].meaning;

		if (i == UINT8_MAX || !is_name(fields[i].name, '_') ||
		    meaning == NULL || meaning[0] == '\0' ||
		    meaning[strlen(meaning) - 1] != '.')
			fail_msg("%s.%s has no name or meaning", one->name,
			    fields[i].name);
		for (int j = 0; j < i; j++) {
			if (strcmp(fields[i].name, fields[j].name) == 0)
				fail_msg("%s.%s stands there twice",
				    one->name, fields[i].name);
		}
	}
}

static void
test_tables(void **state)
{
	(void)state;
	for (int i = 0; registry_applications[i] != NULL; i++) {
		const struct application *one = registry_applications[i];

		if (one->name == NULL || !is_name(one->name, '-'))
			fail_msg("dissector %d has no proper name", i);
		if (one->title == NULL || one->source == NULL ||
		    one->probe == NULL || one->transports == 0 ||
		    one->state_size > APPLICATION_STATE_MAX)
			fail_msg("%s is not complete", one->name);
		if (applications_number(one->name) != i + 1)
			fail_msg("%s stands there twice", one->name);
		check_ports(one, one->tcp_ports, APPLICATION_TCP);
		check_ports(one, one->udp_ports, APPLICATION_UDP);
		if (one->fields != NULL)
			check_fields(one);
	}
}

/* Of a stream's first byte alone nobody is sure. */
static void
test_first_byte(void **state)
{
	(void)state;
	for (int i = 0; registry_applications[i] != NULL; i++) {
		const struct application *one = registry_applications[i];

		for (int byte = 0; byte < 256; byte++) {
			uint8_t *bytes = malloc(1);
			uint16_t port = one->tcp_ports[0];
			enum probe_score score;

			assert_non_null(bytes);
			bytes[0] = (uint8_t)byte;
			score = (one->transports & APPLICATION_TCP) == 0 ?
			    PROBE_NO : ask(one, false, port, bytes, 1);
			free(bytes);
			if (score > PROBE_WEAK)
				fail_msg("%s is sure of byte %d", one->name,
				    byte);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_first_byte),
		cmocka_unit_test(test_random)
	};

	applications_index();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
