/*
 * The contract of a decompressor: one file each, one exported decoder, one
 * row in intake.c's table. Members that follow each other in one input are
 * one stream.
 */
#ifndef TALLYMAN_CAPTURE_FILE_DECODER_H
#define TALLYMAN_CAPTURE_FILE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One step: both ends move forward by what was consumed and produced. */
struct decoding {
	const uint8_t	*in;
	size_t		 in_size;
	uint8_t		*out;
	size_t		 out_size;
	bool		 is_last;	/* no input follows what is at in */
};

struct decoder {
	const char	*name;		/* as in "compressed with zstd" */
	bool		(*recognise)(const uint8_t *data, size_t size);

	/* NULL in a build without the library. Aborts without memory. */
	void		*(*new)(void);
	void		(*free)(void *);

	/*
	 * Consumes and produces what it can. NULL, or what is wrong with the
	 * input; then nothing more is asked of it.
	 */
	const char	*(*decode)(void *, struct decoding *);

	/* Whether the input may end after what was consumed. */
	bool		(*is_complete)(const void *);
};

extern const struct decoder	gzip_decoder;
extern const struct decoder	lz4_decoder;
extern const struct decoder	xz_decoder;
extern const struct decoder	zstd_decoder;

#endif
