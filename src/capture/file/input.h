/*
 * One input: its bytes, its format, and the frames it gives in the order in
 * which they are stored. Also the contract of a capture format: one file
 * each, one exported format, one row in input.c's table.
 */
#ifndef TALLYMAN_CAPTURE_FILE_INPUT_H
#define TALLYMAN_CAPTURE_FILE_INPUT_H

#include "base/error.h"
#include "capture/file/stream.h"
#include "packet/frame.h"

/*
 * The longest frame and the longest block that are believed. No link makes
 * such frames; a length beyond is damage, not data.
 */
enum {
	INPUT_FRAME_MAX = 16 << 20,
	INPUT_BLOCK_MAX = INPUT_FRAME_MAX + (1 << 20)
};

enum input_result {
	INPUT_END = 0,		/* no more frames, or damage (is_damaged) */
	INPUT_NEEDS_FILL = -1,	/* not without moving the window */
	INPUT_QUIET = -2	/* a pipe has nothing yet; ask again */
};

struct format;

struct input {
	struct stream		 stream;
	char			*path;		/* owned; as the user gave it */
	const struct format	*format;	/* NULL until recognised */
	void			*state;		/* the format's; owned */
	struct interface	**interfaces;	/* owned, and what they hold */
	size_t			 interface_count;
	size_t			 need;		/* bytes for the next record */
	uint64_t		 frames;	/* whole frames, see batched */
	int			 batched;	/* those of this batch */
	bool			 is_ended;
	bool			 is_damaged;
	bool			 is_over_snaplen_said;
	bool			 is_option_broken_said;
};

struct format {
	const char	*name;
	bool		(*recognise)(const uint8_t *data, size_t size);
	void		*(*new)(void);
	void		(*free)(void *state);

	/*
	 * Takes up to max whole frames from the stream's window without
	 * moving it. When it gives none it has set need to how many bytes it
	 * must see, or has reported damage. Keeps batched for messages.
	 */
	int		(*read)(struct input *, struct frame *, int max);

	/* The stream ended with bytes left: reports where that cuts. */
	void		(*cut)(struct input *);
};

extern const struct format	pcap_format;
extern const struct format	pcapng_format;

/* 0, or -1 with the message. Nothing is read yet. */
int	input_open(struct input *, const char *path, size_t window,
	    struct windows *windows, struct error *);
void	input_close(struct input *);

/* Closes the file and gives back its memory, but not the interfaces. */
void	input_finish(struct input *);

/*
 * Finds out the format. 1 known, 0 when a pipe has nothing yet, -1 with the
 * message when this is no capture. Damage is known, too: it was reported.
 */
int	input_recognise(struct input *, struct error *);

/*
 * Up to max frames, or an input_result. Frames point into the stream's window;
 * a call with may_fill set may move it.
 */
int	input_read(struct input *, struct frame *, int max, bool may_fill);

/* Back to the first frame. Only regular files, and before any damage. */
void	input_rewind(struct input *, size_t window);

/*
 * For formats. Damage is one line on the log: the input, what is said here,
 * and how much was metered. The input has ended then.
 */
void	input_damage(struct input *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* The number of the frame that the format reads now. */
static inline uint64_t
input_frame_number(const struct input *in)
{
	return in->frames + (uint64_t)in->batched + 1;
}

/* Says once that a frame is longer than the capture said it would be. */
void	input_over_snaplen(struct input *, uint32_t captured,
	    uint32_t snaplen);

/* A new interface that lives as long as the input; name may be NULL. */
struct interface *input_add_interface(struct input *, const char *name);

#endif
