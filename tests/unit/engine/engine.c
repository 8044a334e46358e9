/*
 * The pipeline from a source to a file: frames made in here, handed over in
 * batches of any size, must give the same bytes; -c stops where it says, and
 * what goes wrong is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/hash.h"
#include "base/log.h"
#include "dissect/services.h"
#include "engine/engine.h"

#define S INT64_C(1000000000)

enum { FRAMES = 2000, FRAME_SIZE = 60 };

/* A source of frames from an array; the first member is the source. */
struct listed {
	struct source		 source;
	const struct frame	*frames;	/* borrowed */
	int			 count;
	int			 given;
	int			 most;		/* of one batch; 0: any */
	int			 quiet;		/* how often to say so first */
	bool			 is_failing;	/* at the end */
	uint64_t		 filtered;
	int			 largest;	/* batch that was asked for */
};

static int	listed_read(struct source *, struct frame *, int,
		    struct error *);
static void	listed_counts(struct source *, struct source_counts *);

static const struct source_operations listed_operations = {
	.read = listed_read,
	.counts = listed_counts
};

static uint8_t			 bytes[FRAMES][FRAME_SIZE];
static struct frame		 frames[FRAMES];
static struct interface		 interface = { .link_type = 1,
    .time_digits = 6 };
static char			 path[] = "engine.XXXXXX";
static struct listed		 listed;
static struct engine_options	 options;

static int
listed_read(struct source *source, struct frame *to, int max,
    struct error *error)
{
	struct listed *l = (struct listed *)source;
	int count = 0;

	if (max > l->largest)
		l->largest = max;
	if (l->quiet-- > 0)
		return SOURCE_QUIET;
	if (l->most != 0 && max > l->most)
		max = l->most;
	while (count < max && l->given < l->count)
		to[count++] = l->frames[l->given++];
	if (count == 0 && l->is_failing)
		return error_set(error, "the end of all frames");
	return count == 0 ? SOURCE_END : count;
}

static void
listed_counts(struct source *source, struct source_counts *counts)
{
	const struct listed *l = (const struct listed *)source;

	*counts = (struct source_counts){ .filtered = l->filtered };
}

static void
put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* An IPv4 header over everything that follows the Ethernet header. */
static void
put_ipv4(uint8_t *frame, uint8_t protocol, uint8_t client, bool is_back)
{
	uint8_t *ip = frame + 14;

	memcpy(frame, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0", 14);
	ip[0] = 0x45;
	put16(ip + 2, FRAME_SIZE - 14);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, "\x0a\0\0\x01\x0a\0\0\xc8", 8);
	ip[is_back ? 19 : 15] = client;
	ip[is_back ? 15 : 19] = 200;
}

/*
 * A frame of any kind, the same for the same number: TCP and UDP of some
 * clients, fragments that come in pairs or never, what is not IP, what is
 * cut off, and a tunnel.
 */
static void
make_frame(int i)
{
	static const uint8_t flags[] = { 0x02, 0x12, 0x10, 0x11, 0x04, 0x18 };
	uint64_t dice = hash_mix64((uint64_t)i + 1);
	unsigned int kind = dice % 16;
	bool is_back = dice >> 8 & 1;
	uint8_t *frame = bytes[i];
	uint8_t *transport = frame + 34;

	frames[i] = (struct frame){ .data = frame, .captured = FRAME_SIZE,
	    .length = FRAME_SIZE, .interface = &interface,
	    .ts_ns = i * S / 20 - (int64_t)(dice >> 58) * S / 100 };
	put_ipv4(frame, kind < 8 ? 6 : 17, (uint8_t)(1 + (dice >> 9) % 30),
	    is_back);
	put16(transport + (is_back ? 2 : 0), 50000);
	put16(transport + (is_back ? 0 : 2), kind < 8 ? 80 : 53);
	if (kind < 8) {
		put16(transport + 6, (unsigned int)(dice >> 20 & 3));
		transport[12] = 0x50;
		transport[13] = flags[(dice >> 24) % 6];
		return;
	}
	put16(transport + 4, FRAME_SIZE - 34);
	if (kind == 12) {		/* half of a datagram */
		put16(frame + 18, (unsigned int)(dice >> 30 & 15));
		put16(frame + 20, dice >> 40 & 1 ? 0x2000 : 3);
		put16(frame + 16, 20 + 24);
		frame[29] = 1;
	} else if (kind == 13) {	/* ARP */
		put16(frame + 12, 0x0806);
	} else if (kind == 14) {	/* less than a header */
		frames[i].captured = (uint32_t)(dice >> 32) % 34;
	} else if (kind == 15) {	/* IPv4 in IPv4, all of it UDP */
		uint8_t inner[FRAME_SIZE - 34];

		memcpy(inner, frame + 14, sizeof(inner));
		put16(inner + 2, sizeof(inner));
		memcpy(transport, inner, sizeof(inner));
		frame[23] = 4;
	}
}

static int
make_frames(void **state)
{
	struct error error;
	int fd;

	(void)state;
	log_set_level(LOG_LEVEL_QUIET);
	for (int i = 0; i < FRAMES; i++)
		make_frame(i);
	fd = mkstemp(path);
	if (fd < 0 || close(fd) < 0)
		return -1;
	return services_load(NULL, &error);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int
setup(void **state)
{
	(void)state;
	listed = (struct listed){
		.source.operations = &listed_operations,
		.frames = frames,
		.count = FRAMES
	};
	options = (struct engine_options){
		.source = &listed.source,
		.timeouts = { 5 * S, 20 * S, S, S, S, 3 * S },
		.memory = 8 << 20,
		.max_flows = 25,
		.is_header_checked = true,
		.is_transport_checked = true
	};
	return 0;
}

/* Runs the engine into the file and says all that is in it. */
static char *
run(int wanted)
{
	struct output_options output_options = { 0 };
	struct output *output;
	struct error error = { .text = "" };
	char *text;
	long size;
	FILE *file;

	output = output_open(&format_json, path, &output_options, false,
	    &error);
	if (output == NULL)
		fail_msg("%s", error.text);
	options.outputs = &output;
	options.output_count = 1;
	assert_int_equal(engine_run(&options, &error), wanted);
	assert_int_equal(output_close(output, &error), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)size, file), size);
	(void)fclose(file);
	return text;
}

/* The last line, parsed, without the times of the run; it is cut off. */
static json_t *
take_stats(char *text)
{
	size_t size = strlen(text);
	json_t *stats;
	char *line;

	assert_true(size > 0 && text[size - 1] == '\n');
	text[size - 1] = '\0';
	line = strrchr(text, '\n');
	line = line == NULL ? text : line + 1;
	stats = json_loads(line, 0, NULL);
	assert_non_null(stats);
	assert_string_equal(json_string_value(json_object_get(stats,
	    "type")), "stats");
	(void)json_object_del(stats, "elapsed");
	(void)json_object_del(stats, "frames_per_second");
	*line = '\0';
	return stats;
}

static json_int_t
frames_in(const json_t *stats, const char *column)
{
	return json_integer_value(json_object_get(json_object_get(stats,
	    "frames"), column));
}

static json_int_t
packets_in(const json_t *record, const char *side)
{
	return json_integer_value(json_object_get(json_object_get(record,
	    side), "packets"));
}

/* Packets of all records that nothing carries. */
static json_int_t
packets_of(const char *text)
{
	json_int_t packets = 0;

	while (*text != '\0') {
		size_t size = strcspn(text, "\n");
		json_t *record = json_loadb(text, size, 0, NULL);

		assert_non_null(record);
		if (json_object_get(json_object_get(record, "tunnel"),
		    "parent") == NULL)
			packets += packets_in(record, "src") +
			    packets_in(record, "dst");
		json_decref(record);
		text += size + 1;
	}
	return packets;
}

/* The list must have something of everything, or the others prove little. */
static void
test_of_every_kind(void **state)
{
	static const char *const columns[] = { "in_flows", "not_ip",
	    "malformed", "fragments_unfinished" };
	json_int_t sum = 0;
	json_t *stats;
	char *text;

	(void)state;
	text = run(0);
	stats = take_stats(text);
	for (size_t i = 0; i < 4; i++) {
		assert_true(frames_in(stats, columns[i]) >= 10);
		sum += frames_in(stats, columns[i]);
	}
	assert_int_equal(frames_in(stats, "read"), FRAMES);
	assert_int_equal(sum, FRAMES);
	assert_non_null(strstr(text, "\"end_reason\":\"resources\""));
	assert_non_null(strstr(text, "\"end_reason\":\"idle\""));
	assert_non_null(strstr(text, "\"end_reason\":\"active\""));
	assert_non_null(strstr(text, "\"end_reason\":\"rst\""));
	assert_non_null(strstr(text, "\"end_reason\":\"fin\""));
	assert_non_null(strstr(text, "\"parent\":"));
	assert_int_equal(packets_of(text), frames_in(stats, "in_flows"));
	json_decref(stats);
	free(text);
}

/* Another run writes the same records and closes with the same counts. */
static void
assert_runs_alike(const char *wanted, const json_t *wanted_stats)
{
	char *text = run(0);
	json_t *stats = take_stats(text);

	assert_true(json_equal(stats, wanted_stats));
	assert_string_equal(text, wanted);
	json_decref(stats);
	free(text);
}

/* The engine's batch, and the source's that gives less than is asked for. */
static void
test_any_batch(void **state)
{
	static const int batches[] = { 2, 3, 7, 64, 0 };
	json_t *wanted_stats;
	char *wanted;

	(void)state;
	options.batch = 1;
	wanted = run(0);
	assert_int_equal(listed.largest, 1);
	wanted_stats = take_stats(wanted);
	for (size_t i = 0; i < 2 * sizeof(batches) / sizeof(*batches); i++) {
		(void)setup(NULL);
		if (i % 2 == 0)
			options.batch = batches[i / 2];
		else
			listed.most = batches[i / 2];
		assert_runs_alike(wanted, wanted_stats);
		assert_int_equal(listed.largest, options.batch == 0 ? 64 :
		    options.batch);
	}
	json_decref(wanted_stats);
	free(wanted);
}

/* A source that is quiet for a while, as a pipe is, moves no clock. */
/* Threads, with and without one that writes, read other batches alike. */
static void
test_threads(void **state)
{
	json_t *wanted_stats;
	char *wanted;

	(void)state;
	wanted = run(0);
	wanted_stats = take_stats(wanted);
	for (int i = 0; i < 12; i++) {
		(void)setup(NULL);
		options.workers = 2 + i / 4;
		options.has_writer = i % 2 == 1;
		listed.most = i % 4 < 2 ? 0 : 5;
		assert_runs_alike(wanted, wanted_stats);
	}
	json_decref(wanted_stats);
	free(wanted);
}

/* What a watcher was shown. */
struct seen {
	uint64_t	open;
	uint64_t	ended;
	uint64_t	ended_packets;
	uint64_t	rounds;
	uint64_t	frames;		/* of the last round */
};

static void
see_open(void *context, const struct record *record)
{
	struct seen *seen = context;

	seen->open++;
	assert_string_equal(record->end_reason, "active");
	assert_false(record->is_final);
	assert_true(record->src.counts.packets +
	    record->dst.counts.packets > 0);
}

static void
see_ended(void *context, const struct record *record)
{
	struct seen *seen = context;

	seen->ended++;
	if ((record->has & RECORD_PARENT) == 0)
		seen->ended_packets += record->src.counts.packets +
		    record->dst.counts.packets;
}

static void
see_round(void *context, const struct stats *stats, uint64_t flows_open)
{
	struct seen *seen = context;

	seen->rounds++;
	seen->frames = stats->read;
	assert_true(flows_open <= options.max_flows + 2);
}

/* Who is watched writes the same; who watches sees what is written. */
static void
test_watcher(void **state)
{
	struct seen seen = { 0 };
	const struct watcher watcher = {
		.context = &seen, .interval_ns = 0, .open = see_open,
		.ended = see_ended, .round = see_round
	};
	uint64_t lines = 0;
	char *wanted;
	char *text;

	(void)state;
	wanted = run(0);
	json_decref(take_stats(wanted));
	(void)setup(NULL);
	listed.most = 3;
	listed.quiet = 2;
	options.watcher = &watcher;
	text = run(0);
	json_decref(take_stats(text));
	assert_string_equal(text, wanted);
	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(seen.ended, lines);
	assert_int_equal(seen.ended_packets, packets_of(text));
	assert_int_equal(seen.frames, FRAMES);
	assert_true(seen.rounds > 3 && seen.open > 20);
	free(text);
	free(wanted);
}

static void
test_quiet(void **state)
{
	char *wanted;
	char *text;

	(void)state;
	wanted = run(0);
	json_decref(take_stats(wanted));
	(void)setup(NULL);
	listed.quiet = 3;
	text = run(0);
	json_decref(take_stats(text));
	assert_string_equal(text, wanted);
	free(text);
	free(wanted);
}

static void
test_limit(void **state)
{
	static const uint64_t limits[] = { 1, 2, 63, 64, 65, 100, FRAMES - 1,
	    FRAMES, FRAMES + 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		uint64_t read = limits[i] < FRAMES ? limits[i] : FRAMES;
		json_t *stats;
		char *text;

		(void)setup(NULL);
		options.frame_limit = limits[i];
		text = run(0);
		stats = take_stats(text);
		assert_int_equal(frames_in(stats, "read"), read);
		assert_int_equal(listed.given, read);
		assert_int_equal(packets_of(text),
		    frames_in(stats, "in_flows"));
		json_decref(stats);
		free(text);
	}
}

/* What a filter refused is read, and balances. */
static void
test_filtered(void **state)
{
	json_t *stats;
	char *text;

	(void)state;
	listed.filtered = 500;
	text = run(0);
	stats = take_stats(text);
	assert_int_equal(frames_in(stats, "read"), FRAMES + 500);
	assert_int_equal(frames_in(stats, "filtered"), 500);
	json_decref(stats);
	free(text);
}

/* Without a frame that passed there is no time to tell. */
static void
test_nothing(void **state)
{
	(void)state;
	for (uint64_t filtered = 0; filtered < 2; filtered++) {
		json_t *stats;
		char *text;

		listed.count = 0;
		listed.filtered = filtered;
		text = run(0);
		stats = take_stats(text);
		assert_string_equal(text, "");
		assert_int_equal(frames_in(stats, "read"), filtered);
		assert_null(json_object_get(stats, "start"));
		assert_null(json_object_get(stats, "end"));
		json_decref(stats);
		free(text);
	}
}

/* What was read before the error is written all the same. */
static void
test_failing_source(void **state)
{
	json_t *stats;
	char *text;

	(void)state;
	listed.is_failing = true;
	text = run(1);
	stats = take_stats(text);
	assert_int_equal(frames_in(stats, "read"), FRAMES);
	assert_int_equal(packets_of(text), frames_in(stats, "in_flows"));
	json_decref(stats);
	free(text);
}

static void
test_no_memory(void **state)
{
	struct error error;

	(void)state;
	options.memory = 1;
	assert_int_equal(engine_run(&options, &error), -1);
	assert_string_equal(error.text, "a memory of 1 bytes holds no flow");
}

/* Times at the ends of what there is: no difference of two overflows. */
static void
test_extreme_times(void **state)
{
	static struct frame extreme[4];
	json_t *stats;
	char *text;

	(void)state;
	for (int i = 0; i < 4; i++) {
		extreme[i] = frames[0];
		extreme[i].ts_ns = i % 2 == 0 ? INT64_MAX : INT64_MIN;
	}
	listed.frames = extreme;
	listed.count = 4;
	text = run(0);
	stats = take_stats(text);
	assert_string_equal(json_string_value(json_object_get(stats,
	    "start")), "1823-11-12T00:06:21.572612Z");
	assert_string_equal(json_string_value(json_object_get(stats, "end")),
	    "2116-02-20T23:53:38.427387Z");
	json_decref(stats);
	free(text);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_of_every_kind),
		TEST(test_any_batch),
		TEST(test_threads),
		TEST(test_quiet),
		TEST(test_watcher),
		TEST(test_limit),
		TEST(test_filtered),
		TEST(test_nothing),
		TEST(test_failing_source),
		TEST(test_no_memory),
		TEST(test_extreme_times),
	};

	fields_init();
	return cmocka_run_group_tests(tests, make_frames, remove_file);
}
