/*
 * LZ4 frames (lz4_Frame_format.md of the lz4 project) by liblz4.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "capture/file/decoder.h"

#include "base/cursor.h"

#ifdef HAVE_LZ4
#include <lz4frame.h>
#include <stdlib.h>

struct lz4 {
	LZ4F_dctx	*library;
	bool		 is_between;	/* a frame ended, none has begun */
};

static void		*lz4_new(void);
static void		 lz4_free(void *);
static const char	*lz4_decode(void *, struct decoding *);
static bool		 lz4_is_complete(const void *);
#endif

static bool		 lz4_recognise(const uint8_t *, size_t);

const struct decoder lz4_decoder = {
	.name = "lz4",
	.recognise = lz4_recognise,
#ifdef HAVE_LZ4
	.new = lz4_new,
	.free = lz4_free,
	.decode = lz4_decode,
	.is_complete = lz4_is_complete,
#endif
};

static bool
lz4_recognise(const uint8_t *data, size_t size)
{
	return size >= 4 && bytes_le32(data) == 0x184d2204;
}

#ifdef HAVE_LZ4
static void *
lz4_new(void)
{
	struct lz4 *lz4 = calloc(1, sizeof(*lz4));

	if (lz4 == NULL || LZ4F_isError(LZ4F_createDecompressionContext(
	    &lz4->library, LZ4F_VERSION)))
		abort();
	lz4->is_between = true;
	return lz4;
}

static void
lz4_free(void *state)
{
	struct lz4 *lz4 = state;

	LZ4F_freeDecompressionContext(lz4->library);
	free(lz4);
}

static const char *
lz4_decode(void *state, struct decoding *step)
{
	struct lz4 *lz4 = state;
	size_t in_size = step->in_size, out_size = step->out_size, result;

	if (step->in_size == 0 && lz4->is_between)
		return NULL;
	result = LZ4F_decompress(lz4->library, step->out, &out_size, step->in,
	    &in_size, NULL);
	if (LZ4F_isError(result))
		return LZ4F_getErrorName(result);
	step->in += in_size;
	step->in_size -= in_size;
	step->out += out_size;
	step->out_size -= out_size;
	lz4->is_between = result == 0;
	return NULL;
}

static bool
lz4_is_complete(const void *state)
{
	const struct lz4 *lz4 = state;

	return lz4->is_between;
}
#endif
