/*
 * `tallyman connections`; see connections.h. What is listed is made in
 * connections/listing.c.
 */
#include "connections.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "connections/listing.h"
#include "connections/members.h"
#include "dissect/services.h"

static int	write_output(const struct options *,
		    const struct options_output *, const struct listing *,
		    struct error *);
static void	write_listing(const struct options *,
		    const struct options_output *, const struct listing *,
		    FILE *, struct buffer *);
static int	terminal_columns(FILE *);

int
connections_list(const struct options *options, struct error *error)
{
	struct options_output usual = {
		isatty(STDOUT_FILENO) ? "text" : "json", "-"
	};
	const struct options_output *outputs = options->output_count == 0 ?
	    &usual : options->outputs;
	size_t count = options->output_count == 0 ? 1 : options->output_count;
	struct listing *listing;
	struct buffer trouble;
	int result = 0;

	if (services_load(options->services, error) < 0)
		return -1;
	listing = listing_take(error);
	if (listing == NULL)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++)
		result = write_output(options, &outputs[i], listing, error);
	buffer_init(&trouble, 256);
	listing_write_trouble(listing, options->is_all, &trouble);
	if (trouble.size > 0)
		log_notice("%.*s", (int)trouble.size, trouble.data);
	buffer_release(&trouble);
	listing_free(listing);
	return result;
}

static int
write_output(const struct options *options,
    const struct options_output *output, const struct listing *listing,
    struct error *error)
{
	bool is_standard = strcmp(output->where, "-") == 0;
	FILE *file = is_standard ? stdout : fopen(output->where, "we");
	struct buffer bytes;
	int code = 0;

	if (file == NULL)
		return error_system(error, errno, "cannot open '%s'",
		    output->where);
	buffer_init(&bytes, 65536);
	write_listing(options, output, listing, file, &bytes);
	if (fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
	    fflush(file) != 0)
		code = errno;
	buffer_release(&bytes);
	if (!is_standard && fclose(file) != 0 && code == 0)
		code = errno;
	if (code != 0)
		return error_system(error, code, "cannot write to %s%s%s",
		    is_standard ? "" : "'",
		    is_standard ? "standard output" : output->where,
		    is_standard ? "" : "'");
	return 0;
}

static void
write_listing(const struct options *options,
    const struct options_output *output, const struct listing *listing,
    FILE *file, struct buffer *bytes)
{
	if (strcmp(output->format, "json") == 0)
		listing_write_json(listing, options->is_all, bytes);
	else
		listing_write_text(listing, options->is_all,
		    terminal_columns(file), bytes);
}

/* 0 where it is no terminal. */
static int
terminal_columns(FILE *file)
{
	struct winsize window = { 0 };

	if (!isatty(fileno(file)) ||
	    ioctl(fileno(file), TIOCGWINSZ, &window) != 0)
		return 0;
	return window.ws_col;
}

void
connections_describe(const char *form)
{
	struct buffer text;

	buffer_init(&text, 16384);
	if (strcmp(form, "md") == 0)
		members_write_markdown(&text);
	else if (strcmp(form, "json-schema") == 0)
		members_write_json_schema(&text);
	else
		members_write_help(&text);
	(void)fwrite(text.data, 1, text.size, stdout);
	buffer_release(&text);
}
