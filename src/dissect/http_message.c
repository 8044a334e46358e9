/*
 * Lines and header fields of HTTP; see http_message.h.
 */
#include <string.h>

#include "dissect/http_message.h"

enum {
	HTTP_METHOD_MAX = 24,	/* letters of a method */
	HTTP_VERSION_SIZE = 8,	/* "HTTP/1.1" */
	HTTP_STATUS_SIZE = 12,	/* "HTTP/1.1 200" */
	HTTP_TEXT_SEEN = 64	/* bytes of a target that are looked at */
};

/* Those that are sure without the line's end, and a target behind them. */
static const char *const known_starts[] = {
	"GET /", "POST /", "HEAD /", "PUT /", "DELETE /", "PATCH /",
	"GET http://", "POST http://", "PROPFIND /"
};

static bool	is_version(const uint8_t *);
static bool	is_method(const struct cursor *);
static enum probe_score	probe_part(const struct cursor *);
static bool	is_printable(const struct cursor *);
static uint8_t	lower(uint8_t);

bool
http_take_line(struct cursor *c, struct cursor *line)
{
	if (!http_take_until(c, '\n', line))
		return false;
	if (line->end > line->at && line->end[-1] == '\r')
		line->end--;
	return true;
}

bool
http_take_until(struct cursor *c, uint8_t end, struct cursor *word)
{
	size_t size = cursor_left(c);
	const uint8_t *found = size == 0 ? NULL : memchr(c->at, end, size);

	if (found == NULL)
		return false;
	*word = cursor_sub(c, (size_t)(found - c->at));
	cursor_skip(c, 1);
	return true;
}

static inline uint8_t
lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool
http_is(const struct cursor *c, const char *word)
{
	size_t size = cursor_left(c);

	for (size_t i = 0; i < size; i++) {
		if (word[i] == '\0' || lower(c->at[i]) != (uint8_t)word[i])
			return false;
	}
	return word[size] == '\0';
}

bool
http_has(struct cursor list, const char *word)
{
	struct cursor one = list;

	for (; list.at < list.end; list.at++) {
		if (*list.at != ',' && *list.at != ' ')
			continue;
		one.end = list.at;
		if (http_is(&one, word))
			return true;
		one.at = list.at + 1;
	}
	one.end = list.end;
	return http_is(&one, word);
}

bool
http_read_field(struct cursor line, struct cursor *name,
    struct cursor *value)
{
	if (!http_take_until(&line, ':', name))
		return false;
	while (line.at < line.end && (*line.at == ' ' || *line.at == '\t'))
		line.at++;
	while (line.end > line.at &&
	    (line.end[-1] == ' ' || line.end[-1] == '\t'))
		line.end--;
	*value = line;
	return true;
}

static inline bool
is_version(const uint8_t *at)
{
	return memcmp(at, "HTTP/1.", 7) == 0 && (at[7] == '0' || at[7] == '1');
}

/* Methods are tokens, and all that are in use are of capitals (RFC 9110
   16.1), but for the hyphen of some. */
static bool
is_method(const struct cursor *c)
{
	size_t size = cursor_left(c);

	for (size_t i = 0; i < size; i++) {
		if ((c->at[i] < 'A' || c->at[i] > 'Z') && c->at[i] != '-' &&
		    c->at[i] != '_')
			return false;
	}
	return size > 0 && size <= HTTP_METHOD_MAX;
}

bool
http_read_request(struct cursor line, struct http_request *r)
{
	size_t size;

	if (!http_take_until(&line, ' ', &r->method) ||
	    !is_method(&r->method) || cursor_left(&line) == 0)
		return false;
	size = cursor_left(&line);
	r->has_version = size > HTTP_VERSION_SIZE &&
	    is_version(line.end - HTTP_VERSION_SIZE) &&
	    line.end[-HTTP_VERSION_SIZE - 1] == ' ';
	if (r->has_version)
		line.end -= HTTP_VERSION_SIZE + 1;
	r->target = line;
	return r->has_version || (http_is(&r->method, "get") &&
	    *line.at == '/' && is_printable(&line) &&
	    memchr(line.at, ' ', size) == NULL);
}

bool
http_read_status(struct cursor line, uint16_t *status)
{
	const uint8_t *at = cursor_take(&line, HTTP_STATUS_SIZE);

	if (at == NULL || !is_version(at) || at[8] != ' ' || at[9] < '1' ||
	    at[9] > '9' || at[10] < '0' || at[10] > '9' || at[11] < '0' ||
	    at[11] > '9' || (cursor_left(&line) > 0 && *line.at != ' '))
		return false;
	*status = (uint16_t)((at[9] - '0') * 100 + (at[10] - '0') * 10 +
	    at[11] - '0');
	return true;
}

enum probe_score
http_probe(struct probe *p)
{
	struct cursor c = p->own;
	struct cursor line;
	struct http_request request;
	uint16_t status;
	size_t size = cursor_left(&c);

	if (size > 0 && (*c.at < 'A' || *c.at > 'Z'))
		return PROBE_NO;
	p->sender = ROLE_SERVER;
	if (memcmp(c.at, "HTTP/1.", size < 7 ? size : 7) == 0) {
		if (size < HTTP_STATUS_SIZE)
			return PROBE_MORE;
		cursor_limit(&c, HTTP_STATUS_SIZE);
		return http_read_status(c, &status) ? PROBE_SURE : PROBE_NO;
	}
	p->sender = ROLE_CLIENT;
	line = c;
	cursor_limit(&line, HTTP_METHOD_MAX + 1);
	if (!http_take_until(&line, ' ', &request.method))
		return cursor_left(&line) <= HTTP_METHOD_MAX &&
		    is_method(&line) ? PROBE_MORE : PROBE_NO;
	if (!is_method(&request.method))
		return PROBE_NO;
	if (!http_take_line(&c, &line))
		return probe_part(&c);
	if (!http_read_request(line, &request))
		return PROBE_NO;
	return request.has_version ? PROBE_SURE : PROBE_WEAK;
}

/* A method, a space, and a line that has no end yet. */
static enum probe_score
probe_part(const struct cursor *c)
{
	size_t size = cursor_left(c);

	if (!is_printable(c))
		return PROBE_NO;
	for (size_t i = 0; i < sizeof known_starts / sizeof *known_starts;
	    i++) {
		size_t length = strlen(known_starts[i]);

		if (size >= length &&
		    memcmp(c->at, known_starts[i], length) == 0)
			return PROBE_LIKELY;
	}
	return PROBE_MORE;
}

/* Its beginning, at least; the end may be half of CRLF. */
static bool
is_printable(const struct cursor *c)
{
	size_t size = cursor_left(c);

	for (size_t i = 0; i < size && i < HTTP_TEXT_SEEN; i++) {
		if ((c->at[i] < ' ' && c->at[i] != '\r') || c->at[i] == 127)
			return false;
	}
	return true;
}
