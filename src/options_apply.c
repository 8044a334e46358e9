/*
 * Puts values into the options; see options_apply.h.
 */
#include "options_apply.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int	refuse(const struct option *, const char *, const char *why,
		    struct error *);
static int	refuse_word(const struct option *, const char *kind,
		    const char *, size_t, struct error *);
static const struct option_word	*find_word(const struct option *,
		    const char *, size_t);
static void	store(struct options *, size_t member, const void *, size_t);

/* "option -c 'x': not a number"; returns -1. */
static int
refuse(const struct option *option, const char *value, const char *why,
    struct error *error)
{
	char letter[2] = { option->letter, '\0' };

	return error_set(error, "option %s%s '%s': %s",
	    option->name != NULL ? "--" : "-",
	    option->name != NULL ? option->name : letter, value, why);
}

/* "unknown output 'jsno'; did you mean json? (text json csv)" */
static int
refuse_word(const struct option *option, const char *kind, const char *value,
    size_t size, struct error *error)
{
	const struct option_word *word, *near = NULL;
	char typed[64], known[256] = "";
	size_t used = 0;

	snprintf(typed, sizeof(typed), "%.*s", (int)size, value);
	for (word = option->words; word->name != NULL; word++) {
		if (near == NULL && text_is_near(typed, word->name))
			near = word;
		used += (size_t)snprintf(known + used, sizeof(known) - used,
		    "%s%s", used > 0 ? " " : "", word->name);
	}
	return error_set(error, "unknown %s '%s'%s%s%s (%s)", kind, typed,
	    near != NULL ? "; did you mean " : "",
	    near != NULL ? near->name : "", near != NULL ? "?" : "", known);
}

static const struct option_word *
find_word(const struct option *option, const char *value, size_t size)
{
	const struct option_word *word;

	for (word = option->words; word->name != NULL; word++) {
		if (strlen(word->name) == size &&
		    memcmp(word->name, value, size) == 0)
			return word;
	}
	return NULL;
}

/* Members are found by their place, which the table holds. */
static void
store(struct options *options, size_t member, const void *value, size_t size)
{
	memcpy((char *)options + member, value, size);
}

/* The first to be asked for wins. */
int
apply_action(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	(void)value;
	(void)error;
	if (options->action == OPTIONS_METER)
		options->action = option->action;
	return 0;
}

int
apply_checksums(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	const struct option_word *word;

	word = find_word(option, value, strlen(value));
	if (word == NULL)
		return refuse_word(option, "choice of checksums", value,
		    strlen(value), error);
	options->checksums = (enum options_checksums)word->value;
	return 0;
}

/* A word of its own describes the fields; all else is a list of them. */
int
apply_fields(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	if (find_word(option, value, strlen(value)) != NULL)
		apply_action(options, option, value, error);
	return apply_text(options, option, value, error);
}

int
apply_filter(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	if (options->filter != NULL)
		return refuse(option, value, "there is a filter already",
		    error);
	options->filter = strdup(value);
	if (options->filter == NULL)
		return refuse(option, value, "out of memory", error);
	return 0;
}

int
apply_flag(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	const bool yes = true;

	(void)value;
	(void)error;
	store(options, option->member, &yes, sizeof(yes));
	return 0;
}

/* The arrays have room for every argument (options_parse). */
int
apply_input(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	(void)option;
	(void)error;
	options->inputs[options->input_count++] = value;
	return 0;
}

int
apply_interface(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	(void)option;
	(void)error;
	options->interfaces[options->interface_count++] = value;
	return 0;
}

int
apply_key(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	const bool yes = true;

	for (;;) {
		size_t size = strcspn(value, ",");
		const struct option_word *word;

		word = find_word(option, value, size);
		if (word == NULL)
			return refuse_word(option, "part of a key", value,
			    size, error);
		store(options, word->value, &yes, sizeof(yes));
		if (value[size] == '\0')
			return 0;
		value += size + 1;
	}
}

int
apply_memory(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	uint64_t bytes;

	if (!text_size(value, &bytes) || bytes == 0)
		return refuse(option, value,
		    "not a size (a number above 0, then perhaps k, M or G)",
		    error);
	options->memory_bytes = bytes;
	return 0;
}

int
apply_nothing(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	(void)options;
	(void)option;
	(void)value;
	(void)error;
	return 0;
}

int
apply_number(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	uint64_t number;
	char why[80];

	if (!text_number(value, option->maximum, &number) ||
	    number < option->minimum) {
		if (option->maximum == UINT64_MAX)
			snprintf(why, sizeof(why),
			    "not a whole number above 0");
		else
			snprintf(why, sizeof(why),
			    "not a whole number from %llu to %llu",
			    (unsigned long long)option->minimum,
			    (unsigned long long)option->maximum);
		return refuse(option, value, why, error);
	}
	if (option->member_size == sizeof(uint16_t))
		store(options, option->member, &(uint16_t){
		    (uint16_t)number }, sizeof(uint16_t));
	else if (option->member_size == sizeof(int))
		store(options, option->member, &(int){ (int)number },
		    sizeof(int));
	else
		store(options, option->member, &number, sizeof(number));
	return 0;
}

/* FORMAT or FORMAT=FILE; two outputs in one place would mix their lines. */
int
apply_output(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	size_t size = strcspn(value, "=");
	struct options_output output = { .where = "-" };
	const struct option_word *word;

	word = find_word(option, value, size);
	if (word == NULL)
		return refuse_word(option, "output", value, size, error);
	output.format = word->name;
	if (value[size] == '=')
		output.where = value + size + 1;
	if (*output.where == '\0')
		return refuse(option, value, "no file after '='", error);
	for (size_t i = 0; i < options->output_count; i++) {
		if (strcmp(options->outputs[i].where, output.where) == 0)
			return refuse(option, value,
			    "another output goes there", error);
	}
	options->outputs[options->output_count++] = output;
	return 0;
}

int
apply_programs(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	const struct option_word *word;

	word = find_word(option, value, strlen(value));
	if (word == NULL)
		return refuse_word(option, "way to find programs", value,
		    strlen(value), error);
	options->programs = (enum options_programs)word->value;
	return 0;
}

int
apply_progress(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	const struct option_word *word;

	word = find_word(option, value, strlen(value));
	if (word == NULL)
		return refuse_word(option, "choice of progress", value,
		    strlen(value), error);
	options->progress = (enum options_progress)word->value;
	return 0;
}

int
apply_speed(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	int64_t billionths;

	if (!text_seconds(value, &billionths))
		return refuse(option, value, "not a number, as 10 or 0.5",
		    error);
	options->speed = (double)billionths / 1e9;
	return 0;
}

int
apply_stats_interval(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	if (!text_seconds(value, &options->stats_interval_ns) ||
	    options->stats_interval_ns == 0)
		return refuse(option, value, "not a number of seconds above 0",
		    error);
	return 0;
}

int
apply_text(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	if (*value == '\0')
		return refuse(option, value, "nothing is not enough", error);
	store(options, option->member, &value, sizeof(value));
	return 0;
}

int
apply_timeout(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	size_t size = strcspn(value, "=");
	const struct option_word *named, *word;
	int64_t ns;

	named = find_word(option, value, size);
	if (named == NULL)
		return refuse_word(option, "timeout", value, size, error);
	if (value[size] != '=' || !text_seconds(value + size + 1, &ns))
		return refuse(option, value,
		    "not NAME=SECONDS, as in tcp=300 or udp=0.5", error);
	for (word = option->words; word->name != NULL; word++) {
		if (word->value < sizeof(*options) &&
		    (named == word || named->value == sizeof(*options)))
			store(options, word->value, &ns, sizeof(ns));
	}
	return 0;
}

int
apply_verbose(struct options *options, const struct option *option,
    const char *value, struct error *error)
{
	(void)option;
	(void)value;
	(void)error;
	if (options->verbosity < INT_MAX)
		options->verbosity++;
	return 0;
}
