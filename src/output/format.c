/*
 * The list of formats. A new format is a new file and one line here.
 */
#include <stddef.h>
#include <string.h>

#include "output/output.h"

const struct format_operations *const format_all[] = {
	&format_text,
	&format_json,
	&format_csv,
	NULL
};

const struct format_operations *
format_find(const char *name)
{
	for (size_t i = 0; format_all[i] != NULL; i++) {
		if (strcmp(format_all[i]->name, name) == 0)
			return format_all[i];
	}
	return NULL;
}
