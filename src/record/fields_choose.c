/*
 * Fields by their names: one, or a list of them as the user writes it.
 */
#include <string.h>

#include "base/text.h"
#include "record/fields.h"

static bool	field_is_named(const struct field *, const char *, size_t);
static void	fields_nearest(const char *, size_t, struct buffer *);
static void	field_consider(const char *, const char *, size_t,
		    unsigned int *, struct buffer *);
static int	fields_unknown(const char *, size_t, struct error *);
static int	fields_choose_item(const char *, size_t,
		    const struct field **, struct error *);

const struct field *
fields_find(const char *name)
{
	for (size_t i = 0; i < fields_count; i++) {
		if (strcmp(fields_all[i].name, name) == 0)
			return &fields_all[i];
	}
	return NULL;
}

/* Whether the word names the field or an object that it stands in. */
static bool
field_is_named(const struct field *field, const char *word, size_t size)
{
	return size > 0 && strncmp(field->name, word, size) == 0 &&
	    (field->name[size] == '\0' || field->name[size] == '.');
}

/* Takes the first size bytes of known as nearest if no other was nearer. */
static void
field_consider(const char *word, const char *known, size_t size,
    unsigned int *least, struct buffer *nearest)
{
	char name[64];
	unsigned int distance;

	if (size >= sizeof name)
		return;
	memcpy(name, known, size);
	name[size] = '\0';
	if (!text_is_near(word, name))
		return;
	distance = text_distance(word, name);
	if (distance >= *least)
		return;
	*least = distance;
	buffer_reset(nearest);
	buffer_bytes(nearest, name, size);
}

/*
 * Leaves the nearest name of a field or object in the buffer. A field's last
 * word alone ("port") finds the field too, after all whole names.
 */
static void
fields_nearest(const char *item, size_t size, struct buffer *nearest)
{
	unsigned int least = 64;
	char word[64];

	if (size >= sizeof word)
		return;
	memcpy(word, item, size);
	word[size] = '\0';
	for (size_t i = 0; i < fields_count; i++) {
		const char *name = fields_all[i].name;
		const char *dot = strchr(name, '.');

		for (; dot != NULL; dot = strchr(dot + 1, '.'))
			field_consider(word, name, (size_t)(dot - name),
			    &least, nearest);
		field_consider(word, name, strlen(name), &least, nearest);
	}
	for (size_t i = 0; nearest->size == 0 && i < fields_count; i++) {
		const char *name = fields_all[i].name;
		const char *last = strrchr(name, '.');

		if (last != NULL && strcmp(last + 1, word) == 0)
			buffer_text(nearest, name);
	}
}

static int
fields_unknown(const char *item, size_t size, struct error *error)
{
	struct buffer nearest;
	struct buffer shown;

	buffer_init(&nearest, 64);
	buffer_init(&shown, 64);
	fields_nearest(item, size, &nearest);
	buffer_plain_text(&shown, item, size);
	if (nearest.size > 0)
		(void)error_usage(error,
		    "unknown field '%.*s'; did you mean %.*s?",
		    (int)shown.size, shown.data,
		    (int)nearest.size, nearest.data);
	else
		(void)error_usage(error,
		    "unknown field '%.*s' (--fields help lists them)",
		    (int)shown.size, shown.data);
	buffer_release(&nearest);
	buffer_release(&shown);
	return -1;
}

/* Puts what one item names into its place in chosen, or takes it out. */
static int
fields_choose_item(const char *item, size_t size,
    const struct field **chosen, struct error *error)
{
	bool is_minus = size > 0 && item[0] == '-';
	bool is_known = false;

	if (is_minus) {
		item++;
		size--;
	}
	for (size_t i = 0; i < fields_count; i++) {
		if (!field_is_named(&fields_all[i], item, size))
			continue;
		chosen[i] = is_minus ? NULL : &fields_all[i];
		is_known = true;
	}
	return is_known ? 0 : fields_unknown(item, size, error);
}

int
fields_choose(const char *list, const struct field **chosen,
    struct error *error)
{
	bool is_from_all = list == NULL || list[0] == '-';
	const char *item = list;
	int count = 0;

	for (size_t i = 0; i < fields_count; i++)
		chosen[i] = is_from_all ? &fields_all[i] : NULL;
	while (item != NULL) {
		size_t size = strcspn(item, ",");

		if (size == 0)
			return error_usage(error,
			    "a field's name is missing in '%s'", list);
		if (fields_choose_item(item, size, chosen, error) != 0)
			return -1;
		item = item[size] == ',' ? item + size + 1 : NULL;
	}
	for (size_t i = 0; i < fields_count; i++) {
		if (chosen[i] != NULL)
			chosen[count++] = chosen[i];
	}
	if (count == 0)
		return error_usage(error, "'%s' leaves out every field", list);
	return count;
}
