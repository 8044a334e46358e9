/*
 * The command line: the parser and --help, both driven by options_table.
 *
 * As in tcpdump, words that are not options are the filter expression; they
 * may stand anywhere, and after "--" everything is one.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define SECOND_NS INT64_C(1000000000)

enum {
	FILTER_FILE_MAX = 1 << 20,
	HELP_COLUMN = 35,
	HELP_WIDTH = 79
};

/* One command line on its way through the parser. */
struct options_reader {
	struct options	*options;
	char		**argv;		/* NULL ends */
	int		 at;		/* the argument being read */
	const struct option_command *command;	/* NULL: the meter */
	const char	**words;	/* of the expression */
	size_t		 word_count;
};

static void	options_defaults(struct options *, size_t arguments);
static void	*options_array(size_t count, size_t size);
static void	options_read_command(struct options_reader *);
static int	options_read(struct options_reader *, struct error *);
static int	options_read_long(struct options_reader *, struct error *);
static int	options_read_letters(struct options_reader *, struct error *);
static int	options_join_words(struct options_reader *, struct error *);
static int	options_check(const struct options *, struct error *);
static int	options_check_connections(const struct options *,
		    struct error *);
static int	options_unknown(const char *, size_t, struct error *);
static int	options_misplaced(const struct options *,
		    const struct option *, struct error *);
static bool	options_takes(enum options_command, const struct option *);

static const struct option	*options_by_letter(char);
static const struct option	*options_by_name(const char *, size_t);

static int	options_help_name(FILE *, const struct option *);
static void	options_help_row(FILE *, const struct option *);
static void	options_help_word(FILE *, int *column, const char *, size_t);

int
options_parse(struct options *options, int argc, char **argv,
    struct error *error)
{
	struct options_reader reader = { .options = options, .argv = argv };
	size_t arguments = argc > 0 ? (size_t)argc : 1;
	int result;

	options_defaults(options, arguments);
	reader.words = options_array(arguments, sizeof(*reader.words));
	result = argc > 0 ? options_read(&reader, error) : 0;
	if (result == 0)
		result = options_join_words(&reader, error);
	if (result == 0)
		result = options_check(options, error);
	free(reader.words);
	return result;
}

static void
options_defaults(struct options *options, size_t arguments)
{
	*options = (struct options){
		.command = COMMAND_METER,
		.speed = 1,
		.timeouts = {
			.tcp_ns = 300 * SECOND_NS,
			.tcp_open_ns = 30 * SECOND_NS,
			.tcp_close_ns = 5 * SECOND_NS,
			.udp_ns = 60 * SECOND_NS,
			.other_ns = 60 * SECOND_NS,
			.part_ns = -1
		},
		.memory_bytes = UINT64_C(256) << 20
	};
	/* Letters in a cluster take at most one value: argc bounds them. */
	options->interfaces = options_array(arguments,
	    sizeof(*options->interfaces));
	options->inputs = options_array(arguments, sizeof(*options->inputs));
	options->outputs = options_array(arguments,
	    sizeof(*options->outputs));
}

/* Start-up memory: without it there is no run. */
static void *
options_array(size_t count, size_t size)
{
	void *array = calloc(count, size);

	if (array == NULL) {
		fprintf(stderr, "tallyman: out of memory (%zu bytes)\n",
		    count * size);
		abort();
	}
	return array;
}

void
options_release(struct options *options)
{
	free(options->interfaces);
	free(options->inputs);
	free(options->outputs);
	free(options->filter);
	*options = (struct options){ 0 };
}

/* A command is the first word, or there is none. */
static void
options_read_command(struct options_reader *reader)
{
	const char *word = reader->argv[reader->at];
	const struct option_command *row;

	for (row = options_commands; row->name != NULL; row++) {
		if (word == NULL || strcmp(word, row->name) != 0)
			continue;
		reader->options->command = row->command;
		reader->command = row;
		reader->at++;
		return;
	}
}

static int
options_read(struct options_reader *reader, struct error *error)
{
	bool is_expression = false;
	const char *argument;
	int result = 0;

	reader->at = 1;
	options_read_command(reader);
	while (result == 0 && (argument = reader->argv[reader->at]) != NULL) {
		if (is_expression || argument[0] != '-' || argument[1] == '\0')
			reader->words[reader->word_count++] = argument;
		else if (strcmp(argument, "--") == 0)
			is_expression = true;
		else if (argument[1] == '-')
			result = options_read_long(reader, error);
		else
			result = options_read_letters(reader, error);
		reader->at++;
	}
	/* What an option asks for, --help for one, comes first. */
	if (reader->options->action == OPTIONS_METER &&
	    reader->command != NULL)
		reader->options->action = reader->command->action;
	return result;
}

/* --name, --name=value or --name value. */
static int
options_read_long(struct options_reader *reader, struct error *error)
{
	const char *argument = reader->argv[reader->at];
	const char *value = strchr(argument, '=');
	size_t size = value != NULL ? (size_t)(value - argument) :
	    strlen(argument);
	const struct option *option;

	option = options_by_name(argument + 2, size - 2);
	if (option == NULL)
		return options_unknown(argument, size, error);
	if (!options_takes(reader->options->command, option))
		return options_misplaced(reader->options, option, error);
	if (value != NULL)
		value++;
	if (option->argument == ARGUMENT_NONE && value != NULL)
		return error_set(error, "option --%s takes no value",
		    option->name);
	if (option->argument != ARGUMENT_NONE && value == NULL) {
		value = reader->argv[reader->at + 1];
		if (value == NULL)
			return error_set(error, "option --%s needs %s",
			    option->name, option->value);
		reader->at++;
	}
	return option->apply(reader->options, option, value, error);
}

/* -a, several at once as in -pq, and -r FILE or -rFILE. */
static int
options_read_letters(struct options_reader *reader, struct error *error)
{
	const char *argument = reader->argv[reader->at];
	const struct option *option;
	const char *value;

	for (size_t i = 1; argument[i] != '\0'; i++) {
		option = options_by_letter(argument[i]);
		if (option == NULL)
			return error_set(error, "unknown option '-%c' "
			    "(tallyman --help lists them)", argument[i]);
		if (!options_takes(reader->options->command, option))
			return options_misplaced(reader->options, option,
			    error);
		if (option->argument == ARGUMENT_NONE) {
			if (option->apply(reader->options, option, NULL,
			    error) < 0)
				return -1;
			continue;
		}
		value = argument + i + 1;
		if (*value == '\0') {
			value = reader->argv[reader->at + 1];
			if (value == NULL)
				return error_set(error, "option -%c needs %s",
				    option->letter, option->value);
			reader->at++;
		}
		return option->apply(reader->options, option, value, error);
	}
	return 0;
}

/* The words of the expression become the filter, with spaces between. */
static int
options_join_words(struct options_reader *reader, struct error *error)
{
	struct options *options = reader->options;
	size_t size = 1, used = 0;

	if (reader->word_count == 0)
		return 0;
	if (reader->command != NULL && !reader->command->has_filter)
		return error_set(error, "'%s': 'tallyman %s' takes no filter "
		    "expression", reader->words[0], reader->command->name);
	if (options->filter != NULL)
		return error_set(error, "the filter is given twice: by -f and "
		    "by '%s'", reader->words[0]);
	if (options->input_count == 0 && options->interface_count == 0 &&
	    reader->word_count == 1 && access(reader->words[0], F_OK) == 0)
		return error_set(error, "'%s' would be a filter expression; "
		    "to read the file: -r %s", reader->words[0],
		    reader->words[0]);
	for (size_t i = 0; i < reader->word_count; i++)
		size += strlen(reader->words[i]) + 1;
	options->filter = options_array(size, 1);
	for (size_t i = 0; i < reader->word_count; i++)
		used += (size_t)snprintf(options->filter + used, size - used,
		    "%s%s", i > 0 ? " " : "", reader->words[i]);
	return 0;
}

/* What is right alone and wrong together. */
static int
options_check(const struct options *options, struct error *error)
{
	if (options->input_count > 0 && options->interface_count > 0)
		return error_set(error,
		    "-r reads saved captures, -i captures live: not both");
	if (options->filter != NULL && options->filter_file != NULL)
		return error_set(error, "the filter is given twice: by -F and "
		    "by '%s'", options->filter);
	if (options->command == COMMAND_CONNECTIONS)
		return options_check_connections(options, error);
	return 0;
}

/* What of an option's words the command does not know. */
static int
options_check_connections(const struct options *options, struct error *error)
{
	for (size_t i = 0; i < options->output_count; i++) {
		if (strcmp(options->outputs[i].format, "csv") == 0)
			return error_set(error, "output csv is not one of "
			    "'tallyman connections' (text json)");
	}
	if (options->fields != NULL && (options->action != OPTIONS_FIELDS ||
	    strcmp(options->fields, "csv") == 0))
		return error_set(error, "option --fields '%s': 'tallyman "
		    "connections' describes all members and writes all "
		    "(help md json-schema)", options->fields);
	return 0;
}

/* size bytes of argument are the option as typed. */
static int
options_unknown(const char *argument, size_t size, struct error *error)
{
	const struct option *option;
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)size, argument);
	for (option = options_table; option->apply != NULL; option++) {
		if (option->name != NULL &&
		    text_is_near(typed + 2, option->name))
			return error_set(error, "unknown option '%s'; did you "
			    "mean --%s?", typed, option->name);
	}
	return error_set(error,
	    "unknown option '%s' (tallyman --help lists them)", typed);
}

/* "option -a is of 'tallyman connections', not of 'tallyman'" */
static int
options_misplaced(const struct options *options, const struct option *option,
    struct error *error)
{
	const struct option_command *row;
	const char *here = "", *there = "";

	for (row = options_commands; row->name != NULL; row++) {
		if (row->command == options->command)
			here = row->name;
		if (!options_takes(COMMAND_METER, option) &&
		    options_takes(row->command, option))
			there = row->name;
	}
	return error_set(error, "option %s%s is one of 'tallyman%s%s', not of "
	    "'tallyman%s%s'", option->name != NULL ? "--" : "-",
	    option->name != NULL ? option->name :
	    (char[]){ option->letter, '\0' }, *there != '\0' ? " " : "", there,
	    *here != '\0' ? " " : "", here);
}

static bool
options_takes(enum options_command command, const struct option *option)
{
	unsigned int commands = option->commands;

	if (commands == 0)
		commands = COMMAND_METER;
	return (commands & command) != 0;
}

static const struct option *
options_by_letter(char letter)
{
	const struct option *option;

	for (option = options_table; option->apply != NULL; option++) {
		if (option->letter == letter)
			return option;
	}
	return NULL;
}

static const struct option *
options_by_name(const char *name, size_t size)
{
	const struct option *option;

	for (option = options_table; option->apply != NULL; option++) {
		if (option->name != NULL && strlen(option->name) == size &&
		    memcmp(option->name, name, size) == 0)
			return option;
	}
	return NULL;
}

int
options_read_filter(struct options *options, struct error *error)
{
	const char *path = options->filter_file;
	FILE *file;
	size_t size;

	if (path == NULL)
		return 0;
	file = fopen(path, "re");
	if (file == NULL)
		return error_set(error, "cannot open '%s': %s", path,
		    strerror(errno));
	options->filter = options_array(FILTER_FILE_MAX + 1, 1);
	errno = 0;
	size = fread(options->filter, 1, FILTER_FILE_MAX + 1, file);
	if (ferror(file)) {
		error_set(error, "cannot read '%s': %s", path,
		    strerror(errno));
		fclose(file);
		return -1;
	}
	fclose(file);
	if (size > FILTER_FILE_MAX)
		return error_set(error, "filter '%s': over %d bytes", path,
		    FILTER_FILE_MAX);
	if (memchr(options->filter, '\0', size) != NULL)
		return error_set(error, "filter '%s': not a text", path);
	return 0;
}

void
options_help(FILE *file)
{
	const struct option_command *row;
	const struct option *option;

	fputs("usage: tallyman [-i INTERFACE]... [options] [expression]\n"
	    "       tallyman -r FILE|DIR|- [-r ...] [options] [expression]\n",
	    file);
	for (row = options_commands; row->name != NULL; row++)
		fprintf(file, "       tallyman %s %s\n", row->name,
		    row->usage);
	for (option = options_table; option->apply != NULL; option++) {
		if (option->section != NULL)
			fprintf(file, "\n%s\n", option->section);
		options_help_row(file, option);
	}
}

/* "  -i, --interface INTERFACE"; returns the column it ends at. */
static int
options_help_name(FILE *file, const struct option *option)
{
	int column;

	if (option->letter != '\0')
		column = fprintf(file, "  -%c%s", option->letter,
		    option->name != NULL ? ", " : "");
	else
		column = fprintf(file, "      ");
	if (option->name != NULL)
		column += fprintf(file, "--%s", option->name);
	if (option->argument != ARGUMENT_NONE)
		column += fprintf(file, " %s", option->value);
	return column;
}

/* One option, its help wrapped, and the words that it takes. */
static void
options_help_row(FILE *file, const struct option *option)
{
	int column = options_help_name(file, option);
	const char *help = option->help;
	const struct option_word *word;

	if (column > HELP_COLUMN - 2)
		column = HELP_WIDTH;
	else
		column += fprintf(file, "%*s", HELP_COLUMN - 1 - column, "");
	while (*help != '\0') {
		size_t size = strcspn(help, " ");

		options_help_word(file, &column, help, size);
		help += size + strspn(help + size, " ");
	}
	for (word = option->words; word != NULL && word->name != NULL;
	    word++) {
		char text[64];

		snprintf(text, sizeof(text), "%s%s%s",
		    word == option->words ? "(" : "", word->name,
		    word[1].name == NULL ? ")" : "");
		options_help_word(file, &column, text, strlen(text));
	}
	fputc('\n', file);
}

/* A word on this line or, where it does not fit, on the next. */
static void
options_help_word(FILE *file, int *column, const char *word, size_t size)
{
	if (*column + 1 + (int)size > HELP_WIDTH)
		*column = fprintf(file, "\n%*s", HELP_COLUMN - 1, "") - 1;
	*column += fprintf(file, " %.*s", (int)size, word);
}
