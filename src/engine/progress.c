/*
 * The progress line; see progress.h.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/units.h"
#include "engine/progress.h"

#define PROGRESS_PAUSE_NS	INT64_C(250000000)
#define PROGRESS_QUIET_NS	INT64_C(1000000000)

static void	write_left(struct buffer *, const struct progress_facts *,
		    int64_t);

bool
progress_is_due(const struct progress *p, int64_t now_ns)
{
	return p->is_wanted && now_ns - p->last_ns >= PROGRESS_PAUSE_NS &&
	    now_ns - p->begin_ns >= PROGRESS_QUIET_NS;
}

void
progress_show(struct progress *p, const struct progress_facts *f,
    int64_t now_ns)
{
	int64_t elapsed_ns = now_ns - p->begin_ns;
	struct buffer line;
	char text[32];

	buffer_init(&line, 128);
	buffer_text(&line, "\r\033[K");
	if (f->bytes_total > 0)
		buffer_format(&line, "%3.0f %%  ", 100.0 *
		    (double)f->bytes_read / (double)f->bytes_total);
	units_volume(text, sizeof text, f->bytes_read);
	buffer_text(&line, text);
	if (f->bytes_total > 0) {
		units_volume(text, sizeof text, f->bytes_total);
		buffer_format(&line, " of %s", text);
	}
	buffer_format(&line, "  %.1f M frames/s", (double)f->frames * 1000.0 /
	    (double)elapsed_ns);
	units_count(text, sizeof text, f->flows);
	buffer_format(&line, "  %s flows", text);
	write_left(&line, f, elapsed_ns);
	p->is_shown = write(STDERR_FILENO, line.data, line.size) > 0;
	p->last_ns = now_ns;
	buffer_release(&line);
}

/* "0:03 left", by the rate so far. */
static void
write_left(struct buffer *line, const struct progress_facts *f,
    int64_t elapsed_ns)
{
	char text[32];
	double left_s;

	if (f->bytes_read == 0 || f->bytes_total <= f->bytes_read)
		return;
	left_s = (double)(f->bytes_total - f->bytes_read) /
	    (double)f->bytes_read * (double)elapsed_ns / 1e9;
	units_clock(text, sizeof text, (uint64_t)left_s);
	buffer_format(line, "  %s left", text);
}

void
progress_clear(struct progress *p)
{
	static const char clear[] = "\r\033[K";

	if (p->is_shown)
		p->is_shown = write(STDERR_FILENO, clear,
		    sizeof clear - 1) < 0;
}
