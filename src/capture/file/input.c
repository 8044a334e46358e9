/*
 * One input: chooses the format by the first bytes, keeps the window full,
 * and words what is wrong with it.
 */
#include "capture/file/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "capture/file/words.h"

/* As many first bytes as a format wants to see. */
enum { INPUT_MAGIC = 12 };

static void	input_start(struct input *, const struct format *);
static int	input_unknown(struct input *, struct error *);
static bool	input_problem(struct input *);
static void	input_run_out(struct input *);

/* A new format is one file and one row. */
static const struct format *const input_formats[] = {
	&pcap_format,
	&pcapng_format
};

int
input_open(struct input *in, const char *path, size_t window,
    struct windows *windows, struct error *error)
{
	memset(in, 0, sizeof(*in));
	if (stream_open(&in->stream, path, window, windows, error) == -1)
		return -1;
	in->path = strdup(path);
	if (in->path == NULL)
		abort();
	return 0;
}

void
input_finish(struct input *in)
{
	if (in->state != NULL)
		in->format->free(in->state);
	in->state = NULL;
	in->is_ended = true;
	stream_close(&in->stream);
}

void
input_close(struct input *in)
{
	size_t i;

	input_finish(in);
	for (i = 0; i < in->interface_count; i++) {
		free(in->interfaces[i]->name);
		free(in->interfaces[i]);
	}
	free(in->interfaces);
	free(in->path);
}

int
input_recognise(struct input *in, struct error *error)
{
	const struct stream *s = &in->stream;
	size_t i;

	if (in->format != NULL || in->is_ended)
		return 1;
	if (stream_fill(&in->stream, INPUT_MAGIC) == STREAM_QUIET)
		return 0;
	for (i = 0; i < sizeof(input_formats) / sizeof(*input_formats); i++)
		if (input_formats[i]->recognise(s->at, stream_left(s))) {
			input_start(in, input_formats[i]);
			return 1;
		}
	return input_unknown(in, error);
}

static void
input_start(struct input *in, const struct format *format)
{
	in->format = format;
	in->state = format->new();
	in->need = 1;
}

/* No format knows the first bytes: why may be below the format. */
static int
input_unknown(struct input *in, struct error *error)
{
	const struct stream *s = &in->stream;

	if (s->intake.decoder != NULL && s->intake.state == NULL)
		return error_set(error, "'%s': %s", in->path,
		    stream_problem(s));
	if (input_problem(in))
		return 1;
	if (s->offset == 0) {
		log_error("'%s': empty file, not a capture", in->path);
		in->is_damaged = in->is_ended = true;
		return 1;
	}
	return error_set(error, "'%s': not a capture file (it begins with %s)",
	    in->path, words_bytes(s->at, stream_left(s)).text);
}

int
input_read(struct input *in, struct frame *frames, int max, bool may_fill)
{
	int count;

	while (!in->is_ended) {
		in->batched = 0;
		count = in->format->read(in, frames, max);
		if (count > 0) {
			in->frames += (uint64_t)count;
			in->batched = 0;
			return count;
		}
		if (in->is_ended)
			break;
		if (!may_fill)
			return INPUT_NEEDS_FILL;
		switch (stream_fill(&in->stream, in->need)) {
		case STREAM_READY:
			break;
		case STREAM_QUIET:
			return INPUT_QUIET;
		case STREAM_SHORT:
			input_run_out(in);
		}
	}
	return INPUT_END;
}

static void
input_run_out(struct input *in)
{
	if (!input_problem(in) && stream_left(&in->stream) > 0)
		in->format->cut(in);
	in->is_ended = true;
}

/* Whether the bytes ended too early for a reason below the format. */
static bool
input_problem(struct input *in)
{
	const char *problem = stream_problem(&in->stream);

	if (problem[0] == '\0')
		return false;
	input_damage(in, "%s", problem);
	return true;
}

void
input_rewind(struct input *in, size_t window)
{
	stream_rewind(&in->stream, window);
	in->format->free(in->state);
	in->state = in->format->new();
	in->frames = 0;
	in->need = 1;
}

void
input_damage(struct input *in, const char *format, ...)
{
	char what[320];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	log_error("%s: %s: %s", in->path, what,
	    words_metered(input_frame_number(in) - 1).text);
	in->is_damaged = in->is_ended = true;
}

void
input_over_snaplen(struct input *in, uint32_t captured, uint32_t snaplen)
{
	if (in->is_over_snaplen_said)
		return;
	in->is_over_snaplen_said = true;
	log_notice("%s: frame %s has %s bytes, more than the %s that the "
	    "capture announces; such frames are taken as they are", in->path,
	    words_number(input_frame_number(in)).text,
	    words_number(captured).text, words_number(snaplen).text);
}

struct interface *
input_add_interface(struct input *in, const char *name)
{
	struct interface *interface = calloc(1, sizeof(*interface));
	size_t size = (in->interface_count + 1) * sizeof(*in->interfaces);

	in->interfaces = realloc(in->interfaces, size);
	if (in->interfaces == NULL || interface == NULL)
		abort();
	interface->input = in->path;
	if (name != NULL && (interface->name = strdup(name)) == NULL)
		abort();
	in->interfaces[in->interface_count++] = interface;
	return interface;
}
