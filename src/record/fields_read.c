/*
 * What a record says in a field, as text.
 */
#include "record/fields.h"

static void	field_text_list(const struct record_list *, struct buffer *);
static void	field_text_bits(uint64_t, struct buffer *);
static void	field_text_flags(uint16_t, struct buffer *);
static uint64_t	field_number(enum field_type, const void *);

bool
field_is_certain(const struct field *field)
{
	switch (field->type) {
	case FIELD_WORD:
		return field->words != NULL;
	case FIELD_TEXT:
	case FIELD_CHARS:
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
		return false;
	default:
		return true;
	}
}

bool
field_is_present(const struct field *field, const struct record *record)
{
	const char *at = (const char *)record + field->offset;

	if ((record->has & field->needs) != field->needs)
		return false;
	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		return *(const char *const *)(const void *)at != NULL;
	case FIELD_CHARS:
		return at[0] != '\0';
	case FIELD_BITS:
		return *(const uint64_t *)(const void *)at != 0;
	case FIELD_LIST:
		return ((const struct record_list *)(const void *)at)->count >
		    0;
	default:
		return true;
	}
}

static void
field_text_list(const struct record_list *list, struct buffer *b)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			buffer_char(b, ' ');
		buffer_u64(b, list->items[i]);
	}
}

static void
field_text_bits(uint64_t bits, struct buffer *b)
{
	bool is_first = true;

	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bits >> bit & 1) == 0)
			continue;
		if (!is_first)
			buffer_char(b, ' ');
		is_first = false;
		buffer_u64(b, bit);
	}
}

static void
field_text_flags(uint16_t flags, struct buffer *b)
{
	for (unsigned int bit = 0; field_tcp_flags[bit] != '\0'; bit++) {
		if ((flags >> bit & 1) != 0)
			buffer_char(b, field_tcp_flags[bit]);
	}
}

static uint64_t
field_number(enum field_type type, const void *at)
{
	switch (type) {
	case FIELD_U8:
		return *(const uint8_t *)at;
	case FIELD_U16:
		return *(const uint16_t *)at;
	case FIELD_U32:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void
field_text(const struct field *field, const struct record *record,
    struct buffer *b)
{
	const void *at = (const char *)record + field->offset;
	const struct address *address = at;

	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		buffer_text(b, *(const char *const *)at);
		break;
	case FIELD_CHARS:
		buffer_text(b, at);
		break;
	case FIELD_BOOL:
		buffer_text(b, *(const bool *)at ? "true" : "false");
		break;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		buffer_u64(b, field_number(field->type, at));
		break;
	case FIELD_ID:
		buffer_hex64(b, *(const uint64_t *)at);
		break;
	case FIELD_TIME:
		buffer_time(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_SECONDS:
		buffer_seconds(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_IP:
		if (record->ip_version == 4)
			buffer_ipv4(b, address->bytes);
		else
			buffer_ipv6(b, address->bytes);
		break;
	case FIELD_MAC:
		buffer_mac(b, at);
		break;
	case FIELD_BITS:
		field_text_bits(*(const uint64_t *)at, b);
		break;
	case FIELD_LIST:
		field_text_list(at, b);
		break;
	case FIELD_TCP_FLAGS:
		field_text_flags(*(const uint16_t *)at, b);
		break;
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
		break;		/* not in a flow record */
	}
}
