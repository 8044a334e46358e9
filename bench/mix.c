/*
 * Makes one long busy capture of many real ones, the same bytes for the same
 * arguments:
 *
 *	mix BYTES SEED PATH...
 *
 * The captures are the files given and those in the folders given, at any
 * depth, but for folders named "malformed"; only those of Ethernet are taken,
 * and of a long one only its beginning. Copies of them begin one after
 * another, in another order each round, and run side by side; each copy has
 * other addresses and its checksums stay right (readdress.c). Pauses within a
 * capture are cut short, and one that lasts long is sped up, so that flows
 * end. A pcap with microseconds goes to standard output, its frames in the
 * order of time, until it has BYTES bytes; what was taken goes to standard
 * error.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pcap/pcap.h>

#include "readdress.h"

enum {
	FILE_HEADER_SIZE = 24,
	FRAME_HEADER_SIZE = 16,
	SNAP_SIZE = 262144,
	CAPTURE_BYTES_MAX = 300000,	/* taken of one capture */
	PAUSE_MAX_US = 5000000,
	CAPTURE_MAX_US = 120000000,
	BYTES_PER_SECOND = 1500000	/* of the whole mix, about */
};

/* 2026-03-04 05:06:07 UTC */
static const uint64_t start_us = UINT64_C(1772600767000000);

struct frame {
	uint64_t	time_us;	/* from the capture's first frame */
	size_t		at;		/* in mix.data */
	uint32_t	size;
	uint32_t	size_on_wire;
};

/* A capture's frames are mix.frames[first] and the next count. */
struct capture {
	size_t		first;
	size_t		count;
};

/* A copy of a capture under way. */
struct copy {
	uint64_t	number;		/* unlike any other copy's */
	uint64_t	begin_us;
	uint64_t	due_us;		/* when the next frame is */
	uint64_t	key;
	size_t		next;		/* in mix.frames */
	size_t		end;
};

struct mix {
	char		**paths;	/* owned, sorted */
	size_t		path_count;
	size_t		path_room;
	struct capture	*captures;	/* owned, as are those below */
	size_t		capture_count;
	size_t		capture_room;
	struct frame	*frames;
	size_t		frame_count;
	size_t		frame_room;
	uint8_t		*data;
	size_t		data_size;
	size_t		data_room;
	struct copy	*heap;		/* the one due first is at 0 */
	size_t		heap_count;
	size_t		heap_room;
	size_t		*order;		/* of the captures, in this round */
	uint64_t	copies;		/* begun */
	uint64_t	next_begin_us;
	uint64_t	state;		/* of mix_random */
	uint64_t	frames_written;
	uint64_t	bytes_written;
	size_t		other_links;	/* files that were not taken */
	size_t		not_captures;
	size_t		cut_short;	/* captures that could not be read on */
	uint8_t		scratch[SNAP_SIZE];
};

_Noreturn static void mix_fail(const char *, const char *);
static void	*mix_grow(void *, size_t *, size_t, size_t);
static void	mix_path(struct mix *, const char *);
static void	mix_folder(struct mix *, const char *);
static int	mix_compare(const void *, const void *);
static void	mix_take_frame(struct mix *, const struct pcap_pkthdr *,
		    const uint8_t *, uint64_t);
static bool	mix_take_frames(struct mix *, pcap_t *);
static void	mix_speed_up(struct mix *, const struct capture *);
static void	mix_capture(struct mix *, const char *);
static uint64_t	mix_random(struct mix *);
static void	mix_shuffle(struct mix *);
static bool	mix_is_before(const struct copy *, const struct copy *);
static void	mix_push(struct mix *, struct copy);
static void	mix_sink(struct mix *);
static void	mix_begin(struct mix *);
static void	mix_write(struct mix *, const void *, size_t);
static void	mix_write_words(struct mix *, const uint32_t *, size_t);
static void	mix_write_frame(struct mix *, const struct copy *);
static void	mix_step(struct mix *);
static void	mix_merge(struct mix *, uint64_t);
static void	mix_report(const struct mix *);
static void	mix_release(struct mix *);
static uint64_t	mix_number(const char *);

_Noreturn static void
mix_fail(const char *what, const char *which)
{
	fprintf(stderr, "mix: %s%s\n", what, which);
	exit(1);
}

/* The memory, moved where it has no room for so many. */
static void *
mix_grow(void *memory, size_t *room, size_t count, size_t size)
{
	if (count <= *room)
		return memory;
	*room = count + count / 2 + 64;
	memory = realloc(memory, *room * size);
	if (memory == NULL)
		mix_fail("no memory", "");
	return memory;
}

/* Notes a file, or the files below a folder. */
static void
mix_path(struct mix *mix, const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		mix_fail("cannot read ", path);
	if (S_ISDIR(status.st_mode)) {
		mix_folder(mix, path);
	} else if (S_ISREG(status.st_mode)) {
		mix->paths = mix_grow(mix->paths, &mix->path_room,
		    mix->path_count + 1, sizeof(*mix->paths));
		mix->paths[mix->path_count] = strdup(path);
		if (mix->paths[mix->path_count++] == NULL)
			mix_fail("no memory for ", path);
	}
}

static void
mix_folder(struct mix *mix, const char *path)
{
	struct dirent *entry;
	size_t size;
	char *below;
	DIR *folder = opendir(path);

	if (folder == NULL)
		mix_fail("cannot read ", path);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "malformed") == 0)
			continue;
		size = strlen(path) + strlen(entry->d_name) + 2;
		below = malloc(size);
		if (below == NULL)
			mix_fail("no memory for ", path);
		snprintf(below, size, "%s/%s", path, entry->d_name);
		mix_path(mix, below);
		free(below);
	}
	closedir(folder);
}

static int
mix_compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void
mix_take_frame(struct mix *mix, const struct pcap_pkthdr *header,
    const uint8_t *data, uint64_t time_us)
{
	struct frame *frame;

	mix->frames = mix_grow(mix->frames, &mix->frame_room,
	    mix->frame_count + 1, sizeof(*mix->frames));
	mix->data = mix_grow(mix->data, &mix->data_room,
	    mix->data_size + header->caplen, 1);
	frame = &mix->frames[mix->frame_count++];
	frame->time_us = time_us;
	frame->at = mix->data_size;
	frame->size = header->caplen;
	frame->size_on_wire = header->len;
	memcpy(mix->data + mix->data_size, data, header->caplen);
	mix->data_size += header->caplen;
}

/*
 * False where the file could not be read to its end. Time never runs
 * backwards and never pauses long.
 */
static bool
mix_take_frames(struct mix *mix, pcap_t *file)
{
	size_t first = mix->data_size;
	uint64_t time_us = 0, last_us = 0, now_us;
	struct pcap_pkthdr *header;
	const u_char *data;
	bool is_first = true;
	int result;

	while ((result = pcap_next_ex(file, &header, &data)) == 1) {
		if (header->caplen > SNAP_SIZE)
			return false;
		now_us = (uint64_t)header->ts.tv_sec * 1000000 +
		    (uint64_t)header->ts.tv_usec;
		if (!is_first && (int64_t)(now_us - last_us) > 0)
			time_us += now_us - last_us < PAUSE_MAX_US ?
			    now_us - last_us : PAUSE_MAX_US;
		is_first = false;
		last_us = now_us;
		mix_take_frame(mix, header, data, time_us);
		if (mix->data_size - first >= CAPTURE_BYTES_MAX)
			return true;
	}
	return result == PCAP_ERROR_BREAK;
}

static void
mix_speed_up(struct mix *mix, const struct capture *capture)
{
	struct frame *frame = &mix->frames[capture->first];
	uint64_t length_us = frame[capture->count - 1].time_us;
	size_t i;

	if (length_us <= CAPTURE_MAX_US)
		return;
	for (i = 0; i < capture->count; i++)
		frame[i].time_us = frame[i].time_us * CAPTURE_MAX_US /
		    length_us;
}

static void
mix_capture(struct mix *mix, const char *path)
{
	char message[PCAP_ERRBUF_SIZE];
	struct capture capture = { .first = mix->frame_count };
	pcap_t *file;

	file = pcap_open_offline_with_tstamp_precision(path,
	    PCAP_TSTAMP_PRECISION_MICRO, message);
	if (file == NULL) {
		mix->not_captures++;
		return;
	}
	if (pcap_datalink(file) != DLT_EN10MB)
		mix->other_links++;
	else if (!mix_take_frames(mix, file))
		mix->cut_short++;
	pcap_close(file);
	capture.count = mix->frame_count - capture.first;
	if (capture.count == 0)
		return;
	mix_speed_up(mix, &capture);
	mix->captures = mix_grow(mix->captures, &mix->capture_room,
	    mix->capture_count + 1, sizeof(*mix->captures));
	mix->captures[mix->capture_count++] = capture;
}

/* splitmix64 */
static uint64_t
mix_random(struct mix *mix)
{
	uint64_t value = mix->state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static void
mix_shuffle(struct mix *mix)
{
	size_t i, other, kept;

	for (i = mix->capture_count - 1; i > 0; i--) {
		other = (size_t)(mix_random(mix) % (i + 1));
		kept = mix->order[i];
		mix->order[i] = mix->order[other];
		mix->order[other] = kept;
	}
}

static bool
mix_is_before(const struct copy *left, const struct copy *right)
{
	if (left->due_us != right->due_us)
		return left->due_us < right->due_us;
	return left->number < right->number;
}

static void
mix_push(struct mix *mix, struct copy copy)
{
	size_t at = mix->heap_count++;

	mix->heap = mix_grow(mix->heap, &mix->heap_room, mix->heap_count,
	    sizeof(*mix->heap));
	while (at > 0 && mix_is_before(&copy, &mix->heap[(at - 1) / 2])) {
		mix->heap[at] = mix->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	mix->heap[at] = copy;
}

/* The first copy is due later now: to its place. */
static void
mix_sink(struct mix *mix)
{
	struct copy copy = mix->heap[0];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < mix->heap_count) {
		if (child + 1 < mix->heap_count && mix_is_before(
		    &mix->heap[child + 1], &mix->heap[child]))
			child++;
		if (!mix_is_before(&mix->heap[child], &copy))
			break;
		mix->heap[at] = mix->heap[child];
		at = child;
	}
	mix->heap[at] = copy;
}

/* So far apart that the rate comes out, by chance half as much or twice. */
static void
mix_begin(struct mix *mix)
{
	size_t turn = (size_t)(mix->copies % mix->capture_count);
	uint64_t apart_us = mix->data_size * UINT64_C(1000000) /
	    mix->capture_count / BYTES_PER_SECOND;
	const struct capture *capture;
	struct copy copy;

	if (turn == 0)
		mix_shuffle(mix);
	capture = &mix->captures[mix->order[turn]];
	copy.number = mix->copies++;
	copy.begin_us = mix->next_begin_us;
	copy.due_us = copy.begin_us;
	copy.key = mix_random(mix);
	copy.next = capture->first;
	copy.end = capture->first + capture->count;
	mix_push(mix, copy);
	mix->next_begin_us += apart_us / 2 + mix_random(mix) % (apart_us + 1);
}

static void
mix_write(struct mix *mix, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, stdout) != size) {
		perror("mix: cannot write");
		exit(1);
	}
	mix->bytes_written += size;
}

/* Little-endian, as the file header announces. */
static void
mix_write_words(struct mix *mix, const uint32_t *words, size_t count)
{
	uint8_t bytes[FILE_HEADER_SIZE];
	size_t i;

	for (i = 0; i < count * 4; i++)
		bytes[i] = (uint8_t)(words[i / 4] >> i % 4 * 8);
	mix_write(mix, bytes, count * 4);
}

static void
mix_write_frame(struct mix *mix, const struct copy *copy)
{
	const struct frame *frame = &mix->frames[copy->next];
	uint64_t time_us = start_us + copy->due_us;
	uint32_t header[] = {
		(uint32_t)(time_us / 1000000), (uint32_t)(time_us % 1000000),
		frame->size, frame->size_on_wire
	};

	memcpy(mix->scratch, mix->data + frame->at, frame->size);
	readdress_frame(mix->scratch, frame->size, copy->key);
	mix_write_words(mix, header, 4);
	mix_write(mix, mix->scratch, frame->size);
	mix->frames_written++;
}

/* The frame that is due first. */
static void
mix_step(struct mix *mix)
{
	struct copy *copy = &mix->heap[0];

	mix_write_frame(mix, copy);
	copy->next++;
	if (copy->next < copy->end)
		copy->due_us = copy->begin_us +
		    mix->frames[copy->next].time_us;
	else
		*copy = mix->heap[--mix->heap_count];
	mix_sink(mix);
}

static void
mix_merge(struct mix *mix, uint64_t bytes)
{
	static const uint32_t header[] = {
		UINT32_C(0xa1b2c3d4), 4 << 16 | 2, 0, 0, SNAP_SIZE, DLT_EN10MB
	};

	mix_write_words(mix, header, 6);
	while (mix->bytes_written < bytes) {
		while (mix->heap_count == 0 ||
		    mix->next_begin_us <= mix->heap[0].due_us)
			mix_begin(mix);
		mix_step(mix);
	}
}

static void
mix_report(const struct mix *mix)
{
	fprintf(stderr, "mix: %zu captures, %zu frames, %zu bytes; not taken: "
	    "%zu of other links, %zu files that are no captures; cut short: "
	    "%zu\n", mix->capture_count, mix->frame_count, mix->data_size,
	    mix->other_links, mix->not_captures, mix->cut_short);
	fprintf(stderr, "mix: %" PRIu64 " copies begun, %" PRIu64 " frames, %"
	    PRIu64 " bytes\n", mix->copies, mix->frames_written,
	    mix->bytes_written);
}

static void
mix_release(struct mix *mix)
{
	size_t i;

	for (i = 0; i < mix->path_count; i++)
		free(mix->paths[i]);
	free(mix->paths);
	free(mix->captures);
	free(mix->frames);
	free(mix->data);
	free(mix->heap);
	free(mix->order);
	free(mix);
}

/* Anything but digits ends the program. */
static uint64_t
mix_number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0') {
		fprintf(stderr, "mix: '%s' is no number\n", text);
		exit(2);
	}
	return value;
}

int
main(int argc, char **argv)
{
	struct mix *mix;
	uint64_t bytes;
	size_t i;

	if (argc < 4) {
		fputs("usage: mix BYTES SEED PATH...\n", stderr);
		return 2;
	}
	mix = calloc(1, sizeof(*mix));
	if (mix == NULL)
		mix_fail("no memory", "");
	bytes = mix_number(argv[1]);
	mix->state = mix_number(argv[2]);
	for (i = 3; i < (size_t)argc; i++)
		mix_path(mix, argv[i]);
	qsort(mix->paths, mix->path_count, sizeof(*mix->paths), mix_compare);
	for (i = 0; i < mix->path_count; i++)
		mix_capture(mix, mix->paths[i]);
	if (mix->capture_count == 0)
		mix_fail("no captures of Ethernet there", "");
	mix->order = calloc(mix->capture_count, sizeof(*mix->order));
	if (mix->order == NULL)
		mix_fail("no memory", "");
	for (i = 0; i < mix->capture_count; i++)
		mix->order[i] = i;
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	mix_merge(mix, bytes);
	if (fclose(stdout) != 0) {
		perror("mix: cannot write");
		return 1;
	}
	mix_report(mix);
	mix_release(mix);
	return 0;
}
