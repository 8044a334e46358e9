/*
 * Lines and header fields as HTTP has them (RFC 9112, RFC 9110), for those
 * that borrow its form.
 */
#ifndef TALLYMAN_DISSECT_HTTP_MESSAGE_H
#define TALLYMAN_DISSECT_HTTP_MESSAGE_H

#include "dissect/application.h"

/* A request line without a version is one of HTTP/0.9. */
struct http_request {
	struct cursor	method;
	struct cursor	target;
	bool		has_version;
};

/*
 * Takes a line and gives it without its end, CRLF or LF; false, and nothing
 * is taken, when there is no end.
 */
bool	http_take_line(struct cursor *, struct cursor *line);

/* Takes what stands before the first such byte, and that byte. */
bool	http_take_until(struct cursor *, uint8_t end, struct cursor *word);

/* Is it this word, whichever the case of its letters; word is lower-case. */
bool	http_is(const struct cursor *, const char *word);

/* Is this word among those that commas and spaces part? */
bool	http_has(struct cursor list, const char *word);

/* Of "Name: value"; false when the line is no header field. */
bool	http_read_field(struct cursor line, struct cursor *name,
	    struct cursor *value);

/* Version 1.0 or 1.1; and of responses, 100 to 999. */
bool	http_read_request(struct cursor line, struct http_request *);
bool	http_read_status(struct cursor line, uint16_t *status);

/* How well the bytes fit the start of a message; sets sender. */
enum probe_score http_probe(struct probe *);

#endif
