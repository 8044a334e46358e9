/*
 * gzip (RFC 1952) by zlib.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "capture/file/decoder.h"

#ifdef HAVE_ZLIB
#include <stdlib.h>
#include <zlib.h>

/* Adding 16 to the window bits makes zlib expect gzip's header. */
enum { GZIP_WINDOW_BITS = 15 + 16 };

struct gzip {
	z_stream	zlib;
	bool		is_between;	/* a member ended, none has begun */
};

static void		*gzip_new(void);
static void		 gzip_free(void *);
static const char	*gzip_decode(void *, struct decoding *);
static bool		 gzip_is_complete(const void *);
static void		 gzip_skip_padding(struct decoding *);
#endif

static bool		 gzip_recognise(const uint8_t *, size_t);

const struct decoder gzip_decoder = {
	.name = "gzip",
	.recognise = gzip_recognise,
#ifdef HAVE_ZLIB
	.new = gzip_new,
	.free = gzip_free,
	.decode = gzip_decode,
	.is_complete = gzip_is_complete,
#endif
};

/* RFC 1952 2.3.1: ID1, ID2, and CM 8, the only method there is. */
static bool
gzip_recognise(const uint8_t *data, size_t size)
{
	return size >= 3 && data[0] == 0x1f && data[1] == 0x8b && data[2] == 8;
}

#ifdef HAVE_ZLIB
static void *
gzip_new(void)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (gzip == NULL || inflateInit2(&gzip->zlib, GZIP_WINDOW_BITS) != Z_OK)
		abort();
	return gzip;
}

static void
gzip_free(void *state)
{
	struct gzip *gzip = state;

	inflateEnd(&gzip->zlib);
	free(gzip);
}

/* Tapes and some writers fill the last block with zeros. */
static void
gzip_skip_padding(struct decoding *step)
{
	while (step->in_size > 0 && *step->in == 0) {
		step->in++;
		step->in_size--;
	}
}

static const char *
gzip_decode(void *state, struct decoding *step)
{
	struct gzip *gzip = state;
	z_stream *zlib = &gzip->zlib;
	int result;

	if (gzip->is_between) {
		gzip_skip_padding(step);
		if (step->in_size == 0)
			return NULL;
		inflateReset(zlib);
		gzip->is_between = false;
	}
	zlib->next_in = (Bytef *)(uintptr_t)step->in;
	zlib->avail_in = (uInt)step->in_size;
	zlib->next_out = step->out;
	zlib->avail_out = (uInt)step->out_size;
	result = inflate(zlib, Z_NO_FLUSH);
	step->in = zlib->next_in;
	step->in_size = zlib->avail_in;
	step->out = zlib->next_out;
	step->out_size = zlib->avail_out;
	gzip->is_between = result == Z_STREAM_END;
	if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
		return NULL;
	return zlib->msg != NULL ? zlib->msg : "broken data";
}

static bool
gzip_is_complete(const void *state)
{
	const struct gzip *gzip = state;

	return gzip->is_between;
}
#endif
