/*
 * Answers about the program itself; see inform.h.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture/live.h"
#include "connections.h"
#include "dissect/applications.h"
#include "dissect/registry.h"
#include "inform.h"
#include "record/fields.h"

static void	list_dissectors(void);
static void	print_version(void);
static void	print_fields(const char *);

int
inform(const struct options *options, struct error *error)
{
	int result = 0;

	switch (options->action) {
	case OPTIONS_HELP:
		options_help(stdout);
		break;
	case OPTIONS_VERSION:
		print_version();
		break;
	case OPTIONS_LIST_INTERFACES:
		result = live_list_interfaces(error);
		break;
	case OPTIONS_LIST_LINK_TYPES:
		result = live_list_link_types(options->interface_count == 0 ?
		    NULL : options->interfaces[0], error);
		break;
	case OPTIONS_LIST_DISSECTORS:
		list_dissectors();
		break;
	case OPTIONS_FIELDS:
		if (options->command == COMMAND_CONNECTIONS)
			connections_describe(options->fields);
		else
			print_fields(options->fields);
		break;
	case OPTIONS_METER:
	case OPTIONS_CONNECTIONS:
	case OPTIONS_TOP:
		break;
	}
	if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		return error_set(error,
		    "cannot write to standard output");
	return result;
}

static void
list_dissectors(void)
{
	static const char *const layers[] = {
		[LAYER_LINK] = "link",
		[LAYER_NETWORK] = "network",
		[LAYER_TRANSPORT] = "transport"
	};

	for (size_t i = 0; registry_dissectors[i] != NULL; i++) {
		const struct dissector *d = registry_dissectors[i];

		printf("%-11s %-14s %s (%s)\n", layers[d->layer], d->name,
		    d->title, d->source);
	}
	for (size_t i = 0; registry_applications[i] != NULL; i++) {
		const struct application *a = registry_applications[i];

		printf("%-11s %-14s %s (%s)\n", "application", a->name,
		    a->title, a->source);
	}
}

static void
print_version(void)
{
	static const char *const readable[] = {
		"pcap", "pcapng",
#ifdef HAVE_ZLIB
		"gz",
#endif
#ifdef HAVE_ZSTD
		"zst",
#endif
#ifdef HAVE_LZ4
		"lz4",
#endif
#ifdef HAVE_LZMA
		"xz",
#endif
	};

#ifdef HAVE_LIBMNL
	static const char sockets[] = "netlink, /proc/net";
#else
	static const char sockets[] = "/proc/net";
#endif

	printf("tallyman %s\n%s\njansson %s\nreads:", PACKAGE_VERSION,
	    pcap_lib_version(), jansson_version_str());
	for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
		printf(" %s", readable[i]);
	printf("\nasks about sockets: %s\n", sockets);
}

static void
print_fields(const char *form)
{
	struct buffer text;

	buffer_init(&text, 16384);
	if (strcmp(form, "md") == 0) {
		fields_write_markdown(&text);
	} else if (strcmp(form, "json-schema") == 0) {
		fields_write_json_schema(&text);
	} else if (strcmp(form, "csv") == 0) {
		for (size_t i = 0; i < fields_count; i++)
			buffer_format(&text, "%s%s", i == 0 ? "" : ",",
			    fields_all[i].name);
		buffer_text(&text, "\r\n");
	} else {
		fields_write_help(&text);
	}
	(void)fwrite(text.data, 1, text.size, stdout);
	buffer_release(&text);
}
