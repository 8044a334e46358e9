/*
 * A format and a place to put what it writes: a file or standard output.
 *
 * Bytes are collected and written in pieces of whole records. The first
 * write that fails ends an output: what could not be written is lost, and
 * every later call returns the same message at once.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "output/output.h"

/* Bytes that make a write worth it, and that make a copy cost more. */
enum { OUTPUT_PIECE = 256 << 10, OUTPUT_DIRECT = 32 << 10 };

struct output {
	struct format	*format;	/* owned */
	struct output_options options;	/* its fields are borrowed */
	char		*where;		/* owned; a path, or "-" */
	struct buffer	 name;		/* of the place, in messages */
	struct buffer	 pending;	/* whole records, not yet written */
	int		 fd;
	bool		 is_standard;	/* then fd is not ours to close */
	bool		 is_line_buffered;
	bool		 has_failed;
	struct error	 failure;	/* with has_failed */
};

static int	output_check_where(const char *, struct error *);
static int	output_create(const char *, int);
static int	output_place(struct output *, struct error *);
static void	output_fail(struct output *, int);
static int	output_refuse(const struct output *, struct error *);
static bool	output_wait(int);
static bool	output_write_all(int, struct iovec *, int, int *);
static void	output_untear(int, const char *, size_t);
static int	output_added(struct output *, struct error *);
static void	output_free(struct output *);
static const char *output_reason(int, char *, size_t);
static void	*output_memory(void *);

/* The system's words for an error, beginning in lower case. */
static const char *
output_reason(int number, char *text, size_t size)
{
	const char *words = strerror(number);
	size_t length = strlen(words);

	if (length >= size)
		length = size - 1;
	memcpy(text, words, length);
	text[length] = '\0';
	if (length > 1 && islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

/* Places that the command line may name one day are not taken for files. */
static int
output_check_where(const char *where, struct error *error)
{
	static const char *const schemes[] = { "unix:", "tcp:", "udp:",
		"syslog:", "kafka:" };

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (strncmp(where, schemes[i], strlen(schemes[i])) == 0)
			return error_set(error, "cannot write to '%s': "
			    "'%s' outputs are not part of this version "
			    "(a file of that name: './%s')", where,
			    schemes[i], where);
	}
	return 0;
}

static int
output_create(const char *where, int flags)
{
	int fd;

	do {
		fd = open(where, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY |
		    flags, 0640);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

static void *
output_memory(void *memory)
{
	if (memory == NULL) {
		log_error("cannot allocate memory for an output");
		abort();
	}
	return memory;
}

/* Opens the place and gives it its name in messages. */
static int
output_place(struct output *output, struct error *error)
{
	char reason[128];

	if (strcmp(output->where, "-") == 0) {
		output->is_standard = true;
		output->fd = STDOUT_FILENO;
		buffer_text(&output->name, "standard output");
		return 0;
	}
	buffer_char(&output->name, '\'');
	buffer_plain_text(&output->name, output->where, strlen(output->where));
	buffer_char(&output->name, '\'');
	output->fd = output_create(output->where, O_TRUNC);
	if (output->fd >= 0)
		return 0;
	return error_set(error, "cannot open %.*s: %s",
	    (int)output->name.size, output->name.data,
	    output_reason(errno, reason, sizeof reason));
}

/* The format comes first: bad options must not empty a file. */
struct output *
output_open(const struct format_operations *operations, const char *where,
    const struct output_options *options, bool is_line_buffered,
    struct error *error)
{
	struct output *output;

	if (output_check_where(where, error) != 0)
		return NULL;
	output = output_memory(calloc(1, sizeof *output));
	output->fd = -1;
	output->options = *options;
	output->is_line_buffered = is_line_buffered;
	output->where = output_memory(strdup(where));
	buffer_init(&output->name, 64);
	buffer_init(&output->pending, OUTPUT_PIECE + 4096);
	output->format = operations->open(options, error);
	if (output->format == NULL || output_place(output, error) != 0)
		goto fail;
	operations->head(output->format, &output->pending);
	if (output_added(output, error) != 0)
		goto fail;
	return output;
fail:
	output_free(output);
	return NULL;
}

/* Remembers why; what was still to be written is given up. */
static void
output_fail(struct output *output, int number)
{
	char reason[128];

	output->has_failed = true;
	buffer_reset(&output->pending);
	(void)error_set(&output->failure, "cannot write to %.*s: %s",
	    (int)output->name.size, output->name.data,
	    output_reason(number, reason, sizeof reason));
}

static int
output_refuse(const struct output *output, struct error *error)
{
	*error = output->failure;
	return -1;
}

/* Standard output may be a pipe that someone has made non-blocking. */
static bool
output_wait(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

/*
 * Writes all pieces, each of whole records; the list is used up. False with
 * the reason in *number when bytes are lost.
 */
static bool
output_write_all(int fd, struct iovec *pieces, int count, int *number)
{
	const char *begin = NULL;	/* of the piece that is being written */

	while (count > 0) {
		ssize_t n = writev(fd, pieces, count);

		if (n < 0 && (errno == EINTR || ((errno == EAGAIN ||
		    errno == EWOULDBLOCK) && output_wait(fd))))
			continue;
		if (n < 0) {
			*number = errno;
			if (begin != NULL)
				output_untear(fd, begin, (size_t)((char *)
				    pieces->iov_base - begin));
			return false;
		}
		while (count > 0 && (size_t)n >= pieces->iov_len) {
			n -= (ssize_t)pieces->iov_len;
			pieces++;
			count--;
			begin = NULL;
		}
		if (n > 0 && begin == NULL)
			begin = pieces->iov_base;
		if (n > 0) {
			pieces->iov_base = (char *)pieces->iov_base + n;
			pieces->iov_len -= (size_t)n;
		}
	}
	return true;
}

/*
 * After a write that failed half-way, cuts a file back to its last whole
 * line, so that no reader meets a torn one. Only where the file ends with
 * what we wrote: someone else may be writing to it too.
 */
static void
output_untear(int fd, const char *data, size_t written)
{
	size_t whole = written;
	struct stat status;
	off_t at;

	while (whole > 0 && data[whole - 1] != '\n')
		whole--;
	if (whole == written || fstat(fd, &status) != 0 ||
	    !S_ISREG(status.st_mode))
		return;
	at = lseek(fd, 0, SEEK_CUR);
	if (at < 0 || at != status.st_size)
		return;
	at -= (off_t)(written - whole);
	if (ftruncate(fd, at) == 0)
		(void)lseek(fd, at, SEEK_SET);
}

int
output_flush(struct output *output, struct error *error)
{
	struct iovec all = { output->pending.data, output->pending.size };
	int number = 0;

	if (output->has_failed)
		return output_refuse(output, error);
	if (all.iov_len > 0 &&
	    !output_write_all(output->fd, &all, 1, &number)) {
		output_fail(output, number);
		return output_refuse(output, error);
	}
	buffer_reset(&output->pending);
	return 0;
}

/* Writes after an addition when it is time to. */
static int
output_added(struct output *output, struct error *error)
{
	if (output->pending.size < OUTPUT_PIECE &&
	    !(output->is_line_buffered && output->pending.size > 0))
		return 0;
	return output_flush(output, error);
}

int
output_record(struct output *output, const struct record *record,
    struct error *error)
{
	if (output->has_failed)
		return output_refuse(output, error);
	output->format->operations->record(output->format, record,
	    &output->pending);
	return output_added(output, error);
}

int
output_stats(struct output *output, const struct stats *stats, bool is_last,
    struct error *error)
{
	if (output->has_failed)
		return output_refuse(output, error);
	output->format->operations->stats(output->format, stats, is_last,
	    &output->pending);
	return output_added(output, error);
}

struct format *
output_format(const struct output *output, struct error *error)
{
	return output->format->operations->open(&output->options, error);
}

int
output_pieces(struct output *output, struct iovec *pieces, int count,
    struct error *error)
{
	size_t size = 0;
	int number = 0;

	for (int i = 0; i < count; i++)
		size += pieces[i].iov_len;
	if (size < OUTPUT_DIRECT) {
		for (int i = 0; i < count; i++)
			buffer_bytes(&output->pending, pieces[i].iov_base,
			    pieces[i].iov_len);
		return output_added(output, error);
	}
	if (output_flush(output, error) != 0)
		return -1;
	if (output_write_all(output->fd, pieces, count, &number))
		return 0;
	output_fail(output, number);
	return output_refuse(output, error);
}

void
output_absorb(struct output *output, struct format *from)
{
	if (from->operations->absorb != NULL)
		from->operations->absorb(output->format, from);
}

/* When the new file cannot be opened, the old one goes on being written. */
int
output_reopen(struct output *output, struct error *error)
{
	struct stat status;
	char reason[128];
	int fd;

	if (output_flush(output, error) != 0)
		return -1;
	if (output->is_standard || fstat(output->fd, &status) != 0 ||
	    !S_ISREG(status.st_mode))
		return 0;
	fd = output_create(output->where, O_APPEND);
	if (fd < 0)
		return error_set(error, "cannot open %.*s again: %s",
		    (int)output->name.size, output->name.data,
		    output_reason(errno, reason, sizeof reason));
	if (close(output->fd) != 0) {
		output_fail(output, errno);
		output->fd = fd;
		return output_refuse(output, error);
	}
	output->fd = fd;
	if (fstat(fd, &status) == 0 && status.st_size == 0)
		output->format->operations->head(output->format,
		    &output->pending);
	return output_added(output, error);
}

int
output_close(struct output *output, struct error *error)
{
	int result = output_flush(output, error);

	if (!output->is_standard) {
		int closed = close(output->fd);

		output->fd = -1;
		if (closed != 0 && result == 0) {
			output_fail(output, errno);
			result = output_refuse(output, error);
		}
	}
	output_free(output);
	return result;
}

static void
output_free(struct output *output)
{
	if (output->format != NULL)
		output->format->operations->free(output->format);
	if (!output->is_standard && output->fd >= 0)
		(void)close(output->fd);
	buffer_release(&output->name);
	buffer_release(&output->pending);
	free(output->where);
	free(output);
}
