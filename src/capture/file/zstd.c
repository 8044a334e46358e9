/*
 * Zstandard (RFC 8878) by libzstd.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "capture/file/decoder.h"

#include "base/cursor.h"

#ifdef HAVE_ZSTD
#include <stdlib.h>
#include <zstd.h>

struct zstd {
	ZSTD_DStream	*library;
	bool		 is_between;	/* a frame ended, none has begun */
};

static void		*zstd_new(void);
static void		 zstd_free(void *);
static const char	*zstd_decode(void *, struct decoding *);
static bool		 zstd_is_complete(const void *);
#endif

static bool		 zstd_recognise(const uint8_t *, size_t);

const struct decoder zstd_decoder = {
	.name = "zstd",
	.recognise = zstd_recognise,
#ifdef HAVE_ZSTD
	.new = zstd_new,
	.free = zstd_free,
	.decode = zstd_decode,
	.is_complete = zstd_is_complete,
#endif
};

/*
 * RFC 8878 3.1.1 and 3.1.2: parallel compressors begin with a skippable
 * frame, whose low four bits are free. LZ4 has the same ones; libzstd skips
 * them, and LZ4's own writers never begin with one.
 */
static bool
zstd_recognise(const uint8_t *data, size_t size)
{
	uint32_t magic;

	if (size < 4)
		return false;
	magic = bytes_le32(data);
	return magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50;
}

#ifdef HAVE_ZSTD
static void *
zstd_new(void)
{
	struct zstd *zstd = calloc(1, sizeof(*zstd));

	if (zstd == NULL || (zstd->library = ZSTD_createDStream()) == NULL)
		abort();
	ZSTD_initDStream(zstd->library);
	zstd->is_between = true;
	return zstd;
}

static void
zstd_free(void *state)
{
	struct zstd *zstd = state;

	ZSTD_freeDStream(zstd->library);
	free(zstd);
}

static const char *
zstd_decode(void *state, struct decoding *step)
{
	struct zstd *zstd = state;
	ZSTD_inBuffer in = { .src = step->in, .size = step->in_size };
	ZSTD_outBuffer out = { .dst = step->out, .size = step->out_size };
	size_t result;

	if (step->in_size == 0 && zstd->is_between)
		return NULL;
	result = ZSTD_decompressStream(zstd->library, &out, &in);
	step->in += in.pos;
	step->in_size -= in.pos;
	step->out += out.pos;
	step->out_size -= out.pos;
	if (ZSTD_isError(result))
		return ZSTD_getErrorName(result);
	zstd->is_between = result == 0;
	return NULL;
}

static bool
zstd_is_complete(const void *state)
{
	const struct zstd *zstd = state;

	return zstd->is_between;
}
#endif
