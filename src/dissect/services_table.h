/*
 * The built-in names of services: the tables that data/services-table makes
 * from data/services.tsv and data/services-extra.tsv when the program is
 * built.
 */
#ifndef TALLYMAN_DISSECT_SERVICES_TABLE_H
#define TALLYMAN_DISSECT_SERVICES_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* RFC 6335, 5.1: at most 15 characters. */
enum { SERVICES_NAME_SIZE = 16 };

struct services_row {
	uint16_t	name;		/* in services_table_names */
	uint16_t	port;
	uint8_t		protocol;	/* PROTOCOL_TCP, ... */
};

extern const char			services_table_names[]
					    [SERVICES_NAME_SIZE];
extern const size_t			services_table_names_count;
extern const struct services_row	services_table_rows[];
extern const size_t			services_table_count;

#endif
