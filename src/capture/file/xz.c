/*
 * xz (The .xz File Format 1.2) by liblzma.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "capture/file/decoder.h"

#include <string.h>

#ifdef HAVE_LZMA
#include <lzma.h>
#include <stdlib.h>

/* The strongest preset's dictionary is 64 MiB; --long ones are refused. */
enum { XZ_MEMORY_MAX = 256 << 20 };

struct xz {
	lzma_stream	lzma;
	bool		is_complete;
};

static void		*xz_new(void);
static void		 xz_free(void *);
static const char	*xz_decode(void *, struct decoding *);
static bool		 xz_is_complete(const void *);
static const char	*xz_problem(lzma_ret);
#endif

static bool		 xz_recognise(const uint8_t *, size_t);

const struct decoder xz_decoder = {
	.name = "xz",
	.recognise = xz_recognise,
#ifdef HAVE_LZMA
	.new = xz_new,
	.free = xz_free,
	.decode = xz_decode,
	.is_complete = xz_is_complete,
#endif
};

static bool
xz_recognise(const uint8_t *data, size_t size)
{
	static const uint8_t magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

	return size >= sizeof(magic) && memcmp(data, magic, sizeof(magic)) == 0;
}

#ifdef HAVE_LZMA
static void *
xz_new(void)
{
	struct xz *xz = calloc(1, sizeof(*xz));

	if (xz == NULL || lzma_stream_decoder(&xz->lzma, XZ_MEMORY_MAX,
	    LZMA_CONCATENATED) != LZMA_OK)
		abort();
	return xz;
}

static void
xz_free(void *state)
{
	struct xz *xz = state;

	lzma_end(&xz->lzma);
	free(xz);
}

static const char *
xz_problem(lzma_ret result)
{
	if (result == LZMA_MEMLIMIT_ERROR)
		return "needs more than 256 MiB of memory";
	if (result == LZMA_OPTIONS_ERROR)
		return "unknown method";
	if (result == LZMA_FORMAT_ERROR)
		return "not xz any more";
	return "broken data";
}

/* Only at the very end does liblzma say whether the last member is whole. */
static const char *
xz_decode(void *state, struct decoding *step)
{
	struct xz *xz = state;
	lzma_stream *lzma = &xz->lzma;
	lzma_ret result;

	if (xz->is_complete)
		return NULL;
	lzma->next_in = step->in;
	lzma->avail_in = step->in_size;
	lzma->next_out = step->out;
	lzma->avail_out = step->out_size;
	result = lzma_code(lzma, step->is_last ? LZMA_FINISH : LZMA_RUN);
	step->in = lzma->next_in;
	step->in_size = lzma->avail_in;
	step->out = lzma->next_out;
	step->out_size = lzma->avail_out;
	xz->is_complete = result == LZMA_STREAM_END;
	if (result == LZMA_OK || result == LZMA_STREAM_END ||
	    result == LZMA_BUF_ERROR)
		return NULL;
	return xz_problem(result);
}

static bool
xz_is_complete(const void *state)
{
	const struct xz *xz = state;

	return xz->is_complete;
}
#endif
