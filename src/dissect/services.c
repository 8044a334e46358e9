/*
 * Service names by port: one dense table a transport, filled once from the
 * built-in registry and the user's file, so that a lookup is one load. Fill
 * it before there are threads; it is only read afterwards.
 */
#include "dissect/services.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/text.h"
#include "dissect/services_table.h"
#include "packet/packet.h"

enum {
	PORTS = 65536,
	NAME_LENGTH_MAX = 63	/* of a name in the user's file */
};

enum transport {
	TRANSPORT_TCP,
	TRANSPORT_UDP,
	TRANSPORT_SCTP,
	TRANSPORT_DCCP,
	TRANSPORTS
};

/*
 * Names go by numbers of 16 bits, to touch little memory at start: 0 is no
 * name, then come the built-in ones, then those of the user's files, which
 * are kept for good, as services_name() promises.
 */
struct services {
	uint16_t	  numbers[TRANSPORTS][PORTS];
	char		**user_names;	/* owned, and what it points to */
	size_t		  user_count;
	bool		  is_filled;
};

/* Where a line stands, for messages. */
struct place {
	const char	*file;
	unsigned long	 line;
};

static int		 transport_of(uint8_t protocol);
static int		 transport_by_name(const char *);
static void		 registry_fill(void);
static int		 stream_read(FILE *, const char *file,
			    struct error *);
static int		 line_apply(const struct place *, char *line,
			    struct error *);
static int		 port_read(const struct place *, char *word,
			    uint16_t *port, const char **protocol,
			    struct error *);
static int		 name_keep(const struct place *, const char *name,
			    uint16_t *number, struct error *);
static char		*word_take(char **rest);
static bool		 is_name(const char *);
static const char	*reason(int code);

static struct services	services;

const char *
services_class_name(enum port_class class)
{
	static const char *const class_names[] = {
		[PORT_WELL_KNOWN] = "well-known",
		[PORT_REGISTERED] = "registered",
		[PORT_DYNAMIC] = "dynamic"
	};

	return class_names[class];
}

const char *
services_name(uint8_t protocol, uint16_t port)
{
	int transport = transport_of(protocol);
	size_t number;

	if (transport < 0)
		return NULL;
	number = services.numbers[transport][port];
	if (number == 0)
		return NULL;
	number--;
	return number < services_table_names_count ?
	    services_table_names[number] :
	    services.user_names[number - services_table_names_count];
}

int
services_load(const char *file, struct error *error)
{
	FILE *stream;
	int result;

	registry_fill();
	if (file == NULL)
		return 0;
	stream = fopen(file, "re");
	if (stream == NULL)
		return error_set(error, "cannot open '%s': %s", file,
		    reason(errno));
	result = stream_read(stream, file, error);
	(void)fclose(stream);
	return result;
}

/* -1 for a protocol that has no ports in the registry. */
static int
transport_of(uint8_t protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return TRANSPORT_TCP;
	case PROTOCOL_UDP:
	case PROTOCOL_UDPLITE:	/* RFC 3828, 6: it shares UDP's registry */
		return TRANSPORT_UDP;
	case PROTOCOL_SCTP:
		return TRANSPORT_SCTP;
	case PROTOCOL_DCCP:
		return TRANSPORT_DCCP;
	default:
		return -1;
	}
}

static int
transport_by_name(const char *name)
{
	static const char *const transport_names[TRANSPORTS] = {
		[TRANSPORT_TCP] = "tcp",
		[TRANSPORT_UDP] = "udp",
		[TRANSPORT_SCTP] = "sctp",
		[TRANSPORT_DCCP] = "dccp"
	};

	for (int i = 0; i < TRANSPORTS; i++)
		if (strcmp(name, transport_names[i]) == 0)
			return i;
	return -1;
}

static void
registry_fill(void)
{
	if (services.is_filled)
		memset(services.numbers, 0, sizeof services.numbers);
	services.is_filled = true;
	for (size_t i = 0; i < services_table_count; i++) {
		const struct services_row *row = &services_table_rows[i];
		int transport = transport_of(row->protocol);

		services.numbers[transport][row->port] =
		    (uint16_t)(row->name + 1);
	}
}

static int
stream_read(FILE *stream, const char *file, struct error *error)
{
	struct place place = { .file = file };
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	int result = 0;

	while (result == 0 && (size = getline(&line, &capacity, stream)) > 0) {
		place.line++;
		if (strlen(line) < (size_t)size)
			result = error_set(error,
			    "%s:%lu: a zero byte: not a text file", file,
			    place.line);
		else
			result = line_apply(&place, line, error);
	}
	if (result == 0 && !feof(stream))
		result = error_set(error, "cannot read '%s': %s", file,
		    reason(errno));
	free(line);
	return result;
}

/*
 * One line of services(5): name, port/protocol, other names, a comment. The
 * other names are of no use here. The last line for a port holds.
 */
static int
line_apply(const struct place *place, char *line, struct error *error)
{
	const char *name, *protocol = NULL;
	char *word, *rest = line;
	uint16_t port = 0, number = 0;
	int transport;

	line[strcspn(line, "#\n")] = '\0';
	name = word_take(&rest);
	if (name == NULL)
		return 0;
	if (!is_name(name))
		return error_set(error, "%s:%lu: not a name of 1 to %d "
		    "printable characters", place->file, place->line,
		    NAME_LENGTH_MAX);
	word = word_take(&rest);
	if (word == NULL)
		return error_set(error, "%s:%lu: no port after '%s'",
		    place->file, place->line, name);
	if (port_read(place, word, &port, &protocol, error) != 0)
		return -1;

	/* AppleTalk's sockets stand in many a /etc/services; not our ports. */
	if (strcmp(protocol, "ddp") == 0)
		return 0;
	transport = transport_by_name(protocol);
	if (transport < 0)
		return error_set(error, "%s:%lu: unknown protocol after %u/ "
		    "(tcp udp sctp dccp)", place->file, place->line, port);
	if (name_keep(place, name, &number, error) != 0)
		return -1;
	services.numbers[transport][port] = number;
	return 0;
}

/* Cuts "80/tcp" in two. */
static int
port_read(const struct place *place, char *word, uint16_t *port,
    const char **protocol, struct error *error)
{
	char *slash = strchr(word, '/');
	uint64_t value;

	if (slash == NULL)
		return error_set(error, "%s:%lu: no protocol after the port "
		    "(as in 80/tcp)", place->file, place->line);
	*slash = '\0';
	if (!text_number(word, PORTS - 1, &value))
		return error_set(error, "%s:%lu: not a port from 0 to %d",
		    place->file, place->line, PORTS - 1);
	*port = (uint16_t)value;
	*protocol = slash + 1;
	return 0;
}

static int
name_keep(const struct place *place, const char *name, uint16_t *number,
    struct error *error)
{
	size_t next = services_table_names_count + services.user_count + 1;
	char **grown, *copy;

	if (next > UINT16_MAX)
		return error_set(error, "%s:%lu: over %zu names", place->file,
		    place->line, services.user_count);
	grown = realloc(services.user_names,
	    (services.user_count + 1) * sizeof *grown);
	if (grown != NULL)
		services.user_names = grown;
	copy = strdup(name);
	if (grown == NULL || copy == NULL) {
		free(copy);
		return error_set(error, "%s:%lu: out of memory", place->file,
		    place->line);
	}
	services.user_names[services.user_count++] = copy;
	*number = (uint16_t)next;
	return 0;
}

/* The next word of the line, ended by a zero byte; NULL when none is left. */
static char *
word_take(char **rest)
{
	static const char blanks[] = " \t\r\v\f";
	char *word = *rest + strspn(*rest, blanks);
	size_t length = strcspn(word, blanks);

	if (length == 0)
		return NULL;
	*rest = word + length;
	if (**rest != '\0') {
		**rest = '\0';
		(*rest)++;
	}
	return word;
}

/* What the file says is written to terminals: nothing but plain ASCII. */
static bool
is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > NAME_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

static const char *
reason(int code)
{
	switch (code) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "permission denied";
	case EISDIR:
		return "it is a directory";
	default:
		return strerror(code);
	}
}
