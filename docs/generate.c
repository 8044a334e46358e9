/*
 * Writes, at build time, what is derived from the table of options:
 *   generate man tallyman.1.in   the manual page, its options filled in
 *   generate bash|zsh|fish       that shell's completions
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "record/fields.h"

enum { FOLD_COLUMN = 64 };

static int	write_man(const char *template);
static void	man_options(void);
static void	man_option(const struct option *);
static void	man_value(const char *);
static void	man_text(const char *);
static void	man_character(char);
static void	man_words(const struct option_word *);
static void	man_fields(const struct field *, size_t);
static int	write_bash(const char *);
static void	bash_commands(void);
static void	bash_words(const struct option *, const char *suffix);
static void	bash_case(const struct option *);
static int	write_zsh(const char *);
static void	zsh_option(const struct option *);
static void	zsh_argument(const struct option *);
static int	write_fish(const char *);
static void	fish_option(const struct option *);
static void	quoted(const char *, const char *special);

static const struct {
	const char	*name;
	int		(*write)(const char *);
} forms[] = {
	{ "man", write_man },
	{ "bash", write_bash },
	{ "zsh", write_zsh },
	{ "fish", write_fish }
};

int
main(int argc, char **argv)
{
	fields_init();
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (argc < 2 || strcmp(argv[1], forms[i].name) != 0)
			continue;
		if (forms[i].write(argc > 2 ? argv[2] : "") != 0)
			return 1;
		return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
	}
	fprintf(stderr, "usage: generate man TEMPLATE | bash | zsh | fish\n");
	return 2;
}

/* The template with its lines @OPTIONS@, @FIELDS@ and @STATS@ replaced. */
static int
write_man(const char *template)
{
	FILE *file = fopen(template, "r");
	char line[512];

	if (file == NULL) {
		perror(template);
		return -1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strcmp(line, "@OPTIONS@\n") == 0)
			man_options();
		else if (strcmp(line, "@FIELDS@\n") == 0)
			man_fields(fields_all, fields_count);
		else if (strcmp(line, "@STATS@\n") == 0)
			man_fields(fields_stats, fields_stats_count);
		else
			fputs(line, stdout);
	}
	fclose(file);
	return 0;
}

static void
man_options(void)
{
	const struct option *option;

	for (option = options_table; option->apply != NULL; option++) {
		if (option->section != NULL)
			printf("%s.Ss %s\n.Bl -tag -width Ds\n",
			    option == options_table ? "" : ".El\n",
			    option->section);
		man_option(option);
	}
	puts(".El");
}

static void
man_option(const struct option *option)
{
	printf(".It");
	if (option->letter != '\0')
		printf(" Fl %c", option->letter);
	if (option->letter != '\0' && option->name != NULL)
		printf(" ,");
	if (option->name != NULL)
		printf(" Fl Fl %s", option->name);
	if (option->argument != ARGUMENT_NONE)
		man_value(option->value);
	putchar('\n');
	man_text(option->help);
	puts(".");
	if (option->detail != NULL) {
		man_text(option->detail);
		putchar('\n');
	}
	if (option->words != NULL)
		man_words(option->words);
	if (option->is_repeatable)
		puts("May be given several times.");
}

/* " Ar NAME Ns No \&= Ns Ar SECONDS": marks are no delimiters here. */
static void
man_value(const char *value)
{
	bool is_first = true;

	while (*value != '\0') {
		size_t size = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (!is_first)
			printf(" Ns");
		if (size > 0)
			printf(" Ar %.*s", (int)size, value);
		else
			printf(" No \\&%.*s", (int)(size = 1), value);
		value += size;
		is_first = false;
	}
}

/* Folded; each sentence on its own line, its first letter large. */
static void
man_text(const char *text)
{
	int column = 0;

	while (*text != '\0') {
		size_t size = strcspn(text, " ");
		bool is_end = text[size] == '\0' || text[size - 1] == '.';

		if (column == 0 && *text >= 'a' && *text <= 'z')
			putchar(*text - 'a' + 'A');
		else
			man_character(*text);
		for (size_t i = 1; i < size; i++)
			man_character(text[i]);
		column += (int)size + 1;
		text += size + (text[size] == ' ');
		if (is_end) {
			if (text[-1] == ' ')
				putchar('\n');
			column = 0;
		} else if (column > FOLD_COLUMN) {
			putchar('\n');
			column = 1;
		} else
			putchar(' ');
	}
}

static void
man_character(char c)
{
	if (c == '-')
		fputs("\\-", stdout);
	else if (c == '\\')
		fputs("\\e", stdout);
	else
		putchar(c);
}

static void
man_words(const struct option_word *word)
{
	puts("The words are");
	for (; word->name != NULL; word++)
		printf(".Cm %s\n.Pq %s%s\n", word->name, word->help,
		    word[1].name == NULL ? " ." : " ,");
}

static void
man_fields(const struct field *fields, size_t count)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < count; i++) {
		printf(".It Va %s", fields[i].name);
		if (fields[i].unit != NULL)
			printf(" Pq %s", fields[i].unit);
		putchar('\n');
		man_text(fields[i].meaning);
		putchar('\n');
	}
	puts(".El");
}

static int
write_bash(const char *unused)
{
	const struct option *option;

	(void)unused;
	puts("# bash completion of tallyman, made from its table of options.\n"
	    "_tallyman()\n"
	    "{\n"
	    "\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	    "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
	    "\n"
	    "\tCOMPREPLY=()");
	bash_commands();
	puts("\tcase $before in");
	for (option = options_table; option->apply != NULL; option++) {
		if (option->argument != ARGUMENT_NONE)
			bash_case(option);
	}
	puts("\tesac\n"
	    "\tif [[ $word == -* ]]; then\n"
	    "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (option = options_table; option->apply != NULL; option++) {
		if (option->letter != '\0')
			printf("\t\t\t-%c\n", option->letter);
		if (option->name != NULL)
			printf("\t\t\t--%s\n", option->name);
	}
	puts("\t\t' -- \"$word\")\n"
	    "\tfi\n"
	    "}\n"
	    "complete -F _tallyman tallyman");
	return 0;
}

static void
bash_commands(void)
{
	const struct option_command *row;

	printf("\tif [[ $COMP_CWORD -eq 1 && $word != -* ]]; then\n"
	    "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (row = options_commands; row->name != NULL; row++)
		printf("%s%s", row == options_commands ? "" : " ", row->name);
	puts("' -- \"$word\")\n\t\treturn\n\tfi");
}

static void
bash_words(const struct option *option, const char *suffix)
{
	const struct option_word *word;

	for (word = option->words; word->name != NULL; word++)
		printf("%s%s%s", word == option->words ? "" : " ", word->name,
		    suffix);
}

static void
bash_case(const struct option *option)
{
	putchar('\t');
	if (option->letter != '\0')
		printf("-%c%s", option->letter,
		    option->name != NULL ? "|" : "");
	if (option->name != NULL)
		printf("--%s", option->name);
	printf(")\n\t\tmapfile -t COMPREPLY < <(compgen ");
	switch (option->argument) {
	case ARGUMENT_FILE:
		printf("-f");
		break;
	case ARGUMENT_USER:
		printf("-u");
		break;
	case ARGUMENT_INTERFACE:
		printf("-W \"any $(ls /sys/class/net 2>/dev/null)\"");
		break;
	case ARGUMENT_WORD_VALUE:
		printf("-W '");
		bash_words(option, "=");
		printf("'");
		break;
	case ARGUMENT_WORD:
	case ARGUMENT_WORDS:
	case ARGUMENT_WORD_FILE:
		printf("-W '");
		bash_words(option, "");
		printf("'");
		break;
	case ARGUMENT_NONE:
	case ARGUMENT_TEXT:
		printf("-W ''");
		break;
	}
	puts(" -- \"$word\")\n\t\treturn\n\t\t;;");
}

static int
write_zsh(const char *unused)
{
	const struct option *option;

	const struct option_command *row;

	(void)unused;
	puts("#compdef tallyman\n"
	    "# zsh completion of tallyman, made from its table of options.\n"
	    "_arguments -s -S \\");
	for (option = options_table; option->apply != NULL; option++)
		zsh_option(option);
	printf("\t'1:command or filter expression:((");
	for (row = options_commands; row->name != NULL; row++) {
		printf("%s%s\\:\"", row == options_commands ? "" : " ",
		    row->name);
		quoted(row->help, "[]:\"");
		printf("\"");
	}
	puts("))' \\\n\t'*:filter expression:'");
	return 0;
}

/* One line for -x and one for --name, each excluding the other. */
static void
zsh_option(const struct option *option)
{
	for (int is_long = 0; is_long < 2; is_long++) {
		if (is_long ? option->name == NULL : option->letter == '\0')
			continue;
		printf("\t'");
		if (option->is_repeatable)
			printf("*");
		else if (option->letter != '\0' && option->name != NULL)
			printf("(-%c --%s)", option->letter, option->name);
		if (is_long)
			printf("--%s%s", option->name,
			    option->argument != ARGUMENT_NONE ? "=" : "");
		else
			printf("-%c%s", option->letter,
			    option->argument != ARGUMENT_NONE ? "+" : "");
		printf("[");
		quoted(option->help, "[]':");
		printf("]");
		zsh_argument(option);
		puts("' \\");
	}
}

static void
zsh_argument(const struct option *option)
{
	const struct option_word *word;

	if (option->argument == ARGUMENT_NONE)
		return;
	printf(":");
	quoted(option->value, "[]':");
	printf(":");
	switch (option->argument) {
	case ARGUMENT_FILE:
		printf("_files");
		break;
	case ARGUMENT_USER:
		printf("_users");
		break;
	case ARGUMENT_INTERFACE:
		printf("_net_interfaces");
		break;
	default:
		if (option->words == NULL)
			break;
		printf("(");
		for (word = option->words; word->name != NULL; word++)
			printf("%s%s%s", word == option->words ? "" : " ",
			    word->name,
			    option->argument == ARGUMENT_WORD_VALUE ? "=" :
			    "");
		printf(")");
	}
}

static int
write_fish(const char *unused)
{
	const struct option *option;

	const struct option_command *row;

	(void)unused;
	puts("# fish completion of tallyman, made from its table of "
	    "options.\n"
	    "complete -c tallyman -f");
	for (row = options_commands; row->name != NULL; row++) {
		printf("complete -c tallyman -n __fish_is_first_arg -a %s -d "
		    "'", row->name);
		quoted(row->help, "'");
		puts("'");
	}
	for (option = options_table; option->apply != NULL; option++)
		fish_option(option);
	return 0;
}

static void
fish_option(const struct option *option)
{
	const struct option_word *word;

	printf("complete -c tallyman");
	if (option->letter != '\0')
		printf(" -s %c", option->letter);
	if (option->name != NULL)
		printf(" -l %s", option->name);
	if (option->argument == ARGUMENT_FILE)
		printf(" -r -F");
	else if (option->argument == ARGUMENT_USER)
		printf(" -x -a '(__fish_complete_users)'");
	else if (option->argument == ARGUMENT_INTERFACE)
		printf(" -x -a '(__fish_print_interfaces)'");
	else if (option->words != NULL) {
		printf(" -x -a '");
		for (word = option->words; word->name != NULL; word++)
			printf("%s%s%s", word == option->words ? "" : " ",
			    word->name,
			    option->argument == ARGUMENT_WORD_VALUE ? "=" :
			    "");
		printf("'");
	} else if (option->argument != ARGUMENT_NONE)
		printf(" -x");
	printf(" -d '");
	quoted(option->help, "'");
	puts("'");
}

/* Text within single quotes, its special characters behind a backslash. */
static void
quoted(const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(special, *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}
