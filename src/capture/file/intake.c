/*
 * Reads an input with read(2), steps its decoder, and words what is wrong
 * with the bytes.
 */
#include "capture/file/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file/decoder.h"
#include "capture/file/words.h"

enum { INTAKE_PACKED = 256 << 10 };	/* bytes read at once to be decoded */

static void			 intake_discard(struct intake *);
static enum intake_result	 intake_read_stored(struct intake *,
				    uint8_t *, size_t, size_t *);
static enum intake_result	 intake_await(const struct intake *);
static void			 intake_start_decoder(struct intake *,
				    const struct decoder *, const uint8_t *,
				    size_t);
static enum intake_result	 intake_unpack(struct intake *, uint8_t *,
				    size_t, size_t *);
static enum intake_result	 intake_refill(struct intake *);
static bool			 intake_decode(struct intake *, uint8_t *,
				    size_t, size_t *);
static void			 intake_fail(struct intake *, const char *,
				    const char *);
static void			 intake_fail_read(struct intake *);
static void			 intake_fail_decode(struct intake *,
				    const char *);
static void			 intake_fail_cut_off(struct intake *);

/* A new kind of compression is one file and one row. */
static const struct decoder *const intake_decoders[] = {
	&gzip_decoder,
	&lz4_decoder,
	&xz_decoder,
	&zstd_decoder
};

int
intake_open(struct intake *in, const char *path, struct error *error)
{
	struct stat status;
	bool is_stdin = strcmp(path, "-") == 0;

	memset(in, 0, sizeof(*in));
	in->fd = is_stdin ? dup(STDIN_FILENO) :
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in->fd == -1 || fstat(in->fd, &status) == -1) {
		error_set(error, "cannot open '%s': %s", path,
		    words_errno(errno).text);
		intake_close(in);
		return -1;
	}
	in->begin = lseek(in->fd, 0, SEEK_CUR);
	in->is_regular = S_ISREG(status.st_mode) && in->begin >= 0;
	if (in->is_regular && status.st_size > in->begin)
		in->size = (uint64_t)(status.st_size - in->begin);
	return 0;
}

void
intake_close(struct intake *in)
{
	intake_discard(in);
	if (in->fd != -1)
		close(in->fd);
	in->fd = -1;
}

void
intake_rewind(struct intake *in)
{
	intake_discard(in);
	if (lseek(in->fd, in->begin, SEEK_SET) == -1)
		intake_fail_read(in);
	in->stored = 0;
	in->is_packed_ended = false;
}

static void
intake_discard(struct intake *in)
{
	if (in->state != NULL)
		in->decoder->free(in->state);
	free(in->packed);
	in->decoder = NULL;
	in->state = NULL;
	in->packed = NULL;
	in->packed_at = NULL;
	in->packed_left = 0;
}

enum intake_result
intake_read(struct intake *in, uint8_t *data, size_t room, size_t *count)
{
	*count = 0;
	if (in->decoder == NULL)
		return intake_read_stored(in, data, room, count);
	return intake_unpack(in, data, room, count);
}

/* One read(2). INTAKE_ENDED at the end and after an error. */
static enum intake_result
intake_read_stored(struct intake *in, uint8_t *data, size_t room,
    size_t *count)
{
	ssize_t got;

	if (!in->is_regular && intake_await(in) == INTAKE_QUIET)
		return INTAKE_QUIET;
	got = read(in->fd, data, room);
	if (got == -1 && (errno == EINTR || errno == EAGAIN))
		return INTAKE_QUIET;
	if (got == -1)
		intake_fail_read(in);
	if (got <= 0)
		return INTAKE_ENDED;
	*count = (size_t)got;
	in->stored += *count;
	return INTAKE_READY;
}

/* So that whoever reads a silent pipe still hears signals and timers. */
static enum intake_result
intake_await(const struct intake *in)
{
	struct pollfd waiting = { .fd = in->fd, .events = POLLIN };

	return poll(&waiting, 1, INTAKE_PATIENCE_MS) > 0 ?
	    INTAKE_READY : INTAKE_QUIET;
}

bool
intake_recognise(struct intake *in, const uint8_t *data, size_t size,
    bool is_all)
{
	const size_t count =
	    sizeof(intake_decoders) / sizeof(*intake_decoders);
	size_t i;

	for (i = 0; i < count; i++)
		if (intake_decoders[i]->recognise(data, size)) {
			in->is_packed_ended = is_all;
			intake_start_decoder(in, intake_decoders[i], data,
			    size);
			return true;
		}
	return false;
}

static void
intake_start_decoder(struct intake *in, const struct decoder *decoder,
    const uint8_t *data, size_t size)
{
	in->decoder = decoder;
	if (decoder->new == NULL) {
		snprintf(in->problem, sizeof(in->problem),
		    "compressed with %s, which this build cannot read",
		    decoder->name);
		return;
	}
	in->state = decoder->new();
	in->packed_size = size > INTAKE_PACKED ? size : INTAKE_PACKED;
	in->packed = malloc(in->packed_size);
	if (in->packed == NULL)
		abort();
	memcpy(in->packed, data, size);
	in->packed_at = in->packed;
	in->packed_left = size;
}

/* Decodes until something was given or the compressed input ended. */
static enum intake_result
intake_unpack(struct intake *in, uint8_t *data, size_t room, size_t *count)
{
	size_t left;

	if (in->state == NULL)
		return INTAKE_ENDED;
	for (;;) {
		left = in->packed_left;
		if (!intake_decode(in, data, room, count))
			return INTAKE_ENDED;
		if (*count > 0)
			return INTAKE_READY;
		if (in->packed_left > 0 && in->packed_left < left)
			continue;
		if (in->packed_left > 0 || in->is_packed_ended)
			break;
		if (intake_refill(in) == INTAKE_QUIET)
			return INTAKE_QUIET;
	}
	if (in->packed_left > 0)
		intake_fail_decode(in, "broken data");
	else if (!in->decoder->is_complete(in->state))
		intake_fail_cut_off(in);
	return INTAKE_ENDED;
}

/* More compressed bytes, or the knowledge that there are none. */
static enum intake_result
intake_refill(struct intake *in)
{
	enum intake_result result;

	result = intake_read_stored(in, in->packed, in->packed_size,
	    &in->packed_left);
	in->packed_at = in->packed;
	in->is_packed_ended = result == INTAKE_ENDED;
	return result;
}

/* One step of the decoder; false when the bytes are no good. */
static bool
intake_decode(struct intake *in, uint8_t *data, size_t room, size_t *count)
{
	struct decoding step = {
		.in = in->packed_at,
		.in_size = in->packed_left,
		.out = data,
		.out_size = room,
		.is_last = in->is_packed_ended
	};
	const char *problem = in->decoder->decode(in->state, &step);

	*count = room - step.out_size;
	in->packed_at = step.in;
	in->packed_left = step.in_size;
	if (problem != NULL)
		intake_fail_decode(in, problem);
	return problem == NULL;
}

/* The input ends here for a reason that is not its end; the first counts. */
static void
intake_fail(struct intake *in, const char *what, const char *why)
{
	uint64_t offset = in->stored - in->packed_left;

	if (in->problem[0] == '\0')
		snprintf(in->problem, sizeof(in->problem), "%s at byte %s%s%s",
		    what, words_number(offset).text,
		    why != NULL ? ": " : "", why != NULL ? why : "");
}

static void
intake_fail_read(struct intake *in)
{
	intake_fail(in, "cannot be read", words_errno(errno).text);
}

static void
intake_fail_decode(struct intake *in, const char *why)
{
	char what[48];

	snprintf(what, sizeof(what), "corrupt %s data", in->decoder->name);
	intake_fail(in, what, words_lower(why).text);
}

static void
intake_fail_cut_off(struct intake *in)
{
	char what[48];

	snprintf(what, sizeof(what), "%s data cut off", in->decoder->name);
	intake_fail(in, what, NULL);
}
